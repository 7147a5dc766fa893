//! The tones: short, low and soft figures of notes, each known by its shape
//! without words. Rising means begin, falling means let go, three steps down mean
//! deeper. They are made at the timeline's own rate from a recurrence, so that
//! every machine makes the same samples.

use std::array::from_fn;

use serde::Serialize;

use crate::time::{Frames, Millis, Rate};

/// The tones there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// A timed part begins: two notes up.
    Start,
    /// A timed part ends: two notes down.
    End,
    /// A little deeper: three low notes down.
    Deepen,
    /// One second of a countdown: one short note.
    Tick,
    /// Half of the time is over: the same note twice.
    Halfway,
    /// All is done: a chord climbed, its top note ringing out.
    Finish,
    /// Words follow a long silence: one soft, low note.
    Breath,
}

/// One note: when it begins and how long it takes to fade, in ms, and its pitch in Hz.
struct Note(u64, u64, f64);

// Pitches of the equal-tempered scale with A4 = 440 Hz (ISO 16), rounded to 0.01 Hz.
// They stay below 1,100 Hz: high beeps are what startles.
const C4: f64 = 261.63;
const E4: f64 = 329.63;
const G4: f64 = 392.00;
const C5: f64 = 523.25;
const E5: f64 = 659.26;
const G5: f64 = 783.99;
const C6: f64 = 1046.50;

/// The peak of one note, as a part of full scale. At this height the loudest tone
/// measures below the voice's -16 LUFS.
const PEAK: f64 = 0.26;
/// How strong the second and third harmonics are beside the first: enough
/// to be heard on small earbuds, too little to be sharp.
const HARMONICS: [f64; 3] = [0.80, 0.14, 0.06];
/// How long a note takes to swell; shorter would click.
const ATTACK_MS: f64 = 8.0;
/// The breath before words: as loud beside the others, and how long it takes to swell.
const BREATH_LEVEL: f64 = 0.16;
const BREATH_ATTACK_MS: f64 = 120.0;

impl Tone {
    /// Every tone with its name in routine files.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("start", Self::Start),
        ("end", Self::End),
        ("deepen", Self::Deepen),
        ("tick", Self::Tick),
        ("halfway", Self::Halfway),
        ("finish", Self::Finish),
        ("breath", Self::Breath),
    ];

    /// The name in routine files.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, tone)| *tone == self).map_or("", |(name, _)| name)
    }

    fn notes(self) -> &'static [Note] {
        match self {
            Self::Start => &[Note(0, 160, C5), Note(100, 220, G5)],
            Self::End => &[Note(0, 160, G5), Note(100, 320, C5)],
            Self::Deepen => &[Note(0, 170, G4), Note(110, 170, E4), Note(220, 320, C4)],
            Self::Tick => &[Note(0, 70, C5)],
            Self::Halfway => &[Note(0, 150, E5), Note(180, 220, E5)],
            Self::Finish => {
                &[Note(0, 260, C5), Note(150, 260, E5), Note(300, 260, G5), Note(450, 1000, C6)]
            }
            Self::Breath => &[Note(0, 250, E4)],
        }
    }

    /// How loud its notes are beside others, and how long they take to swell, in ms.
    fn touch(self) -> (f64, f64) {
        match self {
            Self::Breath => (BREATH_LEVEL, BREATH_ATTACK_MS),
            _ => (1.0, ATTACK_MS),
        }
    }

    /// How long the tone sounds.
    pub fn length(self) -> Millis {
        Millis(self.notes().iter().map(|Note(at, fade, _)| at + fade).max().unwrap_or(0))
    }

    /// How long the tone sounds at `rate`.
    pub fn frames(self, rate: Rate) -> Frames {
        rate.frame_at(self.length())
    }

    /// The tone's samples at `rate`, 16 bit.
    pub fn samples(self, rate: Rate) -> Vec<i16> {
        let mut mix = vec![0.0; self.frames(rate).0 as usize];
        for note in self.notes() {
            note.add_to(&mut mix, rate, self.touch());
        }
        mix.into_iter().map(to_sample).collect()
    }
}

/// A value from -1.0 to 1.0 as a 16-bit sample, halves rounded up.
fn to_sample(value: f64) -> i16 {
    // Above zero the cast rounds down, on every processor and without a call.
    let above_zero = value * f64::from(i16::MAX) + 32_768.5;
    (above_zero as i32 - 32_768) as i16
}

