//! Where rendered frames go. Every format has a file here, and a function that takes frames from
//! whatever gives them ([`Spans`]); [`Sink`] is the one that was chosen.

pub mod chunks;
pub mod comments;
pub mod flac;
pub mod format;
pub mod id3;
pub mod opus;
pub mod output;
pub mod part;
pub mod pcm;
pub mod riff;
pub mod tags;
pub mod wav;

use std::io;

use crate::error::Error;
use crate::render::Spans;
use crate::time::{Frames, Rate};
use flac::FlacFormat;
use format::Format;
use opus::OpusFormat;
use output::Output;
use pcm::Bits;
use tags::Tags;
use wav::{WavFile, WavFormat};

/// A format with all that it takes to write a file in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sink {
    /// See [`wav`].
    Wav(WavFormat),
    /// See [`flac`].
    Flac(FlacFormat),
    /// See [`opus`].
    Opus(OpusFormat),
}

impl Sink {
    /// A sink for frames of so many channels at a rate; `bits` in a sample, or the bit rate in
    /// thousands a second, where they were asked for.
    ///
    /// # Errors
    /// [`Error::Usage`] when the format has not what was asked for.
    pub fn new(
        format: Format,
        rate: Rate,
        channels: u16,
        bits: Option<Bits>,
        kbps: Option<u16>,
    ) -> Result<Self, Error> {
        if kbps.is_some() && format != Format::Opus {
            let name = format.name();
            return Err(Error::Usage(format!("--bitrate is for Opus: {name} has every sample")));
        }
        let depth = bits.unwrap_or(Bits::Int16);
        match format {
            Format::Wav => Ok(Self::Wav(WavFormat { rate, channels, bits: depth })),
            Format::Flac => FlacFormat::new(rate, channels, depth).map(Self::Flac),
            Format::Opus if bits.is_some() => Err(Error::Usage(
                "--bits: Opus has no bits in a sample; --bitrate says how much room it takes"
                    .into(),
            )),
            Format::Opus => OpusFormat::new(rate, channels, kbps).map(Self::Opus),
        }
    }

    /// Its format.
    pub fn format(self) -> Format {
        match self {
            Self::Wav(_) => Format::Wav,
            Self::Flac(_) => Format::Flac,
            Self::Opus(_) => Format::Opus,
        }
    }

    /// Bits in a sample, where there are such.
    pub fn bits(self) -> Option<Bits> {
        match self {
            Self::Wav(format) => Some(format.bits),
            Self::Flac(format) => Some(format.bits),
            Self::Opus(_) => None,
        }
    }

    /// Leaves out of `tags` what the format cannot hold, and tells it.
    pub fn limit(self, tags: &mut Tags) -> Vec<String> {
        match self {
            Self::Wav(_) => riff::limit(tags),
            Self::Flac(_) => flac::limit(tags),
            Self::Opus(_) => opus::limit(tags),
        }
    }

    /// Writes a whole file of `frames` to `out`, its samples from `spans`, which has as many.
    /// `progress` hears of every position reached.
    ///
    /// # Errors
    /// Whatever writing to `out` gives.
    pub fn write(
        self,
        spans: &mut dyn Spans,
        frames: Frames,
        tags: Option<&Tags>,
        out: &mut Output,
        progress: impl FnMut(Frames),
    ) -> io::Result<()> {
        match self {
            Self::Wav(format) => {
                let chunks = tags.map_or(Vec::new(), riff::chunks);
                wav::write(spans, &WavFile::new(format, frames, chunks), out, progress)
            }
            Self::Flac(format) => {
                let head = flac::write(spans, format, frames, tags, &mut *out, progress)?;
                out.write_begin_again(&head)
            }
            Self::Opus(format) => opus::write(spans, format, frames, tags, out, progress),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_format_has_not_is_refused() {
        let new = |format, bits, kbps| Sink::new(format, Rate::DEFAULT, 1, bits, kbps);
        let refused = |format, bits, kbps| new(format, bits, kbps).unwrap_err().to_string();
        assert_eq!(new(Format::Wav, None, None).unwrap().bits(), Some(Bits::Int16));
        assert_eq!(new(Format::Opus, None, Some(64)).unwrap().bits(), None);
        assert_eq!(
            refused(Format::Flac, None, Some(64)),
            "--bitrate is for Opus: FLAC has every sample"
        );
        assert_eq!(
            refused(Format::Opus, Some(Bits::Int16), None),
            "--bits: Opus has no bits in a sample; --bitrate says how much room it takes"
        );
    }
}
