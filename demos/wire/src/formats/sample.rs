//! What the figure of the encodings shows, as a value: a person, how many of them, and its code for links.

use super::{FieldValue, Record};
use crate::case::{CodeError, LONGEST, VERSION, pack, unpack};

/// A person, and how many of them there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The name; [`Sample::LONGEST`] characters at most.
    pub name: String,
    /// The number.
    pub id: i32,
    /// The address; [`Sample::LONGEST`] characters at most.
    pub email: String,
    /// How many such records: 1 to [`Sample::MOST`].
    pub count: u32,
}

impl Default for Sample {
    /// The person of the lesson, a thousand times.
    fn default() -> Self {
        Self { name: "Alice".to_owned(), id: 42, email: "a@b.com".to_owned(), count: 1_000 }
    }
}

impl Sample {
    /// How many characters a text may have.
    pub const LONGEST: usize = 200;
    /// How many records there may be.
    pub const MOST: u32 = 100_000;

    /// One record.
    pub fn record(&self) -> Record {
        let fields = vec![
            ("name", FieldValue::String(self.name.clone())),
            ("id", FieldValue::Int32(self.id)),
            ("email", FieldValue::String(self.email.clone())),
        ];
        Record::new("Person", fields)
    }

    /// The code for links: `2~encodings~n.Alice~42~e.a-x40-b-pcom~1000`. No field of it is ever empty: `~~` ends a
    /// run's code.
    pub fn code(&self) -> String {
        format!("{VERSION}~encodings~n.{}~{}~e.{}~{}", pack(&self.name), self.id, pack(&self.email), self.count)
    }

    /// Reads what [`Sample::code`] wrote.
    ///
    /// # Errors
    /// If it is of another version, too long, or damaged.
    pub fn from_code(code: &str) -> Result<Self, CodeError> {
        if code.len() > LONGEST {
            return Err(CodeError::TooLong);
        }
        let bad =
            |field: &str, why: &str| CodeError::Field { field: field.chars().take(40).collect(), why: why.to_owned() };
        let mut fields = code.split('~');
        let version = fields.next().unwrap_or_default();
        if version != VERSION {
            return Err(CodeError::Version(version.chars().take(20).collect()));
        }
        let fields: Vec<_> = fields.collect();
        let [kind, name, id, email, count] = fields[..] else {
            return Err(bad(code, "a name, a number, an address and a count were expected"));
        };
        if kind != "encodings" {
            return Err(bad(kind, "this is no record of the encodings"));
        }
        let text = |field: &str, name: &str| match unpack(
            field
                .strip_prefix(name)
                .ok_or_else(|| bad(field, "a text was expected, with the first letter of its name before it"))?,
        )? {
            text if text.chars().count() > Self::LONGEST => Err(bad(field, "the text is longer than 200 characters")),
            text => Ok(text),
        };
        let id_of = id.parse().map_err(|_| bad(id, "a whole number of 32 bits was expected"))?;
        let count = match count.parse() {
            Ok(number @ 1..=Self::MOST) => number,
            _ => return Err(bad(count, "a number of records from 1 to 100000 was expected")),
        };
        Ok(Self { name: text(name, "n.")?, id: id_of, email: text(email, "e.")?, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_back() {
        assert_eq!(Sample::default().code(), "2~encodings~n.Alice~42~e.a-x40-b-pcom~1000");
        let odd = "~-._ \"%&#+?/\\ü😀\n".to_owned();
        for (name, id, email, count) in [
            (odd.clone(), i32::MIN, String::new(), 1),
            (String::new(), 0, "😀".repeat(200), Sample::MOST),
            ("a".repeat(200), i32::MAX, odd, 7),
        ] {
            let sample = Sample { name, id, email, count };
            let code = sample.code();
            assert!(code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)), "{code}");
            assert!(!code.contains("~~"), "{code}");
            assert_eq!(Sample::from_code(&code), Ok(sample));
        }
    }

    #[test]
    fn damaged_codes_are_told() {
        assert!(Sample::from_code("2~encodings~n.Alice~42~e.a~1").is_ok());
        for code in [
            "",
            "1~encodings~n.Alice~42~e.a~1",
            "2~wire~n.Alice~42~e.a~1",
            "2~encodings~n.Alice~42~e.a",
            "2~encodings~n.Alice~42~e.a~1~2",
            "2~encodings~Alice~42~e.a~1",
            "2~encodings~e.Alice~42~n.a~1",
            "2~encodings~n.Alice~x~e.a~1",
            "2~encodings~n.Alice~2147483648~e.a~1",
            "2~encodings~n.Alice~42~e.a~0",
            "2~encodings~n.Alice~42~e.a~100001",
            "2~encodings~n.Alice-~42~e.a~1",
            &format!("2~encodings~n.{}~42~e.a~1", "b".repeat(201)),
            &"2".repeat(LONGEST + 1),
        ] {
            assert!(Sample::from_code(code).is_err(), "{code}");
        }
    }
}
