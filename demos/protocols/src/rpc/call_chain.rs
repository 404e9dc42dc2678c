//! The way of one remote `add(a, b)` through its stubs, with the bytes of each stage.
//!
//! Caller, client stub, network, server stub, procedure, and back: the five pieces of Birrell &
//! Nelson, "Implementing remote procedure calls", ACM TOCS 2(1), 1984, figure 1. The bytes are what
//! gRPC sends: messages in the encoding of protocol buffers ("Encoding", protobuf.dev), each in a
//! frame of one flag byte and a four-byte length, most significant byte first ("gRPC over HTTP2",
//! PROTOCOL-HTTP2.md in the gRPC repository, *Length-Prefixed-Message*).
//!
//! The stubs really work: the server's decodes the frame that the client's encoded, and the
//! procedure adds what was decoded. A sum that does not fit 32 bits is refused with the status
//! `OUT_OF_RANGE` rather than wrapped around: a wrong number would look like a right one. Then no
//! message travels back, only the status.
//!
//! Simplified: of HTTP/2 only what the stages tell in words is there, the procedure's name and the
//! status; its own framing, TCP, IP and encryption add bytes below. Nothing is compressed, and
//! nothing goes wrong on the way: that is what `rpc` is about.

use prost::{
    Message,
    encoding::{WireType, decode_key, decode_varint},
};
use sim::code::{self, CodeError};
use sim::words::counted;
use std::{fmt, ops::Range};

/// The message that carries the arguments: `message AddRequest { int32 a = 1; int32 b = 2; }`.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct AddRequest {
    /// The first number.
    #[prost(int32, tag = "1")]
    pub a: i32,
    /// The second number.
    #[prost(int32, tag = "2")]
    pub b: i32,
}

/// The message that carries the result: `message AddReply { int32 sum = 1; }`.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct AddReply {
    /// Both numbers together.
    #[prost(int32, tag = "1")]
    pub sum: i32,
}

/// A message as the schema describes it: what a label needs to know beside the bytes.
trait Schema: Message + Default + Copy {
    /// The message's name.
    const NAME: &'static str;
    /// The fields, in the order of their numbers from 1 on.
    const FIELDS: &'static [&'static str];

    /// The fields' values, in the same order.
    fn values(&self) -> Vec<i32>;

    /// As a literal: `AddRequest { a: 3, b: 4 }`.
    fn literal(&self) -> String {
        let fields: Vec<_> =
            Self::FIELDS.iter().zip(self.values()).map(|(name, value)| format!("{name}: {value}")).collect();
        format!("{} {{ {} }}", Self::NAME, fields.join(", "))
    }
}

impl Schema for AddRequest {
    const NAME: &'static str = "AddRequest";
    const FIELDS: &'static [&'static str] = &["a", "b"];

    fn values(&self) -> Vec<i32> {
        vec![self.a, self.b]
    }
}

impl Schema for AddReply {
    const NAME: &'static str = "AddReply";
    const FIELDS: &'static [&'static str] = &["sum"];

    fn values(&self) -> Vec<i32> {
        vec![self.sum]
    }
}

/// How many bytes a frame has before its message.
pub const PREFIX: usize = 5;

/// The name under which the server offers the procedure, as HTTP/2's `:path` has it.
pub const PATH: &str = "/Calculator/Add";

/// Where a stage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The program that calls.
    Caller,
    /// The procedure's stand-in on the caller's machine.
    ClientStub,
    /// Between the machines, with what each of them does to send and to receive.
    Network,
    /// The caller's stand-in on the server's machine.
    ServerStub,
    /// The procedure itself.
    Procedure,
}

impl Place {
    /// All of them, in the order of the way there.
    pub const ALL: [Self; 5] = [Self::Caller, Self::ClientStub, Self::Network, Self::ServerStub, Self::Procedure];

    /// Its name, in small letters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::ClientStub => "client stub",
            Self::Network => "network",
            Self::ServerStub => "server stub",
            Self::Procedure => "procedure",
        }
    }
}

/// What a part of the bytes is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The frame's first byte: whether the message is compressed.
    Flag,
    /// The frame's other four: how long the message is.
    Length,
    /// The message inside a frame, as a whole.
    Payload,
    /// Which field of the message comes next, and how it is written.
    Key,
    /// A field's value.
    Value,
}

