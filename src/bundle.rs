//! Bundles: a routine with all that it needs to be heard, in one file that plays the same anywhere.
//! An archive of the routine's text, its words in the voice's language, its author's audio files, and of
//! each pack that speaks the clips that may be said; `bundle.json` lists them all with their sums.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use crate::archive::write::Writer;
use crate::archive::{Archive, ArchiveError};
use crate::clip::decode::Audio;
use crate::clip::own::{self, ClipError};
use crate::error::Error;
use crate::language::Language;
use crate::voice::files::{Files, is_plain_name};
use crate::voice::manifest::Manifest;
use crate::voice::{Pack, Voice, VoiceClip, sharing};

/// The ending of a bundle's file.
pub const ENDING: &str = "earcoach";
/// The version of the format that this program writes and reads.
const SCHEMA: u32 = 1;
/// The list of all that is in it.
const LIST: &str = "bundle.json";
const ROUTINE: &str = "routine.json";
/// Folders within: words by language, the author's audio files.
const WORDS: &str = "words/";
const CLIPS: &str = "clips/";
/// The most bytes of the list, and of a text.
const MOST_LIST: u64 = 4_000_000;
const MOST_TEXT: u64 = 16_000_000;
/// The most bytes of any other file.
const MOST_FILE: u64 = 128_000_000;
/// The most packs that may speak.
const MOST_PACKS: usize = 16;

/// What is in a bundle.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    schema: u32,
    /// The routine's short name.
    name: String,
    /// How many packs speak, the voice's own first.
    packs: usize,
    /// How many more packs stand in for them.
    stand_ins: usize,
    files: Vec<Listed>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    name: String,
    bytes: u64,
    /// The MD5 sum, against accidents.
    md5: String,
}

/// What goes into a bundle beside its voice.
#[derive(Clone, Debug)]
pub struct Contents<'a> {
    /// The routine's short name, such as `calf-cramp`.
    pub name: &'a str,
    /// The routine's text.
    pub text: &'a str,
    /// Its words in another language.
    pub words: Option<(Language, &'a str)>,
    /// The author's audio files by the names that the routine has for them.
    pub clips: Vec<(String, Vec<u8>)>,
}

/// Files as they are added, each noted with its sum.
struct Packing {
    writer: Writer,
    files: Vec<Listed>,
}

impl Packing {
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let md5 = format!("{:x}", md5::compute(bytes));
        self.files.push(Listed { name: name.into(), bytes: bytes.len() as u64, md5 });
        let added = self.writer.add(name, bytes);
        added.map_err(|error| Error::Bundle(format!("`{name}` cannot go into a bundle: {error}")))
    }
}

/// A bundle's file. `said` are the clips of `voice` that may be heard. The same contents give the same
/// bytes.
///
/// # Errors
/// [`Error::Voice`] when a clip cannot be read, [`Error::Bundle`] when it becomes too large.
///
/// # Panics
/// Never: the list's keys are texts.
pub fn write(
    contents: &Contents,
    voice: &Voice,
    said: &BTreeSet<VoiceClip>,
) -> Result<Vec<u8>, Error> {
    let mut packing = Packing { writer: Writer::new(), files: Vec::new() };
    packing.add(ROUTINE, contents.text.as_bytes())?;
    if let Some((language, words)) = contents.words {
        packing.add(&format!("{WORDS}{language}.json"), words.as_bytes())?;
    }
    for (name, bytes) in &contents.clips {
        packing.add(&clip_name(name).ok_or_else(|| unfit(name))?, bytes)?;
    }
    for (place, pack) in voice.packs().iter().enumerate() {
        let is_said = |id: &usize| {
            said.iter().any(|clip| usize::from(clip.pack) == place && clip.clip.index() == *id)
        };
        let ids = (0..pack.manifest.clips.len()).filter(is_said);
        let clips = ids.map(|id| pack.manifest.clips[id].clone()).collect();
        let manifest = Manifest { clips, ..pack.manifest.clone() };
        sharing::add(pack, &manifest, |name, bytes| {
            packing.add(&format!("{}{name}", pack_folder(place)), bytes)
        })?;
    }
    let stand_ins = voice.stand_ins();
    let list = List {
        schema: SCHEMA,
        name: contents.name.into(),
        packs: voice.packs().len() - stand_ins,
        stand_ins,
        files: packing.files,
    };
    let text = serde_json::to_string_pretty(&list).expect("all of its keys are texts") + "\n";
    let mut writer = packing.writer;
    let too_large = |error| Error::Bundle(format!("the bundle becomes too large: {error}"));
    writer.add(LIST, text.as_bytes()).map_err(too_large)?;
    writer.finish().map_err(too_large)
}

fn unfit(name: &str) -> Error {
    Error::Bundle(format!("the clip `{name}` cannot go into a bundle: it has no plain name"))
}

fn pack_folder(place: usize) -> String {
    format!("voice-{place}/")
}

