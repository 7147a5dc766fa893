//! Goes through a file once and finds each cue near its place.
//!
//! A cue is looked for in what is left of the file when the other cues about it are taken away,
//! where they were found or should be: so those that overlap it, and those of the same sound,
//! cannot be mistaken for it. The file may begin earlier or later than the timeline, or have
//! something inserted: where a cue is missing, those that follow vote for a new shift. If they
//! are where they should be, it stays missing.

use std::collections::VecDeque;

use super::correlate::{Correlator, Match, highest};
use super::middle;
use super::samples::Samples;
use super::unmix::{Part, take_out};
use super::window::Window;
use crate::error::Error;
use crate::time::{Frames, Millis, Rate};
use crate::timeline::Cue;

/// How far from its place a cue is looked for: less than half of the second that ticks are apart.
const REACH: Millis = Millis(450);
/// How much of a cue is looked for, from its begin: enough to be sure, little enough to be found
/// in a file that runs too fast.
const LOOK: Millis = Millis(500);
/// How like its sound a cue is at least: what is besides it is as loud at most.
const LIKE: f64 = 0.7;
/// A soft tone under music is told by its own frequencies alone, but only where it should be, as
/// near as this, and as loud as it should be, by this factor: music may have the same note.
const NEAR: Millis = Millis(5);
const LOUD: f64 = 2.0;
/// So many cues before it, and after it, are taken away.
const OTHERS: usize = 6;
/// The shift and the gain are the middle ones of so many cues before.
const RECENT: usize = 5;

/// How far a new shift may lie from the one before.
const WIDE: Millis = Millis(10_000);
/// So many cues vote at most, of so much time.
const VOTERS: usize = 8;
const VOTING: Millis = Millis(30_000);
/// How fine shifts are voted on.
const BIN: Millis = Millis(50);
/// About the rate at which that is done.
const COARSE_HZ: u32 = 8_000;
/// How like their sounds the voters are on average at the shift that wins, and how much more than
/// at the shift before.
const MAJORITY: f32 = 0.5;
const LEAD: f32 = 0.1;
/// Votes are taken so often at most: a file of another routine has no shift to be found.
const MOST_VOTES: usize = 200;

/// A cue with what was found of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// The cue, by its place in the timeline.
    pub cue: usize,
    /// Where it lies in the file, if anywhere.
    pub place: Option<Spot>,
}

/// Where a cue lies in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// The frame at which it begins.
    pub at: i64,
    /// How like its sound it is there.
    pub likeness: f64,
    /// How much louder than in the timeline.
    pub gain: f64,
}

/// Looks for the cues of a timeline, front to back.
pub struct Search<'a, 'w> {
    cues: &'a [Cue],
    samples: Samples<'a>,
    window: &'a mut Window<'w>,
    correlator: Correlator,
    /// How much later than in the timeline cues lie now.
    shift: i64,
    /// How much later those lay that were found last, and how much louder they were.
    recent: VecDeque<(i64, f64)>,
    /// Cues before the next one, with where they are.
    before: VecDeque<(usize, i64)>,
    /// No vote before this cue, and how many more.
    next_vote: usize,
    votes_left: usize,
}

impl<'a, 'w> Search<'a, 'w> {
    /// A search for `cues` with their `samples` in `window`.
    pub fn new(cues: &'a [Cue], samples: Samples<'a>, window: &'a mut Window<'w>) -> Self {
        Self {
            cues,
            samples,
            window,
            correlator: Correlator::new(),
            shift: 0,
            recent: VecDeque::new(),
            before: VecDeque::new(),
            next_vote: 0,
            votes_left: MOST_VOTES,
        }
    }

    /// Looks for all of them. Those that make no sound are left out.
    ///
    /// # Errors
    /// [`Error::Audio`] when the file cannot be decoded so far.
    pub fn run(mut self) -> Result<Vec<Found>, Error> {
        let mut found: Vec<Found> = Vec::new();
        for cue in 0..self.cues.len() {
            if self.samples.heard(&self.cues[cue]).is_none() {
                continue;
            }
            let place = self.next(cue)?;
            if place.is_some() && self.recent.len() == 1 {
                // Only now it is known where those just before it should be, and how loud.
                let missing = found.iter_mut().rev().take_while(|found| found.place.is_none());
                for missing in missing.take(OTHERS) {
                    missing.place = self.find(missing.cue)?;
                }
            }
            found.push(Found { cue, place });
        }
        Ok(found)
    }

