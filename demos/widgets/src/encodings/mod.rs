//! One record in six encodings: its bytes with what each is for, what many records take, who needs which schema.

#[cfg(feature = "ssr")]
mod block;
mod chart;
mod rows;

#[cfg(feature = "ssr")]
pub use block::{Block, Person};

use crate::{
    demo::{Demo, DemoProps, View},
    shell::{Shell, use_arrival},
    svg::grouped,
};
use chart::{chart, records, size};
use rows::{Lit, panel, row};
use sim::TraceHash;
use web_sys::HtmlInputElement;
use wire::formats::{Annotated, Format, Many, Need, Part, Record, Role, Sample, encode, many, needs, schema};
use yew::prelude::*;

/// The names of the record's fields, in their order.
const FIELDS: [&str; 3] = ["name", "id", "email"];

/// Records to try, each with what there is to see.
const TRIES: [(&str, i32, &str, &str); 3] = [
    ("Alice", -1, "a@b.com", "a negative id"),
    ("Alice", i32::MAX, "a@b.com", "a large id"),
    ("", 0, "", "nothing but defaults"),
];

/// A record in six encodings.
pub struct Encodings;

impl Demo for Encodings {
    const NAME: &'static str = "encodings";
    type Component = EncodingsView;

    fn hash_of(run: &str) -> Result<String, String> {
        Sample::from_code(run).map(|sample| fingerprint(&sample)).map_err(|error| error.to_string())
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
struct Row {
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
pub fn EncodingsView(props: &DemoProps) -> Html {
    let original = use_memo(props.view.clone(), |view| Sample::from_code(View::parse(view).run).unwrap_or_default());
    let sample = use_state(|| (*original).clone());
    // As it stands in the field; what is no number yet is not encoded.
    let typed = use_state(|| original.id.to_string());
    // What was typed last, which the slider makes longer and shorter.
    let texts = use_state(|| [original.name.clone(), original.email.clone()]);
    let lit = use_state(|| Lit::Nothing);
    let as_text = use_state(|| false);
    let figure = use_node_ref();
    let rows = use_memo((*sample).clone(), rows_of);

    let show = {
        let (sample, typed, texts, lit) = (sample.clone(), typed.clone(), texts.clone(), lit.clone());
        Callback::from(move |to: Sample| {
            typed.set(to.id.to_string());
            texts.set([to.name.clone(), to.email.clone()]);
            // The parts are others now.
            lit.set(Lit::Nothing);
            sample.set(to);
        })
    };
    let (live, trouble) = {
        let show = show.clone();
        use_arrival(&props.session, "here is the page's own record", move |view| {
            show.emit(Sample::from_code(view.run).map_err(|error| error.to_string())?);
            Ok(())
        })
    };
    let put = |to: Sample| {
        let (show, trouble) = (show.clone(), trouble.clone());
        Callback::from(move |_: MouseEvent| {
            trouble.set(None);
            show.emit(to.clone());
        })
    };
    let typing = |place: usize| {
        let (sample, typed, texts, lit) = (sample.clone(), typed.clone(), texts.clone(), lit.clone());
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let (value, mut to) = (input.value(), (*sample).clone());
            if place == 1 {
                if let Ok(id) = value.parse() {
                    to.id = id;
                }
                typed.set(value);
            } else {
                let value: String = value.chars().take(Sample::LONGEST).collect();
                let mut bases = (*texts).clone();
                bases[place / 2].clone_from(&value);
                texts.set(bases);
                *if place == 0 { &mut to.name } else { &mut to.email } = value;
            }
            lit.set(Lit::Field(place));
            sample.set(to);
        })
    };
    let stretch = {
        let (sample, texts, lit) = (sample.clone(), texts.clone(), lit.clone());
        Callback::from(move |event: InputEvent| {
            let length = event.target_unchecked_into::<HtmlInputElement>().value_as_number() as usize;
            let [name, email] = texts.each_ref().map(|text| stretched(text, length.min(Sample::LONGEST)));
            lit.set(Lit::Nothing);
            sample.set(Sample { name, email, ..(*sample).clone() });
        })
    };
    let counts = stops(sample.count);
    let count_at = counts.binary_search(&sample.count).unwrap_or(0);
    let count_last = counts.len() - 1;
    let recount = {
        let sample = sample.clone();
        Callback::from(move |event: InputEvent| {
            let place = event.target_unchecked_into::<HtmlInputElement>().value_as_number() as usize;
            if let Some(count) = counts.get(place) {
                sample.set(Sample { count: *count, ..(*sample).clone() });
            }
        })
    };
    let light = {
        let lit = lit.clone();
        Callback::from(move |to: Lit| {
            if *lit != to {
                lit.set(to);
            }
        })
    };

    let id: AttrValue = props.id.clone();
    let record = sample.record();
    let misfit = typed.parse::<i32>().is_err();
    let field = |place: usize| {
        let value = [&sample.name, &*typed, &sample.email][place].clone();
        let wrong = place == 1 && misfit;
        html! {
            <label class={classes!("enc-field", (lit.field(&rows) == Some(place)).then_some("lit"))}
                onpointerover={light.reform(move |_: PointerEvent| Lit::Field(place))}
                onfocusin={light.reform(move |_: FocusEvent| Lit::Field(place))}>
                <span>{ FIELDS[place] }{ " =" }</span>
                if place == 1 {
                    <input type="number" min={i32::MIN.to_string()} max={i32::MAX.to_string()} step="1" {value}
                        disabled={!live} oninput={typing(place)} aria-invalid={wrong.then_some("true")}
                        aria-describedby={wrong.then(|| format!("{id}-misfit"))}/>
                } else {
                    <input type="text" maxlength={Sample::LONGEST.to_string()} autocomplete="off" spellcheck="false" {value}
                        disabled={!live} oninput={typing(place)}/>
                }
            </label>
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
    html! {
        <Shell id={id.clone()} title={props.title.clone()} {live} session={props.session.clone()}
            code={sample.code()} trouble={(*trouble).clone()} height={1500} {figure}
            onkeydown={|event: KeyboardEvent| event.stop_propagation()}
            summary="Every part in words, and what is counted" table={table(&rows)}>
            <div class="enc-form">
                <p class="enc-record">
                    <code>{ format!("Person {{ name = \"{}\", id = {}, email = \"{}\" }}", sample.name, sample.id, sample.email) }</code>
                </p>
                <div class="enc-fields needs-js" role="group" aria-label="The record">
                    { for (0..FIELDS.len()).map(field) }
                </div>
                <div class="enc-tries needs-js" role="group" aria-label="Records to try">
                    <span>{ "Try" }</span>
                    { for TRIES.into_iter().map(|(name, number, email, what)| {
                        let to = Sample { name: name.to_owned(), id: number, email: email.to_owned(), count: sample.count };
                        html! {
                            <button type="button" disabled={!live} aria-pressed={(*sample == to).to_string()} onclick={put(to)}>
                                { what }
                            </button>
                        }
                    }) }
                    <button type="button" disabled={!live} aria-pressed={(*sample == *original).to_string()}
                        onclick={put((*original).clone())}>{ "the page’s record" }</button>
                </div>
                <div class="enc-misfit" id={format!("{id}-misfit")} role="status">
                    if misfit {
                        <p class="notice">
                            { format!("An int32 is a whole number from {} to {}. Until then the figure stays at {}.", i32::MIN, i32::MAX, sample.id) }
                        </p>
                    }
                </div>
                <div class="knobs needs-js">
                    <label class="slider">
                        <span>{ "Characters of name and email: " }<b>{ length_said }</b></span>
                        <input type="range" min="0" max={Sample::LONGEST.to_string()} step="1"
                            value={lengths[0].max(lengths[1]).to_string()} disabled={!live} oninput={stretch}/>
                    </label>
                    <fieldset class="choice">
                        <legend>{ "Bytes" }</legend>
                        { form_of(false, "in hex") }
                        { form_of(true, "text as text") }
                    </fieldset>
                </div>
            </div>
            <div class="enc-rows">
                { for rows.iter().enumerate().map(|(place, shown)| row(&id, live, shown, place, &rows, &lit, *as_text, &light)) }
                { panel(live, &rows, &record, &lit) }
            </div>
            { legend() }
            <div class="enc-sizes">
                <p class="panel-title">{ format!("What {} like this take", records(sample.count)) }</p>
                <div class="knobs needs-js">
                    <label class="slider">
                        <span>{ "Records: " }<b>{ grouped(sample.count.into()) }</b></span>
                        <input type="range" min="0" max={count_last.to_string()} step="1" value={count_at.to_string()}
                            disabled={!live} oninput={recount} aria-valuetext={records(sample.count)}/>
                    </label>
                </div>
                { chart(&id, &props.title, &rows, sample.count) }
                <p class="quiet-words">
                    { "Each in the form in which one keeps many: " }
                    { rows.iter().map(|row| format!("{} {}", row.format.name(), row.many.form)).collect::<Vec<_>>().join("; ") }
                    { ". Left to right: values; numbers, types and lengths; names; what holds it all together. Nothing is compressed: a compressor would take out much of what repeats, and names repeat in every record." }
                </p>
            </div>
            { who_needs(&record) }
        </Shell>
    }
}

/// What the shapes mean.
fn legend() -> Html {
    let sample = |class: &'static str, bytes: &'static str, words: &'static str| {
        html! { <li><span class={classes!("enc-part", class)} aria-hidden="true">{ bytes }</span>{ words }</li> }
    };
    html! {
        <ul class="enc-legend">
            { sample("payload", "41 6c", "solid: the value itself") }
            { sample("head", "65", "outlined: a number, a type, a length") }
            { sample("name", "69 64", "underlined: the name of a field") }
            { sample("structure", "7b", "plain: what holds the record together") }
        </ul>
    }
}

/// Who needs which schema, the encodings with the same answer together.
fn who_needs(record: &Record) -> Html {
    let mut groups: Vec<Vec<Format>> = vec![];
    for format in Format::ALL {
        match groups.iter_mut().find(|group| needs(group[0]).reader.0 == needs(format).reader.0) {
            Some(group) => group.push(format),
            None => groups.push(vec![format]),
        }
    }
    let need = |who: &'static str, (need, why): (Need, &'static str)| {
        let what = match need {
            Need::Nothing => "no schema",
            Need::AVersion => "a version of the schema",
            Need::TheWriters => "the writer’s schema, and its own",
        };
        html! { <div><dt>{ who }{ ": " }<b>{ what }</b></dt><dd>{ why }</dd></div> }
    };
    html! {
        <div class="enc-needs">
            <p class="panel-title">{ "Who needs which schema" }</p>
            <ul>
                { for groups.iter().map(|group| {
                    let needed = needs(group[0]);
                    html! {
                        <li>
                            <p class="enc-group">{ group.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ") }</p>
                            <dl>
                                { need("Writer", needed.writer) }
                                { need("Reader", needed.reader) }
                                { for group.iter().enumerate().map(|(place, format)| {
                                    let alone = needs(*format).alone;
                                    // Of several in a row with the same answer the first gives it.
                                    let before = place.checked_sub(1).map(|place| needs(group[place]).alone);
                                    let same = group[place..].iter().take_while(|other| needs(**other).alone == alone);
                                    let names: Vec<_> = same.map(|format| format.name()).collect();
                                    if before == Some(alone) {
                                        return html! {};
                                    }
                                    let of = if names.len() < group.len() { format!(" of {}", names.join(", ")) } else { String::new() };
                                    html! { <div><dt>{ format!("The bytes{of} alone say") }</dt><dd>{ alone }</dd></div> }
                                }) }
                            </dl>
                            { for group.iter().filter_map(|format| schema(*format, record).map(|schema| html! {
                                <details class="more">
                                    <summary>{ format!("The schema for {}", format.name()) }</summary>
                                    <pre class="enc-schema"><code>{ schema }</code></pre>
                                </details>
                            })) }
                        </li>
                    }
                }) }
            </ul>
        </div>
    }
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

fn table(rows: &[Row]) -> Html {
    let part = |row: &Row, part: &Part| {
        html! {
            <tr>
                <td><code>{ hex(&row.one.bytes[part.at.clone()]) }</code></td>
                <td>{ part.field.map_or("", |place| FIELDS[place]) }</td>
                <td>{ role_name(part.role) }</td>
                <td>{ &part.words }</td>
            </tr>
        }
    };
    html! {
        <>
            <div class="scroll-box" tabindex="0" role="group" aria-label="Parts of one record">
                <table class="enc-words">
                    <thead>
                        <tr>
                            <th scope="col">{ "Bytes" }</th><th scope="col">{ "Field" }</th>
                            <th scope="col">{ "What for" }</th><th scope="col">{ "What they say" }</th>
                        </tr>
                    </thead>
                    { for rows.iter().map(|row| html! {
                        <tbody>
                            <tr class="whole">
                                <th scope="rowgroup" colspan="4">
                                    { format!("{}, {}", row.format.name(), size(row.one.bytes.len() as u64)) }
                                </th>
                            </tr>
                            { for row.one.parts.iter().map(|one| part(row, one)) }
                        </tbody>
                    }) }
                </table>
            </div>
            <div class="scroll-box" tabindex="0" role="group" aria-label="What many records take">
                <table class="enc-counted">
                    <thead>
                        <tr>
                            <th scope="col">{ "What is counted" }</th><th scope="col">{ "Bytes" }</th>
                            <th scope="col">{ "Times" }</th><th scope="col">{ "Together" }</th>
                        </tr>
                    </thead>
                    { for rows.iter().map(|row| html! {
                        <tbody>
                            <tr class="whole">
                                <th scope="rowgroup" colspan="3">{ format!("{}: {}", row.format.name(), row.many.form) }</th>
                                <td>{ grouped(row.many.bytes) }</td>
                            </tr>
                            { for row.many.counted.iter().map(|one| html! {
                                <tr>
                                    <td>{ one.what }</td><td>{ grouped(one.bytes) }</td><td>{ grouped(one.times) }</td>
                                    <td>{ grouped(one.bytes * one.times) }</td>
                                </tr>
                            }) }
                            if let Some((form, bytes)) = row.many.other {
                                <tr><td colspan="3">{ "Or as " }{ form }</td><td>{ grouped(bytes) }</td></tr>
                            }
                        </tbody>
                    }) }
                </table>
            </div>
        </>
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
