//! What can be chosen.

use sim::code::{self, CodeError};

/// One answer to a [`Question`].
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// The name in links and in a lesson's block.
    pub name: &'static str,
    /// The name on the page.
    pub title: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

/// One thing to decide.
#[derive(Debug, PartialEq, Eq)]
pub struct Question {
    /// The name in links and in a lesson's block.
    pub name: &'static str,
    /// The question on the page.
    pub title: &'static str,
    /// The answers; the first is the default.
    pub choices: &'static [Choice],
}

const fn choice(name: &'static str, title: &'static str, meaning: &'static str) -> Choice {
    Choice { name, title, meaning }
}

/// An enumeration of the choices of one question, in their order.
macro_rules! answers {
    ($(#[$doc:meta])* $name:ident { $($(#[$what:meta])* $answer:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$what])* $answer,)* }

        impl $name {
            const ALL: &[Self] = &[$(Self::$answer),*];
        }
    };
}

answers! {
    /// Who serves.
    Model {
        /// One server with a line of 1 Gbit/s.
        Server,
        /// Ten such servers in three regions; a client whose mirror is down turns to the next.
        Mirrors,
        /// The users among themselves, all alike.
        Peers,
        /// The users among themselves, and the strongest of them answer for a hundred others each when a file
        /// is looked for (Yang & Garcia-Molina, "Designing a Super-Peer Network", ICDE 2003).
        SuperPeers,
    }
}
answers! {
    /// In what units files travel and are passed on.
    Pieces {
        /// The whole file, 300 MB, from one sender.
        Whole,
        /// Four pieces of 75 MB, from up to four senders at once.
        Large,
        /// Three hundred pieces of 1 MB, from up to eight senders at once.
        Small,
    }
}
answers! {
    /// How one learns who has a file.
    Discovery {
        /// One machine that knows who has what.
        Index,
        /// Three machines, each of which knows who is in which swarm; a client tries one after the other.
        Trackers,
        /// The index is spread over the peers (Maymounkov & Mazières, "Kademlia", IPTPS 2002).
        Dht,
        /// One asks one's neighbours, and they ask theirs, a few steps far.
        Flooding,
    }
}
answers! {
    /// What is done so that a file is there.
    Replication {
        /// Nothing: there are the copies that users happen to have.
        None,
        /// Of a file with fewer than eight sharers on line another one that gives freely fetches a copy.
        Rare,
        /// Three rented machines hold every file, and serve those that hardly anyone else has.
        Seeds,
        /// Both.
        Both,
    }
}
answers! {
    /// What one gets for giving.
    Incentive {
        /// Nothing.
        None,
        /// Peers prefer to send to those who send.
        TitForTat,
    }
}
answers! {
    /// What is checked of what arrives.
    Verification {
        /// Nothing.
        None,
        /// The file's hash, when it is complete, from whoever offers the file.
        File,
        /// Each piece's hash as it arrives, from whoever offers the file.
        Piece,
        /// Each piece's hash as it arrives, from a list that its publisher has signed.
        Signed,
    }
}

/// All that is to be decided, in the order of the form.
pub static QUESTIONS: [Question; 6] = [
    Question {
        name: "model",
        title: "Who serves the files?",
        choices: &[
            choice("server", "One server", "One machine with a line of 1 Gbit/s holds all files."),
            choice(
                "mirrors",
                "Mirrored servers",
                "Ten such machines hold the same files; if one is down, the next is asked.",
            ),
            choice("peers", "Peer-to-peer", "Whoever has a file can send it to others; all are equal."),
            choice(
                "super-peers",
                "Super-peers",
                "As peer-to-peer, but strong peers look files up for a hundred others each.",
            ),
        ],
    },
    Question {
        name: "pieces",
        title: "In what units do files travel?",
        choices: &[
            choice("whole", "Whole files", "300 MB in one go, from one sender; can be passed on when complete."),
            choice("large", "Large pieces", "4 pieces of 75 MB, from up to 4 senders; each can be passed on at once."),
            choice("small", "Small pieces", "300 pieces of 1 MB, from up to 8 senders; each can be passed on at once."),
        ],
    },
    Question {
        name: "discovery",
        title: "How do peers find a file?",
        choices: &[
            choice("index", "Central index", "One small machine knows who has which file."),
            choice(
                "trackers",
                "Three trackers",
                "Three small machines know who is in which swarm; if one is down, the next is asked.",
            ),
            choice("dht", "DHT", "Every peer keeps a share of the index; a lookup takes several hops."),
            choice("flooding", "Flooding", "A peer asks its neighbours, they ask theirs, a few steps far."),
        ],
    },
    Question {
        name: "replication",
        title: "What keeps rare files available?",
        choices: &[
            choice("none", "Nothing", "There are the copies that users happen to have."),
            choice(
                "rare",
                "Copies on peers",
                "Peers that give freely keep extra copies of files that fewer than 8 peers share.",
            ),
            choice(
                "seeds",
                "A few seeds",
                "Three small rented machines hold all files, for when hardly anyone else is there.",
            ),
            choice("both", "Copies and seeds", "Extra copies on peers, and three seeds as a last resort."),
        ],
    },
    Question {
        name: "incentive",
        title: "What does a peer get for giving?",
        choices: &[
            choice("none", "Nothing", "First come, first served, whether one uploads or not."),
            choice("tit-for-tat", "Tit-for-tat", "Three of a peer’s four upload slots are for those who upload too."),
        ],
    },
    Question {
        name: "verification",
        title: "How is what arrives checked?",
        choices: &[
            choice("none", "Not at all", "What arrives is taken for the file."),
            choice(
                "file",
                "A hash per file",
                "Checked when all of it is there; whoever offers the file tells the hash.",
            ),
            choice("piece", "A hash per piece", "Checked piece by piece; whoever offers the file tells the hashes."),
            choice("signed", "A signed list", "Checked piece by piece; the publisher has signed the list of hashes."),
        ],
    },
];

/// The choices that make up a design.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Design {
    /// One place in the question's choices for each of [`QUESTIONS`].
    chosen: [u8; 6],
    /// Where chance begins, less one: the first day is day 1.
    later: u32,
}

