//! A text while it is read, with what is noted on the way: what is wrong, and what cannot
//! be carried over.

use std::collections::BTreeSet;

use serde::Serialize;

use super::entry::LONGEST_WORDS;
use crate::problem::{Problem, Problems, Span};
use crate::routine::bounds::LONGEST;
use crate::terminal::cut;
use crate::time::Millis;

/// The most lines, or exercises and their texts, that are read.
pub(super) const MOST_ENTRIES: usize = 10_000;

/// The columns of a text in a message.
const QUOTED_COLUMNS: usize = 50;

/// Something that was not carried over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LeftOut {
    /// Its line, from 1.
    pub line: usize,
    /// What it is, and why it was not carried over.
    pub what: String,
}

/// A text while it is read.
pub(super) struct Reading<'t> {
    /// The text.
    pub text: &'t str,
    /// What is wrong.
    pub problems: Problems,
    /// What is not carried over, each thing once.
    pub left_out: BTreeSet<LeftOut>,
    /// Where every line ends, so that a place's line is found without counting.
    line_ends: Vec<usize>,
}

/// A line that is not blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// Its number, from 1.
    pub number: usize,
    /// The line without the white space around it.
    pub text: &'t str,
}

impl<'t> Reading<'t> {
    pub fn of(text: &'t str) -> Self {
        let line_ends = text.match_indices('\n').map(|(at, _)| at).collect();
        Self { text, problems: Problems::default(), left_out: BTreeSet::new(), line_ends }
    }

    /// The lines that are not blank, as many as may be.
    pub fn lines(&mut self) -> Vec<Line<'t>> {
        let numbered = self.text.lines().zip(1..);
        let lines = numbered.map(|(line, number)| Line { number, text: line.trim() });
        let mut lines: Vec<_> =
            lines.filter(|line| !line.text.is_empty()).take(MOST_ENTRIES + 1).collect();
        if lines.len() > MOST_ENTRIES {
            let message = format!("with this there are more than {MOST_ENTRIES} lines");
            self.refuse("too-many", lines[MOST_ENTRIES].text, message, "split the file");
            lines.clear();
        }
        lines
    }

    /// Where `part` stands, a piece of this very text.
    pub fn span(&self, part: &str) -> Span {
        let start = part.as_ptr() as usize - self.text.as_ptr() as usize;
        Span::new(start, start + part.len())
    }

    /// The number of the line on which a span begins.
    pub fn line_at(&self, span: Span) -> usize {
        1 + self.line_ends.partition_point(|end| *end < span.range().start)
    }

    /// Notes that `part` of the text is wrong.
    pub fn refuse(&mut self, code: &'static str, part: &str, message: String, help: &str) {
        let problem = Problem::error(code, self.span(part), message);
        self.problems.push(problem.help(help));
    }

    /// Notes words that are more than can be said in one go.
    pub fn ensure_sayable(&mut self, words: &str, span: Span) {
        let letters = words.chars().count();
        if letters > LONGEST_WORDS {
            let message = format!("this has {letters} letters, more than {LONGEST_WORDS}");
            let problem = Problem::error("out-of-range", span, message);
            self.problems.push(problem.help("say it in several lines"));
        }
    }

    /// Notes that the routine passes the 24 hours at `span`; says whether it does.
    pub fn is_too_long(&mut self, length: Millis, span: Span) -> bool {
        if length > LONGEST {
            self.problems.push(crate::routine::bounds::too_long(span));
        }
        length > LONGEST
    }

    /// Notes what is not carried over.
    pub fn leave_out(&mut self, line: usize, what: impl Into<String>) {
        self.left_out.insert(LeftOut { line, what: what.into() });
        if self.left_out.len() > MOST_ENTRIES {
            let message = format!("more than {MOST_ENTRIES} things cannot be carried over");
            self.problems.push(Problem::error("too-many", Span::default(), message));
            self.left_out.clear();
        }
    }
}

/// `text` as messages quote it.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", cut(text, QUOTED_COLUMNS))
}