impl Note {
    fn add_to(&self, mix: &mut [f64], rate: Rate, (level, attack_ms): (f64, f64)) {
        let Self(at, fade, pitch) = *self;
        let begin = rate.frame_at(Millis(at)).0 as usize;
        let end = (rate.frame_at(Millis(at + fade)).0 as usize).min(mix.len());
        let (length, hz) = ((end - begin) as f64, f64::from(rate.hz()));
        let attack = attack_ms * hz / 1000.0;
        let mut wave = Wave::new(pitch / hz);
        for (i, sample) in mix[begin..end].iter_mut().enumerate() {
            let (swell, left) = ((i as f64 / attack).min(1.0), 1.0 - i as f64 / length);
            let envelope = swell * swell * (3.0 - 2.0 * swell) * left * left;
            *sample += level * envelope * wave.next_value();
        }
    }
}

/// A sine with its harmonics, as turning points on the unit circle: by multiplication
/// alone, which every processor does alike, where the platforms' own sines may differ in
/// the last bit. Side by side in arrays, so that the processor can turn them at once.
struct Wave {
    sines: [f64; 3],
    cosines: [f64; 3],
    turn_sines: [f64; 3],
    turn_cosines: [f64; 3],
    peaks: [f64; 3],
}

impl Wave {
    /// A wave of `cycles` a frame, from zero. Harmonics that the rate cannot hold are left out.
    fn new(cycles: f64) -> Self {
        let angles = [1.0, 2.0, 3.0].map(|harmonic| std::f64::consts::TAU * (cycles * harmonic));
        let peak = |k: usize| {
            let is_held = cycles * (k + 1) as f64 * 2.0 < 1.0;
            if is_held { PEAK * HARMONICS[k] } else { 0.0 }
        };
        Self {
            sines: [0.0; 3],
            cosines: [1.0; 3],
            turn_sines: angles.map(libm::sin),
            turn_cosines: angles.map(libm::cos),
            peaks: from_fn(peak),
        }
    }

    fn next_value(&mut self) -> f64 {
        let Self { sines, cosines, turn_sines, turn_cosines, peaks } = &*self;
        let [first, second, third] = from_fn(|k| peaks[k] * sines[k]);
        let next_sines = from_fn(|k| sines[k] * turn_cosines[k] + cosines[k] * turn_sines[k]);
        let next_cosines = from_fn(|k| cosines[k] * turn_cosines[k] - sines[k] * turn_sines[k]);
        (self.sines, self.cosines) = (next_sines, next_cosines);
        first + second + third
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wave_is_a_sum_of_sines() {
        let (mut wave, angle) =
            (Wave::new(440.0 / 48_000.0), std::f64::consts::TAU * 440.0 / 48_000.0);
        for i in 0..48_000 {
            let harmonics = (1..).zip(HARMONICS);
            let sines = harmonics.map(|(n, part)| part * (angle * f64::from(n * i)).sin());
            let ideal = PEAK * sines.sum::<f64>();
            assert!((wave.next_value() - ideal).abs() < 1e-9, "frame {i}");
        }
    }

    #[test]
    fn no_tone_clicks_at_any_rate() {
        for hz in [8_000, 44_100, 48_000, 192_000] {
            let rate = Rate::new(hz).unwrap();
            for (name, tone) in Tone::NAMES {
                let samples = tone.samples(rate);
                assert_eq!(samples.len() as u64, tone.frames(rate).0);
                assert_eq!((samples[0], samples[samples.len() - 1]), (0, 0), "{name} at {hz}");
                // A pure tone of the highest pitch and peak rises by at most this much a frame.
                let steepest =
                    32768.0 * 2.0 * PEAK * std::f64::consts::TAU * C6 * 1.5 / f64::from(hz);
                let jump =
                    samples.windows(2).map(|w| (i32::from(w[1]) - i32::from(w[0])).abs()).max();
                assert!(f64::from(jump.unwrap()) < steepest, "{name} at {hz}: {jump:?} {steepest}");
            }
        }
    }

    #[test]
    fn no_tone_is_louder_than_the_voice() {
        let rate = Rate::DEFAULT;
        for (name, tone) in Tone::NAMES {
            let samples = tone.samples(rate);
            let mut meter = ebur128::EbuR128::new(1, rate.hz(), ebur128::Mode::I).unwrap();
            meter.set_channel(0, ebur128::Channel::DualMono).unwrap();
            for _ in 0..3 * rate.hz() as usize / samples.len() {
                meter.add_frames_i16(&samples).unwrap();
            }
            let loudness = meter.loudness_global().unwrap();
            let expected = if tone == Tone::Breath { -46.0..-36.0 } else { -24.0..-16.0 };
            assert!(expected.contains(&loudness), "{name}: {loudness:.1} LUFS");
        }
    }

    #[test]
    fn tones_differ_in_their_figures() {
        let rate = Rate::DEFAULT;
        let all: Vec<_> = Tone::NAMES.iter().map(|(_, tone)| tone.samples(rate)).collect();
        for (i, tone) in all.iter().enumerate() {
            assert!(!all[..i].contains(tone));
        }
    }
}
