//! A take: what the runner did while a routine was played live, as moves through its
//! timeline. With it the very frames that were heard can be made again.

mod close;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::routine::bounds::LONGEST;
use crate::sequencer::Choices;
use crate::time::{Frames, Rate};
use crate::timeline::{Ear, SoundKind, Timeline, TimelineStep};

/// The shape of a take's file.
const VERSION: u32 = 1;
/// The most moves a take may hold.
const MOST_MOVES: usize = 100_000;
/// The most letters the coach says in one answer.
const LONGEST_ANSWER: usize = 1000;

/// What the runner did, and of which timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Take {
    /// The shape of this file.
    pub earcoach: u32,
    /// The routine's short name.
    pub routine: String,
    /// What was chosen of how it is played.
    pub options: Choices,
    /// Tells this timeline from others.
    pub timeline: String,
    /// How much was heard, pauses left out.
    pub frames: Frames,
    /// How long each open part lasted.
    pub open: Vec<OpenPart>,
    /// What was done, in order.
    pub moves: Vec<Move>,
}

/// How long an open part lasted until the runner went on, or until its longest time was over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenPart {
    /// The step in which it ended.
    pub step: String,
    /// Where it ended.
    pub at: Frames,
    /// How long it lasted.
    pub frames: Frames,
}

/// One thing that was done, at a moment of what was heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// When: as frames heard before.
    pub at: Frames,
    /// What.
    #[serde(flatten)]
    pub kind: MoveKind,
}

/// What can be done. Whatever sounds at a cut fades out over [`crate::mixer::FADE`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    /// Cuts, and goes on from a frame of the timeline.
    Play(Frames),
    /// Cuts (`true`) or lets ring out what sounds, and stands still.
    Still(bool),
    /// Cuts, stands still, and says something.
    Say(String),
    /// Cuts the voice and lets it be silent, or lets it speak again.
    Voice(bool),
}

impl Take {
    /// A take of `timeline`, which was laid out by `choices`, and its [`fingerprint`].
    pub fn new(
        (timeline, fingerprint): (&Timeline, String),
        choices: &Choices,
        frames: Frames,
        moves: Vec<Move>,
    ) -> Self {
        let options = Choices { rate: Some(timeline.rate.hz()), ..choices.clone() };
        let open = open_parts(timeline, &moves, frames);
        Self {
            earcoach: VERSION,
            routine: timeline.routine.clone(),
            options,
            timeline: fingerprint,
            frames,
            open,
            moves,
        }
    }

    /// Reads a take, which may come from a stranger.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let take: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match take.fault() {
            Some(fault) => Err(fault),
            None => Ok(take),
        }
    }

    /// What is wrong with a take of the right shape, if anything is.
    fn fault(&self) -> Option<String> {
        if self.earcoach != VERSION {
            return Some(format!(
                "it is of version {}, this program reads {VERSION}",
                self.earcoach
            ));
        }
        let hz = self.options.rate.unwrap_or(Rate::DEFAULT.hz());
        let Some(rate) = Rate::new(hz) else { return Some(format!("its rate is {hz}")) };
        if self.frames > rate.frame_at(LONGEST) {
            return Some(format!("it lasts longer than {LONGEST}"));
        }
        if self.moves.len() > MOST_MOVES {
            return Some(format!("it has more than {MOST_MOVES} moves"));
        }
        if !self.moves.is_sorted_by_key(|step| step.at) {
            return Some("its moves are out of order".into());
        }
        if self.moves.last().is_some_and(|last| last.at > self.frames) {
            return Some("it has moves after its end".into());
        }
        let is_too_long = |step: &Move| match &step.kind {
            MoveKind::Say(words) => words.chars().count() > LONGEST_ANSWER,
            _ => false,
        };
        let says_too_much = self.moves.iter().any(is_too_long);
        says_too_much.then(|| format!("it says more than {LONGEST_ANSWER} letters at once"))
    }

    /// Whether the take is of this very timeline.
    ///
    /// # Errors
    /// As [`fingerprint`].
    pub fn is_of(&self, timeline: &Timeline) -> Result<bool, Error> {
        let is_within = |step: &Move| match step.kind {
            MoveKind::Play(from) => from <= timeline.frames,
            _ => true,
        };
        Ok(self.moves.iter().all(is_within) && self.timeline == fingerprint(timeline)?)
    }
}

/// A number that changes with every cue: the 64-bit FNV-1a hash (draft-eastlake-fnv,
/// section 2) of what sounds when and where.
///
/// # Errors
/// [`Error::Io`] when a clip of the author's cannot be read.
pub fn fingerprint(timeline: &Timeline) -> Result<String, Error> {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    };
    add(&timeline.frames.0.to_le_bytes());
    for cue in &timeline.cues {
        add(&cue.at.0.to_le_bytes());
        match &timeline.sound(cue).kind {
            SoundKind::Voice { words, .. } => add(words.as_bytes()),
            SoundKind::Tone(tone) => add(tone.name().as_bytes()),
            SoundKind::Glide(glide) => {
                add(glide.way.name().as_bytes());
                add(&glide.length.0.to_le_bytes());
            }
            SoundKind::Clip { file, audio, .. } => {
                add(file.as_bytes());
                let samples = audio.samples().map_err(|error| audio.unread(error))?;
                samples.iter().for_each(|sample| add(&sample.to_le_bytes()));
            }
        }
        // Added only where there is one: takes from before there were ears stay valid.
        match cue.ear {
            Ear::Both => {}
            Ear::Left => add(b"left"),
            Ear::Right => add(b"right"),
        }
    }
    Ok(format!("{hash:016x}"))
}

/// How long each open part was, and the step in which it ended. Parts that were never heard
/// are left out.
fn open_parts(timeline: &Timeline, moves: &[Move], frames: Frames) -> Vec<OpenPart> {
    let is_same = |a: &TimelineStep, b: &TimelineStep| a.exit == b.exit;
    let parts = timeline.steps.chunk_by(is_same).filter_map(|steps| {
        let (first, exit) = (steps.first()?.at, steps.first()?.exit?);
        let mut part = OpenPart { step: String::new(), at: Frames(0), frames: Frames(0) };
        for (from, until, at) in stretches(moves, frames) {
            let (begin, end) = (from.max(first), until.min(exit));
            if begin < end {
                part.frames = part.frames + (end - begin);
                part.at = at + (end - from);
                let last = steps.partition_point(|step| step.at < end).saturating_sub(1);
                part.step.clone_from(&steps[last].label);
            }
        }
        (part.frames > Frames(0)).then_some(part)
    });
    parts.collect()
}

/// The stretches of a timeline that were played: from where to where, and when.
fn stretches(moves: &[Move], frames: Frames) -> impl Iterator<Item = (Frames, Frames, Frames)> {
    let moves = moves.iter().filter(|step| !matches!(step.kind, MoveKind::Voice(_)));
    let ends = moves.clone().skip(1).map(|next| next.at).chain([frames]);
    moves.zip(ends).filter_map(|(step, end)| match step.kind {
        MoveKind::Play(from) => Some((from, from + (end - step.at), step.at)),
        _ => None,
    })
}
