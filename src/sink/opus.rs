//! Opus in Ogg: a tenth of the room, for phones. Sources: RFC 7845 (Ogg encapsulation of Opus),
//! RFC 6716 (Opus).
//!
//! The encoder counts in whole numbers. Only its choice between speech and music would be made in
//! floating point, which processors round differently, and is made at the highest complexity alone.

use std::io::{self, Write};

use ogg::{PacketWriteEndInfo, PacketWriter};
use ropus::{Application, Bitrate, Channels, Encoder};

use super::chunks::{Chunks, Holes};
use super::comments::{self, VENDOR, comments};
use super::pcm::{Blocks, FULL_16};
use super::tags::Tags;
use crate::error::Error;
use crate::render::Spans;
use crate::time::{Frames, Rate};

/// The rates that Opus carries; all are decoded at the highest.
const RATES: [u32; 5] = [8000, 12_000, 16_000, 24_000, 48_000];
const HIGHEST: u32 = 48_000;
/// Packets in a second.
const PACKETS: u32 = 50;
/// The most bytes of a packet of 20 ms (RFC 6716, section 3.4).
const LARGEST: usize = 1275;
/// The highest complexity that does without floating point.
const COMPLEXITY: u8 = 9;
/// Silent packets after which all others are alike.
const SETTLED: u32 = PACKETS;
/// The number of the only stream in the file.
const SERIAL: u32 = 1;

/// The shape of an Opus file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpusFormat {
    /// Frames a second.
    pub rate: Rate,
    /// One channel, or the left and the right.
    pub channels: u16,
    /// Thousands of bits a second, on average.
    pub kbps: u16,
}

impl OpusFormat {
    /// The lowest bit rate with which Opus is of use, and the highest that it has, in thousands a
    /// second.
    pub const BITRATES: std::ops::RangeInclusive<i64> = 6..=510;

    /// A shape that Opus can have; without a bit rate, one at which speech and tones have little to
    /// lose.
    ///
    /// # Errors
    /// [`Error::Usage`] for another rate than Opus has.
    pub fn new(rate: Rate, channels: u16, kbps: Option<u16>) -> Result<Self, Error> {
        if !RATES.contains(&rate.hz()) {
            return Err(Error::Usage(format!(
                "Opus cannot carry {} frames a second: take --rate 48000, 24000, 16000, 12000 or \
                 8000, or another format",
                rate.hz()
            )));
        }
        let kbps = kbps.unwrap_or(if channels == 2 { 80 } else { 48 });
        Ok(Self { rate, channels, kbps })
    }

    fn encoder(self) -> Encoder {
        let channels = if self.channels == 2 { Channels::Stereo } else { Channels::Mono };
        let encoder = Encoder::builder(self.rate.hz(), channels, Application::Audio);
        let encoder = encoder.bitrate(Bitrate::Bits(u32::from(self.kbps) * 1000)).vbr(true);
        encoder.complexity(COMPLEXITY).build().expect("all of it is within the bounds of Opus")
    }
}

/// Leaves out what an Opus file cannot hold, and tells it.
pub fn limit(tags: &mut Tags) -> Vec<String> {
    tags.limit_chapters(comments::MOST_CHAPTERS, "Opus").into_iter().collect()
}

/// Writes a whole file of `frames` to `out`, its samples from `spans`. `progress` hears of every
/// position reached.
///
/// A decoder is told how much to drop at the begin, by which the encoder lags behind, and where the
/// last packet ends (RFC 7845, sections 4.2 and 4.4): what it gives has just as many frames.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write(
    spans: &mut dyn Spans,
    format: OpusFormat,
    frames: Frames,
    tags: Option<&Tags>,
    out: impl Holes,
    mut progress: impl FnMut(Frames),
) -> io::Result<()> {
    let mut out = Chunks::new(out);
    let mut ogg = PacketWriter::new(&mut out);
    let encoder = format.encoder();
    // In a file frames are counted at the highest rate (RFC 7845, section 4).
    let each = HIGHEST / format.rate.hz();
    let skip = encoder.lookahead() * each;
    ogg.write_packet(head(format, skip as u16), SERIAL, PacketWriteEndInfo::EndPage, 0)?;
    ogg.write_packet(tag_packet(tags), SERIAL, PacketWriteEndInfo::EndPage, 0)?;
    let end = u64::from(skip) + frames.0 * u64::from(each);
    let packet = HIGHEST / PACKETS;
    let packets = end.div_ceil(packet.into());
    let block = (format.rate.hz() / PACKETS) as usize;
    let mut blocks = Blocks::new(format.channels, FULL_16, block);
    let mut encoding = Packets::new(encoder, block * usize::from(format.channels));
    for number in 1..=packets {
        let place = match number {
            last if last == packets => PacketWriteEndInfo::EndStream,
            // A page is a second, to which a player can jump.
            number if number.is_multiple_of(PACKETS.into()) => PacketWriteEndInfo::EndPage,
            _ => PacketWriteEndInfo::NormalPacket,
        };
        let granule = end.min(number * u64::from(packet));
        let packet = encoding.packet(blocks.next(spans)).to_vec();
        ogg.write_packet(packet, SERIAL, place, granule)?;
        progress(spans.position());
    }
    out.flush()
}

