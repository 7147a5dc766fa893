//! `earcoach voice record`: a voice of one's own, recorded here or elsewhere.

use std::io::{self, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::live::heed_signals;
use super::spoken::{Spoken, spoken};
use crate::booth::elsewhere::{self, Line};
use crate::booth::face::Face;
use crate::booth::microphone::Microphone;
use crate::booth::session::{Booth, Ending, Input, Session};
use crate::booth::shelf::Shelf;
use crate::booth::speaker::Speaker;
use crate::booth::takes::Takes;
use crate::booth::wish::Wish;
use crate::cli::VoiceRecord;
use crate::clip::decode::Audio;
use crate::coach::tty::{self, Cbreak};
use crate::coach::{keys, lines};
use crate::error::{Error, ExitCode};
use crate::language::Language;
use crate::studio::folder::{new_manifest, slug};
use crate::studio::master::{Mastered, master};
use crate::terminal::{Color, is_unprintable, printable, tell};
use crate::voice::manifest::{self, Manifest};
use crate::voice::{BUILT_IN, Pack, Voice, is_name, own_folder};

/// Wishes that may wait to be heard.
const MOST_INPUTS: usize = 16;
/// The longest name of a pack, in bytes.
const LONGEST_NAME: usize = 100;
/// As much sound is taken from elsewhere at a time, in seconds.
const MOST_SECONDS: usize = 3600;

pub fn run(args: &VoiceRecord, quiet: bool, color: Color) -> Result<ExitCode, Error> {
    let place = Place::of(&args.pack)?;
    let pack = place.pack(args)?;
    let voice = Voice::of(pack.clone());
    let spoken = spoken(args.routine.as_deref(), pack.language())?;
    let has = |words: &String| pack.manifest.clips.iter().any(|entry| entry.words == *words);
    let missing = spoken.missing(&voice);
    let wanted: Vec<String> = if args.all {
        let lines = spoken.lines.iter().filter(|line| has(line) || missing.contains(line));
        lines.cloned().collect()
    } else {
        missing
    };
    if args.lines {
        return print(&wanted);
    }
    if wanted.is_empty() {
        if !quiet {
            tell(printable(&format!("{} says all of it already", args.pack)));
        }
        return Ok(ExitCode::Done);
    }
    if !args.from.is_empty() {
        return take_from_elsewhere(args, quiet, (&place, pack.manifest), &spoken, &wanted);
    }
    record(args, (quiet, color), (&place, pack.manifest), &spoken, &wanted)
}

/// Where a pack lies.
pub(super) struct Place {
    /// Its folder.
    pub(super) folder: PathBuf,
    /// What it is called.
    pub(super) name: String,
    shown: String,
}

impl Place {
    /// The folder of a pack of the user's own, there or not, or a folder that is named.
    pub(super) fn of(pack: &str) -> Result<Self, Error> {
        if pack == BUILT_IN {
            return Err(Error::Usage(format!(
                "`{pack}` is the voice that is built in; give your own another name"
            )));
        }
        let path = Path::new(pack);
        let own = own_folder().filter(|_| is_name(pack)).map(|folder| folder.join(pack));
        let is_pack = |folder: &Path| folder.join(manifest::FILE).is_file();
        let folder = match own {
            Some(own) if is_pack(&own) || !is_pack(path) => own,
            _ => path.into(),
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.is_empty() || name.len() > LONGEST_NAME || name.contains(is_unprintable) {
            return Err(Error::Usage(format!(
                "`{}` is no name for a voice pack: give it a short one, such as `me`, or a folder",
                printable(pack)
            )));
        }
        if folder.exists() && !folder.is_dir() {
            return Err(Error::Usage(format!(
                "`{}` is a file; a voice is recorded into a folder, which `earcoach voice pack` \
                 makes one file of",
                printable(pack)
            )));
        }
        Ok(Self { folder, name, shown: pack.into() })
    }

    /// The pack that is there, or a new one without clips.
    fn pack(&self, args: &VoiceRecord) -> Result<Pack, Error> {
        if self.folder.join(manifest::FILE).exists() {
            let pack = Pack::open(&self.folder.to_string_lossy())?;
            let is = &pack.manifest;
            for (option, asked, own) in [
                ("language", &args.language, &is.language),
                ("speaker", &args.speaker, &is.speaker),
                ("licence", &args.licence, &is.licence),
            ] {
                if asked.as_ref().is_some_and(|asked| asked != own) {
                    return Err(Error::Usage(format!(
                        "--{option} is for new packs; `{}` says `{own}`: leave it out, or give the \
                         new pack another name",
                        self.shown
                    )));
                }
            }
            return Ok(pack);
        }
        let language = language(args)?;
        let speaker = args.speaker.as_deref().unwrap_or("me");
        let mut manifest =
            new_manifest(&self.name, &language, speaker, "recorded with earcoach voice record");
        if let Some(licence) = &args.licence {
            manifest.licence.clone_from(licence);
        }
        Ok(Pack::empty(&self.shown, manifest, self.folder.clone()))
    }
}

/// The language of a new pack: that which is asked for, else the routine's.
fn language(args: &VoiceRecord) -> Result<String, Error> {
    match (&args.language, &args.routine) {
        (Some(tag), _) => match tag.parse::<Language>() {
            Ok(_) => Ok(tag.clone()),
            Err(problem) => Err(Error::Usage(format!("--language {tag}: {problem}"))),
        },
        (None, Some(routine)) => super::spoken::language_of(routine),
        (None, None) => Ok(Language::ENGLISH.to_string()),
    }
}

/// The lines with their numbers, for a phone or paper.
fn print(lines: &[String]) -> Result<ExitCode, Error> {
    let mut out = BufWriter::new(io::stdout().lock());
    let width = lines.len().to_string().len();
    let mut rows = (1..).zip(lines);
    rows.try_for_each(|(number, line)| writeln!(out, "{number:>width$}  {}", printable(line)))
        .and_then(|()| out.flush())
        .map_err(Error::output)?;
    Ok(ExitCode::Done)
}

/// Records line after line.
fn record(
    args: &VoiceRecord,
    (quiet, color): (bool, Color),
    (place, manifest): (&Place, Manifest),
    spoken: &Spoken,
    wanted: &[String],
) -> Result<ExitCode, Error> {
    if args.routine.as_deref() == Some("-") {
        return Err(Error::Usage(
            "the keys and lines that steer a recording come from standard input; name the routine's \
             file"
                .into(),
        ));
    }
    let (send, inputs) = sync_channel(MOST_INPUTS);
    let signals = send.clone();
    heed_signals(move |signal| drop(signals.send(Input::Signal(signal))))?;
    let microphone = Microphone::open(args.device.as_deref())?;
    let (speaker, note) = speaker(args)?;
    let mut shelf = Shelf::open(&place.folder, &place.shown, manifest)?;
    let is_on_terminal = io::stdin().is_terminal();
    let mut face = Face::new(quiet, color, listen(&send), args.events);
    if let Some(note) = note {
        face.note(&note);
    }
    let (shelf_ref, face_ref, proof) = (&mut shelf, &mut face, &spoken.proof);
    let booth =
        Booth { microphone, speaker, shelf: shelf_ref, lines: wanted, face: face_ref, proof };
    let outcome = sit(booth, !is_on_terminal, &inputs);
    face.finish();
    let left = wanted.iter().filter(|line| !shelf.has(line)).count();
    shelf.close();
    let (ending, kept) = outcome?;
    if !quiet {
        tell(printable(&summary(args, kept, left)));
    }
    Ok(if ending == Ending::Interrupted { ExitCode::Interrupted } else { ExitCode::Done })
}

fn sit(booth: Booth, goes_ahead: bool, inputs: &Receiver<Input>) -> Result<(Ending, usize), Error> {
    Session::new(booth, goes_ahead).run(inputs)
}

/// What is heard on; without a device one can still record.
fn speaker(args: &VoiceRecord) -> Result<(Speaker, Option<String>), Error> {
    if args.silent {
        return Ok((Speaker::silent(), None));
    }
    match Speaker::find(args.play_on.as_deref()) {
        Ok(speaker) => Ok((speaker, None)),
        Err(error) if args.play_on.is_some() => Err(error),
        Err(_) => {
            let note = "there is nothing to play on: nothing will be heard; --silent says so";
            Ok((Speaker::silent(), Some(note.into())))
        }
    }
}

/// Listens to keys on a terminal, else to lines.
fn listen(send: &SyncSender<Input>) -> Option<Cbreak> {
    let (wishes, warnings, end) = (send.clone(), send.clone(), send.clone());
    let wish = move |wish| drop(wishes.send(Input::Wish(wish)));
    if io::stdin().is_terminal() {
        tty::restore_on_panic();
        let terminal = Cbreak::enter();
        keys::listen(Wish::of_key, wish);
        return terminal;
    }
    let warn = move |text| drop(warnings.send(Input::Warning(text)));
    let over = move || drop(end.send(Input::Over));
    lines::listen(BufReader::new(io::stdin()), &Wish::WORDS, wish, warn, over);
    None
}

/// What was done, and how to go on.
fn summary(args: &VoiceRecord, kept: usize, left: usize) -> String {
    let lines = |count| if count == 1 { "1 line".into() } else { format!("{count} lines") };
    let recorded = format!("{}: {} recorded", args.pack, lines(kept));
    if left == 0 {
        return format!("{recorded}; that is all of it: earcoach play --voice {}", args.pack);
    }
    let routine = args.routine.as_ref().map_or(String::new(), |routine| format!(" {routine}"));
    format!("{recorded}, {left} left; go on with `earcoach voice record {}{routine}`", args.pack)
}

/// Makes clips of recordings that were made elsewhere.
fn take_from_elsewhere(
    args: &VoiceRecord,
    quiet: bool,
    (place, manifest): (&Place, Manifest),
    spoken: &Spoken,
    wanted: &[String],
) -> Result<ExitCode, Error> {
    let files = read_all(&elsewhere::files(&args.from)?)?;
    let line = |words: &String| Line {
        words: words.clone(),
        stem: slug(words),
        wanted: wanted.contains(words),
    };
    let lines: Vec<Line> = spoken.lines.iter().map(line).collect();
    let plan = elsewhere::plan(&files, &lines, slug).map_err(|mismatch| {
        for row in &mismatch.table {
            tell(printable(row));
        }
        Error::Usage(format!("--from: {}", mismatch.problem))
    })?;
    let mut shelf = Shelf::open(&place.folder, &place.shown, manifest)?;
    let kept = keep(&plan, &files, &lines, &mut shelf);
    let left = wanted.iter().filter(|words| !shelf.has(words)).count();
    let voice = shelf.voice();
    shelf.close();
    let kept = kept?;
    for file in plan.unneeded {
        let file = files[file].0.display();
        let note = format!("`{file}` is not needed: the pack has its line; --all replaces it");
        tell(printable(&format!("warning: {note}")));
    }
    for problem in spoken.proof.found(&voice) {
        tell(printable(&format!("warning: {problem}")));
    }
    if !quiet {
        tell(printable(&summary(args, kept, left)));
    }
    Ok(ExitCode::Done)
}

/// Puts recordings into the pack, all of them or none.
fn keep(
    plan: &elsewhere::Plan,
    files: &[(PathBuf, Audio)],
    lines: &[Line],
    shelf: &mut Shelf,
) -> Result<usize, Error> {
    let mut clips: Vec<(&str, Mastered)> = Vec::new();
    let mut flaws = Vec::new();
    for found in &plan.places {
        let (path, audio) = &files[found.file];
        let words = lines[found.line].words.as_str();
        let part = found.part.clone().unwrap_or(0..audio.samples.len());
        let recording = Audio { rate: audio.rate, samples: audio.samples[part].to_vec() };
        let file = path.display();
        match master(&recording, shelf.rate()) {
            Ok(clip) => {
                for doubt in &clip.doubts {
                    tell(printable(&format!("warning: “{words}” (`{file}`): {doubt}")));
                }
                clips.push((words, clip));
            }
            Err(flaw) => flaws.push(format!("“{words}” (`{file}`): {flaw}")),
        }
    }
    if let Some((last, others)) = flaws.split_last() {
        for flaw in others {
            tell(printable(&format!("error: {flaw}")));
        }
        let problem = format!("{last}; nothing was put into it");
        return Err(Error::Voice { pack: shelf.shown().into(), problem });
    }
    let mut takes = Takes::of(shelf.folder());
    for (words, clip) in &clips {
        shelf.put(words, clip, &mut takes)?;
    }
    Ok(clips.len())
}

/// Reads all files, as far as there is memory for them.
fn read_all(files: &[PathBuf]) -> Result<Vec<(PathBuf, Audio)>, Error> {
    let mut seconds = 0;
    let read = |path: &PathBuf| {
        let audio = elsewhere::read(path)?;
        seconds += audio.samples.len() / audio.rate.max(1) as usize;
        if seconds > MOST_SECONDS {
            return Err(Error::Usage(
                "--from: these are more than an hour; take fewer at a time".into(),
            ));
        }
        Ok((path.clone(), audio))
    };
    files.iter().map(read).collect()
}
