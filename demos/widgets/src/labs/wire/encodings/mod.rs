//! One record in six encodings: its bytes with what each is for, what many records take, who needs which schema.

#[cfg(feature = "ssr")]
mod block;
mod chart;
#[cfg(feature = "ssr")]
mod page;
mod rows;

#[cfg(feature = "ssr")]
pub use block::{Block, Person};

use crate::chrome::{
    demo::{Demo, View},
    facts::FactList,
    figure::{Desk, Parts},
    number::Number,
    svg::el,
    written::written,
};
use chart::{chart, records, size};
use rows::{Lit, panel, row};
use sim::TraceHash;
use sim::words::grouped;
use web_sys::HtmlInputElement;
use wire::formats::{Annotated, Format, Many, Role, Sample, encode, many};
use yew::{prelude::*, virtual_dom::VText};

/// The names of the record's fields, in their order.
const FIELDS: [&str; 3] = ["name", "id", "email"];

/// A record in six encodings.
pub struct Encodings;

/// What became of a record.
pub struct Seen {
    sample: Sample,
    /// In each encoding.
    rows: Vec<Row>,
}

impl Seen {
    fn of(&self, format: Format) -> &Row {
        self.rows.iter().find(|row| row.format == format).expect("every format is there")
    }

    /// The encoding of which that is the least; of several the first.
    fn least(&self, size: impl Fn(&Row) -> u64) -> Option<&'static str> {
        self.rows.iter().min_by_key(|row| size(row)).map(|row| row.format.name())
    }
}

/// The facts of one encoding, by the word that they begin with.
macro_rules! facts_of {
    ($list:ident, $($key:literal $format:ident $name:literal)*) => {
        $(
            $list.fact(concat!($key, "-bytes"), concat!("How many bytes one record has in ", $name, "."), |seen| {
                seen.of(Format::$format).one.bytes.len()
            });
            $list.fact(concat!($key, "-hex"), "These bytes, such as \"0a 05 41\".", |seen| {
                hex(&seen.of(Format::$format).one.bytes)
            });
            $list.fact(
                concat!($key, "-many-bytes"),
                "How many bytes all records have, in the form that one keeps them in.",
                |seen| seen.of(Format::$format).many.bytes,
            );
        )*
    };
}

impl Demo for Encodings {
    const NAME: &'static str = "encodings";
    type Run = Sample;
    type Look = ();
    type Seen = Seen;
    type View = EncodingsView;
    const OWN: &'static str = "record";
    const HEIGHT: u32 = 1500;

    fn read(view: &View<'_>) -> Result<(Sample, ()), String> {
        Ok((Sample::from_code(view.run).map_err(|error| error.to_string())?, ()))
    }

    fn code(sample: &Sample) -> String {
        sample.code()
    }

    fn see(sample: &Sample, _data: &str) -> Seen {
        Seen { sample: sample.clone(), rows: rows_of(sample) }
    }

    fn facts(list: &mut FactList<Seen>) {
        facts_of!(list,
            "json" Json "JSON"
            "messagepack" MessagePack "MessagePack"
            "cbor" Cbor "CBOR"
            "protobuf" Protobuf "Protocol Buffers"
            "thrift" ThriftCompact "Thrift’s compact protocol"
            "avro" Avro "Avro’s binary encoding"
        );
        list.fact("smallest", "The encoding with the fewest bytes for one record, such as \"Avro\".", |seen| {
            seen.least(|row| row.one.bytes.len() as u64)
        });
        list.fact("many-smallest", "The encoding with the fewest bytes for all records.", |seen| {
            seen.least(|row| row.many.bytes)
        });
        list.fact(
            "avro-header-bytes",
            "How many of the Avro file's bytes are its header, which holds the schema.",
            |seen| {
                let mut counted = seen.rows.iter().flat_map(|row| &row.many.counted);
                counted.find(|counted| counted.what.contains("header")).map(|header| header.bytes)
            },
        );
        list.fact("hash", "The fingerprint of the record, its bytes and all sizes, 16 hexadecimal digits.", |seen| {
            fingerprint(&seen.sample)
        });
    }
}

/// The fingerprint of a record, of its bytes and of what many take.
fn fingerprint(sample: &Sample) -> String {
    let mut hash = TraceHash::default();
    hash.text(&sample.code());
    for row in rows_of(sample) {
        hash.text(&hex(&row.one.bytes));
        hash.word(row.many.bytes);
    }
    hash.to_string()
}

