//! Guide tones: a soft tone that rises while one breathes in and falls while one breathes
//! out, as long as the breath.

use serde::Serialize;

use crate::time::{Frames, Millis, Rate};

/// A guide tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Glide {
    /// Which way it goes.
    pub way: Way,
    /// How long it sounds.
    pub length: Millis,
}

/// Which way a guide tone goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// Up.
    Rise,
    /// Down.
    Fall,
}

impl Way {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rise => "rise",
            Self::Fall => "fall",
        }
    }
}

/// Where it begins and ends, in Hz: C4 and G4 of the equal-tempered scale with A4 = 440 Hz
/// (ISO 16), which small earbuds still play.
const LOW: f64 = 261.63;
const HIGH: f64 = 392.00;
/// Its peak as a part of full scale: soft enough to be spoken over.
const PEAK: f64 = 0.07;
/// How much of it swells, and how much fades.
const SWELL: f64 = 0.25;

impl Glide {
    /// How long it sounds at `rate`.
    pub fn frames(self, rate: Rate) -> Frames {
        rate.frame_at(self.length)
    }

    /// Its samples at `rate`, 16 bit: the same on every processor.
    pub fn samples(self, rate: Rate) -> Vec<i16> {
        let (count, hz) = (self.frames(rate).0, f64::from(rate.hz()));
        let (from, to) = match self.way {
            Way::Rise => (LOW, HIGH),
            Way::Fall => (HIGH, LOW),
        };
        let mut turn = 0.0;
        (0..count)
            .map(|frame| {
                let part = frame as f64 / count as f64;
                let edge = (part.min(1.0 - part) / SWELL).min(1.0);
                let envelope = edge * edge * (3.0 - 2.0 * edge);
                let value = libm::sin(std::f64::consts::TAU * turn) * PEAK * envelope;
                turn += (from + (to - from) * part) / hz;
                turn -= libm::floor(turn);
                libm::round(value * f64::from(i16::MAX)) as i16
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often the samples go up through zero.
    fn turns(samples: &[i16]) -> usize {
        samples.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count()
    }

    #[test]
    fn it_rises_or_falls_and_neither_clicks_nor_shouts() {
        let rate = Rate::new(8000).unwrap();
        for (way, first, last) in [(Way::Rise, LOW, HIGH), (Way::Fall, HIGH, LOW)] {
            let samples = Glide { way, length: Millis(4000) }.samples(rate);
            assert_eq!(samples.len(), 32_000);
            assert_eq!(samples[0], 0);
            assert!(samples[31_999].abs() < 20);
            let peak = samples.iter().map(|sample| sample.abs()).max().unwrap();
            assert!((2200..=2294).contains(&peak), "{peak}");
            // The first and the last half second are a sixteenth of the way off on average, and
            // half seconds count turns to 2 Hz; the softest ones are lost in rounding.
            let begin = turns(&samples[..4000]) as f64 * 2.0;
            let end = turns(&samples[28_000..]) as f64 * 2.0;
            let sixteenth = (last - first) / 16.0;
            assert!((begin - first - sixteenth).abs() < 10.0, "{begin}");
            assert!((end - last + sixteenth).abs() < 10.0, "{end}");
        }
    }
}
