//! Speech synthesisers that a user may have, and how each is called. Words come from strangers: they
//! reach a program as a file or on its standard input, or as one argument that cannot be an option.

use std::env::{self, consts::EXE_SUFFIX};
use std::ffi::OsString;
use std::fs;
use std::path::{self, Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::UNIX_EPOCH;

use super::speakers;
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
    /// Whose voice it has: its own name for it, or the file of a model.
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
    /// The synthesiser that is asked for, else the best that is installed and speaks the language.
    /// `asked` is a name of [`NAMES`], or a command with `{out}` in it: words as a shell reads
    /// them, or a JSON array. `speaker` is its voice, by its own name, or the file of a model.
    ///
    /// # Errors
    /// [`Error::Usage`], which says what to do.
    pub fn find(asked: Option<&str>, speaker: Option<&str>, language: &str) -> Result<Self, Error> {
        match asked {
            Some(name) if NAMES.contains(&name) => Self::named(name, speaker, language)?
                .ok_or_else(|| {
                    Error::Usage(format!("--tts {name}: there is no program `{name}` in PATH"))
                }),
            Some(command) => Self::command(command, speaker, language),
            None => Self::best(speaker, language),
        }
    }

    fn best(speaker: Option<&str>, language: &str) -> Result<Self, Error> {
        let mut reason = None;
        for name in NAMES {
            match Self::named(name, speaker, language) {
                Ok(Some(engine)) => return Ok(engine),
                Ok(None) => {}
                Err(error) => reason = reason.or(Some(format!("{error}; or install espeak-ng"))),
            }
        }
        Err(Error::Usage(reason.unwrap_or_else(|| NOTHING_INSTALLED.into())))
    }

    /// One of [`NAMES`]; `None` where it is not installed.
    fn named(name: &str, speaker: Option<&str>, language: &str) -> Result<Option<Self>, Error> {
        let Some(program) = in_path(name) else { return Ok(None) };
        let no_voice = || {
            Error::Usage(format!(
                "{name} has no voice for `{language}` that is known here; name one with --speaker"
            ))
        };
        let asked = speaker.map(String::from);
        let (kind, speaker) = match name {
            "kokoro" => {
                let own = || speakers::of_kokoro(language).map(String::from);
                (Kind::Kokoro, asked.or_else(own).ok_or_else(no_voice)?)
            }
            "piper" => (Kind::Piper, piper_model(asked, language)?),
            "say" => {
                let own = || said_by_system(&program, language);
                (Kind::Say, asked.or_else(own).ok_or_else(no_voice)?)
            }
            _ => (Kind::EspeakNg, asked.unwrap_or_else(|| speakers::of_espeak(language))),
        };
        Ok(Some(Self { kind, program, speaker: Some(speaker), language: language.into() }))
    }

    fn command(command: &str, speaker: Option<&str>, language: &str) -> Result<Self, Error> {
        let mut words = words_of(command)?;
        if speaker.is_some() {
            return Err(Error::Usage(
                "--speaker: a command has its voice among its own arguments".into(),
            ));
        }
        let name = words.remove(0);
        let program = if name.contains('/') {
            // Not where a link leads: by its own name a program may know what it is to be.
            path::absolute(&name).ok().filter(|file| is_program(file))
        } else {
            in_path(&name)
        };
        let program = program.ok_or_else(|| {
            Error::Usage(format!(
                "--tts: there is no program `{name}`; the synthesisers known by name are {}",
                NAMES.join(", ")
            ))
        })?;
        Ok(Self { kind: Kind::Command(words), program, speaker: None, language: language.into() })
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
        match &self.speaker {
            Some(speaker) => {
                let is_file = self.kind == Kind::Piper;
                let stem = Path::new(speaker).file_stem().filter(|_| is_file);
                let voice = stem.map_or(speaker.into(), |stem| stem.to_string_lossy());
                format!("{name}, voice {voice}")
            }
            None => name.into_owned(),
        }
    }

    /// What makes the sound of the same words another: the program, its voice, its language, and
    /// whatever files it is given.
    pub fn identity(&self) -> String {
        let args = if let Kind::Command(args) = &self.kind { &args[..] } else { &[] };
        let files = args.iter().chain(&self.speaker).map(Path::new).filter(|path| path.is_file());
        let files = files.map(stamp);
        let speaker = self.speaker.clone().unwrap_or_default();
        let own =
            [format!("{:?}", self.kind), stamp(&self.program), speaker, self.language.clone()];
        own.into_iter().chain(files).collect::<Vec<_>>().join("\n")
    }

    /// How many of it may run at once on so many cores. kokoro alone takes all cores, and a few GB
    /// of memory.
    pub fn at_once(&self, cores: usize) -> usize {
        if self.kind == Kind::Kokoro { cores.min(2) } else { cores }
    }

    /// How it is called to speak what is in the file `words`, also given as `text`, into the WAV
    /// file `out`.
    pub fn call(&self, text: &str, words: &Path, out: &Path) -> Call {
        let arg = |text: &str| OsString::from(text);
        let voice = arg(self.speaker.as_deref().unwrap_or_default());
        let (words, file) = (words.into(), out.into());
        let (args, reads): (Vec<OsString>, bool) = match &self.kind {
            Kind::EspeakNg => (vec![arg("-v"), voice, arg("-w"), file, arg("--stdin")], true),
            Kind::Piper => (vec![arg("--model"), voice, arg("--output_file"), file], true),
            // The language is that of the voice.
            Kind::Kokoro => (vec![arg("-m"), voice, arg("-i"), words, arg("-o"), file], false),
            Kind::Say => {
                let format = arg("--data-format=LEI16@22050");
                (vec![arg("-v"), voice, arg("-f"), words, arg("-o"), file, format], false)
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
const NOTHING_INSTALLED: &str = "no speech synthesiser is installed: install espeak-ng (Debian: `apt install espeak-ng`) or \
     piper, or name a command with --tts 'PROGRAM {text} {out}'";

/// The name of the best synthesiser that is installed and speaks a language.
pub fn installed(language: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|name| matches!(Engine::named(name, None, language), Ok(Some(_))))
}

/// The model that piper is to speak with: the one asked for, else the user's own, if it speaks the
/// language.
fn piper_model(asked: Option<String>, language: &str) -> Result<String, Error> {
    let wrong = |message: String| Err(Error::Usage(message));
    let is_asked = asked.is_some();
    let Some(name) = asked.or_else(|| env::var(PIPER_MODEL).ok()) else {
        return wrong(format!(
            "piper needs a model: --speaker MODEL.onnx, or {PIPER_MODEL} in the environment"
        ));
    };
    let Some(file) = speakers::piper_model(&name) else {
        return wrong(format!("piper: there is no model `{name}`, nor `{name}.onnx` here"));
    };
    match speakers::of_piper(&file) {
        Some(spoken) if !is_asked && language.parse() != Ok(spoken) => wrong(format!(
            "piper's model in {PIPER_MODEL} speaks `{spoken}`; name one for `{language}` with \
             --speaker MODEL.onnx"
        )),
        _ => Ok(file.to_string_lossy().into_owned()),
    }
}

/// The voice that macOS has for a language.
fn said_by_system(program: &Path, language: &str) -> Option<String> {
    let list = Command::new(program).args(["-v", "?"]).stdin(Stdio::null()).output().ok()?;
    speakers::of_say(&String::from_utf8_lossy(&list.stdout), language).map(String::from)
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
    let file = format!("{name}{EXE_SUFFIX}");
    let folders = env::split_paths(&folders).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(&file)).find(|file| is_program(file))
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

/// What tells one version of a file from another.
fn stamp(file: &Path) -> String {
    let Ok(data) = fs::metadata(file) else { return file.to_string_lossy().into_owned() };
    let changed = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let changed = changed.map_or(0, |since| since.as_nanos());
    format!("{} {} {changed}", file.display(), data.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(kind: Kind) -> Engine {
        let speaker = (!matches!(kind, Kind::Command(_))).then(|| "anna".into());
        Engine { kind, program: "/bin/tts".into(), speaker, language: "en-US".into() }
    }

    fn called(kind: Kind, text: &str) -> (Vec<String>, bool) {
        let call = engine(kind).call(text, Path::new("/t/words.txt"), Path::new("/t/out.wav"));
        (call.args.into_iter().map(|arg| arg.into_string().unwrap()).collect(), call.reads)
    }

    #[test]
    fn words_reach_each_program_so_that_they_are_only_words() {
        let (args, reads) = called(Kind::EspeakNg, "-w /etc/passwd");
        assert_eq!(args, ["-v", "anna", "-w", "/t/out.wav", "--stdin"]);
        assert!(reads);
        let (args, reads) = called(Kind::Piper, "--help");
        assert_eq!(args, ["--model", "anna", "--output_file", "/t/out.wav"]);
        assert!(reads);
        let (args, reads) = called(Kind::Kokoro, "--help");
        assert_eq!(args, ["-m", "anna", "-i", "/t/words.txt", "-o", "/t/out.wav"]);
        assert!(!reads);
        let (args, reads) = called(Kind::Say, "--help");
        let format = "--data-format=LEI16@22050";
        assert_eq!(args, ["-v", "anna", "-f", "/t/words.txt", "-o", "/t/out.wav", format]);
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
    fn another_version_of_what_speaks_is_another_identity() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("speak.py");
        let command = || Kind::Command(vec![script.to_str().unwrap().into(), "{out}".into()]);
        fs::write(&script, "1").unwrap();
        let first = engine(command()).identity();
        assert_eq!(engine(command()).identity(), first);
        fs::write(&script, "22").unwrap();
        assert_ne!(engine(command()).identity(), first);
        let german = Engine { language: "de".into(), ..engine(Kind::EspeakNg) };
        assert_ne!(engine(Kind::EspeakNg).identity(), german.identity());
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
