//! Schemas and encodings, byte by byte, with the reason for every byte.
//!
//! The heart is proto3 (the Protocol Buffers language guide and "Encoding", protobuf.dev): a [`schema`] is read from
//! its text, a [`value`] from JSON; [`encode`] makes bytes of it and [`decode`] reads bytes, whoever made them, and
//! says of each what it is for. [`reader`] tells what a program with another schema makes of the same bytes, and
//! [`evolve`] what a change of a schema does to those who have the old one. [`formats`] has the same record in other
//! encodings.
//!
//! # What is left out
//!
//! One file without imports, so no well-known types and no `Any`; proto3 only, so no groups, extensions or required
//! fields; no services and no custom options.
//!
//! # Where Google's runtimes differ from this
//!
//! `cargo xtask test` compares schemas, bytes and JSON with Google's protobuf for Python, whose heart is upb, in C
//! (`tests/google`). What is left of differences is counted or asserted there:
//!
//! - **The order of a map.** No runtime promises one. Here pairs keep the order in which their keys came first. upb has
//!   that of a hash table, or, where "deterministic" is asked for, sorts numbers by their bits with the greatest first
//!   and strings with the longer one first if it begins with the other; other runtimes sort otherwise. The tests sort as
//!   upb does, and then the bytes are the same. One place is out of their reach: a pair with an unknown field in it is
//!   kept as unknown as a whole, in bytes, and with any maps in it in the order of the hash table.
//! - **Field number 0.** No field has it, and bytes with it are refused. upb forgets to look in message types that have
//!   no field at all, and takes it for an unknown field there; inside of a group it is taken by both.
//! - **JSON.** Python reads some that the specification has no meaning for, and refuses some that it has: the
//!   documentation of [`json`] names them.
//! - **Schemas.** protoc takes, beyond what is left out: a text without `syntax` as proto2; a byte order mark; strings
//!   in several parts after `syntax`; a type named `map` as the type of a field; as a reserved name, with a warning at
//!   most, what begins with an underscore or is no name; `\777` in a string; and the reserved number 2^29, which its own
//!   runtime refuses then. It refuses a semicolon without a field in a oneof, and options without meaning here if their
//!   values are of the wrong type.

pub mod case;
pub mod decode;
pub mod edit;
pub mod encode;
pub mod evolve;
pub mod formats;
pub mod json;
pub mod number;
pub mod reader;
pub mod schema;
pub mod value;

#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
