//! How much a routine would be, reckoned from its shape alone: nothing is
//! unrolled before this has said that it may be.

use super::{Action, Step, Timed};
use crate::problem::{Problem, Problems, Span};
use crate::time::Millis;

/// The longest routine: a day.
pub const LONGEST: Millis = Millis::from_secs(24 * 3600);

/// The most cues a timeline may hold, and the most steps.
pub const MOST_CUES: u64 = 1_000_000;

/// A lower bound of what steps become.
#[derive(Clone, Copy, Default)]
struct Size {
    length: Millis,
    cues: u64,
}

/// Notes the first step that makes the routine longer than a day or more than a million
/// cues, and says whether there is none.
pub fn check(steps: &[Step], problems: &mut Problems) -> bool {
    let found = size_of_all(steps).and_then(|size| match steps.last() {
        Some(last) => size.within_bounds(last.span),
        None => Ok(size),
    });
    found.map_err(|problem| problems.push(problem)).is_ok()
}

fn size_of_all(steps: &[Step]) -> Result<Size, Problem> {
    steps.iter().try_fold(Size::default(), |sum, step| {
        let size = size_of(step)?;
        Ok(Size {
            length: Millis(sum.length.0.saturating_add(size.length.0)),
            cues: sum.cues.saturating_add(size.cues),
        })
    })
}

/// A step, and each round of it, counts as one cue at least, so that empty ones are bounded too.
fn size_of(step: &Step) -> Result<Size, Problem> {
    let one = |length| Size { length, cues: 1 };
    let (times, once) = match &step.action {
        Action::Tone(tone) => (1, one(tone.length())),
        Action::Say { .. } | Action::Clip(_) => (1, one(Millis::ZERO)),
        Action::Timed(timed) => (1, size_of_timed(timed)),
        Action::Breathe(breathe) => {
            let length = breathe.timed.length;
            let breaths = length.0 / breathe.breath().0;
            let phases = [breathe.hold, breathe.pause].into_iter().filter(|l| *l > Millis::ZERO);
            let cues = 2 + phases.count() as u64 + if breathe.guide { 2 } else { 0 };
            (1, Size { length, cues: cues * breaths })
        }
        Action::Deepen(deepen) => {
            (u64::from(deepen.open.unwrap_or(deepen.times)), one(deepen.timed.length))
        }
        Action::Repeat { times, steps } => (u64::from(*times), size_of_all(steps)?),
        Action::Use { steps } => (1, size_of_all(steps)?),
        Action::Sides { steps, .. } => {
            let once = size_of_all(steps)?;
            (2, Size { cues: once.cues.saturating_add(1), ..once })
        }
    };
    let cues = once.cues.max(1).saturating_mul(times);
    Size { length: once.length.saturating_mul(times), cues }.within_bounds(step.span)
}

/// As long as it may last live, with all its reminders.
fn size_of_timed(timed: &Timed) -> Size {
    let own = 1 + timed.cues.len() as u64;
    let Some(open) = &timed.open else {
        // The first dose is the one that there surely is.
        let length = timed.doses.first().copied().unwrap_or(timed.length);
        return Size { length, cues: own };
    };
    let reminders = open.remind.as_ref().map_or(0, |(every, _)| open.at_most.0 / every.0);
    Size { length: open.at_most, cues: own + reminders }
}

impl Size {
    /// The size itself, or what is wrong with it at `span`.
    fn within_bounds(self, span: Span) -> Result<Self, Problem> {
        if self.length > LONGEST {
            Err(too_long(span))
        } else if self.cues > MOST_CUES {
            Err(too_many_cues(span))
        } else {
            Ok(self)
        }
    }
}

/// The routine passes the 24 hours at `span`.
pub fn too_long(span: Span) -> Problem {
    let message = format!("with this the routine lasts longer than {LONGEST}");
    Problem::error("too-long", span, message).help("shorten it, or repeat it less often")
}

/// The routine passes the million cues at `span`.
pub fn too_many_cues(span: Span) -> Problem {
    let message = format!("with this the routine has more than {MOST_CUES} cues");
    Problem::error("too-many-cues", span, message).help("repeat it less often")
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    fn code(steps: &str) -> Option<&'static str> {
        let parsed = parse(&format!(r#"{{"steps": [{steps}]}}"#));
        parsed.err().and_then(|problems| problems.iter().next().map(|p| p.code))
    }

    fn repeated(times: u32, step: &str) -> String {
        format!(r#"{{"repeat": {{"times": {times}, "steps": [{step}]}}}}"#)
    }

    #[test]
    fn a_day_is_allowed_and_a_millisecond_more_is_not() {
        assert_eq!(code(&repeated(24, r#"{"rest": "1h"}"#)), None);
        assert_eq!(
            code(&format!(r#"{}, {{"rest": "1ms"}}"#, repeated(24, r#"{"rest": "1h"}"#))),
            Some("too-long")
        );
    }

    #[test]
    fn rounds_of_nothing_are_refused_as_well_where_there_are_too_many() {
        // Of what cannot be read no step is left.
        let nothing = repeated(1_000_000, &repeated(1_000_000, r#"{"sey": "Well done."}"#));
        let problems = parse(&format!(r#"{{"steps": [{nothing}]}}"#)).unwrap_err();
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["unknown-verb", "too-many-cues"]);
    }

    #[test]
    fn repeats_that_multiply_beyond_counting_are_refused_before_they_are_unrolled() {
        let mut step = r#"{"say": ""}"#.to_string();
        for _ in 0..20 {
            step = repeated(1_000_000, &step);
        }
        assert_eq!(code(&step), Some("too-many-cues"));
    }
}
