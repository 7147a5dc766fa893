//! FLAC: the samples of a WAV file in less room. Sources: RFC 9639, sections 7 (the streamable
//! subset, to which all is kept) and 8 (metadata blocks).
//!
//! Samples are predicted by FLAC's fixed polynomials alone. Its other predictors are fitted with
//! cosines and logarithms in floating point, which processors round differently: the samples would be
//! the same, the bytes of the file would not.

use std::cell::Cell;
use std::io::{self, Write};
use std::num::NonZero;

use flac_codec::encode::{FlacSampleWriter, FlacStreamWriter, Options};
use flac_codec::metadata::contiguous::Contiguous;
use flac_codec::metadata::cuesheet::{ISRC, Index, LeadOutNonCDDA, TrackNonCDDA};
use flac_codec::metadata::{
    BlockList, Cuesheet, SeekPoint, SeekTable, Streaminfo, VorbisComment, write_blocks,
};

use super::chunks::{Chunks, Holes};
use super::comments::{self, VENDOR, comments};
use super::pcm::{Bits, Blocks, FULL_16, FULL_24};
use super::tags::Tags;
use crate::chapters::Chapter;
use crate::error::Error;
use crate::render::Spans;
use crate::time::{Frames, Rate};

/// Frames encoded at a time.
const BLOCK: u16 = 4096;
/// Seconds from one seek point to the next.
const SEEK: u64 = 10;
/// The most tracks of a cue sheet that is not a CD's (section 8.7).
const MOST_TRACKS: usize = 254;

/// The shape of a FLAC file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlacFormat {
    /// Frames a second.
    pub rate: Rate,
    /// One channel, or the left and the right.
    pub channels: u16,
    /// How a sample is written, 16 bits or 24.
    pub bits: Bits,
}

impl FlacFormat {
    /// A shape that FLAC can have.
    ///
    /// # Errors
    /// [`Error::Usage`] for samples in floating point, and for a rate that frames of FLAC cannot
    /// tell.
    pub fn new(rate: Rate, channels: u16, bits: Bits) -> Result<Self, Error> {
        if bits == Bits::Float32 {
            return Err(Error::Usage(
                "--bits 32: FLAC has whole numbers only; take 16 or 24 bits, or WAV".into(),
            ));
        }
        let hz = rate.hz();
        if hz >= u32::from(u16::MAX) && !hz.is_multiple_of(10) {
            return Err(Error::Usage(format!(
                "--rate {hz}: beyond 65534 FLAC has rates in tens; take {} or {}",
                hz / 10 * 10,
                hz / 10 * 10 + 10
            )));
        }
        Ok(Self { rate, channels, bits })
    }

    /// What a sample of 1.0 would be.
    fn full(self) -> f32 {
        if self.bits == Bits::Int16 { FULL_16 } else { FULL_24 }
    }
}

/// Leaves out what a FLAC file cannot hold, and tells it.
pub fn limit(tags: &mut Tags) -> Vec<String> {
    if let Some(note) = tags.limit_chapters(comments::MOST_CHAPTERS, "FLAC") {
        return vec![note];
    }
    let count = tags.chapters.len();
    if count <= MOST_TRACKS {
        return Vec::new();
    }
    vec![format!(
        "the FLAC has no cue sheet: there would be {count} tracks, more than {MOST_TRACKS}; its \
         comments have all chapters"
    )]
}

