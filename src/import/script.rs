//! Timed scripts: lines of `m:ss "text"`, as people write them for whoever records them.
//! What has no time (a heading, notes on the production) is not said, and is listed.

use super::entry::Entry;
use super::moments::{self, Moment};
use super::reading::{Line, Reading, quoted};
use crate::problem::Problem;
use crate::routine::bounds::LONGEST;
use crate::time::Millis;

/// Quotes that may be around a text, with those that close them.
const QUOTES: [(char, char); 2] = [('"', '"'), ('“', '”')];

/// Dashes and colons that may stand between a time and its text.
const SEPARATORS: [char; 4] = ['-', '–', '—', ':'];

/// Whether a line begins with something like a time.
pub(super) fn looks_like(line: &str) -> bool {
    split_time(line).is_some()
}

/// Reads a script.
pub(super) fn read(reading: &mut Reading) -> Vec<Entry> {
    let lines = reading.lines();
    let mut lines = lines.iter().copied().peekable();
    let mut moments = Vec::new();
    while let Some(line) = lines.next() {
        if line.text.starts_with('#') {
            continue;
        }
        let Some((time, rest)) = split_time(line.text) else {
            let what = format!("{} has no time, so it is not said", quoted(line.text));
            reading.leave_out(line.number, what);
            continue;
        };
        let words = match unquoted(rest) {
            Words::Plain(words) => {
                ensure_one_time(words, reading);
                words.to_string()
            }
            Words::Quoted(words) => words.to_string(),
            Words::WithRemark(words, remark) => {
                let what = format!("{} is outside the quotes, so it is not said", quoted(remark));
                reading.leave_out(line.number, what);
                words.to_string()
            }
            Words::Open(words, close) => continued(words, close, &mut lines, reading),
        };
        let words = words.trim().to_string();
        match clock(time) {
            Ok(start) => {
                let span = reading.span(rest);
                moments.push(Moment { start, end: None, words, span, line: line.number });
            }
            Err(message) => {
                let help = "a time is minutes and seconds, like 1:30, or hours too, like 1:02:03";
                reading.refuse("bad-time", time, message, help);
            }
        }
    }
    moments::steps(moments, reading)
}

/// A line's time and what follows it. What begins with a digit or a sign and has a colon
/// in its first word is meant for a time.
fn split_time(line: &str) -> Option<(&str, &str)> {
    let is_end = |c: char| c.is_whitespace() || QUOTES.iter().any(|(open, _)| *open == c);
    let end = line.find(is_end).unwrap_or(line.len());
    let time = line[..end].trim_end_matches(SEPARATORS);
    let digits = time.strip_prefix(['-', '+']).unwrap_or(time);
    let is_time = digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains(':');
    let rest = line[time.len()..].trim_start().trim_start_matches(SEPARATORS).trim_start();
    is_time.then_some((time, rest))
}

/// `m:ss` or `h:mm:ss`.
fn clock(time: &str) -> Result<Millis, String> {
    let shown = quoted(time);
    if time.starts_with('-') {
        return Err(format!("{shown} is less than no time"));
    }
    let parts: Vec<&str> = time.split(':').collect();
    let is_whole = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_sixtieth = |part: &&str| part.len() == 2 && **part < *"60";
    let is_clock = (2..=3).contains(&parts.len())
        && parts.iter().all(is_whole)
        && parts[1..].iter().all(is_sixtieth);
    if !is_clock {
        return Err(format!("{shown} is no time"));
    }
    let seconds = parts.iter().fold(0u64, |sum, part| {
        sum.saturating_mul(60).saturating_add(part.parse().unwrap_or(u64::MAX))
    });
    let time = Millis(seconds.saturating_mul(1000));
    if time > LONGEST {
        return Err(format!("{shown} is later than the {LONGEST} a routine may last"));
    }
    Ok(time)
}

