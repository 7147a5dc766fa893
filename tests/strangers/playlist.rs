use std::path::Path;

use earcoach::bed::playlist::Playlist;

use super::scratch;

/// A playlist, in a folder with two files and a folder that it may name.
pub fn playlist(bytes: &[u8]) {
    thread_local! {
        static SET: () = {
            scratch::file("playlist/a.mp3", b"");
            scratch::file("playlist/b/c.flac", b"");
        };
    }
    SET.with(|()| ());
    let list = scratch::file("playlist/list.m3u8", bytes);
    let ordered = Playlist::of(std::slice::from_ref(&list), None);
    let mut shuffled = Playlist::of(&[list], Some(7));
    shuffled.files.sort();
    let mut sorted = ordered.files.clone();
    sorted.sort();
    assert_eq!(shuffled.files, sorted);
    assert!(ordered.files.iter().all(|file: &std::path::PathBuf| Path::is_file(file)));
}
