//! The bed: music under the voice. It lies below all that a timeline has, as long as that is,
//! and gives way before each word and tone.
//!
//! Where it gives way is known from the timeline ([`duck`]); how loud it is at a frame follows
//! from the frames before alone, a step a frame, so that what is heard live is what a file of the
//! same take has.

pub mod duck;
pub mod music;
pub mod playlist;
pub mod resample;
pub mod track;

use std::fmt::Debug;

use self::duck::{Duck, ENDING, LEAD};
use crate::mixer::FADE;
use crate::time::{Millis, Rate};

/// Full level; levels are whole numbers, so that they are the same everywhere.
const FULL: i32 = 1 << 30;
/// Bits of a level that are left out where samples are multiplied by it.
const COARSE: u32 = 15;
/// How long the music takes from nothing to its level.
const RISE: Millis = Millis(1200);

/// Music as it comes, frame by frame; without an end.
pub trait Music: Debug + Send {
    /// Fills `out` with the next frames, left and right.
    fn fill(&mut self, out: &mut [[i16; 2]]);
}

/// How loud the music is, in dB below its own level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// Between words.
    pub music: f64,
    /// How much less it is under words; under tones it is half of that.
    pub duck: f64,
}

/// Music under the voice.
#[derive(Debug)]
pub struct Bed {
    music: Box<dyn Music>,
    level: i32,
    slopes: Slopes,
    /// Room for one quantum.
    room: Vec<[i16; 2]>,
}

/// Where the level goes, and how fast.
#[derive(Clone, Copy, Debug)]
struct Slopes {
    open: i32,
    tone: i32,
    voice: i32,
    /// Steps a frame.
    rise: i32,
    give_way: i32,
    end: i32,
    stop: i32,
}

impl Bed {
    /// A bed of `music` at `rate`, which begins with silence and swells.
    pub fn new(music: Box<dyn Music>, levels: Levels, rate: Rate) -> Self {
        let below = |db: f64| (f64::from(FULL) * libm::exp10(-db / 20.0)) as i32;
        let open = below(levels.music);
        let voice = below(levels.music + levels.duck);
        let frames = |time: Millis| (rate.frame_at(time).0 as i32).max(1);
        let step = |height: i32, time: Millis| height.div_euclid(frames(time)) + 1;
        let slopes = Slopes {
            open,
            tone: below(levels.music + levels.duck / 2.0),
            voice,
            rise: step(open, RISE),
            give_way: step(open - voice, LEAD),
            end: step(open, ENDING),
            stop: step(open, FADE),
        };
        Self { music, level: 0, slopes, room: Vec::new() }
    }

    /// Makes room for so many frames at a time.
    pub fn make_room(&mut self, frames: usize) {
        self.room.resize(frames, [0; 2]);
    }

    /// The next frames, as loud as they may be while the music gives way by `duck`.
    pub fn next(&mut self, frames: usize, duck: Duck) -> &[[i16; 2]] {
        let room = &mut self.room[..frames];
        self.music.fill(room);
        let (goal, down) = self.slopes.to(duck);
        let step = if goal < self.level { -down } else { self.slopes.rise };
        let moving = ((goal - self.level) / step).unsigned_abs() as usize + 1;
        let (moving, steady) = room.split_at_mut(moving.min(frames));
        let (low, high) = (self.level.min(goal), self.level.max(goal));
        let mut level = self.level;
        for frame in moving {
            level = (level + step).clamp(low, high);
            *frame = frame.map(|sample| at_level(sample, level));
        }
        for frame in steady {
            *frame = frame.map(|sample| at_level(sample, level));
        }
        self.level = level;
        room
    }
}

impl Slopes {
    /// The level to go to, and the steps a frame on the way down.
    fn to(&self, duck: Duck) -> (i32, i32) {
        match duck {
            Duck::Open => (self.open, self.give_way),
            Duck::Tone => (self.tone, self.give_way),
            Duck::Voice => (self.voice, self.give_way),
            Duck::Ending => (0, self.end),
            Duck::Silent => (0, self.stop),
        }
    }
}

/// A sample at a level, rounded to the nearest.
#[inline]
fn at_level(sample: i16, level: i32) -> i16 {
    ((i32::from(sample) * (level >> COARSE) + (1 << (COARSE - 1))) >> COARSE) as i16
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Music that is the same sample all the time, or that counts its frames.
    #[derive(Debug)]
    pub struct Steady(pub i16);

    impl Music for Steady {
        fn fill(&mut self, out: &mut [[i16; 2]]) {
            out.fill([self.0, -self.0]);
        }
    }

    fn bed(levels: Levels) -> Bed {
        let mut bed = Bed::new(Box::new(Steady(10_000)), levels, Rate::new(8000).unwrap());
        bed.make_room(80_000);
        bed
    }

    const LEVELS: Levels = Levels { music: 6.0, duck: 12.0 };

    /// The left samples of so many frames for each duck.
    fn heard(bed: &mut Bed, stretches: &[(usize, Duck)]) -> Vec<i16> {
        let mut heard = Vec::new();
        for (frames, duck) in stretches {
            heard.extend(bed.next(*frames, *duck).iter().map(|frame| frame[0]));
        }
        heard
    }

    #[test]
    fn it_swells_gives_way_within_its_lead_and_comes_back_slowly() {
        let stretches = [(16_000, Duck::Open), (8000, Duck::Voice), (16_000, Duck::Open)];
        let heard = heard(&mut bed(LEVELS), &stretches);
        // -6 dB and -18 dB of 10,000.
        let (open, under) = (5012, 1259);
        assert_eq!((heard[0], heard[15_999], heard[23_999], heard[39_999]), (0, open, under, open));
        let down = heard[16_000..].iter().position(|sample| *sample == under).unwrap();
        assert!((1950..=2000).contains(&down), "250 ms are 2000 frames, it took {down}");
        let up = heard[24_000..].iter().position(|sample| *sample == open).unwrap();
        assert!((7100..=7200).contains(&up), "three quarters of 1.2 s, it took {up}");
        assert!(heard.windows(2).all(|pair| pair[0].abs_diff(pair[1]) <= 3), "no step is heard");
    }

    #[test]
    fn for_tones_it_gives_way_by_half_as_many_db() {
        let heard = heard(&mut bed(LEVELS), &[(16_000, Duck::Open), (8000, Duck::Tone)]);
        assert_eq!(heard[23_999], 2512);
    }

    #[test]
    fn it_is_silent_after_a_fade_where_time_stands_still_and_after_three_seconds_at_the_end() {
        let stop = heard(&mut bed(LEVELS), &[(16_000, Duck::Open), (240, Duck::Silent)]);
        assert_eq!(stop[16_239], 0);
        let end = heard(&mut bed(LEVELS), &[(16_000, Duck::Open), (24_000, Duck::Ending)]);
        assert!(end[16_000 + 12_000].abs_diff(2506) < 5);
        assert_eq!(end[39_999], 0);
    }

    #[test]
    fn how_much_is_asked_for_at_a_time_changes_nothing() {
        let whole = heard(&mut bed(LEVELS), &[(700, Duck::Open), (900, Duck::Voice)]);
        for part in [1, 7, 99] {
            let mut bed = bed(LEVELS);
            let mut pieces = heard(&mut bed, &vec![(part, Duck::Open); 700 / part]);
            pieces.extend(heard(&mut bed, &[(700 % part, Duck::Open), (900, Duck::Voice)]));
            assert_eq!(pieces, whole, "in parts of {part}");
        }
    }
}
