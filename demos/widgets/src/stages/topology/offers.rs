//! Other runs that an author offers beside the figure's own: the claims of the text, each a click away.

use super::Looked;
use yew::prelude::*;

/// An offered run.
#[cfg(feature = "ssr")]
pub struct Offer {
    /// What is on its button.
    pub label: String,
    /// The view that it leads to.
    pub view: String,
}

#[cfg(feature = "ssr")]
impl Offer {
    /// As a page's properties hold it: a line, which `offers` reads.
    pub fn line(&self) -> String {
        format!("{}\t{}", self.label, self.view)
    }
}

/// The buttons.
pub(super) fn offers(lines: &str, live: bool, show: &Callback<Looked>) -> Html {
    if lines.is_empty() {
        return Html::default();
    }
    let offered = lines.lines().filter_map(|line| line.split_once('\t'));
    html! {
        <div class="offers needs-js" role="group" aria-label="Try this">
            <span class="quiet-words">{ "Try:" }</span>
            { for offered.map(|(label, view)| {
                let (show, view) = (show.clone(), view.to_owned());
                let onclick = Callback::from(move |_: MouseEvent| {
                    if let Some(looked) = Looked::parse(&view) {
                        show.emit(looked);
                    }
                });
                html! { <button type="button" disabled={!live} {onclick}>{ label.to_owned() }</button> }
            }) }
        </div>
    }
}
