//! `earcoach bundle`: a routine with all it needs in one file, and what strangers may make of one.

use std::fs;

use crate::support::{Program, Ran, earcoach, tool, wav};

/// The exported file of a routine.
fn exported(args: &str, file: impl Fn(Program) -> Program) -> Vec<u8> {
    let ran = file(earcoach(&format!("export {args} -o out.wav"))).run().exits(0);
    fs::read(ran.path("out.wav")).unwrap()
}

/// A bundle, in a folder without anything else.
fn bundled(args: &str, file: impl Fn(Program) -> Program) -> Vec<u8> {
    let ran = file(earcoach(&format!("bundle {args} -o b.earcoach"))).run().exits(0);
    fs::read(ran.path("b.earcoach")).unwrap()
}

const WITH_CLIPS: &str = r#"{ "title": "Bells", "params": { "hold": { "default": "20s", "min": "10s", "max": "2m" } },
    "steps": [ { "clip": "./own/bell.wav" }, { "sides": [{ "hold": "$hold" }] }, { "clip": "./own/bell.wav" } ] }"#;

fn with_clips(program: Program) -> Program {
    fs::create_dir(program.folder.path().join("own")).unwrap();
    let bell: Vec<i16> = (0..9000).map(|n| if n % 60 < 30 { 4000 } else { -4000 }).collect();
    program.file("own/bell.wav", wav(16_000, &bell)).file("bells.json", WITH_CLIPS)
}

#[test]
fn a_bundle_exports_the_very_file_of_its_routine() {
    let bundle = bundled("", |program| program);
    for options in ["", "--side left", "--side right", "--talk quiet --rate 44100", "--limit 7"] {
        let own = exported(&format!("calf-cramp {options}"), |program| program);
        let other = exported(&format!("b.earcoach {options}"), |p| p.file("b.earcoach", &bundle));
        assert!(own == other, "{options}: the files differ");
    }
    let bells = bundled("bells.json", with_clips);
    for options in ["", "--set hold=45s", "--set hold=1m30s --side left"] {
        let own = exported(&format!("bells.json {options}"), with_clips);
        let other = exported(&format!("b.earcoach {options}"), |p| p.file("b.earcoach", &bells));
        assert!(own == other, "{options}: the files differ");
    }
}

#[test]
fn the_same_routine_gives_the_same_bundle_and_other_tools_read_it() {
    let once = bundled("bells.json", with_clips);
    assert!(once == bundled("bells.json", with_clips));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("b.earcoach");
    fs::write(&file, once).unwrap();
    let (listed, _) = tool("unzip", &["-t", file.to_str().unwrap()]);
    let listed = String::from_utf8(listed).unwrap();
    for name in [
        "bundle.json",
        "routine.json",
        "clips/own/bell.wav",
        "voice-0/voice.json",
        "voice-0/LICENCE.md",
    ] {
        assert!(listed.contains(name), "{name}: {listed}");
    }
}

#[test]
fn a_bundle_is_taken_wherever_a_routine_is() {
    let bundle = bundled("bells.json", with_clips);
    let run = |args: &str| earcoach(args).file("b.earcoach", &bundle).run().exits(0);
    assert!(run("show b.earcoach").text().starts_with("Bells  "));
    assert_eq!(run("check --strict b.earcoach").text(), "b.earcoach: ok\n");
    let named = run("export b.earcoach");
    assert_eq!(named.files(), ["b.earcoach", "bells.wav"]);
    let listed =
        earcoach("list").own("config/earcoach/routines/evening.earcoach", &bundle).run().exits(0);
    assert!(
        listed.text().lines().any(|line| line.starts_with("evening ") && line.contains("Bells")),
        "{}",
        listed.text()
    );
}

#[test]
fn a_bundle_keeps_the_words_and_the_voice_that_were_filled_in() {
    let routine = r#"{ "steps": [{ "say": "Touch your toes." }, { "hold": "9s" }] }"#;
    let words = r#"{ "language": "de", "words": { "Touch your toes.": "Berühre die Zehen." } }"#;
    let program = earcoach("voice fill my.json --voice oma --language de --tts espeak-ng");
    let filled = program.file("my.json", routine).file("my.de.json", words).run().exits(0);
    let bundled =
        earcoach("bundle my.json --voice oma -o b.earcoach").within(filled).run().exits(0);
    let bundle = fs::read(bundled.path("b.earcoach")).unwrap();
    let own = earcoach("export my.json --voice oma -o own.wav").within(bundled).run().exits(0);
    let own = fs::read(own.path("own.wav")).unwrap();
    // Where nobody has that voice.
    let other = exported("b.earcoach", |program| program.file("b.earcoach", &bundle));
    assert!(own == other, "the files differ");
    let shown = earcoach("show b.earcoach").file("b.earcoach", &bundle).run().exits(0);
    assert!(shown.text().contains("Berühre die Zehen."), "{}", shown.text());
}

