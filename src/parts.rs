//! Parts: a timeline cut where a runner would skip to, every frame in one of them.
//!
//! The deepenings of a stretch go together, and what follows them begins a part: whoever is at
//! their limit skips to the next part and hears the words for the hold. The same holds for any
//! step that waits for the runner. Every other step is a part too, unless it is very short, as
//! a tone, a side's name or a "well done" are: a part takes in what follows it until it lasts
//! [`SHORTEST`], and has the name of the longest step in it. What is left over at the end and
//! shorter joins the part before. Nothing but a short step before them ever joins deepenings,
//! and they join nothing.
//!
//! A part begins where the runner would come by leaving the step before it, as live: words for
//! a hold that are spoken within the last deepening are in the hold's part. Where something
//! still sounds there, such as the tone that ended the step before, the part begins earlier,
//! where nothing does, if that is within [`EARLIER`].

use crate::chapters::named;
use crate::routine::Verb;
use crate::time::{Frames, Millis};
use crate::timeline::{Timeline, TimelineStep};

/// What lasts less than this is no part of its own: players take a press of "previous" within
/// the first seconds for the part before, and a list of such parts is hard to read.
pub const SHORTEST: Millis = Millis::from_secs(7);
/// How much earlier than its step a part may begin for nothing to be cut.
pub const EARLIER: Millis = Millis::from_secs(1);

/// A stretch of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The name of the longest step in it, with its side; deepenings have one without number.
    pub name: String,
    /// Where it begins: where the part before ends, the first at the start.
    pub from: Frames,
    /// Where it ends.
    pub until: Frames,
    /// What the runner says by skipping to the next part, if it is more than that.
    pub leave: Option<Leave>,
}

/// What the runner says by leaving a part before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// I am at my limit.
    AtLimit,
    /// I am ready.
    WhenReady,
}

impl Part {
    /// How long it lasts.
    pub fn frames(&self) -> Frames {
        self.until - self.from
    }
}

/// The parts of a timeline, at most `most` of them. Where there would be more, longer ones
/// than [`SHORTEST`] are joined, deepenings as well where there is no other way.
pub fn parts(timeline: &Timeline, most: usize) -> Vec<Part> {
    let stretches = stretches(timeline);
    let base = timeline.rate.frame_at(SHORTEST);
    let mut shortest = base;
    loop {
        let parts = joined(&stretches, |part| {
            part.frames() >= shortest || (part.leave.is_some() && shortest == base)
        });
        if parts.len() <= most.max(1) {
            return parts;
        }
        shortest = shortest + shortest;
    }
}

/// Every step on its own, but for deepenings that go together: parts, however short they are.
pub fn stretches(timeline: &Timeline) -> Vec<Part> {
    let is_heard = |step: &&TimelineStep| step.frames > Frames(0) && step.at < timeline.frames;
    let steps: Vec<&TimelineStep> = timeline.steps.iter().filter(is_heard).collect();
    let quiet = Quiet::of(timeline);
    let mut parts: Vec<Part> = Vec::new();
    let mut exit = None;
    for steps in steps.chunk_by(|step, next| go_together(step, next)) {
        let (first, last) = (steps[0], steps[steps.len() - 1]);
        let mut from = Frames(0);
        if let Some(before) = parts.last_mut() {
            from = quiet.before(exit.unwrap_or(first.at)).max(before.from);
            before.until = from;
        }
        exit = last.exit;
        parts.push(Part { name: name(first), from, until: timeline.frames, leave: leave(first) });
    }
    parts.retain(|part| part.from < part.until);
    parts
}

/// Whether two steps are deepenings of the same stretch.
fn go_together(step: &TimelineStep, next: &TimelineStep) -> bool {
    let place = |step: &TimelineStep| (step.verb, step.span, step.side, step.exit);
    step.verb == Verb::Deepen && place(step) == place(next)
}

fn leave(step: &TimelineStep) -> Option<Leave> {
    match step.verb {
        Verb::Deepen => Some(Leave::AtLimit),
        Verb::Wait => Some(Leave::WhenReady),
        _ => step.open.then_some(Leave::AtLimit),
    }
}

fn name(step: &TimelineStep) -> String {
    let label = match step.verb {
        Verb::Deepen => without_number(&step.label),
        _ => &step.label,
    };
    named(label, step.side)
}

