//! `earcoach verify`: files that went through editors and encoders, by ffmpeg's and sox's hands.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{EVERYTHING, Program, Ran, earcoach, tool, wav};

/// A routine of words, tones and a countdown, 20 seconds long.
const SHORT: &str = r#"{ "title": "Short", "steps": [
    { "squeeze": "5s" },
    { "release": { "for": "6s", "count": 3, "count_with": "tick" } },
    { "say": "Well done." },
    { "tone": "finish" }
] }"#;

/// A folder with `routine` in it and its export, `a.wav`.
fn exported(routine: &str, options: &str) -> Ran {
    let program = earcoach(&format!("export r.json -q -o a.wav {options}"));
    program.file("r.json", routine).run().exits(0)
}

/// Verifies a file in the folder of another run.
fn verify(folder: &Ran, arguments: &str) -> Ran {
    in_folder(folder, &format!("verify {arguments}"))
}

fn in_folder(folder: &Ran, arguments: &str) -> Ran {
    let mut program: Program = earcoach(arguments);
    for name in folder.files() {
        program = program.file(&name, std::fs::read(folder.path(&name)).unwrap());
    }
    program.run()
}

/// Runs a tool on `a.wav` in the folder, which writes another file there.
fn edit(folder: &Ran, name: &str, arguments: &str) {
    let is_file = |argument: &str| {
        ["wav", "flac", "ogg", "mp3"].iter().any(|ending| argument.ends_with(&format!(".{ending}")))
    };
    let path = |argument: &str| {
        if is_file(argument) {
            folder.path(argument).to_str().unwrap().into()
        } else {
            argument.to_string()
        }
    };
    let arguments: Vec<String> = arguments.split_whitespace().map(path).collect();
    tool(name, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
}

/// By how many frames each cue is off; `None` is missing.
fn offs(document: &Value) -> Vec<Option<i64>> {
    document["cues"].as_array().unwrap().iter().map(|cue| cue["off"].as_i64()).collect()
}

fn samples(file: &Path) -> Vec<i16> {
    let mut reader = hound::WavReader::open(file).unwrap();
    reader.samples::<i16>().map(Result::unwrap).collect()
}

/// Where the cue that says `text` begins and ends.
fn cue(document: &Value, text: &str) -> (usize, usize) {
    let cues = document["cues"].as_array().unwrap();
    let cue = cues.iter().find(|cue| cue["text"] == text || cue["tone"] == text).unwrap();
    let (at, frames) = (cue["at"].as_u64().unwrap(), cue["frames"].as_u64().unwrap());
    (at as usize, (at + frames) as usize)
}

#[test]
fn our_own_file_has_every_cue_on_its_very_frame() {
    let with_ears = EVERYTHING.replace(
        r#"{ "tone": "finish" }"#,
        r#"{ "say": { "text": "Great.", "side": "left", "ear": "side" } },
           { "breathe": { "times": 2, "in": "3s", "out": "3s", "guide": true } },
           { "tone": "finish" }"#,
    );
    for (format, options) in [
        ("", ""),
        ("--rate 44100 --bits 24", "--side left --limit 3"),
        ("--rate 8000 --channels 1", "--guard always"),
    ] {
        let folder = exported(&with_ears, &format!("{format} {options}"));
        let demand = format!("a.wav r.json --json --tolerance 0s {options}");
        let ran = verify(&folder, &demand).exits(0);
        let document = ran.json();
        let cues = offs(&document);
        let shown = in_folder(&folder, &format!("show r.json --json {options}")).exits(0).json();
        assert_eq!(cues.len(), shown["cues"].as_array().unwrap().len());
        assert_eq!(cues, vec![Some(0); cues.len()], "{format} {options}");
        assert_eq!(document["shift"], json!({ "frames": 0, "ms": 0.0 }));
    }
}

#[test]
fn the_answer_for_programs_names_what_show_names() {
    let folder = exported(SHORT, "");
    let mut document = verify(&folder, "a.wav r.json --json").exits(0).json();
    let shown = in_folder(&folder, "show r.json --json").exits(0).json();
    let cues = document["cues"].take();
    for (cue, shown) in cues.as_array().unwrap().iter().zip(shown["cues"].as_array().unwrap()) {
        let mut expected = shown.clone();
        let expected = expected.as_object_mut().unwrap();
        expected.remove("frames");
        let found =
            json!({ "found": shown["at"], "off": 0, "off_ms": 0.0, "match": 1.0, "ok": true });
        expected.extend(found.as_object().unwrap().clone());
        assert_eq!(cue.as_object().unwrap(), expected);
    }
    let (lufs, dbtp) = (document["lufs"].take(), document["dbtp"].take());
    assert!(lufs.is_f64() && dbtp.is_f64(), "{lufs} {dbtp}");
    let expected = json!({
        "file": "a.wav", "routine": "r", "rate": 48_000, "frames": shown["frames"], "ok": true,
        "tolerance_ms": 5, "shift": { "frames": 0, "ms": 0.0 }, "drift_ppm": null, "lufs": null,
        "dbtp": null, "missing": 0, "cues": null,
    });
    assert_eq!(document, expected);
}

#[test]
fn people_get_a_line_for_each_cue_and_what_it_comes_to() {
    let folder = exported(SHORT, "");
    let ran = verify(&folder, "a.wav r.json").exits(0);
    let lines: Vec<&str> = ran.text().lines().collect();
    assert!(lines[1].ends_with("+0      +0.0   100%"), "{}", lines[1]);
    let last = lines[lines.len() - 1];
    assert!(last.contains(" cues, all in place (worst 0 frames); -"), "{last}");
    assert_eq!(verify(&folder, "a.wav r.json --quiet").exits(0).text(), "");
}

#[test]
fn silence_before_all_is_a_shift_which_is_let_be_only_if_asked() {
    let folder = exported(SHORT, "");
    edit(&folder, "sox", "a.wav b.wav pad 1234s");
    let ran = verify(&folder, "b.wav r.json --json").exits(1);
    let document = ran.json();
    assert!(offs(&document).iter().all(|off| *off == Some(1234)), "{document}");
    assert_eq!(document["shift"], json!({ "frames": 1234, "ms": 25.708 }));
    assert!(ran.stderr.contains("--shift"), "{}", ran.stderr);
    let ran = verify(&folder, "b.wav r.json --shift").exits(0);
    assert!(ran.text().ends_with("\nfrom 0:00.700 on they lie 1234 frames, 25.7 ms late\n"));
    let _ = verify(&folder, "b.wav r.json --tolerance 26ms").exits(0);
    edit(&folder, "sox", "a.wav late.wav pad 7.5");
    let document = verify(&folder, "late.wav r.json --json").exits(1).json();
    assert!(offs(&document).iter().all(|off| *off == Some(360_000)), "{document}");
}

#[test]
fn a_word_that_was_moved_and_one_that_was_taken_out_are_told() {
    let folder = exported(SHORT, "");
    let before = in_folder(&folder, "show r.json --json").exits(0).json();
    let mut edited = samples(&folder.path("a.wav"));
    let (at, end) = cue(&before, "Well done.");
    let words = edited[at..end].to_vec();
    edited[at..end].fill(0);
    edited[at + 1776..end + 1776].copy_from_slice(&words);
    let (at, end) = cue(&before, "tick");
    edited[at..end].fill(0);
    std::fs::write(folder.path("b.wav"), wav(48_000, &edited)).unwrap();
    let document = verify(&folder, "b.wav r.json --json").exits(1).json();
    let cues = document["cues"].as_array().unwrap();
    let wrong: Vec<_> = cues.iter().filter(|cue| cue["ok"] == false).collect();
    assert_eq!(wrong.len(), 2);
    assert_eq!((&wrong[0]["tone"], &wrong[0]["found"]), (&json!("tick"), &Value::Null));
    assert_eq!((&wrong[1]["text"], &wrong[1]["off"]), (&json!("Well done."), &json!(1776)));
    assert_eq!((&document["missing"], &document["ok"]), (&json!(1), &json!(false)));
    let ran = verify(&folder, "b.wav r.json --quiet").exits(1);
    assert_eq!(ran.text().lines().count(), 3, "{}", ran.text());
}

#[test]
fn silence_that_was_inserted_shifts_what_follows() {
    let folder = exported(EVERYTHING, "");
    edit(&folder, "sox", "a.wav b.wav pad 3@40");
    let document = verify(&folder, "b.wav r.json --json").exits(1).json();
    let cues = document["cues"].as_array().unwrap();
    let late = |cue: &Value| if cue["at"].as_u64() < Some(40 * 48_000) { 0 } else { 3 * 48_000 };
    let expected: Vec<_> = cues.iter().map(|cue| Some(late(cue))).collect();
    assert_eq!(offs(&document), expected);
    let ran = verify(&folder, "b.wav r.json").exits(1);
    let told = ran.text().lines().last().unwrap();
    assert!(told.ends_with(" on they lie 144000 frames, 3000.0 ms late"), "{told}");
}

/// Every file is the same export after something that should not matter.
#[test]
fn loudness_formats_noise_and_encoders_move_nothing() {
    let folder = exported(SHORT, "");
    edit(&folder, "sox", "-v 0.5 a.wav half.wav");
    edit(&folder, "sox", "a.wav -r 44100 rate.wav");
    edit(&folder, "sox", "-R a.wav -b 8 eight.wav");
    edit(&folder, "sox", "a.wav -b 32 thirty-two.wav");
    edit(&folder, "ffmpeg", "-v error -i a.wav -c:a pcm_f64le float.wav");
    edit(&folder, "ffmpeg", "-v error -i a.wav -rf64 always rf64.wav");
    edit(&folder, "ffmpeg", "-v error -i a.wav -ac 6 six.wav");
    edit(&folder, "ffmpeg", "-v error -i a.wav a.flac");
    edit(&folder, "ffmpeg", "-v error -i a.wav -ac 2 -c:a libvorbis a.ogg");
    edit(&folder, "ffmpeg", "-v error -i a.wav -b:a 64k a.mp3");
    let noise = "anoisesrc=a=0.03:c=pink:seed=7[n];[0][n]amix=duration=first:normalize=0";
    edit(&folder, "ffmpeg", &format!("-v error -i a.wav -filter_complex {noise} noise.wav"));
    let files = folder.files();
    for file in files.iter().filter(|file| *file != "r.json") {
        let document = verify(&folder, &format!("{file} r.json --json --tolerance 1ms")).json();
        assert_eq!(document["ok"], true, "{file}: {document}");
    }
    assert_eq!(files.len(), 13);
}

#[test]
fn a_file_that_runs_too_fast_is_known_by_its_speed() {
    let ran = earcoach("export calf-cramp -q -o a.wav").run().exits(0);
    edit(&ran, "sox", "a.wav fast.wav speed 1.001");
    let document = verify(&ran, "fast.wav --json").exits(1).json();
    let drift = document["drift_ppm"].as_f64().unwrap();
    assert!((drift + 999.0).abs() < 5.0, "{drift}");
    let told = verify(&ran, "fast.wav").exits(1);
    assert!(told.text().ends_with("\nthe file runs 0.100 % too fast\n"), "{}", told.text());
}

/// What ffmpeg measures of a file: LUFS and dBTP, mono being heard with both ears.
fn measured(file: &Path) -> (f64, f64) {
    let filter = "ebur128=peak=true:dualmono=true";
    let file = file.to_str().unwrap();
    let (_, said) = tool("ffmpeg", &["-hide_banner", "-i", file, "-af", filter, "-f", "null", "-"]);
    let after = |label: &str| {
        let (_, rest) = said.rsplit_once(label).unwrap();
        rest.split_whitespace().next().unwrap().parse::<f64>().unwrap()
    };
    (after("I:"), after("Peak:"))
}

#[test]
fn loudness_and_true_peak_are_those_that_ffmpeg_measures() {
    let folder = exported(EVERYTHING, "");
    edit(&folder, "sox", "-v 0.4 a.wav -r 44100 b.wav");
    edit(&folder, "ffmpeg", "-v error -i a.wav -ac 6 six.wav");
    edit(&folder, "ffmpeg", "-v error -i a.wav -b:a 48k low.mp3");
    for file in ["a.wav", "b.wav", "six.wav", "low.mp3"] {
        let (lufs, dbtp) = measured(&folder.path(file));
        let document = verify(&folder, &format!("{file} r.json --json")).exits(0).json();
        let own = |name: &str| document[name].as_f64().unwrap();
        assert!((own("lufs") - lufs).abs() <= 0.2, "{file}: {} and {lufs}", own("lufs"));
        assert!((own("dbtp") - dbtp).abs() <= 0.2, "{file}: {} and {dbtp}", own("dbtp"));
    }
}

#[test]
fn what_was_heard_live_is_verified_with_its_take() {
    let folder = exported(SHORT, "");
    let take = r#"{ "earcoach": 1, "routine": "r", "options": {}, "timeline": "no",
        "frames": 9, "open": [], "moves": [] }"#;
    std::fs::write(folder.path("take.json"), take).unwrap();
    let ran = verify(&folder, "a.wav r.json --take take.json").exits(2);
    assert!(ran.stderr.contains("is a take of another timeline"), "{}", ran.stderr);
}

