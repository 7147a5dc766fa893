//! Brings a programme to a loudness: louder or softer as a whole, its peaks limited.

use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread;

use ebur128::{Channel, EbuR128, Mode};

use super::limiter::Limiter;
use crate::mixer::Span;
use crate::render::Spans;
use crate::time::{Frames, Rate};

/// Frames that are worked on at a time, and how many such blocks may wait to be measured.
const BLOCK: usize = 4096;
const BLOCKS: usize = 8;

/// How near to the loudness asked for is near enough, in LU, and how often it is tried to come
/// nearer: where peaks are limited, a programme gets louder by less than it is turned up.
const NEAR: f64 = 0.1;
const TRIES: usize = 6;
/// Nothing is turned up or down further, in dB.
const MOST_GAIN: f64 = 60.0;

/// Gives the frames of another at another level, with its peaks limited.
pub struct Leveller<'a> {
    source: Channels<'a>,
    /// What every sample is multiplied by.
    gain: f32,
    limiter: Limiter,
    /// Frames that were taken, and those that were given.
    taken: u64,
    position: u64,
    is_whole: bool,
    channels: Vec<Vec<f32>>,
    pairs: Vec<[f32; 2]>,
}

/// The samples of a programme, channel by channel.
struct Channels<'a> {
    spans: &'a mut dyn Spans,
    mono: Vec<f32>,
    pairs: Vec<[f32; 2]>,
}

impl<'a> Channels<'a> {
    fn new(spans: &'a mut dyn Spans) -> Self {
        Self { spans, mono: vec![0.0; BLOCK], pairs: vec![[0.0; 2]; BLOCK] }
    }

    /// The next frames as one channel; none at the end.
    fn next_mono(&mut self) -> &[f32] {
        let frames = self.spans.next_span(BLOCK).map_or(0, |span| {
            span.copy_to(&mut self.mono[..span.frames()]);
            span.frames()
        });
        &self.mono[..frames]
    }

    /// The next frames as two channels; none at the end.
    fn next_pairs(&mut self) -> &[[f32; 2]] {
        let frames = self.spans.next_span(BLOCK).map_or(0, |span| {
            span.copy_to(&mut self.pairs[..span.frames()]);
            span.frames()
        });
        &self.pairs[..frames]
    }
}

impl<'a> Leveller<'a> {
    /// A leveller that makes `spans` louder by `gain` dB, for one channel or two.
    pub fn new(spans: &'a mut dyn Spans, rate: Rate, channels: u16, gain: f64) -> Self {
        let channels = usize::from(channels);
        Self {
            source: Channels::new(spans),
            gain: libm::exp10(gain / 20.0) as f32,
            limiter: Limiter::new(rate, channels),
            taken: 0,
            position: 0,
            is_whole: false,
            channels: vec![Vec::new(); channels],
            pairs: Vec::new(),
        }
    }

    /// Takes the next frames into the limiter; after the last it is let to run out.
    fn take(&mut self) {
        self.channels.iter_mut().for_each(Vec::clear);
        match self.channels.as_mut_slice() {
            [mono] => {
                let samples = self.source.next_mono();
                mono.extend(samples.iter().map(|sample| sample * self.gain));
            }
            ears => {
                let pairs = self.source.next_pairs();
                for (ear, samples) in ears.iter_mut().enumerate() {
                    samples.extend(pairs.iter().map(|frame| frame[ear] * self.gain));
                }
            }
        }
        let frames = self.channels[0].len();
        self.taken += frames as u64;
        self.limiter.take(&self.channels);
        if frames == 0 {
            self.is_whole = true;
            self.limiter.take_silence();
        }
    }
}

impl Spans for Leveller<'_> {
    fn position(&self) -> Frames {
        Frames(self.position)
    }

    fn next_span(&mut self, most: usize) -> Option<Span<'_>> {
        while self.limiter.ready() == 0 && !self.is_whole {
            self.take();
        }
        let left = (self.taken - self.position) as usize;
        let frames = self.limiter.ready().min(most).min(left);
        if frames == 0 {
            return None;
        }
        self.limiter.give(frames, &mut self.channels);
        self.position += frames as u64;
        match self.channels.as_slice() {
            [left, right] => {
                self.pairs.clear();
                self.pairs.extend(left.iter().zip(right).map(|(left, right)| [*left, *right]));
                Some(Span::FloatPairs(&self.pairs))
            }
            mono => Some(Span::Floats(&mono[0])),
        }
    }
}

