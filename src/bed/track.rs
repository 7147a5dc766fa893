//! One piece of music: decoded on a thread of its own while the one before is still heard, never
//! whole in memory.

use std::fs::{self, File};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Builder;

use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::io::MediaSource;

use super::resample::Stereo;
use crate::clip::decode::{DecodeError, Opened};
use crate::clip::{opus, source};
use crate::time::Rate;

/// Frames that are passed on at a time, and how many such blocks may wait: 12 MB, 71 s of a CD. So much
/// is decoded of a piece while the one before is heard.
const BLOCK: usize = 16_384;
const BLOCKS: usize = 192;
/// So many packets in a row that cannot be decoded end a piece.
const MOST_FAULTS: usize = 100;

/// Why a file is no music.
#[derive(Debug, thiserror::Error)]
pub enum TrackError {
    /// It is a folder, a pipe, a device.
    #[error("it is no ordinary file")]
    NoFile,
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(#[from] std::io::Error),
    /// It is in no format that is known, or broken from the start.
    #[error("it is no music that can be read")]
    NoMusic(#[from] DecodeError),
    /// It has a rate that nothing plays.
    #[error("it has {0} frames a second")]
    Rate(u32),
}

/// What comes from a piece's thread.
enum Piece {
    Frames(Vec<[i16; 2]>),
    /// The rest cannot be read.
    Damaged,
}

/// A piece of music that is being decoded.
#[derive(Debug)]
pub struct Track {
    pieces: Receiver<Piece>,
    resampler: Option<Stereo>,
    has_ended: bool,
    /// How many frames it says that it has, at the rate that they come at.
    pub claimed: Option<u64>,
    /// Whether it ended before its end.
    pub is_damaged: bool,
}

impl Track {
    /// Opens a file, whose frames come at `rate`. By then its first frames are decoded: a file of
    /// which there would be none is no music.
    ///
    /// # Errors
    /// See [`TrackError`].
    pub fn open(path: &Path, rate: Rate) -> Result<Self, TrackError> {
        let mut decoder = Decoder::open(path)?;
        let (from, claimed) = (decoder.rate.hz(), decoder.file.claimed);
        let mut first = Vec::new();
        if !decoder.next(&mut first)? {
            return Err(DecodeError::NoAudio.into());
        }
        let (send, pieces) = sync_channel(BLOCKS);
        Builder::new().spawn(move || decode(decoder, first, &send))?;
        let resampler = (from != rate.hz()).then(|| Stereo::new(from, rate.hz()));
        let at_rate =
            |frames: u64| (u128::from(frames) * u128::from(rate.hz()) / u128::from(from)) as u64;
        let claimed = claimed.map(at_rate);
        Ok(Self { pieces, resampler, has_ended: false, claimed, is_damaged: false })
    }

    /// Adds the next frames to `out`; `false` when none are left.
    pub fn read(&mut self, out: &mut Vec<[i16; 2]>) -> bool {
        if self.has_ended {
            return false;
        }
        match (self.pieces.recv(), &mut self.resampler) {
            (Ok(Piece::Frames(frames)), Some(resampler)) => resampler.push(&frames, out),
            (Ok(Piece::Frames(frames)), None) => out.extend_from_slice(&frames),
            (Ok(Piece::Damaged), _) => self.is_damaged = true,
            (Err(_), resampler) => {
                self.has_ended = true;
                if let Some(resampler) = resampler {
                    resampler.finish(out);
                }
            }
        }
        true
    }
}

/// Decodes all of a piece, as fast as its frames are taken.
fn decode(mut decoder: Decoder, mut block: Vec<[i16; 2]>, send: &SyncSender<Piece>) {
    loop {
        let went_on = decoder.next(&mut block);
        let has_more = matches!(went_on, Ok(true));
        if block.len() >= BLOCK || (!has_more && !block.is_empty()) {
            // As long as it is and no longer: many of them wait.
            let full = block.clone();
            block.clear();
            // Nobody wants it any more.
            if send.send(Piece::Frames(full)).is_err() {
                return;
            }
        }
        if went_on.is_err() {
            drop(send.send(Piece::Damaged));
        }
        if !has_more {
            return;
        }
    }
}

/// A file that is being decoded.
pub struct Decoder {
    file: Opened,
    rate: Rate,
    /// Packets in a row that could not be decoded.
    faults: usize,
    samples: Vec<i16>,
}

impl Decoder {
    fn open(path: &Path) -> Result<Self, TrackError> {
        // A pipe would be waited for when it is opened.
        if !fs::metadata(path)?.is_file() {
            return Err(TrackError::NoFile);
        }
        Self::of(source::from_file(File::open(path)?)?)
    }

    /// Recognises a piece by what is in it.
    ///
    /// # Errors
    /// [`TrackError::NoMusic`], [`TrackError::Rate`].
    pub fn of(source: Box<dyn MediaSource>) -> Result<Self, TrackError> {
        let file = Opened::of(source, opus::codecs(), false)?;
        let rate = Rate::new(file.rate).ok_or(TrackError::Rate(file.rate))?;
        Ok(Self { file, rate, faults: 0, samples: Vec::new() })
    }

    /// Frames a second.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Adds the frames of the next packet that has some to `out`; `false` at the end.
    ///
    /// # Errors
    /// [`DecodeError`] where it cannot be decoded any further.
    pub fn next(&mut self, out: &mut Vec<[i16; 2]>) -> Result<bool, DecodeError> {
        loop {
            match self.file.next_block(&mut self.samples) {
                Ok(true) if self.samples.is_empty() => {}
                Ok(true) => {
                    self.faults = 0;
                    add_frames(&self.samples, self.file.channels, out);
                    return Ok(true);
                }
                // What cannot be decoded is left out, unless nothing else comes.
                Err(DecodeError::Unreadable(SymphoniaError::DecodeError(_)))
                    if self.faults < MOST_FAULTS =>
                {
                    self.faults += 1;
                }
                ended => return ended,
            }
        }
    }
}

/// Adds frames of any number of channels as left and right: one channel is both, of more than two
/// each ear has the mean of every other.
fn add_frames(samples: &[i16], channels: usize, out: &mut Vec<[i16; 2]>) {
    match channels {
        0 => {}
        1 => out.extend(samples.iter().map(|sample| [*sample; 2])),
        2 => out.extend_from_slice(samples.as_chunks::<2>().0),
        _ => out.extend(samples.chunks_exact(channels).map(|frame| {
            [0, 1].map(|ear| {
                let every_other = frame.iter().skip(ear).step_by(2);
                let count = every_other.len() as i32;
                (every_other.map(|sample| i32::from(*sample)).sum::<i32>() / count) as i16
            })
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_channel_is_in_both_ears_and_many_are_shared_out() {
        let frames = |samples: &[i16], channels| {
            let mut out = Vec::new();
            add_frames(samples, channels, &mut out);
            out
        };
        assert_eq!(frames(&[1, -2], 1), [[1, 1], [-2, -2]]);
        assert_eq!(frames(&[1, 2, 3, 4], 2), [[1, 2], [3, 4]]);
        assert_eq!(frames(&[1, 10, 3, 20, 5, 30, 0, 0, 0, 0, 0, 6], 6), [[3, 20], [0, 2]]);
        assert_eq!(frames(&[1, 10, 3], 3), [[2, 10]]);
    }
}
