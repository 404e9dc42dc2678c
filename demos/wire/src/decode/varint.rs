//! Variable-length integers: seven bits a byte, the lowest first; the top bit says that another byte follows.

/// The most bytes that a varint can have: ten times seven bits are the first to hold 64.
pub const LONGEST: usize = 10;

/// A varint that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Varint {
    /// Its low 64 bits.
    pub value: u64,
    /// How many bytes it has, 1 to [`LONGEST`].
    pub length: usize,
    /// Whether its tenth byte holds bits above the 64th. Google's runtimes drop them; Go and prost refuse.
    pub overflow: bool,
}

/// Why bytes do not begin with a varint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// They end before a byte whose top bit is 0.
    Truncated,
    /// The tenth byte says that another one follows.
    TooLong,
}

/// Reads the varint at the beginning of the bytes.
///
/// # Errors
/// If its last byte is not among them, or not among the first ten.
pub fn read(bytes: &[u8]) -> Result<Varint, Unfinished> {
    let mut value = 0;
    for (at, &byte) in bytes.iter().take(LONGEST).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            return Ok(Varint { value, length: at + 1, overflow: at + 1 == LONGEST && byte > 1 });
        }
    }
    Err(if bytes.len() < LONGEST { Unfinished::Truncated } else { Unfinished::TooLong })
}
