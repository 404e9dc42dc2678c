//! What travels between the machines, as bytes: protocol buffers, as the stubs would be generated
//! from this description (Protocol Buffers language guide, proto3).
//!
//! ```proto
//! message DeductRequest {
//!   string user = 1;
//!   int64 cents = 2;
//!   bool set = 3;            // set the balance to `cents` instead of deducting them
//!   uint32 id = 4;           // request id, or idempotency key
//!   uint32 deadline_ms = 5;  // after which nobody waits for the answer
//! }
//! message DeductReply { int64 balance = 1; uint32 code = 2; }
//! ```
//!
//! gRPC sends a deadline as the time that is left, because clocks of machines differ; in this model
//! they agree, and the deadline is a moment.

use prost::Message;

/// A marshalled message. So short that a copy costs less than an allocation.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wire {
    length: u8,
    bytes: [u8; Self::LONGEST],
}

impl Wire {
    /// The most bytes that a message of this model has: five fields, none with more than ten bytes of
    /// value.
    pub const LONGEST: usize = 40;

    /// Marshals a message.
    ///
    /// # Panics
    /// If it is longer than any of this model.
    pub(super) fn marshal(message: &impl Message) -> Self {
        let mut bytes = [0; Self::LONGEST];
        let mut rest = &mut bytes[..];
        message.encode(&mut rest).expect("no message of this model is longer");
        let length = (Self::LONGEST - rest.len()) as u8;
        Self { length, bytes }
    }

    /// Unmarshals a message.
    ///
    /// # Panics
    /// If the bytes are of another message: nothing in this model damages bytes.
    pub(super) fn unmarshal<M: Message + Default>(&self) -> M {
        M::decode(self.bytes()).expect("a stub reads what a stub wrote")
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// As in `0a 03 75 34 32`.
    pub fn hex(&self) -> String {
        self.bytes().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.hex())
    }
}

/// The call, marshalled.
#[derive(Clone, PartialEq, Eq, Message)]
pub(super) struct DeductRequest {
    #[prost(string, tag = "1")]
    pub user: String,
    #[prost(int64, tag = "2")]
    pub cents: i64,
    #[prost(bool, tag = "3")]
    pub set: bool,
    #[prost(uint32, tag = "4")]
    pub id: u32,
    #[prost(uint32, tag = "5")]
    pub deadline_ms: u32,
}

/// Its answer, marshalled.
#[derive(Clone, PartialEq, Eq, Message)]
pub(super) struct DeductReply {
    #[prost(int64, tag = "1")]
    pub balance: i64,
    /// The number that gRPC gives the status.
    #[prost(uint32, tag = "2")]
    pub code: u32,
}
