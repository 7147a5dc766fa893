//! Writes a rendered timeline as a WAV stream. The length is known before the
//! first sample, so the header is right from the start and the stream can go into a pipe.

use std::io::{self, Cursor, Write};

use super::chunks::Chunks;
use crate::error::Error;
use crate::mixer::Span;
use crate::render::Renderer;
use crate::time::{Frames, Rate};
use crate::timeline::Ear;

/// The shape of a WAV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WavFormat {
    /// Frames a second.
    pub rate: Rate,
    /// One channel, or the left and the right.
    pub channels: u16,
    /// How a sample is written.
    pub bits: Bits,
}

/// How a sample is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// 16-bit whole numbers.
    Int16,
    /// 24-bit whole numbers.
    Int24,
    /// 32-bit floating point, full scale 1.0.
    Float32,
}

impl Bits {
    /// Bits in a sample.
    pub fn count(self) -> u16 {
        match self {
            Self::Int16 => 16,
            Self::Int24 => 24,
            Self::Float32 => 32,
        }
    }
}

/// Frames rendered at a time: after so many, progress is shown.
const SPAN: usize = 65_536;
/// Frames encoded at a time.
const BLOCK: usize = 4096;

impl WavFormat {
    /// Bytes in a frame.
    pub fn frame_bytes(self) -> u64 {
        u64::from(self.channels) * u64::from(self.bits.count() / 8)
    }

    /// The header of a file of `frames`.
    ///
    /// # Errors
    /// [`Error::Usage`] when the file would pass the 4 GiB at which WAV's 32-bit lengths end.
    pub fn header(self, frames: Frames) -> Result<Vec<u8>, Error> {
        let mut header = self.empty_file();
        let data = frames.0.saturating_mul(self.frame_bytes());
        // The RIFF chunk counts all after its own length field, at byte 4, with the byte that
        // brings the data chunk to an even length; the data chunk's own length is the header's
        // last field (Multimedia Programming Interface 1.0, chapter 2).
        let riff = data.saturating_add(header.len() as u64 - 8 + data % 2);
        let Ok(riff) = u32::try_from(riff) else {
            let gigabytes = data as f64 / 1e9;
            return Err(Error::Usage(format!(
                "the file would have {gigabytes:.1} GB, more than a WAV file can count: \
                 choose a lower --rate, fewer --bits or --channels 1"
            )));
        };
        let end = header.len();
        header[4..8].copy_from_slice(&riff.to_le_bytes());
        header[end - 4..].copy_from_slice(&(data as u32).to_le_bytes());
        Ok(header)
    }

    /// A WAV file without samples: a header with lengths of zero, by hound, which
    /// knows when the format must be the extensible one.
    fn empty_file(self) -> Vec<u8> {
        let spec = hound::WavSpec {
            channels: self.channels,
            sample_rate: self.rate.hz(),
            bits_per_sample: self.bits.count(),
            sample_format: match self.bits {
                Bits::Float32 => hound::SampleFormat::Float,
                _ => hound::SampleFormat::Int,
            },
        };
        let mut file = Cursor::new(Vec::new());
        let writer = hound::WavWriter::new(&mut file, spec);
        writer.and_then(hound::WavWriter::finalize).expect("memory takes every format we have");
        file.into_inner()
    }
}

/// Writes all that `renderer` still has to `out`, after `header`. `progress` hears of
/// every position reached.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write(
    renderer: &mut Renderer,
    format: WavFormat,
    header: &[u8],
    out: impl Write,
    mut progress: impl FnMut(Frames),
) -> io::Result<()> {
    let mut out = Chunks::new(out);
    let mut encoder = Encoder::new(format);
    out.write_all(header)?;
    while let Some(span) = renderer.next_span(SPAN) {
        encoder.write(span, &mut out)?;
        progress(renderer.position());
    }
    if renderer.position().0 * format.frame_bytes() % 2 == 1 {
        out.write_all(&[0])?;
    }
    out.flush()
}

/// Turns spans into a format's bytes.
struct Encoder {
    format: WavFormat,
    floats: Vec<f32>,
    bytes: Vec<u8>,
}

impl Encoder {
    fn new(format: WavFormat) -> Self {
        let floats = vec![0.0; BLOCK * usize::from(format.channels)];
        Self { format, floats, bytes: Vec::new() }
    }

    fn write(&mut self, span: Span, out: &mut Chunks<impl Write>) -> io::Result<()> {
        match span {
            Span::Silence(frames) => out.write_zeros(frames as u64 * self.format.frame_bytes()),
            Span::Samples(samples, Ear::Both) if self.is_plain() => {
                out.write_all(bytemuck::cast_slice(samples))
            }
            Span::Samples(samples, ear) => samples
                .chunks(BLOCK)
                .try_for_each(|block| self.encode(Span::Samples(block, ear), out)),
            Span::Pairs(pairs) => {
                pairs.chunks(BLOCK).try_for_each(|block| self.encode(Span::Pairs(block), out))
            }
        }
    }

    /// Whether samples in memory are the file's bytes already.
    fn is_plain(&self) -> bool {
        let plain = WavFormat { channels: 1, bits: Bits::Int16, ..self.format };
        cfg!(target_endian = "little") && self.format == plain
    }

