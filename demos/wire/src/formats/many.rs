//! Many records, in the form in which one really keeps or sends them.

use super::{Annotated, Format, Record, avro, cbor, encode, messagepack, schema, thrift, varint};

/// How many bytes of records a writer of an Avro container file collects before it writes a block, as Avro's own for
/// Java does unless told otherwise (`DataFileConstants.DEFAULT_SYNC_INTERVAL`).
const BLOCK: u64 = 64_000;

/// What many equal records take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Many {
    /// All bytes.
    pub bytes: u64,
    /// The form that they have: `a JSON array`.
    pub form: &'static str,
    /// What was counted; together that is all.
    pub counted: Vec<Counted>,
    /// Another form that is usual, with its bytes; nothing where this is the only one.
    pub other: Option<(&'static str, u64)>,
}

/// Something that is there a number of times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What it is.
    pub what: &'static str,
    /// How many bytes one takes.
    pub bytes: u64,
    /// How often it is there.
    pub times: u64,
}

impl Many {
    fn of(form: &'static str, counted: &[(&'static str, u64, u64)]) -> Self {
        let counted: Vec<_> = counted
            .iter()
            .filter(|(_, bytes, times)| *bytes > 0 && *times > 0)
            .map(|(what, bytes, times)| Counted { what, bytes: *bytes, times: *times })
            .collect();
        Self { bytes: counted.iter().map(|one| one.bytes * one.times).sum(), form, counted, other: None }
    }
}

/// What `count` records like this one take, 2^32 − 1 at most: as many bytes as [`many_bytes`] makes, without making
/// them.
pub fn many(format: Format, record: &Record, count: u64) -> Many {
    let one = encode(format, record).bytes.len() as u64;
    match format {
        Format::Json => {
            let counted = [
                ("a record", one, count),
                ("the comma between two", 1, count.saturating_sub(1)),
                ("the brackets", 2, 1),
            ];
            Many { other: Some(("one record on each line", (one + 1) * count)), ..Many::of("an array", &counted) }
        }
        Format::Cbor | Format::MessagePack => {
            let head = if format == Format::Cbor { cbor::array(count) } else { messagepack::array(count) };
            let counted = [("a record, a map with all names", one, count), ("the array’s head", head.len() as u64, 1)];
            Many {
                other: Some(("one after the other, as a sequence", one * count)),
                ..Many::of("an array of maps", &counted)
            }
        }
        Format::Protobuf => {
            let length = varint(one).len() as u64;
            let counted = [("a record", one, count), ("the tag before each", 1, count), ("its length", length, count)];
            Many {
                other: Some(("a stream of messages, each with its length before it", (one + length) * count)),
                ..Many::of("a repeated field", &counted)
            }
        }
        Format::ThriftCompact => {
            let head = thrift::list_of_structs(count).len() as u64;
            Many::of(
                "a struct with a list",
                &[
                    ("a record with its stop byte", one, count),
                    ("the field’s and the list’s head", head, 1),
                    ("the outer stop byte", 1, 1),
                ],
            )
        }
        Format::Avro => {
            let schema = schema(format, record).unwrap_or_default();
            let header = avro::container_head(&schema).len() as u64;
            let per_block = per_block(one, count);
            let overhead = |records: u64| {
                let (head, sync) = avro::block_overhead(records, records * one);
                (head.len() + sync.len()) as u64
            };
            let (full, rest) = (count / per_block, count % per_block);
            let counted = [
                ("a record", one, count),
                ("the header, with the schema", header, 1),
                ("a block’s count, size and marker", overhead(per_block), full),
                ("the last block’s", overhead(rest), u64::from(rest > 0)),
            ];
            Many {
                other: Some(("messages, each with the 10 bytes that name its schema before it", (one + 10) * count)),
                ..Many::of("a container file", &counted)
            }
        }
    }
}

/// How many records of so many bytes fill a block: a writer writes one as soon as it has enough.
fn per_block(one: u64, count: u64) -> u64 {
    // Records without bytes never fill one.
    if one == 0 { count.max(1) } else { BLOCK.div_ceil(one) }
}

/// The bytes of `count` records like this one: those that [`many`] counts.
pub fn many_bytes(format: Format, record: &Record, count: u64) -> Vec<u8> {
    let Annotated { bytes: one, .. } = encode(format, record);
    let mut bytes = Vec::new();
    let records = |before: &[u8], count: u64, bytes: &mut Vec<u8>| {
        for _ in 0..count {
            bytes.extend_from_slice(before);
            bytes.extend_from_slice(&one);
        }
    };
    match format {
        Format::Json => {
            records(b",", count, &mut bytes);
            // The first one has no comma before it, but the bracket.
            match bytes.first_mut() {
                Some(first) => *first = b'[',
                None => bytes.push(b'['),
            }
            bytes.push(b']');
        }
        Format::Cbor | Format::MessagePack => {
            bytes = if format == Format::Cbor { cbor::array(count) } else { messagepack::array(count) };
            records(b"", count, &mut bytes);
        }
        Format::Protobuf => {
            let mut before = vec![1 << 3 | 2];
            before.extend(varint(one.len() as u64));
            records(&before, count, &mut bytes);
        }
        Format::ThriftCompact => {
            bytes = thrift::list_of_structs(count);
            records(b"", count, &mut bytes);
            bytes.push(0);
        }
        Format::Avro => {
            bytes = avro::container_head(&schema(format, record).unwrap_or_default());
            let per_block = per_block(one.len() as u64, count);
            let mut left = count;
            while left > 0 {
                let here = left.min(per_block);
                let (head, sync) = avro::block_overhead(here, here * one.len() as u64);
                bytes.extend(head);
                records(b"", here, &mut bytes);
                bytes.extend_from_slice(&sync);
                left -= here;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::FieldValue;

    #[test]
    fn what_is_counted_is_what_is_there() {
        let texts = ["", "a", &"b".repeat(200), &"c".repeat(70_000)];
        let mut records: Vec<_> = texts
            .map(|text| Record::new("Note", vec![("text", FieldValue::String(text.to_owned()))]))
            .into_iter()
            .collect();
        records.extend([Record::person(), Record::new("Nothing", vec![])]);
        for record in &records {
            for count in [0, 1, 2, 14, 15, 16, 23, 24, 255, 256, 300] {
                for format in Format::ALL {
                    let many = many(format, record, count);
                    assert_eq!(
                        many.bytes,
                        many_bytes(format, record, count).len() as u64,
                        "{format:?} {count} {record:?}"
                    );
                    assert_eq!(many.bytes, many.counted.iter().map(|one| one.bytes * one.times).sum::<u64>());
                }
            }
        }
        for count in [65_535, 65_536, 100_000] {
            for format in Format::ALL {
                let bytes = many_bytes(format, &Record::person(), count);
                assert_eq!(many(format, &Record::person(), count).bytes, bytes.len() as u64, "{format:?} {count}");
            }
        }
    }
}