impl Design {
    /// The number of the day, from 1 on: where chance begins. Another day has other users.
    pub const fn seed(&self) -> u64 {
        self.later as u64 + 1
    }

    /// The same design on another day; days are counted from 1.
    pub fn on_day(self, seed: u64) -> Self {
        Self { later: u32::try_from(seed.saturating_sub(1)).unwrap_or(u32::MAX), ..self }
    }

    /// The place of the answer to a question in its choices. A question that is none has none; it is answered 0.
    pub fn get(&self, question: usize) -> usize {
        self.chosen.get(question).map_or(0, |choice| usize::from(*choice))
    }

    /// The design with another answer to a question; an answer that there is not changes nothing.
    pub fn with(mut self, question: usize, choice: usize) -> Self {
        if QUESTIONS.get(question).is_some_and(|question| choice < question.choices.len()) {
            self.chosen[question] = choice as u8;
        }
        self
    }

    /// Whether the answer to a question makes a difference: among servers nobody has to be found, kept, rewarded
    /// or mistrusted.
    pub fn asks(&self, question: usize) -> bool {
        question < 2 || self.peers()
    }

    /// Whether users send to each other.
    pub fn peers(&self) -> bool {
        matches!(self.model(), Model::Peers | Model::SuperPeers)
    }

    /// Who serves.
    pub fn model(&self) -> Model {
        Model::ALL[self.get(0)]
    }

    /// In what units files travel.
    pub fn pieces(&self) -> Pieces {
        Pieces::ALL[self.get(1)]
    }

    /// How a file is found.
    pub fn discovery(&self) -> Discovery {
        Discovery::ALL[self.get(2)]
    }

    /// What keeps rare files available.
    pub fn replication(&self) -> Replication {
        Replication::ALL[self.get(3)]
    }

    /// What one gets for giving.
    pub fn incentive(&self) -> Incentive {
        Incentive::ALL[self.get(4)]
    }

    /// What is checked.
    pub fn verification(&self) -> Verification {
        Verification::ALL[self.get(5)]
    }

    /// The choices that matter, in words: `peer-to-peer, small pieces, DHT, …`.
    pub fn words(&self) -> String {
        let mut words = String::new();
        for (place, question) in QUESTIONS.iter().enumerate().filter(|(place, _)| self.asks(*place)) {
            let choice = &question.choices[self.get(place)];
            if place > 0 {
                words.push_str(", ");
            }
            words.push_str(match (question.name, choice.name) {
                ("model", _) => choice.title,
                ("pieces", "whole") => "whole files",
                ("pieces", "large") => "large pieces",
                ("pieces", "small") => "small pieces",
                ("discovery", "index") => "central index",
                ("discovery", "trackers") => "three trackers",
                ("discovery", "flooding") => "flooding",
                ("replication", "none") => "no extra copies",
                ("replication", "rare") => "copies of rare files",
                ("replication", "seeds") => "three seeds",
                ("replication", "both") => "copies and seeds",
                ("incentive", "none") => "nothing for giving",
                ("incentive", _) => "tit-for-tat",
                ("verification", "none") => "no check",
                ("verification", "file") => "a hash per file",
                ("verification", "piece") => "a hash per piece",
                ("verification", "signed") => "a signed list",
                _ => choice.title,
            });
        }
        words
    }

    /// The short code for links: `2~design-lab~model.peers~pieces.small`; see [`sim::code`].
    pub fn code(&self) -> String {
        let mut fields = vec![NAME.to_owned()];
        for (place, question) in QUESTIONS.iter().enumerate() {
            let chosen = self.get(place);
            if chosen > 0 {
                fields.push(format!("{} {}", question.name, question.choices[chosen].name));
            }
        }
        if self.later > 0 {
            fields.push(format!("seed {}", self.seed()));
        }
        code::join(fields)
    }

    /// Reads a short code.
    ///
    /// # Errors
    /// If it is damaged, of another version, or names what cannot be chosen.
    pub fn from_code(code: &str) -> Result<Self, CodeError> {
        let fields = code::split(code)?;
        let (name, fields) = fields.split_first().map_or(("", &[][..]), |(name, rest)| (name, rest));
        if name != NAME {
            return Err(code::bad(name, "that is not a link to this figure"));
        }
        let mut design = Self::default();
        for field in fields {
            let (name, answer) = field.split_once(' ').unwrap_or((field, ""));
            if name == "seed" {
                let seed = answer.parse().map_err(|_| code::bad(field, "a number is missing or damaged"))?;
                design = design.on_day(seed);
                continue;
            }
            let place = QUESTIONS.iter().position(|question| question.name == name);
            let place = place.ok_or_else(|| code::bad(field, "nothing of that name can be chosen"))?;
            let choice = QUESTIONS[place].choices.iter().position(|choice| choice.name == answer);
            let Some(choice) = choice else {
                let choices: Vec<&str> = QUESTIONS[place].choices.iter().map(|choice| choice.name).collect();
                return Err(code::bad(field, format!("expected {}", choices.join(", "))));
            };
            design = design.with(place, choice);
        }
        Ok(design)
    }
}

/// The first field of a code.
const NAME: &str = "design-lab";
