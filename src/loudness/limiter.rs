//! A limiter that looks ahead: before a peak comes it has already turned down, so slowly that
//! nothing but the level changes, and afterwards it comes back. What stays below the ceiling
//! comes out as it was, to the bit.
//!
//! Peaks are true peaks, those between the samples as well: measured at four times the rate
//! (ITU-R BS.1770-5, annex 2).

use std::collections::VecDeque;

use crate::clip::filter::{Filter, Place, Shape};
use crate::time::{Millis, Rate};

/// The highest true peak, in dBTP.
pub const CEILING: f64 = -1.5;
/// So much lower is aimed for, in dB: other meters interpolate otherwise, and samples are rounded.
const MARGIN: f64 = 0.1;
/// How long before a peak it begins to turn down.
const AHEAD: Millis = Millis(5);
/// How long it takes to come back by 63 %.
const RELEASE: Millis = Millis(120);
/// From here on it has come back altogether.
const BACK: f32 = 0.999;
/// How many times the rate peaks are measured at, and the filter for it.
const OVERSAMPLING: u32 = 4;
const SHAPE: Shape = Shape { crossings: 11, cutoff: 1.0, beta: 5.0 };
/// Frames that are measured together.
const BLOCK: usize = 64;
/// Between two samples is looked for a peak only where one of them is higher than this part of the
/// ceiling. Of a tone whose samples are all lower than that beside its peaks there is none: at a
/// quarter of the rate all may be 0.71 of them, at any other pitch some are higher, again and again
/// within the time it looks ahead.
const NOTABLE: f32 = 0.5;

/// Limits one channel or two, which are turned down alike.
#[derive(Debug)]
pub struct Limiter {
    ceiling: f32,
    filter: Filter,
    /// Frames that were not given yet, a list for each channel, each with as many before them as
    /// the filter reaches back.
    frames: Vec<Vec<f32>>,
    /// The level that each of them needs, as far as it is known.
    needs: Vec<f32>,
    /// How many frames were given, those before the first among them.
    given: u64,
    has_begun: bool,
    low: Lowest,
    /// The next frame whose need is looked at.
    seen: u64,
    /// The last levels that were chosen, in a ring, the place of the oldest, and the last of all.
    chosen: Vec<f32>,
    oldest: usize,
    last: f32,
    /// Their sum. It is exact: all are 32-bit numbers up to one, of which a sum of hundreds fits
    /// into 64.
    sum: f64,
    ahead: usize,
    comeback: f32,
}

impl Limiter {
    /// A limiter for so many channels.
    pub fn new(rate: Rate, channels: usize) -> Self {
        let filter = Filter::new(1, OVERSAMPLING, SHAPE);
        let ahead = (rate.frame_at(AHEAD).0 as usize).max(1);
        Self {
            ceiling: libm::exp10((CEILING - MARGIN) / 20.0) as f32,
            // As long as it looks ahead it has turned down for what comes first.
            frames: vec![vec![0.0; filter.lead() + ahead]; channels],
            filter,
            needs: Vec::new(),
            given: 0,
            has_begun: false,
            low: Lowest { needs: VecDeque::new() },
            seen: 0,
            chosen: vec![1.0; ahead + 1],
            oldest: 0,
            last: 1.0,
            sum: (ahead + 1) as f64,
            ahead,
            comeback: 1.0 / rate.frame_at(RELEASE).0 as f32,
        }
    }

    /// Takes frames, a list for each channel, all as long.
    pub fn take(&mut self, frames: &[Vec<f32>]) {
        for (own, new) in self.frames.iter_mut().zip(frames) {
            own.extend_from_slice(new);
        }
        while self.needs.len() + BLOCK + self.filter.taps() <= self.frames[0].len() {
            self.measure_block();
        }
    }

    /// Takes as much silence as is needed to give all that came before.
    pub fn take_silence(&mut self) {
        let silence = vec![0.0; self.ahead + BLOCK + self.filter.taps()];
        self.take(&vec![silence; self.frames.len()]);
    }

    /// How many frames can be given.
    pub fn ready(&self) -> usize {
        let before = if self.has_begun { 0 } else { self.ahead };
        self.needs.len().saturating_sub(before + self.ahead)
    }