#[test]
fn a_file_of_another_routine_is_told_in_one_sentence() {
    let folder = earcoach("export calf-cramp -q -o a.wav").run().exits(0);
    let ran = verify(&folder, "a.wav run-walk").exits(1);
    assert!(ran.text().starts_with("`a.wav` is not of `run-walk`: of 204 cues "), "{}", ran.text());
    assert_eq!(ran.text().lines().count(), 1);
    assert!(ran.stderr.contains("name the routine"), "{}", ran.stderr);
}

#[test]
fn a_file_that_ends_too_soon_has_the_cues_that_it_has() {
    let folder = exported(SHORT, "");
    let bytes = std::fs::read(folder.path("a.wav")).unwrap();
    std::fs::write(folder.path("cut.wav"), &bytes[..44 + 2 * 48_000 * 8]).unwrap();
    let ran = verify(&folder, "cut.wav r.json --json").exits(1);
    let cues = offs(&ran.json());
    let found = cues.iter().take_while(|off| **off == Some(0)).count();
    assert!(found > 3 && cues[found + 1..].iter().all(Option::is_none), "{cues:?}");
    assert!(ran.stderr.contains("ends at 0:08"), "{}", ran.stderr);
    let shorter = wav(48_000, &samples(&folder.path("a.wav"))[..48_000 * 8]);
    std::fs::write(folder.path("cut.wav"), shorter).unwrap();
    let ran = verify(&folder, "cut.wav r.json").exits(1);
    assert!(
        ran.stderr.contains("note: the file ends at 0:08, the routine lasts"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_is_no_audio_is_refused_with_its_reason() {
    let floats = |value: f32| {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 48_000,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut out = std::io::Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut out, spec).unwrap();
        (0..5000).for_each(|_| writer.write_sample(value).unwrap());
        writer.finalize().unwrap();
        out.into_inner()
    };
    let cases: [(Vec<u8>, &str); 7] = [
        (Vec::new(), "it is no audio that can be read"),
        (b"hello".to_vec(), "it is no audio that can be read"),
        (wav(48_000, &[0; 50])[..30].to_vec(), "it is no audio that can be read"),
        (wav(48_000, &[]), "it holds no audio"),
        (wav(100, &[0; 50]), "it has 100 frames a second, not 8000 to 192000"),
        (floats(f32::NAN), "it has a sample of NaN, which is no sound"),
        (floats(f32::INFINITY), "it has a sample of inf, which is no sound"),
    ];
    for (bytes, reason) in cases {
        let ran = earcoach("verify a.wav").file("a.wav", bytes).run().exits(3);
        assert_eq!((ran.text(), ran.stderr.lines().count()), ("", 1));
        assert!(ran.stderr.starts_with(&format!("error: `a.wav`: {reason}")), "{}", ran.stderr);
    }
}

#[test]
fn what_cannot_be_verified_is_wrong_usage() {
    let usage = |arguments: &str, message: &str| {
        let file = wav(44_100, &[0; 50]);
        let ran = earcoach(arguments).file("a.wav", file).run().exits(2);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    };
    usage("verify none.wav", "there is no file `none.wav`");
    usage("verify .", "`.` is a folder; name a file in it");
    usage("verify /dev/null", "`/dev/null` is no ordinary file; `-` reads from standard input");
    usage("verify - -", "cannot both come from standard input");
    usage("verify a.wav --rate 48000", "`a.wav` has 44100 frames a second; leave --rate out");
    usage("verify a.wav --tolerance 5", "it needs numbers with the units");
    usage("verify", "<FILE>");
}

#[test]
fn a_file_may_come_from_standard_input() {
    let folder = exported(SHORT, "");
    edit(&folder, "ffmpeg", "-v error -i a.wav -rf64 always rf64.wav");
    for name in ["a.wav", "rf64.wav"] {
        let bytes = std::fs::read(folder.path(name)).unwrap();
        let program = earcoach("verify - r.json --json").file("r.json", SHORT).stdin(bytes);
        let document = program.run().exits(0).json();
        assert_eq!(document["file"], "-");
    }
}

#[test]
fn cues_are_found_under_music_and_in_our_own_opus() {
    let music: Vec<i16> = (0..480_000i32)
        .map(|i| ((f64::from(i) * 0.03).sin() * (f64::from(i) * 0.0007).sin() * 20_000.0) as i16)
        .collect();
    let program = earcoach("export r.json -q -o a.wav --music music.wav");
    let program = program.file("r.json", SHORT).file("music.wav", wav(44_100, &music));
    let under_music = verify(&program.run().exits(0), "a.wav r.json --json").exits(0);
    assert!(offs(&under_music.json()).iter().all(|off| *off == Some(0)));
    let opus = earcoach("export r.json -q -o a.opus").file("r.json", SHORT).run().exits(0);
    let coded = verify(&opus, "a.opus r.json --json").exits(0);
    assert!(offs(&coded.json()).iter().all(|off| off.is_some_and(|off| off.abs() <= 1)));
    assert_eq!(coded.stderr, "");
}
