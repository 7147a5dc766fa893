//! Media keys come over D-Bus; other systems than Linux have none of it.

use super::control::Control;
use super::now_playing::NowPlaying;

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
