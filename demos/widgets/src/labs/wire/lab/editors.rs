//! Texts that are typed, with marks on their lines.

use super::{
    bench::{Bench, heading, pointing, prose, tag, text, words},
    form::{self, What},
    light::{Focus, field_on_line, lines_of},
    state::{Act, Text},
};
use crate::chrome::svg::el;
use std::ops::Range;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use wire::{
    case::Side,
    json,
    schema::{Field, Kind, Label, MessageId, Problem},
    value::{Content, Message, Path, Step, Value},
};
use yew::prelude::*;

/// A schema as text.
pub fn schema(bench: &Bench<'_>, which: Text) -> Html {
    let (outcome, case) = (&bench.state.outcome, &bench.state.case);
    let (side, field, typed, role) = match which {
        Text::Reader => (&outcome.reader, bench.lit.reader, &case.reader, "reads"),
        _ => (&outcome.writer, bench.lit.writer, &case.writer, "writes"),
    };
    let new = (which == Text::Writer) != case.old_writes;
    let title = format!("{} version, {role}", if new { "New" } else { "Old" });
    let at_line = {
        let (side, reader) = (side.clone(), which == Text::Reader);
        move |line: usize| field_on_line(&side, line).map(|(message, number)| Focus::Field { reader, message, number })
    };
    match bench.waiting.typed(which) {
        // What was known of the text before says nothing about this one.
        Some(typed) => code(bench, which, title, typed, &[], 0..0, Box::new(at_line)),
        None => code(bench, which, title, typed, &side.problems, lines_of(side, field), Box::new(at_line)),
    }
}

/// The value as text.
pub fn json_text(bench: &Bench<'_>) -> Html {
    let (outcome, case) = (&bench.state.outcome, &bench.state.case);
    let line = |at: usize| super::light::line_of(&case.value, at);
    let place = bench.lit.path.as_ref().and_then(|path| outcome.places.iter().find(|place| place.path == *path));
    let lit = place.map_or(0..0, |place| line(place.at.start)..line(place.at.end) + 1);
    let at_line = {
        let (outcome, case) = (outcome.clone(), case.clone());
        move |wanted: usize| {
            let line = |at: usize| super::light::line_of(&case.value, at);
            // The innermost: of those around a line, the last one begins there.
            let on_it = |place: &&wire::json::Place| (line(place.at.start)..=line(place.at.end)).contains(&wanted);
            outcome.places.iter().rfind(on_it).map(|place| Focus::Value(place.path.clone()))
        }
    };
    code(bench, Text::Value, "Value, as JSON".to_owned(), &case.value, &outcome.value_problems, lit, Box::new(at_line))
}

