//! The voice: packs of recorded clips, and how written words become clips.

pub(crate) mod embedded;
pub mod files;
pub mod manifest;
mod pack;
pub mod phrases;
pub mod reading;
pub mod sharing;

pub use pack::{
    BUILT_IN, ClipId, Pack, is_name, manifest_text, own_folder, own_place, own_voices, told,
};

use crate::clip::Clip;
use crate::error::Error;
use crate::language::Language;
use crate::time::{Frames, Rate};
use manifest::Entry;
use phrases::{Phrases, Rank, Spoken};

/// A clip of a voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VoiceClip {
    /// The pack that has it, by its place in the voice.
    pub pack: u16,
    /// The clip within the pack.
    pub clip: ClipId,
}

/// Who speaks a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The voice itself.
    #[default]
    Own,
    /// The one that stands in where the voice has no words in its language.
    StandIn,
}

/// A voice as it speaks: a pack, clips that were added to it, and whoever stands in for it.
#[derive(Clone, Debug)]
pub struct Voice {
    /// The pack itself comes first.
    packs: Vec<Pack>,
    language: Language,
    phrases: Phrases,
    stand_in: Option<StandIn>,
    /// How many of the packs, the last ones, stand in for the others.
    stand_ins: usize,
}

/// A voice of another language.
#[derive(Clone, Debug)]
struct StandIn {
    language: Language,
    phrases: Phrases,
}

impl Voice {
    /// A voice of one pack.
    pub fn of(pack: Pack) -> Self {
        Self::of_packs(vec![pack])
    }

    /// A voice of a pack, the first of these, and of clips that were added to it.
    ///
    /// # Panics
    /// Where there is none.
    pub fn of_packs(packs: Vec<Pack>) -> Self {
        let language = packs[0].language();
        let own = packs[0].manifest.clips.len();
        let ranks = move |place: usize, entry: &Entry| match entry.source {
            None if place < own => Rank::Own,
            _ => Rank::Guest,
        };
        let phrases = Phrases::new(all_clips(&packs, 0, ranks), language);
        Self { packs, language, phrases, stand_in: None, stand_ins: 0 }
    }

    /// Opens a voice by the name of a built-in one or of one in the user's own folder, or by the
    /// path of its pack. Clips are not read yet.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such voice, [`Error::Voice`] when its manifest is not
    /// valid.
    pub fn open(voice: &str) -> Result<Self, Error> {
        if voice == BUILT_IN { Self::built_in_with_own() } else { Pack::open(voice).map(Self::of) }
    }

    /// Opens a voice by the name of a built-in one or of one in the user's own folder; `None` where
    /// there is none.
    ///
    /// # Errors
    /// [`Error::Voice`] when its manifest is not valid.
    pub fn open_named(name: &str) -> Result<Option<Self>, Error> {
        if name == BUILT_IN {
            return Self::built_in_with_own().map(Some);
        }
        Ok(Pack::open_own(name)?.map(Self::of))
    }

    /// The voice that is part of the program, alone.
    pub fn built_in() -> Self {
        Self::of(Pack::built_in())
    }

    /// The voice that is part of the program, with what the user added to it: a pack of the same
    /// name in the user's own folder.
    ///
    /// # Errors
    /// [`Error::Voice`] when the manifest of that pack is not valid.
    pub fn built_in_with_own() -> Result<Self, Error> {
        let added = Pack::open_own(BUILT_IN)?;
        Ok(Self::of_packs(std::iter::once(Pack::built_in()).chain(added).collect()))
    }

