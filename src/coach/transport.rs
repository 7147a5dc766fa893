//! The transport: moves through a timeline as the runner wishes and makes the frames that the
//! device plays. It runs on the audio thread: nothing here takes memory, waits, or asks
//! the system for anything.

use std::sync::Arc;

use rtrb::Producer;

use super::messages::{Begin, Change, Changed, Command, Insert};
use super::moves::{self, QUARTER};
use crate::bed::Bed;
use crate::bed::duck::Duck;
use crate::mixer::{FADE, Frame, Mixer, Sounding};
use crate::sequencer::{LEAD_IN, LONG_SILENCE};
use crate::sounds::Sounds;
use crate::time::{Frames, Millis};
use crate::timeline::Timeline;

/// Sounds that may be heard at once, those that fade out among them.
const VOICES: usize = 64;

/// Two presses within this time are one.
const BOUNCE: Millis = Millis(250);

/// What goes on.
#[derive(Debug)]
enum State {
    Playing,
    /// Nothing begins before this frame of what is heard.
    Still {
        until: u64,
        then: Then,
    },
    Saying {
        insert: Arc<Insert>,
        begin: u64,
        next_cue: usize,
        then: Then,
    },
    Paused,
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    Play,
    Pause,
    End,
}

impl Then {
    /// How far music gives way until then.
    fn duck(self) -> Duck {
        if self == Self::Play { Duck::Open } else { Duck::Silent }
    }
}

/// Moves through a timeline and makes frames.
#[derive(Debug)]
pub struct Transport {
    timeline: Arc<Timeline>,
    sounds: Arc<Sounds>,
    mixer: Mixer,
    state: State,
    /// Where the timeline goes on.
    position: u64,
    next_cue: usize,
    /// Frames given to the device.
    device: u64,
    has_voice: bool,
    /// Frames still to be waited, as soon as no sentence is spoken.
    owed: u64,
    /// Whether they are being waited.
    waits: bool,
    /// The open step that was left last, and the step that followed.
    left: Option<(usize, usize)>,
    /// When it was left, in frames heard.
    left_at: u64,
    /// When earbuds were kept awake last, in frames heard.
    awake_at: u64,
    changes: Producer<Change>,
}

impl Transport {
    /// A transport at `begin`, which tells what it does into `changes`.
    pub fn new(
        timeline: Arc<Timeline>,
        sounds: Arc<Sounds>,
        begin: Begin,
        changes: Producer<Change>,
    ) -> Self {
        let mut mixer = Mixer::new(timeline.rate, VOICES, timeline.guard.on);
        mixer.start_at(begin.heard);
        let mut transport = Self {
            timeline,
            sounds,
            mixer,
            state: State::Playing,
            position: begin.position.0,
            next_cue: 0,
            device: begin.device,
            has_voice: true,
            owed: 0,
            waits: false,
            left: None,
            left_at: 0,
            awake_at: begin.heard.0,
            changes,
        };
        if begin.muted {
            transport.mute();
        }
        if begin.paused {
            transport.state = State::Paused;
        } else if begin.lead_in > Frames(0) && transport.timeline.guard.on {
            let until = begin.heard.0 + begin.lead_in.0;
            transport.state = State::Still { until, then: Then::Play };
            transport.tell(Changed::Wait(begin.lead_in));
        } else {
            transport.go(begin.position);
        }
        transport
    }

    /// Lays music under all that is heard.
    pub fn lay_bed(&mut self, bed: Bed) {
        self.mixer.lay_bed(bed);
    }

