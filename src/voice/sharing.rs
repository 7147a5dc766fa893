//! A voice pack as one file, to be passed on.

use std::collections::HashSet;
use std::io;

use super::manifest::{self, Manifest};
use super::{ClipId, Pack};
use crate::archive::write::Writer;
use crate::error::Error;

/// The file of a whole pack. The same pack gives the same bytes.
///
/// # Errors
/// [`Error::Voice`] when something of the pack cannot be read, or it is too large.
pub fn file_of(pack: &Pack) -> Result<Vec<u8>, Error> {
    let mut writer = Writer::new();
    let too_large = |error: io::Error| Error::voice(&pack.shown, error.to_string());
    add(pack, &pack.manifest, |name, bytes| {
        let added = writer.add(name, bytes);
        added.map_err(|error| Error::voice(&pack.shown, format!("`{name}`: {error}")))
    })?;
    writer.finish().map_err(too_large)
}

/// Gives the files of a pack to `put`, each with its name: `manifest`, which lists some of its clips or
/// all, those, and the licences.
///
/// # Errors
/// [`Error::Voice`] when something of the pack cannot be read, and what `put` gives.
pub fn add(
    pack: &Pack,
    manifest: &Manifest,
    mut put: impl FnMut(&str, &[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    put(manifest::FILE, text(manifest).as_bytes())?;
    let wanted: HashSet<&str> = manifest.clips.iter().map(|entry| entry.file.as_str()).collect();
    let mut added = HashSet::new();
    for (entry, id) in pack.manifest.clips.iter().zip(0..) {
        if wanted.contains(entry.file.as_str()) && added.insert(&entry.file) {
            put(&entry.file, &pack.clip_file(ClipId(id))?)?;
        }
    }
    for (name, bytes) in pack.licences()? {
        if !added.contains(&name) {
            put(&name, &bytes)?;
        }
    }
    Ok(())
}

/// A manifest as its file has it.
fn text(manifest: &Manifest) -> String {
    let text = serde_json::to_string_pretty(manifest).expect("all of its keys are texts");
    text + "\n"
}
