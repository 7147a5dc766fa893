//! Where a voice pack's files are: in a folder, or in an archive.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::archive::{Archive, ArchiveError, MOST_ENTRIES};

/// The ending of a pack that is one file.
pub const ENDING: &str = "earvoice";

/// The files of a pack.
#[derive(Clone, Debug)]
pub enum Files {
    /// In a folder of their own.
    Folder(PathBuf),
    /// In an archive, their names behind these letters, such as `voice/`.
    Archive(Archive, String),
}

impl Files {
    /// Opens the folder or the archive at `path`.
    ///
    /// # Errors
    /// That it cannot be read, or is no archive that is sound.
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        if path.is_dir() {
            return Ok(Self::Folder(path.into()));
        }
        Ok(Self::Archive(Archive::open(path)?, String::new()))
    }

    /// Reads a file of at most `most` bytes. Links are not followed, since a pack's files lie in
    /// its own folder.
    ///
    /// # Errors
    /// That it cannot be read, or is larger.
    pub fn read(&self, name: &str, most: u64) -> Result<Vec<u8>, ArchiveError> {
        let refused = |why: String| Err(ArchiveError::Refused(why));
        match self {
            Self::Folder(folder) => {
                let file = folder.join(name);
                let data = fs::symlink_metadata(&file)?;
                if !data.is_file() {
                    return refused("this is no regular file".into());
                }
                if data.len() > most {
                    return refused(format!("this is larger than {most} bytes"));
                }
                Ok(fs::read(file)?)
            }
            Self::Archive(archive, within) => archive.read(&format!("{within}{name}"), most),
        }
    }

    /// The names of all files, sorted; what lies in folders within is left out.
    ///
    /// # Errors
    /// That the folder cannot be read.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names: Vec<String> = match self {
            Self::Folder(folder) => {
                let entries = fs::read_dir(folder)?.take(MOST_ENTRIES).flatten();
                let files = entries.filter(|entry| entry.path().is_file());
                files.filter_map(|entry| entry.file_name().into_string().ok()).collect()
            }
            Self::Archive(archive, within) => {
                let names = archive.names().filter_map(|name| name.strip_prefix(within.as_str()));
                names.filter(|name| !name.contains('/')).map(String::from).collect()
            }
        };
        names.sort();
        Ok(names)
    }
}

/// Whether a file name is one name and leads nowhere else.
pub fn is_plain_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name)
        && !name.contains(['/', '\\', ':', '\0'])
}

/// Whether a file's name is that of a licence, or of a notice that belongs to one.
pub fn is_licence(name: &str) -> bool {
    let name = name.to_lowercase();
    ["licence", "license", "copying", "notice"].iter().any(|begin| name.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_stay_in_the_folder() {
        assert!(is_plain_name("squeeze.flac"));
        for name in ["", ".", "..", "/etc/passwd", "../x.flac", "a/b.flac", "a\\b.flac", "c:x"] {
            assert!(!is_plain_name(name), "{name}");
        }
    }

    #[test]
    fn licences_are_known_by_their_names() {
        for name in ["LICENSE", "LICENCE.md", "license-Apache-2.0", "COPYING.txt", "NOTICE"] {
            assert!(is_licence(name), "{name}");
        }
        assert!(!is_licence("voice.json") && !is_licence("no-licence.flac"));
    }
}
