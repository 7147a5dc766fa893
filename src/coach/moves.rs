//! Where the runner's wishes lead on a timeline: pure functions from one frame to another.

use crate::routine::Verb;
use crate::time::{Frames, Millis};
use crate::timeline::{Timeline, TimelineStep};

/// Within this time of a step's begin, "previous" means the step before.
const JUST_BEGUN: Millis = Millis::from_secs(3);
/// What "more" and "less" add and take.
pub const QUARTER: Millis = Millis::from_secs(15);

/// The step after the one at `moment`; `None` after the last.
pub fn next(timeline: &Timeline, moment: Frames) -> Option<Frames> {
    let next = timeline.step_at(moment)? + 1;
    timeline.steps.get(next).map(|step| step.at)
}

/// This step again, or the one before when this one has only just begun. `left` is the
/// open step that was left last, and the step it led to: one goes back to where one was.
pub fn previous(timeline: &Timeline, moment: Frames, left: Option<(usize, usize)>) -> Frames {
    let Some(step) = timeline.step_at(moment) else { return Frames(0) };
    let begin = timeline.steps[step].at;
    if moment.0 >= begin.0 + timeline.rate.frame_at(JUST_BEGUN).0 {
        return begin;
    }
    match left.filter(|(_, to)| *to == step) {
        Some((from, _)) => timeline.steps[from].at,
        None => timeline.steps[step.saturating_sub(1)].at,
    }
}

/// Once more: after squeezes, before anything else, the last squeeze with the rest in which
/// the hands find their place; otherwise this step.
pub fn again(timeline: &Timeline, moment: Frames) -> Frames {
    let Some(step) = timeline.step_at(moment) else { return Frames(0) };
    let after_squeeze = |step: &&TimelineStep| {
        matches!(step.verb, Verb::Release | Verb::Breathe | Verb::Rest | Verb::Say)
    };
    let back = timeline.steps[..=step].iter().rev().take_while(after_squeeze).count();
    let found = step.checked_sub(back).filter(|at| timeline.steps[*at].verb == Verb::Squeeze);
    let Some(squeeze) = found else { return timeline.steps[step].at };
    let has_place = squeeze > 0 && timeline.steps[squeeze - 1].verb == Verb::Rest;
    timeline.steps[if has_place { squeeze - 1 } else { squeeze }].at
}

/// 15 s further on within a timed part, or where the next thing is heard; `None` where
/// there is nothing to shorten.
pub fn less(timeline: &Timeline, moment: Frames) -> Option<Frames> {
    let step = timeline.step_at(moment)?;
    let (begin, frames) = timeline.steps[step].timed?;
    let next = timeline.steps.get(step + 1).map(|next| next.at);
    let end = next.map_or(begin + frames, |next| next.min(begin + frames));
    if moment < begin || moment >= end {
        return None;
    }
    let target = (moment + timeline.rate.frame_at(QUARTER)).min(end);
    Some(whole_sentence(timeline, moment, target))
}

/// `target`, or the begin of the sentence that is spoken there, or its end where it began
/// at `moment` or before.
fn whole_sentence(timeline: &Timeline, moment: Frames, target: Frames) -> Frames {
    let after = timeline.cues.partition_point(|cue| cue.at <= target);
    let spoken = timeline.cues[..after].iter().rposition(|cue| timeline.is_voice(cue));
    let Some(spoken) = spoken.filter(|index| timeline.end(&timeline.cues[*index]) > target) else {
        return target;
    };
    let begin = timeline.cues[sentence_of(timeline, spoken)].at;
    if begin > moment { begin } else { timeline.end(&timeline.cues[spoken]) }
}

/// The cue with which the sentence of a cue begins.
pub fn sentence_of(timeline: &Timeline, cue: usize) -> usize {
    let mut first = cue;
    while first > 0 && timeline.cues[first].goes_on {
        // Tones may sound within a sentence.
        first -= 1;
        while first > 0 && !timeline.is_voice(&timeline.cues[first]) {
            first -= 1;
        }
    }
    first
}

/// `moment`, or the begin of the sentence that is spoken there.
pub fn sentence_at(timeline: &Timeline, moment: Frames) -> Frames {
    let after = timeline.cues.partition_point(|cue| cue.at <= moment);
    let cues = &timeline.cues[..after];
    let spoken = cues.iter().rposition(|cue| timeline.is_voice(cue));
    let cut = spoken.filter(|index| timeline.end(&cues[*index]) > moment);
    cut.map_or(moment, |index| cues[sentence_of(timeline, index)].at)
}