/// What stands after a time.
#[derive(Debug, PartialEq)]
enum Words<'t> {
    /// A text without quotes around it.
    Plain(&'t str),
    /// A text in quotes.
    Quoted(&'t str),
    /// A text in quotes with something after them.
    WithRemark(&'t str, &'t str),
    /// A text whose quotes do not end on this line, and what ends them.
    Open(&'t str, char),
}

fn unquoted(text: &str) -> Words<'_> {
    let quotes = QUOTES.iter().find(|(open, _)| text.starts_with(*open));
    let Some((open, close)) = quotes else { return Words::Plain(text) };
    let inner = &text[open.len_utf8()..];
    match (inner.strip_suffix(*close), inner.matches(*close).count()) {
        (Some(words), _) => Words::Quoted(words),
        (None, 0) => Words::Open(inner, *close),
        (None, 1) => {
            let (words, remark) = inner.split_once(*close).unwrap_or_default();
            Words::WithRemark(words, remark.trim())
        }
        // Quotes within a text without quotes around it.
        (None, _) => Words::Plain(text),
    }
}

/// Words that go on over the next lines, up to the one that has the `close` of their quotes.
fn continued<'t>(
    first: &'t str,
    close: char,
    lines: &mut std::iter::Peekable<impl Iterator<Item = Line<'t>>>,
    reading: &mut Reading,
) -> String {
    let mut words = first.to_string();
    while let Some(line) = lines.next_if(|line| !looks_like(line.text)) {
        words.push(' ');
        let Some((end, remark)) = line.text.split_once(close) else {
            words.push_str(line.text);
            continue;
        };
        words.push_str(end);
        if !remark.trim().is_empty() {
            let what =
                format!("{} is outside the quotes, so it is not said", quoted(remark.trim()));
            reading.leave_out(line.number, what);
        }
        return words;
    }
    let message = format!("the quotes of {} do not end", quoted(first));
    reading.refuse("open-quotes", first, message, &format!("add `{close}` where the words end"));
    words
}

/// Notes a second time in a line: said as words it would surprise.
fn ensure_one_time(words: &str, reading: &mut Reading) {
    if let Some((second, _)) = split_time(words) {
        let message = format!("{} is a second time in one line", quoted(second));
        let problem = Problem::error("two-times", reading.span(second), message);
        let help = "keep when the words begin; when they are part of the words, put quotes around";
        reading.problems.push(problem.help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::reading::{self, Made};

    fn made(text: &str) -> Made {
        reading::made(read, text)
    }

    fn at_once(words: &str, seconds: u64) -> Entry {
        Entry::words_at_once(words.into(), Millis::from_secs(seconds))
    }

    #[test]
    fn a_time_and_its_text_are_written_in_many_ways() {
        let ways =
            ["0:00 \"Run.\"", "0:00 - \"Run.\"", "00:00 — “Run.”", "0:00: Run.", "0:00\"Run.\""];
        for way in ways {
            let made = made(&format!("# easy\n{way}\r\n\n1:02:03 Stop."));
            let steps = vec![at_once("Run.", 3723), Entry::Say("Stop.".into())];
            assert_eq!(made, (steps, vec![], vec![]), "{way}");
        }
    }

    #[test]
    fn what_has_no_time_is_listed() {
        let (steps, told, wrong) = made("WEEK 1\n\n0:00 \"Run.\" (cheerful)\n- 5 min of music\n");
        assert_eq!(steps, [Entry::Say("Run.".into())]);
        let expected = [
            "1: `WEEK 1` has no time, so it is not said",
            "3: `(cheerful)` is outside the quotes, so it is not said",
            "4: `- 5 min of music` has no time, so it is not said",
        ];
        assert_eq!((told, wrong), (expected.map(String::from).to_vec(), vec![]));
    }

    #[test]
    fn quotes_may_go_over_lines_and_stand_within_words() {
        let text = "0:00 \"Run\n  to the\n\n tree.\" Now\n0:09 \"Say \"stop\" and stop.\"\n0:12 \"A\" or \"B\" now";
        let (steps, told, wrong) = made(text);
        let expected = [
            at_once("Run to the tree.", 9),
            at_once("Say \"stop\" and stop.", 3),
            Entry::Say("\"A\" or \"B\" now".into()),
        ];
        assert_eq!(steps, expected);
        assert_eq!(told, ["4: `Now` is outside the quotes, so it is not said"]);
        assert_eq!(wrong, [""; 0]);
    }

    #[test]
    fn what_is_no_time_is_refused_with_its_reason() {
        let huge = format!("{}:00", "9".repeat(40));
        let cases = [
            ("-1:00 x", "`-1:00` is less than no time"),
            ("1:60 x", "`1:60` is no time"),
            ("1:5 x", "`1:5` is no time"),
            ("1:02:03:04 x", "`1:02:03:04` is no time"),
            ("1:00.5 x", "`1:00.5` is no time"),
            ("+1:00 x", "`+1:00` is no time"),
            ("24:00:01 x", "`24:00:01` is later than the 24h a routine may last"),
            ("0:00-5:00 Walk", "`0:00-5:00` is no time"),
            ("0:00 - 5:00 Walk", "`5:00` is a second time in one line"),
            ("0:00 \"Walk\n0:10 Run", "the quotes of `Walk` do not end"),
        ];
        for (text, message) in cases {
            assert_eq!(made(text).2, [message], "{text}");
        }
        assert!(made(&huge).2[0].ends_with("is later than the 24h a routine may last"));
    }
}