/// A text field over a copy of its text, which has the marks.
fn code(
    bench: &Bench<'_>,
    which: Text,
    title: String,
    typed: &str,
    problems: &[Problem],
    lit: Range<usize>,
    at_line: Box<dyn Fn(usize) -> Option<Focus>>,
) -> Html {
    let name = match which {
        Text::Writer => "writer",
        Text::Reader => "reader",
        Text::Value => "value",
    };
    let id = format!("{}-{name}", bench.id);
    let mut start = 0;
    let lines: Vec<Html> = typed
        .split('\n')
        .enumerate()
        .map(|(number, line)| {
            let span = start..start + line.len();
            start = span.end + 1;
            let wrong = problems.iter().find(|problem| problem.line == number + 1);
            let mut class = "wl-line".to_owned();
            if lit.contains(&number) {
                class.push_str(" lit");
            }
            let children = match wrong {
                None => vec![text(line.to_owned())],
                Some(problem) => {
                    class.push_str(" wrong");
                    let clamp = |at: usize| at.clamp(span.start, span.end) - span.start;
                    let (from, to) = (clamp(problem.at.start), clamp(problem.at.end));
                    let part = |range: Range<usize>| line.get(range).unwrap_or_default().to_owned();
                    vec![text(part(0..from)), words("span", "wl-wrong", part(from..to)), text(part(to..line.len()))]
                }
            };
            tag("span", class, children)
        })
        .collect();
    let at_line: std::rc::Rc<dyn Fn(usize) -> Option<Focus>> = at_line.into();
    let count = lines.len();
    let oninput = {
        let act = bench.act.clone();
        Callback::from(move |event: InputEvent| {
            let area: HtmlTextAreaElement = event.target_unchecked_into();
            act.emit(Act::Type(which, area.value()));
        })
    };
    let onmousemove = {
        let (point, at_line) = (bench.point.clone(), at_line.clone());
        Callback::from(move |event: MouseEvent| {
            let area: HtmlTextAreaElement = event.target_unchecked_into();
            let (y, height) = (event.offset_y(), area.client_height().max(1));
            let line = usize::try_from(y).unwrap_or(0) * count / usize::try_from(height).unwrap_or(1);
            point.emit(at_line(line));
        })
    };
    let caret = {
        let point = bench.point.clone();
        move |area: &HtmlTextAreaElement| {
            let at = area.selection_start().ok().flatten().unwrap_or(0) as usize;
            // The browser counts as JavaScript does.
            let line = area.value().encode_utf16().take(at).filter(|unit| *unit == 10).count();
            point.emit(at_line(line));
        }
    };
    let onkeyup = {
        let caret = caret.clone();
        Callback::from(move |event: KeyboardEvent| caret(&event.target_unchecked_into()))
    };
    let onclick = Callback::from(move |event: MouseEvent| caret(&event.target_unchecked_into()));
    let invalid = (!problems.is_empty()).then_some("true");
    let busy = bench.waiting.typed(which).map(|_| "true");
    html! {
        <div class="wl-editor" aria-busy={busy}>
            <label class="wl-head" for={id.clone()}>{ title }</label>
            <div class="wl-code">
                { tag("pre", "wl-mirror", lines) }
                <textarea id={id.clone()} spellcheck="false" autocomplete="off" autocapitalize="off"
                    rows={count.to_string()} disabled={!bench.live} value={typed.to_owned()}
                    aria-invalid={invalid} aria-describedby={invalid.map(|_| format!("{id}-problems"))}
                    {oninput} {onmousemove} {onkeyup} {onclick}/>
            </div>
            <div id={format!("{id}-problems")} class="wl-problems">{ problem_list(problems) }</div>
        </div>
    }
}

/// What is wrong with a text, the first few of it.
fn problem_list(problems: &[Problem]) -> Html {
    if problems.is_empty() {
        return Html::default();
    }
    let items = problems.iter().take(4).map(|problem| {
        let mut children =
            vec![words("b", "", format!("{}:{} ", problem.line, problem.column)), prose("span", "", &problem.message)];
        if let Some(help) = &problem.help {
            children.push(prose("span", "wl-help", &format!(" {help}")));
        }
        tag("li", "", children)
    });
    let mut items: Vec<Html> = items.collect();
    if problems.len() > 4 {
        items.push(words("li", "", format!("and {} more", problems.len() - 4)));
    }
    tag(
        "div",
        "",
        vec![tag("ul", "", items), words("p", "quiet-words", "Until this is mended, the last good one stays in use.")],
    )
}

/// The value as a form.
pub fn fields(bench: &Bench<'_>) -> Html {
    let outcome = &bench.state.outcome;
    let rows = message(bench, &outcome.writer, outcome.writer.root, &outcome.value, &[]);
    let mut children = vec![heading("Value, as a form")];
    if let Some(why) = &bench.state.refused {
        children.push(
            el("p", &[("class", "notice".to_owned()), ("role", "alert".to_owned())], vec![text(why.clone())]).into(),
        );
    }
    children.push(tag("div", "wl-form", rows));
    tag("div", "wl-editor", children)
}

/// So many steps deep values have controls.
const DEEPEST: usize = 12;
/// So many values of a list have controls.
const MOST_ITEMS: usize = 60;

/// A row for each field of a message.
fn message(bench: &Bench<'_>, side: &Side, id: MessageId, value: &Message, path: &[Step]) -> Vec<Html> {
    // A schema can hold itself; so deep nobody goes by a form.
    if path.len() > DEEPEST {
        return vec![words("p", "quiet-words", "Deeper values are in the JSON text.")];
    }
    let fields = &side.schema.messages[id].fields;
    fields.iter().map(|field| row(bench, side, id, field, value, path)).collect()
}

