//! Speech synthesisers that a user may have, and how each is called. Words come from strangers: they
//! reach a program as a file or on its standard input, or as one argument that cannot be an option.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::error::Error;

/// The names of synthesisers that are known, the best first.
pub const NAMES: [&str; 4] = ["kokoro", "piper", "say", "espeak-ng"];
/// Where the user names the model that piper speaks with.
const PIPER_MODEL: &str = "PIPER_MODEL";

/// A synthesiser that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    kind: Kind,
    /// The program's file.
    program: PathBuf,
    /// Whose voice it has, by the engine's own name for it.
    speaker: Option<String>,
    /// The language as a BCP 47 tag.
    language: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Kokoro,
    Piper,
    Say,
    EspeakNg,
    /// Arguments with `{text}`, `{out}` and `{language}` in them.
    Command(Vec<String>),
}

/// How a program is called.
#[derive(Debug, PartialEq, Eq)]
pub struct Call {
    /// The program's file.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Whether the words come on its standard input.
    pub reads: bool,
}

impl Engine {
    /// The synthesiser that is asked for, else the best that is installed. `asked` is a name of
    /// [`NAMES`], or a command with `{out}` in it: words as a shell reads them, or a JSON array.
    ///
    /// # Errors
    /// [`Error::Usage`], which says what to do.
    pub fn find(asked: Option<&str>, speaker: Option<&str>, language: &str) -> Result<Self, Error> {
        let engine = |kind, program: PathBuf| Self {
            kind,
            program,
            speaker: speaker.map(String::from),
            language: language.into(),
        };
        match asked {
            Some(name) if NAMES.contains(&name) => {
                let program = in_path(name).ok_or_else(|| {
                    Error::Usage(format!("--tts {name}: there is no program `{name}` in PATH"))
                })?;
                let kind = kind_of(name);
                if kind == Kind::Piper && speaker.is_none() && env::var_os(PIPER_MODEL).is_none() {
                    return Err(Error::Usage(format!(
                        "--tts piper needs a model: --speaker MODEL.onnx, or {PIPER_MODEL} in the \
                         environment"
                    )));
                }
                Ok(engine(kind, program))
            }
            Some(command) => {
                let mut words = words_of(command)?;
                let program = words.remove(0);
                let found = if program.contains('/') {
                    Some(PathBuf::from(&program))
                } else {
                    in_path(&program)
                };
                let found = found.filter(|file| file.is_file()).ok_or_else(|| {
                    Error::Usage(format!(
                        "--tts: there is no program `{program}`; the synthesisers known by name are \
                         {}",
                        NAMES.join(", ")
                    ))
                })?;
                // Each runs in a folder of its own.
                let found = fs::canonicalize(&found).unwrap_or(found);
                Ok(engine(Kind::Command(words), found))
            }
            None => {
                let best = installed(speaker.is_some());
                let found = best.and_then(|name| Some(engine(kind_of(name), in_path(name)?)));
                found.ok_or_else(|| Error::Usage(NOTHING_INSTALLED.into()))
            }
        }
    }

    /// Its name, with that of its voice.
    pub fn shown(&self) -> String {
        let name = match &self.kind {
            Kind::Kokoro => "kokoro".into(),
            Kind::Piper => "piper".into(),
            Kind::Say => "say".into(),
            Kind::EspeakNg => "espeak-ng".into(),
            Kind::Command(_) => self.program.file_name().unwrap_or_default().to_string_lossy(),
        };
        match self.voice() {
            Some(voice) => format!("{name}, voice {voice}"),
            None => name.into_owned(),
        }
    }

    /// The voice that it is told to have.
    fn voice(&self) -> Option<String> {
        let model = || env::var(PIPER_MODEL).ok();
        match &self.kind {
            Kind::EspeakNg => {
                Some(self.speaker.clone().unwrap_or_else(|| espeak_voice(&self.language)))
            }
            Kind::Piper => self.speaker.clone().or_else(model),
            _ => self.speaker.clone(),
        }
    }

