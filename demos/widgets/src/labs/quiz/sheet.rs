//! What is asked, as the page holds it, and how answers are marked.

use sim::{NodeId, Rng, Stream};
use yew::AttrValue;

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of several choices.
    One,
    /// All choices that are right, and no other.
    Several,
    /// One of several choices, before the run that tells is looked at.
    Prediction,
    /// A word or a few, on one line.
    Short,
    /// Several lines.
    Long,
    /// Several lines of code.
    Code,
    /// Whether a program compiles, and if so what it prints. The choices are these two, in this order, and the text of
    /// the first is what it prints.
    Tracing,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::One, Self::Several, Self::Prediction, Self::Short, Self::Long, Self::Code, Self::Tracing];

    const fn letter(self) -> &'static str {
        match self {
            Self::One => "o",
            Self::Several => "s",
            Self::Prediction => "p",
            Self::Short => "t",
            Self::Long => "l",
            Self::Code => "c",
            Self::Tracing => "x",
        }
    }

    /// As in the event `demo-answer` and in `data-kind`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::One | Self::Several => "choice",
            Self::Prediction => "prediction",
            Self::Short | Self::Long | Self::Code | Self::Tracing => "fill-in",
        }
    }

    /// Whether there are choices.
    pub const fn chooses(self) -> bool {
        matches!(self, Self::One | Self::Several | Self::Prediction | Self::Tracing)
    }
}

/// One of several answers to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Whether it is right.
    pub right: bool,
    /// Whether it is shown as blocks, such as paragraphs, lists and code. If not, it can stand in a line.
    pub blocks: bool,
    /// As it is shown: HTML.
    pub html: AttrValue,
    /// The same without markup.
    pub text: AttrValue,
}

/// The figure whose run tells what is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its id.
    pub id: AttrValue,
    /// Its title.
    pub title: AttrValue,
    /// Its page, from the site's root.
    pub page: AttrValue,
}

/// A question. What is HTML comes from the builder, which lets nothing through but what Markdown makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Unique in the quiz.
    pub id: AttrValue,
    /// How it is answered.
    pub kind: Kind,
    /// What a right answer is worth.
    pub points: u32,
    /// Whether the choices stay in their order.
    pub fixed: bool,
    /// What it shares with others, as HTML; often empty.
    pub part: AttrValue,
    /// Its first paragraph, as HTML that can stand in a line.
    pub lead: AttrValue,
    /// What follows, as HTML; often empty.
    pub rest: AttrValue,
    /// Why the right answer is right, as HTML; can be empty.
    pub context: AttrValue,
    /// The figure that tells, of a prediction.
    pub witness: Option<Witness>,
    /// What can be chosen; of a question without choices the answers that are right, the usual one first.
    pub choices: Vec<Choice>,
}

/// What a reader has put down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// The chosen ones, a bit for each.
    pub chosen: u32,
    /// What was written.
    pub text: String,
}

impl Question {
    /// Whether there is anything to be marked.
    pub fn is_answered(&self, given: &Given) -> bool {
        if self.kind.chooses() { given.chosen != 0 } else { !given.text.trim().is_empty() }
    }

    /// Whether it is right: all of the right choices and no other, or one of the texts, whatever its capitals and
    /// whatever spaces are around it. What a program prints has to be right with its capitals; spaces at the end of a
    /// line do not count.
    pub fn is_right(&self, given: &Given) -> bool {
        if self.kind.chooses() {
            given.chosen == self.right_ones()
                && (!self.prints(given.chosen)
                    || given.text.trim().lines().map(str::trim_end).eq(self.output().trim().lines().map(str::trim_end)))
        } else {
            let plain = |text: &str| text.trim().to_lowercase();
            let written = plain(&given.text);
            self.choices.iter().any(|choice| plain(&choice.text) == written)
        }
    }

    /// The right choices, a bit for each.
    pub fn right_ones(&self) -> u32 {
        self.choices.iter().enumerate().filter(|(_, choice)| choice.right).map(|(index, _)| 1 << index).sum()
    }

