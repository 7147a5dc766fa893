//! One long recording cut into its pieces, where nobody speaks.

use std::ops::Range;

use super::levels::{SLICE_MS, SOUND, powers, quantile, threshold};
use crate::time::Rate;

/// A silence from this length on parts two lines, in ms.
pub const SILENCE: u32 = 700;
/// A piece has at least this much sound: what is shorter is a cough or a click, in ms.
const SHORTEST: u32 = 60;
/// What is kept of the silence around a piece, in ms: words fade in and out.
const MARGIN: u32 = 250;
/// As many of the slices are taken to be silence, at least.
const QUIET_PART: f32 = 0.1;

/// The pieces of a recording of 16 bit, in frames, each with some silence around it.
pub fn pieces(samples: &[i16], rate: Rate) -> Vec<Range<usize>> {
    let values = samples.iter().map(|sample| f32::from(*sample) / 32_768.0);
    let powers = powers(values, rate);
    let threshold = threshold(quantile(&powers, QUIET_PART));
    let slice = (rate.hz() * SLICE_MS / 1000) as usize;
    let margin = (MARGIN / SLICE_MS) as usize;
    let cut = |sound: Range<usize>| {
        let begin = sound.start.saturating_sub(margin) * slice;
        begin..((sound.end + margin) * slice).min(samples.len())
    };
    sounds(&powers, threshold).into_iter().map(cut).collect()
}

/// The slices in which there is sound, without silences that are too short to part it.
fn sounds(powers: &[f32], threshold: f32) -> Vec<Range<usize>> {
    let mut sounds: Vec<(Range<usize>, usize)> = Vec::new();
    let mut run = 0;
    for (at, power) in powers.iter().enumerate() {
        run = if *power >= threshold { run + 1 } else { 0 };
        if run < SOUND {
            continue;
        }
        let (begin, end) = (at + 1 - run, at + 1);
        let new = if run == SOUND { SOUND } else { 1 };
        match sounds.last_mut() {
            Some((last, loud)) if begin < last.end + (SILENCE / SLICE_MS) as usize => {
                last.end = end;
                *loud += new;
            }
            _ => sounds.push((begin..end, new)),
        }
    }
    let is_long = |loud: usize| loud >= (SHORTEST / SLICE_MS) as usize;
    sounds.into_iter().filter(|(_, loud)| is_long(*loud)).map(|(sound, _)| sound).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where there is sound in slices that are loud (`s`) or not.
    fn cut(slices: &str) -> Vec<Range<usize>> {
        let powers: Vec<f32> = slices.chars().map(|c| if c == 's' { 1.0 } else { 0.0 }).collect();
        sounds(&powers, 0.5)
    }

    #[test]
    fn seven_tenths_of_a_second_of_silence_part_two_lines() {
        let (pause, silence) = (".".repeat(69), ".".repeat(70));
        assert_eq!(cut(&format!("..ssssss{silence}sssssss.")), [2..8, 78..85]);
        assert_eq!(cut(&format!("..ssssss{pause}sssssss."))[0], 2..84);
        assert_eq!(cut(""), [0..0; 0]);
    }

    #[test]
    fn clicks_and_coughs_are_no_lines() {
        let silence = ".".repeat(70);
        let sounds = cut(&format!("ss{silence}sssss{silence}ssssss{silence}s"));
        assert_eq!((sounds.len(), &sounds[0]), (1, &(147..153)));
    }

    #[test]
    fn a_piece_keeps_a_quarter_of_a_second_around_it_and_its_noise_does_not_matter() {
        let rate = Rate::new(8000).unwrap();
        let part = |value: i16, count: usize| std::iter::repeat_n(value, 80 * count);
        let samples: Vec<i16> = part(300, 100)
            .chain(part(9000, 30))
            .chain(part(-300, 100))
            .chain(part(9000, 20))
            .chain(part(300, 10))
            .collect();
        assert_eq!(pieces(&samples, rate), [75 * 80..155 * 80, 205 * 80..260 * 80]);
        assert_eq!(pieces(&[], rate), [0..0; 0]);
    }
}
