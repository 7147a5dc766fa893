//! Recordings as the microphone gave them, kept beside the clips that were made of them: each has
//! a number, and none is ever written over.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};

use crate::error::Error;
use crate::sink::part::Part;
use crate::time::Rate;

/// The folder in a pack's own.
pub const FOLDER: &str = "takes";
/// The most that are looked at to find the next number.
const MOST: usize = 1_000_000;

/// The recordings of a pack.
#[derive(Debug)]
pub struct Takes {
    folder: PathBuf,
    next: u32,
}

impl Takes {
    /// Those in the pack's folder; the folder for them is made when there is one.
    pub fn of(pack: &Path) -> Self {
        let folder = pack.join(FOLDER);
        let entries = fs::read_dir(&folder).into_iter().flatten().take(MOST).flatten();
        let last = entries.filter_map(|entry| number(&entry.file_name().to_string_lossy())).max();
        Self { folder, next: last.unwrap_or(0).saturating_add(1) }
    }

    /// Keeps a recording of the line that is called `stem`, as it is: 24 bit.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn keep(&mut self, stem: &str, samples: &[f32], rate: Rate) -> Result<String, Error> {
        let spec = WavSpec {
            channels: 1,
            sample_rate: rate.hz(),
            bits_per_sample: 24,
            sample_format: SampleFormat::Int,
        };
        self.put(&format!("{stem}.wav"), |file| {
            let mut writer = WavWriter::new(io::BufWriter::new(file), spec).map_err(as_io)?;
            for sample in samples {
                let value = (sample * 8_388_608.0).round_ties_even();
                writer
                    .write_sample(value.clamp(-8_388_608.0, 8_388_607.0) as i32)
                    .map_err(as_io)?;
            }
            writer.finalize().map_err(as_io)
        })
    }

    /// Keeps a copy of a clip that is going to be replaced.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn keep_file(&mut self, clip: &Path) -> Result<String, Error> {
        let bytes = fs::read(clip).map_err(|error| Error::io("cannot read", clip, error))?;
        let name = clip.file_name().unwrap_or_default().to_string_lossy();
        self.put(&format!("former-{name}"), |mut file| file.write_all(&bytes))
    }

    /// Writes a file whole under the next number that is free.
    fn put(
        &mut self,
        name: &str,
        write: impl FnOnce(&fs::File) -> io::Result<()>,
    ) -> Result<String, Error> {
        let wrong = |error| Error::io("cannot write", &self.folder, error);
        fs::create_dir_all(&self.folder).map_err(wrong)?;
        // tempfile's own message would name the part, of which the user knows nothing.
        let part = Part::create(&self.folder);
        let mut part = part.map_err(|error| wrong(error.kind().into()))?;
        write(part.file()).map_err(wrong)?;
        loop {
            let name = format!("{:04}-{name}", self.next);
            let path = self.folder.join(&name);
            self.next += 1;
            match part.place_new(&path) {
                Ok(()) => return Ok(format!("{FOLDER}/{name}")),
                // Somebody else records into the same pack.
                Err((error, same)) if error.kind() == io::ErrorKind::AlreadyExists => part = same,
                Err((error, _)) => return Err(Error::io("cannot write", &path, error)),
            }
        }
    }
}

fn number(name: &str) -> Option<u32> {
    name.split_once('-')?.0.parse().ok()
}

fn as_io(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_take_has_a_number_of_its_own_and_its_samples() {
        let pack = tempfile::tempdir().unwrap();
        let (mut takes, rate) = (Takes::of(pack.path()), Rate::DEFAULT);
        assert_eq!(takes.keep("hold", &[0.5, -1.0, 2.0], rate).unwrap(), "takes/0001-hold.wav");
        let mut other = Takes::of(pack.path());
        assert_eq!(takes.keep("hold", &[], rate).unwrap(), "takes/0002-hold.wav");
        assert_eq!(other.keep("rest", &[], rate).unwrap(), "takes/0002-rest.wav");
        assert_eq!(other.keep("hold", &[0.1], rate).unwrap(), "takes/0003-hold.wav");
        assert_eq!(takes.keep("hold", &[0.2], rate).unwrap(), "takes/0004-hold.wav");
        let first = pack.path().join("takes/0001-hold.wav");
        let mut reader = hound::WavReader::open(first).unwrap();
        let samples: Vec<i32> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(samples, [4_194_304, -8_388_608, 8_388_607]);
    }

    #[test]
    fn a_clip_that_is_replaced_is_kept() {
        let pack = tempfile::tempdir().unwrap();
        let clip = pack.path().join("hold.flac");
        fs::write(&clip, "clip").unwrap();
        assert_eq!(Takes::of(pack.path()).keep_file(&clip).unwrap(), "takes/0001-former-hold.flac");
        assert_eq!(fs::read(pack.path().join("takes/0001-former-hold.flac")).unwrap(), b"clip");
    }
}
