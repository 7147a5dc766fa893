//! The tones: short, low and soft figures of notes, each known by its shape
//! without words. Rising means begin, falling means let go, three steps down mean
//! deeper. They are made at the timeline's own rate from a recurrence, so that
//! every machine makes the same samples.

use std::array::from_fn;
use std::f64::consts::TAU;

use serde::Serialize;
use wide::f64x4;

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
        let frames = self.frames(rate).0 as usize;
        let mut samples = Vec::with_capacity(frames);
        let mut sums = [0.0; BLOCK];
        while samples.len() < frames {
            let block = &mut sums[..BLOCK.min(frames - samples.len())];
            block.fill(0.0);
            for note in self.notes() {
                note.add_to(block, samples.len(), rate, self.touch());
            }
            samples.extend(block.iter().map(|value| to_sample(*value)));
        }
        samples
    }
}

/// A value from -1.0 to 1.0 as a 16-bit sample, the nearest one.
fn to_sample(value: f64) -> i16 {
    // Beside this an `f64` has no room for parts, and its last bits are the whole number (IEEE 754,
    // binary64): without a call or a branch, so that several are made at once.
    const NO_PARTS: f64 = 6_755_399_441_055_744.0;
    (value * f64::from(i16::MAX) + NO_PARTS).to_bits() as i16
}

impl Note {
    /// Adds the note to `block`, which begins at the tone's frame `from`.
    fn add_to(&self, block: &mut [f64], from: usize, rate: Rate, (level, attack_ms): (f64, f64)) {
        let Self(at, fade, pitch) = *self;
        let frame_at = |ms| rate.frame_at(Millis(ms)).0 as usize;
        let (begin, end) = (frame_at(at), frame_at(at + fade));
        let (first, last) = (begin.max(from), end.min(from + block.len()));
        if first >= last {
            return;
        }
        let hz = f64::from(rate.hz());
        let (rise, fall) = (1000.0 / (attack_ms * hz), 1.0 / (end - begin) as f64);
        let mut wave = Wave::new(pitch / hz, (first - begin) as f64);
        for group in block[first - from..last - from].chunks_mut(LANES) {
            let (swell, left) = ((wave.frames * rise).min(ONE), ONE - wave.frames * fall);
            let envelope = level * (swell * swell * (3.0 - 2.0 * swell)) * (left * left);
            let heard = (envelope * wave.next_values()).to_array();
            for (sum, heard) in group.iter_mut().zip(heard) {
                *sum += heard;
            }
        }
    }
}

/// Frames that are made together: few enough to stay near the processor.
const BLOCK: usize = 512;
/// Frames that a wave has at once.
const LANES: usize = 4;
const ONE: f64x4 = f64x4::ONE;

/// A sine with its harmonics, as turning points on the unit circle: by multiplication
/// alone, which every processor does alike, where the platforms' own sines may differ in
/// the last bit. Frames lie side by side, so that the processor can turn several at once.
struct Wave {
    frames: f64x4,
    harmonics: [Harmonic; HARMONICS.len()],
}

/// One sine: a point for each frame, and how far all of them are turned for the next ones.
struct Harmonic {
    peak: f64,
    sines: f64x4,
    cosines: f64x4,
    turn_sine: f64,
    turn_cosine: f64,
}

impl Wave {
    /// A wave of `cycles` a frame that was zero at frame 0, from `frame` on. Harmonics that the rate
    /// cannot hold are left out.
    fn new(cycles: f64, frame: f64) -> Self {
        let frames: [f64; LANES] = from_fn(|lane| frame + lane as f64);
        let harmonics = from_fn(|k| {
            let cycles = cycles * (k + 1) as f64;
            // Whole turns are taken off before, where they cost no digits.
            let angle = |frames: f64| TAU * (cycles * frames).fract();
            Harmonic {
                peak: if cycles * 2.0 < 1.0 { PEAK * HARMONICS[k] } else { 0.0 },
                sines: frames.map(|frame| libm::sin(angle(frame))).into(),
                cosines: frames.map(|frame| libm::cos(angle(frame))).into(),
                turn_sine: libm::sin(angle(LANES as f64)),
                turn_cosine: libm::cos(angle(LANES as f64)),
            }
        });
        Self { frames: frames.into(), harmonics }
    }

    /// The values of the next frames.
    fn next_values(&mut self) -> f64x4 {
        let mut values = f64x4::ZERO;
        for Harmonic { peak, sines, cosines, turn_sine, turn_cosine } in &mut self.harmonics {
            values += *peak * *sines;
            let turned = *sines * *turn_cosine + *cosines * *turn_sine;
            *cosines = *cosines * *turn_cosine - *sines * *turn_sine;
            *sines = turned;
        }
        self.frames += f64x4::splat(LANES as f64);
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wave_is_a_sum_of_sines() {
        let cycles = 440.0 / 48_000.0;
        for begin in [0, 4, 47_000] {
            let mut wave = Wave::new(cycles, f64::from(begin));
            let made = (0..BLOCK / LANES).flat_map(|_| wave.next_values().to_array());
            for (frame, value) in (begin..).zip(made) {
                let angle = TAU * cycles * f64::from(frame);
                let harmonics = (1..).zip(HARMONICS);
                let sines = harmonics.map(|(n, part)| part * (angle * f64::from(n)).sin());
                let ideal = PEAK * sines.sum::<f64>();
                assert!((value - ideal).abs() < 1e-9, "frame {frame}: {value} {ideal}");
            }
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
                let steepest = 32768.0 * 2.0 * PEAK * TAU * C6 * 1.5 / f64::from(hz);
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