#[test]
fn a_bundle_with_a_voice_that_stands_in_says_the_same() {
    let routine = r#"{ "steps": [{ "say": "Touch your toes." }, { "say": "Well done." }] }"#;
    let program = earcoach("voice fill my.json --voice me --language en --tts espeak-ng");
    let me =
        program.file("my.json", r#"{ "steps": [{ "say": "Touch your toes." }] }"#).run().exits(0);
    let options = "--voice me --fall-back heart";
    let ran = earcoach(&format!("bundle my.json {options} -o b.earcoach"))
        .within(me)
        .file("my.json", routine)
        .run()
        .exits(0);
    let bundle = fs::read(ran.path("b.earcoach")).unwrap();
    let own = earcoach(&format!("export my.json {options} -o own.wav")).within(ran).run().exits(0);
    let other = exported("b.earcoach", |program| program.file("b.earcoach", &bundle));
    assert!(fs::read(own.path("own.wav")).unwrap() == other, "the files differ");
}

#[test]
fn nothing_is_replaced_and_nothing_half_written() {
    let ran = earcoach("bundle -o b.earcoach").file("b.earcoach", "mine").run().exits(1);
    assert_eq!(fs::read(ran.path("b.earcoach")).unwrap(), b"mine");
    let ran = earcoach("bundle my.json")
        .file("my.json", r#"{ "steps": [{ "say": "Touch your toes." }] }"#)
        .run()
        .exits(3);
    assert_eq!(ran.files(), ["my.json"]);
    let ran = earcoach("bundle my.json")
        .file("my.json", r#"{ "steps": [{ "clip": "none.wav" }] }"#)
        .run()
        .exits(3);
    assert_eq!(ran.files(), ["my.json"]);
    let bundle = bundled("", |program| program);
    let ran = earcoach("bundle b.earcoach -o c.earcoach").file("b.earcoach", bundle).run().exits(2);
    assert_eq!(ran.stderr, "error: `b.earcoach` is a bundle already\n");
}

/// Rewrites a bundle with Python's zipfile: `edit` sees `files`, names with their bytes, and `listed`,
/// what bundle.json says, which is written last.
const EDIT: &str = "
import hashlib, json, sys, zipfile
source, target, edit = sys.argv[1:]
with zipfile.ZipFile(source) as z:
    files = {name: z.read(name) for name in z.namelist()}
listed = json.loads(files.pop('bundle.json'))
def sums():
    listed['files'] = [{'name': n, 'bytes': len(b), 'md5': hashlib.md5(b).hexdigest()} for n, b in files.items()]
exec(edit)
with zipfile.ZipFile(target, 'w') as z:
    for name, data in files.items():
        z.writestr(name, data)
    z.writestr('bundle.json', json.dumps(listed))
";

fn edited(bundle: &[u8], edit: &str) -> Ran {
    let program = earcoach("export b.earcoach -o out.wav").file("a.earcoach", bundle);
    let at = |name: &str| program.folder.path().join(name).to_str().unwrap().to_string();
    tool("python3", &["-c", EDIT, &at("a.earcoach"), &at("b.earcoach"), edit]);
    program.run()
}

#[test]
fn a_bundle_that_was_tampered_with_is_refused_by_name() {
    let bundle = bundled("bells.json", with_clips);
    for (edit, expected) in [
        ("files['routine.json'] += b' '", "`routine.json` is not what bundle.json says of it"),
        (
            "del files['clips/own/bell.wav']",
            "`clips/own/bell.wav`: it cannot be read: there is no such file",
        ),
        ("files['other.txt'] = b'x'", "`other.txt` is not in bundle.json"),
        ("listed['schema'] = 2", "`schema` is 2, this program reads 1"),
        ("listed['name'] = '../evil'", "`name` is no name for a file"),
        ("listed['name'] = '-rf'", "`name` is no name for a file"),
        ("listed['packs'] = 0", "there are 1 to 16 packs in a bundle"),
        ("listed['packs'] = 9", "voice.json"),
        ("listed['more'] = 1", "bundle.json is not valid: unknown field `more`"),
        ("files['../evil.txt'] = b'x'; sums()", "`../evil.txt` is no name"),
        (
            "files['voice-0/voice.json'] = b'{}'; sums()",
            "voice pack `bells`: the manifest has no `name`",
        ),
        ("files['routine.json'] = b'{'; sums()", "the text ends too early"),
        ("files['clips/own/bell.wav'] = b'no sound'; sums()", "it is no audio that can be read"),
        (
            "files['routine.json'] = files['routine.json'].replace(b'./own', b'../own'); sums()",
            "it lies outside the routine's folder",
        ),
    ] {
        let ran = edited(&bundle, edit);
        assert_eq!(ran.code, 3, "{edit}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{edit}: {}", ran.stderr);
        assert_eq!(ran.files(), ["a.earcoach", "b.earcoach"], "{edit}");
    }
}

#[test]
fn what_only_looks_like_a_bundle_is_refused() {
    let bundle = bundled("bells.json", with_clips);
    for (bytes, expected) in [
        (&b"PK\x03\x04 and no more"[..], "bundle `b.earcoach`: "),
        (&bundle[..bundle.len() / 2], "bundle `b.earcoach`: "),
        (&b"neither"[..], "b.earcoach"),
        (&b""[..], "b.earcoach"),
    ] {
        let ran = earcoach("export b.earcoach").file("b.earcoach", bytes).run().exits(3);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
        assert_eq!(ran.files(), ["b.earcoach"]);
    }
}