/// Bytes as two digits each.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}

/// The record in one encoding.
pub struct Row {
    format: Format,
    one: Annotated,
    many: Many,
}

impl Row {
    /// How many bytes of a record are for that.
    fn of_role(&self, role: Role) -> u64 {
        self.one.parts.iter().filter(|part| part.role == role).map(|part| part.at.len() as u64).sum()
    }

    /// How many bytes of all records are for that; what is around them holds them together.
    fn share(&self, role: Role, count: u32) -> u64 {
        let count = u64::from(count);
        let around = if role == Role::Structure { self.many.bytes - self.one.bytes.len() as u64 * count } else { 0 };
        self.of_role(role) * count + around
    }

    /// How many bytes of a record belong to a field.
    fn of_field(&self, place: usize) -> usize {
        self.one.parts.iter().filter(|part| part.field == Some(place)).map(|part| part.at.len()).sum()
    }
}

fn rows_of(sample: &Sample) -> Vec<Row> {
    let record = sample.record();
    let row = |format| Row { format, one: encode(format, &record), many: many(format, &record, sample.count.into()) };
    Format::ALL.into_iter().map(row).collect()
}

/// The numbers of records that the slider stops at: 1, 2, 5, 10 and so on, and the one that it has.
fn stops(count: u32) -> Vec<u32> {
    let mut stops: Vec<u32> =
        [1, 10, 100, 1_000, 10_000].iter().flat_map(|power| [*power, 2 * power, 5 * power]).collect();
    stops.push(Sample::MOST);
    if let Err(place) = stops.binary_search(&count) {
        stops.insert(place, count);
    }
    stops
}

/// A text of that many characters: the beginning of this one, again and again.
fn stretched(text: &str, length: usize) -> String {
    let text = if text.is_empty() { "x" } else { text };
    text.chars().cycle().take(length).collect()
}

