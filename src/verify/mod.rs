//! Where the cues of a timeline really lie in an audio file, ours or one that went through an
//! editor or an encoder, and how loud it is.

mod correlate;
pub mod meter;
mod samples;
mod search;
mod source;
mod unmix;
pub mod window;

use std::sync::Arc;

use crate::error::Error;
use crate::sounds::Sounds;
use crate::time::{Frames, Millis, Rate};
use crate::timeline::Timeline;
use samples::Samples;
use search::{Found, Search, Spot};
use window::{Measured, Window};

/// What was found in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// Each cue that is to be heard, in the timeline's order.
    pub cues: Vec<Checked>,
    /// By how many frames cues lie later than in the timeline, the middle one of all; `None` if
    /// none was found.
    pub shift: Option<i64>,
    /// Where cues begin to lie late or early by another number of frames, and by what number:
    /// several in a row, by the same but for the tolerance.
    pub shifts: Vec<(usize, i64)>,
    /// By what part of it each length is longer, if the file runs at another speed.
    pub drift: Option<f64>,
    /// The file itself.
    pub measured: Measured,
}

/// A cue as it lies in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checked {
    /// Its place in [`Timeline::cues`].
    pub cue: usize,
    /// Where it is; `None` if it is missing.
    pub place: Option<Place>,
    /// Whether it is where it should be.
    pub ok: bool,
}

/// Where a cue was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The frame at which it begins.
    pub at: i64,
    /// By how many frames that is later than in the timeline.
    pub off: i64,
    /// How like its sound it is there: 1 is the sound itself, at any loudness.
    pub likeness: f64,
}

/// What is asked of a file.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// How far a cue may lie from its place.
    pub tolerance: Millis,
    /// Whether that place may be shifted, for all cues alike.
    pub shift: bool,
}

/// Looks for the cues of `timeline`, which is at the file's rate, in the file behind `window`.
///
/// # Errors
/// [`Error::Audio`] when the file cannot be decoded.
pub fn verify(
    timeline: &Timeline,
    sounds: Arc<Sounds>,
    mut window: Window,
    demand: Demand,
) -> Result<Verified, Error> {
    let samples = Samples::new(timeline, sounds);
    let found = Search::new(&timeline.cues, samples, &mut window).run()?;
    Ok(judge(timeline, &found, window.finish()?, demand))
}

/// Holds what was found against what is asked.
fn judge(timeline: &Timeline, found: &[Found], measured: Measured, demand: Demand) -> Verified {
    let place = |found: &Found| {
        let should = timeline.cues[found.cue].at.0 as i64;
        let place =
            |spot: Spot| Place { at: spot.at, off: spot.at - should, likeness: spot.likeness };
        found.place.map(place)
    };
    let places: Vec<Option<Place>> = found.iter().map(place).collect();
    let shift = middle(places.iter().flatten().map(|place| place.off));
    let allowed = if demand.shift { shift.unwrap_or(0) } else { 0 };
    let tolerance = timeline.rate.frame_at(demand.tolerance).0;
    let ok = |place: Place| (place.off - allowed).unsigned_abs() <= tolerance;
    let checked = |(found, place): (&Found, &Option<Place>)| Checked {
        cue: found.cue,
        place: *place,
        ok: place.is_some_and(ok),
    };
    let cues = found.iter().zip(&places).map(checked).collect();
    let drift = drift(&places.into_iter().flatten().collect::<Vec<_>>(), timeline.rate);
    let mut verified = Verified { cues, shift, shifts: Vec::new(), drift, measured };
    if drift.is_none() {
        verified.shifts = shifts(&verified.cues, tolerance);
    }
    verified
}

/// So many cues in a row are no longer single ones out of place.
const SEVERAL: usize = 3;

/// See [`Verified::shifts`].
fn shifts(cues: &[Checked], tolerance: u64) -> Vec<(usize, i64)> {
    let found: Vec<(usize, i64)> =
        cues.iter().filter_map(|cue| Some((cue.cue, cue.place?.off))).collect();
    let is_near = |a: i64, b: i64| a.abs_diff(b) <= tolerance;
    let mut shifts = Vec::new();
    let mut now = 0;
    for run in found.chunk_by(|(_, a), (_, b)| is_near(*a, *b)) {
        let off = middle(run.iter().map(|(_, off)| *off)).unwrap_or(now);
        if run.len() >= SEVERAL && !is_near(off, now) {
            shifts.push((run[0].0, off));
            now = off;
        }
    }
    shifts
}

/// The middle one of `values`, the lower of two.
fn middle<T: PartialOrd + Copy>(values: impl IntoIterator<Item = T>) -> Option<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort_unstable_by(|a, b| a.partial_cmp(b).expect("they are numbers"));
    values.get(values.len().checked_sub(1)? / 2).copied()
}

/// The least number of cues that tell of a speed.
const FEWEST: usize = 8;
/// From one end to the other a speed that is told has moved cues so far, and most of them lie so
/// near to where it should have moved them.
const MOVED: Millis = Millis(10);
const STEADY: Millis = Millis(2);