/// Writes a whole file of `frames` to `out`, its samples from `spans`. `progress` hears of every
/// position reached.
///
/// What is known of the samples only when all were made stands in the head: it is given, to be
/// written over that with which the file began. A stream goes without.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write(
    spans: &mut dyn Spans,
    format: FlacFormat,
    frames: Frames,
    tags: Option<&Tags>,
    out: impl Holes,
    mut progress: impl FnMut(Frames),
) -> io::Result<Vec<u8>> {
    let mut out = Chunks::new(out);
    let mut seek = SeekPoints::new(format.rate, frames);
    let mut sum = Sum::new(format.bits);
    out.write_all(&head(format, frames, tags, seek.table(), None)?)?;
    let written = Cell::new(0);
    let counted = Counted { out: &mut out, written: &written };
    let mut encoder = FlacStreamWriter::new(counted, options());
    let mut blocks = Blocks::new(format.channels, format.full(), BLOCK.into());
    loop {
        let samples = blocks.next(spans);
        if samples.is_empty() {
            break;
        }
        seek.add(samples.len() as u64 / u64::from(format.channels), written.get());
        sum.add(samples);
        let (rate, bits) = (format.rate.hz(), u32::from(format.bits.count()));
        encoder.write(rate, format.channels as u8, bits, samples)?;
        progress(spans.position());
    }
    out.flush()?;
    head(format, frames, tags, seek.table(), Some(sum.finish()))
}

fn options() -> Options {
    let fixed = Options::default().max_lpc_order(None).expect("there need be no other predictor");
    fixed.fast_channel_correlation(true)
}

/// A whole file of one channel with 16 bits.
///
/// # Errors
/// For a rate that FLAC cannot tell, or more samples than it can count.
pub fn mono(samples: &[i16], rate: u32) -> io::Result<Vec<u8>> {
    let mut file = io::Cursor::new(Vec::new());
    let count = Some(samples.len() as u64);
    let mut writer = FlacSampleWriter::new(&mut file, options().no_padding(), rate, 16, 1, count)?;
    let wide: Vec<i32> = samples.iter().map(|sample| i32::from(*sample)).collect();
    writer.write(&wide)?;
    writer.finalize()?;
    Ok(file.into_inner())
}

/// All that comes before the samples. It has the same length whatever is known of them.
fn head(
    format: FlacFormat,
    frames: Frames,
    tags: Option<&Tags>,
    seek: SeekTable,
    md5: Option<[u8; 16]>,
) -> io::Result<Vec<u8>> {
    let mut blocks = BlockList::new(Streaminfo {
        minimum_block_size: BLOCK,
        maximum_block_size: BLOCK,
        minimum_frame_size: None,
        maximum_frame_size: None,
        sample_rate: format.rate.hz(),
        channels: NonZero::new(format.channels as u8).expect("there is a channel"),
        bits_per_sample: u32::from(format.bits.count()).try_into().expect("16 or 24"),
        total_samples: NonZero::new(frames.0),
        md5,
    });
    blocks.insert(seek);
    // Chapters of the cue sheet have no names. A reader that knows both kinds takes the later where
    // both have a number: the comments, whose numbers are those of the tracks.
    if let Some(sheet) = tags.and_then(|tags| cue_sheet(&tags.chapters, frames)) {
        blocks.insert(sheet);
    }
    if let Some(tags) = tags {
        blocks.insert(VorbisComment { vendor_string: VENDOR.into(), fields: comments(tags) });
    }
    let mut head = Vec::new();
    write_blocks(&mut head, blocks.blocks())?;
    Ok(head)
}

/// The chapters as tracks, to the frame. The first track of a sheet begins with the samples: what
/// comes before the first chapter is the gap before it, index 0.
fn cue_sheet(chapters: &[Chapter], frames: Frames) -> Option<Cuesheet> {
    if chapters.is_empty() || chapters.len() > MOST_TRACKS {
        return None;
    }
    let tracks = chapters.iter().zip(1..).map(|(chapter, number)| {
        let gap = if number == 1 { chapter.from } else { Frames(0) };
        let indexes = match gap.0 {
            0 => vec![Index { offset: 0, number: 1 }],
            gap => vec![Index { offset: 0, number: 0 }, Index { offset: gap, number: 1 }],
        };
        let indexes = Contiguous::try_from(indexes).ok()?;
        Some(TrackNonCDDA {
            offset: (chapter.from - gap).0,
            number: NonZero::new(number)?,
            isrc: ISRC::None,
            non_audio: false,
            pre_emphasis: false,
            index_points: indexes.try_into().ok()?,
        })
    });
    let tracks: Vec<TrackNonCDDA> = tracks.collect::<Option<_>>()?;
    let lead_out = LeadOutNonCDDA::new(tracks.last(), frames.0).ok()?;
    let tracks = tracks.try_into().ok()?;
    Some(Cuesheet::NonCDDA { catalog_number: Vec::new(), tracks, lead_out })
}

