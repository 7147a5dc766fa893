//! A voice pack's folder as it is being made: clips are put into it one by one, and nothing that
//! was there is lost.

#[cfg(unix)]
use std::fs::TryLockError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::{thread, time::Duration};

use deunicode::deunicode;

use super::master::Mastered;
use crate::error::Error;
use crate::sink::flac;
use crate::sink::output::Output;
use crate::time::Rate;
use crate::tracks::names::is_device;
use crate::voice::manifest::{self, Entry, Manifest};
use crate::voice::reading::MOST_CLIPS;
use crate::voice::{BUILT_IN, Pack};

/// The licence of what nobody has said anything about (SPDX 2.3, annex D: a reference of one's own).
pub const PRIVATE: &str = "LicenseRef-private";
/// How often a folder that somebody has locked is tried, and after what time again.
#[cfg(unix)]
const LOOKS: u32 = 10;
#[cfg(unix)]
const LOOK: Duration = Duration::from_millis(50);
/// The longest name of a clip's file, without its ending.
const LONGEST_SLUG: usize = 60;

/// Who has made a clip, where that is not the pack's own speaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Where it comes from.
    pub source: String,
    /// Its licence.
    pub licence: String,
}

/// A pack's folder.
#[derive(Debug)]
pub struct PackFolder {
    folder: PathBuf,
    manifest: Manifest,
    /// Whether the folder was made here.
    is_new: bool,
    /// Files that may not be on the disk yet.
    fresh: Vec<PathBuf>,
    /// Files that are in no manifest any more once it is saved.
    replaced: Vec<PathBuf>,
    /// Held while it is written into.
    _lock: Option<File>,
}

impl PackFolder {
    /// Opens a folder, or begins one with `manifest`, whose clips are not looked at.
    ///
    /// # Errors
    /// [`Error::Voice`] when there is a pack that is not valid; [`Error::Io`], also when the folder
    /// cannot be written into, or somebody else does so: what cannot be kept is not made in the
    /// first place.
    pub fn open(folder: &Path, manifest: Manifest) -> Result<Self, Error> {
        let is_new = !folder.exists();
        fs::create_dir_all(folder).map_err(|error| Error::io("cannot make", folder, error))?;
        let cannot_write = |error| Error::io("cannot write into", folder, error);
        let lock = lock(folder).map_err(cannot_write)?;
        tempfile::tempfile_in(folder).map_err(cannot_write)?;
        let manifest = if folder.join(manifest::FILE).exists() {
            Pack::open(&folder.to_string_lossy())?.manifest
        } else {
            Manifest { clips: Vec::new(), ..manifest }
        };
        let (fresh, replaced) = (Vec::new(), Vec::new());
        Ok(Self { folder: folder.into(), manifest, is_new, fresh, replaced, _lock: lock })
    }

    /// What is known of the pack.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Frames a second of its clips.
    pub fn rate(&self) -> Rate {
        Rate::new(self.manifest.rate).unwrap_or_default()
    }

    /// The clip of these words, if there is one.
    pub fn entry(&self, words: &str) -> Option<&Entry> {
        self.manifest.clips.iter().find(|entry| entry.words == words)
    }

    /// Whether the pack's own speaker says these words.
    pub fn is_recorded(&self, words: &str) -> bool {
        self.entry(words).is_some_and(|entry| entry.source.is_none())
    }

    /// Makes sure that so many clips more are not too many.
    ///
    /// # Errors
    /// [`Error::Voice`].
    pub fn ensure_room(&self, clips: usize) -> Result<(), Error> {
        if self.manifest.clips.len() + clips <= MOST_CLIPS {
            return Ok(());
        }
        let problem = format!("with {clips} clips more it would have more than {MOST_CLIPS}");
        Err(Error::voice(&self.folder.to_string_lossy(), problem))
    }

    /// Puts a clip into the folder, in place of the one that says the same words. `origin` is
    /// given where it is not the pack's own speaker. It is part of the pack when that is saved.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn put(
        &mut self,
        words: &str,
        clip: &Mastered,
        origin: Option<&Origin>,
    ) -> Result<(), Error> {
        let file = self.free_name(words);
        let path = self.folder.join(&file);
        let bytes = flac::mono(&clip.samples, clip.rate.hz());
        let bytes = bytes.map_err(|error| Error::io("cannot write", &path, error))?;
        written(&path, &bytes, false)?.finish()?;
        self.fresh.push(path);
        let entry = Entry {
            words: words.into(),
            file,
            frames: clip.samples.len() as u64,
            lufs: clip.lufs,
            peak: clip.peak,
            licence: origin.map(|origin| origin.licence.clone()),
            source: origin.map(|origin| origin.source.clone()),
        };
        match self.manifest.clips.iter_mut().find(|entry| entry.words == words) {
            Some(old) => {
                self.replaced.push(self.folder.join(&old.file));
                *old = entry;
            }
            None => self.manifest.clips.push(entry),
        }
        Ok(())
    }

    /// Writes the manifest, once the clips in it are on the disk, and takes away the files that
    /// others stand for now. A folder that was made here and that nothing came into is taken away.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&mut self) -> Result<(), Error> {
        if self.manifest.clips.is_empty() {
            if self.is_new {
                // One that holds anything else stays.
                drop(fs::remove_dir(&self.folder));
            }
            return Ok(());
        }
        for file in self.fresh.drain(..) {
            let synced = OpenOptions::new().write(true).open(&file).and_then(|f| f.sync_all());
            synced.map_err(|error| Error::io("cannot write", &file, error))?;
        }
        let text = serde_json::to_string_pretty(&self.manifest).unwrap_or_default() + "\n";
        let path = self.folder.join(manifest::FILE);
        let mut output = written(&path, text.as_bytes(), true)?;
        output.sync().map_err(|error| Error::io("cannot write", &path, error))?;
        output.finish()?;
        for file in self.replaced.drain(..) {
            // What is left over is in nobody's way.
            drop(fs::remove_file(file));
        }
        Ok(())
    }

    /// A name for a clip's file that nothing has yet.
    fn free_name(&self, words: &str) -> String {
        let slug = slug(words);
        let names = (1..).map(|turn| match turn {
            1 => format!("{slug}.flac"),
            turn => format!("{slug}-{turn}.flac"),
        });
        let is_free = |name: &String| {
            !self.folder.join(name).exists()
                && self.manifest.clips.iter().all(|entry| entry.file != *name)
        };
        names.into_iter().find(is_free).unwrap_or_default()
    }
}

