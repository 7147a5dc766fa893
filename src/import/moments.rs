//! Words at moments of one long recording, as scripts and labels have them, made into
//! steps: each lasts until the next begins.

use super::entry::Entry;
use super::reading::{Reading, quoted};
use crate::problem::Span;
use crate::time::Millis;

/// Words and when they begin. Without words it only ends what is before it.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// When they begin.
    pub start: Millis,
    /// When what they are about is over; when the next moment comes, if it is not said.
    pub end: Option<Millis>,
    /// The words.
    pub words: String,
    /// Where they stand.
    pub span: Span,
    /// Their line.
    pub line: usize,
}

/// The steps that `moments` make. Each begins exactly when its moment says, whatever
/// comes before it.
pub(super) fn steps(mut moments: Vec<Moment>, reading: &mut Reading) -> Vec<Entry> {
    for pair in moments.windows(2).filter(|pair| pair[1].start < pair[0].start) {
        let (start, line) = (pair[1].start, pair[0].line);
        let what = format!("{start} is before line {line}: the lines were put in order");
        reading.leave_out(pair[1].line, what);
    }
    moments.sort_by_key(|moment| moment.start);
    let moments = join(moments, reading);
    let mut steps = Vec::new();
    steps.extend(moments.first().and_then(|first| Entry::silence(first.start)));
    for (i, moment) in moments.iter().enumerate() {
        let next = moments.get(i + 1);
        let end = end_of(moment, next, reading);
        steps.extend(step(moment, end));
        if let (Some(next), Some(end)) = (next, end) {
            steps.extend(Entry::silence(next.start - end));
        }
    }
    steps
}

/// One moment where several are the same, their words said one after the other.
fn join(moments: Vec<Moment>, reading: &mut Reading) -> Vec<Moment> {
    let mut joined: Vec<Moment> = Vec::with_capacity(moments.len());
    for moment in moments {
        match joined.last_mut().filter(|last| last.start == moment.start) {
            Some(last) => {
                if !last.words.is_empty() && !moment.words.is_empty() {
                    let (words, line) = (quoted(&moment.words), last.line);
                    let what = format!("{words} begins when line {line} does: said right after it");
                    reading.leave_out(moment.line, what);
                    last.words.push(' ');
                }
                last.words.push_str(&moment.words);
                last.end = last.end.max(moment.end);
            }
            None => joined.push(moment),
        }
    }
    for moment in &joined {
        reading.ensure_sayable(&moment.words, moment.span);
    }
    joined
}

/// When a moment is over: at its own end, and when the next begins at the latest.
fn end_of(moment: &Moment, next: Option<&Moment>, reading: &mut Reading) -> Option<Millis> {
    let Some(next) = next else { return moment.end };
    let end = moment.end.unwrap_or(next.start);
    if end > next.start {
        let (start, line) = (next.start, next.line);
        let what = format!("its end at {end} is after line {line} begins: it ends at {start}");
        reading.leave_out(moment.line, what);
    }
    Some(end.min(next.start))
}

fn step(moment: &Moment, end: Option<Millis>) -> Option<Entry> {
    let words = moment.words.clone();
    match end {
        Some(end) if words.is_empty() => Entry::silence(end - moment.start),
        Some(end) => Some(Entry::words_at_once(words, end - moment.start)),
        None => (!words.is_empty()).then_some(Entry::Say(words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps and what was told, of moments in seconds, each on a line of its own.
    fn made(moments: &[(u64, Option<u64>, &str)]) -> (Vec<Entry>, Vec<String>) {
        let mut reading = Reading::of("");
        let moment = |(&(start, end, words), line): (&(u64, Option<u64>, &str), usize)| Moment {
            start: Millis::from_secs(start),
            end: end.map(Millis::from_secs),
            words: words.into(),
            span: Span::default(),
            line,
        };
        let steps = steps(moments.iter().zip(1..).map(moment).collect(), &mut reading);
        let told = reading.left_out.into_iter().map(|left| format!("{}: {}", left.line, left.what));
        (steps, told.collect())
    }

    fn at_once(words: &str, seconds: u64) -> Entry {
        Entry::words_at_once(words.into(), Millis::from_secs(seconds))
    }

    fn silence(seconds: u64) -> Entry {
        Entry::silence(Millis::from_secs(seconds)).unwrap()
    }

    #[test]
    fn words_last_until_the_next_ones_and_the_last_are_only_said() {
        let (steps, told) = made(&[(0, None, "Walk."), (90, None, "Run."), (150, None, "Done.")]);
        assert_eq!(steps, [at_once("Walk.", 90), at_once("Run.", 60), Entry::Say("Done.".into())]);
        assert_eq!(told, [""; 0]);
    }

    #[test]
    fn silence_fills_what_is_before_the_first_and_between_regions() {
        let (steps, told) = made(&[(5, Some(8), "In."), (10, Some(14), "Out.")]);
        assert_eq!(steps, [silence(5), at_once("In.", 3), silence(2), at_once("Out.", 4)]);
        assert_eq!(told, [""; 0]);
    }

    #[test]
    fn a_moment_without_words_ends_what_is_before_it() {
        let (steps, told) =
            made(&[(0, None, "Hold."), (20, None, ""), (30, None, "Go."), (35, None, "")]);
        assert_eq!(steps, [at_once("Hold.", 20), silence(10), at_once("Go.", 5)]);
        assert_eq!(told, [""; 0]);
    }

    #[test]
    fn moments_out_of_order_are_sorted_and_told() {
        let (steps, told) = made(&[(60, None, "B."), (0, None, "A.")]);
        assert_eq!(steps, [at_once("A.", 60), Entry::Say("B.".into())]);
        assert_eq!(told, ["2: 0s is before line 1: the lines were put in order"]);
    }

    #[test]
    fn words_at_the_same_moment_are_said_in_one_go_and_told() {
        let (steps, told) = made(&[(0, Some(5), "A."), (0, None, ""), (0, Some(9), "B.")]);
        assert_eq!(steps, [at_once("A. B.", 9)]);
        assert_eq!(told, ["3: `B.` begins when line 1 does: said right after it"]);
    }

    #[test]
    fn a_region_ends_when_the_next_begins_and_that_is_told() {
        let (steps, told) = made(&[(0, Some(9), "A."), (4, Some(6), "B.")]);
        assert_eq!(steps, [at_once("A.", 4), at_once("B.", 2)]);
        assert_eq!(told, ["1: its end at 9s is after line 2 begins: it ends at 4s"]);
    }
}
