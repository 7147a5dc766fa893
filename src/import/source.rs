//! The file to be imported, read and judged before anything is made of it: it comes from
//! a stranger.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::entry::name_of;
use crate::error::Error;
use crate::problem::{Problem, Problems, Span};
use crate::report::Report;
use crate::terminal::{is_unprintable, printable};

/// The most bytes a file may have.
const MOST_BYTES: u64 = 1_000_000;

/// A file's text and name.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file's name without folder and ending.
    pub name: String,
    /// The file as messages name it.
    pub file: String,
    /// The text.
    pub text: String,
}

impl Source {
    /// Reads a file, or standard input for `-`.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such file, [`Error::Io`] when it cannot be read,
    /// [`Error::Invalid`] when it has more than 1 MB, is no UTF-8 or holds characters that
    /// could play tricks.
    pub fn open(file: &str) -> Result<Self, Error> {
        if file == "-" {
            return Self::read("", "standard input", io::stdin().lock());
        }
        let path = Path::new(file);
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        match File::open(path) {
            Ok(opened) if opened.metadata().is_ok_and(|data| data.is_dir()) => {
                Err(Error::Usage(format!("`{file}` is a folder; name a file in it")))
            }
            Ok(opened) => Self::read(&name, file, opened),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::Usage(format!(
                "there is no file `{file}`; `-` reads from standard input"
            ))),
            Err(error) => Err(Error::io("cannot read", path, error)),
        }
    }

    /// Reads what `input` gives; `name` and `file` are as in [`Source`].
    ///
    /// # Errors
    /// As [`Source::open`] of a file that there is.
    pub fn read(name: &str, file: &str, input: impl Read) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        let read = input.take(MOST_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|error| Error::io("cannot read", Path::new(file), error))?;
        let mut source = Self { name: name.into(), file: file.into(), text: String::new() };
        if bytes.len() as u64 > MOST_BYTES {
            let message = format!("this is more than the {MOST_BYTES} bytes that are imported");
            let problem = Problem::error("too-large", Span::default(), message);
            return Err(source.report(problem.into()).into());
        }
        match source.judge(bytes) {
            None => Ok(source),
            Some(problem) => Err(source.report(problem.into()).into()),
        }
    }

    /// Takes the text, and says why it is none.
    fn judge(&mut self, bytes: Vec<u8>) -> Option<Problem> {
        let help = "save it as plain text, in UTF-8";
        match String::from_utf8(bytes) {
            Ok(text) => {
                // Windows editors may begin a UTF-8 file with a byte order mark.
                self.text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_string();
                let (at, found) = first_trick(&self.text)?;
                let span = Span::new(at, at + found.len_utf8());
                let code = u32::from(found);
                let message = format!("the character U+{code:04X} does not belong in a text");
                Some(Problem::error("control-character", span, message).help(help))
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                self.text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let message = format!("this is no UTF-8 text: byte {at} does not belong");
                Some(Problem::error("not-utf8", Span::new(at, at), message).help(help))
            }
        }
    }

    /// A title for people: the file's name with spaces.
    pub fn title(&self) -> String {
        let words = printable(&self.name).replace(['_', '-'], " ");
        let mut letters = words.trim().chars();
        match letters.next() {
            Some(first) => name_of(&(first.to_uppercase().to_string() + letters.as_str())),
            None => "Routine".into(),
        }
    }

    /// Problems of this text, ready to be shown.
    pub fn report(&self, mut problems: Problems) -> Report {
        problems.sort();
        Report { file: self.file.clone(), text: self.text.clone(), problems }
    }
}

/// The first character that could play tricks on a terminal, tabs and ends of lines aside.
pub(super) fn first_trick(text: &str) -> Option<(usize, char)> {
    let is_layout = |at: usize, c| match c {
        '\t' | '\n' => true,
        '\r' => text[at..].starts_with("\r\n"),
        _ => false,
    };
    text.char_indices().find(|&(at, c)| is_unprintable(c) && !is_layout(at, c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(name: &str) -> String {
        Source { name: name.into(), file: String::new(), text: String::new() }.title()
    }

    #[test]
    fn a_title_is_the_files_name_with_spaces() {
        assert_eq!(title("week_1-easy"), "Week 1 easy");
        assert_eq!(title("-_"), "Routine");
        assert_eq!(title("a\x1bb"), "A\u{fffd}b");
    }

    #[test]
    fn tabs_and_ends_of_lines_are_no_tricks_and_other_controls_are() {
        assert_eq!(first_trick("a\tb\r\nc\n"), None);
        for (text, trick) in
            [("ab\0", (2, '\0')), ("é\r", (2, '\r')), ("\u{202e}", (0, '\u{202e}'))]
        {
            assert_eq!(first_trick(text), Some(trick));
        }
    }
}
