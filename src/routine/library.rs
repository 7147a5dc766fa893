//! Where routines come from: built in, the user's own folder, a file, or standard input.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::fields::did_you_mean;
use crate::archive::ArchiveError;
use crate::bundle::{self, Bundle};
use crate::error::Error;
use crate::language::Language;
use crate::problem::{Problem, Problems, Span};
use crate::report::Report;

/// A routine that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Its text: an ordinary routine file.
    pub text: &'static str,
    /// The files of words beside it, each with its language.
    pub words: &'static [(&'static str, &'static str)],
}

macro_rules! built_in {
    ($name:literal $(, $language:literal)*) => {
        BuiltIn {
            name: $name,
            text: include_str!(concat!("../../audio/routines/", $name, ".json")),
            words: &[$((
                $language,
                include_str!(concat!("../../audio/routines/", $name, ".", $language, ".json")),
            )),*],
        }
    };
}

/// All routines that come with the program, what it was made for first.
pub const BUILT_IN: [BuiltIn; 6] = [
    built_in!("calf-cramp", "fr"),
    built_in!("calf-stretch", "fr"),
    built_in!("gentle-stretch", "fr"),
    built_in!("box-breathing", "fr"),
    built_in!("run-walk", "fr"),
    built_in!("desk-break", "fr"),
];

/// The ending of a routine's file.
const ENDING: &str = "json";
/// As many files of the user's own folder are looked at.
const MOST_LISTED: usize = 1000;

/// The folder for routines of the user's own: `earcoach/routines` where the system keeps
/// settings, by the XDG Base Directory Specification on Linux.
fn own_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.config_dir().join("earcoach").join("routines"))
}

/// The routines in the user's own folder, by name.
pub fn own_routines() -> Vec<(String, PathBuf)> {
    let entries = own_folder().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten();
    let paths = entries.take(MOST_LISTED).flatten().map(|entry| entry.path());
    let is_routine = |path: &PathBuf| {
        path.extension().is_some_and(|e| e == ENDING || e == bundle::ENDING) && path.is_file()
    };
    let named = |path: PathBuf| Some((path.file_stem()?.to_str()?.to_string(), path));
    let mut routines: Vec<_> = paths.filter(is_routine).filter_map(named).collect();
    routines.sort();
    let names: BTreeSet<String> = routines.iter().map(|(name, _)| name.clone()).collect();
    routines.retain(|(name, _)| !is_translation(name, &names));
    routines
}

/// Whether a file is one of words beside a routine: `evening.de` beside `evening`.
fn is_translation(name: &str, others: &BTreeSet<String>) -> bool {
    let parts = name.rsplit_once('.');
    parts.is_some_and(|(of, tag)| others.contains(of) && tag.parse::<Language>().is_ok())
}

/// The file in the user's own folder that a name means: never one elsewhere.
fn own_file(name: &str) -> Option<PathBuf> {
    let is_name = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
    let folder = own_folder().filter(|_| is_name)?;
    let files = [ENDING, bundle::ENDING].map(|ending| folder.join(format!("{name}.{ending}")));
    files.into_iter().find(|path| path.is_file())
}

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
    /// The folder that its clips lie in; `None` for a built-in routine, which has none.
    pub folder: Option<PathBuf>,
    /// The file that it was read from, if it was.
    pub path: Option<PathBuf>,
    /// The bundle that it is in, with its voice.
    pub bundle: Option<Bundle>,
}

impl Source {
    /// Finds a routine by the name of one in the user's own folder or of a built-in one, by
    /// its path, or by `-` for standard input.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such routine, [`Error::Io`] when it cannot
    /// be read, [`Error::Invalid`] when it is no text or more than 16 MB of it.
    pub fn open(routine: &str) -> Result<Self, Error> {
        if routine == "-" {
            return Self::read("routine", "standard input", None, io::stdin().lock());
        }
        if let Some(path) = own_file(routine) {
            return Self::open_file(&path.to_string_lossy(), &path);
        }
        if let Some(found) = BUILT_IN.iter().find(|built_in| built_in.name == routine) {
            let (name, text) = (found.name.into(), found.text.into());
            let file = format!("{}.json (built in)", found.name);
            return Ok(Self { name, file, text, folder: None, path: None, bundle: None });
        }
        Self::open_file(routine, Path::new(routine))
    }

    /// Reads the routine's text anew from its file.
    ///
    /// # Errors
    /// See [`Source::open`].
    pub fn reopen(&self) -> Result<Self, Error> {
        match &self.path {
            Some(path) => Self::open_file(&self.file, path),
            None => Ok(self.clone()),
        }
    }

