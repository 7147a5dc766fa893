//! What the fuzzers of `fuzz/` found on their way, tried again: inputs that reach as much of the
//! code as any, and those that broke something once.

use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;

use crate::strangers::{DOORS, Door};
use crate::support::repository;

/// So small a door's corpus stays.
const MOST_FILES: usize = 150;
const MOST_BYTES: usize = 1_000_000;

fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = repository().join("tests/corpus").join(name);
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    files.sort();
    files
}

/// The inputs on which something breaks.
fn broken(door: Door, name: &str) -> Vec<PathBuf> {
    let breaks = |bytes: &[u8]| catch_unwind(|| door(bytes)).is_err();
    let files = corpus(name).into_iter();
    files.filter(|(_, bytes)| breaks(bytes)).map(|(path, _)| path).collect()
}

#[test]
fn nothing_that_fuzzers_found_breaks_anything() {
    let broken: Vec<PathBuf> = std::thread::scope(|scope| {
        let tried = DOORS.map(|(name, door)| scope.spawn(move || broken(door, name)));
        tried.into_iter().flat_map(|door| door.join().unwrap()).collect()
    });
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn every_door_has_a_fuzzer_and_a_small_corpus() {
    let fuzzers = fs::read_dir(repository().join("fuzz/fuzz_targets")).unwrap();
    let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_string();
    let mut fuzzers: Vec<String> = fuzzers.map(|entry| stem(entry.unwrap().path())).collect();
    fuzzers.sort();
    assert_eq!(fuzzers, DOORS.map(|(name, _)| name));
    for (name, _) in DOORS {
        let files = corpus(name);
        let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!((1..=MOST_FILES).contains(&files.len()), "{name}: {} files", files.len());
        assert!(bytes <= MOST_BYTES, "{name}: {bytes} bytes");
    }
}
