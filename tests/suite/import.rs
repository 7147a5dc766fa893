//! `earcoach import`: what authors have already, as a routine, and nothing lost unseen.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Ran, earcoach, repository};

/// Imports a file of `tests/import/` with further arguments.
fn import(name: &str, args: &str) -> Ran {
    let fixture = fs::read(repository().join("tests/import").join(name)).unwrap();
    earcoach(&format!("import {name} {args}")).file(name, fixture).run()
}

/// A step in which nothing is heard but `words`, at its beginning.
fn at_once(words: &str, length: &str) -> Value {
    json!({ "work": {
        "name": words, "for": length, "say": "", "tones": false, "count": 0, "announce": [],
        "cues": [{ "at": 0, "say": words }],
    } })
}

/// A rest after `words`, which are its name as well.
fn rest(words: &str, length: &str) -> Value {
    json!({ "rest": {
        "name": if words.is_empty() { "Silence" } else { words },
        "for": length, "say": words, "tones": false, "count": 0, "announce": [],
    } })
}

fn routine(title: &str, steps: &[Value]) -> Value {
    json!({ "$schema": "./earcoach.schema.json", "title": title, "steps": steps })
}

#[test]
fn a_timed_script_is_said_at_its_times_and_its_notes_are_listed() {
    let ran = import("first-week.txt", "").exits(0);
    let steps = [
        rest("", "5s"),
        at_once("Welcome. Walk briskly, and let your arms swing.", "4m55s"),
        at_once("Run now, slowly enough to talk.", "1m"),
        at_once("Walk again.", "1m30s"),
        at_once("Run for the second time, and keep your shoulders low.", "1m"),
        at_once("Walk home. You did it.", "1m30s"),
        json!({ "say": "That is all for today." }),
    ];
    assert_eq!(ran.json(), routine("First week", &steps));
    let warnings = "\
warning: first-week.txt:1: `FIRST WEEK, TUESDAY` has no time, so it is not said
warning: first-week.txt:2: `Three easy runs with walks between them` has no time, so it is not said
warning: first-week.txt:10: `(softly)` is outside the quotes, so it is not said
warning: first-week.txt:11: `You did it.` begins when line 10 does: said right after it
warning: first-week.txt:14: `- Music: nothing faster than a march` has no time, so it is not said
";
    assert_eq!(ran.stderr, warnings);
}

#[test]
fn phrases_keep_every_letter_and_their_silences() {
    let ran = import("calm.txt", "").exits(0);
    let steps = [
        rest("Sit down, and close your eyes.", "4s"),
        rest("Breathe in; hold it; breathe out.", "2s500ms"),
        rest("", "10s"),
        json!({ "say": "It's over: open your eyes." }),
    ];
    assert_eq!((ran.json(), ran.stderr.as_str()), (routine("Calm", &steps), ""));
}

#[test]
fn labels_become_points_and_regions() {
    let ran = import("labels.txt", "").exits(0);
    let steps = [
        rest("", "500ms"),
        at_once("Klar?", "1s500ms"),
        at_once("Einatmen", "3s250ms"),
        at_once("Ausatmen", "3s750ms"),
        rest("", "3s"),
        at_once("Einatmen", "2s"),
        at_once("Und aus", "500ms"),
    ];
    assert_eq!(ran.json(), routine("Labels", &steps));
    let warnings = "\
warning: labels.txt:3: a range of frequencies: only times and texts of labels are carried over
warning: labels.txt:5: its end at 15s is after line 6 begins: it ends at 14s
";
    assert_eq!(ran.stderr, warnings);
}