/// A manifest for a pack that is about to be made.
pub fn new_manifest(name: &str, language: &str, speaker: &str, source: &str) -> Manifest {
    Manifest {
        schema: manifest::SCHEMA,
        name: name.into(),
        language: language.into(),
        speaker: speaker.into(),
        licence: PRIVATE.into(),
        source: source.into(),
        rate: Rate::DEFAULT.hz(),
        clips: Vec::new(),
    }
}

/// A manifest for what is added to the built-in voice.
pub fn added_manifest() -> Manifest {
    let language = Pack::built_in().manifest.language;
    new_manifest(BUILT_IN, &language, "a speech synthesiser", "made by earcoach voice fill")
}

/// Words as the name of a file: small letters, figures and `-`.
pub fn slug(words: &str) -> String {
    let plain = deunicode(words).to_ascii_lowercase().replace('\'', "");
    let parts: Vec<&str> =
        plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let mut slug = String::new();
    for part in parts {
        if !slug.is_empty() && slug.len() + 1 + part.len() > LONGEST_SLUG {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&part[..part.len().min(LONGEST_SLUG)]);
    }
    match slug.as_str() {
        "" => "clip".into(),
        name if is_device(name) => format!("{name}-1"),
        _ => slug,
    }
}

/// Locks a folder against others of this program, where the system can.
#[cfg(unix)]
fn lock(folder: &Path) -> io::Result<Option<File>> {
    let file = File::open(folder)?;
    for _ in 0..LOOKS {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            // A run that was killed while it started a synthesiser leaves the lock with that for a moment.
            Err(TryLockError::WouldBlock) => thread::sleep(LOOK),
            // Some file systems know no locks.
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
    Err(io::Error::other("another earcoach is at work in it; wait until that is done"))
}

#[cfg(not(unix))]
fn lock(_: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

/// A file with all that is to be in it, not yet in its place.
fn written(path: &Path, bytes: &[u8], replace: bool) -> Result<Output, Error> {
    let mut output = Output::create_for_the_end(path, replace)?;
    output.write_all(bytes).map_err(|error| Error::io("cannot write", path, error))?;
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(samples: &[i16]) -> Mastered {
        let (rate, doubts) = (Rate::DEFAULT, Vec::new());
        Mastered { rate, samples: samples.into(), lufs: -16.0, peak: -3.0, doubts }
    }

    #[test]
    fn words_become_names_of_files() {
        for (words, expected) in [
            ("Squeeze.", "squeeze"),
            ("À la moitié, s'il te plaît !", "a-la-moitie-sil-te-plait"),
            ("fünfundvierzig", "funfundvierzig"),
            ("../../etc/passwd", "etc-passwd"),
            ("…", "clip"),
            ("Con...", "con-1"),
        ] {
            assert_eq!(slug(words), expected);
        }
        assert_eq!(slug(&"very long words ".repeat(9)).len(), 57);
        assert_eq!(slug(&"x".repeat(99)).len(), 60);
    }

    #[test]
    fn what_is_put_into_a_folder_is_read_back_and_replaced_only_when_it_is_saved() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("anna");
        let manifest = || new_manifest("anna", "en", "Anna", "her phone");
        let mut pack = PackFolder::open(&path, manifest()).unwrap();
        pack.put("Well done.", &clip(&[1, 2, 3]), None).unwrap();
        pack.put("Well done!", &clip(&[4, 5]), None).unwrap();
        pack.save().unwrap();
        let names = || {
            let mut names: Vec<_> = fs::read_dir(&path)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        assert_eq!(names(), ["voice.json", "well-done-2.flac", "well-done.flac"]);
        let origin = Origin { source: "espeak-ng".into(), licence: PRIVATE.into() };
        drop(pack);
        let mut again = PackFolder::open(&path, manifest()).unwrap();
        again.put("Well done.", &clip(&[7; 9]), Some(&origin)).unwrap();
        assert_eq!(names().len(), 4);
        again.save().unwrap();
        assert_eq!(names(), ["voice.json", "well-done-2.flac", "well-done-3.flac"]);
        let read = Pack::open(path.to_str().unwrap()).unwrap();
        let samples = |id| read.clip(crate::voice::ClipId(id)).unwrap().samples.to_vec();
        assert_eq!((samples(0), samples(1)), (vec![7; 9], vec![4, 5]));
        assert_eq!(read.manifest.clips[0].source.as_deref(), Some("espeak-ng"));
    }

    #[cfg(unix)]
    #[test]
    fn two_do_not_write_into_one_folder() {
        let folder = tempfile::tempdir().unwrap();
        let open = || PackFolder::open(folder.path(), new_manifest("anna", "en", "Anna", "phone"));
        let first = open().unwrap();
        let refused = open().unwrap_err().to_string();
        let expected = "another earcoach is at work in it; wait until that is done";
        assert!(refused.ends_with(expected), "{refused}");
        drop(first);
        assert!(open().is_ok());
    }
}
