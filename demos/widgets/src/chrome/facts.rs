//! What a run yields under a name: facts, declared and computed in one line, and what can be asked of them.

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
    /// The value as a number in millionths; nothing if it is none. Numbers are compared so: modules that readers fetch
    /// read and write no floating-point numbers, which takes kilobytes.
    fn millionths(&self) -> Option<i64> {
        match self {
            Self::Whole(number) => Some(number.saturating_mul(MILLION)),
            Self::Real(number) => Some(libm::round(number * MILLION as f64) as i64),
            _ => None,
        }
    }
}

/// A million.
const MILLION: i64 = 1_000_000;

/// A decimal number, such as `-12.5`, in millionths; nothing if the text is none, or has more than six decimals.
fn decimal(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(part) || part.len() > 6 {
        return None;
    }
    let part = part.parse::<i64>().ok()? * 10_i64.pow(6 - part.len() as u32);
    let number = whole.parse::<i64>().ok()?.checked_mul(MILLION)?.checked_add(part)?;
    Some(if negative { -number } else { number })
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
pub enum Wanted {
    /// These very words.
    Text(String),
    /// That it holds, or that it does not.
    Truth(bool),
    /// A number that is so to this one, in millionths.
    Number(Relation, i64),
}

/// How a number is to be to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    More,
}

impl Relation {
    const SIGNS: [(&'static str, Self); 5] =
        [("<", Self::Less), ("<=", Self::AtMost), ("=", Self::Equal), (">=", Self::AtLeast), (">", Self::More)];
}

impl Wanted {
    /// That number.
    pub fn number(number: f64) -> Self {
        Self::Number(Relation::Equal, Yield::Real(number).millionths().unwrap_or_default())
    }

    /// What is wanted of a number, as an author writes it: `>= 95`, `< 3`.
    ///
    /// # Errors
    /// If the text is no comparison with a number; the reason is a sentence's end.
    pub fn of_number(text: &str) -> Result<Self, String> {
        let (sign, number) = text.split_at(text.find(|c: char| !"<>=".contains(c)).unwrap_or(text.len()));
        let number = decimal(number.trim())
            .ok_or_else(|| format!("`{text}` is neither a number nor a comparison such as `>= 95`"))?;
        let relation =
            Relation::SIGNS.into_iter().find(|(known, relation)| *known == sign && *relation != Relation::Equal);
        let (_, relation) = relation.ok_or_else(|| format!("`{text}` is no comparison: use <, <=, > or >="))?;
        Ok(Self::Number(relation, number))
    }

    /// Whether that value is what is wanted.
    pub fn met_by(&self, value: &Yield) -> bool {
        match (self, value) {
            (Self::Text(wanted), Yield::Text(text)) => wanted == text,
            (Self::Truth(wanted), Yield::Truth(truth)) => wanted == truth,
            (Self::Number(relation, wanted), value) => value.millionths().is_some_and(|have| match relation {
                Relation::Less => have < *wanted,
                Relation::AtMost => have <= *wanted,
                Relation::Equal => have == *wanted,
                Relation::AtLeast => have >= *wanted,
                Relation::More => have > *wanted,
            }),
            _ => false,
        }
    }

    /// As a page's properties hold it: a sign and the value, which [`Wanted::parse`] reads.
    #[cfg(any(test, feature = "ssr"))]
    pub fn written(&self) -> String {
        match self {
            Self::Text(text) => format!("\"{text}"),
            Self::Truth(truth) => format!("?{truth}"),
            Self::Number(relation, number) => {
                let sign = Relation::SIGNS.into_iter().find(|(_, known)| known == relation);
                format!("{}{number}", sign.map_or("", |(sign, _)| sign))
            }
        }
    }

    /// Reads what [`Wanted::written`] wrote; nothing if it is none of that.
    pub fn parse(written: &str) -> Option<Self> {
        if let Some(text) = written.strip_prefix('"') {
            return Some(Self::Text(text.to_owned()));
        }
        if let Some(truth) = written.strip_prefix('?') {
            return truth.parse().ok().map(Self::Truth);
        }
        let (sign, number) = written.split_at(written.find(|c: char| !"<>=".contains(c))?);
        let (_, relation) = Relation::SIGNS.into_iter().find(|(known, _)| *known == sign)?;
        number.parse().ok().map(|number| Self::Number(relation, number))
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
            Wanted::Text("applied 2 times".into()),
            Wanted::Truth(false),
            Wanted::number(12.5),
            Wanted::of_number("<= 2").unwrap(),
            Wanted::of_number("> -1.5").unwrap(),
        ];
        for wanted in all {
            assert_eq!(Wanted::parse(&wanted.written()), Some(wanted));
        }
        for wrong in ["about 3", "=> 3", "= 3", "< 3.1234567", "< ", "3", "< 1e3"] {
            assert!(Wanted::of_number(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_compared_and_everything_else_is_the_same_or_not() {
        let met = |wanted: &str, value: Yield| Wanted::of_number(wanted).unwrap().met_by(&value);
        assert!(met("<= 2", 2_u32.into()) && !met("< 2", 2_u32.into()) && met("> 1.5", 1.6.into()));
        assert!(Wanted::number(0.3).met_by(&(0.1 + 0.2).into()) && Wanted::number(2.0).met_by(&2_u32.into()));
        assert!(!met("> 1", "many".into()) && !Wanted::number(0.0).met_by(&Yield::Nothing));
        let text = Wanted::Text("done".into());
        assert!(text.met_by(&"done".into()) && !text.met_by(&true.into()) && Wanted::Truth(true).met_by(&true.into()));
    }
}