    /// Gives the next frames, as many as are ready or `most`, as a list for each channel.
    pub fn give(&mut self, most: usize, out: &mut [Vec<f32>]) {
        let frames = self.ready().min(most);
        if frames > 0 && !self.has_begun {
            self.has_begun = true;
            self.levels(self.ahead);
            self.step(self.ahead);
        }
        let lead = self.filter.lead();
        if self.rests(frames) {
            for (own, out) in self.frames.iter().zip(out) {
                out.clear();
                out.extend_from_slice(&own[lead..lead + frames]);
            }
        } else {
            let levels = self.levels(frames);
            for (own, out) in self.frames.iter().zip(out) {
                out.clear();
                out.extend(own[lead..].iter().zip(&levels).map(|(sample, level)| sample * level));
            }
        }
        self.step(frames);
    }

    /// Whether the next frames are at full level, all that counts before and after them too. If so
    /// they are as good as seen.
    fn rests(&mut self, frames: usize) -> bool {
        let until = self.given + (frames + self.ahead) as u64;
        let unseen = (self.seen - self.given) as usize..frames + self.ahead;
        let rests = self.low.needs.is_empty()
            && self.sum == self.chosen.len() as f64
            && self.needs[unseen].iter().all(|need| *need == 1.0);
        if rests {
            self.seen = self.seen.max(until);
        }
        rests
    }

    /// The levels of the next frames: of each the mean of those that were chosen for it and the
    /// frames before. Each of these is low enough for whatever comes within the time it looks
    /// ahead, so at a peak all of them are.
    fn levels(&mut self, frames: usize) -> Vec<f32> {
        let (needs, chosen) = (&self.needs, &mut self.chosen);
        let share = 1.0 / chosen.len() as f64;
        let (mut last, mut sum) = (self.last, self.sum);
        let level = |index| {
            let frame = self.given + index as u64;
            while self.seen <= frame + self.ahead as u64 {
                self.low.add(self.seen, needs[(self.seen - self.given) as usize]);
                self.seen += 1;
            }
            let back = last + (1.0 - last) * self.comeback;
            last = self.low.from(frame).min(if back > BACK { 1.0 } else { back });
            sum += f64::from(last) - f64::from(chosen[self.oldest]);
            chosen[self.oldest] = last;
            self.oldest = if self.oldest + 1 == chosen.len() { 0 } else { self.oldest + 1 };
            (sum * share) as f32
        };
        let levels = (0..frames).map(level).collect();
        (self.last, self.sum) = (last, sum);
        levels
    }

    /// Leaves so many frames behind.
    fn step(&mut self, frames: usize) {
        for own in &mut self.frames {
            own.drain(..frames);
        }
        self.needs.drain(..frames);
        self.given += frames as u64;
    }

    /// Finds the levels that the next frames need.
    fn measure_block(&mut self) {
        let (from, taps, lead) = (self.needs.len(), self.filter.taps(), self.filter.lead());
        let notable = self.ceiling * NOTABLE;
        let mut peaks = [0f32; BLOCK];
        for frames in &self.frames {
            let own = &frames[from + lead..=from + lead + BLOCK];
            let higher = |a: f32, b: f32| if a > b { a } else { b };
            if own.iter().fold(0f32, |highest, s| higher(highest, s.abs())) <= notable {
                continue;
            }
            let windows = frames[from..].windows(taps);
            for ((peak, pair), window) in peaks.iter_mut().zip(own.windows(2)).zip(windows) {
                if pair[0].abs() > notable || pair[1].abs() > notable {
                    *peak = peak.max(self.true_peak(window));
                }
            }
        }
        let need = |peak: f32| if peak > self.ceiling { self.ceiling / peak } else { 1.0 };
        self.needs.extend(peaks.into_iter().map(need));
    }

    /// The highest value at a frame and from there to the next.
    fn true_peak(&self, window: &[f32]) -> f32 {
        let mut place = Place::default();
        let mut peak = window[self.filter.lead()].abs();
        for _ in 1..OVERSAMPLING {
            place = self.filter.after(place);
            peak = peak.max(self.filter.value_at(window, place).abs());
        }
        peak
    }
}

/// The lowest of the needs that come within the time that is looked ahead.
#[derive(Debug)]
struct Lowest {
    /// Needs below full level and the frames that have them: in order, each higher than those
    /// before it.
    needs: VecDeque<(u64, f32)>,
}

impl Lowest {
    fn add(&mut self, frame: u64, need: f32) {
        if need < 1.0 {
            while self.needs.back().is_some_and(|(_, other)| *other >= need) {
                self.needs.pop_back();
            }
            self.needs.push_back((frame, need));
        }
    }

