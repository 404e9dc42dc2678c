//! The questions, as they are seen.

use super::{
    paper::{Answer, Do, Paper},
    sheet::{Choice, Kind, Question, Sheet},
};
use crate::chrome::{browser, demo::Session};
use std::rc::Rc;
use web_sys::{Element, HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// What all parts need.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// The figure's id.
    pub id: &'a AttrValue,
    /// What is asked.
    pub sheet: &'a Rc<Sheet>,
    /// What the reader has put down.
    pub paper: &'a UseReducerHandle<Paper>,
    /// Whether there is a browser.
    pub live: bool,
    /// Where the figure is.
    pub session: &'a Session,
    /// Gives the focus to a part, by the end of its id, once it is drawn.
    pub focus: &'a Rc<dyn Fn(String)>,
}

/// The builder's HTML, or nothing. It never changes, so translators may have it: see `Shell`.
fn block(class: &'static str, html: &AttrValue) -> Html {
    if html.is_empty() {
        return Html::default();
    }
    html! { <div {class} translate="yes">{ Html::from_html_unchecked(html.clone()) }</div> }
}

fn inline(class: &'static str, html: &AttrValue) -> Html {
    html! { <span {class} translate="yes">{ Html::from_html_unchecked(html.clone()) }</span> }
}

fn counted(number: usize, one: &str, many: &str) -> String {
    let mut out = number.to_string();
    out.push(' ');
    out.push_str(if number == 1 { one } else { many });
    out
}

/// A part's id, for a question: `<figure>-<part>-<number>`.
fn part_id(bench: &Bench<'_>, part: &str, index: usize) -> String {
    [&**bench.id, "-", &part_of(part, index)].concat()
}

fn part_of(part: &str, index: usize) -> String {
    [part, "-", &(index + 1).to_string()].concat()
}

/// All of the quiz. It is no form: frames may refuse to submit one, whatever is done with it.
pub fn sheet(bench: &Bench<'_>) -> Html {
    let paper = bench.paper;
    let onkeydown = {
        let act = primary(bench);
        Callback::from(move |event: KeyboardEvent| {
            let at = event.target_unchecked_into::<Element>();
            // As in a form; and not the key that takes what an input method proposes.
            if event.key() == "Enter" && at.tag_name() == "INPUT" && !event.is_composing() && !event.repeat() {
                event.prevent_default();
                act.emit(());
            }
        })
    };
    let shown = |index: usize| !bench.live || paper.over || paper.current() == index;
    html! {
        // The questions say which way they run: they are the author's, or a translator's.
        <div class="quiz" dir="auto" {onkeydown}>
            { head(bench) }
            <ol class={if !bench.live || paper.over { "quiz-list all" } else { "quiz-list" }}>
                { for bench.sheet.questions.iter().enumerate().map(|(index, asked)| question(bench, index, asked, shown(index))) }
            </ol>
            <p class="quiz-note" role="status">{ paper.note.clone().unwrap_or_default() }</p>
            { tools(bench) }
        </div>
    }
}

/// Where the reader is, or how it went.
fn head(bench: &Bench<'_>) -> Html {
    let (paper, count) = (bench.paper, bench.sheet.questions.len());
    if bench.live && paper.over {
        let (right, got, all) = (paper.right().count(), paper.points(), bench.sheet.points());
        let words = match right {
            right if right == count => "all are right.".to_owned(),
            0 => "none is right yet. The explanations below say why.".to_owned(),
            right => [&counted(right, "is", "are"), " right, ", &(count - right).to_string(), " not yet."].concat(),
        };
        let sign = if right == count { "✓ " } else { "" };
        return html! {
            <div class={classes!("quiz-result", (right == count).then_some("good"))} id={[&**bench.id, "-result"].concat()}
                dir="ltr" tabindex="-1" role="group" aria-label="Your result">
                <p class="quiz-score">{ sign }<b>{ got }</b>{ " of " }{ all }{ if all == 1 { " point" } else { " points" } }</p>
                <p>{ "Of " }{ counted(count, "question", "questions") }{ ", " }{ words }</p>
            </div>
        };
    }
    let words = if bench.live {
        let mut words = ["Question ", &(paper.at + 1).to_string(), " of ", &paper.round.len().to_string()].concat();
        if paper.round.len() < count {
            words.push_str(" to be tried again");
        }
        words
    } else {
        counted(count, "question", "questions")
    };
    html! { <p class="quiz-progress" dir="ltr" aria-live="polite">{ words }</p> }
}