/// Where an author's audio file lies in a bundle; `None` for a path that leads elsewhere.
fn clip_name(path: &str) -> Option<String> {
    let mut name = String::from(CLIPS);
    for part in Path::new(path).components() {
        match part {
            Component::CurDir => {}
            Component::Normal(part) => {
                if name.len() > CLIPS.len() {
                    name.push('/');
                }
                name.push_str(part.to_str()?);
            }
            _ => return None,
        }
    }
    (name.len() > CLIPS.len() && !path.contains(['\\', '\0'])).then_some(name)
}

/// A bundle whose files are all there, and what they are said to be.
#[derive(Clone, Debug)]
pub struct Bundle {
    archive: Archive,
    /// The routine's short name.
    pub name: String,
    packs: usize,
    stand_ins: usize,
}

impl Bundle {
    /// Opens a bundle and checks all of it.
    ///
    /// # Errors
    /// [`Error::Bundle`], which names the file and what is wrong.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let wrong = |problem: String| Error::Bundle(format!("`{}`: {problem}", path.display()));
        let archive = Archive::open(path).map_err(|error| wrong(error.to_string()))?;
        let list = Self::list(&archive).map_err(wrong)?;
        let mut listed = BTreeSet::from([LIST]);
        for file in &list.files {
            let bytes = archive.read(&file.name, MOST_FILE);
            let bytes = bytes.map_err(|error| wrong(format!("`{}`: {error}", file.name)))?;
            let sum = format!("{:x}", md5::compute(&bytes));
            if (bytes.len() as u64, &sum) != (file.bytes, &file.md5) {
                return Err(wrong(format!("`{}` is not what {LIST} says of it", file.name)));
            }
            listed.insert(&file.name);
        }
        if let Some(other) = archive.names().find(|name| !listed.contains(name)) {
            return Err(wrong(format!("`{other}` is not in {LIST}")));
        }
        let List { name, packs, stand_ins, .. } = list;
        Ok(Self { archive, name, packs, stand_ins })
    }

    fn list(archive: &Archive) -> Result<List, String> {
        let bytes = archive.read(LIST, MOST_LIST).map_err(|error| format!("{LIST}: {error}"))?;
        let list: List = serde_json::from_slice(&bytes)
            .map_err(|error| format!("{LIST} is not valid: {error}"))?;
        if list.schema != SCHEMA {
            return Err(format!(
                "{LIST}: `schema` is {}, this program reads {SCHEMA}",
                list.schema
            ));
        }
        if !is_plain_name(&list.name) || list.name.starts_with(['.', '-']) {
            return Err(format!("{LIST}: `name` is no name for a file"));
        }
        if list.packs == 0 || list.packs.saturating_add(list.stand_ins) > MOST_PACKS {
            return Err(format!("{LIST}: there are 1 to {MOST_PACKS} packs in a bundle"));
        }
        Ok(list)
    }

    /// The routine's text.
    ///
    /// # Errors
    /// That it is not there, or too large.
    pub fn routine(&self) -> Result<Vec<u8>, ArchiveError> {
        self.archive.read(ROUTINE, MOST_TEXT)
    }

    /// Its words in a language, if there are any.
    ///
    /// # Errors
    /// That they are too large.
    pub fn words(&self, language: Language) -> Result<Option<Vec<u8>>, ArchiveError> {
        let name = format!("{WORDS}{language}.json");
        if !self.archive.has(&name) {
            return Ok(None);
        }
        self.archive.read(&name, MOST_TEXT).map(Some)
    }

    /// An author's audio file, by the name that the routine has for it.
    ///
    /// # Errors
    /// [`ClipError`], as for a file in a folder.
    pub fn clip(&self, path: &str) -> Result<Audio, ClipError> {
        let name = clip_name(path).ok_or(ClipError::Outside)?;
        if !self.archive.has(&name) {
            return Err(ClipError::Missing);
        }
        match self.archive.read(&name, MOST_FILE) {
            Ok(bytes) => own::decode(bytes),
            Err(ArchiveError::Io(error)) => Err(error.into()),
            Err(ArchiveError::Refused(why)) => Err(std::io::Error::other(why).into()),
        }
    }

    /// The voice that speaks.
    ///
    /// # Errors
    /// [`Error::Voice`] when one of its packs is not valid.
    pub fn voice(&self) -> Result<Voice, Error> {
        let pack = |place| {
            let files = Files::Archive(self.archive.clone(), pack_folder(place));
            let mut pack = Pack::open_files(&self.name, files)?;
            pack.shown.clone_from(&pack.manifest.name);
            Ok::<_, Error>(pack)
        };
        let own = (0..self.packs).map(pack).collect::<Result<_, _>>()?;
        let others = self.packs..self.packs + self.stand_ins;
        let others: Vec<Pack> = others.map(pack).collect::<Result<_, _>>()?;
        let voice = Voice::of_packs(own);
        Ok(if others.is_empty() { voice } else { voice.with_stand_in(Voice::of_packs(others)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_have_names_that_lead_nowhere_else() {
        assert_eq!(clip_name("./own/bell.wav").as_deref(), Some("clips/own/bell.wav"));
        for path in ["", ".", "../bell.wav", "/bell.wav", "a/../b.wav", "a\\b.wav"] {
            assert_eq!(clip_name(path), None, "{path}");
        }
    }
}
