//! What came of reading a schema, as bytes: who has a text read by somebody else gets this.

use std::ops::{Range, RangeInclusive};

use super::{EnumType, Field, Kind, Label, MessageType, Problem, Schema};
use crate::{
    decode::varint::{self, Varint},
    encode::put_varint,
};

/// What came of a text, for [`unpack`]. The text itself is left out.
pub fn pack(read: &Result<Schema, Vec<Problem>>) -> Vec<u8> {
    let mut out = Writer(Vec::new());
    match read {
        Ok(schema) => {
            out.number(1);
            out.list(&schema.messages, Writer::message);
            out.list(&schema.enums, Writer::enumeration);
        }
        Err(problems) => {
            out.number(0);
            out.list(problems, Writer::problem);
        }
    }
    out.0
}

/// Reads what [`pack`] made of `text`; nothing if the bytes are not that.
pub fn unpack(text: &str, bytes: &[u8]) -> Option<Result<Schema, Vec<Problem>>> {
    let mut from = Reader(bytes);
    Some(match from.number()? {
        1 => {
            let (messages, enums) = (from.list(Reader::message)?, from.list(Reader::enumeration)?);
            Ok(Schema { text: text.to_owned(), messages, enums })
        }
        _ => Err(from.list(Reader::problem)?),
    })
}