    fn next(&mut self, cue: usize) -> Result<Option<Spot>, Error> {
        let at = self.cues[cue].at.0 as i64;
        let wide = self.frames(WIDE) + self.frames(REACH);
        self.window.forget_before(at + self.shift - wide);
        let mut place = self.find(cue)?;
        if place.is_none() && self.vote(cue)? {
            place = self.find(cue)?;
        }
        if let Some(spot) = place {
            push(&mut self.recent, (spot.at - at, spot.gain), RECENT);
            push(&mut self.before, (cue, spot.at), OTHERS);
            self.shift = middle(self.recent.iter().map(|(shift, _)| *shift)).unwrap_or(0);
        }
        Ok(place)
    }

    /// Looks for a cue within reach of its place.
    fn find(&mut self, index: usize) -> Result<Option<Spot>, Error> {
        let cue = self.cues[index];
        let reach = self.frames(REACH);
        let sound = self.sound(&cue);
        let silence = self.silence(&cue);
        let from = cue.at.0 as i64 + silence + self.shift - reach;
        let length = sound.len() + 2 * reach as usize;
        let mut stretch = self.window.stretch(from, length)?;
        self.take_others_out(index, from, &mut stretch);
        let best = self.correlator.find(&sound, &stretch, reach as usize);
        let best = best.filter(|best| best.likeness >= LIKE);
        let best = best.or_else(|| self.find_faint(&sound, &stretch));
        Ok(best.map(|Match { at, likeness, gain }| Spot {
            at: from + at as i64 - silence,
            likeness,
            gain,
        }))
    }

    /// Looks for a sound amid louder ones, just where it should be.
    fn find_faint(&mut self, sound: &[f32], stretch: &[f32]) -> Option<Match> {
        let usual = middle(self.recent.iter().map(|(_, gain)| *gain))?;
        let (reach, near) = (self.frames(REACH) as usize, self.frames(NEAR) as usize);
        let about = reach - near..=reach + near;
        let best = self.correlator.find_in_its_band(sound, stretch, about)?;
        let loud = usual / LOUD..=usual * LOUD;
        Some(best).filter(|best| best.likeness >= LIKE && loud.contains(&best.gain))
    }

    /// Takes all cues but one out of a stretch that begins at frame `from`.
    fn take_others_out(&mut self, kept: usize, from: i64, stretch: &mut [f32]) {
        let before = self.before.iter().copied().filter(|(index, _)| *index < kept);
        let mut places: Vec<(usize, i64)> = before.collect();
        let (next, until) = (kept + 1, from + stretch.len() as i64);
        let should = |index: usize| (index, self.cues[index].at.0 as i64 + self.shift);
        let after = (next..self.cues.len()).map(should).take_while(|(_, at)| *at < until);
        places.extend(after.take(OTHERS));
        let mut parts = vec![self.part(should(kept), from, stretch.len())];
        parts.extend(places.into_iter().map(|place| self.part(place, from, stretch.len())));
        parts.retain(|part| !part.samples.is_empty());
        if parts.len() > 1 {
            take_out(stretch, &parts, 0);
        }
    }

    /// What of a cue at a place lies within a stretch that begins at frame `from`.
    fn part(&mut self, (index, at): (usize, i64), from: i64, length: usize) -> Part {
        let cue = &self.cues[index];
        let (_, end) = self.samples.heard(cue).unwrap_or((0, 0));
        let begin = (from - at).clamp(0, end as i64) as u64;
        let end = (from + length as i64 - at).clamp(begin as i64, end as i64) as u64;
        let samples = self.samples.of(cue, begin, end);
        Part { at: (at - from).max(0) as usize, samples }
    }

    /// What is looked for of a cue.
    fn sound(&mut self, cue: &Cue) -> Vec<f32> {
        let (begin, end) = self.samples.heard(cue).unwrap_or((0, 0));
        self.samples.of(cue, begin, end.min(begin + self.frames(LOOK) as u64))
    }