#[test]
fn a_workout_becomes_pauses_and_exercises() {
    let ran = import("legs.yaml", "--json").exits(0);
    let pause = |length: &str, say: &str| {
        json!({ "rest": {
            "name": "Pause", "for": length, "say": say, "tones": true, "count": 5, "announce": [],
        } })
    };
    let work = |name: &str, length: &str, cues: Value| {
        json!({ "work": {
            "name": name, "for": length, "say": "", "tones": true, "count": 5, "announce": [],
            "cues": cues,
        } })
    };
    let march = json!([
        { "at": 0, "say": "Marching on the spot for 1 minute and 30 seconds" },
        { "at": "5s", "say": "Knees up" },
        { "at": "45s", "say": "Let your arms swing" },
    ]);
    let stand = json!([
        { "at": 0, "say": "Standing on one leg for 40 seconds" },
        { "at": "20s", "say": "The other leg" },
    ]);
    let heels = |length| json!([{ "at": 0, "say": format!("Heel raises for {length} seconds") }]);
    let steps = [
        json!({ "say": "4 exercises in 4 minutes and 15 seconds." }),
        pause("10s", "Get ready: Marching on the spot"),
        work("Marching on the spot", "1m30s", march),
        pause("10s", "Get ready: Heel raises"),
        work("Heel raises", "30s", heels(30)),
        pause("20s", "Get ready: Standing on one leg"),
        work("Standing on one leg", "40s", stand),
        pause("10s", "Get ready: Heel raises"),
        work("Heel raises", "45s", heels(45)),
        json!({ "tone": "finish" }),
        json!({ "say": "Done, after 3 minutes and 25 seconds of work." }),
    ];
    let left_out = [
        (2, "`tts`: the voice is chosen when the routine is played or exported"),
        (4, "`audio_format`: the format is chosen when the routine is exported"),
        (14, "the words of a pause are said before its time begins, not within it"),
        (17, "at half-time an exercise goes on: it does not stop for 4s"),
        (38, "`equipment`: it is no field of an exercise"),
    ];
    let listed = left_out.map(|(line, what)| json!({ "line": line, "what": what }));
    let told = json!({ "routine": routine("Legs", &steps), "left_out": listed });
    assert_eq!(ran.json(), told);
    let warnings =
        left_out.map(|(line, what)| format!("warning: legs.yaml:{line}: {what}\n")).concat();
    assert_eq!(ran.stderr, warnings);
}

#[test]
fn the_json_is_laid_out_as_a_person_would() {
    let ran = earcoach("import - --quiet").stdin("0:00 Walk.\n1:30 Stop.\n").run().exits(0);
    let text = r#"{
  "$schema": "./earcoach.schema.json",
  "title": "Routine",
  "steps": [
    {
      "work": {
        "name": "Walk.",
        "for": "1m30s",
        "say": "",
        "tones": false,
        "count": 0,
        "announce": [],
        "cues": [{ "at": 0, "say": "Walk." }]
      }
    },
    { "say": "Stop." }
  ]
}
"#;
    assert_eq!((ran.text(), ran.stderr.as_str()), (text, ""));
}

#[test]
fn a_file_is_written_whole_and_what_comes_next_is_told() {
    let ran = import("calm.txt", "-o calm.json").exits(0);
    assert_eq!(ran.files(), ["calm.json", "calm.txt"]);
    assert_eq!(fs::read(ran.path("calm.json")).unwrap(), import("calm.txt", "").stdout);
    let wrote = "wrote calm.json: 4 steps, 0:16 and the words; earcoach check calm.json\n";
    assert_eq!((ran.text(), ran.stderr.as_str()), ("", wrote));
    let ran = import("first-week.txt", "-o week.json").exits(0);
    let last = ran.stderr.lines().last();
    assert_eq!(last, Some("wrote week.json: 7 steps, 10:00; earcoach check week.json"));
}

#[test]
fn a_file_that_exists_is_kept_unless_forced() {
    let kept = earcoach("import - -o a.json").stdin("Go.;1").file("a.json", "mine").run().exits(1);
    assert_eq!(fs::read(kept.path("a.json")).unwrap(), b"mine");
    assert!(kept.stderr.starts_with("error: `a.json` exists already"), "{}", kept.stderr);
    let forced = earcoach("import - -q -f -o a.json").stdin("Go.;1").file("a.json", "mine").run();
    let forced = forced.exits(0);
    assert!(fs::read(forced.path("a.json")).unwrap().starts_with(b"{\n  \"$schema\""));
    assert_eq!((forced.text(), forced.stderr.as_str()), ("", ""));
}

#[test]
fn what_is_wrong_is_shown_with_its_place_and_nothing_is_written() {
    let script = "0:00 Walk.\n1:75 Run.\n-2:00 Stop.\n";
    let ran = earcoach("import a.txt -o a.json").file("a.txt", script).run().exits(3);
    let answer = "\
error[bad-time]: `1:75` is no time
 --> a.txt:2:1
  |
2 | 1:75 Run.
  | ^^^^
  |
  = help: a time is minutes and seconds, like 1:30, or hours too, like 1:02:03

error[bad-time]: `-2:00` is less than no time
 --> a.txt:3:1
  |
3 | -2:00 Stop.
  | ^^^^^
  |
  = help: a time is minutes and seconds, like 1:30, or hours too, like 1:02:03
";
    assert_eq!((ran.files(), ran.text(), ran.stderr.as_str()), (vec!["a.txt".into()], "", answer));
}

