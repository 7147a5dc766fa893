//! The journal: what the transport did, and from it what is heard at any moment and what the
//! runner did in all.

use std::collections::VecDeque;
use std::sync::Arc;

use super::messages::{Begin, Change, Changed, Insert};
use crate::mixer::FADE;
use crate::take::{Move, MoveKind};
use crate::time::{Frames, Rate};

/// What is going on, as it is heard.
#[derive(Clone, Debug)]
pub enum Doing {
    /// The routine is played.
    Playing,
    /// It stands still for so many frames more, which were asked for.
    Waiting(Frames),
    /// It is paused.
    Paused,
    /// Something is said meanwhile.
    Saying(Arc<Insert>),
    /// All is over; `true` when the routine's own end was heard.
    Over(bool),
}

/// A moment as it is heard.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Frames heard before, pauses left out.
    pub at: Frames,
    /// Where the timeline is.
    pub position: Frames,
    /// What is going on.
    pub doing: Doing,
    /// Whether the voice is off.
    pub muted: bool,
}

/// What the transport did, in order.
#[derive(Debug)]
pub struct Journal {
    rate: Rate,
    moves: Vec<(u64, Move)>,
    /// Changes that are not heard yet.
    ahead: VecDeque<Change>,
    /// What was heard last, and the frame of the device from which on that is so.
    last: (u64, Heard),
}

impl Journal {
    /// An empty journal.
    pub fn new(rate: Rate) -> Self {
        let (at, position) = (Frames(0), Frames(0));
        let heard = Heard { at, position, doing: Doing::Paused, muted: false };
        Self { rate, moves: Vec::new(), ahead: VecDeque::new(), last: (0, heard) }
    }

    /// Notes a change, which is yet to be heard.
    pub fn note(&mut self, change: Change) {
        let kind = match &change.what {
            Changed::Play(from) => Some(MoveKind::Play(*from)),
            Changed::Wait(_) => Some(MoveKind::Still(false)),
            Changed::Pause(_) | Changed::Stop => Some(MoveKind::Still(true)),
            Changed::Say(insert) => Some(MoveKind::Say(insert.words.clone())),
            Changed::Voice(on) => Some(MoveKind::Voice(*on)),
            Changed::Resume | Changed::Said | Changed::Limit(_) | Changed::Over(_) => None,
        };
        if let Some(kind) = kind {
            self.moves.push((change.device, Move { at: change.at, kind }));
        }
        self.ahead.push_back(change);
    }

    /// The next change that is heard when the device has played `device` frames; what is
    /// heard then follows it.
    pub fn next_heard(&mut self, device: u64) -> Option<Change> {
        self.ahead.front().filter(|change| change.device <= device)?;
        let change = self.ahead.pop_front()?;
        let mut heard = self.heard(change.device);
        heard.at = change.at;
        match &change.what {
            Changed::Play(from) => {
                (heard.position, heard.doing) = (*from, Doing::Playing);
            }
            Changed::Wait(frames) => heard.doing = Doing::Waiting(*frames),
            Changed::Pause(position) => {
                (heard.position, heard.doing) = (*position, Doing::Paused);
            }
            Changed::Say(insert) => heard.doing = Doing::Saying(Arc::clone(insert)),
            Changed::Voice(on) => heard.muted = !on,
            Changed::Said | Changed::Stop => heard.doing = Doing::Paused,
            Changed::Over(whole) => heard.doing = Doing::Over(*whole),
            Changed::Resume | Changed::Limit(_) => {}
        }
        self.last = (change.device, heard);
        Some(change)
    }

    /// When the next change will be heard: a frame of the device.
    pub fn next_change(&self) -> Option<u64> {
        self.ahead.front().map(|change| change.device)
    }

    /// What is heard when the device has played `device` frames, if nothing changes before.
    pub fn heard(&self, device: u64) -> Heard {
        let (since, last) = &self.last;
        let mut heard = last.clone();
        let passed = Frames(device.saturating_sub(*since));
        match heard.doing {
            Doing::Playing => {
                heard.at = heard.at + passed;
                heard.position = heard.position + passed;
            }
            Doing::Waiting(frames) => {
                heard.at = heard.at + passed;
                heard.doing = Doing::Waiting(Frames(frames.0.saturating_sub(passed.0)));
            }
            Doing::Saying(_) => heard.at = heard.at + passed,
            Doing::Paused | Doing::Over(_) => {}
        }
        heard
    }

    /// The device was lost after `device` frames: what it was still to play was never heard.
    /// Gives where to begin anew, paused until it is back.
    pub fn forget_after(&mut self, device: u64, again: impl Fn(Frames) -> Frames) -> Begin {
        while self.next_heard(device).is_some() {}
        self.ahead.clear();
        self.moves.retain(|(at, _)| *at <= device);
        let mut heard = self.heard(device);
        let paused = matches!(heard.doing, Doing::Paused);
        heard.position = again(heard.position);
        heard.doing = Doing::Paused;
        let (position, at) = (heard.position, heard.at);
        self.moves.push((device, Move { at, kind: MoveKind::Still(true) }));
        let muted = heard.muted;
        self.last = (device, heard);
        let after_fade = at + self.rate.frame_at(FADE);
        Begin { position, heard: after_fade, device, muted, paused, lead_in: Frames(0) }
    }

    /// The moves that were heard when the device had played `device` frames.
    pub fn moves(&self, device: u64) -> Vec<Move> {
        let heard = self.moves.iter().filter(|(at, _)| *at <= device);
        heard.map(|(_, step)| step.clone()).collect()
    }
}