    /// The order in which that seed puts the choices.
    pub fn order(&self, seed: u64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.choices.len()).collect();
        if !self.fixed {
            // By the question's name too: one that is added leaves the others as they are.
            let named =
                self.id.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
            let mut rng = Rng::new(named, Stream::Node(NodeId(0)));
            for last in (1..order.len()).rev() {
                order.swap(last, rng.below(last as u64 + 1) as usize);
            }
        }
        order
    }

    /// Whether these choices say that a program prints something.
    pub fn prints(&self, chosen: u32) -> bool {
        self.kind == Kind::Tracing && chosen == 1
    }

    /// The text of the first choice: what the program prints, of a question about one; the usual one of texts that are
    /// right.
    pub fn output(&self) -> &str {
        self.choices.first().map(|choice| &*choice.text).unwrap_or_default()
    }

    /// What was said, as text.
    pub fn said(&self, given: &Given) -> String {
        if self.kind.chooses() && !self.prints(given.chosen) {
            self.texts(given.chosen)
        } else {
            given.text.trim().to_owned()
        }
    }

    /// What is right, as text.
    pub fn right(&self) -> String {
        if self.kind.chooses() && !self.prints(self.right_ones()) {
            self.texts(self.right_ones())
        } else {
            self.output().to_owned()
        }
    }

    fn texts(&self, ones: u32) -> String {
        let mut said = String::new();
        for (index, choice) in self.choices.iter().enumerate().filter(|(index, _)| ones & (1 << index) != 0) {
            if index > 0 && !said.is_empty() {
                said.push_str("; ");
            }
            said.push_str(&choice.text);
        }
        said
    }
}

/// A quiz.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Whether nothing is marked before all is answered.
    pub at_end: bool,
    /// What is asked.
    pub questions: Vec<Question>,
}

impl Sheet {
    /// All points that there are.
    pub fn points(&self) -> u32 {
        self.questions.iter().map(|question| question.points).sum()
    }

    /// As text: when it is marked, then a question in each line, its fields told apart by tabs.
    #[cfg(feature = "ssr")]
    pub fn code(&self) -> String {
        let mut lines = vec![if self.at_end { "end" } else { "instant" }.to_owned()];
        for question in &self.questions {
            let points = question.points.to_string();
            let witness = question.witness.as_ref();
            let of = |part: fn(&Witness) -> &AttrValue| witness.map_or("", |witness| part(witness));
            let mut fields = vec![
                question.kind.letter(),
                &question.id,
                &points,
                if question.fixed { "f" } else { "" },
                &question.part,
                &question.lead,
                &question.rest,
                &question.context,
                of(|witness| &witness.id),
                of(|witness| &witness.title),
                of(|witness| &witness.page),
            ];
            for choice in &question.choices {
                // The text is usually the HTML.
                let text = if choice.text == choice.html { "" } else { &*choice.text };
                let how = match (choice.right, choice.blocks) {
                    (true, true) => "rb",
                    (true, false) => "r",
                    (false, true) => "b",
                    (false, false) => "",
                };
                fields.extend([how, &*choice.html, text]);
            }
            let fields: Vec<String> = fields
                .into_iter()
                .map(|field| field.replace('\\', r"\\").replace('\t', r"\t").replace('\n', r"\n"))
                .collect();
            lines.push(fields.join("\t"));
        }
        lines.join("\n")
    }

    /// Reads what [`Sheet::code`] writes. What is damaged is left out: the page was cut short.
    pub fn parse(code: &str) -> Self {
        let mut lines = code.split('\n');
        let at_end = lines.next() == Some("end");
        Self { at_end, questions: lines.filter_map(question).collect() }
    }
}

