//! A voice pack: built into the program, or clips with a manifest, in a folder or in one file.

use std::fs;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::embedded;
use super::files::{ENDING, Files, is_licence};
use super::manifest::{self, Entry, Manifest};
use super::reading::{self, Reading};
use crate::archive::ArchiveError;
use crate::clip::{Clip, Samples, decode};
use crate::error::Error;
use crate::language::Language;
use crate::sink::flac;
use crate::terminal::printable;
use crate::time::{Frames, Rate};

/// The name of the voice that is part of the program.
pub const BUILT_IN: &str = "heart";

/// The most a clip's file may hold, in bytes.
const MOST_BYTES: u64 = 64_000_000;
/// The most a manifest may hold, in bytes.
const MOST_MANIFEST: u64 = 16_000_000;
/// The most a licence may hold, in bytes, and how many there may be.
const MOST_LICENCE: u64 = 1_000_000;
const MOST_LICENCES: usize = 20;

/// As many folders of the user's own voices are looked at.
const MOST_LISTED: usize = 1000;

/// The folder for voices of the user's own: `earcoach/voices` where the system keeps data, by
/// the XDG Base Directory Specification on Linux.
pub fn own_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.data_dir().join("earcoach").join("voices"))
}

/// The names of the packs in the user's own folder of voices.
pub fn own_voices() -> Vec<String> {
    let entries = own_folder().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten();
    let mut names: Vec<String> =
        entries.take(MOST_LISTED).flatten().filter_map(|entry| own_name(&entry.path())).collect();
    names.sort();
    names.dedup();
    names
}

/// What a pack in the user's own folder is called.
fn own_name(path: &Path) -> Option<String> {
    let is_file = path.is_file() && path.extension().is_some_and(|ending| ending == ENDING);
    let name = if is_file { path.file_stem() } else { path.file_name() };
    let name = name?.to_str().filter(|name| is_name(name))?;
    (is_file || path.join(manifest::FILE).is_file()).then(|| name.to_string())
}

/// Whether a voice may be called so in the user's own folder.
pub fn is_name(name: &str) -> bool {
    !name.starts_with('.') && crate::archive::is_plain(name) && !name.contains('/')
}

/// Where the pack of this name lies in the user's own folder: a folder goes before a file.
pub fn own_place(name: &str) -> Option<PathBuf> {
    let own = own_folder().filter(|_| is_name(name))?;
    let (folder, file) = (own.join(name), own.join(format!("{name}.{ENDING}")));
    let folder = Some(folder).filter(|folder| folder.join(manifest::FILE).is_file());
    folder.or_else(|| file.is_file().then_some(file))
}

/// A clip of a pack, by its place in the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClipId(pub u32);

impl ClipId {
    /// The place in the manifest.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A voice pack.
#[derive(Clone, Debug)]
pub struct Pack {
    /// What its manifest says.
    pub manifest: Manifest,
    /// Frames a second of its clips.
    pub rate: Rate,
    /// The pack as messages name it.
    pub shown: String,
    origin: Origin,
}

/// Where a pack's samples are.
#[derive(Clone, Debug)]
enum Origin {
    /// In the program; the first frame of each clip.
    BuiltIn(Vec<usize>),
    /// In files.
    Files(Files),
}

impl Pack {
    /// Opens a pack by the name of a built-in voice or of one in the user's own folder, or by the
    /// path of its folder or file. Clips are not read yet.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such voice, [`Error::Voice`] when its
    /// manifest is not valid.
    pub fn open(voice: &str) -> Result<Self, Error> {
        match Self::files(voice)? {
            Some(files) => Self::open_files(voice, files),
            None => Ok(Self::built_in()),
        }
    }

