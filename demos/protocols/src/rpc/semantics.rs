//! What a call promises, and what can become of it.

use std::fmt;

/// How caller and server make up for what the network and crashes do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Semantics {
    /// One attempt, no promise: the effect may happen or not. Also called best effort.
    Maybe,
    /// Tries again until an answer comes, the attempts run out or the deadline passes; between attempts
    /// it waits with exponential backoff and full jitter (M. Brooker, "Exponential Backoff And Jitter",
    /// AWS Architecture Blog, 2015). With an answer the effect has happened at least once; nothing
    /// filters a second time.
    AtLeastOnce,
    /// The server keeps replies by request id and answers a repeat from there (Birrell & Nelson 1984;
    /// A. Z. Spector, CACM 25(4), 1982). It keeps them in memory: a crash forgets them.
    AtMostOnceVolatile,
    /// The same, on the server's disk: before the work it writes that it has started, after it the reply.
    /// A repeat of what was started before a crash is refused: nobody knows how far it came.
    AtMostOnceDurable,
    /// The operation sets the balance instead of changing it; doing it again changes nothing more
    /// (RFC 9110, section 9.2.2).
    Idempotent,
    /// The database keeps the request's id and its result in the same transaction as the effect (P.
    /// Helland, "Idempotence Is Not a Medical Condition", ACM Queue 10(4), 2012; C. Lee et al., "Implementing
    /// linearizability at large scale and low latency", SOSP 2015).
    IdempotencyKey,
    /// The same with a mistake that is often made: the key is looked up, the effect is applied and the key
    /// is stored in three transactions.
    KeyCheckedApart,
    /// As [`Semantics::IdempotencyKey`]; after the commit the server sends a receipt by e-mail. Two
    /// systems are written one after the other, and a crash can come in between.
    KeyThenMail,
    /// As [`Semantics::IdempotencyKey`]; the receipt is a row of the same transaction, and a relay sends
    /// it until the mail service has it (P. Helland, "Life beyond Distributed Transactions", CIDR 2007).
    Outbox,
}

impl Semantics {
    /// All of them, weakest promise first.
    pub const ALL: [Self; 9] = [
        Self::Maybe,
        Self::AtLeastOnce,
        Self::AtMostOnceVolatile,
        Self::AtMostOnceDurable,
        Self::Idempotent,
        Self::KeyCheckedApart,
        Self::IdempotencyKey,
        Self::KeyThenMail,
        Self::Outbox,
    ];

