//! The way as a map: two machines, five places, out above and back below.

use super::When;
use protocols::rpc::call_chain::{Journey, Place};
use yew::prelude::*;

/// The width of a place's column.
const COLUMN: usize = 100;
/// How high the way out, the turn and the way back lie.
const OUT: usize = 34;
const TURN: usize = 44;
const BACK: usize = 54;

/// What the picture shows.
pub(super) struct PictureProps<'a> {
    /// The figure's id; ids inside begin with it.
    pub id: AttrValue,
    /// The figure's title.
    pub title: AttrValue,
    /// The call.
    pub journey: &'a Journey,
    /// Which stages lie behind, which is shown, which are to come.
    pub when: &'a dyn Fn(usize) -> When,
}

/// Where a stage's mark is.
fn spot(journey: &Journey, index: usize) -> (usize, usize) {
    let column = Place::ALL.iter().position(|place| *place == journey.stages[index].place).unwrap_or_default();
    let y = match index {
        0..4 => OUT,
        4 => TURN,
        _ => BACK,
    };
    (column * COLUMN + COLUMN / 2, y)
}

/// The map.
pub(super) fn picture(props: &PictureProps<'_>) -> Html {
    let (id, journey) = (&props.id, props.journey);
    html! {
        <svg class="way-map" viewBox="0 0 500 68" role="img" aria-labelledby={format!("{id}-pic {id}-desc")}>
            <title id={format!("{id}-pic")}>{ format!("{}: five places, there and back", props.title) }</title>
            <desc id={format!("{id}-desc")}>{ journey.summary() }</desc>
            <rect class="machine" x="3" y="11" width="194" height="55" rx="6"/>
            <rect class="machine" x="303" y="11" width="194" height="55" rx="6"/>
            <text class="machine-name" x="100" y="7" text-anchor="middle">{ "the caller’s machine" }</text>
            <text class="machine-name" x="400" y="7" text-anchor="middle">{ "the server’s machine" }</text>
            { for Place::ALL.into_iter().enumerate().map(|(column, place)| html! {
                <text class="place" x={(column * COLUMN + COLUMN / 2).to_string()} y="20" text-anchor="middle">
                    { place.name() }
                </text>
            }) }
            { for (1..journey.stages.len()).map(|index| {
                let ((x1, y1), (x2, y2)) = (spot(journey, index - 1), spot(journey, index));
                html! {
                    <line class={classes!("leg", (props.when)(index).class())}
                        x1={x1.to_string()} y1={y1.to_string()} x2={x2.to_string()} y2={y2.to_string()}/>
                }
            }) }
            { for (0..journey.stages.len()).map(|index| {
                let (x, y) = spot(journey, index);
                let when = (props.when)(index);
                let r = if when == When::Now { "8" } else { "6.5" };
                html! {
                    <g class={classes!("stop", when.class())}>
                        <circle cx={x.to_string()} cy={y.to_string()} {r}/>
                        <text x={x.to_string()} y={y.to_string()} dy="0.36em" text-anchor="middle">{ index + 1 }</text>
                    </g>
                }
            }) }
        </svg>
    }
}
