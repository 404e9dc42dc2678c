//! A field for a whole number, which keeps what is typed until it is one.

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What [`Number`] needs.
#[derive(Properties, PartialEq)]
pub struct NumberProps {
    /// The field's id; that of its message begins with it.
    pub id: String,
    /// What stands before the field.
    pub name: &'static str,
    /// The number.
    pub value: i32,
    /// Whether the field can be used.
    pub live: bool,
    /// Called with each number that is typed.
    pub on: Callback<i32>,
}

/// A field for a 32-bit integer. What is typed and is none stays in the field, with a message, until it is one or until
/// the number changes otherwise.
#[component]
pub fn Number(props: &NumberProps) -> Html {
    let typed = use_state(|| None::<String>);
    {
        let typed = typed.clone();
        use_effect_with(props.value, move |_| typed.set(None));
    }
    let misfit = typed.as_ref().is_some_and(|typed| typed.trim().parse::<i32>().is_err());
    let oninput = {
        let (typed, on) = (typed.clone(), props.on.clone());
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let text = input.value();
            if let Ok(number) = text.trim().parse() {
                on.emit(number);
            }
            typed.set(Some(text));
        })
    };
    let value = (*typed).clone().filter(|_| misfit).unwrap_or_else(|| props.value.to_string());
    let (least, most) = (i32::MIN, i32::MAX);
    html! {
        <div class="field">
            <label>
                <span>{ props.name }</span>
                <input type="number" min={least.to_string()} max={most.to_string()} step="1" {value} disabled={!props.live} {oninput}
                    aria-invalid={misfit.then_some("true")} aria-describedby={misfit.then(|| format!("{}-misfit", props.id))}/>
            </label>
            <div class="misfit" id={format!("{}-misfit", props.id)} role="status">
                if misfit {
                    <p class="notice">
                        { format!("An int32 is a whole number from {least} to {most}. Until it is one, the figure stays at {}.", props.value) }
                    </p>
                }
            </div>
        </div>
    }
}
