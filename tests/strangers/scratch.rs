//! A folder for what can only be read from files; each thread has its own.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

thread_local! {
    static FOLDER: TempDir = tempfile::tempdir().unwrap();
}

/// The path of a file with these bytes. It holds them until the thread asks for the same name again.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = FOLDER.with(|folder| folder.path().join(name));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

/// A WAV file of 16 bit and one channel (Multimedia Programming Interface and Data Specifications 1.0,
/// chapter 3): so many frames at 8 kHz.
pub fn wav(frames: u32) -> Vec<u8> {
    let samples = (0..frames).flat_map(|frame| (frame as i16).wrapping_mul(257).to_le_bytes());
    let head =
        [b"RIFF".as_slice(), &(36 + 2 * frames).to_le_bytes(), b"WAVEfmt \x10\0\0\0\x01\0\x01\0"];
    let rates = [8000_u32.to_le_bytes(), 16_000_u32.to_le_bytes()];
    let rest = [b"\x02\0\x10\0data".as_slice(), &(2 * frames).to_le_bytes()];
    [head.concat(), rates.concat(), rest.concat(), samples.collect()].concat()
}

/// The folder that a file lies in.
pub fn folder_of(file: &Path) -> PathBuf {
    file.parent().unwrap().into()
}
