//! Wishes given as lines, where standard input is no terminal.

use std::io::{BufRead, ErrorKind};
use std::thread;

use crate::terminal::{cut, printable};

/// The longest line kept, in bytes.
const LONGEST: usize = 1024;
/// As many unknown lines are told of.
const WARNINGS: u32 = 10;
/// As much of an unknown line is told, in columns.
const TOLD: usize = 40;

/// Hands every wish given as a line of `input` to `send`, and what to say about other lines to
/// `warn`, from a thread of its own, until the input ends, and then calls `over`. `words` are all
/// there are.
pub fn listen<Wish: Copy + Send + Sync + 'static>(
    input: impl BufRead + Send + 'static,
    words: &'static [(&'static str, Wish)],
    send: impl Fn(Wish) + Send + 'static,
    warn: impl Fn(String) + Send + 'static,
    over: impl FnOnce() + Send + 'static,
) {
    thread::spawn(move || {
        follow(input, words, send, warn);
        over();
    });
}

fn follow<Wish: Copy>(
    mut input: impl BufRead,
    words: &[(&str, Wish)],
    send: impl Fn(Wish),
    warn: impl Fn(String),
) {
    let mut unknown = 0;
    while let Some(line) = next_line(&mut input) {
        let line = String::from_utf8_lossy(&line);
        let word = line.trim();
        if word.is_empty() {
            continue;
        }
        if let Some((_, wish)) = words.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) {
            send(*wish);
            continue;
        }
        unknown += 1;
        if unknown <= WARNINGS {
            warn(unknown_line(word, words));
        } else if unknown == WARNINGS + 1 {
            warn("standard input: more lines are no commands; no more are told".into());
        }
    }
}

/// The next line without its end, at most [`LONGEST`] bytes of it; nothing when there is none.
fn next_line(input: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let mut begun = false;
    loop {
        let ready = match input.fill_buf() {
            Ok(ready) => ready,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return None,
        };
        if ready.is_empty() {
            return begun.then_some(line);
        }
        begun = true;
        let end = ready.iter().position(|byte| *byte == b'\n');
        let part = &ready[..end.unwrap_or(ready.len())];
        line.extend_from_slice(&part[..part.len().min(LONGEST - line.len())]);
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            return Some(line);
        }
    }
}

fn unknown_line<Wish>(word: &str, words: &[(&str, Wish)]) -> String {
    let names: Vec<_> = words.iter().map(|(name, _)| *name).collect();
    let word = printable(word);
    let (word, names) = (cut(&word, TOLD), names.join(", "));
    format!("standard input: `{word}` is no command; there are {names}")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::BufReader;

    use super::*;
    use crate::coach::control::Control;

    fn heard(text: impl AsRef<[u8]>) -> (Vec<Control>, Vec<String>) {
        let (controls, warnings) = (RefCell::default(), RefCell::default());
        // A small buffer, so that lines come in pieces.
        let input = BufReader::with_capacity(7, text.as_ref());
        follow(
            input,
            &Control::WORDS,
            |control| Vec::push(&mut controls.borrow_mut(), control),
            |warning| Vec::push(&mut warnings.borrow_mut(), warning),
        );
        (controls.into_inner(), warnings.into_inner())
    }

    #[test]
    fn every_word_is_a_wish_however_it_is_written() {
        let (controls, warnings) = heard("limit\n\n  PAUSE\r\nResume\t\n \nnext\nquit");
        assert_eq!(
            controls,
            [Control::Limit, Control::Pause, Control::Resume, Control::Next, Control::Quit]
        );
        assert_eq!(warnings, [""; 0]);
        for (word, control) in Control::WORDS {
            assert_eq!(heard(word).0, [control]);
        }
    }

    #[test]
    fn other_lines_are_told_harmlessly() {
        let (controls, warnings) = heard(b"jump\nlimit \x1b[2J\xff\n");
        assert_eq!(controls, []);
        assert_eq!(
            warnings,
            [
                "standard input: `jump` is no command; there are limit, pause, next, previous, \
                 repeat, more, less, mute, where, quit, resume",
                "standard input: `limit \u{fffd}[2J\u{fffd}` is no command; there are limit, \
                 pause, next, previous, repeat, more, less, mute, where, quit, resume",
            ]
        );
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_one_still_heard() {
        let text = "静".repeat(100_000) + "\nlimit\n";
        assert_eq!(next_line(&mut text.as_bytes()).map(|line| line.len()), Some(LONGEST));
        let (controls, warnings) = heard(text);
        assert_eq!(controls, [Control::Limit]);
        assert!(warnings[0].starts_with(&format!("standard input: `{}…` is", "静".repeat(19))));
    }

    #[test]
    fn many_unknown_lines_are_told_of_ten_times() {
        let (controls, warnings) = heard("what\n".repeat(1000) + "quit\n");
        assert_eq!(controls, [Control::Quit]);
        assert_eq!(warnings.len(), 11);
        assert!(warnings[10].ends_with("no more are told"));
    }
}
