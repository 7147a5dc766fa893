//! Names in an archive: plain ones, which mean the same on every system.

use std::collections::{BTreeMap, HashMap};

use super::ArchiveError;
use crate::terminal::is_unprintable;

/// The longest name of a file or a folder, in bytes.
const LONGEST: usize = 255;
/// Folders within each other, with the file.
const DEEPEST: usize = 16;

/// Whether a path goes down from where it begins, by names that every system can use.
pub fn is_plain(path: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part.len() <= LONGEST
            && !part.contains(['\\', ':'])
            && !part.chars().any(is_unprintable)
    };
    path.split('/').all(is_name) && path.split('/').count() <= DEEPEST
}

/// Refuses names that some systems take for the same: those that differ only in case, and those
/// that are a file's and a folder's.
pub fn ensure_distinct<'n>(names: impl Iterator<Item = &'n String>) -> Result<(), ArchiveError> {
    let mut seen: HashMap<String, &str> = HashMap::new();
    let mut folders: HashMap<String, &str> = HashMap::new();
    for name in names {
        let folded = name.to_lowercase();
        for (at, _) in folded.match_indices('/') {
            folders.insert(folded[..at].to_string(), name);
        }
        if let Some(other) = seen.insert(folded, name) {
            return Err(twins(other, name));
        }
    }
    match folders.iter().find_map(|(folder, name)| Some((seen.get(folder)?, name))) {
        Some((file, within)) => Err(twins(file, within)),
        None => Ok(()),
    }
}

fn twins(one: &str, other: &str) -> ArchiveError {
    ArchiveError::Refused(format!("`{one}` and `{other}` are one file to some systems"))
}

/// The files by their names within the only folder that all lie in, if there is one.
pub fn without_common_folder(files: BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    let folder = match files.keys().next().and_then(|name| name.split_once('/')) {
        Some((folder, _)) => format!("{folder}/"),
        None => return files,
    };
    if !files.keys().all(|name| name.starts_with(&folder)) {
        return files;
    }
    files.into_iter().map(|(name, place)| (name[folder.len()..].to_string(), place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_lead_down_and_nowhere_else() {
        for name in ["voice.json", "clips/a b.flac", "é.flac", ".hidden", "a/b/c"] {
            assert!(is_plain(name), "{name}");
        }
        let long = "x".repeat(256);
        let deep = "a/".repeat(16) + "b";
        for name in [
            "", ".", "..", "/a", "a/", "a//b", "a/../b", "a\\b", "c:a", "a\0", "a\x1b[2J", &long,
            &deep,
        ] {
            assert!(!is_plain(name), "{name}");
        }
    }

    #[test]
    fn what_some_system_takes_for_the_same_is_refused() {
        let told = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            ensure_distinct(names.iter()).map_err(|error| error.to_string())
        };
        assert_eq!(told(&["a", "b", "c/a"]), Ok(()));
        assert_eq!(told(&["A", "a"]), Err("`A` and `a` are one file to some systems".into()));
        assert_eq!(told(&["a", "A/b"]), Err("`a` and `A/b` are one file to some systems".into()));
    }

    #[test]
    fn one_folder_around_everything_does_not_count() {
        let of = |names: &[&str]| {
            let files = names.iter().zip(0..).map(|(name, place)| (name.to_string(), place));
            without_common_folder(files.collect()).into_keys().collect::<Vec<_>>()
        };
        assert_eq!(of(&["my pack/a", "my pack/b/c"]), ["a", "b/c"]);
        assert_eq!(of(&["a", "b/c"]), ["a", "b/c"]);
        assert_eq!(of(&["a/b", "b/c"]), ["a/b", "b/c"]);
    }
}