    /// The files of the pack that [`Pack::open`] would open; a built-in voice has none.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such voice, [`Error::Voice`] when it is neither a folder
    /// nor a sound archive.
    pub fn files(voice: &str) -> Result<Option<Files>, Error> {
        if voice == BUILT_IN {
            return Ok(None);
        }
        let path = own_place(voice).unwrap_or_else(|| PathBuf::from(voice));
        if !path.exists() {
            return Err(Error::Usage(format!(
                "there is no voice `{}`: `earcoach voice list` shows those at hand; the folder or \
                 the file of a voice pack can be given too",
                printable(voice)
            )));
        }
        let files = Files::open(&path);
        files.map(Some).map_err(|error| Error::voice(voice, error.to_string()))
    }

    /// Opens the pack that is in these files; messages name it as `voice`.
    ///
    /// # Errors
    /// [`Error::Voice`] when its manifest is not valid.
    pub fn open_files(voice: &str, files: Files) -> Result<Self, Error> {
        let text = manifest_text(&files).map_err(|problem| Error::voice(voice, problem))?;
        let Reading { manifest, problems, .. } = reading::read(&text);
        let errors: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        match Rate::new(manifest.rate).filter(|_| errors.is_empty()) {
            Some(rate) => Ok(Self::new(manifest, rate, voice.into(), Origin::Files(files))),
            None => Err(Error::voice(voice, errors.join("; "))),
        }
    }

    /// Opens a pack of the user's own folder of voices by its name; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::Voice`] when its manifest is not valid.
    pub fn open_own(name: &str) -> Result<Option<Self>, Error> {
        let Some(place) = own_place(name) else { return Ok(None) };
        let files = Files::open(&place).map_err(|error| Error::voice(name, error.to_string()))?;
        Self::open_files(name, files).map(Some)
    }

    /// The voice that is part of the program.
    ///
    /// # Panics
    /// Never: the build script has read the same manifest.
    pub fn built_in() -> Self {
        let mut manifest: Manifest = serde_json::from_str(embedded::MANIFEST)
            .expect("the build script has read this manifest before");
        // The build script has brought every clip to the rate of the embedded samples.
        let mut start = 0;
        let starts = manifest.clips.iter_mut().map(|entry| {
            let begin = start;
            entry.frames = entry.frames * u64::from(embedded::RATE.hz()) / u64::from(manifest.rate);
            start += entry.frames as usize;
            begin
        });
        let starts = starts.collect();
        manifest.rate = embedded::RATE.hz();
        let shown = manifest.name.clone();
        Self::new(manifest, embedded::RATE, shown, Origin::BuiltIn(starts))
    }

    /// A pack in a folder that says nothing yet; messages name it as `shown`.
    pub fn empty(shown: &str, manifest: Manifest, folder: PathBuf) -> Self {
        let rate = Rate::new(manifest.rate).unwrap_or_default();
        Self::new(
            Manifest { clips: Vec::new(), ..manifest },
            rate,
            shown.into(),
            Origin::Files(Files::Folder(folder)),
        )
    }

    /// The folder that its clips lie in, if they do in one.
    pub fn folder(&self) -> Option<&Path> {
        match &self.origin {
            Origin::Files(Files::Folder(folder)) => Some(folder),
            _ => None,
        }
    }

    fn new(manifest: Manifest, rate: Rate, shown: String, origin: Origin) -> Self {
        Self { manifest, rate, shown, origin }
    }

    /// What the manifest says of a clip.
    pub fn entry(&self, clip: ClipId) -> &Entry {
        &self.manifest.clips[clip.index()]
    }

    /// How long a clip is at `rate`, as the manifest has it.
    pub fn frames(&self, clip: ClipId, rate: Rate) -> Frames {
        let (from, to) = (u64::from(self.rate.hz()), u64::from(rate.hz()));
        Frames(self.entry(clip).frames * to / from)
    }

    /// The language that is spoken; English where the manifest's tag is none.
    pub fn language(&self) -> Language {
        self.manifest.language.parse().unwrap_or_default()
    }