/// Where the blocks begin to which a player would jump. There is room for all of them before
/// they are known.
struct SeekPoints {
    /// Frames from one to the next.
    step: u64,
    points: Vec<SeekPoint>,
    /// How many there will be.
    count: usize,
    /// Frames so far.
    frames: u64,
}

impl SeekPoints {
    fn new(rate: Rate, frames: Frames) -> Self {
        let step = SEEK * u64::from(rate.hz());
        Self { step, points: Vec::new(), count: frames.0.div_ceil(step) as usize, frames: 0 }
    }

    /// A block of so many frames begins at a byte.
    fn add(&mut self, frames: u64, byte: u64) {
        if self.points.len() as u64 * self.step < self.frames + frames {
            self.points.push(SeekPoint::Defined {
                sample_offset: self.frames,
                byte_offset: byte,
                frame_samples: frames as u16,
            });
        }
        self.frames += frames;
    }

    fn table(&self) -> SeekTable {
        let mut points = self.points.clone();
        points.resize(self.count, SeekPoint::Placeholder);
        SeekTable { points: points.try_into().expect("they are in order, one each 10 s of a day") }
    }
}

/// The MD5 sum of all samples, as little-endian bytes (section 8.2).
struct Sum {
    bytes_each: usize,
    bytes: Vec<u8>,
    context: md5::Context,
}

impl Sum {
    fn new(bits: Bits) -> Self {
        let bytes_each = usize::from(bits.count() / 8);
        Self { bytes_each, bytes: Vec::new(), context: md5::Context::new() }
    }

    fn add(&mut self, samples: &[i32]) {
        self.bytes.clear();
        for sample in samples {
            self.bytes.extend_from_slice(&sample.to_le_bytes()[..self.bytes_each]);
        }
        self.context.consume(&self.bytes);
    }

    fn finish(self) -> [u8; 16] {
        self.context.finalize().0
    }
}

