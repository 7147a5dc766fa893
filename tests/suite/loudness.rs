//! The loudness that an export is brought to, as ffmpeg's `ebur128` measures it.

use std::path::Path;

use crate::support::{EVERYTHING, Ran, earcoach, tool};

/// Integrated loudness in LUFS and true peak in dBTP of a file, as two ears hear it.
fn measured(file: &Path) -> (f64, f64) {
    let channels = hound::WavReader::open(file).unwrap().spec().channels;
    let filter = format!("ebur128=peak=true:dualmono={}", channels == 1);
    let file = file.to_str().unwrap();
    let (_, told) = tool("ffmpeg", &["-nostats", "-i", file, "-af", &filter, "-f", "null", "-"]);
    let figure = |name: &str| -> f64 {
        let line = told.lines().rev().find(|line| line.trim_start().starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    (figure("I:"), figure("Peak:"))
}

fn export(options: &str) -> Ran {
    earcoach(&format!("export any.json -o a.wav {options}")).file("any.json", EVERYTHING).run()
}

/// The loudness that the program told.
fn told(ran: &Ran) -> f64 {
    ran.json()["lufs"].as_f64().unwrap()
}

#[test]
fn a_programme_is_as_loud_as_was_asked_for_and_its_peaks_are_limited() {
    for options in [
        "--loudness -16",
        "--loudness -23",
        "--loudness -11",
        "--loudness -14 --channels 2 --rate 44100",
        "--loudness -14 --bits 24 --rate 16000",
        "--loudness -13 --bits 32",
    ] {
        let ran = export(&format!("{options} --json")).exits(0);
        let asked: f64 = options.split_whitespace().nth(1).unwrap().parse().unwrap();
        let (lufs, peak) = measured(&ran.path("a.wav"));
        assert!((lufs - asked).abs() <= 0.2, "{options}: {lufs} LUFS");
        assert!((told(&ran) - lufs).abs() <= 0.2, "{options}: {} told, {lufs} LUFS", told(&ran));
        assert!(peak <= -1.5, "{options}: {peak} dBTP");
    }
}

#[test]
fn without_a_wish_the_figure_told_is_the_one_that_is_measured() {
    let ran = export("--json").exits(0);
    let (lufs, peak) = measured(&ran.path("a.wav"));
    assert!((told(&ran) - lufs).abs() <= 0.2 && peak <= -1.5, "{lufs} LUFS, {peak} dBTP");
}

#[test]
fn what_is_near_enough_is_left_as_it_is_to_the_bit() {
    let plain = export("--json").exits(0);
    let near = told(&plain) + 0.45;
    let bytes = |ran: &Ran| std::fs::read(ran.path("a.wav")).unwrap();
    assert!(bytes(&export(&format!("--loudness {near:.2}")).exits(0)) == bytes(&plain));
    let far = told(&plain) + 0.6;
    assert!(bytes(&export(&format!("--loudness {far:.2}")).exits(0)) != bytes(&plain));
}

#[test]
fn music_is_part_of_what_is_brought_to_a_loudness() {
    let noise = "anoisesrc=color=pink:amplitude=0.8:seed=5:duration=20:sample_rate=44100";
    let program = earcoach("export any.json -o a.wav --loudness -14 --music noise.flac --json");
    let file = program.folder.path().join("noise.flac");
    tool("ffmpeg", &["-v", "error", "-f", "lavfi", "-i", noise, file.to_str().unwrap()]);
    let ran = program.file("any.json", EVERYTHING).run().exits(0);
    let (lufs, peak) = measured(&ran.path("a.wav"));
    assert!((lufs + 14.0).abs() <= 0.2 && (told(&ran) - lufs).abs() <= 0.2, "{lufs} LUFS");
    assert!(peak <= -1.5, "{peak} dBTP");
}

#[test]
fn silence_stays_silent() {
    let routine = r#"{ "steps": [{ "rest": { "for": "5s", "say": "", "tones": false, "announce": [], "count": 0 } }] }"#;
    let ran = earcoach("export any.json -o a.wav --guard off --loudness -16");
    let ran = ran.file("any.json", routine).run().exits(0);
    assert_eq!(ran.stderr, "wrote a.wav: 0:05, 515.93 KiB, silent\n");
}

#[test]
fn a_loudness_that_makes_no_sense_is_refused() {
    let ran = export("--loudness 3").exits(2);
    assert!(ran.stderr.contains("a loudness is a number from -60 to -5"), "{}", ran.stderr);
}
