//! Reads audio files: mono FLAC and WAV, as voice packs hold them.
//!
//! The build script uses this file too, so it knows nothing of the rest of the crate.

use std::io::Cursor;

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
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
    let source: Box<dyn MediaSource> = Box::new(Cursor::new(bytes));
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    let mut format = symphonia::default::get_probe().probe(
        &Hint::new(),
        stream,
        FormatOptions::default(),
        MetadataOptions::default(),
    )?;
    let track = format.default_track(TrackType::Audio).ok_or(DecodeError::NoAudio)?;
    let parameters = track.codec_params.as_ref().and_then(|codec| codec.audio());
    let parameters = parameters.ok_or(DecodeError::NoAudio)?.clone();
    let (id, claimed) = (track.id, track.num_frames);
    let rate = parameters.sample_rate.ok_or(DecodeError::NoAudio)?;
    let channels = parameters.channels.as_ref().map_or(1, Channels::count);
    if channels != 1 {
        return Err(DecodeError::NotMono(channels));
    }
    let options = AudioDecoderOptions::default().verify(true);
    let mut decoder = symphonia::default::get_codecs().make_audio_decoder(&parameters, &options)?;
    let samples = decode_all(format.as_mut(), decoder.as_mut(), id, most_frames)?;
    let cut_short = claimed.is_some_and(|frames| frames != samples.len() as u64);
    if cut_short || decoder.finalize().verify_ok == Some(false) {
        return Err(DecodeError::Damaged);
    }
    Ok(Audio { rate, samples })
}

fn decode_all(
    format: &mut dyn FormatReader,
    decoder: &mut dyn AudioDecoder,
    track: u32,
    most_frames: usize,
) -> Result<Vec<i16>, DecodeError> {
    let (mut samples, mut block) = (Vec::new(), Vec::new());
    while let Some(packet) = format.next_packet()? {
        if packet.track_id == track {
            decoder.decode(&packet)?.copy_to_vec_interleaved::<i16>(&mut block);
            samples.extend_from_slice(&block);
        }
        if samples.len() > most_frames {
            return Err(DecodeError::TooLong(most_frames));
        }
    }
    Ok(samples)
}