fn row(bench: &Bench<'_>, side: &Side, id: MessageId, field: &Field, message_value: &Message, path: &[Step]) -> Html {
    let path: Vec<Step> = path.iter().copied().chain([Step::Field(field.number)]).collect();
    let content = message_value.get(field.number);
    let kind = field.kind.name(&side.schema);
    let oneof = field.oneof.map(|oneof| format!(", one of {}", side.schema.messages[id].oneofs[oneof]));
    let described = match field.label {
        Label::Repeated { .. } => format!("repeated {kind}"),
        Label::Map { key } => format!("map of {} to {kind}", key.name(&side.schema)),
        Label::Optional => format!("optional {kind}"),
        Label::Singular => format!("{kind}{}", oneof.unwrap_or_default()),
    };
    let name = field.name.as_str();
    let mut children = vec![tag(
        "span",
        "wl-name",
        vec![words("b", "", name.to_owned()), text(" "), words("span", "quiet-words", described)],
    )];
    match (field.label, content) {
        (Label::Repeated { .. } | Label::Map { .. }, content) => {
            let length = match content {
                Some(Content::Many(values)) => values.len(),
                Some(Content::Map(pairs)) => pairs.len(),
                _ => 0,
            };
            for item in 0..length.min(MOST_ITEMS) {
                let path: Vec<Step> = path.iter().copied().chain([Step::Item(item)]).collect();
                let label = format!("{name} {}", item + 1);
                let mut parts = vec![];
                match (content, field.label) {
                    (Some(Content::Many(values)), _) => {
                        parts.push(control(bench, side, (field.kind, field), &values[item], &path, label.clone()));
                    }
                    (Some(Content::Map(pairs)), Label::Map { key }) => {
                        let with = |step: Step| path.iter().copied().chain([step]).collect::<Vec<_>>();
                        parts.push(control(
                            bench,
                            side,
                            (key, field),
                            &pairs[item].0,
                            &with(Step::Key),
                            format!("{label}, key"),
                        ));
                        parts.push(words("span", "", "→"));
                        let words = format!("{label}, value");
                        parts.push(control(
                            bench,
                            side,
                            (field.kind, field),
                            &pairs[item].1,
                            &with(Step::Value),
                            words,
                        ));
                    }
                    _ => {}
                }
                parts.push(deed(bench, &path, What::Remove, "✕", format!("Remove {label}")));
                children.push(pointing("span", "wl-item".to_owned(), &Focus::Value(Path(path)), parts));
            }
            if length > MOST_ITEMS {
                let more = format!("Not complete: {} more are in the JSON text.", length - MOST_ITEMS);
                children.push(words("span", "quiet-words", more));
            }
            children.push(deed(bench, &path, What::Add, "+ Add", format!("Add to {name}")));
        }
        (_, content) => {
            let presence = field.has_presence();
            if presence && content.is_none() {
                children.push(words("span", "quiet-words", "absent"));
                children.push(deed(bench, &path, What::Add, "Set", format!("Set {name}")));
            } else {
                let default = Value::default_of(field.kind);
                let value = match content {
                    Some(Content::One(value)) => value,
                    _ => &default,
                };
                children.push(control(bench, side, (field.kind, field), value, &path, name.to_owned()));
                if presence {
                    children.push(deed(bench, &path, What::Remove, "✕", format!("Make {name} absent")));
                } else if content.is_none() {
                    children.push(words("span", "quiet-words", "default: not sent"));
                }
            }
        }
    }
    let class = if bench.lit.has_value(&path) { "wl-row lit" } else { "wl-row" };
    pointing("div", class.to_owned(), &Focus::Value(Path(path)), children)
}

/// A button that does something to the value.
fn deed(bench: &Bench<'_>, path: &[Step], what: What, face: &'static str, label: String) -> Html {
    let (act, deed) = (bench.act.clone(), form::Deed { path: Path(path.to_vec()), what });
    let onclick = Callback::from(move |_: MouseEvent| act.emit(Act::Form(deed.clone())));
    html! { <button type="button" class="quiet icon" disabled={!bench.live} aria-label={label} {onclick}>{ face }</button> }
}

