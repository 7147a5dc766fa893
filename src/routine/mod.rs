//! A routine as its author means it: steps with words and durations, checked
//! for shape, not yet placed in time.

pub mod bounds;
mod clips;
mod cramp;
pub(crate) mod fields;
pub mod grammar;
pub mod json;
pub mod languages;
mod library;
mod params;
mod parse;
pub mod reference;
pub mod schema;
mod scope;
mod timed;
pub mod translation;

pub use clips::attach;
pub use fields::{did_you_mean, suggestion};
pub use languages::Tongue;
pub use library::{BUILT_IN, BuiltIn, Source, own_routines};
pub use params::{Parameter, Setting};
pub use parse::{parse, read};

use std::sync::Arc;

use serde::Serialize;

use crate::clip::recording::Recording;
use crate::language::Language;
use crate::problem::Span;
use crate::time::Millis;
use crate::timeline::Side;
use crate::tone::Tone;
use languages::Foreign;

/// A whole routine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Routine {
    /// Its name for people.
    pub title: String,
    /// What it is for, where it comes from, and when not to do it.
    pub about: String,
    /// What sort of routine it is.
    pub kind: Kind,
    /// The voice pack it asks for, if it does.
    pub voice: Option<Words>,
    /// The language that it is written in.
    pub own_language: Language,
    /// The language that its words are read in.
    pub language: Language,
    /// Where texts stand that are in another language, for whoever stands in to say.
    pub foreign: Foreign,
    /// What `{side}` says where no side is chosen, such as `cramped`.
    pub side_word: Option<String>,
    /// Chooses phrases where there are several.
    pub seed: u32,
    /// What can be changed in it, with the values it has.
    pub params: Vec<Parameter>,
    /// What is done, in order; never empty.
    pub steps: Vec<Step>,
}

/// What sort of routine it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// First aid for a cramp: contraction first, stretch after.
    Cramp,
    /// Stretching.
    Stretch,
    /// Breathing.
    Breath,
    /// Intervals of work and rest.
    Interval,
    /// Anything else.
    #[default]
    General,
}

impl Kind {
    /// Every kind with its name in a routine file.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("cramp", Self::Cramp),
        ("stretch", Self::Stretch),
        ("breath", Self::Breath),
        ("interval", Self::Interval),
        ("general", Self::General),
    ];

    /// The name in a routine file.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// One step and where it stands in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The verb and all that belongs to it.
    pub span: Span,
    /// The side it is for, where it says so itself.
    pub side: Option<Side>,
    /// The ear that hears it.
    pub ear: EarChoice,
    /// Whether it may be left out when time is short.
    pub optional: bool,
    /// What is done.
    pub action: Action,
}

/// The ear that hears a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EarChoice {
    /// Both.
    #[default]
    Both,
    /// The left one.
    Left,
    /// The right one.
    Right,
    /// That of the side that is worked on.
    Side,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Says something and goes on.
    Say {
        /// The step's name for people; its first words when left out.
        name: Option<Words>,
        /// What is said.
        text: Speech,
    },
    /// Does one thing for a length of time.
    Timed(Timed),
    /// Goes deeper every so often.
    Deepen(Deepen),
    /// Breathes in and out.
    Breathe(Breathe),
    /// Plays a tone.
    Tone(Tone),
    /// Plays an audio file of the author's own.
    Clip(Clip),
    /// Does its steps several times.
    Repeat {
        /// How often, at least once.
        times: u32,
        /// What is repeated.
        steps: Vec<Step>,
    },
    /// Does its steps once for each side.
    Sides {
        /// What is said as a side begins; the default names the side.
        say: Option<Speech>,
        /// How long one has to change sides.
        pause: Millis,
        /// What is done on each side.
        steps: Vec<Step>,
    },
    /// Does the steps of a block.
    Use {
        /// What is done.
        steps: Vec<Step>,
    },
}

impl Action {
    /// The steps within, if it is made of steps.
    pub fn steps(&self) -> &[Step] {
        match self {
            Self::Repeat { steps, .. } | Self::Sides { steps, .. } | Self::Use { steps } => steps,
            _ => &[],
        }
    }
}

/// An audio file of the author's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// Its path within the routine's folder.
    pub file: Words,
    /// The words in it.
    pub text: String,
    /// Its name for people; that of the file when left out.
    pub name: Option<Words>,
    /// What is in it; `None` until [`attach`] has opened it.
    pub audio: Option<Arc<Recording>>,
}

/// What is spoken at one place of a routine: one of several texts, by talk level. Empty:
/// nothing is said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Speech {
    /// When all is said.
    pub coach: Vec<Words>,
    /// When only what matters is said; as `coach` when left out.
    pub normal: Option<Vec<Words>>,
    /// When little is said; the coach's own short words when left out.
    pub quiet: Option<Vec<Words>>,
}