    fn encode(&mut self, block: Span, out: &mut Chunks<impl Write>) -> io::Result<()> {
        let frames = block.frames();
        let floats = if self.format.channels == 2 && block.has_ears() {
            let floats = &mut self.floats[..2 * frames];
            block.copy_to(floats.as_chunks_mut::<2>().0);
            floats
        } else {
            let floats = &mut self.floats[..frames];
            block.copy_to(floats);
            floats
        };
        self.bytes.resize(frames * self.format.frame_bytes() as usize, 0);
        let bytes = &mut self.bytes;
        match self.format.bits {
            Bits::Int16 => {
                put(floats, bytes, |sample| (scaled(sample, 32_768.0) as i16).to_le_bytes());
            }
            Bits::Int24 => put(floats, bytes, |sample| {
                let [low, middle, high, _] = (scaled(sample, 8_388_608.0) as i32).to_le_bytes();
                [low, middle, high]
            }),
            Bits::Float32 => put(floats, bytes, f32::to_le_bytes),
        }
        out.write_all(bytes)
    }
}

/// Puts the samples into `bytes`, encoded; where there is one for all channels, into each.
fn put<const N: usize>(samples: &[f32], bytes: &mut [u8], encode: impl Fn(f32) -> [u8; N]) {
    let places = bytes.as_chunks_mut::<N>().0;
    let alike = places.len() / samples.len();
    if alike == 1 {
        // Said apart, it is made several at a time.
        for (place, sample) in places.iter_mut().zip(samples) {
            *place = encode(*sample);
        }
        return;
    }
    for (alike, sample) in places.chunks_exact_mut(alike).zip(samples) {
        alike.fill(encode(*sample));
    }
}

/// A sample from -1.0 to 1.0 as a whole number of a format whose full scale is `full`.
fn scaled(sample: f32, full: f32) -> f32 {
    (sample * full).round_ties_even().clamp(-full, full - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(channels: u16, bits: Bits) -> WavFormat {
        WavFormat { rate: Rate::new(8000).unwrap(), channels, bits }
    }

    fn encoded(format: WavFormat, span: Span) -> Vec<u8> {
        let mut encoder = Encoder::new(format);
        let mut out = Vec::new();
        let mut chunks = Chunks::new(&mut out);
        encoder.write(span, &mut chunks).unwrap();
        chunks.flush().unwrap();
        out
    }

    #[test]
    fn the_header_is_the_one_that_hound_writes_for_as_many_samples() {
        for bits in [Bits::Int16, Bits::Int24, Bits::Float32] {
            for channels in [1, 2] {
                let format = format(channels, bits);
                let mut file = format.header(Frames(5)).unwrap();
                file.resize(
                    (file.len() + 5 * format.frame_bytes() as usize).next_multiple_of(2),
                    0,
                );
                let riff = u32::from_le_bytes(file[4..8].try_into().unwrap());
                assert_eq!(riff as usize + 8, file.len());
                let reader = hound::WavReader::new(Cursor::new(file)).unwrap();
                assert_eq!(reader.duration(), 5);
                assert_eq!(reader.spec().bits_per_sample, bits.count());
                assert_eq!(reader.spec().channels, channels);
            }
        }
    }

    #[test]
    fn a_file_beyond_four_gigabytes_is_refused_before_it_is_begun() {
        let format = format(2, Bits::Float32);
        let most = (u64::from(u32::MAX) - 60) / 8;
        assert!(format.header(Frames(most)).is_ok());
        let error = format.header(Frames(most + 1)).unwrap_err();
        assert!(error.to_string().starts_with("the file would have 4.3 GB"), "{error}");
    }

    #[test]
    fn samples_are_written_in_every_format() {
        let clip = Span::Samples(&[1, -2], Ear::Both);
        assert_eq!(encoded(format(1, Bits::Int16), clip), [1, 0, 254, 255]);
        assert_eq!(encoded(format(2, Bits::Int16), clip), [1, 0, 1, 0, 254, 255, 254, 255]);
        assert_eq!(encoded(format(1, Bits::Int24), clip), [0, 1, 0, 0, 254, 255]);
        let floats = [(1.0f32 / 32768.0).to_le_bytes(), (-2.0f32 / 32768.0).to_le_bytes()];
        assert_eq!(encoded(format(1, Bits::Float32), clip), floats.concat());
        assert_eq!(encoded(format(2, Bits::Int24), Span::Silence(1)), [0; 6]);
    }

    #[test]
    fn two_channels_have_what_each_ear_hears_in_every_format() {
        let near_left = Span::Samples(&[4, -8], Ear::Left);
        let pairs = Span::Pairs(&[[4, 1], [-8, -2]]);
        for span in [near_left, pairs] {
            let int16 = [4, 0, 1, 0, 248, 255, 254, 255];
            assert_eq!(encoded(format(2, Bits::Int16), span), int16);
            let int24 = [0, 4, 0, 0, 1, 0, 0, 248, 255, 0, 254, 255];
            assert_eq!(encoded(format(2, Bits::Int24), span), int24);
            let float32 = [4.0f32, 1.0, -8.0, -2.0].map(|s| (s / 32768.0).to_le_bytes());
            assert_eq!(encoded(format(2, Bits::Float32), span), float32.concat());
        }
        let near_right = Span::Samples(&[4], Ear::Right);
        assert_eq!(encoded(format(2, Bits::Int16), near_right), [1, 0, 4, 0]);
    }

    #[test]
    fn ears_longer_than_a_block_are_written_whole() {
        let whole = [4, 0, 1, 0].repeat(BLOCK + 3);
        let near_left = vec![4; BLOCK + 3];
        let pairs = vec![[4, 1]; BLOCK + 3];
        for span in [Span::Samples(&near_left, Ear::Left), Span::Pairs(&pairs)] {
            assert!(encoded(format(2, Bits::Int16), span) == whole);
        }
    }

    #[test]
    fn full_scale_stays_within_the_format() {
        let highest = Span::Samples(&[i16::MAX, i16::MIN], Ear::Both);
        assert_eq!(encoded(format(1, Bits::Int16), highest), [255, 127, 0, 128]);
        assert_eq!(encoded(format(1, Bits::Int24), highest), [0, 255, 127, 0, 0, 128]);
    }
}