    fn open_file(routine: &str, path: &Path) -> Result<Self, Error> {
        let name = path.file_stem().map_or("routine".into(), |stem| stem.to_string_lossy());
        match File::open(path) {
            Ok(file) if file.metadata().is_ok_and(|data| data.is_dir()) => {
                Err(Error::Usage(format!("`{routine}` is a folder; name a routine file in it")))
            }
            Ok(_) if is_bundle(path) => Self::open_bundle(routine, path),
            Ok(file) => Self::read(&name, routine, Some(path), file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(not_found(routine)),
            Err(error) => Err(Error::io("cannot read", path, error)),
        }
    }

    /// Opens a bundle; all that is in it is checked.
    fn open_bundle(routine: &str, path: &Path) -> Result<Self, Error> {
        let bundle = Bundle::open(path)?;
        let text = bundle.routine().map_err(|error| in_bundle(routine, &error))?;
        let source = Self::read(&bundle.name, routine, Some(path), text.as_slice())?;
        Ok(Self { folder: None, bundle: Some(bundle), ..source })
    }

    /// Reads a routine's text from `input`, at most 16 MB.
    fn read(name: &str, file: &str, path: Option<&Path>, input: impl Read) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        let read = input.take(MOST_TEXT + 1).read_to_end(&mut bytes);
        read.map_err(|error| Error::io("cannot read", Path::new(file), error))?;
        // Standard input lies nowhere: its clips count from the current folder.
        let folder = path.map_or(Some(Path::new("")), Path::parent);
        let mut source = Self {
            name: name.into(),
            file: file.into(),
            text: String::new(),
            folder: folder.map(PathBuf::from),
            path: path.map(PathBuf::from),
            bundle: None,
        };
        if bytes.len() as u64 > MOST_TEXT {
            let message = format!("this is more than the {MOST_TEXT} bytes a routine may have");
            return Err(source.refuse("too-large", Span::default(), message));
        }
        match String::from_utf8(bytes) {
            Ok(mut text) => {
                // Windows editors may begin a UTF-8 file with a byte order mark; JSON has none.
                if text.starts_with('\u{feff}') {
                    text.remove(0);
                }
                source.text = text;
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

    /// The file of words beside the routine that has its texts in a language, if there is one.
    ///
    /// # Errors
    /// See [`Source::open`].
    pub fn translation(&self, language: Language) -> Result<Option<Self>, Error> {
        if let Some(bundle) = &self.bundle {
            let words = bundle.words(language).map_err(|error| in_bundle(&self.file, &error))?;
            let file = format!("{} ({language})", self.file);
            let source = words.map(|words| Self::read(&self.name, &file, None, words.as_slice()));
            return source.transpose();
        }
        if let Some(path) = &self.path {
            let beside = path.with_extension(format!("{language}.{ENDING}"));
            let shown = beside.to_string_lossy().into_owned();
            return if beside.is_file() {
                Self::open_file(&shown, &beside).map(Some)
            } else {
                Ok(None)
            };
        }
        let built_in = BUILT_IN.iter().find(|built_in| built_in.text == self.text);
        let words = built_in.and_then(|built_in| {
            let known = built_in.words.iter().find(|(tag, _)| *tag == language.tag());
            known.map(|(_, text)| Self {
                file: format!("{}.{language}.json (built in)", built_in.name),
                text: (*text).into(),
                ..self.clone()
            })
        });
        Ok(words)
    }

    /// Problems of this text, ready to be shown.
    pub fn report(&self, mut problems: Problems) -> Report {
        problems.sort();
        Report { file: self.file.clone(), text: self.text.clone(), problems }
    }
}

/// Whether a file is an archive: no routine begins like one (APPNOTE.TXT 6.3.10, 4.3.7).
fn is_bundle(path: &Path) -> bool {
    let mut begin = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut begin));
    read.is_ok() && begin == *b"PK\x03\x04"
}

fn in_bundle(file: &str, error: &ArchiveError) -> Error {
    Error::Bundle(format!("`{file}`: {error}"))
}

fn not_found(routine: &str) -> Error {
    let own = own_routines();
    let names = own.iter().map(|(name, _)| name.as_str());
    let guess = did_you_mean(routine, BUILT_IN.iter().map(|built_in| built_in.name).chain(names));
    let advice = match guess {
        Some(guess) => format!("did you mean `{guess}`?"),
        None => "`earcoach list` shows the routines at hand; a file is named by its path".into(),
    };
    Error::Usage(format!("there is no routine `{routine}`: {advice}"))
}