impl Speech {
    /// One text for all that speak at all.
    pub fn of(text: impl Into<String>, span: Span) -> Self {
        Self { coach: vec![Words { text: text.into(), span }], ..Self::default() }
    }

    /// All texts that may be said.
    pub fn all(&self) -> impl Iterator<Item = &Words> {
        let others = [&self.normal, &self.quiet].into_iter().flatten().flatten();
        self.coach.iter().chain(others)
    }
}

/// Words to be spoken and where they stand in the file. Empty: nothing is said.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// The text, placeholders not yet filled.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// What a step does, as timelines and people name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// Helps the muscle to finish its contraction.
    Squeeze,
    /// Lets go.
    Release,
    /// Breathes slowly.
    Breathe,
    /// Goes a little deeper into a stretch.
    Deepen,
    /// Holds a stretch still.
    Hold,
    /// Rests.
    Rest,
    /// Does any timed exercise.
    Work,
    /// Waits until the runner goes on.
    Wait,
    /// Says something.
    Say,
    /// Plays a tone.
    Tone,
    /// Plays an audio file.
    Clip,
    /// Begins one side.
    Sides,
}

impl Verb {
    /// The verb as it is shown: `Squeeze`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Squeeze => "Squeeze",
            Self::Release => "Release",
            Self::Breathe => "Breathe",
            Self::Deepen => "Deepen",
            Self::Hold => "Hold",
            Self::Rest => "Rest",
            Self::Work => "Work",
            Self::Wait => "Wait",
            Self::Say => "Say",
            Self::Tone => "Tone",
            Self::Clip => "Clip",
            Self::Sides => "Side",
        }
    }
}

/// What every step with a timed part has.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// What is done.
    pub verb: Verb,
    /// Its name for people; the verb when left out.
    pub name: Option<Words>,
    /// How long the timed part lasts, at most where rounds have doses of their own.
    pub length: Millis,
    /// How long it lasts in each round, where that differs: in the last of these and all after
    /// it as in the last.
    pub doses: Vec<Millis>,
    /// How short it may be made when time is short.
    pub min: Option<Millis>,
    /// The instruction before it; the verb's own when left out.
    pub say: Option<Speech>,
    /// What is said within the timed part, and how long after its begin.
    pub cues: Vec<(Millis, Speech)>,
    /// What is said of the time left; the verb's own when left out.
    pub announce: Option<Vec<Announcement>>,
    /// The last seconds counted down.
    pub count: Count,
    /// Whether tones mark the start and the end.
    pub tones: bool,
    /// How it waits for the runner, if it does.
    pub open: Option<Open>,
    /// Where the step stands in the file.
    pub span: Span,
}

/// A step that lasts, live, until the runner goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// How long it waits when nobody goes on.
    pub at_most: Millis,
    /// How often is said again what is said meanwhile: the coach's own words where there are none.
    pub remind: Option<(Millis, Option<Speech>)>,
}

/// Words about the time left, at the moment that they name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Which moment.
    pub at: Moment,
    /// Where it stands in the file.
    pub span: Span,
}

/// A moment within a timed part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Half of the time is over.
    Halfway,
    /// So much time is left.
    Left(Millis),
}

/// A countdown at the end of a timed part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// How many of the last seconds are counted, 0 for none; the verb's own number when
    /// left out.
    pub last: Option<u32>,
    /// By what.
    pub with: CountWith,
    /// Where it stands in the file.
    pub span: Span,
}

/// By what a countdown is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CountWith {
    /// Spoken numbers.
    #[default]
    Voice,
    /// The tick tone.
    Tick,
}

/// A stretch that goes deeper in even steps, up to the runner's own limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Deepen {
    /// The first deepening; its length is the time from one to the next.
    pub timed: Timed,
    /// How many deepenings there are when nobody can say "I am at my limit".
    pub times: u32,
    /// The most deepenings, where the runner decides; `None`: the number is fixed.
    pub open: Option<u32>,
    /// What is said before each further deepening, in turn; the coach's own when left out.
    pub each: Option<Vec<Words>>,
}

/// Slow breaths.
#[derive(Clone, Debug, PartialEq)]
pub struct Breathe {
    /// The whole of it.
    pub timed: Timed,
    /// How long one breathes in.
    pub inhale: Millis,
    /// How long one holds the breath then.
    pub hold: Millis,
    /// How long one breathes out.
    pub exhale: Millis,
    /// How long one holds the breath after that.
    pub pause: Millis,
    /// Whether a tone rises and falls with the breath; where nothing is said it does anyway.
    pub guide: bool,
}

impl Breathe {
    /// How long one breath takes.
    pub fn breath(&self) -> Millis {
        self.inhale + self.hold + self.exhale + self.pause
    }
}
