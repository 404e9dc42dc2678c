//! Where things stand in a picture, and how many there are in words.

/// How wide every picture is.
pub(crate) const WIDTH: u16 = 420;

/// The height of the place-th of so many things that share a column.
pub(crate) fn column(height: u16, count: u16, place: u16) -> u16 {
    (u32::from(height) * (2 * u32::from(place) + 1) / (2 * u32::from(count))) as u16
}

/// Where the place-th of so many boxes in a row stands, four at most.
pub(crate) fn in_row(count: u16, place: u16) -> u16 {
    (WIDTH - 104 * (count - 1)) / 2 + 104 * place
}

/// The middles of so many boxes in a strip: rows of at most four.
pub(crate) fn strip(count: u16) -> impl Iterator<Item = (u16, u16)> {
    (0..count).map(move |place| {
        let row = place / 4;
        (in_row((count - 4 * row).min(4), place % 4), 45 + 62 * row)
    })
}

/// The height of the strip.
pub(crate) fn strip_height(count: u16) -> u16 {
    28 + 62 * count.div_ceil(4).max(1)
}

/// A place that serves, in a word or two: what waits, or who works.
pub(crate) fn word(up: bool, busy: u32, workers: u32, waiting: usize, limit: u32) -> String {
    match (up, waiting) {
        (false, _) => "down".to_owned(),
        (_, 1..) if limit <= 999 => format!("queue {waiting}/{limit}"),
        (_, 1..) => format!("queue {waiting}"),
        _ if workers == 1 => (if busy > 0 { "busy" } else { "idle" }).to_owned(),
        _ if workers < 100 => format!("{busy} of {workers} busy"),
        _ => format!("{} % busy", u64::from(busy) * 100 / u64::from(workers)),
    }
}

/// The sentence, with a capital letter.
pub(crate) fn capital(text: String) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// So many of all that there are, in their order: those that are not as they should be come before the others.
pub(crate) fn ill_first(count: usize, room: usize, ill: &dyn Fn(usize) -> bool) -> Vec<usize> {
    let ills = (0..count).filter(|place| ill(*place)).count();
    let mut well = room.min(count).saturating_sub(ills);
    let mut shown = vec![];
    for place in 0..count {
        let fits = ill(place) || well > 0;
        if fits && shown.len() < room {
            well -= usize::from(!ill(place));
            shown.push(place);
        }
    }
    shown
}
