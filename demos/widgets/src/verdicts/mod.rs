//! The usual changes of a schema, each with its verdicts, a message that shows the worst, and what `buf breaking` says.

#[cfg(feature = "ssr")]
mod block;

#[cfg(feature = "ssr")]
pub use block::Block;

use crate::{
    demo::{Demo, DemoProps, Session, View},
    shell::{Shell, use_arrival},
    svg::el,
    wire_lab::words::{self, count, hex},
};
use sim::TraceHash;
use std::rc::Rc;
use wire::{
    case::Case,
    evolve::{Harm, Row, Witness, buf::RULES, catalogue},
};
use yew::{prelude::*, virtual_dom::VText};

/// The message type of all rows.
const MESSAGE: &str = "Order";

/// Which rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    All,
    /// Those in which bytes do harm.
    Harmful,
    /// Those where harm to bytes and the objection of buf's category WIRE do not go together.
    Differing,
}

impl Shown {
    const ALL: [Self; 3] = [Self::All, Self::Harmful, Self::Differing];

    const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Harmful => "harmful",
            Self::Differing => "differing",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Harmful => "those that harm bytes",
            Self::Differing => "where buf and the verdict differ",
        }
    }

    fn code(self) -> String {
        format!("2~verdicts~{}", self.word())
    }

    /// Reads what [`Shown::code`] wrote.
    fn from_code(code: &str) -> Result<Self, String> {
        let word = code.strip_prefix("2~verdicts~").unwrap_or(code);
        let found = Self::ALL.into_iter().find(|shown| shown.word() == word);
        found.ok_or_else(|| {
            let word: String = word.chars().take(20).collect();
            format!("there is no choice of rows “{word}”; copy the whole link again, or ask for a new one")
        })
    }

    fn has(self, row: &Row) -> bool {
        match self {
            Self::All => true,
            Self::Harmful => harmful(row),
            Self::Differing => differs(row),
        }
    }
}

/// Whether the change does harm to bytes in one direction at least.
fn harmful(row: &Row) -> bool {
    row.change.forward.max(row.change.backward) > Harm::Names
}

/// Whether `buf breaking` in its category WIRE judges other than the bytes do.
fn differs(row: &Row) -> bool {
    row.buf_objects().0 != harmful(row)
}

/// The usual changes of a schema, in a table.
pub struct Verdicts;

impl Demo for Verdicts {
    const NAME: &'static str = "verdicts";
    type Component = VerdictsView;

    fn hash_of(run: &str) -> Result<String, String> {
        Ok(fingerprint(Shown::from_code(run)?, &catalogue()))
    }
}

/// The fingerprint of the rows that are shown.
fn fingerprint(shown: Shown, rows: &[Row]) -> String {
    let mut hash = TraceHash::default();
    hash.text(&shown.code());
    for row in rows.iter().filter(|row| shown.has(row)) {
        hash.text(row.title);
        hash.text(&row.old);
        hash.text(&row.new);
        for harm in [row.change.forward, row.change.backward, row.change.json] {
            hash.text(words::harm(harm).0);
        }
        hash.text(&row.change.why);
        row.change.buf.iter().for_each(|rule| hash.text(rule));
        if let Some(witness) = &row.change.witness {
            hash.text(&hex(&witness.bytes));
        }
    }
    hash.to_string()
}