fn question(bench: &Bench<'_>, index: usize, asked: &Question, shown: bool) -> Html {
    let answer = &bench.paper.answers[index];
    // At the end, all marks come together.
    let marked = answer.marked.filter(|_| bench.live && (bench.paper.over || !bench.sheet.at_end));
    let open = bench.live && marked.is_none();
    let number = [&(index + 1).to_string(), ". "].concat();
    let lead = if asked.kind == Kind::Prediction { "First predict: " } else { "" };
    html! {
        <li class="quiz-question" key={index} id={part_id(bench, "question", index)} tabindex="-1" hidden={!shown}
            data-question={asked.id.clone()} data-points={asked.points.to_string()} data-kind={asked.kind.name()}>
            { block("quiz-part", &asked.part) }
            <fieldset class="quiz-fields">
                <legend>
                    <span class="quiz-number">{ number }</span>
                    if !lead.is_empty() { <b class="quiz-predict" dir="ltr">{ lead }</b> }
                    { inline("quiz-lead", &asked.lead) }
                    if asked.points > 1 { <span class="quiz-points">{ " (" }{ asked.points }{ " points)" }</span> }
                </legend>
                { block("quiz-rest", &asked.rest) }
                if asked.kind.chooses() {
                    { choices(bench, index, asked, answer, open, marked.is_some()) }
                }
                if !asked.kind.chooses() || asked.kind == Kind::Tracing && !bench.live || asked.prints(answer.given.chosen) {
                    { field(bench, index, asked, answer, open) }
                }
            </fieldset>
            if let Some(right) = marked {
                { feedback(bench, index, asked, answer, right) }
            }
        </li>
    }
}

fn choices(bench: &Bench<'_>, index: usize, asked: &Question, answer: &Answer, open: bool, marked: bool) -> Html {
    let several = asked.kind == Kind::Several;
    let kind = if several { "checkbox" } else { "radio" };
    let each = asked.order(bench.paper.seed.into()).into_iter().map(|place| {
        let (choice, chosen) = (&asked.choices[place], answer.given.chosen & (1 << place) != 0);
        let onchange = {
            let paper = bench.paper.clone();
            Callback::from(move |_: Event| paper.dispatch(Do::Choose(place)))
        };
        // By sign and word, not only by colour. What a program prints is marked as a whole, below.
        let mark = match (marked && asked.kind != Kind::Tracing, chosen, choice.right) {
            (true, true, true) => Some(("good", "✓ ", "Your answer, and right")),
            (true, false, true) => {
                Some(("good missed", "✓ ", if several { "Right, and not chosen" } else { "The answer" }))
            }
            (true, true, false) => Some(("bad", "✕ ", "Your answer, not right")),
            _ => None,
        };
        // Radio buttons share a name, check boxes do not.
        let mut name = part_id(bench, "choice", index);
        let id = [&*name, "-", &(place + 1).to_string()].concat();
        if several {
            name.clone_from(&id);
        }
        // A label holds no blocks.
        let labelled = choice.blocks.then(|| id.clone());
        let input = [&*id, "-input"].concat();
        let onclick = choice.blocks.then(|| {
            let input = input.clone();
            Callback::from(move |event: MouseEvent| {
                let at = event.target_unchecked_into::<Element>();
                let elsewhere = at.closest("a, input").is_ok_and(|link| link.is_none());
                if elsewhere && !browser::selecting() {
                    browser::click(&input);
                }
            })
        });
        let tag = if choice.blocks { "div" } else { "label" };
        html! {
            <li key={place}>
                <@{tag} class={classes!("quiz-choice", mark.map(|(class, ..)| class))} id={labelled.clone()} {onclick}>
                    <input type={kind} id={labelled.is_some().then_some(input)} {name} disabled={!open} checked={chosen} {onchange}
                        aria-labelledby={labelled}/>
                    { words(choice) }
                    if let Some((_, sign, word)) = mark {
                        <span class="quiz-mark"><span aria-hidden="true">{ sign }</span>{ word }</span>
                    }
                </@>
            </li>
        }
    });
    html! {
        <>
            if several { <p class="quiz-hint">{ "Choose all that are right." }</p> }
            <ul class="quiz-choices">{ for each }</ul>
        </>
    }
}

/// What a choice says.
fn words(choice: &Choice) -> Html {
    if choice.blocks { block("quiz-words", &choice.html) } else { inline("quiz-words", &choice.html) }
}

