//! From a live timeline and a take to the fixed timeline of what was heard.

use std::collections::HashMap;

use super::{Move, MoveKind, Take};
use crate::bed::duck::{Duck, Ducks};
use crate::error::Error;
use crate::mixer::FADE;
use crate::routine::bounds::MOST_CUES;
use crate::sequencer;
use crate::time::Frames;
use crate::timeline::{Cue, Guard, Sound, SoundKind, Timeline, TimelineStep};
use crate::voice::Voice;

impl Take {
    /// The fixed timeline of what was heard of `timeline`; `voice` speaks the answers.
    ///
    /// # Errors
    /// [`Error::Usage`] when the voice cannot say an answer, or it grows beyond all bounds.
    pub fn close(&self, timeline: &Timeline, voice: &Voice) -> Result<Timeline, Error> {
        let mut closing = Closing::new(timeline, voice);
        for (index, step) in self.moves.iter().enumerate() {
            let later = &self.moves[index + 1..];
            let end = later.first().map_or(self.frames, |next| next.at);
            closing.stretch(step, end)?;
            if let MoveKind::Say(words) = &step.kind {
                // The voice may be silenced in mid-answer: what else is said is said.
                let answered = later.iter().find(|next| !matches!(next.kind, MoveKind::Voice(_)));
                closing.say(words, step.at, answered.map_or(self.frames, |next| next.at))?;
            }
        }
        let Closing { cues, steps, sounds, guard, ducks, .. } = closing;
        Ok(Timeline { frames: self.frames, cues, steps, sounds, guard, ducks, ..timeline.clone() })
    }
}

/// A timeline that is being made of the stretches that were heard of another.
struct Closing<'a> {
    timeline: &'a Timeline,
    voice: &'a Voice,
    cues: Vec<Cue>,
    steps: Vec<TimelineStep>,
    sounds: Vec<Sound>,
    guard: Guard,
    ducks: Ducks,
    /// Whether it is paused.
    is_paused: bool,
    /// Where the other timeline is played from, and since when; `None` while it stands still.
    playing: Option<(Frames, Frames)>,
    has_voice: bool,
    /// Cues that may still sound.
    sounding: Vec<usize>,
    /// The step of the other timeline that the last of the steps is.
    last_step: Option<usize>,
}

impl<'a> Closing<'a> {
    fn new(timeline: &'a Timeline, voice: &'a Voice) -> Self {
        Self {
            timeline,
            voice,
            cues: Vec::new(),
            steps: Vec::new(),
            sounds: timeline.sounds.clone(),
            guard: Guard { on: timeline.guard.on, spans: Vec::new() },
            ducks: Ducks::default(),
            is_paused: false,
            playing: None,
            has_voice: true,
            sounding: Vec::new(),
            last_step: None,
        }
    }

    /// Does a move, and what follows it up to `end`.
    fn stretch(&mut self, step: &Move, end: Frames) -> Result<(), Error> {
        let at = step.at;
        match &step.kind {
            MoveKind::Play(from) => {
                self.cut(at, |_| true);
                self.playing = Some((*from, at));
                self.is_paused = false;
            }
            MoveKind::Still(cuts) => {
                self.cut(at, |_| *cuts);
                self.playing = None;
                if *cuts {
                    self.is_paused = true;
                    self.ducks.push(at, end, Duck::Silent);
                }
            }
            MoveKind::Say(_) => {
                self.cut(at, |_| true);
                self.playing = None;
            }
            MoveKind::Voice(on) => {
                self.has_voice = *on;
                self.cut(at, |is_voice| is_voice && !on);
            }
        }
        if let Some((from, since)) = self.playing {
            self.play(from + (at - since), at, end);
        } else if self.guard.on {
            self.wake(at, end);
        }
        if self.cues.len().max(self.steps.len()) as u64 > 2 * MOST_CUES {
            return Err(Error::Usage("the take plays more than can be counted".into()));
        }
        Ok(())
    }

    /// Cuts at `at` what sounds there and is chosen by whether it is spoken.
    fn cut(&mut self, at: Frames, which: impl Fn(bool) -> bool) {
        let faded = at + self.timeline.rate.frame_at(FADE);
        let (cues, sounds) = (&mut self.cues, &self.sounds);
        self.sounding.retain(|&index| {
            let cue = &mut cues[index];
            let sound = &sounds[cue.sound as usize];
            let is_heard = cue.cut.unwrap_or(cue.at + sound.frames) > at;
            let has_begun = cue.at < at;
            if is_heard && has_begun && which(matches!(sound.kind, SoundKind::Voice { .. })) {
                cue.cut = Some(cue.cut.map_or(faded, |before| before.min(faded)));
            }
            is_heard
        });
    }