/// Counts what is written.
struct Counted<'a, W> {
    out: W,
    written: &'a Cell<u64>,
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.written.set(self.written.get() + written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tags::tests::tags;
    use super::*;
    use crate::render::Renderer;
    use crate::sounds::Sounds;
    use crate::timeline::{Ear, Timeline};
    use std::sync::Arc;

    fn format(bits: Bits) -> FlacFormat {
        FlacFormat::new(Rate::new(8000).unwrap(), 1, bits).unwrap()
    }

    /// Samples as a file, with what its head is to be at last.
    fn written(samples: &[i16], format: FlacFormat) -> Vec<u8> {
        let frames = samples.len() as u64;
        let timeline = Timeline::of(frames, &[samples], &[(0, 0, Ear::Both)]);
        let mut spans = Renderer::new(Arc::new(timeline), Arc::new(Sounds::of(&[samples])));
        let mut file = Vec::new();
        let head = write(&mut spans, format, Frames(frames), None, &mut file, |_| ()).unwrap();
        file[..head.len()].copy_from_slice(&head);
        file
    }

    #[test]
    fn files_of_any_length_are_read_as_they_were_written() {
        let noise: Vec<i16> = (0..8200i32).map(|n| (n * 7919) as i16).collect();
        for frames in [1, 15, 16, 4095, 4096, 4097, 8192, 8200] {
            for bits in [Bits::Int16, Bits::Int24] {
                let file = written(&noise[..frames], format(bits));
                let read = crate::clip::decode::decode(file, frames).unwrap();
                assert!(read.samples == noise[..frames], "{frames} frames");
            }
        }
    }

    #[test]
    fn the_head_tells_the_length_and_the_sum_of_the_samples() {
        let file = written(&[1, -2], format(Bits::Int16));
        let expected = [
            b"fLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0\0\0".as_slice(),
            // 20 bits of the rate, 3 of the channels but one, 5 of the bits but one, 36 of frames.
            b"\x01\xf4\0\xf0\0\0\0\x02",
            &md5::compute(b"\x01\0\xfe\xff").0,
            // The seek table, the last block, with its only point.
            b"\x83\0\0\x12\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02",
        ];
        assert_eq!(file[..file.len().min(64)], expected.concat());
    }

    #[test]
    fn a_seek_point_is_the_block_in_which_ten_seconds_are_over() {
        let mut seek = SeekPoints::new(Rate::new(8000).unwrap(), Frames(90_000));
        for (block, byte) in (0..21).zip((0..).step_by(100)) {
            seek.add(if block == 20 { 8080 } else { 4096 }, byte);
        }
        let defined = |block: u64| SeekPoint::Defined {
            sample_offset: block * 4096,
            byte_offset: block * 100,
            frame_samples: 4096,
        };
        assert_eq!(*seek.table().points, [defined(0), defined(19)]);
    }

    #[test]
    fn a_file_that_ends_before_its_time_has_room_left_for_seek_points() {
        let mut seek = SeekPoints::new(Rate::new(8000).unwrap(), Frames(80_001));
        assert_eq!(*seek.table().points, [SeekPoint::Placeholder, SeekPoint::Placeholder]);
        seek.add(9, 0);
        assert_eq!(seek.table().points[1], SeekPoint::Placeholder);
    }

    #[test]
    fn chapters_are_tracks_and_what_comes_before_them_is_a_gap() {
        let sheet = |chapters: &[(&str, u64, u64)]| {
            let sheet = cue_sheet(&tags(chapters).chapters, Frames(90))?;
            let track = |track: flac_codec::metadata::cuesheet::TrackGeneric| {
                let indexes = track.index_points.iter().map(|index| (index.number, index.offset));
                (track.number, track.offset, indexes.collect::<Vec<_>>())
            };
            Some(sheet.tracks().map(track).collect::<Vec<_>>())
        };
        let lead_out = (None, 90, vec![]);
        let expected =
            vec![(Some(1), 0, vec![(0, 0), (1, 5)]), (Some(2), 40, vec![(1, 0)]), lead_out.clone()];
        assert_eq!(sheet(&[("In", 5, 40), ("Out", 40, 90)]), Some(expected));
        assert_eq!(sheet(&[("All", 0, 90)]), Some(vec![(Some(1), 0, vec![(1, 0)]), lead_out]));
        assert_eq!(sheet(&[]), None);
    }

    #[test]
    fn more_tracks_than_a_cue_sheet_has_are_comments_alone_and_it_is_told() {
        let many = |count: u64| -> Vec<(&str, u64, u64)> {
            (0..count).map(|chapter| ("x", chapter, chapter + 1)).collect()
        };
        let mut fits = tags(&many(254));
        assert_eq!(limit(&mut fits), [] as [&str; 0]);
        assert!(cue_sheet(&fits.chapters, Frames(254)).is_some());
        let mut beyond = tags(&many(255));
        let told = "the FLAC has no cue sheet: there would be 255 tracks, more than 254; its comments \
                    have all chapters";
        assert_eq!((limit(&mut beyond), beyond.chapters.len()), (vec![told.to_string()], 255));
        assert!(cue_sheet(&beyond.chapters, Frames(255)).is_none());
        let told = "the FLAC has no chapters: there would be 1000, more than 999";
        assert_eq!(limit(&mut tags(&many(1000))), [told]);
    }

    #[test]
    fn what_flac_cannot_carry_is_refused() {
        let of = |hz, bits| FlacFormat::new(Rate::new(hz).unwrap(), 1, bits);
        let refused = |hz, bits| of(hz, bits).unwrap_err().to_string();
        assert!(of(65_534, Bits::Int16).is_ok() && of(65_540, Bits::Int24).is_ok());
        assert_eq!(
            refused(96_001, Bits::Int16),
            "--rate 96001: beyond 65534 FLAC has rates in tens; take 96000 or 96010"
        );
        assert_eq!(
            refused(48_000, Bits::Float32),
            "--bits 32: FLAC has whole numbers only; take 16 or 24 bits, or WAV"
        );
    }
}
