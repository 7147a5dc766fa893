//! `earcoach voice fill`, and `--fill`: what a voice cannot say of a routine is spoken by a
//! synthesiser.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use super::Voices;
use super::progress::Progress;
use super::reading::{self, Reading};
use super::record::Place;
use crate::cli::{TtsArgs, VoiceFill};
use crate::error::{Error, ExitCode};
use crate::language::Language;
use crate::lines;
use crate::problem::{Problem, Problems};
use crate::report::Report;
use crate::routine::{BUILT_IN as BUILT_IN_ROUTINES, Routine, Setting, Source};
use crate::sink::output::stop_on_signals;
use crate::studio::cache::Cache;
use crate::studio::engine::{self, Engine};
use crate::studio::fill::{Filled, Studio};
use crate::studio::folder::{PackFolder, added_manifest, new_manifest};
use crate::terminal::{cut, printable, tell, write_json};
use crate::time::Frames;
use crate::voice::manifest::{self, Manifest};
use crate::voice::{BUILT_IN, Pack, Voice, own_folder};

/// So many failures are told of, each with so much of its line.
const MOST_TOLD: usize = 10;
const LONGEST_TOLD: usize = 80;

pub fn run(args: &VoiceFill, quiet: bool) -> Result<ExitCode, Error> {
    let source = Source::open(args.routine.as_deref().unwrap_or(crate::cli::DEFAULT_ROUTINE))?;
    let settings: Result<Vec<Setting>, _> = args.set.iter().map(|set| set.parse()).collect();
    let wish = Wish {
        settings: &settings.map_err(Error::Usage)?,
        voices: &args.voices,
        tts: &args.tts,
        language: args.language.as_deref(),
        again: args.again,
    };
    let done = wish.fill(&source, quiet)?;
    if args.json {
        write_json(&done.to_json(), io::stdout()).map_err(Error::output)?;
    }
    done.tell_failures();
    if !args.json && !quiet {
        writeln!(io::stdout(), "{}", done.shown(&source)).map_err(Error::output)?;
        if done.filled.made > 0 && done.filled.made == done.lines.len() {
            let play = command("play", &source, &args.voices);
            writeln!(io::stdout(), "`{play}` plays it").map_err(Error::output)?;
        }
    }
    Ok(match &done.filled {
        filled if filled.is_stopped => ExitCode::Interrupted,
        filled if !filled.failed.is_empty() => ExitCode::Failed,
        _ => ExitCode::Done,
    })
}

/// Makes what is missing for a routine that is about to be played or written.
pub fn before(
    source: &Source,
    settings: &[Setting],
    voices: &Voices,
    tts: &TtsArgs,
    quiet: bool,
) -> Result<(), Error> {
    let done = Wish { settings, voices, tts, language: None, again: false }.fill(source, quiet)?;
    done.tell_failures();
    if done.filled.is_stopped {
        return Err(Error::Interrupted);
    }
    if !done.filled.failed.is_empty() {
        let message = "not all lines could be spoken; what was is kept".into();
        return Err(Error::Speech(message));
    }
    if done.filled.made > 0 && !quiet {
        tell(done.shown(source));
    }
    Ok(())
}

/// Says how words that a voice does not say can be had, at the problems that name them.
pub fn offer(problems: &mut Problems, source: &Source, voices: &Voices, voice: &Voice) {
    let fill = command("voice fill", source, voices);
    let help = match engine::installed(&voice.pack().manifest.language) {
        Some(name) => format!(
            "`{fill}` has it spoken by {name}, --fill does so at once; or say it \
             with the words that `earcoach voice list --words` shows"
        ),
        None => format!(
            "`{fill}` has it spoken, once espeak-ng or another synthesiser is \
             installed; or say it with the words that `earcoach voice list --words` shows"
        ),
    };
    problems.set_help("missing-words", &help);
}