    fn put(&mut self, cue: Cue) {
        self.sounding.push(self.cues.len());
        self.cues.push(cue);
    }

    /// Places what the timeline has from `from` on, at `at` and up to `end`.
    fn play(&mut self, from: Frames, at: Frames, end: Frames) {
        let timeline = self.timeline;
        let until = from + (end - at);
        let placed = |moment: Frames| at + (moment - from);
        let steps = self.play_steps(from, at, until);
        let range = timeline.cues.partition_point(|cue| cue.at < from)
            ..timeline.cues.partition_point(|cue| cue.at < until);
        for cue in &timeline.cues[range] {
            if self.has_voice || !timeline.is_voice(cue) {
                let own = steps.get(&(cue.step as usize)).copied();
                let step = own.unwrap_or(self.steps.len().saturating_sub(1)) as u32;
                self.put(Cue { at: placed(cue.at), step, ..*cue });
            }
        }
        for (begin, end, duck) in timeline.ducks.within(from, until) {
            if self.has_voice || duck != Duck::Voice {
                self.ducks.push(placed(begin), placed(end), duck);
            }
        }
        let flowing = timeline.guard.spans.partition_point(|(_, end)| *end <= from);
        for (begin, end) in &timeline.guard.spans[flowing..] {
            if *begin >= until {
                break;
            }
            self.wake(placed(from.max(*begin)), placed(until.min(*end)));
        }
    }

    /// Adds the steps that are on from `from` to `until`, and says where each has its place.
    fn play_steps(&mut self, from: Frames, at: Frames, until: Frames) -> HashMap<usize, usize> {
        let timeline = self.timeline;
        let first = timeline.step_at(from).unwrap_or(0);
        let mut places = HashMap::new();
        for (index, step) in timeline.steps.iter().enumerate().skip(first) {
            if step.at >= until && index > first {
                break;
            }
            let place = |moment: Frames| at + (moment.max(from).min(until) - from);
            let timed = step.timed.map(|(begin, frames)| (begin, begin + frames));
            let timed = timed.filter(|(begin, end)| *begin < until && *end > from);
            let timed = timed.map(|(begin, end)| (place(begin), place(end)));
            let goes_on = self.last_step == Some(index) && from > step.at;
            if let Some(last) = self.steps.last_mut().filter(|_| goes_on) {
                last.frames = place(step.end()) - last.at;
                let begin = last.timed.map(|(begin, _)| begin);
                last.timed = timed
                    .map(|(own, end)| (begin.unwrap_or(own), end - begin.unwrap_or(own)))
                    .or(last.timed);
            } else {
                let (at, timed) = (place(step.at), timed.map(|(begin, end)| (begin, end - begin)));
                let frames = place(step.end()) - at;
                self.steps.push(TimelineStep { at, frames, timed, exit: None, ..step.clone() });
            }
            self.last_step = Some(index);
            places.insert(index, self.steps.len() - 1);
        }
        places
    }

    fn say(&mut self, words: &str, at: Frames, end: Frames) -> Result<(), Error> {
        let spoken = sequencer::phrase(words, self.voice, self.timeline.rate, self.guard.on);
        let spoken = spoken.map_err(|problems| {
            let problem = problems.iter().next().map(|problem| problem.message.clone());
            Error::Usage(format!("the take: {}", problem.unwrap_or_default()))
        })?;
        let step = self.steps.len().saturating_sub(1) as u32;
        for cue in spoken.cues.iter().filter(|cue| at + cue.at < end) {
            let sound = self.sound(spoken.sound(cue));
            self.put(Cue { at: at + cue.at, sound, step, ..*cue });
        }
        let duck = if self.is_paused { Duck::Silent } else { Duck::Voice };
        self.ducks.push(at, end.min(at + spoken.frames), duck);
        Ok(())
    }

    /// The place of a sound among all; answers share theirs.
    fn sound(&mut self, sound: &Sound) -> u32 {
        let place = self.sounds.iter().position(|own| own.kind == sound.kind);
        place.unwrap_or_else(|| {
            self.sounds.push(sound.clone());
            self.sounds.len() - 1
        }) as u32
    }

    /// Lets the guard signal flow; where it flowed before, it goes on.
    fn wake(&mut self, from: Frames, until: Frames) {
        match self.guard.spans.last_mut() {
            Some(last) if last.1 >= from => last.1 = last.1.max(until),
            _ if from < until => self.guard.spans.push((from, until)),
            _ => {}
        }
    }
}
