//! Makes a routine fit into the time there is: rests first, then optional steps, then whatever
//! says how short it may be. Never below a minimum.

use super::{Options, Trim, sequence};
use crate::problem::Problems;
use crate::routine::Routine;
use crate::time::Millis;
use crate::voice::Voice;

/// Why a routine does not fit.
#[derive(Debug)]
pub enum Misfit {
    /// This is the shortest it can be.
    TooLong(Millis),
    /// Laid out in less time, these go wrong.
    Problems(Problems),
}

impl From<Problems> for Misfit {
    fn from(problems: Problems) -> Self {
        Self::Problems(problems)
    }
}

/// What has to be trimmed for the routine to last `longest` at most, as a file has it: as little
/// as does it.
///
/// # Errors
/// See [`Misfit`].
pub fn fit(
    routine: &Routine,
    voice: &Voice,
    options: &Options,
    longest: Millis,
) -> Result<Trim, Misfit> {
    let length = |trim: Trim| -> Result<Millis, Problems> {
        let options = Options { trim, live: false, ..*options };
        let timeline = sequence(routine, "", voice, &options)?;
        // As a clock shows it: parts of a second do not count.
        Ok(Millis(timeline.rate.moment_of(timeline.frames).0 / 1000 * 1000))
    };
    let fits = |trim: Trim| Ok::<bool, Problems>(length(trim)? <= longest);
    if fits(Trim::NONE)? {
        return Ok(Trim::NONE);
    }
    let rests = |rest| Trim { rest, ..Trim::NONE };
    if fits(rests(0))? {
        return Ok(rests(most(Trim::WHOLE, |rest| fits(rests(rest)))?));
    }
    let optional = |optional| Trim { optional, rest: 0, ..Trim::NONE };
    if fits(optional(0))? {
        let kept = most(count(routine), |kept| fits(optional(kept)))?;
        let with_rests = |rest| Trim { rest, ..optional(kept) };
        return Ok(with_rests(most(Trim::WHOLE, |rest| fits(with_rests(rest)))?));
    }
    let work = |work| Trim { work, ..optional(0) };
    if fits(work(0))? {
        return Ok(work(most(Trim::WHOLE, |part| fits(work(part)))?));
    }
    Err(Misfit::TooLong(length(work(0))?))
}

/// The greatest number up to `end` that passes, when 0 does.
fn most(end: u32, passes: impl Fn(u32) -> Result<bool, Problems>) -> Result<u32, Problems> {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if passes(middle)? { low = middle } else { high = middle - 1 }
    }
    Ok(low)
}

/// How many optional steps are met at most when the routine is laid out.
fn count(routine: &Routine) -> u32 {
    let mut sum = 0_u32;
    let mut ahead: Vec<(&crate::routine::Step, u32)> =
        routine.steps.iter().map(|step| (step, 1)).collect();
    while let Some((step, times)) = ahead.pop() {
        use crate::routine::Action::{Repeat, Sides};
        sum = sum.saturating_add(if step.optional { times } else { 0 });
        let inner = match step.action {
            Repeat { times: own, .. } => times.saturating_mul(own),
            Sides { .. } => times.saturating_mul(2),
            _ => times,
        };
        ahead.extend(step.action.steps().iter().map(|step| (step, inner)));
    }
    sum
}
