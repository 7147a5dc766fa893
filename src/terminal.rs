//! What a person sees: text made harmless for a terminal, and whether colour is wanted.

use std::borrow::Cow;
use std::io::IsTerminal;

/// Whether a character could move the cursor, change colours or turn the
/// direction of writing: the C0 and C1 controls, and Unicode's bidirectional
/// controls (Unicode Standard Annex 9, section 2) with the line separators.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `text` with every character that could play tricks on a terminal replaced
/// by `U+FFFD`, the replacement character.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unprintable) {
        Cow::Owned(text.replace(is_unprintable, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// `text` cut to at most `columns` terminal columns, the last being `…` when something was cut.
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let mut used = 0;
    let kept = text.chars().take_while(|c| {
        used += c.width().unwrap_or(0);
        used < columns
    });
    Cow::Owned(kept.collect::<String>().trim_end().to_string() + "…")
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether what is written to `stream` should be coloured; `NO_COLOR`
    /// (no-color.org) counts when it is set and not empty.
    pub fn wanted_on(self, stream: &impl IsTerminal) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                stream.is_terminal() && !refused
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_direction_marks_are_made_visible() {
        assert_eq!(printable("calf cramp, ½ and 静か"), "calf cramp, ½ and 静か");
        assert_eq!(printable("a\x1b[2Jb\u{9b}c\u{202e}d\u{2066}e\n"), "a�[2Jb�c�d�e�");
    }

    #[test]
    fn long_text_is_cut_to_the_columns_there_are() {
        assert_eq!(cut("squeeze", 7), "squeeze");
        assert_eq!(cut("squeeze", 5), "sque…");
        assert_eq!(cut("静かに", 5), "静か…");
    }
}
