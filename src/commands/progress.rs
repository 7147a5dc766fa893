//! A progress bar for long work.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::time::Frames;

/// A bar that shows itself only when there is something to wait for.
pub struct Progress {
    doing: &'static str,
    bar: Option<ProgressBar>,
    begin: Instant,
    frames: Frames,
    wanted: bool,
}

impl Progress {
    /// Before this, an export is over sooner than a bar can be read.
    const PATIENCE: Duration = Duration::from_millis(300);

    /// A bar for work on so many frames, with a word for it; none at all if `quiet`.
    pub fn new(doing: &'static str, frames: Frames, quiet: bool) -> Self {
        let wanted = !quiet && std::io::stderr().is_terminal();
        Self { doing, bar: None, begin: Instant::now(), frames, wanted }
    }

    /// Shows how far it is.
    pub fn show(&mut self, position: Frames) {
        if !self.wanted || (self.bar.is_none() && self.begin.elapsed() < Self::PATIENCE) {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3}%");
            let bar = ProgressBar::new(self.frames.0);
            bar.set_message(self.doing);
            bar.set_style(style.expect("the template is sound"));
            bar
        });
        bar.set_position(position.0);
    }

    /// Takes it away.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
