//! The keys of a terminal, turned into wishes.

use std::thread;

use super::control::Control;
use super::tty::{self, Input};

/// A key that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A byte, in lower case: a letter, a sign, Enter.
    Byte(u8),
    /// The arrow to the left.
    Left,
    /// The arrow to the right.
    Right,
}

/// Hands what every key stands for by `meaning` to `send`, from a thread of its own, until there
/// will be no more keys.
pub fn listen<Wish: 'static>(
    meaning: fn(Key) -> Option<Wish>,
    send: impl Fn(Wish) + Send + 'static,
) {
    thread::spawn(move || {
        let mut parser = Parser::default();
        let mut buffer = [0; 64];
        loop {
            match tty::read(&mut buffer) {
                Input::Bytes(count) => {
                    let keys = buffer[..count].iter().filter_map(|byte| parser.feed(*byte));
                    keys.filter_map(meaning).for_each(&send);
                }
                // What a terminal sends for one key comes at once.
                Input::Nothing => parser = Parser::default(),
                Input::End => return,
            }
        }
    });
}

/// Takes what a terminal sends, byte by byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Parser {
    /// Between keys.
    #[default]
    Ground,
    /// After ESC.
    Escape,
    /// In a sequence begun by `ESC [` or `ESC O`; whether nothing has followed yet.
    Sequence { bare: bool },
    /// One byte of a sequence is left: function keys of the Linux console, `ESC [ [ A`.
    Last,
    /// In a text for programs, ended by BEL or `ESC \`.
    Text,
}

impl Parser {
    /// The key that is complete with this byte.
    fn feed(&mut self, byte: u8) -> Option<Key> {
        let before = std::mem::take(self);
        match (before, byte) {
            (_, 0x1b) => *self = Self::Escape,
            // A control in a sequence: that was never ended.
            (Self::Ground, _) | (Self::Sequence { .. }, ..b' ') => {
                return Some(Key::Byte(byte.to_ascii_lowercase()));
            }
            (Self::Escape, b'[' | b'O') => *self = Self::Sequence { bare: true },
            (Self::Escape, b']' | b'P' | b'X' | b'^' | b'_') => *self = Self::Text,
            (Self::Sequence { bare: true }, b'[') => *self = Self::Last,
            (Self::Sequence { bare: true }, b'C') => return Some(Key::Right),
            (Self::Sequence { bare: true }, b'D') => return Some(Key::Left),
            (Self::Sequence { .. }, b' '..=b'?') => *self = Self::Sequence { bare: false },
            (Self::Text, byte) if byte != 0x07 => *self = Self::Text,
            // Alt and a key, or the last byte of a sequence.
            _ => {}
        }
        None
    }
}

/// What a key stands for while a routine is played.
pub fn control(key: Key) -> Option<Control> {
    Some(match key {
        Key::Byte(b'\r' | b'\n') => Control::Limit,
        Key::Byte(b' ') => Control::Pause,
        Key::Byte(b'n') | Key::Right => Control::Next,
        Key::Byte(b'p') | Key::Left => Control::Previous,
        Key::Byte(b'r') => Control::Repeat,
        Key::Byte(b'+' | b'=') => Control::More,
        Key::Byte(b'-') => Control::Less,
        Key::Byte(b'm') => Control::Mute,
        Key::Byte(b'?' | b'h') => Control::Where,
        Key::Byte(b'q') => Control::Quit,
        Key::Byte(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Control::{Less, Limit, More, Mute, Next, Pause, Previous, Quit, Repeat, Where};

    fn wishes(bytes: &[u8]) -> Vec<Control> {
        let mut parser = Parser::default();
        bytes.iter().filter_map(|byte| parser.feed(*byte)).filter_map(control).collect()
    }

    #[test]
    fn every_key_has_its_wish_in_either_case() {
        let all =
            [Limit, Limit, Pause, Next, Previous, Repeat, More, More, Less, Mute, Where, Where];
        assert_eq!(wishes(b"\r\n npr+=-m?h"), all);
        assert_eq!(wishes(b"qNPRMHQ"), [Quit, Next, Previous, Repeat, Mute, Where, Quit]);
        assert_eq!(wishes("xyz019\t\0\x7fäñ静".as_bytes()), []);
    }

    #[test]
    fn arrows_turn_the_pages_in_both_modes_of_a_terminal() {
        assert_eq!(wishes(b"\x1b[C\x1bOC\x1b[D\x1bOD"), [Next, Next, Previous, Previous]);
        assert_eq!(wishes(b"\x1b[A\x1b[B\x1bOA\x1b[H"), []);
    }

    #[test]
    fn other_sequences_are_swallowed_whole() {
        for sequence in [
            "\x1b[1;5C",
            "\x1b[15~",
            "\x1b[200~",
            "\x1b[[E",
            "\x1bOP",
            "\x1bn",
            "\x1b\x1b[D",
            "\x1b[?1;2c",
            "\x1b[<0;12;7M",
            "\x1b]11;rgb:00/00/00\x07",
            "\x1bP1$r q\x1b\\",
        ] {
            let expected: &[Control] =
                if sequence == "\x1b\x1b[D" { &[Previous, Quit] } else { &[Quit] };
            assert_eq!(wishes(format!("{sequence}q").as_bytes()), expected, "{sequence:?}");
        }
    }

    #[test]
    fn a_sequence_cut_short_does_not_take_the_enter_after_it() {
        assert_eq!(wishes(b"\x1b[\r"), [Limit]);
        assert_eq!(wishes(b"\x1b[12\r"), [Limit]);
    }
}
