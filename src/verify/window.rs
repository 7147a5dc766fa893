//! The file as it passes by: decoded once, front to back, measured on the way, and kept only as
//! long as cues may lie in it.

use std::path::Path;

use symphonia::core::io::MediaSource;

use super::meter::{Loudness, Meter};
use super::source;
use crate::clip::decode::{DecodeError, Opened};
use crate::clip::opus;
use crate::clip::own::told;
use crate::error::Error;
use crate::time::{Frames, Rate};

/// A sample beyond this is a mistake in the file; sums of its square could not be counted.
const LOUDEST: f32 = 1e6;
/// The part of a second that an encoder may add: more than any does.
const PADDING: u64 = 10;

/// A window on a file, all of its channels mixed to one.
pub struct Window<'a> {
    path: &'a Path,
    file: Opened,
    rate: Rate,
    /// How many channels the meter measures.
    channels: usize,
    meter: Meter,
    /// The frame of the first sample that is kept.
    first: u64,
    kept: Vec<f32>,
    block: Vec<f32>,
    is_over: bool,
}

/// What is known of a file that was read to its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// How long it is.
    pub frames: Frames,
    /// How long it says it is, where that is longer by more than an encoder adds.
    pub claimed: Option<Frames>,
    /// How loud it is.
    pub loudness: Loudness,
}

impl<'a> Window<'a> {
    /// Opens the file at `path`, `-` being standard input.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such file or it is no ordinary one, [`Error::Io`] when it
    /// cannot be read, [`Error::Audio`] when it is no audio that can be decoded.
    pub fn open(path: &'a Path) -> Result<Self, Error> {
        let wrong = |problem: String| Error::Audio { path: path.into(), problem };
        let source = source::open(path).map_err(|error| match error {
            Error::Io { source, .. } if is_shapeless(&source) => {
                wrong(format!("it is no audio that can be read ({source})"))
            }
            other => other,
        })?;
        Self::of(path, source)
    }

    /// The same of a file that is open; messages name it by `path`.
    ///
    /// # Errors
    /// [`Error::Audio`] when it is no audio that can be decoded.
    pub fn of(path: &'a Path, source: Box<dyn MediaSource>) -> Result<Self, Error> {
        let wrong = |problem: String| Error::Audio { path: path.into(), problem };
        let file = Opened::of(source, opus::codecs(), true).map_err(|error| wrong(told(&error)))?;
        let rate = Rate::new(file.rate).ok_or_else(|| {
            let (lowest, highest) = (Rate::LOWEST, Rate::HIGHEST);
            wrong(format!("it has {} frames a second, not {lowest} to {highest}", file.rate))
        })?;
        let channels = file.channels;
        let meter = Meter::new(channels, file.rate);
        let meter = meter.ok_or_else(|| wrong(format!("it has {channels} channels")))?;
        let (first, kept, block, is_over) = (0, Vec::new(), Vec::new(), false);
        Ok(Self { path, file, rate, channels, meter, first, kept, block, is_over })
    }

    /// Frames a second.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Whether there is nothing at `frame`, nor after it, as far as was read.
    pub fn ends_before(&self, frame: i64) -> bool {
        self.is_over && self.end() as i64 <= frame
    }

    /// The stretch of `length` samples from frame `from` on, silence being before the file and
    /// after it. What lies further back than was said to be forgotten is silence too.
    ///
    /// # Errors
    /// [`Error::Audio`] when the file cannot be decoded so far.
    pub fn stretch(&mut self, from: i64, length: usize) -> Result<Vec<f32>, Error> {
        let until = from + length as i64;
        while !self.is_over && (self.end() as i64) < until {
            self.read()?;
        }
        let mut stretch = vec![0.0; length];
        let (begin, end) = (from.max(self.first as i64), until.min(self.end() as i64));
        if begin < end {
            let kept = &self.kept[(begin - self.first as i64) as usize..][..(end - begin) as usize];
            stretch[(begin - from) as usize..][..kept.len()].copy_from_slice(kept);
        }
        Ok(stretch)
    }

    /// Lets go of what lies before `frame`.
    pub fn forget_before(&mut self, frame: i64) {
        let old = (frame.max(0) as u64).saturating_sub(self.first).min(self.kept.len() as u64);
        // Moving what stays is cheap as long as it is less than what goes.
        if old as usize > self.kept.len() / 2 {
            self.kept.drain(..old as usize);
            self.first += old;
        }
    }

    /// Reads the rest, and says what is known of the whole.
    ///
    /// # Errors
    /// [`Error::Audio`] when the file cannot be decoded to its end.
    pub fn finish(mut self) -> Result<Measured, Error> {
        while !self.is_over {
            self.read()?;
            self.first = self.end();
            self.kept.clear();
        }
        let (frames, loudness) = (Frames(self.end()), self.meter.loudness());
        if frames == Frames(0) {
            return Err(self.wrong(DecodeError::NoAudio.to_string()));
        }
        // Some formats count what their encoder put before the sound and after it.
        let padding = u64::from(self.file.rate) / PADDING;
        let claimed = self.file.claimed.filter(|claimed| *claimed > frames.0 + padding);
        let claimed = claimed.map(Frames);
        Ok(Measured { frames, claimed, loudness })
    }

    /// The frame after the last that was read.
    fn end(&self) -> u64 {
        self.first + self.kept.len() as u64
    }

    /// Reads the next block.
    fn read(&mut self) -> Result<(), Error> {
        match self.file.next_block(&mut self.block) {
            Ok(true) => {}
            Ok(false) => self.is_over = true,
            // It ends before it said it would.
            Err(DecodeError::Unreadable(error)) if is_the_end(&error) => self.is_over = true,
            Err(error) => return Err(self.wrong(told(&error))),
        }
        if self.is_over {
            return Ok(());
        }
        if let Some(sample) =
            self.block.iter().find(|sample| !sample.is_finite() || sample.abs() > LOUDEST)
        {
            return Err(self.wrong(format!("it has a sample of {sample}, which is no sound")));
        }
        let channels = self.file.channels;
        if channels != self.channels {
            self.count_channels(channels)?;
        }
        self.meter.add(&self.block);
        let frames = self.block.chunks_exact(channels);
        self.kept.extend(frames.map(|frame| frame.iter().sum::<f32>() / channels as f32));
        Ok(())
    }

    /// The first block has other channels than the file's head tells. Later ones must not.
    fn count_channels(&mut self, channels: usize) -> Result<(), Error> {
        if self.end() > 0 {
            return Err(self.wrong("the number of its channels changes".into()));
        }
        let meter = Meter::new(channels, self.file.rate);
        self.meter = meter.ok_or_else(|| self.wrong(format!("it has {channels} channels")))?;
        self.channels = channels;
        Ok(())
    }

    fn wrong(&self, what: String) -> Error {
        let at = self.rate.moment_of(Frames(self.end())).clock();
        let problem = if self.end() == 0 { what } else { format!("{what}, at {at}") };
        Error::Audio { path: self.path.into(), problem }
    }
}

/// Whether reading failed because of what is in the file.
fn is_shapeless(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, UnexpectedEof};
    matches!(error.kind(), InvalidData | UnexpectedEof)
}

fn is_the_end(error: &symphonia::core::errors::Error) -> bool {
    use symphonia::core::errors::Error::IoError;
    matches!(error, IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof)
}