fn question(line: &str) -> Option<Question> {
    let mut fields = line.split('\t').map(plain);
    let kind = fields.next()?;
    let kind = Kind::ALL.into_iter().find(|one| one.letter() == &*kind)?;
    let id = fields.next()?;
    let points = fields.next()?.parse().ok()?;
    let fixed = &*fields.next()? == "f";
    let (part, lead, rest, context) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let witness = Witness { id: fields.next()?, title: fields.next()?, page: fields.next()? };
    let witness = (!witness.id.is_empty()).then_some(witness);
    let mut choices = vec![];
    while let Some(how) = fields.next() {
        let (html, text) = (fields.next()?, fields.next()?);
        // What a program prints can be nothing.
        let output = kind == Kind::Tracing && choices.is_empty();
        let text = if text.is_empty() && !output { html.clone() } else { text };
        choices.push(Choice { right: how.starts_with('r'), blocks: how.ends_with('b'), html, text });
    }
    Some(Question { id, kind, points, fixed, part, lead, rest, context, witness, choices })
}

fn plain(field: &str) -> AttrValue {
    let mut out = String::with_capacity(field.len());
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some(other) => other,
                None => break,
            },
            c => c,
        });
    }
    out.into()
}

/// The code of an order of choices, for links.
pub fn code_of(seed: u32) -> String {
    let mut code = "2~quiz~seed.".to_owned();
    code.push_str(&seed.to_string());
    code
}

