//! `earcoach check`: every bad routine gets its whole answer.

use std::fs;
use std::path::PathBuf;

use crate::support::{EVERYTHING, current, earcoach, repository, tool};

/// Each `tests/bad/NAME.json` is refused with the text in `NAME.txt` beside it; where the name
/// begins with `warning-`, by `--strict`. A folder `NAME` lies beside it when it is checked.
/// With `BLESS=1` in the environment the texts are written anew, to be read and committed.
#[test]
fn every_bad_routine_is_refused_with_its_whole_answer() {
    let folder = repository().join("tests/bad");
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let routines: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
    assert!(routines.len() >= 98, "{} bad routines", routines.len());
    for routine in routines {
        let name = routine.file_name().unwrap().to_str().unwrap();
        let strict = if name.starts_with("warning-") { "--strict" } else { "" };
        let program = earcoach(&format!("check {strict} {name}"));
        let program = program.file(name, fs::read(&routine).unwrap());
        let ran = program.folder(&routine.with_extension("")).run();
        let answer = routine.with_extension("txt");
        let expected = current(&answer, &ran.stderr);
        assert_eq!((ran.code, ran.stderr.as_str()), (3, expected.as_str()), "{name}");
        assert_eq!(ran.text(), "");
    }
}

#[test]
fn the_json_names_every_problem_with_its_place() {
    let bad = "{\n  \"steps\": [ { \"hold\": { \"fro\": \"60s\" } } ]\n}\n";
    let ran = earcoach("check --json bad.json good.json")
        .file("bad.json", bad)
        .file("good.json", EVERYTHING)
        .run()
        .exits(3);
    let expected = serde_json::json!({ "files": [
        { "file": "bad.json", "ok": false, "problems": [{
            "severity": "error", "code": "unknown-field",
            "message": "unknown field `fro` in `hold`", "help": "did you mean `for`?",
            "path": "steps[0].hold.fro", "line": 2, "column": 26,
        }] },
        { "file": "good.json", "ok": true, "problems": [] },
    ] });
    assert_eq!(ran.json(), expected);
}

#[test]
fn what_is_given_twice_is_shown_at_both_places() {
    let twice = "{\n  \"steps\": [ { \"hold\": { \"for\": 5 } } ],\n  \"steps\": []\n}\n";
    let ran = earcoach("check --json twice.json").file("twice.json", twice).run().exits(3);
    let expected = serde_json::json!([{
        "severity": "error", "code": "duplicate-field",
        "message": "`steps` is given twice in the routine", "help": "keep the one that is meant",
        "path": "steps", "line": 3, "column": 3,
        "related": [{ "message": "first given here", "line": 2, "column": 3 }],
    }]);
    assert_eq!(ran.json()["files"][0]["problems"], expected);
}

#[test]
fn a_value_that_does_not_fit_is_shown_where_it_is_given_too() {
    let routine =
        "{\n  \"params\": { \"hold\": \"soon\" },\n  \"steps\": [{ \"hold\": \"$hold\" }]\n}\n";
    let ran = earcoach("check --json -").stdin(routine).run().exits(3);
    let problem = &ran.json()["files"][0]["problems"][0];
    assert_eq!((&problem["code"], &problem["line"]), (&"bad-duration".into(), &3.into()));
    let related =
        serde_json::json!([{ "message": "its value comes from here", "line": 2, "column": 23 }]);
    assert_eq!(problem["related"], related);
}

#[test]
fn words_of_a_block_are_shown_where_they_are_given_if_there_is_one_such_place() {
    let routine = |other: &str| {
        format!(
            "{{\"blocks\": {{\"b\": {{\"params\": {{\"w\": {{}}}}, \"steps\": [{{\"say\": \"$w\"}}]}}}},\n\"steps\": [\n\
             {{\"use\": {{\"block\": \"b\", \"with\": {{\"w\": \"Lean over.\"}}}}}}{other}]}}"
        )
    };
    let related = |other: &str| {
        let ran = earcoach("check --json -").stdin(routine(other)).run().exits(3);
        let problem = &ran.json()["files"][0]["problems"][0];
        assert_eq!((&problem["code"], &problem["line"]), (&"missing-words".into(), &1.into()));
        problem["related"][0]["line"].clone()
    };
    assert_eq!(related(""), 3);
    let twice = ",\n{\"use\": {\"block\": \"b\", \"with\": {\"w\": \"Well done.\"}}}";
    assert_eq!(related(twice), serde_json::Value::Null);
}

