//! A recording of a routine's author: samples in memory, or those of a file that has them as they
//! are needed, read when they are.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hound::{SampleFormat, WavReader};

use super::decode::Audio;
use super::own::open_file;
use crate::error::Error;
use crate::time::Rate;

/// Bytes of a file that are read to see what it is.
const HEAD: usize = 512;
/// The most frames that a [`Window`] has at once: few enough to stay near the processor.
const WINDOW: usize = 32 * 1024;
/// So many are read where fewer are wanted.
const AHEAD: usize = 4 * 1024;

/// What an author's file holds.
#[derive(Debug, PartialEq)]
pub enum Recording {
    /// Samples that were decoded.
    Decoded(Audio),
    /// Samples that lie in their file as they are needed.
    Plain(PlainFile),
}

impl Recording {
    /// Frames a second.
    pub fn rate(&self) -> u32 {
        match self {
            Self::Decoded(audio) => audio.rate,
            Self::Plain(file) => file.rate,
        }
    }

    /// How many frames it has.
    pub fn frames(&self) -> usize {
        match self {
            Self::Decoded(audio) => audio.samples.len(),
            Self::Plain(file) => file.frames,
        }
    }

    /// That its file, if it is read from one, cannot be.
    pub fn unread(&self, error: io::Error) -> Error {
        let path = match self {
            Self::Decoded(_) => Path::new(""),
            Self::Plain(file) => &file.path,
        };
        Error::io("cannot read", path, error)
    }

    /// All its samples.
    ///
    /// # Errors
    /// What reading the file gives.
    pub fn samples(&self) -> io::Result<Cow<'_, [i16]>> {
        match self {
            Self::Decoded(audio) => Ok(Cow::Borrowed(&audio.samples)),
            Self::Plain(file) => file.samples().map(Cow::Owned),
        }
    }

    /// The same with its rate, all in memory.
    ///
    /// # Errors
    /// What reading the file gives.
    pub fn into_audio(self) -> io::Result<Audio> {
        match self {
            Self::Decoded(audio) => Ok(audio),
            Self::Plain(file) => Ok(Audio { rate: file.rate, samples: file.samples()? }),
        }
    }
}

/// What most files of authors are: a sound WAV file of one channel with 16 bits. A decoder would
/// take each sample apart and put it together again.
#[derive(Debug, PartialEq)]
pub struct PlainFile {
    path: PathBuf,
    stamp: Stamp,
    /// Where its samples begin, in bytes.
    begin: u64,
    /// Frames a second.
    rate: u32,
    frames: usize,
}

/// What tells a file from another that has taken its place, and from itself once it was changed.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    /// The file system, and the file's number in it.
    #[cfg(unix)]
    place: (u64, u64),
}

impl Stamp {
    fn of(file: &File) -> io::Result<Self> {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        let data = file.metadata()?;
        Ok(Self {
            size: data.len(),
            modified: data.modified().ok(),
            #[cfg(unix)]
            place: (data.dev(), data.ino()),
        })
    }
}

impl PlainFile {
    /// The file at `path`, open as `file`; `None` if it is none or longer than `longest` seconds.
    pub(super) fn open(path: &Path, file: &File, longest: u32) -> Option<Self> {
        let stamp = Stamp::of(file).ok()?;
        let wav = WavReader::new(BufReader::with_capacity(HEAD, file)).ok()?;
        let (spec, frames) = (wav.spec(), wav.len() as usize);
        let mut rest = wav.into_inner();
        let begin = rest.stream_position().ok()?;
        // The length of the samples stands before them. Of samples that take more room than their
        // bits, only that tells.
        let mut length = [0; 4];
        rest.seek(SeekFrom::Start(begin.checked_sub(4)?)).ok()?;
        rest.read_exact(&mut length).ok()?;
        let is_plain = spec.sample_format == SampleFormat::Int
            && (spec.channels, spec.bits_per_sample) == (1, 16)
            && Rate::new(spec.sample_rate).is_some()
            && (1..=spec.sample_rate as usize * longest as usize).contains(&frames)
            && u64::from(u32::from_le_bytes(length)) == 2 * frames as u64
            && begin + 2 * frames as u64 <= stamp.size;
        let (path, rate) = (path.into(), spec.sample_rate);
        is_plain.then_some(Self { path, stamp, begin, rate, frames })
    }

    /// Opens it again, if it is the same still: nothing else is ever heard in its place.
    fn open_again(&self) -> io::Result<File> {
        let file = open_file(&self.path)?;
        self.ensure_unchanged(&file)?;
        Ok(file)
    }

