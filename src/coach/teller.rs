//! The teller: tells the world what is heard, as it is heard: programs by events, people by the
//! face, the desktop by its media player.

use std::sync::Arc;

use serde_json::{Value, json};

use super::events::Events;
use super::face::Face;
use super::journal::{Doing, Heard};
use super::messages::{Change, Changed};
use super::mpris::Mpris;
use super::now_playing::NowPlaying;
use crate::terminal::printable;
use crate::time::{Frames, Millis};
use crate::timeline::Timeline;

/// Tells what is heard of one timeline.
pub struct Teller<'a> {
    timeline: Arc<Timeline>,
    events: &'a mut Events,
    face: &'a mut Face,
    desktop: Option<&'a Mpris>,
    /// The timeline up to which cues and steps were told, and the step told last.
    told: Frames,
    last_step: Option<usize>,
    /// Whether the end was told.
    is_over: bool,
}

impl<'a> Teller<'a> {
    /// A teller that begins at `position`.
    pub fn new(
        timeline: Arc<Timeline>,
        position: Frames,
        events: &'a mut Events,
        face: &'a mut Face,
    ) -> Self {
        let (desktop, last_step) = (None, None);
        Self { timeline, events, face, desktop, told: position, last_step, is_over: false }
    }

    /// Tells the desktop too from now on.
    pub fn set_desktop(&mut self, desktop: &'a Mpris) {
        self.desktop = Some(desktop);
    }

    /// What is shown to people.
    pub fn face(&mut self) -> &mut Face {
        self.face
    }

    /// The timeline up to which it has told everything.
    pub fn told(&self) -> Frames {
        self.told
    }

    /// Tells that it begins, on a device of this id.
    pub fn started(&mut self, device: &str) {
        let Timeline { routine, title, rate, .. } = &*self.timeline;
        let more = json!({ "routine": routine, "title": title, "rate": rate, "device": device });
        self.events.tell("started", Frames(0), more);
    }

    /// Tells that the device is gone.
    pub fn device_lost(&mut self, at: Frames) {
        self.say_all("device_lost", at, json!({}), "the sound device is gone; waiting for it");
        self.desktop(true);
    }

    /// Tells that the device, of this id, is back, and whether the runner has paused meanwhile.
    pub fn device_back(&mut self, at: Frames, device: &str, paused: bool) {
        self.say_all("device_back", at, json!({ "device": device }), "the sound device is back");
        self.desktop(paused);
    }

    /// Tells the end, unless it was told.
    pub fn over(&mut self, at: Frames) {
        if !self.is_over {
            self.events.tell("stopped", at, json!({}));
        }
    }

    fn say_all(&mut self, event: &str, at: Frames, more: Value, text: &str) {
        self.events.tell(event, at, more);
        let moment = self.moment(at);
        self.face.event(moment, text);
    }

    /// Tells the steps and cues up to where the timeline is heard.
    pub fn cues(&mut self, heard: &Heard) {
        if !matches!(heard.doing, Doing::Playing) {
            return;
        }
        let timeline = Arc::clone(&self.timeline);
        let begun = |at: Frames| heard.at - (heard.position - at);
        let mut step = timeline.steps.partition_point(|step| step.at < self.told);
        let mut cue = timeline.cues.partition_point(|cue| cue.at < self.told);
        loop {
            let next_step = timeline.steps.get(step).map(|step| step.at);
            let next_cue = timeline.cues.get(cue).map(|cue| cue.at);
            let is_step = next_step.is_some_and(|at| next_cue.is_none_or(|cue| at <= cue));
            let Some(at) = (if is_step { next_step } else { next_cue }) else { break };
            if at >= heard.position {
                break;
            }
            if is_step {
                self.step(begun(at), step);
                step += 1;
                continue;
            }
            let playing = &timeline.cues[cue];
            if !(heard.muted && timeline.is_voice(playing)) {
                self.events.cue(begun(at), &timeline, playing);
                self.face.cue(begun(at), &timeline, playing);
            }
            cue += 1;
        }
        self.told = heard.position;
    }

    fn step(&mut self, at: Frames, step: usize) {
        self.last_step = Some(step);
        self.events.step(at, &self.timeline, step);
        self.desktop(false);
    }

    /// Tells the desktop what is going on, and whether it is paused.
    pub fn desktop(&self, paused: bool) {
        let (Some(desktop), Some(number)) = (&self.desktop, self.last_step) else { return };
        let step = &self.timeline.steps[number];
        let rate = self.timeline.rate;
        let since = self.told.0.saturating_sub(step.at.0);
        desktop.show(NowPlaying {
            paused,
            step: printable(&step.label).into_owned(),
            number,
            length_ms: if step.open { 0 } else { rate.moment_of(step.frames).0 },
            position_ms: rate.moment_of(Frames(since)).0,
        });
    }

    /// Tells a change that is heard now.
    pub fn change(&mut self, change: &Change) {
        let at = change.at;
        match &change.what {
            Changed::Play(target) => {
                self.told = *target;
                let timeline = Arc::clone(&self.timeline);
                let on = timeline.step_at(*target).filter(|on| timeline.steps[*on].at < *target);
                if let Some(on) = on.filter(|on| Some(*on) != self.last_step) {
                    self.step(at, on);
                }
            }
            Changed::Pause(_) => {
                self.simply("paused", at);
                self.desktop(true);
            }
            Changed::Resume => {
                self.simply("resumed", at);
                self.desktop(false);
            }
            Changed::Limit(step) => {
                let more = json!({ "step": step, "label": self.timeline.steps[*step].label });
                self.say_all("limit", at, more, "at my limit");
            }
            Changed::Voice(on) => self.events.tell("voice", at, json!({ "on": on })),
            Changed::Say(insert) => {
                self.say_all("answer", at, json!({ "text": insert.words }), &insert.words);
            }
            Changed::Over(whole) => {
                self.is_over = true;
                self.events.tell(if *whole { "finished" } else { "stopped" }, at, json!({}));
            }
            Changed::Wait(_) | Changed::Said | Changed::Stop => {}
        }
    }

    fn moment(&self, at: Frames) -> Millis {
        self.timeline.rate.moment_of(at)
    }

    /// Tells that something happens.
    pub fn simply(&mut self, event: &str, at: Frames) {
        self.say_all(event, at, json!({}), event);
    }
}
