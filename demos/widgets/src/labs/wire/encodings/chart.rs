//! What many records take, as bars.

use super::Row;
use crate::chrome::svg::{el, measured, px, text};
use sim::words::grouped;
use wire::formats::Role;
use yew::prelude::*;

const WIDTH: f64 = 400.0;
/// From one encoding to the next.
const STEP: f64 = 36.0;
const BAR: f64 = 12.0;

/// What a bar is made of, from left to right, with the class of each.
const SHARES: [(Role, &str); 4] =
    [(Role::Payload, "payload"), (Role::Head, "head"), (Role::Name, "name"), (Role::Structure, "structure")];

/// The chart of what `count` records take.
pub(super) fn chart(id: &AttrValue, title: &AttrValue, rows: &[Row], count: u32) -> Html {
    let most = rows.iter().map(|row| row.many.bytes).max().unwrap_or(1).max(1) as f64;
    let height = STEP * rows.len() as f64 + 2.0;
    let said: Vec<_> = rows.iter().map(|row| format!("{} {}", row.format.name(), size(row.many.bytes))).collect();
    html! {
        <svg class="enc-chart" viewBox={format!("0 0 {} {}", px(WIDTH), px(height))} role="img" aria-labelledby={format!("{id}-pic {id}-desc")}>
            <title id={format!("{id}-pic")}>{ format!("{title}: the size of {}", records(count)) }</title>
            <desc id={format!("{id}-desc")}>{ format!("{}.", said.join("; ")) }</desc>
            <defs>
                <pattern id={format!("{id}-names")} width="4" height="4" patternUnits="userSpaceOnUse">
                    <rect class="name-ground" width="4" height="4"/>
                    <path class="name-line" d="M0 3h4"/>
                </pattern>
            </defs>
            { for rows.iter().enumerate().map(|(index, row)| bar(id, row, index, count, most)) }
        </svg>
    }
}

fn bar(id: &AttrValue, row: &Row, index: usize, count: u32, most: f64) -> Html {
    let y = STEP * index as f64;
    let number = if count == 1 {
        size(row.many.bytes)
    } else {
        let each = (row.many.bytes * 1_000 / u64::from(count)).try_into().unwrap_or(i64::MAX);
        format!("{}, {} a record", size(row.many.bytes), measured(each))
    };
    let mut parts = vec![
        text("who", 0.0, y + 13.0, "start", row.format.name().to_owned()),
        text("number", WIDTH, y + 13.0, "end", number),
    ];
    let mut x = 0.0;
    for (role, class) in SHARES {
        let width = row.share(role, count) as f64 / most * WIDTH;
        if width > 0.0 {
            let mut attributes = vec![
                ("class", format!("enc-share {class}")),
                ("x", px(x)),
                ("y", px(y + 18.0)),
                ("width", px(width.max(0.1))),
                ("height", px(BAR)),
            ];
            if role == Role::Name {
                attributes.push(("fill", format!("url(#{id}-names)")));
            }
            parts.push(el("rect", &attributes, vec![]).into());
        }
        x += width;
    }
    el("g", &[], parts).into()
}

/// `1 byte`, `43,001 bytes`.
pub(super) fn size(bytes: u64) -> String {
    if bytes == 1 { "1 byte".to_owned() } else { format!("{} bytes", grouped(bytes)) }
}

/// `1 record`, `1,000 records`.
pub(super) fn records(count: u32) -> String {
    if count == 1 { "1 record".to_owned() } else { format!("{} records", grouped(count.into())) }
}
