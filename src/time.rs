//! Time: milliseconds as people write them, frames as audio counts them, and
//! the one rule that turns the first into the second.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A length or a moment in whole milliseconds: what routines are planned in,
/// so that a plan does not depend on the sample rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

impl Millis {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// Whole seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * 1000)
    }

    /// `self - other`, or zero when `other` is longer.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// `self` taken `times` times, or the longest length there is.
    #[must_use]
    pub const fn saturating_mul(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }

    /// The time as a player shows it: `0:05`, `7:30`, `1:02:03`. Parts of a
    /// second are dropped.
    pub fn clock(self) -> String {
        let seconds = self.0 / 1000;
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if hours > 0 {
            format!("{hours}:{minutes:02}:{seconds:02}")
        } else {
            format!("{minutes}:{seconds:02}")
        }
    }
}

impl Add for Millis {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Millis {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Sum for Millis {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// As it is written in a routine: `5s`, `1m30s`, `500ms`, `1h`, `0s`.
impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let (mut rest, mut text) = (self.0, String::new());
        for (unit, length) in UNITS {
            let count = rest / length;
            rest %= length;
            if count > 0 {
                text.push_str(&count.to_string());
                text.push_str(unit);
            }
        }
        f.pad(&text)
    }
}

/// The units of a duration, longest first, and their length in milliseconds.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Why a text is not a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// There is no number, no known unit, or units are out of order.
    #[error("it needs numbers with the units h, m, s or ms, the longer unit first")]
    Shape,
    /// Finer than a millisecond.
    #[error("a duration is in whole milliseconds")]
    TooFine,
    /// Longer than can be counted.
    #[error("that is too long to count")]
    TooLong,
}

impl FromStr for Millis {
    type Err = DurationError;

    /// Reads `5s`, `1m30s`, `500ms`, `1h`, `1.5s`: numbers with units, the
    /// longer unit first, each at most once.
    fn from_str(text: &str) -> Result<Self, DurationError> {
        let mut total = 0u64;
        let mut rest = text;
        let mut units = UNITS.as_slice();
        while !rest.is_empty() || units.len() == UNITS.len() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
            let (number, tail) = rest.split_at(digits.ok_or(DurationError::Shape)?);
            let letters = tail.find(|c: char| !c.is_ascii_alphabetic());
            let (unit, tail) = tail.split_at(letters.unwrap_or(tail.len()));
            let place = units.iter().position(|(name, _)| *name == unit);
            let place = place.ok_or(DurationError::Shape)?;
            let part = parse_decimal(number, units[place].1)?;
            total = total.checked_add(part).ok_or(DurationError::TooLong)?;
            units = &units[place + 1..];
            rest = tail;
        }
        Ok(Self(total))
    }
}

/// `number` (digits with at most one point) times `scale`, exactly.
fn parse_decimal(number: &str, scale: u64) -> Result<u64, DurationError> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
        return Err(DurationError::Shape);
    }
    let too_long = |_| DurationError::TooLong;
    let whole: u64 = whole.parse().map_err(too_long)?;
    let whole = whole.checked_mul(scale).ok_or(DurationError::TooLong)?;
    let fraction = fraction.trim_end_matches('0');
    let digits = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
    let tens = 10u64.checked_pow(digits).ok_or(DurationError::TooFine)?;
    let fraction: u64 = if digits == 0 { 0 } else { fraction.parse().map_err(too_long)? };
    let part = fraction.checked_mul(scale).ok_or(DurationError::TooFine)?;
    if part % tens != 0 {
        return Err(DurationError::TooFine);
    }
    whole.checked_add(part / tens).ok_or(DurationError::TooLong)
}

/// A count of frames, or a moment as frames from the start. A frame is one
/// instant of audio, whatever the number of channels.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Frames(pub u64);

impl Add for Frames {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Frames {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

/// Frames a second, from 8,000 to 192,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Rate(u32);

impl Default for Rate {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Rate {
    /// What every sound card takes without resampling.
    pub const DEFAULT: Self = Self(48_000);
    /// The lowest rate, that of a telephone.
    pub const LOWEST: u32 = 8_000;
    /// The highest rate, that of studio converters.
    pub const HIGHEST: u32 = 192_000;

