//! Voice packs as one file: written, proved, installed, and refused when they are hostile. Hostile
//! archives are made by Python's zipfile, ours are read by Info-ZIP.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Program, Ran, earcoach, repository, tool};

/// A small pack under a licence that asks for nothing, in the folder `pack`.
fn with_pack(program: Program) -> Program {
    with_manifest(program, |_| {})
}

/// The same with another manifest.
fn with_manifest(program: Program, change: impl Fn(&mut serde_json::Value)) -> Program {
    let shipped = repository().join("audio/voices/heart");
    let pack = program.folder.path().join("pack");
    fs::create_dir(&pack).unwrap();
    let text = fs::read(shipped.join("voice.json")).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_slice(&text).unwrap();
    manifest["name"] = "anna".into();
    manifest["speaker"] = "Anna".into();
    manifest["licence"] = "CC0-1.0".into();
    let clips = manifest["clips"].as_array_mut().unwrap();
    clips.retain(|clip| ["squeeze.flac", "release.flac"].contains(&clip["file"].as_str().unwrap()));
    for file in ["squeeze.flac", "release.flac"] {
        fs::copy(shipped.join(file), pack.join(file)).unwrap();
    }
    change(&mut manifest);
    fs::write(pack.join("voice.json"), manifest.to_string()).unwrap();
    program
}

/// Runs a Python script in the program's folder; `z` is a new archive `bad.earvoice`, `pack` adds
/// the pack's files to it.
fn python(program: &Program, script: &str) {
    const BEGIN: &str = "\
import os, stat, struct, sys, warnings, zipfile, zlib
os.chdir(sys.argv[1])
warnings.simplefilter('ignore')
z = zipfile.ZipFile('bad.earvoice', 'w')
def pack(within='', method=zipfile.ZIP_DEFLATED, without=()):
    for name in sorted(os.listdir('pack')):
        if name not in without:
            z.write('pack/' + name, within + name, method)
def patch(change):
    data = bytearray(open('bad.earvoice', 'rb').read())
    open('bad.earvoice', 'wb').write(change(data) or data)
";
    let folder = program.folder.path().to_str().unwrap();
    tool("python3", &["-c", &format!("{BEGIN}{script}"), folder]);
}