/// A command with the routine and the voice as they were given, to be copied into a shell.
fn command(verb: &str, source: &Source, voices: &Voices) -> String {
    let is_built_in = BUILT_IN_ROUTINES.iter().any(|built_in| built_in.name == source.name);
    let routine = match &source.path {
        Some(_) => &source.file,
        None if is_built_in => &source.name,
        None => "-",
    };
    let voice = voices.voice.iter().flat_map(|voice| ["--voice", voice]);
    let words: Vec<&str> = std::iter::once(routine).chain(voice).collect();
    // What no shell can be given has a letter that is not to be shown either.
    let words = shlex::try_join(words.iter().copied()).unwrap_or_else(|_| words.join(" "));
    printable(&format!("earcoach {verb} {words}")).into_owned()
}

/// What is to be spoken, and by whom.
struct Wish<'a> {
    settings: &'a [Setting],
    voices: &'a Voices,
    tts: &'a TtsArgs,
    /// The language of a pack that is made new.
    language: Option<&'a str>,
    /// Whether what a synthesiser spoke before is spoken anew.
    again: bool,
}

/// What was done.
struct Done {
    lines: Vec<String>,
    filled: Filled,
    /// The voice as messages name it.
    voice: String,
    /// Where its clips lie; `None` where nothing was missing.
    folder: Option<PathBuf>,
    /// Who spoke; `None` where nothing was missing.
    engine: Option<String>,
}

impl Wish<'_> {
    fn fill(&self, source: &Source, quiet: bool) -> Result<Done, Error> {
        let reading =
            reading::read_for(source, self.settings, |routine| self.voice(source, routine))?;
        let Reading { routine, voice, problems, translation } = reading;
        if let Some(words) = translation.filter(Report::has_errors) {
            return Err(words.into());
        }
        let Some(routine) = routine.filter(|_| !problems.has_errors()) else {
            return Err(source.report(problems).into());
        };
        let own = if self.again { voice.alone() } else { voice.clone() };
        let lines = lines::missing(&source.text, &routine, &own);
        let mut done = Done {
            lines,
            filled: Filled::default(),
            voice: voice.shown().into(),
            folder: None,
            engine: None,
        };
        if done.lines.is_empty() {
            return Ok(done);
        }
        let (folder, manifest) = target(&voice)?;
        let language = voice.pack().manifest.language.clone();
        let TtsArgs { tts, speaker, patience } = self.tts;
        let engine = Engine::find(tts.as_deref(), speaker.as_deref(), &language)?;
        let stop = stop_on_signals()
            .map_err(|error| Error::io("cannot use", Path::new("signals"), error))?;
        let mut pack = PackFolder::open(&folder, manifest)?;
        // What somebody has recorded stays.
        done.lines.retain(|line| !pack.is_recorded(line));
        done.folder = Some(folder);
        let studio = Studio {
            engine: &engine,
            cache: &Cache::own(self.again),
            patience: Duration::from_millis(patience.0),
            stop: &stop,
        };
        let mut progress = Progress::new("speaking", Frames(done.lines.len() as u64), quiet);
        let filled =
            studio.fill(&done.lines, &mut pack, |count| progress.show(Frames(count as u64)));
        progress.clear();
        done.filled = filled?;
        done.engine = Some(engine.shown());
        Ok(done)
    }

    /// The voice that is to be filled; a new one where a language is given for it.
    fn voice(&self, source: &Source, routine: &Routine) -> Result<(Voice, Option<Problem>), Error> {
        let is_pack = |path: &Path| path.is_file() || path.join(manifest::FILE).exists();
        let is_there = |voice: &str| {
            Ok::<_, Error>(is_pack(Path::new(voice)) || Voice::open_named(voice)?.is_some())
        };
        if let Some((voice, language)) = self.voices.voice.as_deref().zip(self.language)
            && !is_there(voice)?
        {
            language.parse::<Language>().map_err(|error| {
                Error::Usage(format!("there is no language `{language}`: {error}"))
            })?;
            let place = Place::of(voice)?;
            let manifest = new_manifest(&place.name, language, "a speech synthesiser", MADE_BY);
            let voice = Voice::of(Pack::empty(voice, manifest, place.folder));
            return Ok((with_fall_back(voice, self.voices)?, None));
        }
        let (voice, unknown) =
            reading::open_voice(self.voices, source, routine).map_err(|error| match error {
                Error::Usage(message) if self.language.is_none() => {
                    Error::Usage(format!("{message}; with --language TAG a new one is made"))
                }
                error => error,
            })?;
        match self.language.map(str::parse::<Language>) {
            Some(asked) if asked != Ok(voice.language()) => Err(Error::Usage(format!(
                "the voice `{}` speaks `{}`; leave --language out, or name another voice",
                voice.shown(),
                voice.language()
            ))),
            _ => Ok((voice, unknown)),
        }
    }
}

