//! Reads Opus (RFC 6716), which symphonia has no decoder of its own for: ropus decodes it, in whole
//! numbers, alike on every processor.

use std::sync::LazyLock;

use ropus::{DecodeMode, Decoder};
use symphonia::core::audio::{AsGenericAudioBufferRef, AudioBuffer, AudioMut, AudioSpec, Channels};
use symphonia::core::audio::{GenericAudioBufferRef, layouts};
use symphonia::core::codecs::CodecInfo;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{
    AudioCodecParameters, AudioDecoder, AudioDecoderOptions, FinalizeResult,
};
use symphonia::core::codecs::registry::{
    CodecRegistry, RegisterableAudioDecoder, SupportedAudioCodec,
};
use symphonia::core::errors::{Error, Result};
use symphonia::core::packet::PacketRef;

/// Opus is always decoded at this rate, whatever it was encoded at (RFC 7845, section 5.1).
const RATE: u32 = 48_000;
/// The most frames of a packet: 120 ms (RFC 6716, section 3.2.5).
const MOST_FRAMES: usize = RATE as usize * 120 / 1000;

/// All codecs that music may be in.
pub fn codecs() -> &'static CodecRegistry {
    static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
        let mut codecs = CodecRegistry::new();
        symphonia::default::register_enabled_codecs(&mut codecs);
        codecs.register_audio_decoder::<Opus>();
        codecs
    });
    &CODECS
}

/// An Opus decoder as symphonia has decoders.
struct Opus {
    parameters: AudioCodecParameters,
    decoder: Decoder,
    channels: usize,
    /// Frames at the begin that are no part of the sound.
    skip: usize,
    samples: Vec<i16>,
    buffer: AudioBuffer<i16>,
}

impl Opus {
    fn new(parameters: &AudioCodecParameters) -> Result<Self> {
        let (channels, layout) = match parameters.channels.as_ref().map(Channels::count) {
            Some(1) => (ropus::Channels::Mono, layouts::CHANNEL_LAYOUT_MONO),
            Some(2) => (ropus::Channels::Stereo, layouts::CHANNEL_LAYOUT_STEREO),
            _ => return Err(Error::Unsupported("opus: more than two channels")),
        };
        let decoder = Decoder::new(RATE, channels);
        let decoder = decoder.map_err(|_| Error::Unsupported("opus: no decoder"))?;
        let count = layout.count();
        Ok(Self {
            parameters: parameters.clone(),
            decoder,
            channels: count,
            skip: skip(parameters.extra_data.as_deref().unwrap_or_default()),
            samples: vec![0; MOST_FRAMES * count],
            buffer: AudioBuffer::new(AudioSpec::new(RATE, layout), MOST_FRAMES),
        })
    }
}

/// The frames to be skipped, as the identification header has them (RFC 7845, section 5.1).
fn skip(head: &[u8]) -> usize {
    match head {
        [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', _, _, low, high, ..] => {
            usize::from(u16::from_le_bytes([*low, *high]))
        }
        _ => 0,
    }
}

impl AudioDecoder for Opus {
    fn reset(&mut self) {
        self.skip = 0;
    }

    fn codec_info(&self) -> &CodecInfo {
        &Self::supported_codecs()[0].info
    }

    fn codec_params(&self) -> &AudioCodecParameters {
        &self.parameters
    }

    fn decode_ref(&mut self, packet: &PacketRef<'_>) -> Result<GenericAudioBufferRef<'_>> {
        self.buffer.clear();
        // An empty packet would be taken for one that was lost.
        if packet.data.is_empty() {
            return Err(Error::DecodeError("opus: empty packet"));
        }
        let decoded = self.decoder.decode(packet.data, &mut self.samples, DecodeMode::Normal);
        let frames = decoded.map_err(|_| Error::DecodeError("opus: damaged packet"))?;
        self.buffer.render_uninit(Some(frames));
        self.buffer.copy_from_slice_interleaved(&&self.samples[..frames * self.channels]);
        let skipped = self.skip.min(frames);
        self.skip -= skipped;
        let trimmed = packet.trim_start.get() as usize;
        self.buffer.trim(skipped.max(trimmed), packet.trim_end.get() as usize);
        Ok(self.buffer.as_generic_audio_buffer_ref())
    }

    fn finalize(&mut self) -> FinalizeResult {
        FinalizeResult::default()
    }

    fn last_decoded(&self) -> GenericAudioBufferRef<'_> {
        self.buffer.as_generic_audio_buffer_ref()
    }
}

impl RegisterableAudioDecoder for Opus {
    fn try_registry_new(
        parameters: &AudioCodecParameters,
        _: &AudioDecoderOptions,
    ) -> Result<Box<dyn AudioDecoder>> {
        Ok(Box::new(Self::new(parameters)?))
    }

    fn supported_codecs() -> &'static [SupportedAudioCodec] {
        const INFO: CodecInfo = CodecInfo { short_name: "opus", long_name: "Opus", profiles: &[] };
        &[SupportedAudioCodec { id: CODEC_ID_OPUS, info: INFO }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frames_to_be_skipped_stand_in_the_head() {
        assert_eq!(skip(b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0"), 312);
        assert_eq!(skip(b"OpusHead"), 0);
        assert_eq!(skip(b""), 0);
    }

    #[test]
    fn rubbish_is_refused_packet_by_packet() {
        let mut parameters = AudioCodecParameters::new();
        parameters.for_codec(CODEC_ID_OPUS).with_channels(layouts::CHANNEL_LAYOUT_STEREO);
        let mut opus = Opus::new(&parameters).unwrap();
        for data in [&[][..], &[0xff, 0xff, 0xff], &[0x03]] {
            let packet = PacketRef::new(0, 0.into(), 960u64.into(), data);
            assert!(matches!(opus.decode_ref(&packet), Err(Error::DecodeError(_))), "{data:?}");
            assert_eq!(opus.last_decoded().frames(), 0);
        }
    }
}
