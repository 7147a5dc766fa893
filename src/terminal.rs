//! What a person sees: text made harmless for a terminal, and whether colour is wanted.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

/// Whether a character could move the cursor, change colours or turn the
/// direction of writing: the C0 and C1 controls, and Unicode's bidirectional
/// controls (Unicode Standard Annex 9, section 2) with the line separators.
pub(crate) fn is_unprintable(c: char) -> bool {
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

/// Says something to the person, on standard error. When even that cannot be written to,
/// there is nobody to tell.
pub fn tell(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Writes `value` as one line of JSON. Characters that could play tricks on a terminal
/// are escaped, which to a reader of JSON is the same.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write_json(value: &impl Serialize, mut out: impl Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut out, PrintableJson))?;
    writeln!(out)
}

/// `value` as a line of JSON without its end; see [`write_json`].
pub fn json_line(value: &impl Serialize) -> String {
    let mut line = Vec::new();
    // Memory takes everything, and our values have only text for keys.
    let _ = write_json(value, &mut line);
    String::from_utf8_lossy(line.trim_ascii_end()).into_owned()
}

/// JSON without white space, every unprintable character escaped.
struct PrintableJson;

impl Formatter for PrintableJson {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        let mut rest = text;
        while let Some(at) = rest.find(is_unprintable) {
            CompactFormatter.write_string_fragment(out, &rest[..at])?;
            let after = rest[at..].chars().next().map_or(0, char::len_utf8);
            for unit in rest[at..at + after].encode_utf16() {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + after..];
        }
        CompactFormatter.write_string_fragment(out, rest)
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
    fn json_reads_back_the_same_and_shows_nothing_unprintable() {
        let text = "a\u{9b}b\u{202e}c\u{7f}d\n\"é";
        let mut out = Vec::new();
        write_json(&text, &mut out).unwrap();
        assert_eq!(std::str::from_utf8(&out), Ok("\"a\\u009bb\\u202ec\\u007fd\\n\\\"é\"\n"));
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }

    #[test]
    fn long_text_is_cut_to_the_columns_there_are() {
        assert_eq!(cut("squeeze", 7), "squeeze");
        assert_eq!(cut("squeeze", 5), "sque…");
        assert_eq!(cut("静かに", 5), "静か…");
    }
}
