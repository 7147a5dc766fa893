//! Reads audio files: mono FLAC and WAV, as voice packs hold them.
//!
//! The build script uses this file too, so it knows nothing of the rest of the crate.

use std::io::Cursor;

use symphonia::core::audio::Channels;
use symphonia::core::audio::conv::ConvertibleSample;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

/// Samples as a file holds them.
#[derive(Clone, Debug, PartialEq)]
pub struct Audio {
    /// Frames a second, as the file says.
    pub rate: u32,
    /// Mono samples, rounded to 16 bit.
    pub samples: Vec<i16>,
}

/// Why a file is no usable audio.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// It is neither FLAC nor WAV, or broken.
    #[error("it is no FLAC or WAV file that can be read ({0})")]
    Unreadable(#[from] symphonia::core::errors::Error),
    /// It has no sound in it.
    #[error("it holds no audio")]
    NoAudio,
    /// It has more than one channel.
    #[error("it has {0} channels, not one")]
    NotMono(usize),
    /// It ends before the length it claims, or its checksum does not match.
    #[error("it is damaged or cut short")]
    Damaged,
    /// It is longer than it may be.
    #[error("it is longer than the {0} frames it may have")]
    TooLong(usize),
}

/// Decodes a whole file of at most `most_frames`.
///
/// # Errors
/// See [`DecodeError`]: a file that is cut short or whose FLAC checksum does not match
/// is refused, never used in part.
pub fn decode(bytes: Vec<u8>, most_frames: usize) -> Result<Audio, DecodeError> {
    let mut file = Opened::new(bytes)?;
    if file.channels != 1 {
        return Err(DecodeError::NotMono(file.channels));
    }
    let samples = file.samples(most_frames, most_frames)?;
    let cut_short = file.claimed.is_some_and(|frames| frames != samples.len() as u64);
    if cut_short || file.decoder.finalize().verify_ok == Some(false) {
        return Err(DecodeError::Damaged);
    }
    Ok(Audio { rate: file.rate, samples })
}

/// An audio file that was recognised, not yet decoded.
pub(crate) struct Opened {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    /// Frames a second.
    pub(crate) rate: u32,
    /// How many channels it has.
    pub(crate) channels: usize,
    /// How many frames it says it has.
    pub(crate) claimed: Option<u64>,
}

impl Opened {
    /// Recognises a file by what is in it.
    pub(super) fn new(bytes: Vec<u8>) -> Result<Self, DecodeError> {
        let codecs = symphonia::default::get_codecs();
        Self::of(Box::new(Cursor::new(bytes)), codecs, true)
    }

    /// The same of a file that is read as it is decoded, by one of `codecs`. Whether a file is what
    /// its checksum says is known at its end, if it is `verified`.
    pub(crate) fn of(
        source: Box<dyn MediaSource>,
        codecs: &CodecRegistry,
        verified: bool,
    ) -> Result<Self, DecodeError> {
        let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
        let (hint, metadata) = (Hint::new(), MetadataOptions::default());
        let probe = symphonia::default::get_probe();
        let format = probe.probe(&hint, stream, FormatOptions::default(), metadata)?;
        let track = format.default_track(TrackType::Audio).ok_or(DecodeError::NoAudio)?;
        let parameters = track.codec_params.as_ref().and_then(|codec| codec.audio());
        let parameters = parameters.ok_or(DecodeError::NoAudio)?.clone();
        let (track, claimed) = (track.id, track.num_frames);
        let rate = parameters.sample_rate.ok_or(DecodeError::NoAudio)?;
        let channels = parameters.channels.as_ref().map_or(1, Channels::count);
        let options = AudioDecoderOptions::default().verify(verified);
        let decoder = codecs.make_audio_decoder(&parameters, &options)?;
        Ok(Self { format, decoder, track, rate, channels, claimed })
    }

    /// All samples, the channels interleaved; `most_frames` at most, and `most_samples` of all
    /// channels. How many those are is certain only then.
    pub(super) fn samples(
        &mut self,
        most_frames: usize,
        most_samples: usize,
    ) -> Result<Vec<i16>, DecodeError> {
        let (mut samples, mut block) = (Vec::new(), Vec::new());
        let mut channels = None;
        while self.next_block(&mut block)? {
            samples.extend_from_slice(&block);
            if *channels.get_or_insert(self.channels) != self.channels {
                return Err(DecodeError::Damaged);
            }
            if samples.len() > most_samples.min(most_frames * self.channels) {
                return Err(DecodeError::TooLong(most_frames));
            }
        }
        Ok(samples)
    }

    /// Puts the next samples into `block`, the channels interleaved; `false` at the end.
    pub(crate) fn next_block<S>(&mut self, block: &mut Vec<S>) -> Result<bool, DecodeError>
    where
        S: ConvertibleSample,
    {
        while let Some(packet) = self.format.next_packet()? {
            if packet.track_id == self.track {
                let decoded = self.decoder.decode(&packet)?;
                // Only now is it certain: some formats do not tell, or tell otherwise.
                self.channels = decoded.num_planes().max(1);
                decoded.copy_to_vec_interleaved(block);
                return Ok(true);
            }
        }
        Ok(false)
    }
}
