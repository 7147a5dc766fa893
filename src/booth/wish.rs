//! What one can ask for in the booth, by whatever key or line.

use crate::coach::keys::Key;

/// One wish of whoever records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Whatever comes next: begin, end the recording, keep it.
    Go,
    /// Keep what was recorded.
    Keep,
    /// Record this line again.
    Again,
    /// Leave this line out.
    Skip,
    /// End the recording.
    Stop,
    /// Hear what was recorded.
    Listen,
    /// The line before.
    Back,
    /// Enough.
    Quit,
}

impl Wish {
    /// The wishes as they are given by lines.
    pub const WORDS: [(&'static str, Self); 7] = [
        ("keep", Self::Keep),
        ("again", Self::Again),
        ("skip", Self::Skip),
        ("stop", Self::Stop),
        ("listen", Self::Listen),
        ("back", Self::Back),
        ("quit", Self::Quit),
    ];

    /// What a key stands for.
    pub fn of_key(key: Key) -> Option<Self> {
        Some(match key {
            Key::Byte(b'\r' | b'\n') => Self::Go,
            Key::Byte(b' ') => Self::Stop,
            Key::Byte(b'k') => Self::Keep,
            Key::Byte(b'a' | b'r') => Self::Again,
            Key::Byte(b's') => Self::Skip,
            Key::Byte(b'l') => Self::Listen,
            Key::Byte(b'b' | b'p') | Key::Left => Self::Back,
            Key::Byte(b'q') => Self::Quit,
            Key::Byte(_) | Key::Right => return None,
        })
    }
}