    /// Reads a clip's samples, at the pack's own rate.
    ///
    /// # Errors
    /// [`Error::Voice`] when its file is missing, no audio, or not as the manifest says.
    pub fn clip(&self, id: ClipId) -> Result<Clip, Error> {
        let entry = self.entry(id);
        let samples = match &self.origin {
            Origin::BuiltIn(starts) => {
                let start = starts[id.index()];
                Samples::Embedded(&embedded::samples()[start..start + entry.frames as usize])
            }
            Origin::Files(files) => Samples::Made(self.read(files, entry)?),
        };
        Ok(Clip { rate: self.rate, samples })
    }

    /// A clip as the bytes of its file; those of a built-in voice are made into FLAC.
    ///
    /// # Errors
    /// [`Error::Voice`] when its file cannot be read.
    pub fn clip_file(&self, id: ClipId) -> Result<Vec<u8>, Error> {
        let entry = self.entry(id);
        let wrong = |problem: String| self.wrong(entry, &problem);
        match &self.origin {
            Origin::BuiltIn(_) => {
                let clip = self.clip(id)?;
                flac::mono(&clip.samples, clip.rate.hz()).map_err(|error| wrong(error.to_string()))
            }
            Origin::Files(files) => {
                files.read(&entry.file, MOST_BYTES).map_err(|error| wrong(told(&error)))
            }
        }
    }

    /// The licences and notices that go with it, by their names.
    ///
    /// # Errors
    /// [`Error::Voice`] when one cannot be read, or there are too many.
    pub fn licences(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let wrong = |problem: String| Error::voice(&self.shown, problem);
        let Origin::Files(files) = &self.origin else {
            let texts = embedded::LICENCES.map(|(name, text)| (name.into(), text.into()));
            return Ok(texts.to_vec());
        };
        let names = files.names().map_err(|error| wrong(error.to_string()))?;
        let names: Vec<String> = names.into_iter().filter(|name| is_licence(name)).collect();
        if names.len() > MOST_LICENCES {
            return Err(wrong(format!("it has more than {MOST_LICENCES} licences")));
        }
        let read = |name: String| match files.read(&name, MOST_LICENCE) {
            Ok(bytes) => Ok((name, bytes)),
            Err(error) => Err(wrong(format!("`{name}`: {}", told(&error)))),
        };
        names.into_iter().map(read).collect()
    }

    fn wrong(&self, entry: &Entry, problem: &str) -> Error {
        Error::voice(&self.shown, format!("`{}`: {problem}", entry.file))
    }

    fn read(&self, files: &Files, entry: &Entry) -> Result<Vec<i16>, Error> {
        let wrong = |problem: String| self.wrong(entry, &problem);
        let bytes = files.read(&entry.file, MOST_BYTES).map_err(|error| wrong(told(&error)))?;
        let audio = decode::decode(bytes, entry.frames as usize);
        let audio = audio.map_err(|error| wrong(error.to_string()))?;
        if audio.rate != self.manifest.rate || audio.samples.len() as u64 != entry.frames {
            return Err(wrong(format!(
                "it has {} frames at {} Hz, but {} says {} at {}",
                audio.samples.len(),
                audio.rate,
                manifest::FILE,
                entry.frames,
                self.manifest.rate
            )));
        }
        Ok(audio.samples)
    }
}

/// The text of a manifest.
///
/// # Errors
/// What keeps it from being read.
pub fn manifest_text(files: &Files) -> Result<String, String> {
    let bytes = files.read(manifest::FILE, MOST_MANIFEST);
    let bytes = bytes.map_err(|error| format!("{}: {}", manifest::FILE, told(&error)))?;
    String::from_utf8(bytes).map_err(|_| format!("{} is no text in UTF-8", manifest::FILE))
}

/// What kept a file from being read, without saying that it could not be.
pub fn told(error: &ArchiveError) -> String {
    match error {
        ArchiveError::Io(error) => error.to_string(),
        ArchiveError::Refused(why) => why.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_are_found_where_they_lie() {
        let pack = Pack::built_in();
        for id in (0..pack.manifest.clips.len() as u32).map(ClipId) {
            let clip = pack.clip(id).unwrap();
            assert_eq!(clip.frames(), pack.frames(id, Rate::DEFAULT));
        }
    }
}