/// A level, and the loudness that it makes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// How much louder the programme is to be made, in dB.
    pub gain: f64,
    /// How loud it is then, in LUFS.
    pub lufs: f64,
}

/// Finds the level at which a programme is as loud as `target`, in LUFS, as near as its peaks let
/// it. `loudness_at` measures it at a gain in dB; the first is `guess`.
///
/// # Errors
/// Whatever `loudness_at` gives. `None` where nothing is heard.
pub fn level_for<E>(
    target: f64,
    guess: f64,
    mut loudness_at: impl FnMut(f64) -> Result<Option<f64>, E>,
) -> Result<Option<Level>, E> {
    let mut gain = guess;
    let mut nearest: Option<Level> = None;
    for _ in 0..TRIES {
        gain = gain.clamp(-MOST_GAIN, MOST_GAIN);
        let Some(lufs) = loudness_at(gain)? else { return Ok(None) };
        let off = target - lufs;
        if nearest.is_none_or(|level| off.abs() < (target - level.lufs).abs()) {
            nearest = Some(Level { gain, lufs });
        }
        if off.abs() < NEAR {
            break;
        }
        gain += off;
    }
    Ok(nearest)
}

/// The integrated loudness of a programme in LUFS, as two ears hear it (EBU R128, by the library);
/// `None` when nothing is heard. It is measured on a thread of its own; `go_on` hears of every
/// position reached.
///
/// # Errors
/// What `go_on` gives, with which it ends.
pub fn loudness<E>(
    spans: &mut dyn Spans,
    rate: Rate,
    channels: u16,
    mut go_on: impl FnMut(Frames) -> Result<(), E>,
) -> Result<Option<f64>, E> {
    let (send, blocks) = sync_channel::<Vec<f32>>(BLOCKS);
    thread::scope(|scope| {
        let metering = scope.spawn(move || measured(blocks, rate, channels));
        let mut source = Channels::new(spans);
        loop {
            let samples = match channels {
                1 => source.next_mono(),
                _ => source.next_pairs().as_flattened(),
            };
            if samples.is_empty() || send.send(samples.to_vec()).is_err() {
                break;
            }
            go_on(source.spans.position())?;
        }
        drop(send);
        Ok(metering.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// The loudness of all samples that come, channels interleaved.
fn measured(blocks: impl IntoIterator<Item = Vec<f32>>, rate: Rate, channels: u16) -> Option<f64> {
    let mut meter = EbuR128::new(u32::from(channels), rate.hz(), Mode::I).ok()?;
    if channels == 1 {
        meter.set_channel(0, Channel::DualMono).ok()?;
    }
    let mut silence = Silence::new(rate, channels);
    for samples in blocks {
        silence.pass_on(&samples, &mut meter).ok()?;
    }
    meter.loudness_global().ok().filter(|lufs| lufs.is_finite())
}

/// Keeps long silence from a meter, which would measure it sample by sample to find that it does
/// not count: as many whole steps of its gating blocks as there are.
struct Silence {
    /// So much of it the meter gets: whatever sounded before has rung out by then.
    enough: usize,
    /// Samples of silence in a row that the meter got, and those that it did not.
    passed: usize,
    withheld: usize,
    /// One step of silence: 100 ms (EBU Tech 3341, section 2.2).
    step: Vec<f32>,
}

impl Silence {
    fn new(rate: Rate, channels: u16) -> Self {
        let (second, channels) = (rate.hz() as usize, usize::from(channels));
        // As the meter rounds it.
        let step = vec![0.0; (second + 5) / 10 * channels];
        Self { enough: second * channels, passed: 0, withheld: 0, step }
    }

    fn pass_on(&mut self, samples: &[f32], meter: &mut EbuR128) -> Result<(), ebur128::Error> {
        if samples.iter().any(|sample| *sample != 0.0) {
            meter.add_frames_f32(&self.step[..self.withheld % self.step.len()])?;
            (self.passed, self.withheld) = (0, 0);
        } else if self.passed >= self.enough {
            self.withheld += samples.len();
            return Ok(());
        } else {
            self.passed += samples.len();
        }
        meter.add_frames_f32(samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::render::Renderer;
    use crate::sounds::Sounds;
    use crate::timeline::{Ear, Timeline};

    /// Two seconds of a tone at 8 kHz with a short loud one in it, each at its height.
    fn renderer(soft: f64, loud: f64, ear: Ear) -> Renderer {
        let tone = |peak: f64, frames: usize| -> Vec<i16> {
            (0..frames).map(|i| (peak * 32767.0 * (0.7 * i as f64).sin()) as i16).collect()
        };
        let (soft, loud) = (tone(soft, 16_000), tone(loud, 400));
        let sounds: [&[i16]; 2] = [&soft, &loud];
        let timeline = Timeline::of(16_100, &sounds, &[(0, 0, ear), (7000, 1, ear)]);
        Renderer::new(Arc::new(timeline), Arc::new(Sounds::of(&sounds)))
    }

    fn rate() -> Rate {
        Rate::new(8000).unwrap()
    }

    /// All frames of a programme as pairs.
    fn pairs(spans: &mut dyn Spans, most: usize) -> Vec<[f32; 2]> {
        let mut all = Vec::new();
        while let Some(span) = spans.next_span(most) {
            let from = all.len();
            all.resize(from + span.frames(), [0.0; 2]);
            span.copy_to(&mut all[from..]);
        }
        all
    }

    #[test]
    fn at_no_gain_what_is_below_the_ceiling_is_the_same_frame_by_frame() {
        for ear in [Ear::Both, Ear::Left] {
            let as_it_is = pairs(&mut renderer(0.2, 0.3, ear), 1000);
            let mut renderer = renderer(0.2, 0.3, ear);
            let mut leveller = Leveller::new(&mut renderer, rate(), 2, 0.0);
            assert_eq!(pairs(&mut leveller, 777), as_it_is);
            assert_eq!(leveller.position(), Frames(16_100));
        }
    }

    #[test]
    fn six_db_more_are_twice_as_much_and_peaks_stop_at_the_ceiling() {
        let as_it_is = pairs(&mut renderer(0.2, 0.7, Ear::Both), 1000);
        let mut renderer = renderer(0.2, 0.7, Ear::Both);
        let louder = pairs(&mut Leveller::new(&mut renderer, rate(), 1, 6.0206), 1000);
        assert_eq!(louder.len(), as_it_is.len());
        assert!((louder[3000][0] - 2.0 * as_it_is[3000][0]).abs() < 1e-5);
        let highest = louder.iter().fold(0f32, |highest, frame| highest.max(frame[0].abs()));
        assert!((0.78..0.841).contains(&highest), "{highest}");
    }

    #[test]
    fn the_level_for_a_loudness_is_found_though_peaks_are_limited() {
        for (target, channels) in [(-30.0, 1), (-9.0, 1), (-9.0, 2)] {
            let mut tries = 0;
            let level = level_for(target, 0.0, |gain| {
                tries += 1;
                let mut renderer = renderer(0.1, 0.7, Ear::Both);
                let mut leveller = Leveller::new(&mut renderer, rate(), channels, gain);
                loudness(&mut leveller, rate(), channels, |_| Ok::<_, ()>(()))
            });
            let level = level.unwrap().unwrap();
            assert!((level.lufs - target).abs() <= NEAR, "{level:?} after {tries}");
        }
    }

    #[test]
    fn long_silence_is_left_out_and_changes_nothing() {
        let rate = Rate::new(11_025).unwrap();
        let tone = |frames: usize| (0..frames).map(|i| (0.3 * i as f32).sin() * 0.2);
        let mut programme: Vec<f32> = tone(40_000).collect();
        programme.extend(vec![0.0; 311_111]);
        programme.extend(tone(7000).map(|sample| sample / 2.0));
        programme.extend(vec![0.0; 99_999]);
        let (mut whole, mut shortened) = (meter(rate), meter(rate));
        whole.add_frames_f32(&programme).unwrap();
        let mut silence = Silence::new(rate, 1);
        for samples in programme.chunks(512) {
            silence.pass_on(samples, &mut shortened).unwrap();
        }
        assert_eq!(shortened.loudness_global(), whole.loudness_global());
        assert!(silence.withheld > 50_000);
    }

    fn meter(rate: Rate) -> EbuR128 {
        EbuR128::new(1, rate.hz(), Mode::I).unwrap()
    }

    #[test]
    fn silence_has_no_level() {
        assert_eq!(level_for(-16.0, 0.0, |_| Ok::<_, ()>(None)), Ok(None));
        let timeline = Timeline::of(16_000, &[], &[]);
        let mut silence = Renderer::new(Arc::new(timeline), Arc::new(Sounds::of(&[])));
        assert_eq!(loudness(&mut silence, rate(), 1, |_| Ok::<_, ()>(())), Ok(None));
    }
}
