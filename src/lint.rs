//! What shows only in the whole timeline and is wrong without being an error.

use crate::problem::{Problem, Problems};
use crate::time::Frames;
use crate::timeline::{Side, Timeline};
use crate::totals::Totals;

/// Notes it when one side gets more time than the other.
pub fn check(timeline: &Timeline, problems: &mut Problems) {
    let Totals { left, right, .. } = Totals::of(timeline);
    if left == right || left == Frames(0) || right == Frames(0) {
        return;
    }
    let shorter = if left < right { Side::Left } else { Side::Right };
    let last = timeline.steps.iter().rfind(|s| s.side == Some(shorter) && s.timed.is_some());
    let Some(last) = last else { return };
    let time = |frames| timeline.rate.moment_of(frames);
    let message = format!("the left side gets {}, the right {}", time(left), time(right));
    let problem = Problem::warning("uneven-sides", last.span, message);
    problems.push(problem.help("give both the same times; `sides` does so by itself"));
}
