//! What the session and the transport tell each other, through rings without locks.

use std::sync::Arc;

use crate::sounds::Sounds;
use crate::time::Frames;
use crate::timeline::Timeline;

/// What the transport is asked to do.
#[derive(Clone, Debug)]
pub enum Command {
    /// At my limit: leaves an open step. Anywhere else it means nothing.
    Limit,
    /// Leaves an open step, else goes to the next.
    Skip,
    /// Pauses, or goes on.
    Toggle,
    /// Pauses.
    Pause,
    /// Goes on.
    Resume,
    /// To the next step.
    Next,
    /// This step again, or the one before.
    Previous,
    /// One more squeeze and release, or this step again.
    Repeat,
    /// Waits 15 s more.
    More,
    /// 15 s less of a timed part.
    Less,
    /// The voice off, or on.
    Mute,
    /// Says something, then goes on.
    Say(Arc<Insert>),
    /// Says the sentence again that was cut by a gap in time.
    PickUp,
    /// Fades out and ends.
    Stop,
}

/// Something that is said while the routine stands still.
#[derive(Debug)]
pub struct Insert {
    /// What is said.
    pub words: String,
    /// Its cues.
    pub timeline: Timeline,
    /// Their samples.
    pub sounds: Arc<Sounds>,
}

/// Something that the transport did.
#[derive(Clone, Debug)]
pub struct Change {
    /// When: as frames given to the device before.
    pub device: u64,
    /// When: as frames heard before, pauses left out.
    pub at: Frames,
    /// What.
    pub what: Changed,
}

/// What the transport did.
#[derive(Clone, Debug)]
pub enum Changed {
    /// It goes on from a frame of the timeline; what sounded was cut.
    Play(Frames),
    /// It stands still for so many frames more of what is heard; what sounds rings out.
    Wait(Frames),
    /// It has cut what sounded and stands still at a frame of the timeline.
    Pause(Frames),
    /// It goes on after a pause.
    Resume,
    /// It says something.
    Say(Arc<Insert>),
    /// It has said so, and is paused as before.
    Said,
    /// The voice is on, or off.
    Voice(bool),
    /// The runner was at the limit in this step.
    Limit(usize),
    /// It was stopped: nothing new is heard from here on.
    Stop,
    /// The end; `true` when it is the timeline's own.
    Over(bool),
}

/// Where a transport begins.
#[derive(Clone, Copy, Debug, Default)]
pub struct Begin {
    /// The frame of the timeline.
    pub position: Frames,
    /// Frames heard before.
    pub heard: Frames,
    /// Frames given to devices before.
    pub device: u64,
    /// Whether the voice is off.
    pub muted: bool,
    /// Whether it begins paused.
    pub paused: bool,
    /// How long earbuds are woken before anything else.
    pub lead_in: Frames,
}
