//! A panic in the builder, in a demo or in mdBook is our mistake, and an author hears of it as of any other: where in
//! the book it happened, what to do, and whom to tell. The rest of the book is still checked.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::Once,
};

use crate::diagnostics::Diagnostic;

/// A panic that was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// What the panic says.
    pub message: String,
    /// Where the panic happened: the Rust file, line and column, as `src/html.rs:28:24`; empty if that is not known.
    pub place: String,
}

impl Panic {
    /// What an author does about the panic: `repository` is where the book's issues are told, if the book says so.
    pub fn help(&self, repository: Option<&str>) -> String {
        let whom = match repository {
            Some(address) => format!("at {address}"),
            None => "to those who maintain the builder".to_owned(),
        };
        let place = if self.place.is_empty() { String::new() } else { format!(", and say `{}`", self.place) };
        format!(
            "this is a mistake in the program, not in the book: please report it {whom} with this message{place}; until \
             it is mended, other words in this place may help"
        )
    }

    /// The mistake as which the panic is told: `diagnostic` says what was being done, and where.
    pub fn told(&self, diagnostic: Diagnostic, repository: Option<&str>) -> Diagnostic {
        let message = format!("{}: {}", diagnostic.message, self.message);
        Diagnostic { message, ..diagnostic }.help(self.help(repository))
    }
}

thread_local! {
    /// How many [`caught`] are at work on this thread.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// Where the last of them panicked.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Calls `f` and gives what it returns. A panic of `f` is returned and not printed.
///
/// # Errors
///
/// If `f` panics.
pub fn caught<T>(f: impl FnOnce() -> T) -> Result<T, Panic> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            if DEPTH.get() == 0 {
                return usual(info);
            }
            let place = info.location().map(|at| format!("{}:{}:{}", short(at.file()), at.line(), at.column()));
            PLACE.set(place.unwrap_or_default());
        }));
    });
    DEPTH.set(DEPTH.get() + 1);
    let outcome = catch_unwind(AssertUnwindSafe(f));
    DEPTH.set(DEPTH.get() - 1);
    outcome.map_err(|panic| Panic { message: words(&*panic), place: PLACE.take() })
}

/// A Rust file as others know it: without the folder in which cargo keeps what it downloads.
fn short(file: &str) -> &str {
    let from_registry = file.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/'));
    from_registry.map_or(file, |(_, rest)| rest)
}

fn words(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_value() {
        assert_eq!(caught(|| 7), Ok(7));
        let panic = caught(|| panic!("no {}", 1)).unwrap_err();
        assert_eq!(panic.message, "no 1");
        assert!(panic.place.starts_with("mdbook-demos/src/blocks/guard.rs:"), "{}", panic.place);
        // One within another.
        let outer = caught(|| {
            assert!(caught(|| panic!("inner")).is_err());
            panic!("outer")
        });
        assert_eq!(outer.unwrap_err().message, "outer");
        assert_eq!(short("/home/me/.cargo/registry/src/index.crates.io-1/a-0.1/src/x.rs"), "a-0.1/src/x.rs");
        assert_eq!(short("src/x.rs"), "src/x.rs");
    }
}
