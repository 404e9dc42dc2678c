//! Very many nodes: each a pixel of a canvas, with the same in numbers beside it.

use crate::chrome::svg::{el, px};
use architectures::live::{Class, Crowd};
use sim::words::grouped;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, ImageData, window};
use yew::prelude::*;

/// A crowd's properties.
#[derive(Properties, PartialEq)]
pub struct CrowdProps {
    /// What its ids begin with.
    pub id: AttrValue,
    /// The crowd.
    pub crowd: Crowd,
    /// The picture in words.
    pub summary: AttrValue,
    /// Whether there is a browser.
    pub live: bool,
}

/// How many cells the still picture has at most: it is text in the page.
const STILL: usize = 600;

fn class_name(class: Class) -> &'static str {
    match class {
        Class::Absent => "absent",
        Class::Working => "working",
        Class::Done => "done",
        Class::Waiting => "waiting",
        Class::Failed => "failed",
        Class::Bad => "bad",
        Class::Strong => "strong",
        Class::Touched => "touched",
    }
}

/// Columns and rows of a picture of so many cells, wider than high.
fn grid(cells: usize) -> (u32, u32) {
    let mut columns = 1;
    while columns * columns * 5 / 9 < cells.max(1) {
        columns += 1;
    }
    (columns as u32, cells.max(1).div_ceil(columns) as u32)
}

/// The crowd: a pixel for each member, and a legend with counts.
#[component]
pub fn CrowdPicture(props: &CrowdProps) -> Html {
    let canvas = use_node_ref();
    let legend = use_node_ref();
    {
        let (canvas, legend) = (canvas.clone(), legend.clone());
        use_effect_with((props.crowd.cells.clone(), props.live), move |(cells, live)| {
            if *live {
                // A browser without canvases shows the legend.
                let _ = paint(&canvas, &legend, cells);
            }
        });
    }
    let (columns, rows) = grid(props.crowd.cells.len());
    let all: u32 = props.crowd.legend.iter().map(|(_, _, count)| count).sum();
    let mut left = 0.0;
    let bars = props.crowd.legend.iter().filter(|(_, _, count)| *count > 0).map(|(class, _, count)| {
        let width = 1_000.0 * f64::from(*count) / f64::from(all.max(1));
        let attributes = [
            ("class", format!("share {}", class_name(*class))),
            ("x", px(left)),
            ("width", px(width)),
            ("height", "10".to_owned()),
        ];
        left += width;
        Html::from(el("rect", &attributes, vec![]))
    });
    let members = format!("{} {}", grouped(props.crowd.cells.len() as u64), props.crowd.label);
    html! {
        <div class="crowd">
            if props.live {
                <canvas ref={canvas} width={columns.to_string()} height={rows.to_string()} role="img" aria-label={props.summary.clone()}></canvas>
            } else {
                { still(&props.crowd.cells, &props.summary) }
            }
            <svg class="shares" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">{ for bars }</svg>
            <p class="quiet-words">{ members.clone() }</p>
            <ul class="legend" ref={legend} aria-label={members}>
                { for props.crowd.legend.iter().map(|(class, words, count)| html! {
                    <li><i class={classes!("cell", class_name(*class))}></i><b>{ grouped(u64::from(*count)) }</b>{ " " }{ words.clone() }</li>
                }) }
            </ul>
        </div>
    }
}

/// The picture before there is a canvas: one cell for many members.
fn still(cells: &[u8], summary: &AttrValue) -> Html {
    let shown = cells.len().min(STILL);
    let (columns, rows) = grid(shown);
    let mut paths: Vec<(Class, String)> = Class::ALL.iter().map(|class| (*class, String::new())).collect();
    for place in 0..shown {
        let cell = cells[place * cells.len() / shown];
        let (x, y) = (place as u32 % columns, place as u32 / columns);
        paths[usize::from(cell / Crowd::LEVELS)].1 += &format!("M{x},{y}h.8v.8h-.8z");
    }
    let paths = paths.into_iter().filter(|(_, d)| !d.is_empty());
    let paths = paths.map(|(class, d)| {
        Html::from(el("path", &[("class", format!("share {}", class_name(class))), ("d", d)], vec![]))
    });
    html! {
        <svg class="still" viewBox={format!("0 0 {columns} {rows}")} role="img" aria-label={summary.clone()}>{ for paths }</svg>
    }
}

/// Writes the pixels: one image for all cells, whatever their number. The colours are the legend's.
fn paint(canvas: &NodeRef, legend: &NodeRef, cells: &[u8]) -> Option<()> {
    let canvas = canvas.cast::<HtmlCanvasElement>()?;
    let legend = legend.cast::<Element>()?;
    let colour = |element: &Element| -> Option<[u8; 3]> {
        let style = window()?.get_computed_style(element).ok()??;
        let text = style.get_property_value("background-color").ok()?;
        let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
        Some([numbers.next()?, numbers.next()?, numbers.next()?])
    };
    let ground = colour(&canvas).unwrap_or_default();
    let mut colours = [[0u8; 4]; 256];
    for (place, class) in Class::ALL.iter().enumerate() {
        let swatch = legend.query_selector(&format!(".{}", class_name(*class))).ok().flatten();
        let full = swatch.and_then(|swatch| colour(&swatch)).unwrap_or(ground);
        for level in 0..Crowd::LEVELS {
            // Even who has just begun differs from the ground.
            let part = match class {
                Class::Working => 20 + 80 * u32::from(level) / (u32::from(Crowd::LEVELS) - 1),
                Class::Absent => 0,
                _ => 100,
            };
            let mix = |a: u8, b: u8| ((u32::from(a) * (100 - part) + u32::from(b) * part) / 100) as u8;
            let cell = place * usize::from(Crowd::LEVELS) + usize::from(level);
            colours[cell] = [mix(ground[0], full[0]), mix(ground[1], full[1]), mix(ground[2], full[2]), 255];
        }
    }
    let (columns, rows) = grid(cells.len());
    let mut pixels = vec![0; (columns * rows * 4) as usize];
    for (pixel, cell) in pixels.chunks_exact_mut(4).zip(cells) {
        pixel.copy_from_slice(&colours[usize::from(*cell)]);
    }
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), columns, rows).ok()?;
    let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    context.put_image_data(&image, 0.0, 0.0).ok()
}
