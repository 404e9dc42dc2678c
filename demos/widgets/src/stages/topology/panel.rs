//! What can be done to a node or a link.

use super::{
    lane::Shown,
    picture::{Part, state_words},
};
use architectures::live::{Change, State};
use sim::Duration;
use yew::prelude::*;

/// How much slower "slow" is.
const SLOWER: u32 = 5;
/// How much later messages come over a link that is slowed down.
const LATER: Duration = Duration::from_millis(300);

/// The panel of a chosen part; nothing if it is not there any more.
pub fn panel(shown: &Shown, part: Part, over: bool, change: &Callback<Change>, close: Callback<()>) -> Html {
    let (run, scene) = (&shown.run, &shown.frame.scene);
    let names = run.model.names(&run.settings);
    let mut options: Vec<(String, Change)> = vec![];
    let mut link = |a: u32, b: u32, cut: bool, slow: bool, what: &str| {
        options.push(if cut {
            (format!("Mend {what}"), Change::Heal(a, b))
        } else {
            (format!("Cut {what}"), Change::Cut(a, b))
        });
        options.push(if slow {
            (format!("Make {what} as quick as before"), Change::Delay(a, b, Duration::ZERO))
        } else {
            (format!("Slow {what} down by {LATER}"), Change::Delay(a, b, LATER))
        });
    };
    let ends = |link: &architectures::live::LinkView| {
        let node = |place: u16| scene.nodes.get(usize::from(place)).map(|node| node.node);
        Some((node(link.a)?, node(link.b)?))
    };
    let (title, words) = match part {
        Part::Node(node) => {
            let Some(view) = scene.nodes.iter().find(|view| view.node == node) else { return Html::default() };
            for one in &scene.links {
                match ends(one) {
                    Some((a, b)) if a == node => {
                        link(a, b, one.cut, one.slow, &format!("its link to {}", names.label(b)))
                    }
                    Some((a, b)) if b == node => {
                        link(a, b, one.cut, one.slow, &format!("its link to {}", names.label(a)))
                    }
                    _ => {}
                }
            }
            let mut own = vec![];
            if view.state == State::Down {
                own.push(("Start it again".to_owned(), Change::Restart(node)));
            } else {
                own.push(("Stop it".to_owned(), Change::Stop(node)));
                own.push(if view.state == State::Slow {
                    ("Let it work at its usual speed".to_owned(), Change::Slow(node, 1))
                } else {
                    (format!("Make it {SLOWER} times as slow"), Change::Slow(node, SLOWER))
                });
            }
            own.append(&mut options);
            options = own;
            (names.label(node), state_words(view))
        }
        Part::Link(a, b) => {
            let Some(view) = scene.links.iter().find(|link| ends(link) == Some((a, b))) else { return Html::default() };
            link(a, b, view.cut, view.slow, "it");
            let state = if view.cut {
                "cut: nothing gets through"
            } else if view.slow {
                "slow"
            } else {
                "whole"
            };
            (format!("Link {} – {}", names.label(a), names.label(b)), state.to_owned())
        }
    };
    options.retain(|(_, change)| (run.model.accepts)(&run.settings, change).is_ok());
    // The most useful ones; a peer with twelve links has them in the picture too.
    options.truncate(8);
    html! {
        <div class="inspector needs-js" role="group" aria-label={title.clone()}>
            <p class="panel-title">{ title }</p>
            <p class="detail">{ words }</p>
            if options.is_empty() {
                <p>{ "There is nothing to be done to it." }</p>
            }
            <div class="options">
                { for options.into_iter().map(|(words, what)| {
                    let change = change.clone();
                    let onclick = Callback::from(move |_: MouseEvent| change.emit(what));
                    html! { <button type="button" disabled={over} {onclick}>{ words }</button> }
                }) }
            </div>
            <button type="button" class="quiet" onclick={close.reform(|_: MouseEvent| ())}>{ "Close" }</button>
        </div>
    }
}
