//! What the user may choose of how a routine is played.

use serde::{Deserialize, Serialize};

use crate::routine::{Action, Routine, Step};
use crate::time::Rate;
use crate::timeline::Side;

/// What the user chose of how a routine is played.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Frames a second.
    pub rate: Rate,
    /// The sides to do; `None`: as the routine has it.
    pub sides: Option<Sides>,
    /// How many deepenings come before a hold that waits for the limit.
    pub limit: Option<u32>,
    /// What keeps Bluetooth earbuds awake.
    pub guard: GuardMode,
    /// Whether open steps last as long as they may, for the runner to end them; else
    /// as long as in a file.
    pub live: bool,
}

/// What keeps Bluetooth earbuds awake, that sleep in silence and swallow the first syllable
/// after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum GuardMode {
    /// An inaudible signal wakes them before a sound that follows a long silence
    #[default]
    Wake,
    /// The signal fills every silence
    Always,
    /// Nothing: silence is silent
    Off,
}

impl Default for Options {
    fn default() -> Self {
        Self { rate: Rate::DEFAULT, sides: None, limit: None, guard: GuardMode::Wake, live: false }
    }
}

impl Options {
    /// The one side that was chosen, if one was.
    pub fn side(&self) -> Option<Side> {
        match self.sides? {
            Sides::Left => Some(Side::Left),
            Sides::Right => Some(Side::Right),
            Sides::Both => None,
        }
    }
}

/// Which sides to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Sides {
    /// The left side only.
    Left,
    /// The right side only.
    Right,
    /// The left side, then the right.
    Both,
}

/// Why options do not fit a routine, in words for the user; `None` when they do.
pub fn misfit(routine: &Routine, options: &Options) -> Option<String> {
    let mut opens = Vec::new();
    let mut has_sides = false;
    visit(&routine.steps, &mut |step| match &step.action {
        Action::Deepen(deepen) => opens.extend(deepen.open),
        Action::Sides { .. } => has_sides = true,
        _ => {}
    });
    match (options.limit, opens.iter().min()) {
        (Some(_), None) => {
            return Some("--limit: no step of this routine waits for the limit".into());
        }
        (Some(limit), Some(most)) if !(1..=*most).contains(&limit) => {
            return Some(format!("--limit {limit}: this routine takes 1 to {most} deepenings"));
        }
        _ => {}
    }
    let both = options.sides == Some(Sides::Both) && !has_sides;
    both.then(|| {
        "--side both: this routine is for one side at a time; give --side left or --side right"
            .into()
    })
}

/// Shows `visitor` every step, those inside others too.
fn visit<'r>(steps: &'r [Step], visitor: &mut impl FnMut(&'r Step)) {
    for step in steps {
        visitor(step);
        if let Action::Repeat { steps, .. } | Action::Sides { steps, .. } = &step.action {
            visit(steps, visitor);
        }
    }
}