    /// The frames of silence that a cue begins with.
    fn silence(&self, cue: &Cue) -> i64 {
        self.samples.heard(cue).map_or(0, |(begin, _)| begin as i64)
    }

    fn frames(&self, time: Millis) -> i64 {
        frames(self.samples.rate(), time)
    }

    /// Lets the cues that follow a missing one vote for a shift; whether it is a new one.
    fn vote(&mut self, missing: usize) -> Result<bool, Error> {
        let begins = self.cues[missing].at.0 as i64 + self.shift - self.frames(WIDE);
        if missing < self.next_vote || self.votes_left == 0 || self.window.ends_before(begins) {
            return Ok(false);
        }
        self.votes_left -= 1;
        let voters = self.voters(missing);
        self.next_vote = voters.last().map_or(missing, |last| last + 1);
        let mut sums = vec![0.0; 2 * (WIDE.0 / BIN.0) as usize + 1];
        for voter in &voters {
            for (sum, likeness) in sums.iter_mut().zip(self.likeness_by_shift(*voter)?) {
                *sum += likeness / voters.len() as f32;
            }
        }
        let unchanged = sums.len() / 2;
        // Of shifts that are as good the smallest change is meant.
        let by_change = (0..sums.len()).rev();
        let best = by_change.max_by(|a, b| {
            let change = |bin: usize| bin.abs_diff(unchanged);
            sums[*a].total_cmp(&sums[*b]).then(change(*b).cmp(&change(*a)))
        });
        let best = best.unwrap_or(unchanged);
        if sums[best] < MAJORITY || sums[best] < sums[unchanged] + LEAD {
            return Ok(false);
        }
        self.shift += (best as i64 - unchanged as i64) * self.frames(BIN);
        self.recent.clear();
        Ok(true)
    }

    /// The cues that follow a missing one soon.
    fn voters(&self, missing: usize) -> Vec<usize> {
        let until = self.cues[missing].at.0 as i64 + self.frames(VOTING);
        let soon = |index: &usize| (self.cues[*index].at.0 as i64) < until;
        let following = (missing + 1..self.cues.len()).take_while(soon);
        let heard = following.filter(|index| self.samples.heard(&self.cues[*index]).is_some());
        heard.take(VOTERS).collect()
    }

    /// How like its sound a cue is at most about each shift.
    fn likeness_by_shift(&mut self, index: usize) -> Result<Vec<f32>, Error> {
        let cue = self.cues[index];
        let wide = self.frames(WIDE);
        let sound = self.sound(&cue);
        let from = cue.at.0 as i64 + self.silence(&cue) + self.shift - wide;
        let stretch = self.window.stretch(from, sound.len() + 2 * wide as usize)?;
        let every = (self.samples.rate().hz() / COARSE_HZ).max(1) as usize;
        let (sound, stretch) = (coarse(&sound, every), coarse(&stretch, every));
        let likenesses = self.correlator.likenesses(&sound, &stretch);
        let bin = self.frames(BIN) as f64 / every as f64;
        let about = |shift: u64| {
            let last = likenesses.len().checked_sub(1)?;
            let (from, until) = ((shift as f64 - 1.0) * bin, (shift as f64 + 1.0) * bin);
            let (from, until) = (from.max(0.0) as usize, (until as usize).min(last));
            highest(&likenesses, from.min(until)..=until)
        };
        let shifts = 0..=2 * WIDE.0 / BIN.0;
        Ok(shifts.map(|shift| about(shift).map_or(0.0, |(_, likeness)| likeness)).collect())
    }
}

/// Puts `value` at the end, where at most `most` are kept.
fn push<T>(values: &mut VecDeque<T>, value: T, most: usize) {
    values.push_back(value);
    if values.len() > most {
        values.pop_front();
    }
}

/// A length, which may be counted back as well.
fn frames(rate: Rate, time: Millis) -> i64 {
    let Frames(frames) = rate.frame_at(time);
    frames as i64
}