/// Reads what [`code_of`] writes.
///
/// # Errors
/// If it is something else.
pub fn seed_of(code: &str) -> Result<u32, String> {
    code.strip_prefix("2~quiz~seed.").and_then(|seed| seed.parse().ok()).ok_or_else(|| {
        let mut said = "it names no order of choices: “".to_owned();
        said.extend(code.chars().take(40));
        said.push_str("”; copy the whole link again, or ask for a new one");
        said
    })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn choices(marks: &str) -> Vec<Choice> {
        let choice = |(index, mark): (usize, char)| {
            let text: AttrValue = format!("choice {index}").into();
            Choice { right: mark == 'r', blocks: false, html: text.clone(), text }
        };
        marks.chars().enumerate().map(choice).collect()
    }

    fn asked(kind: Kind, choices: Vec<Choice>) -> Question {
        Question {
            id: "a".into(),
            kind,
            points: 2,
            fixed: false,
            part: "".into(),
            lead: "What\tis <em>it</em>\\n?".into(),
            rest: "<pre><code>a\nb\n</code></pre>".into(),
            context: "<p>So.</p>".into(),
            witness: None,
            choices,
        }
    }

    fn chosen(chosen: u32) -> Given {
        Given { chosen, text: String::new() }
    }

    fn written(text: &str) -> Given {
        Given { chosen: 0, text: text.to_owned() }
    }

    #[test]
    fn all_right_choices_and_no_other_are_right() {
        let one = asked(Kind::One, choices("-r-"));
        assert!(!one.is_answered(&chosen(0)));
        let marks = [0b001, 0b010, 0b100].map(|ones| one.is_right(&chosen(ones)));
        assert_eq!(marks, [false, true, false]);
        let several = asked(Kind::Several, choices("r-r"));
        let right: Vec<u32> = (0..8).filter(|ones| several.is_right(&chosen(*ones))).collect();
        assert_eq!(right, [0b101]);
        assert_eq!(several.right(), "choice 0; choice 2");
        assert_eq!(several.said(&chosen(0b110)), "choice 1; choice 2");
    }

    #[test]
    fn texts_are_compared_without_capitals_and_spaces_around() {
        let text = |text: &str| Choice { right: true, blocks: false, html: text.into(), text: text.into() };
        let short = asked(Kind::Short, vec![text("Zigzag"), text("zig-zag"), text("Ä b")]);
        for right in ["zigzag", " ZIGZAG\n", "Zig-Zag", "ä B"] {
            assert!(short.is_right(&written(right)), "{right}");
        }
        for wrong in ["zig zag", "zigzag.", "äb", "varint"] {
            assert!(short.is_answered(&written(wrong)) && !short.is_right(&written(wrong)), "{wrong}");
        }
        assert!(!short.is_answered(&written(" \n")));
        assert_eq!(short.right(), "Zigzag");
    }

    /// A question about a program that prints `output`, or does not compile.
    fn traced(output: Option<&str>) -> Question {
        let choice = |right, html: &str, text: &str| Choice {
            right,
            blocks: false,
            html: html.to_owned().into(),
            text: text.to_owned().into(),
        };
        let yes = choice(output.is_some(), "It compiles, and prints:", output.unwrap_or_default());
        let no = choice(output.is_none(), "It does not compile.", "It does not compile.");
        Question { fixed: true, ..asked(Kind::Tracing, vec![yes, no]) }
    }

    #[test]
    fn what_a_program_prints_is_compared_line_by_line() {
        let says = |chosen: u32, text: &str| Given { chosen, text: text.to_owned() };
        let two = traced(Some("1\n A"));
        for right in ["1\n A", " 1 \n A\n", "1\r\n A\r\n"] {
            assert!(two.is_right(&says(1, right)), "{right:?}");
        }
        for wrong in ["1\nA", "1\n a", "1 A", "", "1"] {
            assert!(!two.is_right(&says(1, wrong)), "{wrong:?}");
        }
        assert!(!two.is_right(&says(2, "1\n A")) && !two.is_answered(&says(0, "1\n A")));
        assert_eq!(
            (two.right(), two.said(&says(1, " x\n")), two.said(&says(2, "x"))),
            ("1\n A".to_owned(), "x".to_owned(), "It does not compile.".to_owned())
        );
        // What is written beside it does not count then.
        let broken = traced(None);
        assert!(broken.is_right(&says(2, "x")) && !broken.is_right(&says(1, "")) && !broken.is_right(&says(1, "x")));
        assert_eq!(broken.right(), "It does not compile.");
        let silent = traced(Some(""));
        assert!(silent.is_answered(&says(1, "")) && silent.is_right(&says(1, " ")) && !silent.is_right(&says(1, "0")));
        assert_eq!(Sheet::parse(&Sheet { at_end: false, questions: vec![silent.clone()] }.code()).questions, [silent]);
    }

    #[test]
    fn a_sheet_is_read_back() {
        let witness = Witness { id: "run".into(), title: "A run".into(), page: "a/b.html".into() };
        let prediction = Question { witness: Some(witness), ..asked(Kind::Prediction, choices("r--")) };
        let code = asked(Kind::Code, choices("r"));
        let mut several = asked(Kind::Several, choices("rr-"));
        several.choices[0].blocks = true;
        several.choices[2].blocks = true;
        let sheet = Sheet { at_end: true, questions: vec![several, prediction, code, traced(Some("1\n2"))] };
        assert_eq!(Sheet::parse(&sheet.code()), sheet);
        assert_eq!(sheet.points(), 8);
        // A page that was cut short.
        let cut = sheet.code();
        assert!(Sheet::parse(&cut[..cut.len() / 2]).questions.len() < 3);
        assert_eq!(Sheet::parse(""), Sheet::default());
    }

    #[test]
    fn a_seed_is_an_order_and_questions_do_not_follow_each_other() {
        let question = asked(Kind::One, choices("r-----"));
        let other = Question { id: "b".into(), ..question.clone() };
        let orders: std::collections::BTreeSet<_> = (0..50).map(|seed| question.order(seed)).collect();
        assert!(orders.len() > 40, "{}", orders.len());
        for order in &orders {
            let mut all = order.clone();
            all.sort_unstable();
            assert_eq!(all, [0, 1, 2, 3, 4, 5]);
        }
        assert_eq!(question.order(7), question.order(7));
        assert!((0..50).any(|seed| question.order(seed) != other.order(seed)));
        // Every place is as likely as any other for the first.
        let mut places = [0; 6];
        (0..6_000).for_each(|seed| places[question.order(seed).iter().position(|one| *one == 0).unwrap()] += 1);
        assert!(places.iter().all(|times| (850..1150).contains(times)), "{places:?}");
        assert_eq!(Question { fixed: true, ..question }.order(3), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn links_hold_the_order() {
        assert_eq!(seed_of(&code_of(42)), Ok(42));
        for damaged in ["", "2~quiz", "2~quiz~seed.", "2~quiz~seed.-1", "3~quiz~seed.1"] {
            assert!(seed_of(damaged).is_err(), "{damaged}");
        }
    }
}
