//! Labels of an audio editor, as Audacity exports them: start, end and text, between
//! tabs, in seconds. Where start and end are the same, the label is a point; else a region.

use super::entry::Entry;
use super::moments::{self, Moment};
use super::reading::{Line, Reading, quoted, seconds};
use crate::time::Millis;

/// What begins a line about the frequencies of the label before it.
const FREQUENCIES: char = '\\';

/// Whether a line begins with something like a number and a tab.
pub(super) fn looks_like(line: &str) -> bool {
    line.split_once('\t').is_some_and(|(start, _)| {
        start.trim_start_matches(['-', '+', '.']).starts_with(|c: char| c.is_ascii_digit())
    })
}

/// Reads labels.
pub(super) fn read(reading: &mut Reading) -> Vec<Entry> {
    let mut moments = Vec::new();
    for line in reading.lines() {
        if line.text.starts_with(FREQUENCIES) {
            let what = "a range of frequencies: only times and texts of labels are carried over";
            reading.leave_out(line.number, what);
        } else {
            moments.extend(label(line, reading));
        }
    }
    moments::steps(moments, reading)
}

fn label(line: Line, reading: &mut Reading) -> Option<Moment> {
    let mut columns = line.text.splitn(3, '\t').map(str::trim);
    let (Some(start), Some(end)) = (columns.next(), columns.next()) else {
        let message = format!("{} is no label", quoted(line.text));
        let help = "a label is start, tab, end, tab, text; `--from` names another format";
        reading.refuse("no-label", line.text, message, help);
        return None;
    };
    // An empty text stands at the end of its line.
    let text = columns.next().unwrap_or(&line.text[line.text.len()..]);
    let (start, end) = (time(start, line, reading), time(end, line, reading));
    let (start, end) = (start?, end?);
    if end < start {
        let message = format!("this label ends at {end}, before it begins at {start}");
        reading.refuse("bad-time", line.text, message, "put the earlier time first");
        return None;
    }
    let (words, span) = (text.to_string(), reading.span(text));
    let end = (end > start).then_some(end);
    Some(Moment { start, end, words, span, line: line.number })
}

fn time(text: &str, line: Line, reading: &mut Reading) -> Option<Millis> {
    let time = seconds(text);
    time.map_err(|message| {
        // Of nothing there is nothing to underline.
        let place = if text.is_empty() { line.text } else { text };
        reading.refuse("bad-time", place, message, "a label's times are seconds, like 2.150000");
    })
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::reading::{self, Made};

    fn made(text: &str) -> Made {
        reading::made(read, text)
    }

    #[test]
    fn points_and_regions_become_steps_and_frequencies_are_listed() {
        let text = "2.150000\t2.150000\tIn\n\\\t6928.456\t6928.456\n3.4\t6.1\tOut\n8\t8\n";
        let (steps, told, wrong) = made(text);
        let expected = [
            Entry::silence(Millis(2150)).unwrap(),
            Entry::words_at_once("In".into(), Millis(1250)),
            Entry::words_at_once("Out".into(), Millis(2700)),
            Entry::silence(Millis(1900)).unwrap(),
        ];
        assert_eq!(steps, expected);
        let frequencies =
            "2: a range of frequencies: only times and texts of labels are carried over";
        assert_eq!((told, wrong), (vec![frequencies.to_string()], vec![]));
    }

    #[test]
    fn what_is_wrong_is_found_in_every_line() {
        let expected = [
            "`5` is no label",
            "`-1` is less than no time",
            "`nan` is no number of seconds",
            "`inf` is no number of seconds",
            "this label ends at 1s, before it begins at 2s",
            "`99999999` is longer than the 24h a routine may last",
            "`` is no number of seconds",
        ];
        let text = "5\n-1\t0\tx\nnan\tinf\tx\n2\t1\tx\n99999999\t0\tx\n1\t\tx\n";
        assert_eq!(made(text).2, expected);
    }
}
