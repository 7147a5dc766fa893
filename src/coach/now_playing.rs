//! What is going on, in the few words that a desktop shows.

/// What is going on, for the desktop to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NowPlaying {
    /// Whether the routine is paused.
    pub paused: bool,
    /// What the step is called.
    pub step: String,
    /// The step's number in the routine: another number is another track.
    pub number: usize,
    /// How long the step is; 0 if it is open.
    pub length_ms: u64,
    /// How far into the step it is at this moment.
    pub position_ms: u64,
}
