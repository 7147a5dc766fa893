//! Writes a rendered timeline as a WAV stream. The length is known before the
//! first sample, so the header is right from the start and the stream can go into a pipe.

use std::io::{self, Cursor, Write};

use super::chunks::{Chunks, Holes};
use super::pcm::{Bits, FULL_16, FULL_24, whole};
use super::riff;
use crate::mixer::Span;
use crate::render::Spans;
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

/// Frames rendered at a time: after so many, progress is shown.
const SPAN: usize = 65_536;
/// Frames encoded at a time.
const BLOCK: usize = 4096;
/// Bytes of the chunk with lengths of 64 bits.
const LENGTHS: u64 = 36;

impl WavFormat {
    /// Bytes in a frame.
    pub fn frame_bytes(self) -> u64 {
        u64::from(self.channels) * u64::from(self.bits.count() / 8)
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

/// A WAV file but for its samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WavFile {
    /// Its shape.
    pub format: WavFormat,
    /// How many frames it has.
    pub frames: Frames,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl WavFile {
    /// A file of `frames` that ends with `chunks`.
    ///
    /// Where 32 bits cannot count its bytes it becomes an RF64 file, which readers of WAV know
    /// by its first four letters: the lengths that are too large are given as 0xFFFFFFFF there,
    /// and stand in a chunk of their own before all others (EBU Tech 3306 v1.1, section 3.3).
    pub fn new(format: WavFormat, frames: Frames, chunks: Vec<u8>) -> Self {
        let mut file = Self { format, frames, head: format.empty_file(), tail: chunks };
        // The RIFF chunk counts all after its own length field, at byte 4; the data chunk's own
        // length is the header's last field (Multimedia Programming Interface 1.0, chapter 2).
        let (riff, data) = (u32::try_from(file.bytes() - 8), file.data() as u32);
        let end = file.head.len();
        match riff {
            Ok(riff) => {
                file.head[4..8].copy_from_slice(&riff.to_le_bytes());
                file.head[end - 4..].copy_from_slice(&data.to_le_bytes());
            }
            Err(_) => file.lengthen(),
        }
        file
    }

    /// Makes it an RF64 file.
    fn lengthen(&mut self) {
        let end = self.head.len();
        self.head[..8].copy_from_slice(b"RF64\xff\xff\xff\xff");
        self.head[end - 4..].copy_from_slice(&[0xff; 4]);
        let after_wave = 12;
        let riff = self.bytes() - 8 + LENGTHS;
        let lengths = [riff, self.data(), self.frames.0].map(u64::to_le_bytes);
        // After the three there might be a table of other long chunks: it is empty.
        let lengths = riff::chunk(*b"ds64", &[lengths.as_flattened(), &[0; 4]].concat());
        self.head.splice(after_wave..after_wave, lengths);
    }

    /// Bytes of all samples.
    fn data(&self) -> u64 {
        self.frames.0 * self.format.frame_bytes()
    }

    /// What brings the samples to an even number of bytes, as every chunk needs it.
    fn pad(&self) -> &'static [u8] {
        if self.data() % 2 == 1 { &[0] } else { &[] }
    }

    /// Bytes of the whole file.
    pub fn bytes(&self) -> u64 {
        (self.head.len() + self.pad().len() + self.tail.len()) as u64 + self.data()
    }
}

/// Writes a whole file to `out`, its samples from `spans`. `progress` hears of every position
/// reached.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write(
    spans: &mut dyn Spans,
    file: &WavFile,
    out: impl Holes,
    mut progress: impl FnMut(Frames),
) -> io::Result<()> {
    let mut out = Chunks::new(out);
    let mut encoder = Encoder::new(file.format);
    out.write_all(&file.head)?;
    while let Some(span) = spans.next_span(SPAN) {
        encoder.write(span, &mut out)?;
        progress(spans.position());
    }
    out.write_all(file.pad())?;
    out.write_all(&file.tail)?;
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

    fn write(&mut self, span: Span, out: &mut Chunks<impl Holes>) -> io::Result<()> {
        match span {
            Span::Silence(frames) => {
                out.add_zeros(frames as u64 * self.format.frame_bytes());
                Ok(())
            }
            Span::Samples(samples, Ear::Both) if self.is_plain() => {
                out.write_all(bytemuck::cast_slice(samples))
            }
            Span::Samples(samples, ear) => samples
                .chunks(BLOCK)
                .try_for_each(|block| self.encode(Span::Samples(block, ear), out)),
            Span::Pairs(pairs) if self.is_plain_pairs() => {
                out.write_all(bytemuck::cast_slice(pairs))
            }
            Span::Pairs(pairs) => {
                pairs.chunks(BLOCK).try_for_each(|block| self.encode(Span::Pairs(block), out))
            }
            Span::Floats(samples) => {
                samples.chunks(BLOCK).try_for_each(|block| self.encode(Span::Floats(block), out))
            }
            Span::FloatPairs(pairs) => {
                pairs.chunks(BLOCK).try_for_each(|block| self.encode(Span::FloatPairs(block), out))
            }
        }
    }

    /// Whether samples in memory are the file's bytes already, one for each frame.
    fn is_plain(&self) -> bool {
        let plain = WavFormat { channels: 1, bits: Bits::Int16, ..self.format };
        cfg!(target_endian = "little") && self.format == plain
    }

    /// The same for two.
    fn is_plain_pairs(&self) -> bool {
        let plain = WavFormat { channels: 2, bits: Bits::Int16, ..self.format };
        cfg!(target_endian = "little") && self.format == plain
    }

    fn encode(&mut self, block: Span, out: &mut Chunks<impl Holes>) -> io::Result<()> {
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
                put(floats, bytes, |sample| (whole(sample, FULL_16) as i16).to_le_bytes());
            }
            Bits::Int24 => put(floats, bytes, |sample| {
                let [low, middle, high, _] = whole(sample, FULL_24).to_le_bytes();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Renderer;
    use crate::sounds::Sounds;
    use crate::timeline::Timeline;
    use std::sync::Arc;

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
    fn the_head_is_the_one_that_hound_writes_for_as_many_samples() {
        for bits in [Bits::Int16, Bits::Int24, Bits::Float32] {
            for channels in [1, 2] {
                let file = WavFile::new(format(channels, bits), Frames(5), b"tail".to_vec());
                let samples = vec![0; 5 * file.format.frame_bytes() as usize];
                let bytes = [&file.head, samples.as_slice(), file.pad(), &file.tail].concat();
                assert_eq!(bytes.len() as u64, file.bytes());
                let riff = u32::from_le_bytes(bytes[4..8].try_into().unwrap());
                assert_eq!(riff as usize + 8, bytes.len());
                let reader = hound::WavReader::new(Cursor::new(bytes)).unwrap();
                assert_eq!(reader.duration(), 5);
                assert_eq!(reader.spec().bits_per_sample, bits.count());
                assert_eq!(reader.spec().channels, channels);
            }
        }
    }

    #[test]
    fn what_comes_after_the_samples_begins_at_an_even_place() {
        let file = WavFile::new(format(1, Bits::Int24), Frames(1), b"tail".to_vec());
        let timeline = Timeline::of(1, &[], &[]);
        let mut renderer = Renderer::new(Arc::new(timeline), Arc::new(Sounds::of(&[])));
        let mut written = Vec::new();
        write(&mut renderer, &file, &mut written, |_| ()).unwrap();
        assert_eq!(written[written.len() - 12..], *b"\x03\0\0\0\0\0\0\0tail");
        assert_eq!(written.len() as u64, file.bytes());
    }

    /// The longest file that 32 bits can count has 4 GiB and 6 bytes: lengths are even.
    #[test]
    fn a_file_is_an_rf64_one_as_soon_as_32_bits_cannot_count_it() {
        let format = format(1, Bits::Int16);
        let most = (u64::from(u32::MAX) - 1 - 36) / 2;
        let longest = WavFile::new(format, Frames(most), Vec::new());
        assert_eq!(longest.head[..16], *b"RIFF\xfe\xff\xff\xffWAVEfmt ");
        assert_eq!(longest.head[40..], *b"\xda\xff\xff\xff");
        for (frames, chunks) in [(most + 1, &b""[..]), (most, b"ta")] {
            let longer = WavFile::new(format, Frames(frames), chunks.to_vec());
            assert_eq!(longer.head[..8], *b"RF64\xff\xff\xff\xff");
        }
    }

    #[test]
    fn an_rf64_file_has_its_lengths_in_64_bits_before_all_else() {
        // Twelve hours of two channels: 16.6 GB.
        let (format, frames) = (format(2, Bits::Int24), 12 * 3600 * 64_000);
        let file = WavFile::new(format, Frames(frames), b"tail".to_vec());
        let plain = format.empty_file();
        let expected = [
            b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0".as_slice(),
            &(6 * frames + 4 + plain.len() as u64 + 36 - 8).to_le_bytes(),
            &(6 * frames).to_le_bytes(),
            &frames.to_le_bytes(),
            &[0; 4],
            &plain[12..plain.len() - 4],
            &[0xff; 4],
        ];
        assert_eq!(file.head, expected.concat());
        assert_eq!(file.bytes(), 6 * frames + 4 + file.head.len() as u64);
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
