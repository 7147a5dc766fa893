//! Audio files of a routine's author: WAV, FLAC, MP3 or Ogg Vorbis, with any number of
//! channels, from whoever wrote the routine. Mixed to one channel.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Component, Path, PathBuf};

use super::decode::{Audio, DecodeError, Opened};
use super::recording::{PlainFile, Recording};
use super::source;
use crate::time::Rate;

/// The largest file, in bytes: ten minutes of CD audio fit.
const MOST_BYTES: u64 = 128_000_000;
/// The longest file, in seconds.
pub const LONGEST: u32 = 600;
/// The most samples in it, of all channels: 192 MB of memory while they are mixed.
const MOST_SAMPLES: usize = 96_000_000;
/// The endings of files that may be clips.
pub const ENDINGS: [&str; 6] = ["wav", "flac", "mp3", "ogg", "oga", "wave"];

/// Why a file is no usable clip.
#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    /// Its path leads out of the routine's folder.
    #[error("it lies outside the routine's folder")]
    Outside,
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// It is a folder, a device, or something else that holds no audio.
    #[error("it is no ordinary file")]
    NoFile,
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is larger than it may be.
    #[error("it is larger than the {MOST_BYTES} bytes it may have")]
    TooLarge,
    /// It is longer than it may be.
    #[error("it is longer than {LONGEST} s")]
    TooLong,
    /// It has a rate that nothing plays.
    #[error("it has {0} frames a second")]
    Rate(u32),
    /// It is no audio.
    #[error("{}", told(.0))]
    Decode(DecodeError),
}

/// Voice packs know fewer formats, and say so.
pub(crate) fn told(error: &DecodeError) -> String {
    match error {
        DecodeError::Unreadable(why) => format!("it is no audio that can be read ({why})"),
        other => other.to_string(),
    }
}

/// Where the file at `path` lies: within `folder`, whatever links there are on the way. The folder
/// is as [`fs::canonicalize`] gives it.
///
/// # Errors
/// [`ClipError::Outside`], [`ClipError::Missing`], or that it cannot be looked for.
pub fn find(folder: &Path, path: &str) -> Result<PathBuf, ClipError> {
    let relative = Path::new(path);
    let is_plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    // What is a folder's sign elsewhere is not to be one here either.
    if path.is_empty() || path.contains(['\\', '\0']) || !relative.components().all(is_plain) {
        return Err(ClipError::Outside);
    }
    let missing = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ClipError::Missing,
        _ => error.into(),
    };
    let file = fs::canonicalize(folder.join(relative)).map_err(missing)?;
    if file.starts_with(folder) { Ok(file) } else { Err(ClipError::Outside) }
}

/// Opens a file that [`find`] has found; of most there are all samples then.
///
/// # Errors
/// See [`ClipError`].
pub fn open(path: &Path) -> Result<Recording, ClipError> {
    // A pipe would be waited for when it is opened.
    let data = fs::metadata(path)?;
    if !data.is_file() {
        return Err(ClipError::NoFile);
    }
    if data.len() > MOST_BYTES {
        return Err(ClipError::TooLarge);
    }
    let mut file = open_file(path)?;
    if let Some(plain) = PlainFile::open(path, &file, LONGEST) {
        return Ok(Recording::Plain(plain));
    }
    file.rewind()?;
    // One more than it has, so that its end is found without asking for more room.
    let mut bytes = Vec::with_capacity(data.len() as usize + 1);
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(ClipError::TooLarge);
    }
    decode(bytes).map(Recording::Decoded)
}

/// Opens a file to read it. A pipe that was put in its place is not waited for: open(2) says of
/// files that it makes no difference to them.
pub(super) fn open_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    options.read(true).open(path)
}

/// Reads all of a file.
///
/// # Errors
/// See [`ClipError`].
pub fn read(path: &Path) -> Result<Audio, ClipError> {
    Ok(open(path)?.into_audio()?)
}

/// Decodes a whole file and mixes it to one channel.
///
/// # Errors
/// See [`ClipError`].
pub fn decode(bytes: Vec<u8>) -> Result<Audio, ClipError> {
    let mut file = Opened::new(source::without_tag(bytes)).map_err(ClipError::Decode)?;
    let rate = file.rate;
    if Rate::new(rate).is_none() {
        return Err(ClipError::Rate(rate));
    }
    let most = (rate as usize * LONGEST as usize).min(MOST_SAMPLES / file.channels.max(1));
    if file.claimed.is_some_and(|frames| frames > most as u64) {
        return Err(ClipError::TooLong);
    }
    let samples = file.samples(most, MOST_SAMPLES).map_err(|error| match error {
        DecodeError::TooLong(_) => ClipError::TooLong,
        other => ClipError::Decode(other),
    })?;
    if samples.is_empty() {
        return Err(ClipError::Decode(DecodeError::NoAudio));
    }
    let samples = if file.channels == 1 { samples } else { mix(&samples, file.channels) };
    Ok(Audio { rate, samples })
}

/// The average of all channels, rounded towards zero.
fn mix(samples: &[i16], channels: usize) -> Vec<i16> {
    let frames = samples.chunks_exact(channels);
    let average =
        |frame: &[i16]| frame.iter().map(|s| i32::from(*s)).sum::<i32>() / channels as i32;
    frames.map(|frame| average(frame) as i16).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A WAV file of 16 bit.
    pub fn wav(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
        let spec = hound::WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut out = io::Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut out, spec).unwrap();
        for sample in samples {
            writer.write_sample(*sample).unwrap();
        }
        writer.finalize().unwrap();
        out.into_inner()
    }

    #[test]
    fn channels_are_mixed_to_their_average() {
        let audio = decode(wav(8000, 2, &[100, 300, -5, -6, i16::MAX, i16::MAX])).unwrap();
        assert_eq!(audio, Audio { rate: 8000, samples: vec![200, -5, i16::MAX] });
    }

    #[test]
    fn a_plain_file_has_the_samples_that_the_decoder_has_of_it() {
        let bytes = wav(8000, 1, &[100, -300, i16::MAX, i16::MIN, 0]);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wav");
        fs::write(&file, &bytes).unwrap();
        assert!(matches!(open(&file), Ok(Recording::Plain(_))));
        assert_eq!(read(&file).unwrap(), decode(bytes).unwrap());
    }

    #[test]
    fn a_file_of_more_than_ten_minutes_or_with_a_false_header_is_refused() {
        let silence = vec![0; 8000 * (LONGEST as usize + 1)];
        assert!(matches!(decode(wav(8000, 1, &silence)), Err(ClipError::TooLong)));
        let mut bytes = wav(8000, 1, &[0; 100]);
        bytes[40..44].copy_from_slice(&0x7fff_fff0_u32.to_le_bytes());
        assert!(matches!(decode(bytes), Err(ClipError::Decode(_))));
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().canonicalize().unwrap().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::write(folder.path().join("secret.wav"), "").unwrap();
        fs::write(inner.join("own.wav"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("../secret.wav", inner.join("link.wav")).unwrap();
        let secret = folder.path().join("secret.wav");
        for path in [
            "../secret.wav",
            secret.to_str().unwrap(),
            "a/../../secret.wav",
            "",
            "..\\x",
            "link.wav",
        ] {
            assert!(matches!(find(&inner, path), Err(ClipError::Outside)), "{path}");
        }
        assert!(matches!(find(&inner, "none.wav"), Err(ClipError::Missing)));
        assert!(find(&inner, "./own.wav").is_ok());
    }
}