    /// A rate of `hz` frames a second, or `None` outside 8,000 to 192,000.
    pub const fn new(hz: u32) -> Option<Self> {
        if hz >= Self::LOWEST && hz <= Self::HIGHEST { Some(Self(hz)) } else { None }
    }

    /// Frames a second.
    pub const fn hz(self) -> u32 {
        self.0
    }

    /// The frame at which a moment falls: the one rounding rule. A moment
    /// is always counted from the start of the timeline, never from another
    /// cue, so errors do not add up; halves round up. Lengths in whole seconds
    /// come out exact wherever they begin, since both their ends are rounded alike.
    pub const fn frame_at(self, moment: Millis) -> Frames {
        let frames = (moment.0 as u128 * self.0 as u128 + 500) / 1000;
        Frames(frames as u64)
    }

    /// The moment of a frame, parts of a millisecond dropped: for people.
    pub const fn moment_of(self, frame: Frames) -> Millis {
        Millis((frame.0 as u128 * 1000 / self.0 as u128) as u64)
    }

    /// The time that `frames` take, rounded up to a whole millisecond: as
    /// much room as a clip needs in the plan.
    pub const fn millis_covering(self, frames: Frames) -> Millis {
        Millis((frames.0 as u128 * 1000).div_ceil(self.0 as u128) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let cases = [
            ("5s", 5_000),
            ("1m30s", 90_000),
            ("500ms", 500),
            ("1h2m3s4ms", 3_723_004),
            ("1.5s", 1_500),
            ("0.25m", 15_000),
            ("0s", 0),
            ("90s", 90_000),
        ];
        for (text, millis) in cases {
            assert_eq!(text.parse(), Ok(Millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_duration_is_refused_with_its_reason() {
        use DurationError::{Shape, TooFine, TooLong};
        let cases = [
            ("", Shape),
            ("5", Shape),
            ("s", Shape),
            ("-5s", Shape),
            ("5 s", Shape),
            ("5sec", Shape),
            ("5s1m", Shape),
            ("5s5s", Shape),
            ("1.2.3s", Shape),
            (".5s", Shape),
            ("1e3s", Shape),
            ("0.5ms", TooFine),
            ("99999999999999999999s", TooLong),
            ("9999999999999999h", TooLong),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<Millis>(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_duration_is_shown_as_it_would_be_written() {
        for text in ["0s", "5s", "1m30s", "500ms", "1h", "1h2m3s4ms"] {
            assert_eq!(text.parse::<Millis>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn the_clock_counts_hours_only_when_there_are_some() {
        assert_eq!(Millis(5_999).clock(), "0:05");
        assert_eq!(Millis::from_secs(450).clock(), "7:30");
        assert_eq!(Millis::from_secs(3_723).clock(), "1:02:03");
    }

    #[test]
    fn a_minute_is_exact_wherever_it_begins() {
        for hz in [8_000, 11_025, 22_050, 44_100, 44_099, 48_000, 192_000] {
            let rate = Rate::new(hz).unwrap();
            for start in [0, 1, 333, 12_345, 7_654_321] {
                let begin = rate.frame_at(Millis(start));
                let end = rate.frame_at(Millis(start + 60_000));
                assert_eq!(end - begin, Frames(60 * u64::from(hz)), "{hz} Hz from {start} ms");
            }
        }
    }

    #[test]
    fn a_clip_always_fits_the_milliseconds_kept_for_it() {
        let rate = Rate::new(44_100).unwrap();
        assert_eq!(rate.millis_covering(Frames(0)), Millis(0));
        assert_eq!(rate.millis_covering(Frames(1)), Millis(1));
        assert_eq!(rate.millis_covering(Frames(44_100)), Millis(1000));
        assert_eq!(rate.millis_covering(Frames(44_101)), Millis(1001));
    }
}