/// Some bytes in a row that mean one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which bytes of the stage; never none.
    pub range: Range<usize>,
    /// What they are for.
    pub role: Role,
    /// What they mean, in a few words: `field 1 (a), varint`.
    pub means: String,
    /// How it follows from the bytes, in one sentence.
    pub why: String,
}

/// One stage of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Where it is.
    pub place: Place,
    /// What is done there, with the place as subject: `marshals the arguments`.
    pub deed: &'static str,
    /// What the program or the protocol has there beside the bytes: a call, a literal, a header.
    pub value: String,
    /// The bytes; none where there are only local values, or nothing to send.
    pub bytes: Vec<u8>,
    /// What the bytes mean: in order, without gaps and without overlap, from the first to the last.
    pub parts: Vec<Part>,
    /// Whether the value is made of the bytes, and not the bytes of the value.
    pub unpacks: bool,
    /// What happens, in two or three sentences.
    pub words: String,
}

impl Stage {
    /// A stage that has no bytes.
    fn bare(place: Place, deed: &'static str, value: String, words: String) -> Self {
        Self { place, deed, value, bytes: vec![], parts: vec![], unpacks: false, words }
    }
}

/// How the call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// With a sum.
    Ok,
    /// Without one, because the sum does not fit 32 bits.
    OutOfRange,
}

impl Status {
    /// The name in gRPC.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::OutOfRange => "OUT_OF_RANGE",
        }
    }

    /// The number that travels ("Status codes and their use in gRPC").
    pub const fn number(self) -> u32 {
        match self {
            Self::Ok => 0,
            Self::OutOfRange => 11,
        }
    }
}

/// One run: the call `add(a, b)`. Both are any 32-bit integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The first number.
    pub a: i32,
    /// The second number.
    pub b: i32,
}

impl Default for Call {
    fn default() -> Self {
        Self { a: 3, b: 4 }
    }
}

/// As it is written: `add(3, 4)`.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "add({}, {})", self.a, self.b)
    }
}

/// Everything that follows from a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    /// The call.
    pub call: Call,
    /// What the caller gets back: the sum, unless it does not fit.
    pub sum: Option<i32>,
    /// How the call ends.
    pub status: Status,
    /// The request's message, without its frame.
    pub request: Vec<u8>,
    /// The reply's message, without its frame; empty as well if there is no reply.
    pub reply: Vec<u8>,
    /// The nine stages, in order: through the five places and back.
    pub stages: Vec<Stage>,
}

/// What the procedure does on the server.
fn add(a: i32, b: i32) -> Result<i32, Status> {
    a.checked_add(b).ok_or(Status::OutOfRange)
}

/// A message in its frame.
///
/// # Panics
/// If the message is longer than the frame's length can say: 4 GiB.
pub fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a message shorter than 4 GiB");
    let mut frame = vec![0];
    frame.extend(length.to_be_bytes());
    frame.extend(message);
    frame
}

/// The message in a frame; none if the frame is damaged, compressed or not of the length it says.
pub fn unframe(frame: &[u8]) -> Option<&[u8]> {
    let (prefix, message) = frame.split_first_chunk::<PREFIX>()?;
    let [flag, length @ ..] = *prefix;
    (flag == 0 && usize::try_from(u32::from_be_bytes(length)) == Ok(message.len())).then_some(message)
}