#[test]
fn a_clip_that_is_cut_short_or_reached_by_a_link_is_refused() {
    let sound = "sine=440:duration=1:sample_rate=8000";
    for (ending, options) in [("flac", ""), ("wav", ""), ("ogg", "-c:a libvorbis")] {
        let program = earcoach("check --json clip.json");
        let file = program.folder.path().join(format!("whole.{ending}"));
        let mut arguments = vec!["-v", "error", "-f", "lavfi", "-i", sound];
        arguments.extend(options.split_whitespace());
        arguments.push(file.to_str().unwrap());
        let _ = tool("ffmpeg", &arguments);
        let whole = fs::read(&file).unwrap();
        let routine = format!(r#"{{"steps": [{{"clip": "cut.{ending}"}}]}}"#);
        let program = program.file("clip.json", routine);
        let ran = program.file(&format!("cut.{ending}"), &whole[..whole.len() / 2]).run().exits(3);
        assert_eq!(ran.json()["files"][0]["problems"][0]["code"], "bad-clip", "{ending}");
    }
    #[cfg(unix)]
    {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.wav"), "").unwrap();
        let program = earcoach("check --json clip.json");
        let link = program.folder.path().join("link.wav");
        std::os::unix::fs::symlink(outside.path().join("secret.wav"), link).unwrap();
        let ran = program.file("clip.json", r#"{"steps": [{"clip": "link.wav"}]}"#).run().exits(3);
        assert_eq!(ran.json()["files"][0]["problems"][0]["code"], "clip-outside");
    }
}

#[test]
fn names_and_blocks_that_would_explode_are_refused_at_once() {
    let pool = vec![r#""Well done.""#; 50_000].join(",");
    let uses = vec![r#"{"use":"b"}"#; 50_000].join(",");
    let long = "Well done. ".repeat(90);
    let many: Vec<String> = (0..200_000).map(|number| format!("\"p{number}\":1")).collect();
    for (routine, code) in [
        (
            format!(r#"{{"blocks": {{"b": [{{"say": [{pool}]}}]}}, "steps": [{uses}]}}"#),
            "too-large",
        ),
        (
            format!(
                r#"{{"params": {{"w": "{long}"}}, "steps": [{{"say": "{}"}}]}}"#,
                "{w}".repeat(100_000)
            ),
            "too-large",
        ),
        (format!(r#"{{"params": {{{}}}, "steps": [{{"hold": 5}}]}}"#, many.join(",")), "too-large"),
        (
            format!(
                r#"{{"params": {{"w": "{}"}}, "steps": [{{"say": "{{w}}"}}]}}"#,
                "x".repeat(9_000_000)
            ),
            "out-of-range",
        ),
    ] {
        let ran = earcoach("check --json -").stdin(routine).run().exits(3);
        assert_eq!(ran.json()["files"][0]["problems"][0]["code"], code);
    }
}

#[test]
fn good_routines_are_called_ok() {
    let ran = earcoach("check calf-cramp -").stdin(EVERYTHING).run().exits(0);
    assert_eq!(ran.text(), "calf-cramp.json (built in): ok\nstandard input: ok\n");
}

#[test]
fn what_is_no_text_is_refused() {
    let ran = earcoach("check a.json").file("a.json", b"{\"title\": \"\n\xff\"}").run().exits(3);
    assert_eq!(
        ran.stderr,
        "error[not-utf8]: this is no UTF-8 text: byte 12 does not belong\n --> a.json:2:1\n  |\n2 | \u{fffd}\"}\n  | ^\n  |\n  \
         = help: a routine is a JSON text file, in UTF-8\n\n"
    );
}

#[test]
fn a_hundred_megabytes_of_brackets_are_refused_at_once() {
    let ran = earcoach("check -").stdin(vec![b'['; 100_000_000]).run().exits(3);
    assert!(ran.stderr.starts_with("error[too-large]"), "{}", ran.stderr);
    let ran = earcoach("check -").stdin(vec![b'['; 15_000_000]).run().exits(3);
    assert!(ran.stderr.starts_with("error[syntax]"), "{}", ran.stderr);
}

#[test]
fn what_an_open_step_says_only_live_is_checked_too() {
    let routine =
        r#"{"steps": [{"wait": {"for": "5s", "remind": "5s", "reminder": "Touch your toes."}}]}"#;
    let ran = earcoach("check -").stdin(routine).run().exits(3);
    assert!(ran.stderr.contains("no clip for “touch your toes”"), "{}", ran.stderr);
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    let _ = earcoach("check -").stdin(format!("\u{feff}{EVERYTHING}")).run().exits(0);
}

#[test]
fn a_million_mistakes_get_a_short_answer() {
    let steps = vec![r#"{"hlod": 1}"#; 200_000].join(",");
    let ran = earcoach("check -").stdin(format!("{{\"steps\": [{steps}]}}")).run().exits(3);
    assert!(ran.stderr.ends_with("and 199900 more problems\n\n"), "{}", ran.stderr.len());
    assert!(ran.stderr.len() < 100_000);
}

#[test]
fn each_file_gets_its_answer_even_when_another_cannot_be_read() {
    let ran = earcoach("check --json nowhere.json calf-cramp").run().exits(3);
    let answer = ran.json();
    assert_eq!(answer["files"][0]["problems"][0]["code"], "unreadable");
    assert_eq!(answer["files"][1]["ok"], true);
}

#[test]
fn a_routine_that_names_an_unknown_voice_is_told_where() {
    let routine = r#"{"voice": "../voices", "steps": [{"hold": 5}]}"#;
    let ran = earcoach("check --json -").stdin(routine).run().exits(3);
    let problem = &ran.json()["files"][0]["problems"][0];
    assert_eq!((&problem["code"], &problem["column"]), (&"unknown-voice".into(), &11.into()));
}

#[test]
fn words_that_only_one_side_needs_are_missed_too() {
    let routine = r#"{"side_word": "cramped", "steps": [{"say": "Put both hands around your {side} calf."},
                      {"say": "Do not stretch your {side} leg yet."}]}"#;
    let _ = earcoach("check -").stdin(routine).run().exits(0);
    let ran = earcoach("check -").stdin(routine.replace("leg yet", "arm")).run().exits(3);
    assert!(ran.stderr.contains("no clip for"), "{}", ran.stderr);
}

#[test]
fn shapes_that_would_explode_are_refused_at_once() {
    let sides = |levels| {
        let (open, close) = (r#"{"sides": {"say": "", "steps": ["#, "]}}");
        format!(r#"{{"steps": [{}{{"say": ""}}{}]}}"#, open.repeat(levels), close.repeat(levels))
    };
    for (routine, code) in [
        (sides(40), "too-many-cues"),
        (r#"{"steps": [{"breathe": {"for": "24h", "in": "1ms", "out": "1ms"}}]}"#.into(), "too-many-cues"),
        (
            r#"{"steps": [{"repeat": {"times": 1000000, "steps": [{"rest": {"for": "10ms", "say": "",
               "announce": ["1m", "2m", "3m"]}}]}}]}"#.into(),
            "out-of-range",
        ),
        (format!(r#"{{"steps": [{{"say": "{}"}}]}}"#, ".".repeat(1001)), "out-of-range"),
        (format!(r#"{{"steps": [{{"hold": {{"for": 5, "name": "{}"}}}}]}}"#, "x".repeat(81)), "out-of-range"),
    ] {
        let ran = earcoach("check --json -").stdin(routine).run().exits(3);
        assert_eq!(ran.json()["files"][0]["problems"][0]["code"], code);
    }
}

#[test]
fn one_run_finds_what_is_wrong_with_the_shape_and_with_the_words() {
    let routine = r#"{"titel": "x", "steps": [{"say": "Touch your toes."}, {"say": "Touch your toes."},
        {"deepen": {"say": "Lean over.", "each": ["Lower.", "Lowest."]}}, {"hold": "0s"}]}"#;
    let ran = earcoach("check --json -").stdin(routine).run().exits(3);
    let answer = ran.json();
    let problems = answer["files"][0]["problems"].as_array().unwrap().iter();
    let codes: Vec<&str> = problems.map(|problem| problem["code"].as_str().unwrap()).collect();
    let words = ["missing-words"; 5];
    assert_eq!(codes, [&["unknown-field"], &words[..], &["bad-duration"]].concat());
}

#[test]
fn a_stretch_before_the_squeezes_is_a_warning_that_strict_makes_an_error() {
    let routine = r#"{"kind": "cramp", "steps": [{"hold": "60s"}]}"#;
    let ran = earcoach("check -").stdin(routine).run().exits(0);
    assert!(ran.stderr.starts_with("warning[stretch-too-early]"), "{}", ran.stderr);
    let ran = earcoach("check --strict --json -").stdin(routine).run().exits(3);
    assert_eq!(ran.json()["files"][0]["ok"], false);
    let _ = earcoach("check --strict calf-cramp").run().exits(0);
}

#[test]
fn the_coach_counts_its_own_number_of_seconds_by_ticks_when_asked() {
    let routine = r#"{"steps": [{"hold": {"for": "20s", "count_with": "tick"}}]}"#;
    let shown = earcoach("show - --json").stdin(routine).run().exits(0).json();
    let ticks = shown["cues"].as_array().unwrap().iter().filter(|cue| cue["tone"] == "tick");
    assert_eq!(ticks.count(), 3);
}
