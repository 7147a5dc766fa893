//! Brings music to another rate while it comes.

use wide::f32x4;

use crate::clip::filter::{Filter, Place, Shape};

/// For music at 44.1 kHz: even up to 19 kHz, and what is mirrored below -70 dB from 25.1 kHz on; between
/// the two lies what nobody hears. 32 products for a sample instead of the 104 of a clip: of clips
/// there is an end.
const SHAPE: Shape = Shape { crossings: 15, cutoff: 1.0, beta: 7.0 };

/// Sums run in so many lanes, so that they can be added side by side.
const LANES: usize = 8;

/// Brings two channels from one rate to another.
#[derive(Debug)]
pub struct Stereo {
    filter: Filter,
    /// Its weights, each twice: one for each ear.
    doubled: Vec<f32>,
    /// The old frames that are still needed, and the place of the first of them: the window of old
    /// frame `i` begins at `i`.
    old: Vec<[f32; 2]>,
    first: u64,
    /// Where the next new sample stands.
    next: Place,
}

impl Stereo {
    /// From `from` to `to` frames a second.
    pub fn new(from: u32, to: u32) -> Self {
        let filter = Filter::new(from, to, SHAPE);
        let old = vec![[0.0; 2]; filter.lead()];
        let doubled = filter.rows().iter().flat_map(|weight| [*weight; 2]).collect();
        Self { filter, doubled, old, first: 0, next: Place::default() }
    }

    /// Takes old frames, and adds to `out` what new ones can be made by now.
    pub fn push(&mut self, frames: &[[i16; 2]], out: &mut Vec<[i16; 2]>) {
        self.old.extend(frames.iter().map(|frame| frame.map(f32::from)));
        loop {
            let begin = (self.next.whole - self.first) as usize;
            let Some(window) = self.old.get(begin..begin + self.filter.taps()) else { break };
            out.push(self.pair_at(window).map(rounded));
            self.next = self.filter.after(self.next);
        }
        let done = ((self.next.whole - self.first) as usize).min(self.old.len());
        self.old.drain(..done);
        self.first += done as u64;
    }

    /// What both ears hear at the next place, of its window.
    #[inline]
    fn pair_at(&self, window: &[[f32; 2]]) -> [f32; 2] {
        let (row, part) = self.filter.row_at(self.next);
        let length = 2 * self.filter.taps();
        let pair = |row: usize| dots(&self.doubled[row * length..][..length], window);
        let here = pair(row);
        if part == 0.0 {
            return here;
        }
        let there = pair(row + 1);
        [0, 1].map(|ear| here[ear] + part * (there[ear] - here[ear]))
    }

    /// Adds the rest to `out`, of which the old frames have come.
    pub fn finish(&mut self, out: &mut Vec<[i16; 2]>) {
        self.push(&vec![[0; 2]; self.filter.taps() - self.filter.lead() - 1], out);
    }
}

/// The sums of products for both ears, which take turns in the lanes; added in one fixed order.
#[inline]
fn dots(doubled: &[f32], window: &[[f32; 2]]) -> [f32; 2] {
    let (mut even, mut odd) = (f32x4::ZERO, f32x4::ZERO);
    let samples = window.as_flattened().as_chunks::<LANES>().0;
    for (weights, samples) in doubled.as_chunks::<LANES>().0.iter().zip(samples) {
        let ([w, v], [s, t]) = (halves(weights), halves(samples));
        even += w * s;
        odd += v * t;
    }
    let [left, right, more_left, more_right] = (even + odd).to_array();
    [left + more_left, right + more_right]
}

#[inline]
fn halves([a, b, c, d, e, f, g, h]: &[f32; LANES]) -> [f32x4; 2] {
    [f32x4::new([*a, *b, *c, *d]), f32x4::new([*e, *f, *g, *h])]
}

/// The nearest sample of 16 bit; what is beyond stops there.
#[inline]
fn rounded(value: f32) -> i16 {
    (value + 0.5f32.copysign(value)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEAK: f64 = 20_000.0;

    fn sine(hz: f64, rate: u32, count: usize) -> Vec<f64> {
        let turn = std::f64::consts::TAU * hz / f64::from(rate);
        (0..count).map(|i| PEAK * (turn * i as f64).sin()).collect()
    }

    fn scaled(sample: f64) -> i16 {
        sample.round() as i16
    }

    fn resampled(from: u32, to: u32, old: &[[i16; 2]], at_once: usize) -> Vec<[i16; 2]> {
        let (mut stereo, mut new) = (Stereo::new(from, to), Vec::new());
        for frames in old.chunks(at_once) {
            stereo.push(frames, &mut new);
        }
        stereo.finish(&mut new);
        new
    }

    #[test]
    fn a_sine_in_each_ear_stays_the_same_sine() {
        for (from, to) in [(44_100, 48_000), (48_000, 44_100), (22_050, 48_000), (96_000, 48_000)] {
            let (left, right) = (sine(997.0, from, 20_000), sine(7001.0, from, 20_000));
            let frames =
                left.iter().zip(&right).map(|(left, right)| [scaled(*left), scaled(*right)]);
            let old: Vec<[i16; 2]> = frames.collect();
            let new = resampled(from, to, &old, 1000);
            assert_eq!(new.len() as u64, (20_000 * u64::from(to)).div_ceil(u64::from(from)));
            for (channel, hz) in [997.0, 7001.0].into_iter().enumerate() {
                let ideal = sine(hz, to, new.len());
                let inner = 200..new.len() - 200;
                let power: f64 =
                    inner.clone().map(|i| (f64::from(new[i][channel]) - ideal[i]).powi(2)).sum();
                let error = 10.0 * (power / inner.len() as f64 / (PEAK * PEAK / 2.0)).log10();
                assert!(error < -66.0, "{hz} Hz from {from} to {to}: {error:.1} dB");
            }
        }
    }

    #[test]
    fn what_cannot_be_held_is_gone() {
        let old: Vec<[i16; 2]> =
            sine(9000.0, 48_000, 12_000).iter().map(|s| [scaled(*s); 2]).collect();
        let new = resampled(48_000, 8_000, &old, 12_000);
        assert!(new[200..1700].iter().flatten().all(|sample| sample.abs() < 4));
    }

    #[test]
    fn how_many_frames_come_at_a_time_changes_nothing() {
        let old: Vec<[i16; 2]> =
            sine(500.0, 44_100, 4000).iter().map(|s| [scaled(*s), 7]).collect();
        let whole = resampled(44_100, 48_000, &old, 4000);
        for at_once in [1, 33, 1024] {
            assert_eq!(resampled(44_100, 48_000, &old, at_once), whole, "{at_once} at a time");
        }
    }
}
