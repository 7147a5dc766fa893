//! A voice pack: built into the program, or a folder of clips with a manifest.

use std::borrow::Cow;
use std::fs;
use std::path::{Component, Path, PathBuf};

use etcetera::BaseStrategy;

use super::embedded;
use super::manifest::{self, Entry, Manifest};
use crate::clip::{Clip, decode};
use crate::error::Error;
use crate::language::Language;
use crate::loudness::energy::{SLICE_MS, energies};
use crate::time::{Frames, Rate};

/// The name of the voice that is part of the program.
pub const BUILT_IN: &str = "heart";

/// The most a manifest or a clip's file may hold, in bytes.
const MOST_BYTES: u64 = 64_000_000;
/// The longest clip, in seconds.
const LONGEST_CLIP: u64 = 60;

/// As many folders of the user's own voices are looked at.
const MOST_LISTED: usize = 1000;

/// The most clips a pack may have.
const MOST_CLIPS: usize = 10_000;

/// The folder for voices of the user's own: `earcoach/voices` where the system keeps data, by
/// the XDG Base Directory Specification on Linux.
fn own_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.data_dir().join("earcoach").join("voices"))
}

/// The names of the packs in the user's own folder of voices.
pub fn own_voices() -> Vec<String> {
    let entries = own_folder().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten();
    let folders = entries.take(MOST_LISTED).flatten().map(|entry| entry.path());
    let packs = folders.filter(|folder| folder.join(manifest::FILE).is_file());
    let mut names: Vec<String> =
        packs.filter_map(|folder| Some(folder.file_name()?.to_str()?.to_string())).collect();
    names.sort();
    names
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
    /// In the files of a folder.
    Folder(PathBuf),
}

impl Pack {
    /// Opens a pack by the name of a built-in voice or of one in the user's own folder, or by its
    /// folder. Clips are not read yet.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such voice, [`Error::Voice`] when its
    /// manifest is not valid.
    pub fn open(voice: &str) -> Result<Self, Error> {
        if voice == BUILT_IN {
            return Ok(Self::built_in());
        }
        if let Some(own) = Self::open_own(voice)? {
            return Ok(own);
        }
        let folder = Path::new(voice);
        if !folder.is_dir() {
            return Err(Error::Usage(format!(
                "there is no voice `{voice}`: `earcoach voice list` shows those at hand; the \
                 folder of a voice pack can be given too"
            )));
        }
        Self::open_folder(voice, folder)
    }

    fn open_folder(voice: &str, folder: &Path) -> Result<Self, Error> {
        let wrong = |problem: String| Error::Voice { pack: voice.into(), problem };
        let file = folder.join(manifest::FILE);
        let bytes =
            read_bounded(&file).map_err(|error| wrong(format!("{}: {error}", manifest::FILE)))?;
        let manifest: Manifest = serde_json::from_slice(&bytes)
            .map_err(|error| wrong(format!("{} is not valid: {error}", manifest::FILE)))?;
        let problems = problems_of(&manifest);
        match Rate::new(manifest.rate).filter(|_| problems.is_empty()) {
            Some(rate) => {
                Ok(Self::new(manifest, rate, voice.into(), Origin::Folder(folder.into())))
            }
            None => Err(wrong(problems.join("; "))),
        }
    }