    /// What makes the sound of the same words another: the program, its voice, its language.
    pub fn identity(&self) -> String {
        let voice = self.voice();
        let model = voice.as_deref().map(Path::new).map(stamp).unwrap_or_default();
        let kind = format!("{:?}", self.kind);
        [kind, stamp(&self.program), voice.unwrap_or_default(), model, self.language.clone()]
            .join("\n")
    }

    /// How it is called to speak what is in the file `words`, also given as `text`, into the WAV
    /// file `out`.
    pub fn call(&self, text: &str, words: &Path, out: &Path) -> Call {
        let voice = self.voice();
        let (args, reads): (Vec<OsString>, bool) = match &self.kind {
            Kind::EspeakNg => {
                let voice = voice.unwrap_or_default();
                (vec!["-v".into(), voice.into(), "-w".into(), out.into(), "--stdin".into()], true)
            }
            Kind::Piper => {
                let model = absolute(&voice.unwrap_or_default());
                (vec!["--model".into(), model.into(), "--output_file".into(), out.into()], true)
            }
            Kind::Kokoro => {
                let mut args = vec!["-i".into(), words.into(), "-o".into(), out.into()];
                match voice {
                    // Its language is that of its voice.
                    Some(voice) => args.extend(["-m".into(), voice.into()]),
                    None => args.extend(["-l".into(), kokoro_language(&self.language).into()]),
                }
                (args, false)
            }
            Kind::Say => {
                let format = "--data-format=LEI16@22050";
                let mut args =
                    vec!["-f".into(), words.into(), "-o".into(), out.into(), format.into()];
                if let Some(voice) = voice {
                    args.extend(["-v".into(), voice.into()]);
                }
                (args, false)
            }
            Kind::Command(template) => {
                // Whole arguments alone could be taken for options.
                let safe = if text.starts_with('-') { format!(" {text}") } else { text.into() };
                let fill = |arg: &String| {
                    let arg = arg.replace("{language}", &self.language);
                    let arg = arg.replace("{out}", &out.to_string_lossy());
                    // Last: what stands in the words is no placeholder.
                    OsString::from(arg.replace("{text}", &safe))
                };
                let reads = template.iter().all(|arg| !arg.contains("{text}"));
                (template.iter().map(fill).collect(), reads)
            }
        };
        Call { program: self.program.clone(), args, reads }
    }
}

/// What to do where there is no synthesiser.
pub const NOTHING_INSTALLED: &str = "no speech synthesiser is installed: install espeak-ng (Debian: `apt install espeak-ng`) or \
     piper, or name a command with --tts 'PROGRAM {text} {out}'";

/// The name of the best synthesiser that is installed.
pub fn installed(has_speaker: bool) -> Option<&'static str> {
    let has_model = has_speaker || env::var_os(PIPER_MODEL).is_some();
    let usable = |name: &&&str| (**name != "piper" || has_model) && in_path(name).is_some();
    NAMES.iter().find(usable).copied()
}

fn kind_of(name: &str) -> Kind {
    match name {
        "kokoro" => Kind::Kokoro,
        "piper" => Kind::Piper,
        "say" => Kind::Say,
        _ => Kind::EspeakNg,
    }
}

/// A command as an argument list.
fn words_of(command: &str) -> Result<Vec<String>, Error> {
    let wrong = |problem: &str| {
        Err(Error::Usage(format!(
            "--tts: {problem}; write a name ({}), or a command like 'PROGRAM {{text}} {{out}}'",
            NAMES.join(", ")
        )))
    };
    let words = if command.starts_with('[') {
        serde_json::from_str(command).ok()
    } else {
        shlex::split(command)
    };
    match words {
        None => {
            wrong("the command cannot be read: a quote is not closed, or it is no list of texts")
        }
        Some(words) if words.first().is_none_or(String::is_empty) => wrong("there is no command"),
        Some(words) if words[1..].iter().all(|word| !word.contains("{out}")) => {
            wrong(&format!("`{}` has no `{{out}}` to write to", words[0]))
        }
        Some(words) => Ok(words),
    }
}