/// Seconds as programs write them, `90` or `2.150000`, to the nearest millisecond.
///
/// # Errors
/// Why they are none.
pub(super) fn seconds(text: &str) -> Result<Millis, String> {
    let shown = quoted(text);
    let number = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, ""));
    let is_number = [whole, fraction].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    if !is_number || whole.len() + fraction.len() == 0 {
        return Err(format!("{shown} is no number of seconds"));
    }
    if number.len() < text.len() {
        return Err(format!("{shown} is less than no time"));
    }
    let too_long = || format!("{shown} is longer than the {LONGEST} a routine may last");
    let whole = whole.trim_start_matches('0');
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| too_long())? };
    // Four digits of the fraction decide about the nearest millisecond.
    let tenths = fraction.bytes().chain(std::iter::repeat(b'0')).take(4);
    let tenths = tenths.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    let length = Millis(whole.saturating_mul(1000).saturating_add((tenths + 5) / 10));
    if length > LONGEST { Err(too_long()) } else { Ok(length) }
}

/// The steps that a reader made of a text, what it told, and what it found wrong.
#[cfg(test)]
pub(super) type Made = (Vec<super::Entry>, Vec<String>, Vec<String>);

/// Lets a reader read a text.
#[cfg(test)]
pub(super) fn made(read: impl Fn(&mut Reading) -> Vec<super::Entry>, text: &str) -> Made {
    let mut reading = Reading::of(text);
    let steps = read(&mut reading);
    let told = reading.left_out.iter().map(|left| format!("{}: {}", left.line, left.what));
    let wrong = reading.problems.iter().map(|problem| problem.message.clone());
    (steps, told.collect(), wrong.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read_to_the_nearest_millisecond() {
        let cases = [
            ("0", 0),
            ("007", 7_000),
            ("2.150000", 2_150),
            ("2,5", 2_500),
            (".5", 500),
            ("5.", 5_000),
            ("1.99949", 1_999),
            ("1.9995", 2_000),
            ("86400", 86_400_000),
        ];
        for (text, millis) in cases {
            assert_eq!(seconds(text), Ok(Millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_of_seconds_is_refused_with_its_reason() {
        let huge = "9".repeat(300);
        let cases = [
            ("", "`` is no number of seconds"),
            (".", "`.` is no number of seconds"),
            ("NaN", "`NaN` is no number of seconds"),
            ("1e5", "`1e5` is no number of seconds"),
            ("+1", "`+1` is no number of seconds"),
            ("1.2.3", "`1.2.3` is no number of seconds"),
            ("٣", "`٣` is no number of seconds"),
            ("-1.5", "`-1.5` is less than no time"),
            ("-inf", "`-inf` is no number of seconds"),
            ("--1", "`--1` is no number of seconds"),
            ("86400.001", "`86400.001` is longer than the 24h a routine may last"),
        ];
        for (text, error) in cases {
            assert_eq!(seconds(text), Err(error.to_string()), "{text}");
        }
        assert!(seconds(&huge).unwrap_err().ends_with("longer than the 24h a routine may last"));
    }

    #[test]
    fn lines_know_their_numbers_and_places() {
        let mut reading = Reading::of("\n a \r\n\nb");
        let lines = reading.lines();
        assert_eq!(lines, [Line { number: 2, text: "a" }, Line { number: 4, text: "b" }]);
        assert_eq!(reading.span(lines[0].text), Span::new(2, 3));
        assert_eq!(reading.line_at(reading.span(lines[1].text)), 4);
    }

    #[test]
    fn more_lines_than_may_be_are_refused() {
        let lines = |count: usize| {
            let text = "x\n\n".repeat(count);
            let mut reading = Reading::of(&text);
            (reading.lines().len(), reading.problems.has_errors())
        };
        assert_eq!(lines(MOST_ENTRIES), (MOST_ENTRIES, false));
        assert_eq!(lines(MOST_ENTRIES + 1), (0, true));
    }
}