    /// Does what is asked.
    pub fn obey(&mut self, command: Command) {
        let (timeline, position) = (Arc::clone(&self.timeline), Frames(self.position));
        match command {
            _ if self.is_ending() => {}
            Command::Limit => drop(self.leave_open_step()),
            Command::Skip => {
                if !self.leave_open_step() {
                    self.obey(Command::Next);
                }
            }
            Command::Toggle if self.is_paused() => self.resume(),
            Command::Toggle | Command::Pause => self.pause(),
            Command::Resume => self.resume(),
            Command::Next => match moves::next(&timeline, position) {
                Some(next) => self.jump(next),
                None => self.stop(),
            },
            Command::Previous => self.jump(moves::previous(&timeline, position, self.left)),
            Command::Repeat => self.jump(moves::again(&timeline, position)),
            Command::More => self.owe_more(timeline.rate.frame_at(QUARTER)),
            Command::Less if self.owed > 0 => self.owe_less(timeline.rate.frame_at(QUARTER)),
            Command::Less => {
                if let Some(target) = moves::less(&timeline, position) {
                    self.jump(target);
                }
            }
            Command::Mute => self.mute(),
            Command::Say(insert) => self.say(insert),
            Command::PickUp => {
                let sentence = self.cut_sentence();
                if matches!(self.state, State::Playing) && sentence < self.position {
                    self.go(Frames(sentence));
                }
            }
            Command::Stop => self.stop(),
        }
    }

    /// Fills `out` with the next frames, from -1.0 to 1.0, and says how many there were: fewer
    /// than asked for only at the end.
    pub fn fill<F: Frame>(&mut self, out: &mut [F]) -> usize {
        let mut filled = 0;
        while filled < out.len() {
            let made = self.fill_some(&mut out[filled..]);
            if made == 0 {
                if matches!(self.state, State::Over) {
                    break;
                }
                continue;
            }
            filled += made;
            self.device += made as u64;
        }
        filled
    }

    /// Frames given to devices.
    pub fn device(&self) -> u64 {
        self.device
    }

    /// Makes frames up to the next change, or changes and makes none.
    fn fill_some<F: Frame>(&mut self, out: &mut [F]) -> usize {
        let heard = self.mixer.position().0;
        match self.state {
            State::Over => 0,
            State::Paused => {
                self.mixer.idle(self.device, out, self.timeline.guard.on);
                out.len()
            }
            State::Still { until, then } if heard >= until => self.go_on(then),
            State::Still { until, then } => self.take_span(out, until, then.duck()),
            State::Saying { .. } => self.fill_saying(out),
            State::Playing => self.fill_playing(out),
        }
    }

    fn fill_playing<F: Frame>(&mut self, out: &mut [F]) -> usize {
        let heard = self.mixer.position().0;
        if self.position >= self.timeline.frames.0 {
            self.state = State::Over;
            self.tell(Changed::Over(true));
            return 0;
        }
        if self.waits || (self.owed > 0 && !self.is_in_sentence()) {
            return self.fill_waiting(out);
        }
        while let Some(cue) = self.timeline.cues.get(self.next_cue) {
            if cue.at.0 > self.position {
                break;
            }
            let is_voice = self.timeline.is_voice(cue);
            if self.has_voice || !is_voice {
                let sentence = moves::sentence_of(&self.timeline, self.next_cue);
                self.mixer.begin(Sounding {
                    sounds: Arc::clone(&self.sounds),
                    sound: cue.sound,
                    at: heard,
                    end: heard + self.timeline.sound(cue).frames.0,
                    cut: None,
                    is_voice,
                    again: self.timeline.cues[sentence].at.0,
                    ear: cue.ear,
                });
            }
            self.next_cue += 1;
        }
        let next_cue = self.timeline.cues.get(self.next_cue).map(|cue| cue.at);
        let (guarded, change) = self.timeline.guard.at(Frames(self.position));
        let (duck, give_way) = self.timeline.ducks.at(Frames(self.position));
        let ends = [next_cue, change, give_way].into_iter().flatten();
        let end = ends.fold(self.timeline.frames, Frames::min);
        let duck = if duck == Duck::Voice && !self.has_voice { Duck::Open } else { duck };
        let made = self.make_span(out, heard + (end.0 - self.position), guarded, duck);
        self.position += made as u64;
        made
    }

