//! `earcoach show`, `list` and the bare command.

use serde_json::Value;

use crate::support::{EVERYTHING, earcoach, signal, tool, wait_for_a_part};

fn show(options: &str) -> Value {
    earcoach(&format!("show --json {options}")).run().exits(0).json()
}

fn steps<'a>(timeline: &'a Value, verb: &str) -> Vec<&'a Value> {
    let steps = timeline["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["verb"] == verb).collect()
}

#[test]
fn a_hold_of_sixty_seconds_is_sixty_times_the_rate_between_its_tones() {
    for rate in [8_000, 11_025, 44_100, 48_000, 192_000] {
        let timeline = show(&format!("--rate {rate}"));
        let holds = steps(&timeline, "hold");
        assert_eq!(holds.len(), 2);
        for hold in holds {
            assert_eq!(hold["timed_frames"], 60 * rate);
            let tone_at = |name: &str| {
                let cues = timeline["cues"].as_array().unwrap().iter();
                let mut own =
                    cues.filter(|cue| cue["step"] == hold["index"] && cue["tone"] == name);
                own.next().unwrap()["at"].as_u64().unwrap()
            };
            assert_eq!(tone_at("start"), hold["timed_at"].as_u64().unwrap());
            assert_eq!(tone_at("end") - tone_at("start"), 60 * rate);
        }
    }
}

#[test]
fn deepenings_come_every_fifteen_seconds_and_flow_into_the_hold() {
    let timeline = show("--limit 5 --rate 44100");
    let all = timeline["steps"].as_array().unwrap();
    let first = all.iter().position(|step| step["verb"] == "deepen").unwrap();
    let at = |step: &Value| step["timed_at"].as_u64().unwrap();
    for (step, next) in all[first..first + 5].iter().zip(&all[first + 1..first + 6]) {
        assert_eq!(step["verb"], "deepen");
        assert_eq!(at(next) - at(step), 15 * 44_100);
        assert_eq!(step["timed_frames"], 15 * 44_100);
        assert_eq!(step["open"], true);
        // What is said of the next is said before this one is over.
        assert!(next["at"].as_u64().unwrap() < at(next));
    }
    assert_eq!(all[first + 5]["verb"], "hold");
    assert_eq!(steps(&timeline, "deepen").len(), 10);
}

#[test]
fn the_protocol_is_followed_in_its_order() {
    let timeline = show("");
    let verbs: Vec<&str> =
        timeline["steps"].as_array().unwrap().iter().map(|s| s["verb"].as_str().unwrap()).collect();
    let expected = "say say rest squeeze release rest squeeze release breathe say rest \
                    deepen deepen deepen deepen hold say rest deepen deepen deepen deepen hold say tone";
    assert_eq!(verbs.join(" "), expected);
    let minutes = timeline["frames"].as_f64().unwrap() / 48_000.0 / 60.0;
    assert!((7.0..9.0).contains(&minutes), "{minutes} minutes");
}

#[test]
fn the_side_is_named_and_no_other() {
    for (side, other) in [("left", "right"), ("right", "left")] {
        let timeline = show(&format!("--side {side}"));
        let cues = timeline["cues"].as_array().unwrap().iter();
        let spoken: Vec<&str> = cues.filter_map(|cue| cue["text"].as_str()).collect();
        let naming = |side: &str| {
            let word = format!(" {side} ");
            spoken
                .iter()
                .filter(|text| text.contains(&word) && !text.contains("right there"))
                .count()
        };
        assert_eq!((naming(side), naming(other), naming("cramped")), (4, 0, 0));
        assert!(timeline["steps"].as_array().unwrap().iter().all(|step| step["side"] == side));
    }
}

#[test]
fn the_table_shows_each_step_with_its_words() {
    let ran = earcoach("show -").stdin(EVERYTHING).run().exits(0);
    let rows: Vec<&str> = ran.text().lines().collect();
    assert!(rows[0].starts_with("Everything  "), "{}", rows[0]);
    let row = |step: &str| rows.iter().find(|row| row.contains(step)).unwrap().trim_end();
    assert!(row(" Squeeze ").ends_with("Squeeze. four three two one"), "{}", row(" Squeeze "));
    assert!(row(" Deepen 1 of 2").contains(" 8s  left "), "{}", row(" Deepen 1 of 2"));
}