    fn ensure_unchanged(&self, file: &File) -> io::Result<()> {
        if Stamp::of(file)? == self.stamp {
            return Ok(());
        }
        Err(io::Error::other("it was changed meanwhile"))
    }

    /// Reads samples from a frame on. That they are those of the file as it was is known only
    /// afterwards.
    fn read(&self, file: &File, from: usize, samples: &mut [i16]) -> io::Result<()> {
        read(file, self.begin + 2 * from as u64, samples)?;
        self.ensure_unchanged(file)
    }

    fn samples(&self) -> io::Result<Vec<i16>> {
        let mut samples = vec![0; self.frames];
        self.read(&self.open_again()?, 0, &mut samples)?;
        Ok(samples)
    }
}

/// Reads samples from a place in a file, 16 bit, the low byte first (Multimedia Programming
/// Interface 1.0, chapter 3).
fn read(mut file: &File, begin: u64, samples: &mut [i16]) -> io::Result<()> {
    file.seek(SeekFrom::Start(begin))?;
    file.read_exact(bytemuck::cast_slice_mut(samples))?;
    if cfg!(target_endian = "big") {
        for sample in samples {
            *sample = sample.swap_bytes();
        }
    }
    Ok(())
}

/// What is seen of one file after the other: memory for a moment of sound serves for hours of it.
#[derive(Debug, Default)]
pub struct Window {
    open: Option<(PathBuf, File)>,
    samples: Vec<i16>,
    /// The frames of the open file that they are.
    seen: Range<usize>,
}

impl Window {
    /// Samples of a file from a frame on: as many as are `wanted`, or the first 32,768 of them.
    ///
    /// # Errors
    /// What reading gives, with as much silence; the file may have been changed since it was looked
    /// at.
    pub fn show(
        &mut self,
        file: &PlainFile,
        from: usize,
        wanted: usize,
    ) -> Result<&[i16], (io::Error, &[i16])> {
        let wanted = wanted.min(WINDOW);
        if let Err(error) = self.see(file, from, wanted) {
            self.samples.fill(0);
            return Err((error, &self.samples[..wanted]));
        }
        let first = from - self.seen.start;
        Ok(&self.samples[first..first + wanted])
    }

    /// Looks at the wanted frames of a file, and ahead.
    fn see(&mut self, file: &PlainFile, from: usize, wanted: usize) -> io::Result<()> {
        let is_open = self.open.as_ref().is_some_and(|(path, _)| *path == file.path);
        if is_open && self.seen.start <= from && from + wanted <= self.seen.end {
            return Ok(());
        }
        self.samples.resize(WINDOW, 0);
        self.seen = 0..0;
        let until = (from + wanted.max(AHEAD)).min(file.frames);
        let samples = &mut self.samples[..until - from];
        file.read(look_into(&mut self.open, file)?, from, samples)?;
        self.seen = from..until;
        Ok(())
    }
}

