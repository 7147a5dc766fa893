//! How much a routine would be, reckoned from its shape alone: nothing is
//! unrolled before this has said that it may be.

use super::fields::LONGEST;
use super::{Action, Step};
use crate::problem::{Problem, Problems, Span};
use crate::time::Millis;

/// The most cues a timeline may hold, and the most steps.
pub const MOST_CUES: u64 = 1_000_000;

/// A lower bound of what steps become.
#[derive(Clone, Copy, Default)]
struct Size {
    length: Millis,
    cues: u64,
}

/// Notes the first steps that make the routine longer than a day or more than a million cues.
pub fn check(steps: &[Step], problems: &mut Problems) {
    let size = size_of_all(steps, problems);
    if let Some(last) = steps.last().filter(|_| !problems.has_errors()) {
        ensure_within_bounds(size, last.span, problems);
    }
}

fn size_of_all(steps: &[Step], problems: &mut Problems) -> Size {
    steps.iter().fold(Size::default(), |sum, step| {
        let size = size_of(step, problems);
        Size {
            length: Millis(sum.length.0.saturating_add(size.length.0)),
            cues: sum.cues.saturating_add(size.cues),
        }
    })
}

/// A step counts as one cue at least, so that empty ones are bounded too.
fn size_of(step: &Step, problems: &mut Problems) -> Size {
    let (times, once) = match &step.action {
        Action::Say { .. } | Action::Tone(_) => (1, Size { length: Millis::ZERO, cues: 1 }),
        Action::Timed(timed) => (1, Size { length: timed.length, cues: 1 }),
        Action::Breathe(breathe) => {
            let length = breathe.timed.length;
            let breaths = length.0 / (breathe.inhale + breathe.exhale).0;
            (1, Size { length, cues: 2 * breaths })
        }
        Action::Deepen(deepen) => {
            (u64::from(deepen.times), Size { length: deepen.timed.length, cues: 1 })
        }
        Action::Repeat { times, steps } => (u64::from(*times), size_of_all(steps, problems)),
        Action::Sides { steps, .. } => {
            let once = size_of_all(steps, problems);
            (2, Size { cues: once.cues.saturating_add(1), ..once })
        }
    };
    let size = Size {
        length: once.length.saturating_mul(times),
        cues: once.cues.saturating_mul(times).max(1),
    };
    if !problems.has_errors() {
        ensure_within_bounds(size, step.span, problems);
    }
    size
}

fn ensure_within_bounds(size: Size, span: Span, problems: &mut Problems) {
    if size.length > LONGEST {
        problems.push(too_long(span));
    } else if size.cues > MOST_CUES {
        problems.push(too_many_cues(span));
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
    fn repeats_that_multiply_beyond_counting_are_refused_before_they_are_unrolled() {
        let mut step = r#"{"say": ""}"#.to_string();
        for _ in 0..20 {
            step = repeated(1_000_000, &step);
        }
        assert_eq!(code(&step), Some("too-many-cues"));
    }
}
