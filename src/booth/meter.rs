//! The level meter: how high the signal peaks, for the eye.

use super::levels::SILENCE_DB;
use crate::time::Rate;

/// How fast the level falls, in dB a second (IEC 60268-10, type I: 20 dB in 1.7 s).
const FALL: f32 = 20.0 / 1.7;
/// How long the highest peak and a warning stay, in seconds.
const HOLD: u32 = 2;
/// As many samples in a row at full scale are clipped: a single one may be a peak that fits.
const CLIPPED: u32 = 3;
/// Full scale, as the highest value of 16 bit.
pub const FULL_SCALE: f32 = 32_767.0 / 32_768.0;

/// A level meter.
#[derive(Debug)]
pub struct Meter {
    rate: Rate,
    level: f32,
    held: f32,
    /// Frames since the held peak.
    since_held: u64,
    /// Frames since samples were clipped.
    since_clipped: Option<u64>,
    clips: Clips,
}

/// What a meter shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The level, in dBFS.
    pub level: f32,
    /// The highest of the last two seconds, in dBFS.
    pub held: f32,
    /// Whether samples were clipped in them.
    pub clips: bool,
}

impl Meter {
    /// For peaks at `rate`.
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            level: SILENCE_DB,
            held: SILENCE_DB,
            since_held: 0,
            since_clipped: None,
            clips: Clips::default(),
        }
    }

    /// The highest values of some frames in a row, 1.0 being full scale.
    pub fn feed(&mut self, peaks: impl IntoIterator<Item = f32>) {
        let (mut highest, mut frames, before) = (0f32, 0, self.clips.count);
        for peak in peaks {
            highest = highest.max(peak);
            frames += 1;
            self.clips.feed(peak);
        }
        let peak = if highest > 0.0 { 20.0 * highest.log10() } else { SILENCE_DB };
        let seconds = frames as f32 / self.rate.hz() as f32;
        self.level = peak.max(self.level - FALL * seconds).max(SILENCE_DB);
        self.since_held += frames;
        if self.level >= self.held || self.since_held > self.hold() {
            (self.held, self.since_held) = (self.level, 0);
        }
        self.since_clipped = match self.since_clipped {
            _ if self.clips.count > before => Some(0),
            since => since.map(|since| since + frames),
        };
    }

    /// What it shows now.
    pub fn reading(&self) -> Reading {
        let clips = self.since_clipped.is_some_and(|since| since <= self.hold());
        Reading { level: self.level, held: self.held, clips }
    }

    fn hold(&self) -> u64 {
        u64::from(HOLD * self.rate.hz())
    }
}

/// Counts the places where a signal was cut off at full scale.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clips {
    /// How many there were.
    pub count: u32,
    /// Samples in a row at full scale.
    run: u32,
}

impl Clips {
    /// The next sample's height.
    pub fn feed(&mut self, peak: f32) {
        self.run = if peak >= FULL_SCALE { self.run + 1 } else { 0 };
        self.count += u32::from(self.run == CLIPPED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(peaks: &[(f32, usize)]) -> Reading {
        let mut meter = Meter::new(Rate::new(8000).unwrap());
        for (peak, frames) in peaks {
            meter.feed(std::iter::repeat_n(*peak, *frames));
        }
        meter.reading()
    }

    #[test]
    fn a_peak_is_shown_at_once_falls_slowly_and_is_held_for_two_seconds() {
        let shown = |level, held| Reading { level, held, clips: false };
        assert_eq!(meter(&[]), shown(SILENCE_DB, SILENCE_DB));
        assert_eq!(meter(&[(0.1, 1)]), shown(-20.0, -20.0));
        let Reading { level, held, .. } = meter(&[(0.1, 1), (0.0, 8 * 1700)]);
        assert!((level - -40.0).abs() < 0.01 && held == -20.0, "{level} {held}");
        let Reading { level, held, .. } = meter(&[(0.1, 1), (0.0, 8 * 1700), (0.0, 8 * 600)]);
        assert_eq!(level, held);
        assert_eq!(meter(&[(0.1, 1), (0.0, 8000 * 60)]).level, SILENCE_DB);
    }

    #[test]
    fn three_samples_at_full_scale_are_clipped_and_told_for_two_seconds() {
        assert!(!meter(&[(1.0, 2), (0.5, 1), (1.0, 2)]).clips);
        assert!(meter(&[(1.0, 2), (1.0, 1)]).clips);
        assert!(meter(&[(1.0, 9), (0.0, 15_000)]).clips);
        assert!(!meter(&[(1.0, 9), (0.0, 16_001)]).clips);
    }

    #[test]
    fn a_place_that_is_cut_off_counts_once() {
        let mut clips = Clips::default();
        let peaks = [0.2, 1.0, 1.0, 1.0, 1.0, 0.9, 1.0, 1.0, 0.1, 1.0, 1.0, 1.0];
        for peak in peaks {
            clips.feed(peak);
        }
        assert_eq!(clips.count, 2);
    }
}