    /// The name that authors and links use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Maybe => "maybe",
            Self::AtLeastOnce => "at-least-once",
            Self::AtMostOnceVolatile => "at-most-once-volatile",
            Self::AtMostOnceDurable => "at-most-once-durable",
            Self::Idempotent => "idempotent",
            Self::KeyCheckedApart => "key-checked-apart",
            Self::IdempotencyKey => "idempotency-key",
            Self::KeyThenMail => "key-then-mail",
            Self::Outbox => "outbox",
        }
    }

    /// The name for readers.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Maybe => "Maybe",
            Self::AtLeastOnce => "At-least-once",
            Self::AtMostOnceVolatile => "At-most-once (memory)",
            Self::AtMostOnceDurable => "At-most-once (disk)",
            Self::Idempotent => "Idempotent operation",
            Self::KeyCheckedApart => "Key checked apart",
            Self::IdempotencyKey => "Idempotency key",
            Self::KeyThenMail => "Key, then e-mail",
            Self::Outbox => "Key and outbox",
        }
    }

    /// How it works, in a sentence or two.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Maybe => "One attempt, whatever happens.",
            Self::AtLeastOnce => "The stub retries until a reply comes, or its attempts or its time are used up.",
            Self::AtMostOnceVolatile => {
                "The stub retries; the server filters repeats by request id and keeps its replies in memory."
            }
            Self::AtMostOnceDurable => {
                "The stub retries; the server writes to its disk what it has started and what it replied, and refuses a repeat of what a crash cut short."
            }
            Self::Idempotent => "The stub retries; the request says “set the balance to”, not “deduct”.",
            Self::KeyCheckedApart => {
                "The stub retries with the same key; the server looks the key up, deducts, and stores the key: three transactions."
            }
            Self::IdempotencyKey => {
                "The stub retries with the same key; the database stores the key and the deduction in one transaction."
            }
            Self::KeyThenMail => "As with an idempotency key; after the commit the server e-mails a receipt.",
            Self::Outbox => {
                "As with an idempotency key; the receipt is written in the same transaction, and a relay sends it again until it is acknowledged."
            }
        }
    }

    /// What is promised.
    pub const fn promise(self) -> Promise {
        match self {
            Self::Maybe => Promise::Nothing,
            Self::AtLeastOnce => Promise::AtLeastOnce,
            Self::AtMostOnceVolatile | Self::AtMostOnceDurable => Promise::AtMostOnce,
            Self::Idempotent | Self::KeyCheckedApart | Self::IdempotencyKey => Promise::ExactlyOnceEffect,
            Self::KeyThenMail | Self::Outbox => Promise::ExactlyOnceWithReceipt,
        }
    }

    /// Whether the stub retries.
    pub const fn retries(self) -> bool {
        !matches!(self, Self::Maybe)
    }

    /// Whether a request that is repeated carries the same id.
    pub const fn has_key(self) -> bool {
        !matches!(self, Self::Maybe | Self::AtLeastOnce | Self::Idempotent)
    }

    /// Whether the database looks at the key in the transaction of the effect.
    pub(super) const fn key_in_transaction(self) -> bool {
        matches!(self, Self::IdempotencyKey | Self::KeyThenMail | Self::Outbox)
    }

    /// Whether a receipt is to be sent.
    pub const fn has_receipt(self) -> bool {
        matches!(self, Self::KeyThenMail | Self::Outbox)
    }
}

/// One place in which a mechanism is broken, as it happens in practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mistake {
    /// The key is looked up in the transaction and never stored.
    KeyNotPersisted,
    /// The stub makes a new key for each attempt instead of each call.
    NewKeyPerAttempt,
    /// The key was used before, for another call.
    KeyReused,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::KeyNotPersisted, Self::NewKeyPerAttempt, Self::KeyReused];

    /// The name that authors and links use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeyNotPersisted => "key-not-persisted",
            Self::NewKeyPerAttempt => "new-key-per-attempt",
            Self::KeyReused => "key-reused",
        }
    }
}

/// How a call ends for its caller, as gRPC names it (gRPC documentation, "Status codes").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// The procedure has run and its result is here.
    Ok,
    /// The time that the caller was ready to wait is over.
    DeadlineExceeded,
    /// The server has looked and refused: here, because the balance is too low.
    FailedPrecondition,
    /// The server will not say more: here, because a crash cut an earlier attempt short.
    Aborted,
    /// The server could not be reached, or the connection to it broke.
    Unavailable,
}

impl Status {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 5] =
        [Self::Ok, Self::DeadlineExceeded, Self::FailedPrecondition, Self::Aborted, Self::Unavailable];

    /// The name in gRPC.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::FailedPrecondition => "FAILED_PRECONDITION",
            Self::Aborted => "ABORTED",
            Self::Unavailable => "UNAVAILABLE",
        }
    }

    /// The number in gRPC.
    pub const fn code(self) -> u32 {
        match self {
            Self::Ok => 0,
            Self::DeadlineExceeded => 4,
            Self::FailedPrecondition => 9,
            Self::Aborted => 10,
            Self::Unavailable => 14,
        }
    }
}

/// What the caller can know from what it has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Belief {
    /// The call has not returned.
    Waiting,
    /// The effect has happened (how often, it cannot see).
    Done,
    /// It has certainly not happened, and will not.
    NotDone,
    /// It may have happened or not.
    CannotTell,
}

impl Belief {
    /// In two words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::NotDone => "not done",
            Self::CannotTell => "cannot tell",
        }
    }

    /// Whether it can be right, given how often the effect has happened.
    pub const fn fits(self, deducted: u32) -> bool {
        match self {
            Self::Waiting | Self::CannotTell => true,
            Self::Done => deducted > 0,
            Self::NotDone => deducted == 0,
        }
    }
}