/// `Deepen` for `Deepen 2 of 3` and for `Deepen 2`.
fn without_number(label: &str) -> &str {
    let less = |text: &str| text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let label = label[..less(label)].strip_suffix(" of ").unwrap_or(label);
    label[..less(label)].strip_suffix(' ').unwrap_or(label)
}

/// Where nothing sounds.
struct Quiet<'a> {
    timeline: &'a Timeline,
    /// Where each cue and all before it have ended.
    ends: Vec<Frames>,
}

impl<'a> Quiet<'a> {
    fn of(timeline: &'a Timeline) -> Self {
        let ends = timeline.cues.iter().scan(Frames(0), |last, cue| {
            *last = timeline.end(cue).max(*last);
            Some(*last)
        });
        Self { timeline, ends: ends.collect() }
    }

    /// The last moment up to `moment` at which nothing sounds, if it is not too early; else
    /// `moment`.
    fn before(&self, moment: Frames) -> Frames {
        let earliest = moment.0.saturating_sub(self.timeline.rate.frame_at(EARLIER).0);
        let mut cue = self.timeline.cues.partition_point(|cue| cue.at < moment);
        let mut quiet = moment;
        while cue > 0 && self.ends[cue - 1] > quiet {
            cue -= 1;
            quiet = self.timeline.cues[cue].at;
            if quiet.0 < earliest {
                return moment;
            }
        }
        quiet
    }
}