    /// Opens a pack of the user's own folder of voices by its name; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::Voice`] when its manifest is not valid.
    pub fn open_own(name: &str) -> Result<Option<Self>, Error> {
        let is_name =
            !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
        let folder = own_folder().filter(|_| is_name).map(|folder| folder.join(name));
        match folder.filter(|folder| folder.join(manifest::FILE).is_file()) {
            Some(folder) => Self::open_folder(name, &folder).map(Some),
            None => Ok(None),
        }
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
                Cow::Borrowed(&embedded::samples()[start..start + entry.frames as usize])
            }
            Origin::Folder(folder) => Cow::Owned(self.read(folder, entry)?),
        };
        Ok(Clip { rate: self.rate, samples })
    }

    fn read(&self, folder: &Path, entry: &Entry) -> Result<Vec<i16>, Error> {
        let wrong = |problem: String| Error::Voice {
            pack: self.shown.clone(),
            problem: format!("`{}`: {problem}", entry.file),
        };
        let file = folder.join(&entry.file);
        let bytes = read_bounded(&file).map_err(|error| wrong(error.to_string()))?;
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

    /// The energies of a clip's 10 ms slices, by which its loudness is known;
    /// `clip` is what [`Pack::clip`] gave, at any rate.
    pub fn energies(&self, id: ClipId, clip: &Clip) -> Cow<'static, [f32]> {
        let embedded = matches!(self.origin, Origin::BuiltIn(_)) && clip.rate == self.rate;
        if !embedded {
            return Cow::Owned(energies(&clip.samples, clip.rate.hz()));
        }
        let slice = u64::from(self.rate.hz() * SLICE_MS / 1000);
        let slices = |entry: &Entry| entry.frames.div_ceil(slice) as usize;
        let start = self.manifest.clips[..id.index()].iter().map(slices).sum::<usize>();
        Cow::Borrowed(&embedded::energies()[start..start + slices(self.entry(id))])
    }
}

/// What is wrong with a manifest that is sound JSON of the right shape.
fn problems_of(manifest: &Manifest) -> Vec<String> {
    let mut problems = Vec::new();
    if manifest.schema != manifest::SCHEMA {
        problems.push(format!(
            "`schema` is {}, this program reads {}",
            manifest.schema,
            manifest::SCHEMA
        ));
    }
    if Rate::new(manifest.rate).is_none() {
        let (low, high) = (Rate::LOWEST, Rate::HIGHEST);
        problems.push(format!("`rate` is {}, it must be from {low} to {high}", manifest.rate));
    }
    if manifest.clips.is_empty() {
        problems.push("it has no clips".into());
    }
    if manifest.clips.len() > MOST_CLIPS {
        problems.push(format!("it has more than {MOST_CLIPS} clips"));
        return problems;
    }
    for entry in &manifest.clips {
        if !is_plain_name(&entry.file) {
            problems.push(format!("`{}` must be a file in the pack's own folder", entry.file));
        }
        if entry.frames == 0 || entry.frames > LONGEST_CLIP * u64::from(manifest.rate) {
            problems
                .push(format!("`{}` must be from one frame to {LONGEST_CLIP} s long", entry.file));
        }
    }
    problems
}

/// Whether a file name is one name and leads nowhere else.
fn is_plain_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name)
        && !name.contains(['/', '\\', ':'])
}

/// Reads a regular file that is not too large; links are not followed, since a
/// pack's files lie in its own folder.
fn read_bounded(file: &Path) -> Result<Vec<u8>, std::io::Error> {
    let data = fs::symlink_metadata(file)?;
    if !data.is_file() {
        return Err(std::io::Error::other("this is no regular file"));
    }
    if data.len() > MOST_BYTES {
        return Err(std::io::Error::other(format!("this is larger than {MOST_BYTES} bytes")));
    }
    fs::read(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_stay_in_the_folder() {
        assert!(is_plain_name("squeeze.flac"));
        for name in ["", ".", "..", "/etc/passwd", "../x.flac", "a/b.flac", "a\\b.flac", "c:x"] {
            assert!(!is_plain_name(name), "{name}");
        }
    }

    #[test]
    fn clips_and_energies_are_found_where_they_lie() {
        let pack = Pack::built_in();
        for id in (0..pack.manifest.clips.len() as u32).map(ClipId) {
            let clip = pack.clip(id).unwrap();
            assert_eq!(clip.frames(), pack.frames(id, Rate::DEFAULT));
            assert_eq!(pack.energies(id, &clip), energies(&clip.samples, 48_000));
        }
    }
}
