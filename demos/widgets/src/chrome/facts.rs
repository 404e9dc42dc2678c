//! What a run yields under a name: facts, declared and computed in one line, and what can be asked of them.

use sim::words::grouped;

/// A value that a run yields.
#[derive(Clone, Debug, PartialEq)]
pub enum Yield {
    /// Words, such as `done`.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number that need not be whole.
    Real(f64),
    /// Whether something holds.
    Truth(bool),
    /// Nothing: the run has no such value.
    Nothing,
}

impl Yield {
    /// The value as it stands in the text of a page: whole numbers with their thousands told apart.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(number) if *number >= 0 => grouped(number.unsigned_abs()),
            Self::Whole(number) => number.to_string(),
            Self::Real(number) => number.to_string(),
            Self::Truth(truth) => truth.to_string(),
            Self::Nothing => String::new(),
        }
    }

    /// The value as a number; nothing if it is none.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(*number as f64),
            Self::Real(number) => Some(*number),
            _ => None,
        }
    }
}

impl From<String> for Yield {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Yield {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<bool> for Yield {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<f64> for Yield {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

macro_rules! whole {
    ($($number:ty)*) => { $(
        impl From<$number> for Yield {
            fn from(number: $number) -> Self {
                Self::Whole(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )* };
}
whole!(u8 u16 u32 u64 usize i32 i64);

impl<T: Into<Yield>> From<Option<T>> for Yield {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

/// What a fact has to be for a goal to be reached or for the build to go on: a value, or for numbers a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Which comparison; nothing if the fact has to be that very value.
    relation: Option<Relation>,
    value: Yield,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Relation {
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Wanted {
    /// That very value.
    pub const fn exactly(value: Yield) -> Self {
        Self { relation: None, value }
    }

    /// What is wanted of a number, as an author writes it: `>= 95`, `< 3`.
    ///
    /// # Errors
    /// If the text is no comparison with a number; the reason is a sentence's end.
    pub fn of_number(text: &str) -> Result<Self, String> {
        let (relation, number) = text.split_at(text.find(|c: char| !"<>=".contains(c)).unwrap_or(text.len()));
        let value = number
            .trim()
            .parse()
            .map(Yield::Real)
            .map_err(|_| format!("`{text}` is neither a number nor a comparison such as `>= 95`"))?;
        let relation = match relation {
            "<" => Relation::Less,
            "<=" => Relation::AtMost,
            ">" => Relation::More,
            ">=" => Relation::AtLeast,
            _ => return Err(format!("`{text}` is no comparison: use <, <=, > or >=")),
        };
        Ok(Self { relation: Some(relation), value })
    }

    /// Whether that value is what is wanted.
    pub fn met_by(&self, value: &Yield) -> bool {
        match (self.relation, value.number(), self.value.number()) {
            (None, Some(have), Some(want)) => have == want,
            (None, ..) => *value == self.value,
            (Some(Relation::Less), Some(have), Some(want)) => have < want,
            (Some(Relation::AtMost), Some(have), Some(want)) => have <= want,
            (Some(Relation::More), Some(have), Some(want)) => have > want,
            (Some(Relation::AtLeast), Some(have), Some(want)) => have >= want,
            _ => false,
        }
    }

    /// As a page's properties hold it: a sign and the value, which [`Wanted::parse`] reads.
    pub fn written(&self) -> String {
        let sign = match (self.relation, &self.value) {
            (Some(Relation::Less), _) => "<",
            (Some(Relation::AtMost), _) => "<=",
            (Some(Relation::More), _) => ">",
            (Some(Relation::AtLeast), _) => ">=",
            (None, Yield::Whole(_) | Yield::Real(_)) => "=",
            (None, Yield::Truth(_)) => "?",
            (None, _) => "\"",
        };
        let value = match &self.value {
            Yield::Text(text) => text.clone(),
            Yield::Whole(number) => number.to_string(),
            other => other.text(),
        };
        format!("{sign}{value}")
    }

    /// Reads what [`Wanted::written`] wrote; nothing if it is none of that.
    pub fn parse(written: &str) -> Option<Self> {
        let rest = |sign: &str| written.strip_prefix(sign);
        if let Some(text) = rest("\"") {
            return Some(Self::exactly(text.into()));
        }
        if let Some(truth) = rest("?") {
            return truth.parse().ok().map(|truth: bool| Self::exactly(truth.into()));
        }
        if let Some(number) = rest("=") {
            return number.parse().ok().map(|number: f64| Self::exactly(number.into()));
        }
        Self::of_number(written).ok()
    }
}

/// What a fact is, for the reference page and for messages.
#[derive(Clone, Copy, Debug)]
pub struct FactInfo {
    /// The name used in `expect`, in goals and in `{{#run id.name}}`.
    pub name: &'static str,
    /// What it means, with its unit. Empty in what readers fetch: only authors read it.
    pub meaning: &'static str,
}

/// A value that a run yields: its name, its meaning, and how it is told of what came of the run.
pub struct Fact<S> {
    /// Name and meaning.
    pub info: FactInfo,
    of: Box<dyn Fn(&S) -> Yield>,
}

impl<S> Fact<S> {
    /// The value for a run.
    pub fn of(&self, seen: &S) -> Yield {
        (self.of)(seen)
    }
}

/// The facts of a demo; see [`Demo::facts`](crate::chrome::demo::Demo::facts).
pub struct FactList<S>(Vec<Fact<S>>);

impl<S> FactList<S> {
    /// The facts of the demo `D`.
    pub fn of<D: crate::chrome::demo::Demo<Seen = S>>() -> Vec<Fact<S>> {
        let mut list = Self(vec![]);
        D::facts(&mut list);
        list.0
    }

    /// Adds the fact `name`, which means `meaning`, its unit included. `of` tells its value: a text, a number or a truth
    /// value, or `None` for a run that has none.
    #[inline]
    pub fn fact<T: Into<Yield>>(&mut self, name: &'static str, meaning: &'static str, of: impl Fn(&S) -> T + 'static) {
        let meaning = if cfg!(feature = "ssr") { meaning } else { "" };
        self.0.push(Fact { info: FactInfo { name, meaning }, of: Box::new(move |seen| of(seen).into()) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_written_and_read_back() {
        let all = [
            Wanted::exactly("applied 2 times".into()),
            Wanted::exactly(false.into()),
            Wanted::exactly(12.5.into()),
            Wanted::of_number("<= 2").unwrap(),
            Wanted::of_number("> -1.5").unwrap(),
        ];
        for wanted in all {
            assert_eq!(Wanted::parse(&wanted.written()), Some(wanted));
        }
        assert!(Wanted::of_number("about 3").is_err() && Wanted::of_number("=> 3").is_err());
    }

    #[test]
    fn numbers_are_compared_and_everything_else_is_the_same_or_not() {
        let met = |wanted: &str, value: Yield| Wanted::parse(wanted).unwrap().met_by(&value);
        assert!(met("<=2", 2_u32.into()) && !met("<2", 2_u32.into()) && met("=2", 2.0.into()));
        assert!(met("\"done", "done".into()) && !met("\"done", true.into()) && met("?true", true.into()));
        assert!(!met(">1", "many".into()) && !met("=0", Yield::Nothing));
    }
}