    /// The lowest from `frame` on.
    fn from(&mut self, frame: u64) -> f32 {
        while self.needs.front().is_some_and(|(of, _)| *of < frame) {
            self.needs.pop_front();
        }
        self.needs.front().map_or(1.0, |(_, need)| *need)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::slice;

    use ebur128::{EbuR128, Mode};

    const RATE: u32 = 48_000;

    /// What comes out of a limiter, taken in parts of `part` frames.
    fn limited(channels: &[Vec<f32>], part: usize) -> Vec<Vec<f32>> {
        let mut limiter = Limiter::new(Rate::new(RATE).unwrap(), channels.len());
        let mut out = vec![Vec::new(); channels.len()];
        let mut given = vec![Vec::new(); channels.len()];
        let frames = channels[0].len();
        let mut give = |limiter: &mut Limiter, most: usize| {
            limiter.give(most, &mut given);
            out.iter_mut().zip(&given).for_each(|(out, given)| out.extend(given));
        };
        for from in (0..frames).step_by(part) {
            let until = frames.min(from + part);
            let frames: Vec<_> =
                channels.iter().map(|channel| channel[from..until].to_vec()).collect();
            limiter.take(&frames);
            give(&mut limiter, usize::MAX);
        }
        limiter.take_silence();
        give(&mut limiter, usize::MAX);
        for out in &mut out {
            out.truncate(frames);
        }
        out
    }

    fn sine(peak: f64, hz: f64, phase: f64, frames: usize) -> Vec<f32> {
        let turn = std::f64::consts::TAU * hz / f64::from(RATE);
        (0..frames).map(|i| (peak * (turn * i as f64 + phase).sin()) as f32).collect()
    }

    /// The true peak by the library, the oracle, in dBTP.
    fn true_peak(samples: &[f32]) -> f64 {
        let mut meter = EbuR128::new(1, RATE, Mode::TRUE_PEAK).unwrap();
        meter.add_frames_f32(samples).unwrap();
        20.0 * meter.true_peak(0).unwrap().log10()
    }

    #[test]
    fn what_is_below_the_ceiling_comes_out_as_it_was() {
        let soft = sine(0.8, 440.0, 0.3, 30_000);
        assert!(limited(slice::from_ref(&soft), 1000)[0] == soft);
    }

    #[test]
    fn true_peaks_stay_below_the_ceiling_between_the_samples_too() {
        // At a quarter of the rate and 45 degrees every sample is 3 dB below the peaks.
        let mut loud = sine(1.15, f64::from(RATE) / 4.0, std::f64::consts::FRAC_PI_4, 9000);
        loud.extend(sine(0.2, 300.0, 0.0, 9000));
        loud.extend(sine(2.0, 300.0, 1.0, 9000));
        assert!(loud[..9000].iter().all(|sample| sample.abs() < 0.82));
        assert!(true_peak(&loud[..9000]) > 0.5);
        let [out] = limited(&[loud], 1000).try_into().unwrap();
        let peak = true_peak(&out);
        assert!(peak <= CEILING && peak > CEILING - 0.4, "{peak:.2} dBTP");
    }

    #[test]
    fn it_turns_down_before_a_peak_and_comes_back_after_it_without_a_step() {
        let mut samples = vec![0.1; 90_000];
        samples[30_000] = 1.6;
        let [out] = limited(&[samples.clone()], 777).try_into().unwrap();
        let level = |frame: usize| out[frame] / samples[frame];
        assert!(level(30_000 - 250) == 1.0 && level(30_000 - 120) < 0.8 && level(30_000) < 0.53);
        assert!(level(30_000 + 5760) < 0.95 && level(89_999) == 1.0);
        let levels: Vec<f32> = (29_000..90_000).map(level).collect();
        assert!(levels.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.005));
    }

    #[test]
    fn both_channels_are_turned_down_alike() {
        let (loud, soft) = (sine(1.5, 200.0, 0.0, 9000), vec![0.25; 9000]);
        let [left, right] = limited(&[loud.clone(), soft.clone()], 500).try_into().unwrap();
        for frame in (1000..9000).filter(|frame| loud[*frame].abs() > 0.1) {
            let (a, b) = (left[frame] / loud[frame], right[frame] / soft[frame]);
            assert!((a - b).abs() < 1e-6);
        }
    }

    #[test]
    fn how_much_comes_at_a_time_changes_nothing() {
        let loud = sine(1.5, 97.0, 0.0, 20_000);
        let whole = limited(slice::from_ref(&loud), 20_000);
        for part in [64, 999] {
            assert_eq!(limited(slice::from_ref(&loud), part), whole, "{part} at a time");
        }
    }
}
