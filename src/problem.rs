//! What is wrong with a routine: where, what, and what to do next. All
//! problems of a file are collected and shown in one run.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use crate::terminal::cut;

/// A stretch of a file's text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The bytes from `start` up to `end`. A routine's text is at most 16 MB, so they fit.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// The span as a range of byte positions.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The routine cannot be used.
    Error,
    /// The routine can be used, but probably not as meant.
    Warning,
}

impl Severity {
    /// The word in messages and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// The columns of a message: routines may hold words of any length.
const LONGEST_MESSAGE: usize = 600;

/// One thing that is wrong with a routine, at one place of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name for this kind of problem, such as `unknown-field`.
    pub code: &'static str,
    /// Where it is.
    pub span: Span,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Another place that has to do with it, and what stands there.
    pub also: Option<(Span, String)>,
}

impl Problem {
    /// An error with the given code, place and message.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        let message = cut(&message.into(), LONGEST_MESSAGE).into_owned();
        Self { severity: Severity::Error, code, span, message, help: None, also: None }
    }

    /// A warning with the given code, place and message.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds another place that has to do with it, and what stands there, in a few words.
    #[must_use]
    pub fn also(mut self, span: Span, what: impl Into<String>) -> Self {
        self.also = Some((span, what.into()));
        self
    }
}

/// Problems as they are found. Beyond [`Problems::KEPT`] they are only
/// counted, so that a file of a million mistakes gets a short answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    kept: Vec<Problem>,
    /// Where, what and (hashed) the words of every problem so far.
    seen: HashSet<(Span, &'static str, u64)>,
    /// Where the values come from that stand at other places now, and whether they always do.
    origins: BTreeMap<Span, (Span, bool)>,
    errors: usize,
}

impl Problems {
    /// How many problems are kept whole.
    pub const KEPT: usize = 100;

    /// Says that the value at `place` is one that was given elsewhere: problems with it show both.
    pub fn note_origin(&mut self, place: Span, origin: Span) {
        let known = self.origins.entry(place).or_insert((origin, true));
        *known = (origin, known.1 && known.0 == origin);
    }

    /// Forgets the origins of what stood for other values at other times: what is found from now
    /// on may be wrong with any of them.
    pub fn forget_doubtful_origins(&mut self) {
        self.origins.retain(|_, (_, is_only)| *is_only);
    }

    /// Adds a problem; the very same one twice (a repeated step) counts once.
    pub fn push(&mut self, mut problem: Problem) {
        let mut words = DefaultHasher::new();
        problem.message.hash(&mut words);
        if !self.seen.insert((problem.span, problem.code, words.finish())) {
            return;
        }
        if let (None, Some((origin, _))) = (&problem.also, self.origins.get(&problem.span)) {
            problem.also = Some((*origin, "its value comes from here".into()));
        }
        self.errors += usize::from(problem.severity == Severity::Error);
        if !self.is_full() {
            self.kept.push(problem);
        }
    }

    /// Puts them in the order of their places.
    pub fn sort(&mut self) {
        self.kept.sort_by_key(|problem| problem.span.start);
    }

    /// Says what to do about all problems of one kind.
    pub fn set_help(&mut self, code: &str, help: &str) {
        for problem in self.kept.iter_mut().filter(|problem| problem.code == code) {
            problem.help = Some(help.into());
        }
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether further problems are only counted.
    pub fn is_full(&self) -> bool {
        self.kept.len() >= Self::KEPT
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.seen.len()
    }

    /// How many problems are only counted.
    pub fn beyond(&self) -> usize {
        self.seen.len() - self.kept.len()
    }

    /// The problems that are kept whole, in the order found.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.kept.iter()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        let mut problems = Self::default();
        problems.push(problem);
        problems
    }
}

/// The last character boundary at or before `position`.
pub(crate) fn char_boundary_before(text: &str, position: usize) -> usize {
    let position = position.min(text.len());
    (0..=position).rev().find(|&p| text.is_char_boundary(p)).unwrap_or(0)
}