/// The component.
#[component]
pub fn EncodingsView(desk: &Desk<Encodings>) -> Html {
    let (id, live, sample) = (desk.id(), desk.live(), desk.run());
    let rows = &desk.seen().rows;
    // What was typed last, which the slider makes longer and shorter.
    let texts = use_state(|| [sample.name.clone(), sample.email.clone()]);
    let lit = use_state(|| Lit::Nothing);
    let as_text = use_state(|| false);
    {
        let (texts, lit, now) = (texts.clone(), lit.clone(), [sample.name.clone(), sample.email.clone()]);
        use_effect_with(desk.opened(), move |_| {
            texts.set(now);
            // The parts are others now.
            lit.set(Lit::Nothing);
        });
    }
    let typing = |place: usize| {
        let (texts, lit) = (texts.clone(), lit.clone());
        desk.sliding(FIELDS[place], move |sample: &Sample, event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let (value, mut to) = (input.value().chars().take(Sample::LONGEST).collect::<String>(), sample.clone());
            let mut bases = (*texts).clone();
            bases[place / 2].clone_from(&value);
            texts.set(bases);
            *if place == 0 { &mut to.name } else { &mut to.email } = value;
            lit.set(Lit::Field(place));
            to
        })
    };
    let number = {
        let lit = lit.clone();
        desk.sliding(FIELDS[1], move |sample: &Sample, id: i32| {
            lit.set(Lit::Field(1));
            Sample { id, ..sample.clone() }
        })
    };
    let stretch = {
        let (texts, lit) = (texts.clone(), lit.clone());
        desk.sliding("length", move |sample: &Sample, event: InputEvent| {
            let length = event.target_unchecked_into::<HtmlInputElement>().value_as_number() as usize;
            let [name, email] = texts.each_ref().map(|text| stretched(text, length.min(Sample::LONGEST)));
            lit.set(Lit::Nothing);
            Sample { name, email, ..sample.clone() }
        })
    };
    let counts = stops(sample.count);
    let count_at = counts.binary_search(&sample.count).unwrap_or(0);
    let count_last = counts.len() - 1;
    let recount = desk.sliding("records", move |sample: &Sample, event: InputEvent| {
        let place = event.target_unchecked_into::<HtmlInputElement>().value_as_number() as usize;
        Sample { count: counts.get(place).copied().unwrap_or(sample.count), ..sample.clone() }
    });
    let light = {
        let lit = lit.clone();
        Callback::from(move |to: Lit| {
            if *lit != to {
                lit.set(to);
            }
        })
    };
    let record = sample.record();
    let field = |place: usize| {
        let words = html! {
            <label>
                <span>{ FIELDS[place] }{ " =" }</span>
                <input type="text" maxlength={Sample::LONGEST.to_string()} autocomplete="off" spellcheck="false"
                    value={if place == 0 { sample.name.clone() } else { sample.email.clone() }} disabled={!live} oninput={typing(place)}/>
            </label>
        };
        html! {
            <div class={classes!("enc-field", (lit.field(rows) == Some(place)).then_some("lit"))}
                onpointerover={light.reform(move |_: PointerEvent| Lit::Field(place))}
                onfocusin={light.reform(move |_: FocusEvent| Lit::Field(place))}>
                if place == 1 {
                    <Number id={format!("{id}-id")} name="id =" value={sample.id} {live} on={number.clone()}/>
                } else {
                    { words }
                }
            </div>
        }
    };
    let lengths = [&sample.name, &sample.email].map(|text| text.chars().count());
    let length_said = match lengths {
        [a, b] if a == b => a.to_string(),
        [a, b] => format!("{a} and {b}"),
    };
    let form_of = |as_it_is: bool, name: &'static str| {
        let as_text = as_text.clone();
        html! {
            <label>
                <input type="radio" name={format!("{id}-bytes")} disabled={!live} checked={*as_text == as_it_is}
                    onchange={move |_: Event| as_text.set(as_it_is)}/>
                <span>{ name }</span>
            </label>
        }
    };
    desk.lay(Parts {
        class: "enc",
        picture: html! {
            <>
                <p class="enc-record">
                    <code>{ format!("Person {{ name = \"{}\", id = {}, email = \"{}\" }}", sample.name, sample.id, sample.email) }</code>
                </p>
                <div class="enc-rows">
                    { for rows.iter().enumerate().map(|(place, shown)| row(id, live, shown, place, rows, &lit, *as_text, &light)) }
                    { panel(live, rows, &record, &lit) }
                </div>
            </>
        },
        aside: html! {
            <div class="enc-form">
                <div class="enc-fields needs-js" role="group" aria-label="The record" data-part="controls">
                    { for (0..FIELDS.len()).map(field) }
                </div>
                <div class="knobs needs-js" data-part="controls">
                    <label class="slider">
                        <span>{ "Characters of name and email: " }<b>{ length_said }</b></span>
                        <input type="range" min="0" max={Sample::LONGEST.to_string()} step="1"
                            value={lengths[0].max(lengths[1]).to_string()} disabled={!live} oninput={stretch}/>
                    </label>
                    <fieldset class="choice">
                        <legend translate="yes">{ "Bytes" }</legend>
                        { form_of(false, "in hex") }
                        { form_of(true, "text as text") }
                    </fieldset>
                </div>
            </div>
        },
        rest: html! {
            <>
                { written(page::legend) }
                <div class="enc-sizes">
                    <p class="panel-title">{ format!("What {} like this {}", records(sample.count), if sample.count == 1 { "takes" } else { "take" }) }</p>
                    <div class="knobs needs-js" data-part="controls">
                        <label class="slider">
                            <span>{ "Records: " }<b>{ grouped(sample.count.into()) }</b></span>
                            <input type="range" min="0" max={count_last.to_string()} step="1" value={count_at.to_string()}
                                disabled={!live} oninput={recount} aria-valuetext={records(sample.count)}/>
                        </label>
                    </div>
                    { chart(id, &desk.title(), rows, sample.count) }
                    <p class="quiet-words">
                        { "Each in the form in which one keeps many: " }
                        { rows.iter().map(|row| format!("{} {}", row.format.name(), row.many.form)).collect::<Vec<_>>().join("; ") }
                        { ". Left to right: values; numbers, types and lengths; names; what holds it all together. Nothing is compressed: a compressor would take out much of what repeats, and names repeat in every record." }
                    </p>
                </div>
                { written(|| page::who_needs(&record)) }
            </>
        },
        summary: "Every part in words, and what is counted",
        table: table(rows),
        ..Parts::default()
    })
}

/// What a part is for, in a word or two.
const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Structure => "structure",
        Role::Name => "name",
        Role::Head => "type, number or length",
        Role::Payload => "value",
    }
}

fn tag(name: &'static str, class: &'static str, children: Vec<Html>) -> Html {
    let attributes = if class.is_empty() { vec![] } else { vec![("class", class.to_owned())] };
    el(name, &attributes, children).into()
}

