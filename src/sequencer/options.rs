//! What the user may choose of how a routine is played.

use serde::{Deserialize, Serialize};

use crate::routine::{Action, Routine, Step};
use crate::time::{Millis, Rate};
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
    /// How much is said.
    pub talk: Talk,
    /// What is left out for want of time.
    pub trim: Trim,
    /// Whether open steps last as long as they may, for the runner to end them; else
    /// as long as in a file.
    pub live: bool,
    /// Whether music is to lie under it.
    pub music: bool,
}

/// What was chosen of how a routine is played, as it is typed and as takes keep it; what is
/// left out is as the routine has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    /// Frames a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<u32>,
    /// The sides to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Sides>,
    /// How many deepenings come before a hold, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// What keeps Bluetooth earbuds awake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMode>,
    /// How much is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talk: Option<Talk>,
    /// How long the routine may last, in a file, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit: Option<u64>,
    /// Values for the routine's parameters, `NAME=VALUE`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
    /// Whether there is music. Which is no take's to say: it may come from a stranger.
    #[serde(skip)]
    pub music: bool,
}

impl Choices {
    /// The options for a routine that is laid out as a file has it, nothing left out yet.
    pub fn options(&self) -> Options {
        Options {
            rate: self.rate.and_then(Rate::new).unwrap_or_default(),
            sides: self.side,
            limit: self.limit,
            guard: self.guard.unwrap_or_default(),
            talk: self.talk.unwrap_or_default(),
            music: self.music,
            ..Options::default()
        }
    }

    /// These choices, and where they leave something open those of `others`.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            rate: self.rate.or(others.rate),
            side: self.side.or(others.side),
            limit: self.limit.or(others.limit),
            guard: self.guard.or(others.guard),
            talk: self.talk.or(others.talk),
            fit: self.fit.or(others.fit),
            set: if self.set.is_empty() { others.set } else { self.set },
            music: self.music,
        }
    }
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

/// How much the coach says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Talk {
    /// All there is
    #[default]
    Coach,
    /// What matters, where a routine tells the two apart
    Normal,
    /// The first sentence of each step; ticks count down
    Quiet,
    /// Nothing: tones, and clips of the author's own
    Tones,
}

impl Talk {
    /// Whether it speaks within a timed part.
    pub fn is_talkative(self) -> bool {
        matches!(self, Self::Coach | Self::Normal)
    }
}

/// What is left out of a routine for want of time; see [`super::fit()`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trim {
    /// How much of each rest beyond its minimum is kept, of [`Trim::WHOLE`].
    pub rest: u32,
    /// How much of other timed parts beyond their minima is kept, of [`Trim::WHOLE`].
    pub work: u32,
    /// How many optional steps are kept.
    pub optional: u32,
}

impl Trim {
    /// All of something.
    pub const WHOLE: u32 = 1000;
    /// Nothing is left out.
    pub const NONE: Self = Self { rest: Self::WHOLE, work: Self::WHOLE, optional: u32::MAX };

    /// `kept` thousandths of what lies between two lengths, added to the shorter: in whole
    /// seconds, which can be said.
    pub fn between(shortest: Millis, whole: Millis, kept: u32) -> Millis {
        if kept >= Self::WHOLE {
            return whole;
        }
        let more = whole.saturating_sub(shortest).0 * u64::from(kept) / u64::from(Self::WHOLE);
        let length = shortest.0 + more;
        Millis((length / 1000 * 1000).max(shortest.0))
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rate: Rate::DEFAULT,
            sides: None,
            limit: None,
            guard: GuardMode::Wake,
            talk: Talk::Coach,
            trim: Trim::NONE,
            live: false,
            music: false,
        }
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
        visit(step.action.steps(), visitor);
    }
}