/// Where the clips of packs come from that are made here.
const MADE_BY: &str = "made by earcoach voice fill";

fn with_fall_back(voice: Voice, voices: &Voices) -> Result<Voice, Error> {
    match &voices.fall_back {
        Some(other) => Ok(voice.with_stand_in(Voice::open(other)?)),
        None => Ok(voice),
    }
}

fn no_home() -> Error {
    Error::Usage("there is no folder for voices of your own: HOME is not set".into())
}

/// The folder that clips for a voice go into, with the manifest of a pack that is not there yet.
fn target(voice: &Voice) -> Result<(PathBuf, Manifest), Error> {
    let pack = voice.pack();
    match pack.folder() {
        Some(folder) => Ok((folder.into(), pack.manifest.clone())),
        None if pack.manifest.name == BUILT_IN => {
            Ok((own_folder().ok_or_else(no_home)?.join(BUILT_IN), added_manifest()))
        }
        None => Err(Error::Usage(format!(
            "the voice `{}` is one file, into which nothing is put; unpack it, and name its folder",
            pack.shown
        ))),
    }
}

impl Done {
    fn tell_failures(&self) {
        let engine = self.engine.as_deref().unwrap_or_default();
        for (line, why) in self.filled.failed.iter().take(MOST_TOLD) {
            tell(printable(&format!("error: {engine}: “{}”: {why}", cut(line, LONGEST_TOLD))));
        }
        let more = self.filled.failed.len().saturating_sub(MOST_TOLD);
        if more > 0 {
            tell(format!("error: {more} lines more could not be spoken"));
        }
        if self.filled.left > 0 && !self.filled.is_stopped {
            let (left, engine) = (self.filled.left, printable(engine));
            tell(format!("error: {engine} has not spoken once, so {left} lines were not tried"));
        }
    }

    /// What was done, in a sentence.
    fn shown(&self, source: &Source) -> String {
        let (routine, voice) = (printable(&source.file), printable(&self.voice));
        let Some(engine) = &self.engine else {
            return format!("nothing is missing: the voice `{voice}` says all of {routine}");
        };
        let (made, of) = (self.filled.made, self.lines.len());
        let count = match made {
            1 => "1 line".into(),
            made => format!("{made} lines"),
        };
        let of = if made == of { String::new() } else { format!(" of {of}") };
        let folder = self.folder.as_deref().unwrap_or(Path::new("")).to_string_lossy();
        let (engine, folder) = (printable(engine), printable(&folder));
        let more = if self.filled.is_stopped { "; run it again to go on" } else { "" };
        format!("{count}{of} spoken by {engine}, for the voice `{voice}`, in {folder}{more}")
    }

    fn to_json(&self) -> serde_json::Value {
        let failed = self.filled.failed.iter();
        let failed =
            failed.map(|(words, why)| json!({ "words": words, "problem": why.to_string() }));
        json!({
            "voice": self.voice,
            "folder": self.folder.as_deref().map(Path::to_string_lossy),
            "engine": self.engine,
            "lines": self.lines,
            "made": self.filled.made,
            "spoken_before": self.filled.kept,
            "left": self.filled.left,
            "failed": failed.collect::<Vec<_>>(),
        })
    }
}
