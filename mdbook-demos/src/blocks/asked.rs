//! What the text of a lesson asks of the runs: directives and formulas are carried out when every block has run.

use widgets::chrome::registry::{Asked, Spread, nearest};

use crate::{
    blocks::{
        demos::{Work, panicked},
        directives::{self, Directive, Kind},
        formulas::{self, Formula},
        markdown::neutral,
    },
    diagnostics::{Diagnostic, Span, suggest},
    figures::{Figure, Slot},
};

impl Work<'_> {
    /// Typesets a formula, with the values of the directives in it, and gives the Markdown that takes its place.
    /// Mistakes are gathered, and a broken slot takes the formula's place then.
    pub fn formula(&mut self, formula: &Formula, directives: &[&Directive]) -> String {
        let mut tex = String::new();
        let mut at = formula.tex.start;
        for directive in directives {
            tex.push_str(&self.source.text[at..directive.range.start]);
            at = directive.range.end;
            match (&directive.kind, self.directive(directive)) {
                (Kind::Run { id, fact }, Ok(_)) => {
                    let (id, fact) = (Span::new(&self.source, id.clone()), Span::new(&self.source, fact.clone()));
                    let value = self.value((id.text(), id.clone()), (fact.text(), fact.clone()));
                    // Without one the block has a mistake of its own, already told.
                    tex.push_str(&formulas::literal(
                        &value.ok().flatten().map_or_else(|| "0".into(), |(_, value)| value),
                    ));
                }
                (_, Err(wrong)) => {
                    self.gathered.diagnostics.push(*wrong);
                    return self.span_slot(Slot::Broken(None));
                }
                _ => {
                    let place = Span::new(&self.source, directive.range.clone());
                    let wrong = Diagnostic::at(
                        place,
                        "this directive cannot stand in a formula",
                        "only `{{#run id.fact}}` can",
                    );
                    self.gathered.diagnostics.push(wrong);
                    return self.span_slot(Slot::Broken(None));
                }
            }
        }
        tex.push_str(&self.source.text[at..formula.tex.end]);
        if formula.quoted {
            tex = formulas::unquoted(&tex);
        }
        match formulas::typeset(&tex, formula.display) {
            Ok(html) => self.span_slot(Slot::Formula(html)),
            Err((bytes, why)) => {
                let bytes = match directives {
                    // What is missing at the end is told by what ends it.
                    [] if bytes.is_empty() => formula.tex.start + bytes.start..formula.tex.start + bytes.start + 1,
                    [] => formula.tex.start + bytes.start..formula.tex.start + bytes.end,
                    _ => formula.range.clone(),
                };
                let wrong = Diagnostic::at(
                    Span::new(&self.source, bytes),
                    format!("this formula cannot be read: {why}"),
                    "here",
                )
                .help("a formula is TeX as LaTeX has it between `$` and `$`; a new row is `\\\\`");
                self.gathered.diagnostics.push(wrong);
                self.span_slot(Slot::Broken(None))
            }
        }
    }

    /// The text that takes a directive's place; nothing where the directive is carried out elsewhere.
    ///
    /// # Errors
    /// The mistake, if the directive cannot be read, is unknown, or asks for what there is not.
    pub fn directive(&self, directive: &Directive) -> Result<Option<String>, Box<Diagnostic>> {
        let span = |range: &std::ops::Range<usize>| Span::new(&self.source, range.clone());
        match &directive.kind {
            // These were put in with the blocks.
            Kind::Foreign | Kind::Reference | Kind::Licences | Kind::Quiz(_) => Ok(None),
            Kind::Escaped => {
                let range = directive.range.start + 1..directive.range.end;
                Ok(Some(neutral(&self.source.text[range])))
            }
            Kind::Malformed => {
                let place = span(&directive.range);
                let (form, what) = match place.text().contains("#quiz") {
                    true => ("{{#quiz file.toml}}", "the path of a file"),
                    false => (
                        "{{#run id.fact}}",
                        "the demo's id and the name of what its run yields, or of a range `id.fact over 20 seeds`",
                    ),
                };
                Err(Box::new(
                    Diagnostic::at(place, "this directive cannot be read", format!("not of the form `{form}`")).help(
                        format!(
                            "write `{form}` on one line, with {what}; to show the braces themselves, write a \
                             backslash before them"
                        ),
                    ),
                ))
            }
            Kind::Unknown(name) => {
                let name = span(name);
                Err(Box::new(
                    Diagnostic::at(
                        span(&directive.range),
                        format!("unknown directive `{}`", name.text()),
                        "nothing is known of this",
                    )
                    .maybe_help(
                        suggest(name.text(), &directives::NAMES, "the directives are")
                            .map(|help| format!("{help} To show the braces themselves, write a backslash before them")),
                    ),
                ))
            }
            Kind::Run { id, fact } => {
                let (id, fact) = (span(id), span(fact));
                let value = self.value((id.text(), id.clone()), (fact.text(), fact.clone()))?;
                // Without one the block has a mistake of its own, already told.
                Ok(Some(value.map(|(_, value)| neutral(&value)).unwrap_or_default()))
            }
        }
    }

    /// What a run of the figure `id` says of what is `asked` of it, with the figure; each of the two comes with the
    /// place where it is written. Nothing if the figure has a mistake of its own, which is told already.
    ///
    /// # Errors
    /// The mistake, if there is no such figure or no such fact, or if the run has no value for the fact.
    pub fn value(&self, id: (&str, Span), asked: (&str, Span)) -> Result<Option<(&Figure, String)>, Box<Diagnostic>> {
        let ((id, id_place), (asked, fact_place)) = (id, asked);
        let Some(known) = self.gathered.ids.get(id) else {
            let mut ids: Vec<&str> = self.gathered.ids.keys().map(String::as_str).collect();
            ids.sort_unstable();
            let mut here: Vec<&str> = self
                .gathered
                .ids
                .iter()
                .filter(|(_, known)| known.written.source == self.source)
                .map(|(id, _)| id.as_str())
                .collect();
            here.sort_unstable();
            return Err(Box::new(
                Diagnostic::at(id_place, format!("there is no demo with the id `{id}`"), "unknown id").maybe_help(
                    match nearest(id, ids.iter().copied()) {
                        Some(near) => Some(format!("did you mean `{near}`?")),
                        // The whole book has many.
                        None => suggest(id, &here, "the ids on this page are"),
                    },
                ),
            ));
        };
        let Some(entry) = known.demo.and_then(|name| self.entries.iter().find(|entry| entry.name == name)) else {
            return Ok(None);
        };
        let Some(Asked { fact, seeds }) = Asked::parse(asked) else {
            return Err(Box::new(
                Diagnostic::at(fact_place, format!("`{asked}` cannot be asked of a run"), "not a form of a fact")
                    .help(format!("write {}", Asked::FORMS)),
            ));
        };
        let names: Vec<&str> = entry.facts.iter().map(|fact| fact.name).collect();
        if !names.contains(&fact) {
            return Err(Box::new(
                Diagnostic::at(fact_place, format!("a run of `{}` yields no `{fact}`", entry.name), "unknown fact")
                    .related(known.written.clone(), "the run is this demo's")
                    .maybe_help(suggest(fact, &names, "a run yields")),
            ));
        }
        let Some(figure) = known.figure.and_then(|index| self.gathered.figures.get(index)) else {
            return Ok(None);
        };
        if let Some((part, count)) = seeds {
            let spread = match self.kept.over_seeds(entry, &figure.block, count) {
                Ok(runs) => runs.and_then(|runs| Spread::new(&runs, fact)),
                Err(panic) => return Err(Box::new(panicked(entry, fact_place, &panic, self.repository()))),
            };
            return match spread {
                Ok(spread) => Ok(Some((figure, spread.text(part)))),
                Err(refused) => Err(Box::new(
                    Diagnostic::at(fact_place, refused.message, "asked here")
                        .related(known.written.clone(), "the run is this demo's")
                        .help(refused.help),
                )),
            };
        }
        match figure.facts.get(fact) {
            Some(value) => Ok(Some((figure, value.text()))),
            None => Err(Box::new(
                Diagnostic::at(
                    fact_place,
                    format!("this run of `{}` has no value for `{fact}`", entry.name),
                    "not known in this run",
                )
                .related(known.written.clone(), "the run is this demo's")
                .help("choose another fact, or change the run so that it has a value"),
            )),
        }
    }
}