/// The identification header (RFC 7845, section 5.1): version 1, no gain, channels as they are.
fn head(format: OpusFormat, skip: u16) -> Vec<u8> {
    let (skip, rate) = (skip.to_le_bytes(), format.rate.hz().to_le_bytes());
    [b"OpusHead\x01", [format.channels as u8].as_slice(), &skip, &rate, &[0, 0, 0]].concat()
}

/// The comment header (RFC 7845, section 5.2).
fn tag_packet(tags: Option<&Tags>) -> Vec<u8> {
    let comments = tags.map_or(Vec::new(), comments);
    let counted = |text: &str| [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
    let mut packet = [b"OpusTags".as_slice(), &counted(VENDOR)].concat();
    packet.extend((comments.len() as u32).to_le_bytes());
    packet.extend(comments.iter().flat_map(|comment| counted(comment)));
    packet
}

/// Makes packets of 20 ms.
struct Packets {
    encoder: Encoder,
    /// Room for the samples of one, and for its bytes.
    samples: Vec<i16>,
    bytes: [u8; LARGEST],
    /// How many bytes the last one had.
    length: usize,
    /// How many silent ones there were in a row.
    silent: u32,
}

impl Packets {
    fn new(encoder: Encoder, samples: usize) -> Self {
        let samples = vec![0; samples];
        Self { encoder, samples, bytes: [0; LARGEST], length: 0, silent: 0 }
    }

    /// The packet of a block; what a block lacks is silence. As silence goes on, the encoder makes
    /// the same packet again and again: it need not be asked.
    fn packet(&mut self, block: &[i32]) -> &[u8] {
        let is_silent = block.iter().all(|sample| *sample == 0);
        self.silent = if is_silent { self.silent + 1 } else { 0 };
        if self.silent <= SETTLED {
            self.samples.fill(0);
            for (sample, whole) in self.samples.iter_mut().zip(block) {
                *sample = *whole as i16;
            }
            let encoded = self.encoder.encode(&self.samples, &mut self.bytes);
            self.length = encoded.expect("20 ms are a packet, and there is room for the largest");
        }
        &self.bytes[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::super::tags::SOFTWARE;
    use super::super::tags::tests::tags;
    use super::*;

    fn format(channels: u16) -> OpusFormat {
        OpusFormat::new(Rate::new(8000).unwrap(), channels, None).unwrap()
    }

    #[test]
    fn the_head_tells_channels_the_lag_and_the_rate() {
        let expected = b"OpusHead\x01\x02\x38\x01\x40\x1f\0\0\0\0\0";
        assert_eq!(head(format(2), 312), expected);
    }

    #[test]
    fn comments_are_counted_and_each_has_its_length() {
        let plain = b"OpusTags\x08\0\0\0earcoach\0\0\0\0";
        assert_eq!(tag_packet(None), plain);
        let encoder = format!("ENCODER={SOFTWARE}");
        let expected = [
            &plain[..plain.len() - 4],
            b"\x03\0\0\0\x0a\0\0\0TITLE=Calm\x0b\0\0\0GENRE=other",
            &(encoder.len() as u32).to_le_bytes(),
            encoder.as_bytes(),
        ];
        assert_eq!(tag_packet(Some(&tags(&[]))), expected.concat());
    }

    /// What is left unasked would have been answered in the same way.
    #[test]
    fn as_silence_goes_on_the_encoder_makes_the_same_packet() {
        for (channels, kbps, hz) in
            [(1, 48, 48_000), (2, 80, 48_000), (1, 6, 8000), (1, 20, 16_000)]
        {
            let format = OpusFormat::new(Rate::new(hz).unwrap(), channels, Some(kbps)).unwrap();
            let samples = (hz / PACKETS) as usize * usize::from(channels);
            let noise: Vec<i16> = (0..samples as i32).map(|n| (n * 7919) as i16).collect();
            let (mut asked, mut bytes) = (format.encoder(), [0; LARGEST]);
            let mut packets = Packets::new(format.encoder(), samples);
            for number in 0..200 {
                let block = if number < 20 { noise.clone() } else { vec![0; samples] };
                let length = asked.encode(&block, &mut bytes).unwrap();
                let whole: Vec<i32> = block.iter().map(|sample| i32::from(*sample)).collect();
                assert_eq!(
                    packets.packet(&whole),
                    &bytes[..length],
                    "{kbps} kb/s, packet {number}"
                );
            }
        }
    }

    #[test]
    fn rates_that_opus_has_not_are_refused() {
        let of = |hz| OpusFormat::new(Rate::new(hz).unwrap(), 2, None);
        assert_eq!(of(12_000).unwrap().kbps, 80);
        assert_eq!(
            of(44_100).unwrap_err().to_string(),
            "Opus cannot carry 44100 frames a second: take --rate 48000, 24000, 16000, 12000 or 8000, \
             or another format"
        );
    }
}
