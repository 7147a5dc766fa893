//! `earcoach voice`, and packs of other people.

use std::fs;
use std::path::Path;

use crate::support::{Program, earcoach, repository};

fn shipped() -> std::path::PathBuf {
    repository().join("audio/voices/heart")
}

/// Puts a copy of the shipped pack's first clips into `pack/` of the program's folder.
fn with_pack(program: Program, manifest: impl Fn(&mut serde_json::Value)) -> Program {
    let pack = program.folder.path().join("pack");
    fs::create_dir(&pack).unwrap();
    let text = fs::read(shipped().join("voice.json")).unwrap();
    let mut value: serde_json::Value = serde_json::from_slice(&text).unwrap();
    for clip in value["clips"].as_array().unwrap() {
        let file = clip["file"].as_str().unwrap();
        fs::copy(shipped().join(file), pack.join(file)).unwrap();
    }
    manifest(&mut value);
    fs::write(pack.join("voice.json"), value.to_string()).unwrap();
    program
}

/// The file that says “Squeeze.”.
const SQUEEZE: &str = "squeeze.flac";

fn export(pack: impl Fn(&Path)) -> String {
    let program = with_pack(earcoach("export --voice pack -o a.wav"), |_| {});
    pack(&program.folder.path().join("pack"));
    let ran = program.run().exits(3);
    assert_eq!(ran.files(), ["pack"]);
    ran.stderr
}

#[test]
fn the_shipped_voice_is_sound() {
    let ran = earcoach("voice check").run().exits(0);
    assert!(ran.text().ends_with(": ok\n"), "{}", ran.text());
    let folder = shipped();
    let ran = earcoach(&format!("voice check {}", folder.display())).run().exits(0);
    assert!(ran.text().ends_with(": ok\n"), "{}", ran.text());
}

#[test]
fn the_voice_sounds_the_same_from_its_folder() {
    let built_in = earcoach("export -o a.wav").run().exits(0);
    let command = format!("export -o a.wav --voice {}", shipped().display());
    let folder = earcoach(&command).run().exits(0);
    let read = |ran: &crate::support::Ran| fs::read(ran.path("a.wav")).unwrap();
    assert!(read(&built_in) == read(&folder), "the files differ");
}

#[test]
fn the_words_of_a_voice_are_listed() {
    let ran = earcoach("voice list --words").run().exits(0);
    let words: Vec<&str> = ran.text().lines().collect();
    for known in ["Squeeze.", "forty five", "seconds left.", "Switch sides.", "Well done."] {
        assert!(words.contains(&known), "{known}");
    }
    let listed = earcoach("voice list --json").run().exits(0).json();
    assert_eq!(listed["voices"][0]["licence"], "Apache-2.0");
    assert_eq!(listed["voices"][0]["clips"].as_array().unwrap().len(), words.len());
}

#[test]
fn clips_that_are_missing_cut_short_or_no_audio_are_refused_by_name() {
    let missing = export(|pack| fs::remove_file(pack.join(SQUEEZE)).unwrap());
    assert!(
        missing.starts_with("error: voice pack `pack`: `squeeze.flac`: No such file"),
        "{missing}"
    );
    let cut = export(|pack| {
        let bytes = fs::read(pack.join(SQUEEZE)).unwrap();
        fs::write(pack.join(SQUEEZE), &bytes[..bytes.len() / 2]).unwrap();
    });
    assert!(cut.starts_with("error: voice pack `pack`: `squeeze.flac`: it is "), "{cut}");
    let rubbish = export(|pack| fs::write(pack.join(SQUEEZE), "no audio at all").unwrap());
    assert!(
        rubbish.starts_with("error: voice pack `pack`: `squeeze.flac`: it is no FLAC"),
        "{rubbish}"
    );
    let longer = export(|pack| {
        fs::copy(pack.join("release.flac"), pack.join(SQUEEZE)).unwrap();
    });
    assert!(longer.starts_with("error: voice pack `pack`: `squeeze.flac`: it "), "{longer}");
}

#[cfg(unix)]
#[test]
fn no_clip_leads_out_of_its_pack() {
    let link = export(|pack| {
        fs::remove_file(pack.join(SQUEEZE)).unwrap();
        std::os::unix::fs::symlink(shipped().join(SQUEEZE), pack.join(SQUEEZE)).unwrap();
    });
    assert!(link.ends_with("`squeeze.flac`: this is no regular file\n"), "{link}");
    for file in ["../squeeze.flac", "/etc/passwd"] {
        let program = with_pack(earcoach("export --voice pack -o a.wav"), |manifest| {
            manifest["clips"][0]["file"] = file.into();
        });
        let ran = program.run().exits(3);
        let expected =
            format!("error: voice pack `pack`: `{file}` must be a file in the pack's own folder\n");
        assert_eq!(ran.stderr, expected);
    }
}

#[test]
fn a_manifest_that_is_not_valid_is_refused() {
    for (field, value, expected) in [
        ("schema", 2.into(), "`schema` is 2, this program reads 1"),
        ("rate", 7.into(), "`rate` is 7, it must be from 8000 to 192000"),
        ("clips", serde_json::json!([]), "it has no clips"),
        ("extra", true.into(), "unknown field `extra` in the manifest"),
    ] {
        let program = with_pack(earcoach("voice check pack"), |manifest| {
            manifest[field] = value.clone();
        });
        let ran = program.run().exits(3);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
}

#[test]
fn a_pack_that_lacks_words_is_told_which() {
    let program = with_pack(earcoach("check --voice pack my.json"), |manifest| {
        manifest["clips"].as_array_mut().unwrap().retain(|clip| clip["words"] != "Squeeze.");
    });
    let ran = program.file("my.json", r#"{"steps": [{"squeeze": "5s"}]}"#).run().exits(3);
    assert!(ran.stderr.contains("the voice `pack` has no clip for “squeeze”"), "{}", ran.stderr);
}

#[test]
fn a_voice_that_is_not_there_is_named() {
    let ran = earcoach("export --voice nobody").run().exits(2);
    assert_eq!(
        ran.stderr,
        "error: there is no voice `nobody`: `earcoach voice list` shows those at hand; the folder or \
         the file of a voice pack can be given too\n"
    );
}