/// Everything is a varint, or a length and then text.
struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: u64) {
        put_varint(number, &mut self.0);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend(text.as_bytes());
    }

    fn span(&mut self, span: &Range<usize>) {
        self.number(span.start as u64);
        self.number(span.end as u64);
    }

    fn list<T>(&mut self, list: &[T], one: fn(&mut Self, &T)) {
        self.number(list.len() as u64);
        for item in list {
            one(self, item);
        }
    }

    fn names(&mut self, names: &[String]) {
        self.list(names, |out, name| out.text(name));
    }

    fn kind(&mut self, kind: Kind) {
        match kind {
            Kind::Enum(id) => self.number(100 + 2 * id as u64),
            Kind::Message(id) => self.number(101 + 2 * id as u64),
            scalar => {
                let place = Kind::SCALARS.iter().position(|known| known.1 == scalar);
                self.number(place.unwrap_or_default() as u64);
            }
        }
    }

    fn message(&mut self, message: &MessageType) {
        self.text(&message.name);
        self.list(&message.fields, Self::field);
        self.names(&message.oneofs);
        self.list(&message.reserved_numbers, |out, range| {
            out.number((*range.start()).into());
            out.number((*range.end()).into());
        });
        self.names(&message.reserved_names);
        self.span(&message.span);
    }

    fn field(&mut self, field: &Field) {
        self.text(&field.name);
        self.text(&field.json_name);
        self.number(field.number.into());
        self.kind(field.kind);
        match field.label {
            Label::Singular => self.number(0),
            Label::Optional => self.number(1),
            Label::Repeated { packed } => self.number(2 + u64::from(packed)),
            Label::Map { key } => {
                self.number(4);
                self.kind(key);
            }
        }
        self.number(field.oneof.map_or(0, |oneof| oneof as u64 + 1));
        self.number(field.deprecated.into());
        for span in [&field.span, &field.name_span, &field.number_span] {
            self.span(span);
        }
    }

    fn enumeration(&mut self, kind: &EnumType) {
        self.text(&kind.name);
        self.list(&kind.values, |out, (name, number)| {
            out.text(name);
            out.number(u64::from(number.cast_unsigned()));
        });
        self.list(&kind.reserved_numbers, |out, range| {
            out.number(range.start().cast_unsigned().into());
            out.number(range.end().cast_unsigned().into());
        });
        self.names(&kind.reserved_names);
        self.span(&kind.span);
    }

    fn problem(&mut self, problem: &Problem) {
        self.span(&problem.at);
        self.number(problem.line as u64);
        self.number(problem.column as u64);
        self.text(&problem.message);
        self.text(problem.help.as_deref().unwrap_or_default());
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self) -> Option<u64> {
        let Varint { value, length, .. } = varint::read(self.0).ok()?;
        self.0 = &self.0[length..];
        Some(value)
    }

    fn size(&mut self) -> Option<usize> {
        self.number().map(|number| number as usize)
    }

    fn text(&mut self) -> Option<String> {
        let length = self.size()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn span(&mut self) -> Option<Range<usize>> {
        Some(self.size()?..self.size()?)
    }

    fn list<T>(&mut self, one: fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let length = self.size()?;
        let mut list = Vec::new();
        for _ in 0..length {
            list.push(one(self)?);
        }
        Some(list)
    }

    fn kind(&mut self) -> Option<Kind> {
        Some(match self.size()? {
            place @ 0..100 => Kind::SCALARS.get(place)?.1,
            id if id.is_multiple_of(2) => Kind::Enum((id - 100) / 2),
            id => Kind::Message((id - 101) / 2),
        })
    }

    fn message(&mut self) -> Option<MessageType> {
        Some(MessageType {
            name: self.text()?,
            fields: self.list(Self::field)?,
            oneofs: self.list(Self::text)?,
            reserved_numbers: self.list(|from| Some(from.number()? as u32..=from.number()? as u32))?,
            reserved_names: self.list(Self::text)?,
            span: self.span()?,
        })
    }

    fn field(&mut self) -> Option<Field> {
        Some(Field {
            name: self.text()?,
            json_name: self.text()?,
            number: self.number()? as u32,
            kind: self.kind()?,
            label: match self.number()? {
                0 => Label::Singular,
                1 => Label::Optional,
                packed @ 2..=3 => Label::Repeated { packed: packed == 3 },
                _ => Label::Map { key: self.kind()? },
            },
            oneof: self.size()?.checked_sub(1),
            deprecated: self.number()? == 1,
            span: self.span()?,
            name_span: self.span()?,
            number_span: self.span()?,
        })
    }

    fn enumeration(&mut self) -> Option<EnumType> {
        fn signed(from: &mut Reader<'_>) -> Option<i32> {
            Some((from.number()? as u32).cast_signed())
        }
        fn range(from: &mut Reader<'_>) -> Option<RangeInclusive<i32>> {
            Some(signed(from)?..=signed(from)?)
        }
        Some(EnumType {
            name: self.text()?,
            values: self.list(|from| Some((from.text()?, signed(from)?)))?,
            reserved_numbers: self.list(range)?,
            reserved_names: self.list(Self::text)?,
            span: self.span()?,
        })
    }

    fn problem(&mut self) -> Option<Problem> {
        Some(Problem {
            at: self.span()?,
            line: self.size()?,
            column: self.size()?,
            message: self.text()?,
            help: Some(self.text()?).filter(|help| !help.is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_read_back() {
        for text in [
            "syntax = \"proto3\";\npackage a.b;\nmessage Order {\n  reserved 4, 7 to 9, 100 to max;\n  reserved \"old\";\n  \
             string order_id = 1 [json_name = \"id\"];\n  repeated int32 n = 2 [packed = false];\n  repeated double d = 3;\n  \
             map<string, Line> lines = 5;\n  optional State state = 6 [deprecated = true];\n  oneof how { bytes b = 10; Line l = 11; }\n  \
             message Line { sint64 z = 1; }\n}\nenum State { reserved -5 to -3, 9; reserved \"X\"; NONE = 0; LOW = -1; }\n",
            "syntax = \"proto3\";",
            "message M {\n  int33 a = 1;\n  strin b = 1;\n}",
            "syntax = \"proto3\"; message {",
            "ä",
        ] {
            let read = Schema::parse(text);
            let packed = pack(&read);
            assert_eq!(unpack(text, &packed), Some(read), "{text}");
            for short in 0..packed.len() {
                assert_eq!(unpack(text, &packed[..short]), None, "{short} bytes of {text}");
            }
        }
    }
}