/// Every file below a folder, sorted.
fn everything(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(everything(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What is said of an archive that a script makes, when it is installed and when it is to speak.
/// Nothing may be left of either.
fn refused(script: &str) -> String {
    let mut told = Vec::new();
    for command in ["voice install bad.earvoice", "export --voice bad.earvoice -o a.wav"] {
        let program = with_pack(earcoach(command));
        python(&program, script);
        let before = everything(program.folder.path());
        let ran = program.run().exits(3);
        assert_eq!(everything(ran.folder.path()), before, "{command}");
        assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
        told.push(ran.stderr);
    }
    assert_eq!(told[0], told[1]);
    let told = told[0].trim_end();
    told.strip_prefix("error: voice pack `bad.earvoice`: ").unwrap_or(told).to_string()
}

#[test]
fn names_that_lead_elsewhere_or_play_tricks_are_refused() {
    let plain = "is no name that every system can use, within the archive's own folder";
    for (python, shown) in [
        ("../evil", "../evil"),
        ("/tmp/evil", "/tmp/evil"),
        ("a/../../evil", "a/../../evil"),
        ("a\\\\evil", "a\\evil"),
        ("c:evil", "c:evil"),
        ("a\\x1b[2J", "a\u{fffd}[2J"),
        ("a\\u202eb", "a\u{fffd}b"),
    ] {
        let script = format!(
            "pack()\ni = zipfile.ZipInfo('x')\ni.filename = '{python}'\nz.writestr(i, 'evil')\nz.close()"
        );
        assert_eq!(refused(&script), format!("`{shown}` {plain}"));
    }
}

#[test]
fn links_and_devices_are_refused() {
    for kind in ["S_IFLNK", "S_IFCHR", "S_IFIFO"] {
        let script = format!(
            "pack(without=['squeeze.flac'])\ni = zipfile.ZipInfo('squeeze.flac')\ni.create_system = 3\n\
             i.external_attr = (stat.{kind} | 0o777) << 16\nz.writestr(i, '/etc/passwd')\nz.close()"
        );
        assert_eq!(refused(&script), "`squeeze.flac` is no ordinary file");
    }
}

#[test]
fn twins_are_refused() {
    let told = refused("pack()\nz.write('pack/squeeze.flac', 'squeeze.flac')\nz.close()");
    assert!(told.contains("duplicate file names"), "{told}");
    let told = refused("pack()\nz.write('pack/squeeze.flac', 'SQUEEZE.flac')\nz.close()");
    assert_eq!(told, "`SQUEEZE.flac` and `squeeze.flac` are one file to some systems");
}

#[test]
fn entries_that_share_their_bytes_are_refused() {
    let told = refused(
        "pack()\nz.writestr('b.txt', 'x' * 9)\nz.infolist()[-1].header_offset = z.infolist()[0].header_offset\n\
         z.close()",
    );
    assert!(told.starts_with("it is no sound ZIP archive"), "{told}");
}

#[test]
fn bombs_are_refused_before_they_burst() {
    let huge = refused(
        "pack(without=['squeeze.flac'])\nwith z.open('squeeze.flac', 'w', force_zip64=True) as f:\n  \
         for _ in range(200): f.write(bytes(1000000))\nz.close()",
    );
    assert!(huge.starts_with("`squeeze.flac` has more than 128000000 bytes"), "{huge}");
    // Zeros are one thousandth of their length: it claims 100 bytes and holds 50 MB.
    let liar = refused(
        "z.compression = zipfile.ZIP_DEFLATED\npack(without=['voice.json'])\nz.writestr('voice.json', bytes(50000000), zipfile.ZIP_DEFLATED)\n\
         i = z.infolist()[-1]\nz.close()\n\
         old, new = struct.pack('<L', 50000000), struct.pack('<L', 100)\npatch(lambda d: d.replace(old, new))",
    );
    assert!(liar.contains("voice.json: it is damaged"), "{liar}");
    // Archives within archives are files that nobody asked for.
    let nested = refused(
        "import io\ninner = bytes(1000000)\n\
         for _ in range(4):\n  b = io.BytesIO()\n  with zipfile.ZipFile(b, 'w', zipfile.ZIP_DEFLATED) as n:\n    \
         [n.writestr(str(k), inner) for k in range(16)]\n  inner = b.getvalue()\n\
         z.writestr('voice.json', inner)\nz.close()",
    );
    assert!(nested.contains("voice.json is no text in UTF-8"), "{nested}");
}

#[test]
fn an_archive_of_too_many_entries_is_refused_by_its_last_bytes() {
    let script = "pack()\nfor n in range(100000): z.writestr(str(n), '')\nz.close()";
    assert_eq!(refused(script), "it has more than 20100 entries");
}

#[test]
fn what_is_no_whole_archive_is_refused() {
    let none = "it is no ZIP archive, or it is cut short";
    assert_eq!(refused("z.close()\nopen('bad.earvoice', 'w').close()"), none);
    assert_eq!(
        refused("z.close()\nopen('bad.earvoice', 'w').write('no archive at all ' * 9)"),
        none
    );
    assert_eq!(refused("pack()\nz.close()\npatch(lambda d: d[:-9])"), none);
    assert_eq!(refused("pack()\nz.close()\npatch(lambda d: d[:len(d) // 2])"), none);
    assert_eq!(refused("z.close()"), "voice.json: there is no such file");
    let other = "it is not a ZIP archive and nothing else";
    assert_eq!(refused("pack()\nz.close()\npatch(lambda d: b'#!/bin/sh\\n' + d)"), other);
}

#[test]
fn damaged_and_encrypted_files_are_refused() {
    let wrong = refused(
        "pack(method=zipfile.ZIP_STORED)\nz.close()\n\
         patch(lambda d: d.replace(b'\"speaker\"', b'\"spaeker\"'))",
    );
    assert_eq!(wrong, "voice.json: it is damaged: Invalid checksum");
    // The bit of encryption, in each header (APPNOTE.TXT, 4.4.4).
    let encrypted = refused(
        "pack()\nz.close()\ndef lock(d):\n  at = 0\n  while (at := d.find(b'PK\\x01\\x02', at)) >= 0:\n    \
         d[at + 8] |= 1; at += 4\n  at = 0\n  while (at := d.find(b'PK\\x03\\x04', at)) >= 0:\n    d[at + 6] |= 1; at += 4\n\
         patch(lock)",
    );
    assert_eq!(encrypted, "`release.flac` is encrypted");
    let other = refused("pack(method=zipfile.ZIP_LZMA)\nz.close()");
    assert!(other.contains("compressed in a way that this program does not read"), "{other}");
}

/// The bytes of what was exported.
fn exported(ran: &Ran) -> Vec<u8> {
    fs::read(ran.path("a.wav")).unwrap()
}

/// A routine that says what the pack can say.
const SQUEEZES: &str = r#"{ "steps": [{ "say": "Squeeze. Release." }] }"#;

#[test]
fn a_pack_sounds_the_same_from_its_folder_its_file_and_a_folder_zipped_by_hand() {
    let from = |voice: &str, script: &str| {
        let command = format!("export my.json --voice {voice} -o a.wav");
        let program = with_pack(earcoach(&command)).file("my.json", SQUEEZES);
        python(&program, script);
        exported(&program.run().exits(0))
    };
    let folder = from("pack", "z.close()");
    assert!(folder == from("bad.earvoice", "pack()\nz.close()"));
    let zipped = "z.mkdir('my pack')\npack('my pack/')\nz.writestr('__MACOSX/my pack/._voice.json', 'x')\nz.close()";
    assert!(folder == from("bad.earvoice", zipped));
}

#[test]
fn a_packed_voice_is_the_same_bytes_every_time_and_other_tools_read_it() {
    let once = with_pack(earcoach("voice pack pack")).run().exits(0);
    assert_eq!(once.files(), ["anna.earvoice", "pack"]);
    let again = with_pack(earcoach("voice pack pack -o b.earvoice")).run().exits(0);
    let bytes = fs::read(once.path("anna.earvoice")).unwrap();
    assert!(bytes == fs::read(again.path("b.earvoice")).unwrap());
    let file = once.path("anna.earvoice");
    tool("unzip", &["-tq", file.to_str().unwrap()]);
    let (listed, _) = tool("unzip", &["-Z1", file.to_str().unwrap()]);
    assert_eq!(String::from_utf8(listed).unwrap(), "voice.json\nsqueeze.flac\nrelease.flac\n");
    let expected = "wrote anna.earvoice: 2 clips, 1 s, en-US, spoken by Anna (CC0-1.0), ";
    assert!(once.stderr.starts_with(expected), "{}", once.stderr);
}

#[test]
fn the_built_in_voice_can_be_packed_and_speaks_the_same() {
    let packed = earcoach("voice pack heart").run().exits(0);
    let file = packed.path("heart.earvoice");
    tool("unzip", &["-tq", file.to_str().unwrap()]);
    let (listed, _) = tool("unzip", &["-Z1", file.to_str().unwrap()]);
    let listed = String::from_utf8(listed).unwrap();
    assert!(listed.ends_with("LICENCE.md\nLICENSE-Apache-2.0\n"), "{listed}");
    let command = format!("export --voice {} -o a.wav", file.display());
    let theirs = exported(&earcoach(&command).run().exits(0));
    assert!(theirs == exported(&earcoach("export -o a.wav").run().exits(0)));
}

#[test]
fn no_file_is_replaced_unasked() {
    let taken = with_pack(earcoach("voice pack pack")).file("anna.earvoice", "mine").run().exits(1);
    assert_eq!(fs::read(taken.path("anna.earvoice")).unwrap(), b"mine");
    let forced = with_pack(earcoach("voice pack pack --force")).file("anna.earvoice", "mine");
    assert!(fs::read(forced.run().exits(0).path("anna.earvoice")).unwrap().starts_with(b"PK"));
}

#[test]
fn an_installed_voice_is_listed_and_speaks_by_its_name() {
    let ran = with_pack(earcoach("voice install pack")).run().exits(0);
    assert_eq!(
        ran.stderr,
        "installed anna: 2 clips, 1 s, en-US, spoken by Anna (CC0-1.0)\n\
         hear it with: earcoach play --voice anna\n"
    );
    let file = fs::read(ran.path("data/earcoach/voices/anna.earvoice")).unwrap();
    let installed = |command| earcoach(command).own("data/earcoach/voices/anna.earvoice", &file);
    let listed = installed("voice list").run().exits(0);
    let anna = "anna             en-US  2 clips, 1 s  Anna (CC0-1.0)\n";
    assert!(listed.text().ends_with(anna), "{}", listed.text());
    let json = installed("voice list --json").run().exits(0).json();
    assert_eq!(json["voices"][1]["name"], "anna");
    installed("export my.json --voice anna -o a.wav").file("my.json", SQUEEZES).run().exits(0);
    let from_routine = SQUEEZES.replace("{ \"steps\"", "{ \"voice\": \"anna\", \"steps\"");
    installed("export my.json -o a.wav").file("my.json", from_routine).run().exits(0);
}

#[test]
fn an_installed_voice_is_replaced_only_when_asked_for_and_a_folder_never() {
    let place = "data/earcoach/voices/anna.earvoice";
    let again = with_pack(earcoach("voice install pack").own(place, "mine")).run().exits(1);
    assert_eq!(
        again.stderr,
        "error: the voice `anna` is installed already: add --force to replace it, or give this one \
         another name with --name\n"
    );
    assert_eq!(fs::read(again.path(place)).unwrap(), b"mine");
    let forced = with_pack(earcoach("voice install pack --force").own(place, "mine")).run();
    assert!(fs::read(forced.exits(0).path(place)).unwrap().starts_with(b"PK"));
    let folder = "data/earcoach/voices/anna/mine.wav";
    let kept = with_pack(earcoach("voice install pack --force").own(folder, "mine")).run().exits(1);
    assert!(kept.stderr.contains("which is never replaced"), "{}", kept.stderr);
    assert_eq!(everything(&kept.path("data")), [kept.path(folder)]);
}

#[test]
fn names_of_built_in_voices_and_odd_ones_are_refused() {
    for name in ["heart", "Heart", ".hidden", "../out", "-x", "a\u{1b}b"] {
        let program = with_manifest(earcoach("voice install pack"), |manifest| {
            manifest["name"] = name.into();
        });
        let ran = program.run().exits(2);
        assert!(ran.stderr.ends_with("with --name\n"), "{}", ran.stderr);
        assert_eq!(everything(&ran.path("data")), Vec::<PathBuf>::new());
    }
    let ran = with_pack(earcoach("voice install pack --name aunt")).run().exits(0);
    assert_eq!(everything(&ran.path("data")), [ran.path("data/earcoach/voices/aunt.earvoice")]);
}

#[test]
fn a_pack_with_a_broken_clip_is_neither_packed_nor_installed() {
    for command in ["voice pack pack", "voice install pack"] {
        let program = with_pack(earcoach(command));
        fs::write(program.folder.path().join("pack/squeeze.flac"), "no sound").unwrap();
        let before = everything(program.folder.path());
        let ran = program.run().exits(3);
        assert!(ran.stderr.contains("`squeeze.flac`: it is no FLAC or WAV"), "{}", ran.stderr);
        assert_eq!(everything(ran.folder.path()), before);
    }
}

/// The codes and messages of what `voice check --json` finds, without the words of routines.
fn found(program: Program) -> Vec<(String, String)> {
    let json = program.run().exits(3).json();
    let problems = json["files"][0]["problems"].as_array().unwrap().iter();
    let text =
        |problem: &serde_json::Value, field: &str| problem[field].as_str().unwrap().to_string();
    let found = problems.map(|problem| (text(problem, "code"), text(problem, "message")));
    found.filter(|(code, _)| code != "missing-words").collect()
}

#[test]
fn everything_wrong_with_a_pack_is_found_in_one_run() {
    let program = with_manifest(earcoach("voice check pack --json"), |manifest| {
        manifest["language"] = "the queen's English".into();
        manifest["licence"] = "CC-BY-4.0".into();
        let mut clip = manifest["clips"][0].clone();
        clip["file"] = "missing.flac".into();
        manifest["clips"].as_array_mut().unwrap().push(clip.clone());
        clip["words"] = "Nothing.".into();
        clip["file"] = "silence.wav".into();
        clip["frames"] = 8000.into();
        clip["source"] = "the park".into();
        manifest["clips"].as_array_mut().unwrap().push(clip.clone());
        clip["words"] = "Noise.".into();
        clip["file"] = "noise.wav".into();
        clip["licence"] = "MIT".into();
        manifest["clips"].as_array_mut().unwrap().push(clip);
    });
    let pack = program.folder.path().join("pack");
    fs::write(pack.join("silence.wav"), crate::support::wav(24_000, &[0; 8000])).unwrap();
    let noise: Vec<i16> = (0..8000).map(|n| if n % 60 < 30 { 20_000 } else { -20_000 }).collect();
    fs::write(pack.join("noise.wav"), crate::support::wav(24_000, &noise)).unwrap();
    fs::write(pack.join("forgotten.wav"), crate::support::wav(24_000, &noise)).unwrap();
    let found = found(program);
    let mut codes: Vec<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
    codes.dedup();
    let expected = [
        "voice-unnamed",
        "voice-duplicate",
        "voice-file",
        "voice-silent",
        "voice-licence",
        "voice-margin",
        "voice-level",
        "voice-licence",
        "voice-language",
        "voice-licence",
    ];
    assert_eq!(codes, expected, "{found:#?}");
    let messages: Vec<&str> = found.iter().map(|(_, message)| message.as_str()).collect();
    for told in [
        "`the queen's English` is no language tag",
        "CC-BY-4.0 has to be passed on with its text, and there is none",
        "MIT has to be passed on with its text, and there is none",
        "no clip names the file `forgotten.wav`",
        "`missing.flac` says the same words as `squeeze.flac`",
        "`silence.wav` says nothing: it is silent",
        "`silence.wav` has a source of its own, but no licence",
        "`noise.wav` does not begin and end in silence, so it would click",
    ] {
        assert!(messages.contains(&told), "{told}: {messages:#?}");
    }
}

#[test]
fn every_wrong_field_is_shown_with_its_place() {
    let manifest =
        "{\n  \"schema\": 1, \"nam\": \"a\",\n  \"rate\": \"fast\",\n  \"clips\": [{}]\n}\n";
    let program = with_pack(earcoach("voice check pack --json"));
    fs::write(program.folder.path().join("pack/voice.json"), manifest).unwrap();
    let json = program.run().exits(3).json();
    let problems = json["files"][0]["problems"].as_array().unwrap();
    let places: Vec<(&str, u64)> = problems
        .iter()
        .map(|problem| (problem["message"].as_str().unwrap(), problem["line"].as_u64().unwrap()))
        .collect();
    for expected in [
        ("unknown field `nam` in the manifest", 2),
        ("the manifest has no `language`", 1),
        ("`rate` must be a whole number, found a string", 3),
        ("a clip has no `words`", 4),
        ("a clip has no `frames`", 4),
    ] {
        assert!(places.contains(&expected), "{expected:?}: {places:#?}");
    }
    let text = with_pack(earcoach("voice check pack"));
    fs::write(text.folder.path().join("pack/voice.json"), manifest).unwrap();
    let ran = text.run().exits(3);
    assert!(ran.stderr.contains(" --> pack/voice.json:3:11\n"), "{}", ran.stderr);
}

#[test]
fn a_sound_pack_is_ok_for_machines_too() {
    let json = earcoach("voice check --json").run().exits(0).json();
    let file = "heart/voice.json (built in)";
    assert_eq!(
        json,
        serde_json::json!({ "files": [{ "file": file, "ok": true, "problems": [] }] })
    );
    let json = earcoach("voice check none.zip --json").file("none.zip", "x").run().exits(3).json();
    let message = &json["files"][0]["problems"][0]["message"];
    assert_eq!(message, "it is no ZIP archive, or it is cut short");
}

#[test]
fn the_example_of_a_manifest_in_the_documentation_is_sound() {
    let page = fs::read_to_string(repository().join("docs/voice-packs.md")).unwrap();
    let example = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let manifest: serde_json::Value = serde_json::from_str(example).unwrap();
    let program = earcoach("voice check anna --json");
    let pack = program.folder.path().join("anna");
    fs::create_dir(&pack).unwrap();
    fs::write(pack.join("voice.json"), example).unwrap();
    fs::write(pack.join("LICENSE"), "Creative Commons").unwrap();
    for clip in manifest["clips"].as_array().unwrap() {
        let frames = clip["frames"].as_u64().unwrap();
        let samples: Vec<i16> = (0..frames).map(|n| if n % 60 < 30 { 900 } else { -900 }).collect();
        let file = pack.join(clip["file"].as_str().unwrap());
        fs::write(file, crate::support::wav(24_000, &samples)).unwrap();
    }
    // It is heard that they are no words, and the routines need more of them: no fault of the example.
    let json = program.run().exits(3).json();
    let problems = json["files"][0]["problems"].as_array().unwrap();
    let errors: Vec<_> = problems.iter().filter(|found| found["severity"] == "error").collect();
    assert_eq!(errors, Vec::<&serde_json::Value>::new());
    assert!(problems.iter().any(|found| found["code"] == "voice-level"));
}