/// What a call's semantics guarantee, whatever goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Nothing.
    Nothing,
    /// If the call returns OK, the effect has happened.
    AtLeastOnce,
    /// The effect happens at most once; if the call returns OK, once.
    AtMostOnce,
    /// The effect is that of one deduction or of none; if the call returns OK, of one.
    ExactlyOnceEffect,
    /// The same, and whoever pays gets one receipt.
    ExactlyOnceWithReceipt,
}

impl Promise {
    /// In one sentence, to stand after “promise”. It says what is promised, not what comes of it in a run.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Nothing => "nothing; it may happen or not.",
            Self::AtLeastOnce => "after OK it has happened, once or more.",
            Self::AtMostOnce => "at most once, and after OK once.",
            Self::ExactlyOnceEffect => "the effect at most once, and after OK exactly once.",
            Self::ExactlyOnceWithReceipt => {
                "the effect at most once, after OK exactly once, and one receipt for whoever pays."
            }
        }
    }

    /// Whether it was kept.
    pub const fn kept(self, truth: Truth, belief: Belief) -> bool {
        let honest = belief.fits(truth.deducted);
        match self {
            Self::Nothing => true,
            Self::AtLeastOnce => honest,
            Self::AtMostOnce | Self::ExactlyOnceEffect => honest && truth.deducted <= 1,
            Self::ExactlyOnceWithReceipt => honest && truth.deducted <= 1 && truth.receipts == truth.deducted,
        }
    }
}

/// What is true in the database, and in the account holder's mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Truth {
    /// How often the database has carried the operation out.
    pub applied: u32,
    /// How many times the amount is gone. Setting the balance twice takes the amount once.
    pub deducted: u32,
    /// The balance.
    pub balance: Cents,
    /// How many receipts have arrived.
    pub receipts: u32,
}

/// What became of the intent “deduct it, once, and tell me”.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Deducted once, and the caller knows that it was.
    Correct,
    /// Not deducted, and the caller knows that it was not.
    FailedCleanly,
    /// Deducted once, but the caller cannot tell.
    CallerCannotTell,
    /// Deducted once, but no receipt ever comes.
    ReceiptLost,
    /// Never deducted, and the caller does not know.
    Lost,
    /// Deducted more than once: so many times.
    Repeated(u32),
}

impl Verdict {
    /// The verdict on what is true and what the caller can know, once the call has returned and
    /// everything has settled.
    pub const fn of(truth: Truth, belief: Belief, semantics: Semantics) -> Self {
        match (truth.deducted, belief) {
            (0, Belief::NotDone) => Self::FailedCleanly,
            (0, _) => Self::Lost,
            (1, _) if semantics.has_receipt() && truth.receipts == 0 => Self::ReceiptLost,
            (1, Belief::Done) => Self::Correct,
            (1, _) => Self::CallerCannotTell,
            (times, _) => Self::Repeated(times),
        }
    }
}

/// In a few words: `applied twice`.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Correct => f.write_str("correct"),
            Self::FailedCleanly => f.write_str("failed cleanly"),
            Self::CallerCannotTell => f.write_str("caller cannot tell"),
            Self::ReceiptLost => f.write_str("receipt lost"),
            Self::Lost => f.write_str("lost"),
            Self::Repeated(2) => f.write_str("applied twice"),
            Self::Repeated(times) => write!(f, "applied {times} times"),
        }
    }
}

/// An amount of money, in cents; never a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(pub i64);

impl Cents {
    /// Reads `50.00`: whole units, a point, two digits. At most 9,999,999.99.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, cents) = text.split_once('.')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(cents) || whole.len() > 7 || cents.len() != 2 {
            return None;
        }
        Some(Self(whole.parse::<i64>().ok()? * 100 + cents.parse::<i64>().ok()?))
    }
}

/// As in `50.00` and `-50.00`.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.0.abs() / 100, self.0.abs() % 100)
    }
}