fn field(bench: &Bench<'_>, index: usize, asked: &Question, answer: &Answer, open: bool) -> Html {
    let (id, paper) = (part_id(bench, "text", index), bench.paper.clone());
    let value: AttrValue = answer.given.text.clone().into();
    let control = if asked.kind == Kind::Short {
        let oninput = Callback::from(move |event: InputEvent| {
            paper.dispatch(Do::Write(event.target_unchecked_into::<HtmlInputElement>().value()));
        });
        html! {
            <input type="text" id={id.clone()} class="quiz-text" disabled={!open} {value} {oninput}
                autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="done"/>
        }
    } else {
        let oninput = Callback::from(move |event: InputEvent| {
            paper.dispatch(Do::Write(event.target_unchecked_into::<HtmlTextAreaElement>().value()));
        });
        let class = if asked.kind == Kind::Long { "quiz-text" } else { "quiz-text code" };
        html! {
            <textarea id={id.clone()} {class} rows="4" disabled={!open} {value} {oninput}
                autocomplete="off" autocapitalize="off" spellcheck="false"/>
        }
    };
    let label = if asked.kind == Kind::Tracing {
        "What it prints (leave it empty if it prints nothing)"
    } else {
        "Your answer"
    };
    html! { <p class="quiz-field"><label for={id}>{ label }</label>{ control }</p> }
}

/// What is right, as it is shown. Of the texts that are right the usual one: the others are other spellings.
fn right_ones(asked: &Question) -> Html {
    worded(asked, asked.right_ones(), asked.output())
}

fn said(asked: &Question, answer: &Answer) -> Html {
    worded(asked, answer.given.chosen, answer.given.text.trim())
}

/// An answer: some of the choices, or a text.
fn worded(asked: &Question, ones: u32, text: &str) -> Html {
    if !asked.kind.chooses() {
        return html! { <code>{ text.to_owned() }</code> };
    }
    let mut chosen = asked.choices.iter().enumerate().filter(|(place, _)| ones & (1 << place) != 0);
    if ones.count_ones() == 1 {
        let only = chosen.next().map(|(_, only)| words(only)).unwrap_or_default();
        if !asked.prints(ones) {
            return only;
        }
        let output = if text.is_empty() {
            html! { " nothing" }
        } else {
            html! { <pre class="quiz-output">{ text.to_owned() }</pre> }
        };
        return html! { <>{ only }{ output }</> };
    }
    html! { <ul>{ for chosen.map(|(_, choice)| html! { <li>{ words(choice) }</li> }) }</ul> }
}

fn feedback(bench: &Bench<'_>, index: usize, asked: &Question, answer: &Answer, right: bool) -> Html {
    let (class, verdict) =
        if right { ("quiz-feedback good", "✓ Right.") } else { ("quiz-feedback bad", "✕ Not right.") };
    let sign = if right { "✓ " } else { "✕ " };
    // Among the choices both are marked in their places; who hears the page hears them here together.
    html! {
        <div {class} id={part_id(bench, "feedback", index)} tabindex="-1" role="group" aria-label="What became of your answer">
            <p class="quiz-verdict">{ verdict }</p>
            <dl class={if asked.kind.chooses() && asked.kind != Kind::Tracing { "visually-hidden" } else { "quiz-answers" }}>
                <div class={if right { "good" } else { "bad" }}><dt><span aria-hidden="true">{ sign }</span>{ "Your answer" }</dt><dd>{ said(asked, answer) }</dd></div>
                if !right {
                    <div class="good"><dt><span aria-hidden="true">{ "✓ " }</span>{ "The answer" }</dt><dd>{ right_ones(asked) }</dd></div>
                }
            </dl>
            { block("quiz-why", &asked.context) }
            { witness(bench, asked) }
        </div>
    }
}

/// The way to the figure that tells.
fn witness(bench: &Bench<'_>, asked: &Question) -> Html {
    let Some(witness) = &asked.witness else { return Html::default() };
    let here = browser::by_id(&witness.id).is_some();
    let mut href = String::new();
    if !here {
        href.push_str(&bench.session.root);
        href.push_str(&witness.page);
    }
    href.push('#');
    href.push_str(&witness.id);
    // A frame has no room for a lesson.
    let target = (!here && bench.session.embedded).then_some("_blank");
    html! { <p class="quiz-witness">{ "Computed with the figure: " }<a {href} {target}>{ witness.title.clone() }</a></p> }
}