/// The parts with those joined to the next that are not `whole`.
fn joined(stretches: &[Part], whole: impl Fn(&Part) -> bool) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    // How long the step lasts that gave the last part its name.
    let mut longest = Frames(0);
    for part in stretches {
        match parts.last_mut().filter(|last| !whole(last)) {
            Some(last) => {
                last.until = part.until;
                last.leave = part.leave;
                if part.frames() > longest {
                    (last.name, longest) = (part.name.clone(), part.frames());
                }
            }
            None => {
                longest = part.frames();
                parts.push(part.clone());
            }
        }
    }
    if let [.., before, last] = parts.as_mut_slice()
        && !whole(last)
        && before.leave.is_none()
    {
        before.until = last.until;
        parts.pop();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::{Ear, Side};

    /// Cues of half a second, at 8 kHz, and steps, each with its verb, its name, and the seconds
    /// of its begin and its length.
    fn timeline(cues: &[u64], steps: &[(Verb, &str, u64, u64)]) -> Timeline {
        let cues: Vec<_> = cues.iter().map(|at| (*at, 0, Ear::Both)).collect();
        let in_frames = |&(verb, name, at, length)| (verb, name, at * 8000, length * 8000);
        let steps: Vec<_> = steps.iter().map(in_frames).collect();
        let end = steps.last().map_or(0, |(_, _, at, frames)| at + frames);
        Timeline::of(end, &[&[1; 4000]], &cues).with_steps(&steps)
    }

    /// The parts as their names, the seconds they begin at, and what leaving them says.
    fn shown(parts: &[Part]) -> Vec<(&str, f64, Option<Leave>)> {
        parts.iter().map(|p| (p.name.as_str(), p.from.0 as f64 / 8000.0, p.leave)).collect()
    }

    #[test]
    fn deepenings_go_together_and_the_hold_follows_them() {
        let steps = [
            (Verb::Deepen, "Calf: deepen 1 of 2", 1, 15),
            (Verb::Deepen, "Calf: deepen 2 of 2", 16, 15),
            (Verb::Hold, "Calf: hold", 29, 20),
        ];
        let expected = [("Calf: deepen", 0.0, Some(Leave::AtLimit)), ("Calf: hold", 29.0, None)];
        assert_eq!(shown(&parts(&timeline(&[], &steps), 9)), expected);
    }

    #[test]
    fn deepenings_of_another_side_are_a_part_of_their_own() {
        let steps = [(Verb::Deepen, "Deepen 1", 0, 9), (Verb::Deepen, "Deepen 1", 9, 9)];
        let mut timeline = timeline(&[], &steps);
        timeline.steps[0].side = Some(Side::Left);
        timeline.steps[1].side = Some(Side::Right);
        let limit = Some(Leave::AtLimit);
        let expected = [("Deepen (left)", 0.0, limit), ("Deepen (right)", 9.0, limit)];
        assert_eq!(shown(&parts(&timeline, 9)), expected);
    }

    #[test]
    fn what_follows_a_step_that_waits_begins_where_the_runner_leaves_it() {
        let steps = [
            (Verb::Wait, "Wait", 0, 10),
            (Verb::Work, "Plank", 11, 10),
            (Verb::Say, "Well done", 22, 8),
        ];
        let mut timeline = timeline(&[], &steps);
        for (step, exit) in timeline.steps.iter_mut().zip([10, 21]) {
            (step.open, step.exit) = (true, Some(Frames(exit * 8000)));
        }
        let expected = [
            ("Wait", 0.0, Some(Leave::WhenReady)),
            ("Plank", 10.0, Some(Leave::AtLimit)),
            ("Well done", 21.0, None),
        ];
        assert_eq!(shown(&parts(&timeline, 9)), expected);
    }

    #[test]
    fn short_steps_join_what_they_lead_into_and_the_last_what_is_before_it() {
        let steps = [
            (Verb::Sides, "Left side", 0, 2),
            (Verb::Tone, "start", 2, 1),
            (Verb::Hold, "Hold", 3, 20),
            (Verb::Rest, "Change", 23, 4),
            (Verb::Deepen, "Deepen 1 of 1", 27, 4),
            (Verb::Hold, "Hold again", 31, 30),
            (Verb::Say, "Well done", 61, 2),
            (Verb::Tone, "finish", 63, 2),
        ];
        let expected = [
            ("Hold", 0.0, None),
            ("Change", 23.0, Some(Leave::AtLimit)),
            ("Hold again", 31.0, None),
        ];
        assert_eq!(shown(&parts(&timeline(&[], &steps), 9)), expected);
        assert_eq!(stretches(&timeline(&[], &steps)).len(), 8);
    }

    #[test]
    fn what_is_left_over_after_deepenings_stays_apart() {
        let steps = [(Verb::Deepen, "Deepen 1", 0, 15), (Verb::Say, "Well done", 15, 2)];
        let expected = [("Deepen", 0.0, Some(Leave::AtLimit)), ("Well done", 15.0, None)];
        assert_eq!(shown(&parts(&timeline(&[], &steps), 9)), expected);
    }

    #[test]
    fn a_part_begins_where_nothing_sounds_unless_that_is_too_far_back() {
        let steps = [(Verb::Rest, "Rest", 0, 10), (Verb::Hold, "Hold", 10, 10)];
        let begin = |cues: &[u64]| parts(&timeline(cues, &steps), 9)[1].from.0;
        assert_eq!(begin(&[70_000, 76_000, 80_000]), 80_000);
        assert_eq!(begin(&[70_000, 73_000, 77_000]), 77_000);
        assert_eq!(begin(&[70_000, 73_000, 77_000, 77_000, 79_999]), 77_000);
        assert_eq!(begin(&[71_000, 73_000, 76_000, 79_000]), 80_000);
    }

    #[test]
    fn parts_that_would_be_too_many_are_joined_by_their_length() {
        let round = |at| [(Verb::Rest, "Rest", at, 10), (Verb::Hold, "Hold", at + 10, 30)];
        let steps: Vec<_> = (0..10).flat_map(|turn| round(turn * 40)).collect();
        let timeline = timeline(&[], &steps);
        let counts = [20, 19, 9, 3, 0].map(|most| parts(&timeline, most).len());
        assert_eq!(counts, [20, 10, 5, 3, 1]);
        let limited = parts(&timeline, 10);
        assert_eq!(
            limited[0],
            Part { name: "Hold".into(), from: Frames(0), until: Frames(320_000), leave: None }
        );
    }

    #[test]
    fn deepenings_are_told_without_their_number() {
        let labels = ["Deepen 1 of 12", "Deepen 3", "Level 2 1 of 4", "Deepen", "7"];
        assert_eq!(labels.map(without_number), ["Deepen", "Deepen", "Level 2", "Deepen", "7"]);
    }

    #[test]
    fn a_routine_without_steps_has_no_parts() {
        assert_eq!(parts(&Timeline::of(9, &[], &[]), 9), []);
    }
}
