//! A recording becomes a clip as the shipped ones are: without rumble, cut to its words, at their
//! loudness, its ends soft and silent.

use std::f64::consts::{PI, SQRT_2};

use crate::clip::decode::Audio;
use crate::clip::resample::Resampler;
use crate::loudness::limiter::Limiter;
use crate::loudness::speech::measure;
use crate::time::{Millis, Rate};

/// The level at which voices are heard, in LUFS as two ears hear mono.
const LOUDNESS: f64 = -16.0;
/// The level is found to this, in LU.
const NEAR: f64 = 0.05;
/// Tries at most to find it: a limiter takes some of what a gain gives.
const TRIES: usize = 12;
/// The most gain, in dB: with more, a whisper's noise would be as loud as speech.
const MOST_GAIN: f64 = 50.0;
/// What lies below this is no speech, in Hz.
const RUMBLE: f64 = 80.0;
/// Steps in which speech is looked for.
const STEP: Millis = Millis(5);
/// So many steps together are the quietest that counts as the room's own noise.
const CALM: usize = 12;
/// Speech is within this of the loudest step, in dB, and this much above the room.
const FLOOR: f64 = 52.0;
const ABOVE_NOISE: f64 = 8.0;
/// However noisy the room is, what is within this of the loudest step is speech, in dB.
const SURE: f64 = 24.0;
/// Steps of silence that may lie within words: before the t of "at" there is some.
const PAUSE: usize = 40;
/// Sounds that last no longer than so many steps, with silence around, are no words but a click.
const CLICK: usize = 10;
/// What is kept before the first and after the last step of speech; it is faded.
const GUARD_IN: Millis = Millis(8);
const GUARD_OUT: Millis = Millis(16);
/// Silence before and after.
const LEAD: Millis = Millis(20);
const TAIL: Millis = Millis(60);
/// The longest clip, as voice packs have it.
const LONGEST: Millis = Millis::from_secs(60);
/// Below this the loudest step is silence, in dBFS.
const SILENCE: f64 = -60.0;
/// So many samples at the very top in a row were cut off there.
const FLAT: usize = 3;
/// Speech that is less than this above the room is noisy, in dB.
const NOISY: f64 = 30.0;

/// A finished clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Mastered {
    /// Frames a second.
    pub rate: Rate,
    /// Mono samples.
    pub samples: Vec<i16>,
    /// The loudness in LUFS of the spoken part, as two ears hear mono.
    pub lufs: f64,
    /// The true peak in dBTP.
    pub peak: f64,
    /// What is to be heard that cannot be mended.
    pub doubts: Vec<Doubt>,
}

/// What makes a recording worse than it could be.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Doubt {
    /// It was too loud for whatever recorded it.
    #[error("it is clipped: it was too loud for the recording; speak softer, or further away")]
    Clipped,
    /// The room is loud.
    #[error("it is noisy: speech is only {0:.0} dB above the room; find a quieter place")]
    Noisy(f64),
}

/// Why a recording cannot be a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Nothing is heard.
    #[error("nothing is heard in it")]
    Silent,
    /// It is longer than clips may be.
    #[error("it is longer than {} s", LONGEST.0 / 1000)]
    TooLong,
}