/// What the strong button does.
fn primary(bench: &Bench<'_>) -> Callback<()> {
    let (paper, focus, id, sheet) = (bench.paper.clone(), bench.focus.clone(), bench.id.clone(), bench.sheet.clone());
    Callback::from(move |()| {
        if paper.over {
            return;
        }
        let current = paper.current();
        let unanswered = |paper: &Paper, index: usize| !paper.is_answered(index);
        if sheet.at_end {
            if paper.at + 1 < paper.round.len() {
                focus(part_of("question", paper.round[paper.at + 1]));
                return paper.dispatch(Do::Go(paper.at + 1));
            }
            if let Some(place) = paper.next(unanswered) {
                focus(part_of("question", paper.round[place]));
                return paper.dispatch(Do::Miss(place));
            }
            for index in &paper.round {
                tell(&id, &paper, *index);
            }
            focus("result".to_owned());
            return paper.dispatch(Do::HandIn);
        }
        if paper.answers[current].marked.is_none() {
            if !paper.is_answered(current) {
                return paper.dispatch(Do::Miss(paper.at));
            }
            tell(&id, &paper, current);
            focus(part_of("feedback", current));
            return paper.dispatch(Do::Check);
        }
        match paper.next(|paper, index| paper.answers[index].marked.is_none()) {
            Some(place) => {
                focus(part_of("question", paper.round[place]));
                paper.dispatch(Do::Go(place));
            }
            None => {
                focus("result".to_owned());
                paper.dispatch(Do::End);
            }
        }
    })
}

/// Tells whoever listens how the question at that place of the sheet was answered.
fn tell(id: &str, paper: &Paper, index: usize) {
    let (asked, answer) = (paper.question(index), &paper.answers[index]);
    let correct = asked.is_right(&answer.given);
    let (said, right) = (asked.said(&answer.given), asked.right());
    let told = browser::Told { question: &asked.id, answer: &said, correct, attempt: answer.attempts + 1 };
    let points = if correct { asked.points } else { 0 };
    let marked = browser::Marked { points, of: asked.points, right: &right, kind: asked.kind.name() };
    browser::tell(id, &told, Some(&marked));
}

fn tools(bench: &Bench<'_>) -> Html {
    let (paper, act) = (bench.paper, primary(bench));
    if bench.live && paper.over {
        let wrong = paper.answers.len() - paper.right().count();
        let again = |wrong: bool| {
            let (paper, focus) = (paper.clone(), bench.focus.clone());
            Callback::from(move |_: MouseEvent| {
                let first = (0..paper.answers.len()).find(|index| !wrong || paper.answers[*index].marked != Some(true));
                focus(part_of("question", first.unwrap_or_default()));
                paper.dispatch(Do::Again { wrong });
            })
        };
        return html! {
            <div class="quiz-tools needs-js" key="over">
                if wrong > 0 && wrong < paper.answers.len() {
                    <button type="button" class="strong" onclick={again(true)}>{ "Try again what was wrong (" }{ wrong }{ ")" }</button>
                }
                <button type="button" onclick={again(false)}>{ "Try all again" }</button>
            </div>
        };
    }
    let go = |place: Option<usize>| {
        let (paper, focus) = (paper.clone(), bench.focus.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(place) = place {
                focus(part_of("question", paper.round[place]));
                paper.dispatch(Do::Go(place));
            }
        })
    };
    let marked = paper.answers[paper.current()].marked.is_some();
    let last = paper.at + 1 == paper.round.len();
    let open = |paper: &Paper, index: usize| paper.answers[index].marked.is_none();
    let label = match (bench.sheet.at_end, marked) {
        (true, _) if last => "Hand in",
        (true, _) => "Next question",
        (false, false) => "Check",
        (false, true) if paper.next(open).is_some() => "Next question",
        (false, true) => "See the result",
    };
    // What is not answered yet can wait.
    let later = (!bench.sheet.at_end && !marked)
        .then(|| paper.next(|paper, index| open(paper, index) && index != paper.current()))
        .flatten();
    let ready = marked || bench.sheet.at_end || paper.is_answered(paper.current());
    html! {
        <div class="quiz-tools needs-js" key="under-way">
            <button type="button" class="strong" disabled={!bench.live} aria-disabled={(!ready).to_string()}
                onclick={act.reform(|_: MouseEvent| ())}>{ label }</button>
            if let Some(later) = later {
                <button type="button" class="quiet" disabled={!bench.live} onclick={go(Some(later))}>{ "Skip for now" }</button>
            }
            if paper.at > 0 {
                <button type="button" class="quiet quiz-back" onclick={go(paper.at.checked_sub(1))}>{ "Back" }</button>
            }
        </div>
    }
}

/// All answers in a table, for who reads without scripts.
pub fn key(bench: &Bench<'_>) -> Html {
    if bench.live {
        return Html::default();
    }
    let rows = bench.sheet.questions.iter().enumerate().map(|(index, asked)| {
        html! {
            <tr>
                <th scope="row">{ index + 1 }</th>
                <td>{ right_ones(asked) }</td>
                <td>{ block("quiz-why", &asked.context) }</td>
            </tr>
        }
    });
    html! {
        <div class="scroll-box">
            <table>
                <thead><tr><th scope="col">{ "Question" }</th><th scope="col">{ "Answer" }</th><th scope="col">{ "Why" }</th></tr></thead>
                <tbody>{ for rows }</tbody>
            </table>
        </div>
    }
}
