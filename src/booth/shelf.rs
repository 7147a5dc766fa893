//! The pack that is being recorded: what it has, and what it would be with one clip more.

use std::fs;
use std::path::{Path, PathBuf};

use super::takes::Takes;
use crate::error::Error;
use crate::studio::folder::{PackFolder, slug};
use crate::studio::master::Mastered;
use crate::time::Rate;
use crate::voice::manifest::{Entry, Manifest};
use crate::voice::{ClipId, Pack, Voice};

/// A pack that is being recorded.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    shown: String,
    pack: PackFolder,
}

impl Shelf {
    /// The pack in a folder, or a new one as `manifest` has it; messages name it as `shown`.
    ///
    /// # Errors
    /// [`Error::Voice`] when there is a pack that is not valid, [`Error::Io`].
    pub fn open(folder: &Path, shown: &str, manifest: Manifest) -> Result<Self, Error> {
        let pack = PackFolder::open(folder, manifest)?;
        Ok(Self { folder: folder.into(), shown: shown.into(), pack })
    }

    /// The pack's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The pack as messages name it.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Frames a second of its clips.
    pub fn rate(&self) -> Rate {
        self.pack.rate()
    }

    /// Whether it has a clip of these words.
    pub fn has(&self, words: &str) -> bool {
        self.pack.entry(words).is_some()
    }

    /// The clip of these words, if there is one.
    ///
    /// # Errors
    /// [`Error::Voice`] when it cannot be read.
    pub fn clip(&self, words: &str) -> Result<Option<Mastered>, Error> {
        let pack = self.pack_with(self.pack.manifest().clips.clone());
        let clips = &pack.manifest.clips;
        let Some(place) = clips.iter().position(|entry| entry.words == words) else {
            return Ok(None);
        };
        let clip = pack.clip(ClipId(place as u32))?;
        let Entry { lufs, peak, .. } = clips[place];
        let samples = clip.samples.to_vec();
        Ok(Some(Mastered { rate: clip.rate, samples, lufs, peak, doubts: Vec::new() }))
    }

    /// Puts a clip into the pack at once. One that said the same words before is kept among the
    /// takes. The name of the clip's file.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn put(
        &mut self,
        words: &str,
        clip: &Mastered,
        takes: &mut Takes,
    ) -> Result<String, Error> {
        if let Some(former) = self.pack.entry(words) {
            takes.keep_file(&self.folder.join(&former.file))?;
        }
        self.pack.put(words, clip, None)?;
        self.pack.save()?;
        Ok(self.pack.entry(words).map_or_else(String::new, |entry| entry.file.clone()))
    }

    /// The voice that the pack is.
    pub fn voice(&self) -> Voice {
        Voice::of(self.pack_with(self.pack.manifest().clips.clone()))
    }

    /// The voice that the pack would be if these words took so many frames, and the other lines that
    /// it lacks were very short.
    pub fn voice_with(&self, lines: &[String], (words, frames): (&str, u64)) -> Voice {
        let mut clips = self.pack.manifest().clips.clone();
        clips.retain(|entry| entry.words != words);
        clips.push(imagined(words, frames));
        let others = lines.iter().filter(|line| *line != words && !self.has(line));
        clips.extend(others.map(|line| imagined(line, 1)));
        Voice::of(self.pack_with(clips))
    }

    fn pack_with(&self, clips: Vec<Entry>) -> Pack {
        let manifest = self.pack.manifest().clone();
        let mut pack = Pack::empty(&self.shown, manifest, self.folder.clone());
        pack.manifest.clips = clips;
        pack
    }

    /// Takes the folder away if nothing came into it.
    pub fn close(self) {
        // One that holds anything stays.
        drop(fs::remove_dir(self.folder));
    }
}

/// A clip that there is not.
fn imagined(words: &str, frames: u64) -> Entry {
    let (words, file) = (words.to_owned(), slug(words));
    Entry { words, file, frames, lufs: 0.0, peak: 0.0, licence: None, source: None }
}