/// Bytes as people write them: `08 03 10 04`.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::new();
    for byte in bytes {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// What a frame's bytes mean.
fn frame_parts(frame: &[u8], name: &str) -> Vec<Part> {
    let length = frame.len() - PREFIX;
    let mut parts = vec![
        Part {
            range: 0..1,
            role: Role::Flag,
            means: "not compressed".to_owned(),
            why: "The flag is 1 if the message is compressed; here it is 0.".to_owned(),
        },
        Part {
            range: 1..PREFIX,
            role: Role::Length,
            means: format!("length {length}"),
            why: format!("A 32-bit number, most significant byte first: {} to come.", counted(length as u64, "byte")),
        },
    ];
    if length > 0 {
        parts.push(Part {
            range: PREFIX..frame.len(),
            role: Role::Payload,
            means: format!("the {name}"),
            why: "The message, just as the stub has packed it.".to_owned(),
        });
    }
    parts
}

/// What a message's bytes mean, read off the bytes: keys and values in turn.
///
/// # Panics
/// If they are no message of that schema.
fn message_parts<M: Schema>(bytes: &[u8]) -> Vec<Part> {
    let mut parts = vec![];
    let mut rest = bytes;
    while !rest.is_empty() {
        let start = bytes.len() - rest.len();
        let (number, wire_type) = decode_key(&mut rest).expect("a key where a field begins");
        let middle = bytes.len() - rest.len();
        assert_eq!(wire_type, WireType::Varint, "the schema has integers only");
        let value = decode_varint(&mut rest).expect("a value after its key");
        let end = bytes.len() - rest.len();
        let name = M::FIELDS[number as usize - 1];
        parts.push(Part {
            range: start..middle,
            role: Role::Key,
            means: format!("field {number} ({name}), varint"),
            why: format!(
                "{number} × 8 + {}: field number {number} in the upper bits, wire type {} (a varint follows) in the lower three.",
                wire_type as u8, wire_type as u8
            ),
        });
        parts.push(Part {
            range: middle..end,
            role: Role::Value,
            // As the decoder does: the lower 32 bits, with their sign.
            means: format!("value {}", value as i32),
            why: varint_in_words(value as i32, &bytes[middle..end]),
        });
    }
    parts
}

/// How a number comes out of its varint.
fn varint_in_words(value: i32, bytes: &[u8]) -> String {
    if value < 0 {
        return format!(
            "{value} as a 64-bit number in two's complement, seven bits a byte: with the sign bit set it takes all of {}.",
            counted(bytes.len() as u64, "byte")
        );
    }
    if bytes.len() == 1 {
        return format!("{value} fits into the seven bits of one byte.");
    }
    let mut sum = String::new();
    for (i, byte) in bytes.iter().enumerate() {
        if i > 0 {
            sum += " + ";
        }
        sum += &(byte & 0x7f).to_string();
        if i > 0 {
            sum += &format!(" × {}", 1u32 << (7 * i));
        }
    }
    format!(
        "{sum} = {value}: seven bits a byte, the lowest first; in every byte but the last the top bit says that more follow."
    )
}

/// `a`, `a and b`.
fn listed(names: &[&str]) -> String {
    names.join(" and ")
}

/// What is worth a look in a message that has just been packed: zeros, negative and large numbers.
fn remarks<M: Schema>(message: &M, parts: &[Part]) -> String {
    let named = |like: fn(i32) -> bool| -> Vec<&str> {
        M::FIELDS.iter().zip(message.values()).filter(|(_, value)| like(*value)).map(|(name, _)| *name).collect()
    };
    let mut text = String::new();
    let zero = named(|value| value == 0);
    if !zero.is_empty() {
        let is = if zero.len() == 1 { "is 0 and is" } else { "are 0 and are" };
        text += &format!(" Here {} {is} not sent at all: in proto3 a missing number is 0.", listed(&zero));
    }
    let values = || parts.iter().filter(|part| part.role == Role::Value);
    let negative = named(|value| value < 0);
    if !negative.is_empty() {
        let longest = values().map(|part| part.range.len()).max().unwrap_or_default();
        let is = if negative.len() == 1 { "is negative and takes" } else { "are negative and take" };
        let each = if negative.len() == 1 { "" } else { " each" };
        text += &format!(
            " Here {} {is} {}{each}, because an int32 is sent as a 64-bit number; the type sint32 would be shorter.",
            listed(&negative),
            counted(longest as u64, "byte")
        );
    } else if let Some(longest) = values().map(|part| part.range.len()).max().filter(|length| *length > 1) {
        text += &format!(
            " Each byte of a number holds seven bits of it, so the largest here takes {}.",
            counted(longest as u64, "byte")
        );
    }
    text
}

/// The stages on the caller's machine, in between, and up to the procedure.
fn way_out(call: Call, sent: AddRequest, request: &[u8], framed: &[u8], received: AddRequest) -> [Stage; 4] {
    let parts = message_parts::<AddRequest>(request);
    [
        Stage::bare(
            Place::Caller,
            "calls",
            call.to_string(),
            format!(
                "The caller calls {call} as it would call any procedure of its own program, and waits for it to return."
            ),
        ),
        Stage {
            place: Place::ClientStub,
            deed: "marshals the arguments",
            value: sent.literal(),
            words: format!(
                "The client stub is called add too, but it does not add. It puts the arguments into an AddRequest \
                 and marshals it, that is, turns it into bytes: {}.{}",
                counted(request.len() as u64, "byte"),
                remarks(&sent, &parts)
            ),
            bytes: request.to_vec(),
            parts: parts.clone(),
            unpacks: false,
        },
        Stage {
            place: Place::Network,
            deed: "carries the request",
            value: format!(":path {PATH}"),
            words: format!(
                "Before the message come {}: one says that it is not compressed, the others how long it is, so that \
                 the other side knows where it ends: {} in all. Which procedure is meant is said beside them, in a header.",
                counted(PREFIX as u64, "byte"),
                counted(framed.len() as u64, "byte")
            ),
            bytes: framed.to_vec(),
            parts: frame_parts(framed, AddRequest::NAME),
            unpacks: false,
        },
        Stage {
            place: Place::ServerStub,
            deed: "unmarshals the arguments",
            value: received.literal(),
            words: "The server stub unmarshals the message: each key says which field follows, and a field that does \
                    not come has the value 0. The numbers are copies; the two machines share no memory."
                .to_owned(),
            bytes: request.to_vec(),
            parts,
            unpacks: true,
        },
    ]
}

/// The procedure, and the stages back with its result.
fn way_back(call: Call, received: AddRequest, answer: AddReply, reply: &[u8], framed: &[u8]) -> [Stage; 5] {
    let parts = message_parts::<AddReply>(reply);
    let (status, sum) = (Status::Ok, answer.sum);
    [
        Stage::bare(
            Place::Procedure,
            "adds",
            format!("{} + {} = {sum}", received.a, received.b),
            format!(
                "The procedure gets two ordinary integers, adds them and returns {sum}. It need not know that its \
                 caller is on another machine."
            ),
        ),
        Stage {
            place: Place::ServerStub,
            deed: "marshals the result",
            value: answer.literal(),
            words: format!(
                "Now the way back. The server stub puts the result into an AddReply and marshals it: {}.{}",
                counted(reply.len() as u64, "byte"),
                remarks(&answer, &parts)
            ),
            bytes: reply.to_vec(),
            parts: parts.clone(),
            unpacks: false,
        },
        Stage {
            place: Place::Network,
            deed: "carries the reply",
            value: format!("grpc-status {} ({})", status.number(), status.name()),
            words: format!(
                "The reply travels in a frame of its own, {} in all. After it comes a trailer with the status of \
                 the call: {}, which is {}.",
                counted(framed.len() as u64, "byte"),
                status.number(),
                status.name()
            ),
            bytes: framed.to_vec(),
            parts: frame_parts(framed, AddReply::NAME),
            unpacks: false,
        },
        Stage {
            place: Place::ClientStub,
            deed: "unmarshals the result",
            value: answer.literal(),
            words: "The client stub unmarshals the reply and finds the sum. This is what its caller waits for, so \
                    it returns."
                .to_owned(),
            bytes: reply.to_vec(),
            parts,
            unpacks: true,
        },
        Stage::bare(
            Place::Caller,
            "gets the result",
            format!("{call} = {sum}"),
            format!(
                "For the caller, {call} has returned {sum}. Nothing in its program shows that another machine did \
                 the work."
            ),
        ),
    ]
}

/// The procedure, and the stages back if it refuses: there is no message then.
fn way_back_without_sum(call: Call, received: AddRequest, status: Status) -> [Stage; 5] {
    let (name, number) = (status.name(), status.number());
    let exact = i64::from(received.a) + i64::from(received.b);
    let end = if exact < 0 { i32::MIN } else { i32::MAX };
    [
        Stage::bare(
            Place::Procedure,
            "refuses",
            format!("{} + {} = ?", received.a, received.b),
            format!(
                "The sum would be {exact}, and an int32 ends at {end}. Rather than return a wrong number, the \
                 procedure fails with {name}."
            ),
        ),
        Stage::bare(
            Place::ServerStub,
            "passes the error on",
            name.to_owned(),
            "Now the way back. There is no result, so there is nothing to marshal: the server stub passes the \
             status on."
                .to_owned(),
        ),
        Stage::bare(
            Place::Network,
            "carries the status",
            format!("grpc-status {number} ({name})"),
            format!(
                "No message travels back. The reply consists of headers alone, and one of them is the status: \
                 {number}, which is {name}."
            ),
        ),
        Stage::bare(
            Place::ClientStub,
            "turns it into an error",
            name.to_owned(),
            format!(
                "The client stub finds a status other than {} and turns it into an error of the caller’s language.",
                Status::Ok.name()
            ),
        ),
        Stage::bare(
            Place::Caller,
            "gets an error",
            format!("{call}: {name}"),
            format!(
                "For the caller, {call} has failed with {name}. The procedure has said so itself, so the caller \
                 knows that there is no sum."
            ),
        ),
    ]
}

impl Call {
    /// Makes the call: packs, frames, unframes, unpacks, adds, and the same way back.
    pub fn journey(self) -> Journey {
        let Self { a, b } = self;

        let sent = AddRequest { a, b };
        let request = sent.encode_to_vec();
        let framed = frame(&request);
        let received = unframe(&framed).and_then(|message| AddRequest::decode(message).ok());
        let received = received.expect("the frame that was just made");

        let result = add(received.a, received.b);
        let status = result.err().unwrap_or(Status::Ok);

        let answered = result.map(|sum| AddReply { sum });
        let reply = answered.map_or_else(|_| vec![], |answer| answer.encode_to_vec());
        let framed_reply = answered.map_or_else(|_| vec![], |_| frame(&reply));
        let returned = answered.ok().map(|_| {
            let message = unframe(&framed_reply).and_then(|message| AddReply::decode(message).ok());
            message.expect("the frame that was just made")
        });
        let sum = returned.map(|reply| reply.sum);

        let mut stages = way_out(self, sent, &request, &framed, received).to_vec();
        stages.extend(match returned {
            Some(answer) => way_back(self, received, answer, &reply, &framed_reply),
            None => way_back_without_sum(self, received, status),
        });
        Journey { call: self, sum, status, request, reply, stages }
    }

    /// The short code for links, such as `2~add~3~4`; see [`sim::code`].
    pub fn code(self) -> String {
        code::join([NAME.to_owned(), self.a.to_string(), self.b.to_string()])
    }

    /// Reads a short code. Numbers out of bounds become the nearest within.
    ///
    /// # Errors
    /// If it is damaged or of another version.
    pub fn from_code(code: &str) -> Result<Self, CodeError> {
        let fields = code::split(code)?;
        let (name, numbers) = fields.split_first().map_or(("", &[][..]), |(name, rest)| (name, rest));
        if name != NAME {
            return Err(code::bad(name, "that is not a link to this figure"));
        }
        let number = |text: &String| {
            let number: i64 = text.parse().map_err(|_| code::bad(text, "that is not a whole number"))?;
            Ok(number.clamp(i32::MIN.into(), i32::MAX.into()) as i32)
        };
        match numbers {
            [a, b] => Ok(Self { a: number(a)?, b: number(b)? }),
            _ => Err(code::bad(name, "expected two numbers after it")),
        }
    }
}

impl Journey {
    /// The whole way in one sentence.
    pub fn summary(&self) -> String {
        let (call, sent) = (self.call, counted(self.request.len() as u64, "byte"));
        match self.sum {
            Some(sum) => format!(
                "{call}: the client stub packs the arguments into {sent}, the server stub unpacks them, the procedure adds, and the sum {sum} comes back the same way in {}.",
                counted(self.reply.len() as u64, "byte")
            ),
            None => format!(
                "{call}: the client stub packs the arguments into {sent}, the server stub unpacks them, the procedure refuses because the sum does not fit 32 bits, and the status {} comes back the same way.",
                self.status.name()
            ),
        }
    }
}

/// The first field of a code.
const NAME: &str = "add";