/// A program by its name, as a shell finds it.
fn in_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let files = env::split_paths(&folders).filter(|folder| folder.is_absolute());
    files.map(|folder| folder.join(name)).find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

fn absolute(path: &str) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.into())
}

/// What tells one version of a file from another.
fn stamp(file: &Path) -> String {
    let Ok(data) = fs::metadata(file) else { return file.to_string_lossy().into_owned() };
    let changed = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let changed = changed.map_or(0, |since| since.as_nanos());
    format!("{} {} {changed}", file.display(), data.len())
}

/// espeak-ng's voice for a language: regions that it knows, else the language alone.
fn espeak_voice(language: &str) -> String {
    let tag = language.to_ascii_lowercase();
    match tag.as_str() {
        "en-us" | "en-gb" | "pt-br" | "fr-be" | "fr-ch" => tag,
        _ => tag.split('-').next().unwrap_or("en").into(),
    }
}

/// kokoro's letter for a language.
fn kokoro_language(language: &str) -> &'static str {
    match language.to_ascii_lowercase().split('-').next() {
        Some("es") => "e",
        Some("fr") => "f",
        Some("hi") => "h",
        Some("it") => "i",
        Some("ja") => "j",
        Some("pt") => "p",
        Some("zh") => "z",
        _ if language.eq_ignore_ascii_case("en-gb") => "b",
        _ => "a",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(kind: Kind) -> Engine {
        Engine { kind, program: "/bin/tts".into(), speaker: None, language: "en-US".into() }
    }

    fn called(kind: Kind, text: &str) -> (Vec<String>, bool) {
        let call = engine(kind).call(text, Path::new("/t/words.txt"), Path::new("/t/out.wav"));
        (call.args.into_iter().map(|arg| arg.into_string().unwrap()).collect(), call.reads)
    }

    #[test]
    fn words_reach_each_program_so_that_they_are_only_words() {
        let (args, reads) = called(Kind::EspeakNg, "-w /etc/passwd");
        assert_eq!(args, ["-v", "en-us", "-w", "/t/out.wav", "--stdin"]);
        assert!(reads);
        let (args, reads) = called(Kind::Kokoro, "--help");
        assert_eq!(args, ["-i", "/t/words.txt", "-o", "/t/out.wav", "-l", "a"]);
        assert!(!reads);
        let command = |args: &[&str]| Kind::Command(args.iter().map(|a| (*a).into()).collect());
        let (args, reads) = called(command(&["-o", "{out}", "{text}"]), "--version {out} $(id)");
        assert_eq!(args, ["-o", "/t/out.wav", " --version {out} $(id)"]);
        assert!(!reads);
        let (args, reads) = called(command(&["--lang={language}", "{out}"]), "x");
        assert_eq!(args, ["--lang=en-US", "/t/out.wav"]);
        assert!(reads);
    }

    #[test]
    fn a_command_is_split_by_quotes_and_never_by_more() {
        let words = |command| words_of(command).map_err(|error| error.to_string());
        assert_eq!(words("a 'b c' {out}").unwrap(), ["a", "b c", "{out}"]);
        assert_eq!(words("a $HOME;ls {out}").unwrap(), ["a", "$HOME;ls", "{out}"]);
        assert_eq!(words(r#"["a", "b c", "{out}"]"#).unwrap(), ["a", "b c", "{out}"]);
        for (command, expected) in [
            ("a 'b {out}", "cannot be read"),
            ("[1]", "cannot be read"),
            ("", "there is no command"),
            ("a {text}", "`a` has no `{out}`"),
        ] {
            assert!(words(command).unwrap_err().contains(expected), "{command}");
        }
    }
}