#[test]
fn hostile_files_get_one_clear_error() {
    let huge = format!("Go.;{}", "9".repeat(500));
    let (lines, letters) = ("0:00 a\n".repeat(10_001), "a".repeat(1_000_001));
    let cases: [(&str, &[u8], &str); 14] = [
        ("script", b"0:00 \"a\0b\"", "error[control-character]: the character U+0000 does not"),
        ("script", b"0:00 a\x1b[2J", "error[control-character]: the character U+001B does not"),
        ("labels", "0\t1\t\u{202e}a".as_bytes(), "error[control-character]: the character U+202E"),
        ("w2a", br#"exercises: ["\u202e"]"#, "error[control-character]: the character U+202E"),
        ("phrases", b"Go.\xff;1", "error[not-utf8]: this is no UTF-8 text: byte 3 does not"),
        ("phrases", huge.as_bytes(), "error[bad-time]: `999"),
        ("phrases", b"Go.;NaN", "error[bad-time]: `NaN` is no number of seconds"),
        ("phrases", b"Go.;-1", "error[bad-time]: `-1` is less than no time"),
        ("labels", b"-1\t2\tx", "error[bad-time]: `-1` is less than no time"),
        ("labels", b"nan\t2\tx", "error[bad-time]: `nan` is no number of seconds"),
        ("script", lines.as_bytes(), "error[too-many]: with this there are more than 10000 lines"),
        ("script", letters.as_bytes(), "error[too-large]: this is more than the 1000000 bytes"),
        ("w2a", b"exercises: &a [*a]", "error[not-in-w2a]: this stands for the very value"),
        ("script", b"", "error[empty-routine]: nothing here is timed"),
    ];
    for (format, text, begin) in cases {
        let args = format!("import a.txt --from {format} -o a.json");
        let ran = earcoach(&args).file("a.txt", text).run().exits(3);
        assert!(ran.stderr.starts_with(begin), "{begin}: {}", ran.stderr);
        assert_eq!(ran.stderr.matches("error[").count(), 1, "{}", ran.stderr);
        assert!(!ran.stderr.contains(['\0', '\x1b', '\u{202e}']), "{:?}", ran.stderr);
        assert!(ran.stderr.len() < 1000, "{}", ran.stderr);
        assert_eq!(ran.files(), ["a.txt"]);
    }
}

#[test]
fn a_megabyte_of_yaml_is_answered_at_once() {
    let laughs = {
        let level = |i: usize| format!("l{i}: &l{i} [{}]\n", format!("*l{}, ", i - 1).repeat(9));
        let levels: String = (1..60).map(level).collect();
        format!("l0: &l0 [x]\n{levels}exercises: [{{name: A, duration: 1s, texts: *l59}}]\n")
    };
    for text in [laughs, "[".repeat(999_999), "a: ".repeat(333_333), "- ".repeat(499_999)] {
        let begin = std::time::Instant::now();
        let _ = earcoach("import - --from w2a").stdin(text).run().exits(3);
        assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
    }
}

#[test]
fn a_file_that_is_not_there_or_of_no_known_format_is_told() {
    let ran = earcoach("import nowhere.txt").run().exits(2);
    let told = "error: there is no file `nowhere.txt`; `-` reads from standard input\n";
    assert_eq!(ran.stderr, told);
    let ran = earcoach("import -").stdin("Dear diary\n").run().exits(3);
    assert!(ran.stderr.starts_with("error[unknown-format]: what this is cannot be told"));
    assert!(ran.stderr.contains("--> standard input:1:1"), "{}", ran.stderr);
    let ran = earcoach("import .").run().exits(2);
    assert_eq!(ran.stderr, "error: `.` is a folder; name a file in it\n");
}

#[test]
fn what_is_imported_is_sound_and_spoken_at_exactly_its_times() {
    let script = "0:05 Walk.\n0:20 \"Run.\"\n0:30 Well done.\n";
    let made = earcoach("import a.txt").file("a.txt", script).run().exits(0);
    let routine = made.text().to_string();
    let _ = earcoach("check --strict a.json").file("a.json", &routine).run().exits(0);
    let shown = earcoach("show a.json --json --guard off").file("a.json", &routine);
    let shown = shown.run().exits(0).json();
    let cues = shown["cues"].as_array().unwrap().iter();
    let spoken: Vec<_> =
        cues.map(|cue| (cue["at"].as_u64().unwrap(), cue["text"].as_str())).collect();
    let at = |seconds: u64, words| (seconds * 48_000, Some(words));
    assert_eq!(spoken, [at(5, "Walk."), at(20, "Run."), at(30, "Well done.")]);
}
