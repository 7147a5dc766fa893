//! Media keys come over D-Bus; other systems than Linux have none of it.

use super::control::Control;

/// What is going on, for the desktop to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NowPlaying {
    /// Whether the routine is paused.
    pub paused: bool,
    /// What the step is called.
    pub step: String,
    /// The step's number in the routine.
    pub number: usize,
    /// How long the step is; 0 if it is open.
    pub length_ms: u64,
    /// How far into the step it is at this moment.
    pub position_ms: u64,
}

/// Nothing.
#[derive(Debug)]
pub struct Mpris;

impl Mpris {
    /// Does nothing.
    pub fn start(_: &str, _: impl Fn(Control) + Send + Sync + 'static) -> Self {
        Self
    }

    /// Does nothing.
    pub fn show(&self, _: NowPlaying) {}
}