/// Samples at a lower rate: the averages of so many each.
fn coarse(samples: &[f32], every: usize) -> Vec<f32> {
    let average = |some: &[f32]| some.iter().sum::<f32>() / some.len() as f32;
    samples.chunks(every).map(average).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::sounds::Sounds;
    use crate::timeline::{Ear, Timeline};

    /// Noise of 1,600 frames at 8 kHz, different for each seed.
    fn noise(seed: u32) -> Vec<i16> {
        let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let states = std::iter::successors(Some(seed), next).skip(1).take(1600);
        states.map(|state| (state >> 18) as i16 - 8192).collect()
    }

    /// Where cues of these sounds are found in a file that has sounds at the places `lie`.
    fn found(sounds: &[&[i16]], cues: &[(u64, u32)], lie: &[(usize, u32)]) -> Vec<Option<i64>> {
        let cues: Vec<_> = cues.iter().map(|(at, sound)| (*at, *sound, Ear::Both)).collect();
        let timeline = Timeline::of(400_000, sounds, &cues);
        let mut file = vec![0; 400_000];
        for (at, sound) in lie {
            for (place, sample) in file[*at..].iter_mut().zip(sounds[*sound as usize]) {
                *place += sample;
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 8000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        for sample in file {
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        let samples = Samples::new(&timeline, Arc::new(Sounds::of(sounds)));
        let mut window = Window::open(&path).unwrap();
        let found = Search::new(&timeline.cues, samples, &mut window).run().unwrap();
        found.iter().map(|found| found.place.map(|spot| spot.at)).collect()
    }

    #[test]
    fn a_cue_is_found_within_reach_and_else_missing() {
        let (a, b) = (noise(1), noise(2));
        let sounds = [a.as_slice(), &b];
        let cues = [(8000, 0), (40_000, 1), (80_000, 0)];
        let lie = [(8000, 0), (43_599, 1), (83_700, 0)];
        assert_eq!(found(&sounds, &cues, &lie), [Some(8000), Some(43_599), None]);
    }

    #[test]
    fn cues_that_overlap_do_not_hide_or_move_one_another() {
        let (a, b, silence) = (noise(1), noise(2), [0; 9]);
        let sounds = [a.as_slice(), &b, &silence];
        let cues = [(8000, 0), (8700, 1), (8701, 0), (30_000, 2)];
        let as_they_should = cues.map(|(at, sound)| (at as usize, sound));
        let expected = [Some(8000), Some(8700), Some(8701)];
        assert_eq!(found(&sounds, &cues, &as_they_should), expected);
        let without_the_last = &as_they_should[..2];
        assert_eq!(found(&sounds, &cues, without_the_last), [Some(8000), Some(8700), None]);
    }

    #[test]
    fn one_of_several_alike_that_is_gone_is_not_mistaken_for_its_neighbour() {
        let a = &noise(1)[..400];
        let cues: Vec<(u64, u32)> = (1..8).map(|tick| (3000 * tick, 0)).collect();
        let mut lie: Vec<(usize, u32)> = cues.iter().map(|(at, _)| (*at as usize, 0)).collect();
        lie.remove(3);
        let mut expected: Vec<_> = cues.iter().map(|(at, _)| Some(*at as i64)).collect();
        expected[3] = None;
        assert_eq!(found(&[a], &cues, &lie), expected);
    }

    #[test]
    fn a_shift_beyond_reach_is_voted_for_at_the_start_and_in_the_middle() {
        let all: Vec<Vec<i16>> = (1..11).map(noise).collect();
        let sounds: Vec<&[i16]> = all.iter().map(Vec::as_slice).collect();
        let at = |cue: u32| 30_000 + 30_000 * u64::from(cue);
        let cues: Vec<(u64, u32)> = (0..10).map(|cue| (at(cue), cue)).collect();
        let late = |cue: u32| if cue < 6 { 20_001 } else { 61_003 };
        let places: Vec<(usize, u32)> =
            cues.iter().map(|(at, cue)| (*at as usize + late(*cue), *cue)).collect();
        let expected: Vec<_> = places.iter().map(|(at, _)| Some(*at as i64)).collect();
        assert_eq!(found(&sounds, &cues, &places), expected);
    }
}
