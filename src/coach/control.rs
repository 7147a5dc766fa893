//! What the runner can ask for, by whatever key, line or button.

/// One wish of the runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// I am at my limit; go on.
    Limit,
    /// Pause, or go on after a pause.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Pause, and stay so.
    Halt,
    /// Out of an open step, else to the next step.
    Skip,
    /// The next step.
    Next,
    /// This step again, or the one before.
    Previous,
    /// One more squeeze and release, or this step again.
    Repeat,
    /// 15 s more.
    More,
    /// 15 s less.
    Less,
    /// The voice off, or on.
    Mute,
    /// Where am I?
    Where,
    /// Enough.
    Quit,
}

impl Control {
    /// The controls that have a word, to be given as a line. Unlike a key, a line can say that a
    /// pause is to end.
    pub const WORDS: [(&'static str, Self); 11] = [
        ("limit", Self::Limit),
        ("pause", Self::Pause),
        ("next", Self::Next),
        ("previous", Self::Previous),
        ("repeat", Self::Repeat),
        ("more", Self::More),
        ("less", Self::Less),
        ("mute", Self::Mute),
        ("where", Self::Where),
        ("quit", Self::Quit),
        ("resume", Self::Resume),
    ];
}
