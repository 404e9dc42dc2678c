//! The usual changes of a schema, each with its verdicts, a message that shows the worst, and what `buf breaking` says.
//!
//! The builder writes the table; what is alive chooses among its rows.

#[cfg(feature = "ssr")]
mod block;
#[cfg(feature = "ssr")]
mod page;

#[cfg(feature = "ssr")]
pub use block::Block;

use crate::{
    chrome::{
        demo::{Demo, DemoProps, Session, View},
        shell::{Shell, use_arrival},
        written::written,
    },
    labs::wire::lab::words::count,
};
use sim::TraceHash;
use web_sys::Element;
use yew::prelude::*;

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
}

/// The usual changes of a schema, in a table.
pub struct Verdicts;

impl Demo for Verdicts {
    const NAME: &'static str = "verdicts";
    type Component = VerdictsView;

    fn hash_of(run: &str) -> Result<String, String> {
        // That of the choice: the rows are the builder's, whose fact `hash` is about them.
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
pub fn VerdictsView(props: &DemoProps) -> Html {
    let original = Shown::from_code(View::parse(&props.view).run).unwrap_or(Shown::All);
    let shown = use_state(|| original);
    let figure = use_node_ref();
    let (live, trouble) = {
        let shown = shown.clone();
        use_arrival(&props.session, "here is the page's own table", move |view| {
            shown.set(Shown::from_code(view.run)?);
            Ok(())
        })
    };
    let id: AttrValue = props.id.clone();
    let offers = Offers::parse(&props.offers);
    {
        let (figure, lab, session) = (figure.clone(), offers.lab.to_owned(), props.session.clone());
        use_effect_with((), move |()| {
            if let Some(figure) = figure.cast::<Element>() {
                lead_to_lab(&figure, &lab, &session);
            }
        });
    }
    let choices = Shown::ALL.into_iter().map(|choice| {
        let (state, on) = (shown.clone(), *shown == choice);
        html! {
            <label>
                <input type="radio" name={format!("{id}-rows")} disabled={!live} checked={on}
                    onchange={move |_: Event| state.set(choice)}/>
                <span translate="yes">{ choice.label() }</span>
            </label>
        }
    });
    let [all, ..] = offers.counts;
    let said = format!("{} of {all} are shown.", count(offers.counts[*shown as usize], "change", "changes"));
    html! {
        <Shell id={id.clone()} title={props.title.clone()} live={live} session={props.session.clone()}
            code={shown.code()} trouble={(*trouble).clone()} height={1100} figure={figure}
            onkeydown={|event: KeyboardEvent| event.stop_propagation()}
            summary="The rules of buf breaking, in words" table={written(rules)}>
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
        </Shell>
    }
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
