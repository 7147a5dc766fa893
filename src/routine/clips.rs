//! The audio files of a routine's author: found beside the routine, opened once each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Action, Clip, Routine, Source, Step, Words};
use crate::bundle::Bundle;
use crate::clip::decode::Audio;
use crate::clip::own::{self, ClipError, ENDINGS};
use crate::clip::recording::Recording;
use crate::problem::{Problem, Problems, Span};

/// The most samples that all files of a routine may have together: played live, they are all in
/// memory at once, 120 MB. Twenty minutes at 48 kHz.
const MOST_SAMPLES: usize = 57_600_000;
/// As many files of a folder are looked at to see whether they are used.
const MOST_LISTED: usize = 1000;

/// Opens every audio file that a routine plays, where its `source` lies. What is wrong is noted at the step that names the file,
/// and as a warning which files beside those are not used.
pub fn attach(routine: &mut Routine, source: &Source, problems: &mut Problems) {
    let (folder, bundle) = (source.folder.as_deref(), source.bundle.as_ref());
    let mut shelf = Shelf { folder, bundle, ..Shelf::default() };
    shelf.fill(&mut routine.steps, problems);
    shelf.find_unused(problems);
}

/// The files that were opened.
#[derive(Default)]
struct Shelf<'a> {
    folder: Option<&'a Path>,
    /// Where that folder really lies, as soon as a file in it was asked for.
    home: Option<PathBuf>,
    /// The bundle that the routine is in.
    bundle: Option<&'a Bundle>,
    /// What was opened, by the names that steps give it.
    by_name: BTreeMap<String, Arc<Recording>>,
    /// The same by where it lies.
    files: BTreeMap<PathBuf, Arc<Recording>>,
    /// All files that are named, those that cannot be read too.
    named: BTreeSet<PathBuf>,
    /// Where each folder within the routine's own was named first.
    folders: BTreeMap<PathBuf, Span>,
    samples: usize,
}

impl Shelf<'_> {
    fn fill(&mut self, steps: &mut [Step], problems: &mut Problems) {
        for step in steps {
            match &mut step.action {
                Action::Clip(clip) => self.read(clip, problems),
                Action::Repeat { steps, .. }
                | Action::Sides { steps, .. }
                | Action::Use { steps } => {
                    self.fill(steps, problems);
                }
                _ => {}
            }
        }
    }

    fn read(&mut self, clip: &mut Clip, problems: &mut Problems) {
        match self.audio(&clip.file) {
            Ok(audio) => clip.audio = Some(audio),
            Err(error) => {
                problems.push(unusable(&clip.file, &error));
                // Once is enough: whoever lays the routine out is not to find it missing again.
                let nothing = Audio { rate: 48_000, samples: Vec::new() };
                clip.audio = Some(Arc::new(Recording::Decoded(nothing)));
            }
        }
        if self.samples > MOST_SAMPLES {
            let message =
                format!("with this the clips have more than {MOST_SAMPLES} frames together");
            problems.push(
                Problem::error("too-large", clip.file.span, message)
                    .help("use fewer or shorter ones"),
            );
        }
    }

    fn audio(&mut self, name: &Words) -> Result<Arc<Recording>, ClipError> {
        if let Some(audio) = self.by_name.get(&name.text) {
            return Ok(Arc::clone(audio));
        }
        let audio = match self.bundle {
            Some(bundle) => {
                self.kept(Path::new(&name.text), || bundle.clip(&name.text).map(Recording::Decoded))
            }
            None => self.beside(name),
        }?;
        self.by_name.insert(name.text.clone(), Arc::clone(&audio));
        Ok(audio)
    }

    /// A file in the routine's folder.
    fn beside(&mut self, name: &Words) -> Result<Arc<Recording>, ClipError> {
        let file = own::find(self.home()?, &name.text)?;
        self.named.insert(file.clone());
        let within = Path::new(&name.text).parent();
        let within = within.filter(|within| !within.as_os_str().is_empty());
        if let (Some(_), Some(folder)) = (within, file.parent()) {
            self.folders.entry(folder.into()).or_insert(name.span);
        }
        self.kept(&file, || own::open(&file))
    }

    /// Where the routine's folder really lies.
    fn home(&mut self) -> Result<&Path, ClipError> {
        if self.home.is_none() {
            let folder = self.folder.ok_or(ClipError::Missing)?;
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            self.home = Some(fs::canonicalize(folder)?);
        }
        self.home.as_deref().ok_or(ClipError::Missing)
    }

    /// What is in a file, opened once.
    fn kept(
        &mut self,
        file: &Path,
        open: impl FnOnce() -> Result<Recording, ClipError>,
    ) -> Result<Arc<Recording>, ClipError> {
        if let Some(audio) = self.files.get(file) {
            return Ok(Arc::clone(audio));
        }
        // Beyond the bound nothing more is taken into memory.
        if self.samples > MOST_SAMPLES {
            return Err(ClipError::TooLong);
        }
        let audio = Arc::new(open()?);
        self.samples += audio.frames();
        self.files.insert(file.into(), Arc::clone(&audio));
        Ok(audio)
    }

    /// Notes audio files that lie beside used ones and are not. The routine's own folder is left
    /// out: what was exported lies there.
    fn find_unused(&self, problems: &mut Problems) {
        for (folder, span) in &self.folders {
            let entries = fs::read_dir(folder).into_iter().flatten().take(MOST_LISTED).flatten();
            let audio = entries.map(|entry| entry.path()).filter(|path| is_audio(path));
            let unused: BTreeSet<String> = audio
                .filter(|path| !self.named.contains(path))
                .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
                .collect();
            for name in unused {
                let message = format!("no step plays `{name}`, which lies beside this clip");
                let problem = Problem::warning("unused-clip", *span, message);
                problems.push(problem.help("play it, or take it out of the folder"));
            }
        }
    }
}

fn is_audio(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

fn unusable(file: &Words, error: &ClipError) -> Problem {
    let (code, help) = match error {
        ClipError::Outside => {
            ("clip-outside", "name a file in the routine's own folder, like `clips/welcome.wav`")
        }
        ClipError::Missing => ("missing-clip", "the path counts from the routine's folder"),
        _ => ("bad-clip", "a clip is a WAV, FLAC, MP3 or Ogg Vorbis file"),
    };
    Problem::error(code, file.span, format!("the clip `{}` cannot be used: {error}", file.text))
        .help(help)
}