    /// This voice with another that stands in for it: for whole sentences that it has no clips
    /// for where both speak one language, else for texts that are not in its language.
    #[must_use]
    pub fn with_stand_in(mut self, other: Self) -> Self {
        let first = self.packs.len();
        let is_same = other.language == self.language;
        let language = other.language;
        self.stand_ins += other.packs.len();
        self.packs.extend(other.packs);
        if is_same {
            let clips = all_clips(&self.packs[first..], first, |_, _| Rank::Guest);
            self.phrases.add(clips, language);
        } else {
            let clips = all_clips(&self.packs[first..], first, |_, _| Rank::Own);
            self.stand_in = Some(StandIn { language, phrases: Phrases::new(clips, language) });
        }
        self
    }

    /// The voice without what others say for it.
    #[must_use]
    pub fn alone(&self) -> Self {
        let mut pack = self.packs[0].clone();
        pack.manifest.clips.retain(|entry| entry.source.is_none());
        Self::of(pack)
    }

    /// The voice as messages name it.
    pub fn shown(&self) -> &str {
        &self.packs[0].shown
    }

    /// The pack itself.
    pub fn pack(&self) -> &Pack {
        &self.packs[0]
    }

    /// All packs that may be heard, the voice's own first.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// How many of the packs, the last ones, stand in for the others.
    pub fn stand_ins(&self) -> usize {
        self.stand_ins
    }

    /// The language it speaks.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The other language that it can speak, by whoever stands in.
    pub fn other_language(&self) -> Option<Language> {
        self.stand_in.as_ref().map(|other| other.language)
    }

    /// The language of a speaker.
    pub fn language_of(&self, speaker: Speaker) -> Language {
        match (speaker, &self.stand_in) {
            (Speaker::StandIn, Some(other)) => other.language,
            _ => self.language,
        }
    }

    fn phrases(&self, speaker: Speaker) -> &Phrases {
        match (speaker, &self.stand_in) {
            (Speaker::StandIn, Some(other)) => &other.phrases,
            _ => &self.phrases,
        }
    }

    /// The clips that say `text`.
    ///
    /// # Errors
    /// The runs of words that no clip covers.
    pub fn compose(&self, text: &str, speaker: Speaker) -> Result<Vec<Spoken>, Vec<String>> {
        self.phrases(speaker).compose(text)
    }

    /// The sentences of `text` with words in them that no clip covers.
    pub fn missing_sentences(&self, text: &str, speaker: Speaker) -> Vec<String> {
        self.phrases(speaker).missing_sentences(text)
    }

    /// The pack that has a clip.
    pub fn pack_of(&self, clip: VoiceClip) -> &Pack {
        &self.packs[usize::from(clip.pack)]
    }

    /// What the manifest says of a clip.
    pub fn entry(&self, clip: VoiceClip) -> &Entry {
        self.pack_of(clip).entry(clip.clip)
    }

    /// How long a clip is at `rate`, as the manifest has it.
    pub fn frames(&self, clip: VoiceClip, rate: Rate) -> Frames {
        self.pack_of(clip).frames(clip.clip, rate)
    }

    /// Reads a clip's samples, at its pack's own rate.
    ///
    /// # Errors
    /// [`Error::Voice`] when its file is missing, no audio, or not as the manifest says.
    pub fn clip(&self, clip: VoiceClip) -> Result<Clip, Error> {
        self.pack_of(clip).clip(clip.clip)
    }
}

/// The clips of packs, of which the first has the place `first` in its voice, each with its words
/// and its rank.
fn all_clips<'p>(
    packs: &'p [Pack],
    first: usize,
    rank: impl Fn(usize, &Entry) -> Rank + Copy + 'p,
) -> impl Iterator<Item = (VoiceClip, &'p str, Rank)> {
    let with_pack = packs.iter().enumerate().flat_map(move |(place, pack)| {
        let pack_place = (first + place) as u16;
        pack.manifest.clips.iter().enumerate().map(move |(id, entry)| {
            (VoiceClip { pack: pack_place, clip: ClipId(id as u32) }, entry)
        })
    });
    with_pack
        .enumerate()
        .map(move |(place, (clip, entry))| (clip, entry.words.as_str(), rank(place, entry)))
}