    /// Waits what is owed.
    fn fill_waiting<F: Frame>(&mut self, out: &mut [F]) -> usize {
        if self.owed == 0 {
            self.go(Frames(self.position));
            return 0;
        }
        if !self.waits {
            self.waits = true;
            self.tell(Changed::Wait(Frames(self.owed)));
        }
        let until = self.mixer.position().0 + self.owed;
        let made = self.take_span(out, until, Duck::Open);
        self.owed -= made as u64;
        made
    }

    fn owe_more(&mut self, frames: Frames) {
        // As far as a day: nobody presses more often.
        let day = 24 * 3600 * u64::from(self.timeline.rate.hz());
        self.owed = (self.owed + frames.0).min(day);
        if self.waits {
            self.tell(Changed::Wait(Frames(self.owed)));
        }
    }

    fn owe_less(&mut self, frames: Frames) {
        self.owed = self.owed.saturating_sub(frames.0);
        if self.waits {
            self.tell(Changed::Wait(Frames(self.owed)));
        }
    }

    fn fill_saying<F: Frame>(&mut self, out: &mut [F]) -> usize {
        let State::Saying { insert, begin, next_cue, then } = &mut self.state else { return 0 };
        let (heard, cues) = (self.mixer.position().0, &insert.timeline.cues);
        while let Some(cue) = cues.get(*next_cue).filter(|cue| *begin + cue.at.0 <= heard) {
            self.mixer.begin(Sounding {
                sounds: Arc::clone(&insert.sounds),
                sound: cue.sound,
                at: heard,
                end: heard + insert.timeline.sound(cue).frames.0,
                cut: None,
                is_voice: insert.timeline.is_voice(cue),
                again: self.position,
                ear: cue.ear,
            });
            *next_cue += 1;
        }
        let end = *begin + insert.timeline.frames.0;
        let until = cues.get(*next_cue).map_or(end, |cue| end.min(*begin + cue.at.0));
        if heard >= end {
            let then = *then;
            if then == Then::Pause {
                self.tell(Changed::Said);
            }
            return self.go_on(then);
        }
        let duck = if *then == Then::Pause { Duck::Silent } else { Duck::Voice };
        self.take_span(out, until, duck)
    }

    /// One span of what sounds while the timeline stands still, up to `until`.
    fn take_span<F: Frame>(&mut self, out: &mut [F], until: u64, duck: Duck) -> usize {
        self.make_span(out, until, self.timeline.guard.on, duck)
    }

    /// One span of what sounds, up to `until`.
    fn make_span<F: Frame>(
        &mut self,
        out: &mut [F],
        until: u64,
        guarded: bool,
        duck: Duck,
    ) -> usize {
        let most = self.mixer.position().0 + out.len() as u64;
        let is_awake = guarded || self.mixer.sounding().next().is_some();
        let span = self.mixer.next_span(Frames(until.min(most)), guarded, duck);
        let frames = span.frames();
        span.copy_to(&mut out[..frames]);
        if is_awake {
            self.awake_at = self.mixer.position().0;
        }
        frames
    }

    fn go_on(&mut self, then: Then) -> usize {
        match then {
            Then::Play => self.go(Frames(self.position)),
            Then::Pause => self.state = State::Paused,
            Then::End => {
                self.state = State::Over;
                self.tell(Changed::Over(false));
            }
        }
        0
    }

    /// Goes on from a frame of the timeline.
    fn go(&mut self, target: Frames) {
        if self.is_paused() {
            self.tell(Changed::Resume);
        }
        self.mixer.cut(|_| true);
        self.position = target.0;
        self.next_cue = self.timeline.cues.partition_point(|cue| cue.at < target);
        self.waits = false;
        self.state = State::Playing;
        self.tell(Changed::Play(target));
    }