/// Makes a clip at `rate` of a recording.
///
/// # Errors
/// See [`Flaw`].
pub fn master(recording: &Audio, rate: Rate) -> Result<Mastered, Flaw> {
    let most = u64::from(recording.rate) * 4 * LONGEST.0 / 1000;
    if recording.samples.len() as u64 > most {
        return Err(Flaw::TooLong);
    }
    let mut doubts = Vec::new();
    if is_clipped(&recording.samples) {
        doubts.push(Doubt::Clipped);
    }
    let samples = match recording.rate {
        own if own == rate.hz() => recording.samples.clone(),
        own => Resampler::new(own, rate.hz()).resample(&recording.samples),
    };
    let clean = without_rumble(&samples, rate);
    let found = find_speech(&clean, rate).ok_or(Flaw::Silent)?;
    if found.above_noise < NOISY {
        doubts.push(Doubt::Noisy(found.above_noise));
    }
    let speech = cut(&clean, &found, rate);
    if speech.len() as u64 > rate.frame_at(LONGEST - LEAD - TAIL).0 {
        return Err(Flaw::TooLong);
    }
    let speech = levelled(&speech, rate).ok_or(Flaw::Silent)?;
    let (lufs, peak) = measure(&speech, rate.hz());
    let silence = |length: Millis| vec![0; rate.frame_at(length).0 as usize];
    let samples = [silence(LEAD), speech, silence(TAIL)].concat();
    let (lufs, peak) = (hundredths(lufs), hundredths(peak));
    Ok(Mastered { rate, samples, lufs, peak, doubts })
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn is_clipped(samples: &[i16]) -> bool {
    let is_top = |sample: i16| sample == i16::MAX || sample <= -i16::MAX;
    samples.windows(FLAT).any(|run| is_top(run[0]) && run.iter().all(|s| *s == run[0]))
}

/// Two high-pass filters of second order, together a Butterworth filter of fourth; their
/// coefficients by the bilinear transform, as Robert Bristow-Johnson's Audio EQ Cookbook has them.
fn without_rumble(samples: &[i16], rate: Rate) -> Vec<f64> {
    let mut signal: Vec<f64> = samples.iter().map(|s| f64::from(*s) / 32768.0).collect();
    let angle = 2.0 * PI * RUMBLE / f64::from(rate.hz());
    let (sin, cos) = (libm::sin(angle), libm::cos(angle));
    // 1 / (2 cos 22.5°) and 1 / (2 cos 67.5°): the two resonances of that filter.
    let half = libm::sqrt(2.0 + SQRT_2);
    for q in [1.0 / half, 1.0 / libm::sqrt(2.0 - SQRT_2)] {
        let alpha = sin / (2.0 * q);
        let (a0, a1, a2) = (1.0 + alpha, -2.0 * cos, 1.0 - alpha);
        let (b0, b1) = (f64::midpoint(1.0, cos), -(1.0 + cos));
        let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
        for sample in &mut signal {
            let x = *sample;
            let y = (b0 * x + b1 * x1 + b0 * x2 - a1 * y1 - a2 * y2) / a0;
            (x2, x1, y2, y1) = (x1, x, y1, y);
            *sample = y;
        }
    }
    signal
}

/// Where speech was found.
struct Found {
    /// The first sample, and the one after the last.
    range: std::ops::Range<usize>,
    /// How far it is above the room, in dB.
    above_noise: f64,
}

fn find_speech(signal: &[f64], rate: Rate) -> Option<Found> {
    let step = rate.frame_at(STEP).0 as usize;
    let levels = levels(signal, step);
    let loudest = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if loudest < SILENCE {
        return None;
    }
    let noise = levels.windows(CALM).map(mean).fold(loudest, f64::min);
    let threshold = (loudest - FLOOR).max(noise + ABOVE_NOISE).min(loudest - SURE);
    let loud: Vec<usize> = (0..levels.len()).filter(|at| levels[*at] > threshold).collect();
    let mut sounds = loud.chunk_by(|a, b| b - a <= PAUSE).filter(|sound| sound.len() > CLICK);
    let first = sounds.next()?;
    let last = sounds.next_back().unwrap_or(first);
    let range = first[0] * step..((last[last.len() - 1] + 1) * step).min(signal.len());
    Some(Found { range, above_noise: loudest - noise })
}

/// The level of each step in dB, as it is or with its treble raised: a soft s, f or t is heard by
/// that.
fn levels(signal: &[f64], step: usize) -> Vec<f64> {
    let before = std::iter::once(0.0).chain(signal.iter().copied());
    let treble: Vec<f64> =
        signal.iter().zip(before).map(|(x, before)| 2.0 * (x - before)).collect();
    let level = |part: &[f64]| {
        let power = part.iter().map(|x| x * x).sum::<f64>() / part.len() as f64;
        10.0 * libm::log10(power + 1e-14)
    };
    let steps = signal.chunks(step).zip(treble.chunks(step));
    steps.map(|(plain, treble)| level(plain).max(level(treble))).collect()
}

fn mean(levels: &[f64]) -> f64 {
    levels.iter().sum::<f64>() / levels.len() as f64
}

/// The speech with its guards, which are faded.
fn cut(signal: &[f64], found: &Found, rate: Rate) -> Vec<f64> {
    let guard = |length: Millis| rate.frame_at(length).0 as usize;
    let (guard_in, guard_out) = (guard(GUARD_IN), guard(GUARD_OUT));
    let begin = found.range.start.saturating_sub(guard_in);
    let end = (found.range.end + guard_out).min(signal.len());
    let mut speech = signal[begin..end].to_vec();
    let fade = |turn: usize, of: usize| 0.5 - 0.5 * libm::cos(PI * turn as f64 / of as f64);
    let count = speech.len();
    for (turn, sample) in speech[..guard_in.min(count)].iter_mut().enumerate() {
        *sample *= fade(turn, guard_in);
    }
    for (turn, sample) in speech[count - guard_out.min(count)..].iter_mut().rev().enumerate() {
        *sample *= fade(turn, guard_out);
    }
    speech
}

/// Speech at the loudness of clips, its peaks limited; `None` if there is none.
fn levelled(speech: &[f64], rate: Rate) -> Option<Vec<i16>> {
    let mut gain = 0.0;
    let mut samples = limited(speech, gain, rate);
    for _ in 0..TRIES {
        let (lufs, _) = measure(&samples, rate.hz());
        let off = LOUDNESS - lufs;
        if !off.is_finite() {
            return None;
        }
        if off.abs() < NEAR {
            break;
        }
        gain = (gain + off).min(MOST_GAIN);
        samples = limited(speech, gain, rate);
    }
    Some(samples)
}

fn limited(speech: &[f64], gain: f64, rate: Rate) -> Vec<i16> {
    let factor = libm::exp10(gain / 20.0);
    let louder: Vec<f32> = speech.iter().map(|x| (x * factor) as f32).collect();
    let mut limiter = Limiter::new(rate, 1);
    limiter.take(&[louder]);
    limiter.take_silence();
    let mut out = vec![Vec::new()];
    limiter.give(speech.len(), &mut out);
    let round = |x: &f32| (x * 32768.0).round_ties_even().clamp(-32768.0, 32767.0) as i16;
    out[0].iter().map(round).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HZ: u32 = 8000;

    /// A tone with a sound before and after, as loud as asked, and a room of its own.
    fn recording(level: f64, room: f64) -> Audio {
        let mut noise = crate::random::Random::new(7);
        let samples = (0..HZ * 2).map(|i| {
            let tone = libm::sin(f64::from(i) * 0.35) * level;
            let is_on = (HZ / 2..HZ * 3 / 2).contains(&i);
            let hiss = (f64::from(noise.next() as u16) / 32768.0 - 1.0) * room;
            ((if is_on { tone } else { 0.0 } + hiss) * 32767.0) as i16
        });
        Audio { rate: HZ, samples: samples.collect() }
    }

    fn rate() -> Rate {
        Rate::new(HZ).unwrap()
    }

    #[test]
    fn a_recording_is_cut_to_its_words_and_has_the_loudness_of_clips() {
        for (level, room) in [(0.9, 0.0), (0.1, 0.0005), (0.01, 0.0), (0.3, 0.003)] {
            let clip = master(&recording(level, room), rate()).unwrap();
            assert!((clip.lufs - LOUDNESS).abs() < 0.1, "{level}: {}", clip.lufs);
            assert!(clip.peak < -1.5, "{}", clip.peak);
            // A second of speech, its guards and its margins, and what the filter rings.
            let (frames, expected) = (clip.samples.len() as i64, i64::from(HZ) + 64 + 128 + 640);
            assert!((frames - expected).abs() <= 240, "{level} {room}: {frames}, not {expected}");
            assert!(clip.samples[..160].iter().all(|s| *s == 0));
            assert!(clip.samples[clip.samples.len() - 480..].iter().all(|s| *s == 0));
            assert_eq!(clip.doubts, [], "{level} {room}");
        }
    }

    #[test]
    fn a_click_before_the_words_is_no_word() {
        let mut clicked = recording(0.3, 0.0);
        clicked.samples[500] = 20_000;
        let (clean, clicked) = (recording(0.3, 0.0), clicked);
        let length = |audio: &Audio| master(audio, rate()).unwrap().samples.len();
        assert_eq!(length(&clicked), length(&clean));
    }

    #[test]
    fn silence_and_what_is_too_long_are_refused() {
        let silence = Audio { rate: HZ, samples: vec![3; 8000] };
        assert_eq!(master(&silence, rate()), Err(Flaw::Silent));
        assert_eq!(master(&Audio { rate: HZ, samples: vec![] }, rate()), Err(Flaw::Silent));
        let tone = |i: usize| if i % 8 < 4 { 9000 } else { -9000 };
        let endless = Audio { rate: HZ, samples: (0..61 * 8000).map(tone).collect() };
        assert_eq!(master(&endless, rate()), Err(Flaw::TooLong));
    }

    #[test]
    fn what_was_too_loud_or_in_a_loud_room_is_told() {
        let mut clipped = recording(0.9, 0.0);
        clipped.samples[6000..6004].fill(i16::MAX);
        assert_eq!(master(&clipped, rate()).unwrap().doubts, [Doubt::Clipped]);
        let noisy = master(&recording(0.3, 0.03), rate()).unwrap();
        assert!(matches!(noisy.doubts[..], [Doubt::Noisy(db)] if db > 10.0), "{:?}", noisy.doubts);
    }

    #[test]
    fn rumble_is_taken_out_and_speech_is_not() {
        let rate = Rate::DEFAULT;
        let power = |hz: f64| {
            let turn = 2.0 * PI * hz / 48_000.0;
            let wave: Vec<i16> =
                (0..48_000).map(|i| (libm::sin(turn * f64::from(i)) * 20_000.0) as i16).collect();
            let out = without_rumble(&wave, rate);
            let power = out[24_000..].iter().map(|x| x * x).sum::<f64>() / 24_000.0;
            10.0 * libm::log10(power * 2.0 * (32768.0 / 20_000.0f64).powi(2))
        };
        // Of fourth order: 24 dB an octave, and half the power at its corner.
        assert!(power(40.0) < -24.0, "{}", power(40.0));
        assert!((power(80.0) + 3.0).abs() < 0.1, "{}", power(80.0));
        assert!(power(300.0) > -0.1, "{}", power(300.0));
    }
}