/// The part by which lengths are longer in the file, if cues drift away from their places
/// steadily: the middle slope between cues half of them apart, after H. Theil (1950) and
/// P. K. Sen (1968), which a few cues out of place do not change.
fn drift(places: &[Place], rate: Rate) -> Option<f64> {
    if places.len() < FEWEST {
        return None;
    }
    let pairs = places.iter().zip(&places[places.len() / 2..]);
    let slope = |(a, b): (&Place, &Place)| {
        let apart = (b.at - b.off) - (a.at - a.off);
        (apart > 0).then(|| (b.off - a.off) as f64 / apart as f64)
    };
    let slope = middle(pairs.filter_map(slope))?;
    let rest = |place: &Place| place.off as f64 - slope * (place.at - place.off) as f64;
    let level = middle(places.iter().map(rest))?;
    let scatter = middle(places.iter().map(|place| (rest(place) - level).abs()))?;
    let frames = |time| {
        let Frames(frames) = rate.frame_at(time);
        frames as f64
    };
    let moved = slope.abs() * (places[places.len() - 1].at - places[0].at) as f64;
    (moved >= frames(MOVED) && scatter <= frames(STEADY)).then_some(slope)
}

impl Verified {
    /// Whether every cue is where it should be.
    pub fn is_ok(&self) -> bool {
        self.cues.iter().all(|cue| cue.ok)
    }

    /// How many cues are not in the file.
    pub fn missing(&self) -> usize {
        self.cues.iter().filter(|cue| cue.place.is_none()).count()
    }

    /// How many cues are elsewhere than they should be.
    pub fn misplaced(&self) -> usize {
        self.cues.iter().filter(|cue| cue.place.is_some() && !cue.ok).count()
    }

    /// The cue that lies furthest from its place, shifted by `shift`.
    pub fn worst(&self, shift: i64) -> Option<(usize, Place)> {
        let found = self.cues.iter().filter_map(|cue| Some((cue.cue, cue.place?)));
        // Of several the first.
        found.rev().max_by_key(|(_, place)| (place.off - shift).unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::meter::Loudness;
    use super::*;
    use crate::timeline::Ear;

    const STRICT: Demand = Demand { tolerance: Millis(5), shift: false };

    /// What is found of cues a second apart at 8 kHz, each so many frames late, or missing.
    fn judged(offs: &[Option<i64>], demand: Demand) -> Verified {
        let at = |cue: usize| 8000 * cue as u64;
        let cues: Vec<_> = (0..offs.len()).map(|cue| (at(cue), 0, Ear::Both)).collect();
        let timeline = Timeline::of(at(offs.len()), &[&[1; 80]], &cues);
        let spot = |cue, off| Spot { at: at(cue) as i64 + off, likeness: 1.0, gain: 1.0 };
        let found: Vec<Found> = offs
            .iter()
            .enumerate()
            .map(|(cue, off)| Found { cue, place: off.map(|off| spot(cue, off)) })
            .collect();
        let loudness = Loudness { lufs: None, dbtp: None };
        let measured = Measured { frames: timeline.frames, claimed: None, loudness };
        judge(&timeline, &found, measured, demand)
    }

    fn ok(verified: &Verified) -> Vec<bool> {
        verified.cues.iter().map(|cue| cue.ok).collect()
    }

    #[test]
    fn a_cue_is_in_place_up_to_the_tolerance_and_one_that_is_missing_never() {
        let verified = judged(&[Some(0), Some(40), Some(-40), Some(41), None], STRICT);
        assert_eq!(ok(&verified), [true, true, true, false, false]);
        assert_eq!((verified.is_ok(), verified.misplaced(), verified.missing()), (false, 1, 1));
        assert_eq!(verified.shift, Some(0));
        assert_eq!(verified.worst(0).map(|(cue, place)| (cue, place.off)), Some((3, 41)));
        assert!(judged(&[], STRICT).is_ok());
        assert_eq!(judged(&[None], STRICT).shift, None);
    }

    #[test]
    fn a_shift_of_all_is_let_be_only_if_it_may() {
        let offs = [Some(400), Some(401), Some(400), Some(300)];
        assert_eq!(ok(&judged(&offs, STRICT)), [false; 4]);
        let verified = judged(&offs, Demand { shift: true, ..STRICT });
        assert_eq!(ok(&verified), [true, true, true, false]);
        assert_eq!((verified.shift, verified.shifts.as_slice()), (Some(400), &[(0, 400)][..]));
        assert_eq!(verified.worst(400).map(|(cue, _)| cue), Some(3));
    }

    #[test]
    fn a_shift_begins_where_several_cues_lie_off_alike() {
        let late = [0, 1, 0, 900, 0, 500, 501, 500, -300, 2, 1, 0].map(Some);
        assert_eq!(judged(&late, STRICT).shifts, [(5, 500), (9, 1)]);
        let missing_between = [Some(0), None, Some(500), None, Some(500), Some(500)];
        assert_eq!(judged(&missing_between, STRICT).shifts, [(2, 500)]);
    }

    #[test]
    fn a_file_that_runs_at_another_speed_is_known_by_most_of_its_cues() {
        let mut slow: Vec<Option<i64>> = (0..40).map(|cue| Some(8 * cue + 3)).collect();
        slow[5] = Some(400);
        slow[20] = None;
        let verified = judged(&slow, STRICT);
        assert_eq!((verified.drift, verified.shifts.len()), (Some(0.001), 0));
        let cut: Vec<Option<i64>> =
            (0..40).map(|cue| Some(if cue < 20 { 0 } else { 400 })).collect();
        assert_eq!(judged(&cut, STRICT).drift, None);
        assert_eq!(judged(&[Some(0); 40], STRICT).drift, None);
        assert_eq!(judged(&slow[30..35], STRICT).drift, None);
    }
}