fn text(words: impl Into<AttrValue>) -> Html {
    VText::new(words).into()
}

fn cell(words: impl Into<AttrValue>) -> Html {
    tag("td", "", vec![text(words)])
}

/// A cell over several columns.
fn wide(name: &'static str, columns: u8, words: String) -> Html {
    let mut attributes = vec![("colspan", columns.to_string())];
    if name == "th" {
        attributes.push(("scope", "rowgroup".to_owned()));
    }
    el(name, &attributes, vec![text(words)]).into()
}

/// A table with a body for each encoding.
fn bodies(label: &'static str, class: &'static str, head: [&'static str; 4], bodies: Vec<Vec<Html>>) -> Html {
    let head = head.map(|title| el("th", &[("scope", "col".to_owned())], vec![text(title)]).into());
    let mut parts = vec![tag("thead", "", vec![tag("tr", "", head.into())])];
    parts.extend(bodies.into_iter().map(|rows| tag("tbody", "", rows)));
    let attributes = [("class", "scroll-box"), ("tabindex", "0"), ("role", "group"), ("aria-label", label)];
    let attributes = attributes.map(|(name, value)| (name, value.to_owned()));
    el("div", &attributes, vec![tag("table", class, parts)]).into()
}

fn table(rows: &[Row]) -> Html {
    let words = rows.iter().map(|row| {
        let whole = format!("{}, {}", row.format.name(), size(row.one.bytes.len() as u64));
        let mut lines = vec![tag("tr", "whole", vec![wide("th", 4, whole)])];
        lines.extend(row.one.parts.iter().map(|part| {
            let bytes = tag("td", "", vec![tag("code", "", vec![text(hex(&row.one.bytes[part.at.clone()]))])]);
            let field = cell(part.field.map_or("", |place| FIELDS[place]));
            tag("tr", "", vec![bytes, field, cell(role_name(part.role)), cell(part.words.clone())])
        }));
        lines
    });
    let counted = rows.iter().map(|row| {
        let whole = wide("th", 3, format!("{}: {}", row.format.name(), row.many.form));
        let mut lines = vec![tag("tr", "whole", vec![whole, cell(grouped(row.many.bytes))])];
        lines.extend(row.many.counted.iter().map(|one| {
            let numbers = [one.bytes, one.times, one.bytes * one.times].map(|number| cell(grouped(number)));
            tag("tr", "", [cell(one.what)].into_iter().chain(numbers).collect())
        }));
        if let Some((form, bytes)) = row.many.other {
            lines.push(tag("tr", "", vec![wide("td", 3, format!("Or as {form}")), cell(grouped(bytes))]));
        }
        lines
    });
    let head = ["Bytes", "Field", "What for", "What they say"];
    let words = bodies("Parts of one record", "enc-words", head, words.collect());
    let head = ["What is counted", "Bytes", "Times", "Together"];
    html! { <>{ words }{ bodies("What many records take", "enc-counted", head, counted.collect()) }</> }
}

#[cfg(not(feature = "ssr"))]
mod page {
    //! What only the builder says.

    pub(super) fn legend() -> String {
        String::new()
    }

    pub(super) fn who_needs(_: &wire::formats::Record) -> String {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_two_digits_each() {
        assert_eq!(hex(&[0, 10, 0xff]), "00 0a ff");
        assert_eq!(hex(&[]), "");
    }

    #[test]
    fn the_slider_stops_at_round_numbers_and_where_it_is() {
        assert_eq!(stops(1_000)[..4], [1, 2, 5, 10]);
        assert_eq!(stops(7)[..5], [1, 2, 5, 7, 10]);
        assert_eq!(stops(Sample::MOST).last(), Some(&Sample::MOST));
        assert_eq!(stops(Sample::MOST).len(), 16);
    }

    #[test]
    fn texts_are_made_longer_and_shorter() {
        assert_eq!(stretched("Alice", 7), "AliceAl");
        assert_eq!(stretched("Alice", 0), "");
        assert_eq!(stretched("", 2), "xx");
    }

    #[test]
    fn shares_are_all_there_is() {
        for count in [1, 7, 100_000] {
            for row in rows_of(&Sample { count, ..Sample::default() }) {
                let shares =
                    [Role::Payload, Role::Head, Role::Name, Role::Structure].map(|role| row.share(role, count));
                assert_eq!(shares.iter().sum::<u64>(), row.many.bytes, "{:?} {count}", row.format);
            }
        }
    }
}
