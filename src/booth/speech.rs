//! Whether somebody speaks: when speech begins, and when it is over.

use super::levels::{SLICE_MS, SOUND, Slicer, quantile, threshold};
use crate::time::Rate;

/// A line is over when nothing was said for this long after it, in ms.
pub const SILENCE_AFTER: u32 = 1500;
/// The noise of a room is known by the last two seconds before a recording.
const NOISE_SLICES: usize = 200;

/// Listens to the room before a recording.
#[derive(Debug)]
pub struct Room {
    slicer: Slicer,
    powers: Vec<f32>,
}

impl Room {
    /// A room heard at `rate`.
    pub fn new(rate: Rate) -> Self {
        Self { slicer: Slicer::new(rate), powers: Vec::new() }
    }

    /// What is heard in it.
    pub fn feed(&mut self, sample: f32) {
        if let Some(power) = self.slicer.feed(sample) {
            if self.powers.len() == NOISE_SLICES {
                self.powers.remove(0);
            }
            self.powers.push(power);
        }
    }

    /// Its noise. Sounds that take less than half of the time, such as tones that count in, do not
    /// matter.
    pub fn noise(&self) -> f32 {
        quantile(&self.powers, 0.5)
    }
}

/// How far a line has been spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing was said yet.
    Waiting,
    /// Something was, and it may go on.
    Speaking,
    /// It is over.
    Over,
}

/// Listens to a line being spoken.
#[derive(Debug)]
pub struct Speech {
    slicer: Slicer,
    threshold: f32,
    /// Slices so far, and whether all of them were zeros.
    count: usize,
    is_dead: bool,
    /// Loud slices in a row.
    run: usize,
    /// The slice behind the last that is speech.
    spoken: Option<usize>,
}

impl Speech {
    /// A line in a room of this noise, heard at `rate`.
    pub fn new(noise: f32, rate: Rate) -> Self {
        let (slicer, threshold) = (Slicer::new(rate), threshold(noise));
        Self { slicer, threshold, count: 0, is_dead: true, run: 0, spoken: None }
    }

    /// What is heard next.
    pub fn feed(&mut self, sample: f32) {
        let Some(power) = self.slicer.feed(sample) else { return };
        self.count += 1;
        self.is_dead &= power == 0.0;
        self.run = if power >= self.threshold { self.run + 1 } else { 0 };
        if self.run >= SOUND {
            self.spoken = Some(self.count);
        }
    }

    /// How far it has been spoken.
    pub fn progress(&self) -> Progress {
        match self.spoken {
            None => Progress::Waiting,
            Some(end) if self.count - end >= (SILENCE_AFTER / SLICE_MS) as usize => Progress::Over,
            Some(_) => Progress::Speaking,
        }
    }

    /// Whether not a single sample was anything else than zero: a microphone that works hears
    /// its own noise.
    pub fn is_dead(&self) -> bool {
        self.is_dead
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 8000;

    /// A line in a room of noise at -60 dB, as slices of these levels (in dB), a letter each:
    /// `s` speech at -20, `.` noise at -60, `z` zeros.
    fn speech(slices: &str) -> Speech {
        let mut speech = Speech::new(1e-6, Rate::new(RATE).unwrap());
        for slice in slices.chars() {
            let value = match slice {
                's' => 0.1,
                '.' => 0.001,
                _ => 0.0,
            };
            (0..80).for_each(|_| speech.feed(value));
        }
        speech
    }

    #[test]
    fn a_line_is_over_one_and_a_half_seconds_after_the_last_word() {
        let progress = |text: &str| speech(text).progress();
        assert_eq!(progress(&".".repeat(500)), Progress::Waiting);
        assert_eq!(progress("...ss...ss.."), Progress::Waiting, "clicks are no words");
        assert_eq!(progress("...sss"), Progress::Speaking);
        let (pause, silence) = (".".repeat(149), ".".repeat(150));
        assert_eq!(progress(&format!("..ssss{pause}sss{pause}")), Progress::Speaking);
        assert_eq!(progress(&format!("..ssss{pause}sss{silence}")), Progress::Over);
        assert_eq!(progress(&format!("..ssss{pause}ss{silence}")), Progress::Over);
    }

    #[test]
    fn a_microphone_that_gives_zeros_is_dead() {
        assert!(speech("zzzz").is_dead());
        assert!(!speech("zzz.").is_dead());
    }

    #[test]
    fn tones_that_count_in_are_no_noise_of_the_room() {
        let mut room = Room::new(Rate::new(RATE).unwrap());
        for slice in 0..600 {
            let value = if slice % 60 < 7 { 0.5 } else { 0.25 };
            (0..80).for_each(|_| room.feed(value));
        }
        assert_eq!(room.noise(), 0.0625);
    }
}