#[test]
fn what_a_routine_says_of_itself_cannot_play_tricks_on_the_terminal() {
    let routine = "{\"title\": \"a\\u001b[2Jb\\u202e\", \"about\": \"c\\u0007d\", \"steps\": \
                   [{\"hold\": {\"name\": \"e\\u001bf\", \"for\": 5}}]}";
    let ran = earcoach("show -").stdin(routine).run().exits(0);
    assert!(!ran.text().contains(['\x1b', '\x07', '\u{202e}']), "{:?}", ran.text());
}

#[test]
fn the_drawing_is_well_formed_and_shows_both_sides() {
    let hostile = EVERYTHING.replace("\"Everything\"", r#""<b> & \"co\" \u0001""#);
    let ran = earcoach("show - --svg plan.svg").stdin(hostile).run().exits(0);
    let file = ran.path("plan.svg");
    let (_, complaints) = tool("xmllint", &["--noout", file.to_str().unwrap()]);
    assert_eq!(complaints, "");
    let drawing = std::fs::read_to_string(file).unwrap();
    for text in ["&lt;b&gt; &amp; &quot;co&quot;", ">left<", ">right<", "Calf raises"] {
        assert!(drawing.contains(text), "{text}");
    }
    let again = earcoach("show --svg plan.svg").file("plan.svg", "mine").run().exits(1);
    assert_eq!(std::fs::read(again.path("plan.svg")).unwrap(), b"mine");
}

#[test]
fn the_list_names_the_routines_with_their_lengths() {
    let ran = earcoach("list").run().exits(0);
    assert!(ran.text().starts_with("calf-cramp          7:"), "{}", ran.text());
    let listed = earcoach("list --json").run().exits(0).json();
    assert_eq!(listed["routines"][0]["name"], "calf-cramp");
}

#[test]
fn the_bare_command_says_what_to_do_first() {
    let ran = earcoach("").run().exits(0);
    assert!(ran.text().contains("earcoach export"), "{}", ran.text());
    assert_eq!(ran.stderr, "");
}

#[test]
fn an_unknown_routine_is_answered_with_the_likeliest() {
    let ran = earcoach("show calfcramp").run().exits(2);
    assert_eq!(ran.stderr, "error: there is no routine `calfcramp`: did you mean `calf-cramp`?\n");
}

#[test]
fn wide_signs_in_a_name_do_not_upset_the_table() {
    let routine = r#"{"steps": [{"hold": {"for": 5, "name": "Warm up before a long run ❤️!"}}]}"#;
    let ran = earcoach("show -").stdin(routine).run().exits(0);
    assert!(ran.text().contains("Warm up before a long run"), "{}", ran.text());
}

#[test]
fn words_for_the_next_step_never_begin_before_the_deepening() {
    let routine = r#"{"steps": [{"squeeze": {"for": "30s", "count": 0}},
        {"deepen": {"times": 1, "every": "2s", "say": ""}},
        {"hold": {"for": "30s", "say": "It hurts much less now, and it helps the last fibers finish."}}]}"#;
    let ran = earcoach("show -").stdin(routine).run().exits(3);
    assert!(ran.stderr.starts_with("error[voice-overruns]: “It hurts"), "{}", ran.stderr);
    assert!(ran.stderr.contains("only 1010 ms are left before its step begins"), "{}", ran.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_drawing_leaves_nothing_behind() {
    let steps = r#"{"steps": [{"repeat": {"times": 900000, "steps": [{"say": "."}]}}]}"#;
    let program = earcoach("show steps.json --svg plan.svg").file("steps.json", steps);
    let mut child = program.spawn();
    wait_for_a_part(&mut child, program.folder.path(), 1);
    signal(&child, nix::sys::signal::Signal::SIGHUP);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    assert_eq!(std::fs::read_dir(program.folder.path()).unwrap().count(), 1);
}