/// What one value is set by.
fn control(
    bench: &Bench<'_>,
    side: &Side,
    (kind, field): (Kind, &Field),
    value: &Value,
    path: &[Step],
    label: String,
) -> Html {
    let set = {
        let (act, path) = (bench.act.clone(), path.to_vec());
        move |text: String| act.emit(Act::Form(form::Deed { path: Path(path.clone()), what: What::Set(text) }))
    };
    match (kind, value) {
        (Kind::Message(id), Value::Message(inner)) => {
            let mut rows = vec![words("legend", "visually-hidden", label)];
            rows.extend(message(bench, side, id, inner, path));
            tag("fieldset", "wl-inner", rows)
        }
        (Kind::Enum(id), Value::Enum(number)) => {
            let names = &side.schema.enums[id].values;
            let onchange = Callback::from(move |event: Event| {
                let select: HtmlSelectElement = event.target_unchecked_into();
                set(select.value());
            });
            let mut options: Vec<(i32, String)> = vec![];
            for (name, number) in names {
                if options.iter().all(|(other, _)| other != number) {
                    options.push((*number, format!("{name} = {number}")));
                }
            }
            if options.iter().all(|(other, _)| other != number) {
                options.push((*number, format!("{number}, which has no name")));
            }
            html! {
                <select disabled={!bench.live} aria-label={label} {onchange}>
                    { for options.into_iter().map(|(other, name)| html! {
                        <option value={other.to_string()} selected={other == *number}>{ name }</option>
                    }) }
                </select>
            }
        }
        (_, value) => {
            let is_bool = matches!(value, Value::Bool(_));
            let onchange = Callback::from(move |event: Event| {
                let input: HtmlInputElement = event.target_unchecked_into();
                set(if is_bool { input.checked().to_string() } else { input.value() });
            });
            let kind = if is_bool { "checkbox" } else { "text" };
            let shown = match value {
                // As JSON has them: the form prints no floats of its own.
                Value::F32(_) | Value::F64(_) => {
                    let content = Content::One(value.clone());
                    json::write_content(&side.schema, field, Some(&content)).trim_matches('"').to_owned()
                }
                value => form::text_of(value),
            };
            let checked = *value == Value::Bool(true);
            html! {
                <input type={kind} disabled={!bench.live} aria-label={label} {checked} value={shown}
                    spellcheck="false" autocomplete="off" {onchange}/>
            }
        }
    }
}

/// JSON or form.
pub fn value(bench: &Bench<'_>, form: bool, choose: &Callback<bool>) -> Html {
    let tabs = [(false, "JSON"), (true, "Form")].map(|(which, label)| {
        let onclick = choose.reform(move |_: MouseEvent| which);
        html! {
            <button type="button" disabled={!bench.live} aria-pressed={(form == which).to_string()} {onclick}>{ label }</button>
        }
    });
    let mut children = vec![
        el(
            "div",
            &[
                ("class", "wl-tabs needs-js".to_owned()),
                ("role", "group".to_owned()),
                ("aria-label", "The value as".to_owned()),
            ],
            tabs.into(),
        )
        .into(),
    ];
    let roots: Vec<&str> = {
        let schema = &bench.state.outcome.writer.schema;
        schema.messages.iter().map(|message| message.name.as_str()).collect()
    };
    if roots.len() > 1 {
        let act = bench.act.clone();
        let onchange = Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            act.emit(Act::Root(select.value()));
        });
        let chosen = bench.state.outcome.writer.message().name.as_str();
        children.push(html! {
            <label class="wl-root">{ "Message type " }
                <select disabled={!bench.live} {onchange}>
                    { for roots.into_iter().map(|name| html! {
                        <option value={name.to_owned()} selected={name == chosen}>{ name.to_owned() }</option>
                    }) }
                </select>
            </label>
        });
    }
    children.push(if form { fields(bench) } else { json_text(bench) });
    tag("div", "wl-value", children)
}