/// Opens a file where another one was open.
fn look_into<'a>(open: &'a mut Option<(PathBuf, File)>, file: &PlainFile) -> io::Result<&'a File> {
    let kept = open.take().filter(|(path, _)| *path == file.path);
    let opened = match kept {
        Some(kept) => kept,
        None => (file.path.clone(), file.open_again()?),
    };
    Ok(&open.insert(opened).1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clip::own::{self, tests::wav};
    use std::fs;
    use std::io::Write;

    /// A folder with a file of such bytes, as it is opened.
    fn opened(bytes: &[u8]) -> (tempfile::TempDir, Option<PlainFile>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        fs::write(&path, bytes).unwrap();
        let file = PlainFile::open(&path, &File::open(&path).unwrap(), 600);
        (folder, file)
    }

    #[test]
    fn a_file_is_plain_with_one_channel_of_16_bits_and_all_its_samples() {
        let samples: Vec<i16> = (0..2000).map(|i| i * 16 - 16_000).collect();
        let bytes = wav(8000, 1, &samples);
        let (_folder, file) = opened(&bytes);
        let file = Recording::Plain(file.unwrap());
        assert_eq!((file.rate(), file.frames()), (8000, 2000));
        assert_eq!(file.samples().unwrap(), samples);
        assert_eq!(file.into_audio().unwrap(), Audio { rate: 8000, samples });
        assert_eq!(opened(&bytes[..bytes.len() - 1]).1, None);
        assert_eq!(opened(&wav(8000, 1, &[])).1, None);
        assert_eq!(opened(&wav(8000, 2, &[1, 2])).1, None);
        assert_eq!(opened(b"RIFF").1, None);
    }

    #[test]
    fn a_window_shows_one_file_after_the_other() {
        let (_one, first) = opened(&wav(8000, 1, &[1, 2, 3, 4, 5]));
        let (_other, second) = opened(&wav(8000, 1, &vec![7; WINDOW + 9]));
        let (first, second) = (first.unwrap(), second.unwrap());
        let mut window = Window::default();
        assert_eq!(window.show(&first, 1, 3).unwrap(), [2, 3, 4]);
        assert_eq!(window.show(&second, 0, WINDOW + 9).unwrap(), vec![7; WINDOW]);
        assert_eq!(window.show(&second, WINDOW, 9).unwrap(), [7; 9]);
        assert_eq!(window.show(&first, 4, 1).unwrap(), [5]);
    }

    #[test]
    fn a_file_that_was_changed_or_taken_away_meanwhile_is_an_error() {
        let bytes = wav(8000, 1, &[1, 2, 3]);
        let (folder, file) = opened(&bytes);
        let file = file.unwrap();
        let shown = |window: &mut Window| {
            let shown = window.show(&file, 0, 2);
            shown.map(<[i16]>::to_vec).map_err(|(error, silence)| (error.kind(), silence.to_vec()))
        };
        let silence = |kind| Err((kind, vec![0, 0]));
        let mut open = Window::default();
        assert_eq!(shown(&mut open), Ok(vec![1, 2]));
        // Another file with as many bytes.
        fs::rename(&file.path, folder.path().join("b.wav")).unwrap();
        fs::write(&file.path, &bytes).unwrap();
        assert_eq!(shown(&mut Window::default()), silence(io::ErrorKind::Other));
        fs::remove_file(&file.path).unwrap();
        assert_eq!(shown(&mut Window::default()), silence(io::ErrorKind::NotFound));
        assert_eq!(file.samples().unwrap_err().kind(), io::ErrorKind::NotFound);
        // What is open stays what it is, until it is written into or cut.
        open.seen = 0..0;
        assert_eq!(shown(&mut open), Ok(vec![1, 2]));
        let mut other = File::options().write(true).open(folder.path().join("b.wav")).unwrap();
        other.write_all(&wav(8000, 1, &[4, 5, 6])).unwrap();
        other.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        open.seen = 0..0;
        assert_eq!(shown(&mut open), silence(io::ErrorKind::Other));
        other.set_len(46).unwrap();
        assert_eq!(shown(&mut open), silence(io::ErrorKind::UnexpectedEof));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_was_put_in_its_place_is_not_waited_for() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let (_folder, file) = opened(&wav(8000, 1, &[1, 2, 3]));
        let file = file.unwrap();
        fs::remove_file(&file.path).unwrap();
        mknodat(CWD, &file.path, FileType::Fifo, Mode::RUSR, 0).unwrap();
        assert_eq!(file.samples().unwrap_err().kind(), io::ErrorKind::Other);
    }

    /// A WAV file of one channel and a rate of 8000 whose samples of 16 bits take four bytes each.
    fn roomy(format: &[u8]) -> Vec<u8> {
        let data: Vec<u8> =
            [1_i16, 2, 3].iter().flat_map(|s| (i32::from(*s) << 16).to_le_bytes()).collect();
        let chunk =
            |name: &[u8], body: &[u8]| [name, &(body.len() as u32).to_le_bytes(), body].concat();
        let body = [b"WAVE".as_slice(), &chunk(b"fmt ", format), &chunk(b"data", &data)].concat();
        chunk(b"RIFF", &body)
    }

    #[test]
    fn samples_that_take_more_room_than_their_bits_are_left_to_a_decoder() {
        let head = |tag: u16, bits: u16| {
            let (tag, bits) = (tag.to_le_bytes(), bits.to_le_bytes());
            [&tag[..], &[1, 0], &8000_u32.to_le_bytes(), &32_000_u32.to_le_bytes(), &[4, 0], &bits]
                .concat()
        };
        // WAVEFORMATEXTENSIBLE: 16 valid bits of 32, no place of a speaker, and PCM's own number.
        let pcm = [1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];
        let extensible = [&head(0xFFFE, 32)[..], &[22, 0, 16, 0, 0, 0, 0, 0], &pcm].concat();
        assert_eq!(opened(&roomy(&extensible)).1, None);
        assert_eq!(opened(&roomy(&head(1, 16))).1, None);
        let plain = own::read(&opened(&wav(8000, 1, &[1, 2, 3])).0.path().join("a.wav")).unwrap();
        let (folder, _) = opened(&roomy(&extensible));
        assert_eq!(own::read(&folder.path().join("a.wav")).unwrap(), plain);
    }
}
