//! Phrases, each with the seconds of silence after it: lines of `phrase;seconds`. A
//! phrase is kept letter by letter; `*` stands for none.

use super::entry::Entry;
use super::reading::{Line, Reading, quoted, seconds};
use crate::time::Millis;

/// The phrase that is none.
const NOTHING: &str = "*";

/// Whether a line ends with a semicolon and something like a number.
pub(super) fn looks_like(line: &str) -> bool {
    line.rsplit_once(';').is_some_and(|(_, number)| {
        let digits = number.trim().trim_start_matches(['-', '+', '.']);
        digits.starts_with(|c: char| c.is_ascii_digit()) && !digits.contains(char::is_whitespace)
    })
}

/// Reads phrases.
pub(super) fn read(reading: &mut Reading) -> Vec<Entry> {
    let mut total = Millis::ZERO;
    let mut steps = Vec::new();
    for line in reading.lines().into_iter().filter(|line| !line.text.starts_with('#')) {
        let Some((phrase, silence)) = phrase(line, reading) else { continue };
        total = total + silence;
        if reading.is_too_long(total, reading.span(line.text)) {
            break;
        }
        match phrase {
            NOTHING if silence == Millis::ZERO => {
                reading.leave_out(line.number, "a silence of no length");
            }
            NOTHING => steps.extend(Entry::silence(silence)),
            phrase => steps.push(Entry::phrase(phrase.into(), silence)),
        }
    }
    steps
}

/// A line's phrase and the silence after it.
fn phrase<'t>(line: Line<'t>, reading: &mut Reading) -> Option<(&'t str, Millis)> {
    let Some((phrase, number)) = line.text.rsplit_once(';') else {
        let message = format!("{} has no `;` with seconds", quoted(line.text));
        reading.refuse("no-seconds", line.text, message, "write it like `Walk.;90`");
        return None;
    };
    let phrase = phrase.trim();
    if phrase.is_empty() {
        let help = "write `*` for silence alone";
        reading.refuse("no-phrase", line.text, "there is no phrase before the `;`".into(), help);
        return None;
    }
    reading.ensure_sayable(phrase, reading.span(phrase));
    match seconds(number.trim()) {
        Ok(silence) => Some((phrase, silence)),
        Err(message) => {
            // Of nothing there is nothing to underline.
            let place = if number.trim().is_empty() { line.text } else { number.trim() };
            let help = "after the last `;` stand seconds, like 90 or 2.5";
            reading.refuse("bad-time", place, message, help);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::reading::{self, Made};

    fn made(text: &str) -> Made {
        reading::made(read, text)
    }

    #[test]
    fn every_letter_of_a_phrase_is_kept() {
        let (steps, told, wrong) =
            made("# calm\nDon't hurry; it's 5-4-3, René!;2.5\r\n*;10\nNow. ; 0\n");
        let expected = [
            Entry::phrase("Don't hurry; it's 5-4-3, René!".into(), Millis(2500)),
            Entry::silence(Millis(10_000)).unwrap(),
            Entry::Say("Now.".into()),
        ];
        assert_eq!((steps.as_slice(), told, wrong), (&expected[..], vec![], vec![]));
    }

    #[test]
    fn a_silence_of_no_length_is_listed() {
        let (steps, told, wrong) = made("Go.;1\n*;0");
        assert_eq!(steps, [Entry::phrase("Go.".into(), Millis(1000))]);
        assert_eq!((told, wrong), (vec!["2: a silence of no length".to_string()], vec![]));
    }

    #[test]
    fn what_is_wrong_is_found_in_every_line() {
        let text =
            format!("Go\nGo;\nGo;x\n;5\nGo;-1\n{};1\nA;50000\nB;50000\nC;1", "a".repeat(1001));
        let expected = [
            "`Go` has no `;` with seconds",
            "`` is no number of seconds",
            "`x` is no number of seconds",
            "there is no phrase before the `;`",
            "`-1` is less than no time",
            "this has 1001 letters, more than 1000",
            "with this the routine lasts longer than 24h",
        ];
        assert_eq!(made(&text).2, expected);
    }
}
