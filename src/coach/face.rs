//! What the session shows: a screen on a terminal, plain lines elsewhere, or nothing.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use super::journal::{Doing, Heard};
use super::moves;
use super::plan::Plan;
use super::screen::{Screen, State, View};
use super::tty::{self, Cbreak};
use super::writer::Writer;
use crate::terminal::{Color, printable};
use crate::time::{Frames, Millis};
use crate::timeline::{Cue, Side, Timeline};

/// How often the screen is drawn anew.
const REDRAW: Duration = Duration::from_millis(200);
/// How long words stay on the screen after they were spoken.
const LINGER: Millis = Millis(1500);

/// What the session shows.
pub struct Face {
    kind: Kind,
    device: String,
    drawn: Option<Instant>,
    terminal: Option<Cbreak>,
}

/// How people are shown something on standard error.
pub(crate) enum Kind {
    /// Warnings only.
    Quiet(Writer),
    /// A line for each thing.
    Lines(Writer),
    /// A screen that is drawn anew.
    Screen(Screen),
}

impl Kind {
    /// What suits it. A terminal that cannot move its cursor, or that shows events too, gets lines.
    pub(crate) fn suiting(quiet: bool, color: Color, events: bool) -> Self {
        let stderr = std::io::stderr();
        let shares = events && std::io::stdout().is_terminal();
        if quiet {
            Self::Quiet(Writer::new(stderr))
        } else if stderr.is_terminal() && !console::is_dumb() && !shares {
            Self::Screen(Screen::new(color.wanted_on(&stderr)))
        } else {
            Self::Lines(Writer::new(stderr))
        }
    }
}

impl Face {
    /// What suits standard error; `terminal` is where keys come from, if they do.
    pub fn new(quiet: bool, color: Color, terminal: Option<Cbreak>, events: bool) -> Self {
        let kind = Kind::suiting(quiet, color, events);
        Self { kind, device: String::new(), drawn: None, terminal }
    }

    /// Names the device that plays.
    pub fn set_device(&mut self, name: &str) {
        self.device = name.into();
    }

    /// A cue is heard.
    pub fn cue(&mut self, at: Frames, timeline: &Timeline, cue: &Cue) {
        if let Kind::Lines(out) = &mut self.kind {
            let step = &timeline.steps[cue.step as usize];
            let what = timeline.sound(cue).kind.shown();
            let clock = timeline.rate.moment_of(at).clock();
            let side = step.side.map_or(String::new(), |side| format!(", {}", side.name()));
            out.line(&printable(&format!("{clock:>7}  {}{side}: {what}", step.label)));
        }
    }

    /// Something else is heard, or has happened.
    pub fn event(&mut self, at: Millis, text: &str) {
        if let Kind::Lines(out) = &mut self.kind {
            out.line(&printable(&format!("{:>7}  {text}", at.clock())));
        }
        self.drawn = None;
    }

    /// Tells something that has nothing to do with the time.
    pub fn note(&mut self, text: &str) {
        match &mut self.kind {
            Kind::Screen(screen) => screen.note(&format!("warning: {text}")),
            // A warning is told even to those who want no lines.
            Kind::Quiet(out) | Kind::Lines(out) => {
                out.line(&printable(&format!("warning: {text}")));
            }
        }
    }

    /// Shows where we are, whether the runner has paused it, and how long the device is still
    /// waited for, if it is gone.
    pub fn draw(&mut self, plan: &Plan, heard: &Heard, (paused, lost): (bool, Option<Duration>)) {
        let Kind::Screen(screen) = &mut self.kind else { return };
        if self.drawn.is_some_and(|drawn| drawn.elapsed() < REDRAW) {
            return;
        }
        self.drawn = Some(Instant::now());
        let timeline = &plan.live;
        let Some(on) = timeline.step_at(heard.position) else { return };
        let step = &timeline.steps[on];
        let clock = |frames: u64| timeline.rate.moment_of(Frames(frames));
        let (begin, length) = step.timed.unwrap_or((step.at, Frames(0)));
        let waits = match heard.doing {
            Doing::Waiting(frames) => frames.0,
            _ => 0,
        };
        let next = timeline.steps.get(next_shown(timeline, on));
        screen.draw(&View {
            title: &timeline.title,
            device: &self.device,
            state: match (lost, &heard.doing) {
                (Some(left), _) => State::Lost { seconds_left: left.as_secs(), paused },
                (None, Doing::Paused) => State::Paused,
                _ => State::Playing,
            },
            muted: heard.muted,
            step: &step.label,
            side: step.side.map(Side::name),
            words: &words(timeline, heard),
            next: next.map_or("", |next| next.label.as_str()),
            step_done: clock(heard.position.0.saturating_sub(begin.0).min(length.0)),
            step_total: clock(length.0 + waits),
            open: step.open,
            has_keys: self.terminal.is_some(),
            whole_done: clock(plan.in_file(heard.position).0),
            whole_total: clock(plan.file.frames.0),
        });
    }

    /// Leaves nothing of the screen behind, and no line unwritten.
    pub fn finish(&mut self) {
        match &mut self.kind {
            Kind::Screen(screen) => screen.finish(),
            Kind::Quiet(out) | Kind::Lines(out) => out.finish(),
        }
    }

    /// Gives the terminal back for a while.
    pub fn suspend(&mut self) {
        if let Kind::Screen(screen) = &mut self.kind {
            screen.clear();
        }
        tty::restore();
    }

    /// Takes the terminal again.
    pub fn resume(&mut self) {
        tty::resume();
        self.drawn = None;
    }
}

/// What comes after a step: past all of an open one.
fn next_shown(timeline: &Timeline, step: usize) -> usize {
    let exit = timeline.steps[step].exit;
    let same = timeline.steps[step..].iter();
    let group = same.take_while(|other| exit.is_some() && other.exit == exit).count();
    step + group.max(1)
}

/// The sentence that is spoken now, or was just before.
fn words(timeline: &Timeline, heard: &Heard) -> String {
    if let Doing::Saying(insert) = &heard.doing {
        return insert.words.clone();
    }
    let begun = timeline.cues.partition_point(|cue| cue.at <= heard.position);
    let Some(last) = timeline.cues[..begun].iter().rposition(|cue| timeline.is_voice(cue)) else {
        return String::new();
    };
    let lingers = timeline.end(&timeline.cues[last]) + timeline.rate.frame_at(LINGER);
    if heard.muted || lingers <= heard.position {
        return String::new();
    }
    let first = moves::sentence_of(timeline, last);
    let goes_on = |cue: &&Cue| cue.goes_on || !timeline.is_voice(cue);
    let rest = timeline.cues[first + 1..].iter().take_while(goes_on);
    let sentence = std::iter::once(&timeline.cues[first]).chain(rest);
    let words = sentence.filter_map(|cue| timeline.sound(cue).kind.words());
    words.collect::<Vec<_>>().join(" ")
}
