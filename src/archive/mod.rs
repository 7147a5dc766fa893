//! ZIP archives as they come from strangers: voice packs and bundles as one file. Source: APPNOTE.TXT
//! 6.3.10, by PKWARE. Nothing is unpacked into folders: files are read from the archive where it lies,
//! each only when it is needed, and never more of it than it claims.

mod end;
mod names;
pub mod write;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use zip::CompressionMethod;
use zip::read::{ZipArchive, ZipFile, ZipFileEntry};
use zip::result::ZipError;

pub use names::is_plain;

/// The most entries of an archive: a file manager may add one of its own to each clip of the
/// largest pack.
pub const MOST_ENTRIES: usize = 20_100;
/// The most bytes that one file in an archive may have.
pub const MOST_BYTES: u64 = 128_000_000;
/// The most bytes that all files may have together.
const MOST_TOGETHER: u64 = 500_000_000;

/// The kind of a file in the mode that Unix systems write, and two of its values: an ordinary file
/// and a folder (POSIX.1-2024, sys/stat.h).
const KIND: u32 = 0o170_000;
const ORDINARY: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

/// The folder in which macOS puts what only it understands.
const MACOS: &str = "__MACOSX/";

/// Why an archive, or a file in it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is no archive, or not one of ours; a sentence that says why.
    #[error("{0}")]
    Refused(String),
}

impl ArchiveError {
    fn of(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

impl From<ZipError> for ArchiveError {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::Io(error),
            other => Self::Refused(format!("it is no sound ZIP archive ({other})")),
        }
    }
}

/// An archive whose names and sizes have been checked. Clones share one open file.
#[derive(Clone, Debug)]
pub struct Archive {
    zip: Arc<Mutex<ZipArchive<BufReader<File>>>>,
    /// The files by their names below the archive's own folder, with their places.
    files: Arc<BTreeMap<String, usize>>,
}

impl Archive {
    /// Opens the archive in an ordinary file and checks all that can be known without inflating
    /// anything. Where all files lie in one folder, their names count from there.
    ///
    /// # Errors
    /// See [`ArchiveError`].
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        // A pipe would be waited for when it is opened.
        if !fs::metadata(path)?.is_file() {
            return Err(ArchiveError::of("it is no ordinary file"));
        }
        let mut file = BufReader::new(File::open(path)?);
        end::check(&mut file)?;
        let mut zip = ZipArchive::new(file)?;
        zip.validate_header_consistency()?;
        let mut found = BTreeMap::new();
        let mut together = 0;
        for place in 0..zip.len() {
            let entry = zip.by_index_data(place)?;
            let name = entry.name()?.into_owned();
            check_entry(&name, &entry)?;
            together += entry.size();
            if !entry.is_dir() && !name.starts_with(MACOS) {
                found.insert(name, place);
            }
        }
        if together > MOST_TOGETHER {
            let message = format!("its files have more than {MOST_TOGETHER} bytes together");
            return Err(ArchiveError::Refused(message));
        }
        names::ensure_distinct(found.keys())?;
        let files = Arc::new(names::without_common_folder(found));
        Ok(Self { zip: Arc::new(Mutex::new(zip)), files })
    }

    /// The names of all files, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Whether there is a file of this name.
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Reads a file of at most `most` bytes.
    ///
    /// # Errors
    /// [`ArchiveError`]: there is no such file, it is larger, or it is not what the archive says of
    /// it.
    pub fn read(&self, name: &str, most: u64) -> Result<Vec<u8>, ArchiveError> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, "there is no such file");
        let place = *self.files.get(name).ok_or_else(missing)?;
        let mut zip = self.zip.lock().unwrap_or_else(PoisonError::into_inner);
        inflate(zip.by_index(place)?, most)
    }
}

/// Reads a file, counting what comes rather than believing what is claimed.
fn inflate(file: ZipFile<'_, impl Read>, most: u64) -> Result<Vec<u8>, ArchiveError> {
    let claimed = file.size();
    if claimed > most {
        return Err(ArchiveError::Refused(format!("it is larger than {most} bytes")));
    }
    let mut bytes = Vec::new();
    file.take(claimed + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| ArchiveError::Refused(format!("it is damaged: {error}")))?;
    if bytes.len() as u64 != claimed {
        return Err(ArchiveError::of("it is damaged: it has another length than the archive says"));
    }
    Ok(bytes)
}

/// Refuses an entry that is no ordinary file or folder, or that nobody should need.
fn check_entry(name: &str, entry: &ZipFileEntry<'_>) -> Result<(), ArchiveError> {
    let refuse = |why: &str| Err(ArchiveError::Refused(format!("`{name}` {why}")));
    let (bare, kind) = match name.strip_suffix('/') {
        Some(folder) => (folder, FOLDER),
        None => (name, ORDINARY),
    };
    if !is_plain(bare) {
        return refuse("is no name that every system can use, within the archive's own folder");
    }
    let mode = entry.external_attributes() >> 16 & KIND;
    if (mode != 0 && mode != kind) || entry.is_symlink() {
        return refuse("is no ordinary file");
    }
    if entry.encrypted() {
        return refuse("is encrypted");
    }
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return refuse(
            "is compressed in a way that this program does not read; `zip -0` is enough",
        );
    }
    if entry.size() > MOST_BYTES {
        return refuse(&format!("has more than {MOST_BYTES} bytes"));
    }
    Ok(())
}
