//! What music there is: files, folders of them, and M3U playlists, as they were named.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::random::Random;
use crate::terminal::printable;

/// Endings of files that may be music.
const ENDINGS: [&str; 12] =
    ["mp3", "m4a", "m4b", "aac", "mp4", "flac", "ogg", "oga", "opus", "wav", "wave", "aiff"];
/// Endings of playlists.
const LISTS: [&str; 2] = ["m3u", "m3u8"];
/// The most bytes of a playlist.
const LARGEST_LIST: u64 = 1_000_000;
/// The most files, and the deepest folder within a folder.
const MOST_FILES: usize = 10_000;
const DEEPEST: usize = 8;

/// Files that may be music, in the order in which they are heard, and what was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Playlist {
    /// The files.
    pub files: Vec<PathBuf>,
    /// What was named but is no file to be read, for people.
    pub notes: Vec<String>,
}

impl Playlist {
    /// The files that `paths` name: each itself, or all in a folder and those within it by their
    /// names, or the entries of a playlist. With a seed they are shuffled.
    pub fn of(paths: &[PathBuf], seed: Option<u64>) -> Self {
        let mut playlist = Self::default();
        for path in paths {
            playlist.add(path);
        }
        if playlist.files.len() > MOST_FILES {
            playlist.files.truncate(MOST_FILES);
            playlist.notes.push(format!("only the first {MOST_FILES} files are played"));
        }
        if let Some(seed) = seed {
            Random::new(seed).shuffle(&mut playlist.files);
        }
        playlist
    }

    fn add(&mut self, path: &Path) {
        match fs::metadata(path) {
            Ok(data) if data.is_dir() => self.add_folder(path, DEEPEST),
            Ok(_) if ends_in(path, &LISTS) => self.add_list(path),
            Ok(data) if data.is_file() => self.files.push(path.into()),
            Ok(_) => self.leave_out(path, "it is no ordinary file"),
            Err(error) => self.leave_out(path, &error.to_string()),
        }
    }

    fn add_folder(&mut self, folder: &Path, deeper: usize) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.leave_out(folder, &error.to_string()),
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if self.files.len() > MOST_FILES {
                return;
            }
            // A link to a folder might lead round in a circle.
            let is_folder = fs::symlink_metadata(&path).is_ok_and(|data| data.is_dir());
            if is_folder && deeper > 0 {
                self.add_folder(&path, deeper - 1);
            } else if path.is_file() && ends_in(&path, &ENDINGS) {
                self.files.push(path);
            }
        }
    }

    /// Adds what a playlist names: a path a line, from the playlist's own folder on; `#` begins a
    /// comment.
    fn add_list(&mut self, list: &Path) {
        let mut bytes = Vec::new();
        let read = fs::File::open(list)
            .and_then(|file| file.take(LARGEST_LIST + 1).read_to_end(&mut bytes));
        if let Err(error) = read {
            return self.leave_out(list, &error.to_string());
        }
        if bytes.len() as u64 > LARGEST_LIST {
            return self.leave_out(list, "the playlist is larger than a megabyte");
        }
        let folder = list.parent().unwrap_or(Path::new(""));
        for line in text(&bytes).trim_start_matches('\u{feff}').lines().take(2 * MOST_FILES) {
            let entry = line.trim();
            if entry.is_empty() || entry.starts_with('#') || self.files.len() > MOST_FILES {
                continue;
            }
            let path = folder.join(entry.strip_prefix("file://").unwrap_or(entry));
            match fs::metadata(&path) {
                _ if is_remote(entry) => {
                    self.leave_out(Path::new(entry), "it is not on this machine");
                }
                Ok(data) if data.is_file() && !ends_in(&path, &LISTS) => self.files.push(path),
                Ok(_) => self.leave_out(&path, "a playlist may name files of music only"),
                Err(error) => self.leave_out(&path, &error.to_string()),
            }
        }
    }

    fn leave_out(&mut self, path: &Path, why: &str) {
        self.notes.push(format!("`{}`: {why}", printable(&path.to_string_lossy())));
    }
}

/// A playlist's text: UTF-8, or what older programs write, of which each byte is a letter
/// (ISO 8859-1).
fn text(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Whether an entry begins like an address of something elsewhere.
fn is_remote(entry: &str) -> bool {
    let scheme = entry.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme != "file" && scheme.chars().all(char::is_alphanumeric))
}

fn ends_in(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| endings.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with empty files of these names.
    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    /// The files as they lie within the folder.
    fn files(folder: &Path, playlist: &Playlist) -> Vec<String> {
        let within = |file: &PathBuf| file.strip_prefix(folder).unwrap().display().to_string();
        playlist.files.iter().map(within).collect()
    }

    #[test]
    fn a_folder_is_all_music_in_it_by_name() {
        let folder = folder(&["b.MP3", "a/2.flac", "a/1.ogg", "cover.jpg", "list.m3u", "c.wav"]);
        let playlist = Playlist::of(&[folder.path().into()], None);
        assert_eq!(files(folder.path(), &playlist), ["a/1.ogg", "a/2.flac", "b.MP3", "c.wav"]);
        assert_eq!(playlist.notes, [""; 0]);
    }

    #[test]
    fn a_playlist_names_files_from_its_own_folder_on_and_what_is_not_there_is_told() {
        let folder = folder(&["music/one.mp3", "two.ogg", "lists/x.m3u"]);
        let list = folder.path().join("lists/x.m3u");
        let text = "\u{feff}#EXTM3U\r\n#EXTINF:3,One\r\n../music/one.mp3\r\n\r\nhttp://x.example/y.mp3\n\
                    gone.mp3\n../music\nx.m3u\n../two.ogg\n";
        fs::write(&list, text).unwrap();
        let playlist = Playlist::of(&[list], None);
        assert_eq!(
            files(&folder.path().join("lists"), &playlist),
            ["../music/one.mp3", "../two.ogg"]
        );
        let ends: Vec<_> =
            playlist.notes.iter().map(|note| note.rsplit('/').next().unwrap()).collect();
        let only = "a playlist may name files of music only";
        assert_eq!(
            ends,
            [
                "y.mp3`: it is not on this machine".to_string(),
                "gone.mp3`: No such file or directory (os error 2)".into(),
                format!("music`: {only}"),
                format!("x.m3u`: {only}"),
            ]
        );
    }

    #[test]
    fn an_old_playlist_has_a_letter_a_byte() {
        assert_eq!(text(b"caf\xe9.mp3"), "café.mp3");
        assert_eq!(text("café.mp3".as_bytes()), "café.mp3");
    }

    #[test]
    fn a_seed_shuffles_and_always_alike() {
        let names = ["1.mp3", "2.mp3", "3.mp3", "4.mp3", "5.mp3", "6.mp3"];
        let folder = folder(&names);
        let shuffled = |seed| files(folder.path(), &Playlist::of(&[folder.path().into()], seed));
        assert_eq!(shuffled(None), names);
        assert_eq!(shuffled(Some(7)), shuffled(Some(7)));
        assert_ne!(shuffled(Some(7)), shuffled(Some(8)));
    }
}
