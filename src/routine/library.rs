//! Where routines come from: built in, a file, or standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::fields::did_you_mean;
use crate::error::Error;
use crate::problem::{Problem, Problems, Span};
use crate::report::Report;

/// A routine that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Its text: an ordinary routine file.
    pub text: &'static str,
}

/// All routines that come with the program.
pub const BUILT_IN: [BuiltIn; 1] =
    [BuiltIn { name: "calf-cramp", text: include_str!("../../audio/routines/calf-cramp.json") }];

/// The most text a routine may have, in bytes.
const MOST_TEXT: u64 = 16_000_000;

/// A routine's text with where it comes from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The routine's short name, such as `calf-cramp`: what an export is called.
    pub name: String,
    /// The file as messages name it.
    pub file: String,
    /// The text.
    pub text: String,
}

impl Source {
    /// Finds a routine by a built-in's name, a path, or `-` for standard input.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such routine, [`Error::Io`] when it cannot
    /// be read, [`Error::Invalid`] when it is no text or more than 16 MB of it.
    pub fn open(routine: &str) -> Result<Self, Error> {
        if routine == "-" {
            return Self::read("routine", "standard input", io::stdin().lock());
        }
        if let Some(found) = BUILT_IN.iter().find(|built_in| built_in.name == routine) {
            let file = format!("{}.json (built in)", found.name);
            return Ok(Self { name: found.name.into(), file, text: found.text.into() });
        }
        let path = Path::new(routine);
        let name = path.file_stem().map_or("routine".into(), |stem| stem.to_string_lossy());
        match File::open(path) {
            Ok(file) if file.metadata().is_ok_and(|data| data.is_dir()) => {
                Err(Error::Usage(format!("`{routine}` is a folder; name a routine file in it")))
            }
            Ok(file) => Self::read(&name, routine, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(not_found(routine)),
            Err(error) => Err(Error::io("cannot read", path, error)),
        }
    }

    /// Reads a routine's text from `input`, at most 16 MB.
    fn read(name: &str, file: &str, input: impl Read) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        let read = input.take(MOST_TEXT + 1).read_to_end(&mut bytes);
        read.map_err(|error| Error::io("cannot read", Path::new(file), error))?;
        let mut source = Self { name: name.into(), file: file.into(), text: String::new() };
        if bytes.len() as u64 > MOST_TEXT {
            let message = format!("this is more than the {MOST_TEXT} bytes a routine may have");
            return Err(source.refuse("too-large", Span::default(), message));
        }
        match String::from_utf8(bytes) {
            Ok(text) => {
                // Windows editors may begin a UTF-8 file with a byte order mark; JSON has none.
                source.text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_string();
                Ok(source)
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                source.text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let message = format!("this is no UTF-8 text: byte {at} does not belong");
                Err(source.refuse("not-utf8", Span::new(at, at), message))
            }
        }
    }

    fn refuse(&self, code: &'static str, span: Span, message: String) -> Error {
        let problem = Problem::error(code, span, message);
        self.report(problem.help("a routine is a JSON text file, in UTF-8").into()).into()
    }

    /// Problems of this text, ready to be shown.
    pub fn report(&self, mut problems: Problems) -> Report {
        problems.sort();
        Report { file: self.file.clone(), text: self.text.clone(), problems }
    }
}

fn not_found(routine: &str) -> Error {
    let guess = did_you_mean(routine, BUILT_IN.iter().map(|built_in| built_in.name));
    let advice = match guess {
        Some(guess) => format!("did you mean `{guess}`?"),
        None => "`earcoach list` shows the routines at hand; a file is named by its path".into(),
    };
    Error::Usage(format!("there is no routine `{routine}`: {advice}"))
}
