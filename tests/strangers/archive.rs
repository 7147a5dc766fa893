use earcoach::archive::{Archive, write::Writer};
use earcoach::bundle::Bundle;
use earcoach::voice::Pack;
use earcoach::voice::files::Files;

use super::pack::speak;
use super::scratch;

/// An archive: a voice pack or a bundle in one file. The sums in it would stop nearly all that is
/// changed, so what is no archive is taken for the list of a bundle in one that is sound.
pub fn archive(bytes: &[u8]) {
    let is_list = bytes.starts_with(b"{");
    let bytes = if is_list { with_list(bytes) } else { bytes.to_vec() };
    let path = scratch::file("stranger.zip", &bytes);
    let Ok(archive) = Archive::open(&path) else { return };
    for name in archive.names().take(20) {
        if let Ok(bytes) = archive.read(name, 1_000_000) {
            assert!(bytes.len() <= 1_000_000);
        }
    }
    if let Ok(pack) = Pack::open_files("stranger", Files::Archive(archive, String::new())) {
        speak(pack);
    }
    if let Ok(bundle) = Bundle::open(&path) {
        play(&bundle);
    }
}

fn play(bundle: &Bundle) {
    drop(bundle.routine());
    drop(bundle.words("fr".parse().unwrap()));
    drop(bundle.clip("bell.wav"));
    if let Ok(voice) = bundle.voice() {
        drop(voice.missing_sentences("Go. Stop.", earcoach::voice::Speaker::Own));
    }
}

/// A bundle with this list of what is in it.
fn with_list(list: &[u8]) -> Vec<u8> {
    let manifest = br#"{ "schema": 1, "name": "a", "language": "en", "speaker": "b",
        "licence": "CC0-1.0", "source": "c", "rate": 8000, "clips": [
        { "words": "Go.", "file": "go.wav", "frames": 80, "lufs": -16.0, "peak": -3.5 } ] }"#;
    let mut writer = Writer::new();
    let files: [(&str, &[u8]); 5] = [
        ("routine.json", br#"{ "steps": [{ "say": "Go." }, { "clip": "bell.wav" }] }"#),
        ("clips/bell.wav", &scratch::wav(20)),
        ("voice-0/voice.json", manifest),
        ("voice-0/go.wav", &scratch::wav(80)),
        ("bundle.json", list),
    ];
    for (name, bytes) in files {
        writer.add(name, bytes).unwrap();
    }
    writer.finish().unwrap()
}