/// The component.
#[component]
pub fn VerdictsView(props: &DemoProps) -> Html {
    let original = Shown::from_code(View::parse(&props.view).run).unwrap_or(Shown::All);
    let shown = use_state(|| original);
    let rows: Rc<Vec<Row>> = use_memo((), |()| catalogue());
    let figure = use_node_ref();
    let (live, trouble) = {
        let shown = shown.clone();
        use_arrival(&props.session, "here is the page's own table", move |view| {
            shown.set(Shown::from_code(view.run)?);
            Ok(())
        })
    };
    let id: AttrValue = props.id.clone();
    let chosen: Vec<&Row> = rows.iter().filter(|row| shown.has(row)).collect();
    let choices = Shown::ALL.into_iter().map(|choice| {
        let (state, on) = (shown.clone(), *shown == choice);
        html! {
            <label>
                <input type="radio" name={format!("{id}-rows")} disabled={!live} checked={on}
                    onchange={move |_: Event| state.set(choice)}/>
                <span>{ choice.label() }</span>
            </label>
        }
    });
    let said = format!("{} of {} are shown.", count(chosen.len(), "change", "changes"), rows.len());
    html! {
        <Shell id={id.clone()} title={props.title.clone()} live={live} session={props.session.clone()}
            code={shown.code()} trouble={(*trouble).clone()} height={1100} figure={figure}
            onkeydown={|event: KeyboardEvent| event.stop_propagation()}
            summary="The rules of buf breaking, in words" table={rules()}>
            <div class="knobs needs-js">
                <fieldset class="choice">
                    <legend>{ "Changes" }</legend>
                    <div class="pills">{ for choices }</div>
                </fieldset>
            </div>
            <div class="scroll-box" tabindex="0" role="group" aria-label="Changes and verdicts">
                { table(&chosen, (live && !props.offers.is_empty()).then_some((&*props.offers, &props.session))) }
            </div>
            <p class="visually-hidden" aria-live="polite">{ said }</p>
        </Shell>
    }
}

fn tag(name: &'static str, attributes: &[(&'static str, &str)], children: Vec<Html>) -> Html {
    let attributes: Vec<_> = attributes.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    el(name, &attributes, children).into()
}

fn text(words: impl Into<AttrValue>) -> Html {
    VText::new(words).into()
}