    /// Goes on from another place, where nothing is owed. Earbuds that a long silence has sent to
    /// sleep are woken first.
    fn jump(&mut self, target: Frames) {
        self.owed = 0;
        let (rate, heard) = (self.timeline.rate, self.mixer.position().0);
        let silence = heard.saturating_sub(self.awake_at);
        let is_playing = matches!(self.state, State::Playing);
        if !is_playing || !self.timeline.guard.on || silence < rate.frame_at(LONG_SILENCE).0 {
            return self.go(target);
        }
        let lead_in = rate.frame_at(LEAD_IN);
        self.position = target.0;
        self.waits = false;
        self.state = State::Still { until: heard + lead_in.0, then: Then::Play };
        self.tell(Changed::Wait(lead_in));
    }

    fn leave_open_step(&mut self) -> bool {
        let position = Frames(self.position);
        let Some(step) = self.timeline.step_at(position) else { return false };
        let Some(exit) = self.timeline.steps[step].exit.filter(|exit| *exit > position) else {
            return false;
        };
        // A button that bounces is pressed once.
        let heard = self.mixer.position().0;
        let bounces = self.timeline.rate.frame_at(BOUNCE).0;
        if self.left.is_some() && heard < self.left_at + bounces {
            return true;
        }
        self.left_at = heard;
        self.tell(Changed::Limit(step));
        self.jump(exit);
        self.left = self.timeline.step_at(exit).map(|to| (step, to));
        true
    }

    fn pause(&mut self) {
        if self.is_paused() {
            return;
        }
        self.still(Then::Pause);
        self.tell(Changed::Pause(Frames(self.position)));
    }

    fn resume(&mut self) {
        if self.is_paused() {
            self.go(Frames(self.position));
        }
    }

    fn stop(&mut self) {
        self.still(Then::End);
        self.tell(Changed::Stop);
    }

    /// Cuts what sounds, goes back to the begin of a sentence that is cut by it, and stands
    /// still while it fades.
    fn still(&mut self, then: Then) {
        self.position = self.cut_sentence();
        self.mixer.cut(|_| true);
        self.waits = false;
        let until = self.mixer.position().0 + self.timeline.rate.frame_at(FADE).0;
        self.state = State::Still { until, then };
    }

    fn say(&mut self, insert: Arc<Insert>) {
        let then = if self.is_paused() { Then::Pause } else { Then::Play };
        self.position = self.cut_sentence();
        self.mixer.cut(|_| true);
        self.waits = false;
        let begin = self.mixer.position().0;
        self.tell(Changed::Say(Arc::clone(&insert)));
        self.state = State::Saying { insert, begin, next_cue: 0, then };
    }

    fn mute(&mut self) {
        self.has_voice = !self.has_voice;
        if !self.has_voice {
            self.mixer.cut(|sounding| sounding.is_voice);
        }
        self.tell(Changed::Voice(self.has_voice));
    }

    /// Where the timeline has to go on so that all that sounds now is heard again.
    fn cut_sentence(&self) -> u64 {
        match self.state {
            State::Playing => {
                self.mixer.sounding().map(|sounding| sounding.again).fold(self.position, u64::min)
            }
            _ => self.position,
        }
    }

    fn is_in_sentence(&self) -> bool {
        let next = self.timeline.cues.get(self.next_cue);
        next.is_some_and(|cue| cue.goes_on)
            || self.mixer.sounding().any(|sounding| sounding.is_voice)
    }

    fn is_paused(&self) -> bool {
        matches!(
            self.state,
            State::Paused
                | State::Still { then: Then::Pause, .. }
                | State::Saying { then: Then::Pause, .. }
        )
    }

    fn is_ending(&self) -> bool {
        matches!(self.state, State::Over | State::Still { then: Then::End, .. })
    }

    /// Tells of a change. The reader has ample room; what still finds none is lost, and only
    /// the telling with it.
    fn tell(&mut self, what: Changed) {
        let change = Change { device: self.device, at: self.mixer.position(), what };
        drop(self.changes.push(change));
    }
}
