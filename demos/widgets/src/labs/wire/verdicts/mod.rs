//! The usual changes of a schema, each with its verdicts, a message that shows the worst, and what `buf breaking` says.
//!
//! The builder writes the table; what is alive chooses among its rows.

#[cfg(feature = "ssr")]
mod block;
#[cfg(feature = "ssr")]
mod page;
mod rows;

#[cfg(feature = "ssr")]
pub use block::Block;

use crate::{
    chrome::{
        demo::{Demo, Session, View},
        facts::FactList,
        figure::{Beside, Desk, Parts},
        written::written,
    },
    labs::wire::lab::words::count,
};
use rows::{differs, fingerprint, harmful};
use sim::TraceHash;
use web_sys::Element;
use wire::evolve::{Harm, Row, catalogue};
use yew::prelude::*;

/// Which rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All of them.
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
}

/// The usual changes of a schema, in a table.
pub struct Verdicts;

/// The whole table, and which of it is shown.
pub struct Seen {
    shown: Shown,
    rows: Vec<Row>,
}

impl Seen {
    fn count(&self, is: impl Fn(&Row) -> bool) -> usize {
        self.rows.iter().filter(|row| is(row)).count()
    }
}

fn worst(row: &Row) -> Harm {
    row.change.forward.max(row.change.backward)
}

impl Demo for Verdicts {
    const NAME: &'static str = "verdicts";
    type Run = Shown;
    type Look = ();
    type Seen = Seen;
    type View = VerdictsView;
    const IN_PAGE: bool = false;
    const BESIDE: Beside = Beside::Nothing;
    const HISTORY: bool = false;
    const OWN: &'static str = "table";
    const HEIGHT: u32 = 1100;

    fn read(view: &View<'_>) -> Result<(Shown, ()), String> {
        Ok((Shown::from_code(view.run)?, ()))
    }

    fn code(shown: &Shown) -> String {
        shown.code()
    }

    fn see(shown: &Shown, _data: &str) -> Seen {
        Seen { shown: *shown, rows: catalogue() }
    }

    fn facts(list: &mut FactList<Self::Seen>) {
        list.fact("changes", "How many changes the whole table has.", |seen| seen.rows.len());
        list.fact("harmless", "How many of them do no harm to bytes in either direction.", |seen| {
            seen.count(|row| !harmful(row))
        });
        list.fact("loses-data", "How many, at their worst, lose data in bytes without a word.", |seen| {
            seen.count(|row| worst(row) == Harm::LosesData)
        });
        list.fact("garbage", "How many, at their worst, let a reader see a value that nobody wrote.", |seen| {
            seen.count(|row| worst(row) == Harm::Garbage)
        });
        list.fact("refused", "How many, at their worst, let a reader refuse a message.", |seen| {
            seen.count(|row| worst(row) == Harm::Refused)
        });
        list.fact(
            "buf-stricter",
            "To how many that do no harm to bytes `buf breaking` objects in its category WIRE.",
            |seen| seen.count(|row| differs(row) && !harmful(row)),
        );
        list.fact("buf-milder", "How many that do harm to bytes it allows in that category.", |seen| {
            seen.count(|row| differs(row) && harmful(row))
        });
        list.fact("hash", "The fingerprint of the rows that are shown, 16 hexadecimal digits.", |seen| {
            fingerprint(seen.shown, &seen.rows)
        });
    }

    // Whatever is chosen, the title is about it.
    fn is_same(_desk: &Desk<Self>) -> bool {
        true
    }

    // That of the choice: the rows are the same whatever is chosen.
    fn hash_of(run: &str) -> Result<String, String> {
        let mut hash = TraceHash::default();
        hash.text(&Shown::from_code(run)?.code());
        Ok(hash.to_string())
    }
}

/// What the builder says of the table beside its rows: the lab in which they can be opened, if there is one, and how
/// many rows each choice has, in the order of [`Shown::ALL`].
struct Offers<'a> {
    lab: &'a str,
    counts: [usize; 3],
}

impl<'a> Offers<'a> {
    fn parse(offers: &'a str) -> Self {
        let mut words = offers.split(' ');
        let lab = words.next().unwrap_or_default();
        let mut count = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        Self { lab, counts: [count(), count(), count()] }
    }

    #[cfg(feature = "ssr")]
    fn write(&self) -> String {
        let [all, harmful, differing] = self.counts;
        format!("{} {all} {harmful} {differing}", self.lab)
    }
}

/// The component.
#[component]
pub fn VerdictsView(desk: &Desk<Verdicts>) -> Html {
    let (id, live, shown) = (desk.id(), desk.live(), *desk.run());
    let offers = Offers::parse(desk.data());
    {
        let (desk, lab) = (desk.clone(), offers.lab.to_owned());
        use_effect_with((), move |()| {
            if let Some(figure) = desk.figure().cast::<Element>() {
                lead_to_lab(&figure, &lab, desk.session());
            }
        });
    }
    let choices = Shown::ALL.into_iter().map(|choice| {
        html! {
            <label>
                <input type="radio" name={format!("{id}-rows")} disabled={!live} checked={shown == choice}
                    onchange={desk.going(move |_: &Shown, _: Event| choice)}/>
                <span translate="yes">{ choice.label() }</span>
            </label>
        }
    });
    let [all, ..] = offers.counts;
    let said = format!("{} of {all} are shown.", count(offers.counts[shown as usize], "change", "changes"));
    desk.lay(Parts {
        picture: html! {
            <>
                <div class="knobs needs-js">
                    <fieldset class="choice">
                        <legend translate="yes">{ "Changes" }</legend>
                        <div class="pills">{ for choices }</div>
                    </fieldset>
                </div>
                <div class={classes!("scroll-box", "vd-rows", shown.word())} tabindex="0" role="group" aria-label="Changes and verdicts">
                    { written(|| table(offers.lab)) }
                </div>
                <p class="visually-hidden" aria-live="polite">{ said }</p>
            </>
        },
        summary: "The rules of buf breaking, in words",
        table: written(rules),
        ..Parts::default()
    })
}

/// Lets each row's link lead to its case in the lab: on the same page, or, from the table's embed page, on the lab's.
fn lead_to_lab(figure: &Element, lab: &str, session: &Session) {
    while let Ok(Some(link)) = figure.query_selector("a[data-case]") {
        let code = link.get_attribute("data-case").unwrap_or_default();
        let address = match session.embedded {
            true => format!("{}embed/{lab}.html?run={code}", session.root),
            false => format!("?run={lab}:{code}#{lab}"),
        };
        if link.remove_attribute("data-case").and_then(|()| link.set_attribute("href", &address)).is_err() {
            return;
        }
    }
}

#[cfg(feature = "ssr")]
fn table(lab: &str) -> String {
    page::table(&wire::evolve::catalogue(), lab)
}

#[cfg(feature = "ssr")]
fn rules() -> String {
    page::rules()
}

#[cfg(not(feature = "ssr"))]
fn table(_lab: &str) -> String {
    String::new()
}

#[cfg(not(feature = "ssr"))]
fn rules() -> String {
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_choices_are_read_back_and_others_refused() {
        for shown in Shown::ALL {
            assert_eq!(Shown::from_code(&shown.code()), Ok(shown));
        }
        assert!(Shown::from_code("2~verdicts~some").is_err());
    }
}