fn head(titles: &[&'static str]) -> Html {
    let cells = titles.iter().map(|title| tag("th", &[("scope", "col")], vec![text(*title)])).collect();
    tag("thead", &[], vec![tag("tr", &[], cells)])
}

/// Where a row can be opened: the id of a lab, and where the table is. Known in the browser only, as on the embed page of
/// the table there is no lab.
type Lab<'a> = Option<(&'a str, &'a Session)>;

fn table(rows: &[&Row], lab: Lab<'_>) -> Html {
    let titles =
        ["Change", "The old reads the new", "The new reads the old", "JSON", "Programs", "buf, WIRE", "buf, WIRE_JSON"];
    let body = rows.iter().map(|row| {
        let (wire, json) = row.buf_objects();
        let cells = vec![
            tag("th", &[("scope", "row")], vec![text(row.title)]),
            harm(row.change.forward),
            harm(row.change.backward),
            harm(row.change.json),
            tag("td", &[], vec![text(if row.change.source { "to be changed" } else { "compile" })]),
            objects(wire),
            objects(json),
        ];
        // Bodies, so that the two rows of a change stay together.
        tag(
            "tbody",
            &[],
            vec![
                tag("tr", &[], cells),
                tag("tr", &[("class", "vd-why")], vec![tag("td", &[("colspan", "7")], vec![why(row, lab)])]),
            ],
        )
    });
    let mut children = vec![head(&titles)];
    children.extend(body);
    tag("table", &[("class", "vd-table")], children)
}

fn harm(harm: Harm) -> Html {
    let (word, sign, class) = words::harm(harm);
    let class = format!("vd-mark {class}");
    tag("td", &[], vec![tag("span", &[("class", &class)], vec![text(format!("{sign} {word}"))])])
}

fn objects(objects: bool) -> Html {
    let (class, words) = if objects { ("vd-mark bad", "✕ objects") } else { ("vd-mark good", "✓ allows") };
    tag("td", &[], vec![tag("span", &[("class", class)], vec![text(words)])])
}

/// The lines that the change takes away and those that it brings.
fn lines(row: &Row) -> String {
    let only = |one: &str, other: &str, sign: &str| -> String {
        let lines = one.lines().filter(|line| !other.lines().any(|same| same == *line));
        lines.map(|line| format!("{sign} {}\n", line.trim())).collect()
    };
    only(&row.old, &row.new, "−") + &only(&row.new, &row.old, "+")
}

fn why(row: &Row, lab: Lab<'_>) -> Html {
    let paragraph = |words: String| tag("p", &[], vec![text(words)]);
    let mut children = vec![
        tag("summary", &[], vec![text("Why")]),
        tag("pre", &[], vec![text(lines(row))]),
        paragraph(row.change.why.clone()),
    ];
    if let Some(witness) = &row.change.witness {
        children.push(shown_by(witness));
    }
    if !row.change.buf.is_empty() {
        children.push(paragraph(format!("Rules of buf that it breaks: {}.", row.change.buf.join(", "))));
    }
    if let Some(note) = row.note {
        children.push(paragraph(note.to_owned()));
    }
    if let Some((lab, session)) = lab {
        let link = address(row, lab, session);
        children.push(tag("p", &[], vec![tag("a", &[("href", &link)], vec![text("Open it in the lab")])]));
    }
    tag("details", &[("class", "more")], children)
}

/// The message that shows the worst.
fn shown_by(witness: &Witness) -> Html {
    let reader = if witness.new_writes { "old" } else { "new" };
    let code = |words: &str| tag("code", &[], vec![text(words.to_owned())]);
    let line = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut children = vec![
        text("A message that shows it: "),
        code(&line(&witness.json)),
        text(" is sent as "),
        code(&if witness.bytes.is_empty() { "no bytes".to_owned() } else { hex(&witness.bytes) }),
    ];
    match &witness.seen {
        Ok(seen) => children.extend([text(format!(", and the {reader} reader sees ")), code(&line(seen)), text(".")]),
        Err(why) => children.push(text(format!(", and the {reader} reader refuses it: {why}"))),
    }
    tag("p", &[], children)
}

/// The address of the row's case in the lab of that id: on the same page, or on its embed page.
fn address(row: &Row, lab: &str, session: &Session) -> String {
    let witness = row.change.witness.as_ref().filter(|witness| witness.message == MESSAGE);
    let new_writes = witness.is_none_or(|witness| witness.new_writes);
    let (writer, reader) = if new_writes { (&row.new, &row.old) } else { (&row.old, &row.new) };
    let case = Case {
        writer: writer.clone(),
        reader: reader.clone(),
        message: MESSAGE.to_owned(),
        value: witness.map_or_else(|| "{\n  \"orderId\": \"o1\"\n}".to_owned(), |witness| witness.json.clone()),
        edits: vec![],
        old_writes: !new_writes,
    };
    if session.embedded {
        format!("{}embed/{lab}.html?run={}", session.root, case.code())
    } else {
        format!("?run={lab}:{}#{lab}", case.code())
    }
}

/// All rules, with their categories.
fn rules() -> Html {
    let rows = RULES.iter().map(|rule| {
        let yes = |yes: bool| tag("td", &[], vec![text(if yes { "yes" } else { "no" })]);
        let id = tag("code", &[], vec![text(rule.id)]);
        let meaning = tag("td", &[], vec![text(rule.meaning)]);
        tag("tr", &[], vec![tag("th", &[("scope", "row")], vec![id]), yes(rule.wire), yes(rule.wire_json), meaning])
    });
    let body = tag("tbody", &[], rows.collect());
    let table = tag("table", &[], vec![head(&["Rule", "WIRE", "WIRE_JSON", "What it demands"]), body]);
    tag(
        "div",
        &[("class", "scroll-box"), ("tabindex", "0"), ("role", "group"), ("aria-label", "Rules of buf breaking")],
        vec![table],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_opens_in_the_lab_and_shows_there_what_it_says() {
        for row in catalogue() {
            let link = address(&row, "lab", &Session::default());
            let code = link.strip_prefix("?run=lab:").and_then(|rest| rest.strip_suffix("#lab")).expect(&link);
            let case = Case::from_code(code).unwrap_or_else(|error| panic!("{}: {error}", row.title));
            let outcome = case.outcome(None);
            assert!(outcome.writer.problems.is_empty() && outcome.value_problems.is_empty(), "{}", row.title);
            assert!(outcome.changes.contains(&row.change), "{}", row.title);
            if let Some(witness) = &row.change.witness
                && witness.message == MESSAGE
            {
                assert_eq!(outcome.bytes, witness.bytes, "{}", row.title);
            }
        }
    }

    #[test]
    fn codes_of_choices_are_read_back_and_others_refused() {
        for shown in Shown::ALL {
            assert_eq!(Shown::from_code(&shown.code()), Ok(shown));
        }
        assert!(Shown::from_code("2~verdicts~some").is_err());
    }
}
