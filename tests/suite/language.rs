//! What the language of routines does, through the real program.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Program, earcoach, ffmpeg_samples, repository, tool, wav};

const RATE: u64 = 48_000;

/// A routine's timeline. No earbuds are woken, so that it begins at 0.
fn show(routine: &str, options: &str) -> Value {
    earcoach(&format!("show - --json --guard off {options}")).stdin(routine).run().exits(0).json()
}

fn list<'a>(timeline: &'a Value, what: &str) -> &'a [Value] {
    timeline[what].as_array().unwrap()
}

/// All that is said, line by line as the clips come.
fn spoken(timeline: &Value) -> Vec<&str> {
    list(timeline, "cues").iter().filter_map(|cue| cue["text"].as_str()).collect()
}

/// The name and the length in seconds of each timed step.
fn timed(timeline: &Value) -> Vec<(&str, f64)> {
    let steps = list(timeline, "steps").iter();
    let seconds = |step: &Value| Some(step["timed_frames"].as_u64()? as f64 / RATE as f64);
    steps.filter_map(|step| Some((step["label"].as_str()?, seconds(step)?))).collect()
}

/// The frames at which something is heard, with what it is, within a step.
fn heard(timeline: &Value, step: usize) -> Vec<(u64, &str)> {
    let cues = list(timeline, "cues").iter().filter(|cue| cue["step"] == step);
    cues.map(|cue| {
        let named = ["tone", "text", "file"].iter().find_map(|key| cue[*key].as_str());
        (cue["at"].as_u64().unwrap(), named.unwrap())
    })
    .collect()
}

const SETTABLE: &str = r#"{
    "params": {
        "hold": { "default": "20s", "min": "10s", "max": "2m" }, "times": { "default": 2, "min": 1, "max": 3 },
        "tones": true, "name": "Chest"
    },
    "steps": [{ "repeat": { "times": "$times", "steps": [
        { "hold": { "for": "$hold", "name": "{name}, {hold}", "tones": "$tones", "say": "", "count": 0 } }
    ] } }]
}"#;

#[test]
fn a_parameter_is_set_where_it_is_named() {
    let names = |options: &str| {
        let timeline = show(SETTABLE, options);
        timed(&timeline).iter().map(|(name, length)| format!("{name} {length}")).collect::<Vec<_>>()
    };
    assert_eq!(names(""), ["Chest, twenty seconds 20", "Chest, twenty seconds 20"]);
    assert_eq!(names("--set times=1 --set hold=1m30s"), ["Chest, one minute thirty seconds 90"]);
    assert_eq!(names("--set hold=15 --set times=1 --set name=Neck"), ["Neck, 15 15"]);
    let quiet = show(SETTABLE, "--set tones=false --set times=1");
    assert_eq!(heard(&quiet, 0), [(10 * RATE, "Halfway.")]);
    let set = show(SETTABLE, "--set times=3 --set tones=false");
    let expected = json!([
        { "name": "hold", "value": "20s", "min": "10s", "max": "2m" },
        { "name": "times", "value": "3", "min": "1", "max": "3" },
        { "name": "tones", "value": "false" },
        { "name": "name", "value": "Chest" },
    ]);
    assert_eq!(set["params"], expected);
}

#[test]
fn what_cannot_be_set_is_refused_in_one_sentence() {
    for (set, answer) in [
        ("hodl=5s", "this routine has no parameter `hodl`; did you mean `hold`?"),
        ("x=1", "this routine has no parameter `x`; it has `hold`, `times`, `tones`, `name`"),
        ("hold=5s", "`hold` is at least 10s, found 5s"),
        ("hold=121", "`hold` is at most 2m, found 121"),
        ("hold=soon", "`hold` is a duration like 45s or 1m30s"),
        ("times=many", "`times` is a number"),
        ("times=4", "`times` is at most 3, found 4"),
        ("tones=no", "`tones` is true or false"),
    ] {
        let ran = earcoach(&format!("show - --set {set}")).stdin(SETTABLE).run().exits(2);
        assert_eq!(ran.stderr, format!("error: --set {set}: {answer}\n"));
    }
    let ran = earcoach("show --set x=1").run().exits(2);
    assert_eq!(ran.stderr, "error: --set x=1: this routine has no parameter `x`; it has none\n");
    let ran = earcoach("show - --set times=1.5").stdin(SETTABLE).run().exits(3);
    assert!(ran.stderr.starts_with("error[out-of-range]: `times` is a whole number from 1 to"));
}

#[test]
fn a_block_takes_arguments_and_knows_the_routine_s_own_names() {
    let routine = r#"{
        "params": { "hold": "10s", "name": "Chest" },
        "blocks": { "stretch": {
            "params": { "name": { "about": "Which" }, "rest": "$hold", "more": "5s" },
            "steps": [{ "hold": { "name": "$name", "for": "$hold" } }, { "rest": { "for": "$rest" } }, { "work": { "name": "{name} again", "for": "$more" } }]
        } },
        "steps": [
            { "use": { "block": "stretch", "with": { "name": "Neck" } } },
            { "use": { "block": "stretch", "with": { "name": "$name", "rest": "7s", "more": 6 } } }
        ]
    }"#;
    let routine = routine.replace(r#""for": "$more" }"#, r#""for": "$more", "say": "" }"#);
    let timeline = show(&routine, "--set hold=8s");
    let expected = [
        ("Neck", 8.0),
        ("Rest", 8.0),
        ("Neck again", 5.0),
        ("Chest", 8.0),
        ("Rest", 7.0),
        ("Chest again", 6.0),
    ];
    assert_eq!(timed(&timeline), expected);
}

#[test]
fn each_round_takes_its_dose_and_the_last_dose_goes_on() {
    let routine = r#"{"steps": [{"repeat": {"times": 4, "steps": [{"hold": ["5s", "6s", "7s"]}, {"rest": 5}]}}]}"#;
    let lengths: Vec<f64> = timed(&show(routine, "")).iter().map(|(_, length)| *length).collect();
    assert_eq!(lengths, [5.0, 5.0, 6.0, 5.0, 7.0, 5.0, 7.0, 5.0]);
}

#[test]
fn of_several_phrases_another_is_said_each_time_and_the_same_by_the_same_seed() {
    let said = |seed: u32| {
        let routine = format!(
            r#"{{"seed": {seed}, "steps": [{{"repeat": {{"times": 40, "steps": [
                {{"say": ["Well done.", "Nice work.", "Great.", "Good job."]}}]}}}}]}}"#
        );
        let timeline = show(&routine, "");
        spoken(&timeline).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let first = said(1);
    assert_eq!(first.len(), 40);
    assert!(first.windows(2).all(|pair| pair[0] != pair[1]), "{first:?}");
    assert_eq!(first.iter().filter(|text| *text == "Great.").count(), 10);
    assert_eq!(first, said(1));
    assert_ne!(first, said(2));
}

#[test]
fn each_talk_level_says_less_than_the_one_before() {
    let at = |talk: &str| {
        let ran = earcoach(&format!("show --json --guard off --side left --talk {talk}")).run();
        ran.exits(0).json()
    };
    let [coach, normal, quiet, tones] = ["coach", "normal", "quiet", "tones"].map(at);
    let words = [&coach, &normal, &quiet, &tones].map(|t| t["totals"]["words"].as_u64().unwrap());
    assert!(words[0] > words[1] && words[1] > words[2] && words[2] > 100, "{words:?}");
    assert_eq!(words[3], 0);
    assert_eq!(spoken(&tones), Vec::<&str>::new());
    let expected = [
        "Stop, and sit or lie down.",
        "Do not stretch your left leg yet.",
        "If you felt a pop, or your calf is swollen, hot, red or numb, stop here and get help.",
        "Put both hands around your left calf.",
        "Ready?",
        "Squeeze.",
        "Release.",
    ];
    assert_eq!(spoken(&quiet)[..7], expected);
    let holds = |t: &Value| timed(t).into_iter().filter(|(name, _)| name.ends_with("hold")).count();
    assert_eq!([&coach, &normal, &quiet, &tones].map(holds), [2; 4]);
}

#[test]
fn quiet_says_the_first_sentence_and_ticks_instead_of_counting() {
    let routine = r#"{"steps": [
        {"hold": {"for": "6s", "count": 3, "say": "Relax. Take your time."}},
        {"hold": {"for": "6s", "count": 0, "say": {"coach": "Relax.", "quiet": "Hold."}}},
        {"say": "Well done."}
    ]}"#;
    let timeline = show(routine, "--talk quiet");
    assert_eq!(spoken(&timeline), ["Relax.", "Hold."]);
    let begin = list(&timeline, "steps")[0]["timed_at"].as_u64().unwrap();
    let ticks = list(&timeline, "cues").iter().filter(|cue| cue["tone"] == "tick");
    let ticks: Vec<u64> = ticks.map(|cue| cue["at"].as_u64().unwrap() - begin).collect();
    assert_eq!(ticks, [3 * RATE, 4 * RATE, 5 * RATE]);
}

#[test]
fn a_guide_tone_rises_and_falls_with_the_breath() {
    let routine = r#"{"steps": [{"breathe": {
        "times": 2, "in": "4s", "hold": "1s", "out": "6s", "pause": "2s", "guide": true, "say": ""
    }}]}"#;
    let timeline = show(routine, "--talk tones");
    let expected = [(0, "rise"), (5, "fall"), (13, "rise"), (18, "fall"), (26, "end")];
    assert_eq!(heard(&timeline, 0), expected.map(|(at, what)| (at * RATE, what)));
    let lengths: Vec<u64> =
        list(&timeline, "cues")[..2].iter().map(|cue| cue["frames"].as_u64().unwrap()).collect();
    assert_eq!(lengths, [4 * RATE, 6 * RATE]);
    let timeline = show(routine, "");
    let said = heard(&timeline, 0);
    let said: Vec<&(u64, &str)> =
        said.iter().filter(|(_, what)| what.contains('.')).take(4).collect();
    let expected = [(0, "Breathe in."), (4, "Hold."), (5, "Breathe out."), (11, "Hold.")];
    assert_eq!(
        said.into_iter().copied().collect::<Vec<_>>(),
        expected.map(|(at, what)| (at * RATE, what))
    );
}

#[test]
fn sides_get_the_same_time_with_a_pause_between() {
    let routine = r#"{"steps": [{"sides": {"pause": "7s", "steps": [
        {"hold": {"for": "20s", "say": "Head to the {side}.", "announce": [], "count": 0}}
    ]}}]}"#;
    let timeline = show(routine, "");
    let expected =
        ["Left side.", "Head to the left.", "Switch sides.", "Right side.", "Head to the right."];
    assert_eq!(spoken(&timeline), expected);
    let totals = &timeline["totals"];
    assert_eq!((&totals["left"], &totals["right"]), (&json!(20 * RATE), &json!(20 * RATE)));
    let steps = list(&timeline, "steps");
    let labels: Vec<&str> = steps.iter().map(|step| step["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["Left side", "Hold", "Right side", "Hold"]);
    let without = show(&routine.replace("7s", "0s"), "");
    let frames = |timeline: &Value| list(timeline, "steps")[2]["frames"].as_u64().unwrap();
    assert_eq!(frames(&timeline) - frames(&without), 7 * RATE);
    let one = show(routine, "--side right");
    assert_eq!(spoken(&one), ["Right side.", "Head to the right."]);
}

#[test]
fn cues_come_at_their_exact_frames() {
    let routine = r#"{"steps": [{"hold": {"for": "20s", "announce": [], "count": 0, "say": "Relax.",
        "cues": [{"at": "7s500ms", "say": "Keep breathing."}, {"at": 0, "say": "Hold."}, {"at": 12.345, "say": "Keep going."}]}}]}"#;
    for rate in [8_000, 44_100, 48_000] {
        let timeline = show(routine, &format!("--rate {rate}"));
        let begin = list(&timeline, "steps")[0]["timed_at"].as_u64().unwrap();
        let spoken = list(&timeline, "cues").iter().filter(|cue| cue["kind"] == "voice").skip(1);
        let at: Vec<u64> = spoken.map(|cue| cue["at"].as_u64().unwrap() - begin).collect();
        let exact = [0, 7500, 12_345].map(|ms| (ms * rate + 500) / 1000);
        // Both are rounded from the start of the routine.
        assert!(
            at.iter().zip(exact).all(|(at, exact)| at.abs_diff(exact) <= 1),
            "{at:?} {exact:?}"
        );
        assert_eq!(at[0], 0);
    }
}

#[test]
fn words_know_the_round_the_time_and_what_comes_next() {
    let routine = r#"{"steps": [{"repeat": {"times": 2, "steps": [
        {"hold": {"for": ["20s", "90s"], "say": "Round {round} of {rounds}. Hold for {time}. Next, {next}.", "announce": [], "count": 0}},
        {"say": "Well done."},
        {"rest": {"name": "Shoulders", "for": "10s", "say": "Next, {next}.", "count": 0}}
    ]}}, {"sides": {"say": "", "steps": [{"hold": {"name": "{side} leg", "for": "5s", "say": "", "count": 0}}]}}]}"#;
    let timeline = show(routine, "");
    let said = spoken(&timeline).join(" ");
    let expected = "Round one of two Hold for twenty seconds. Next, Shoulders. Well done. Next, Hold. \
                    Round two of two Hold for one minute thirty seconds. Next, Shoulders. Well done. Next, Left leg.";
    assert_eq!(said, expected);
}

/// A second and a half of a tone that swells, so that a wrong place shows.
fn tune() -> Vec<i16> {
    let sample = |n: u32| {
        let turn = f64::from(n) * 440.0 / 48_000.0;
        (8000.0 * f64::from(n) / 72_000.0 * (std::f64::consts::TAU * turn).sin()) as i16
    };
    (0..72_000).map(sample).collect()
}

/// The exported samples of a routine that plays only `file`, and the frame at which it comes.
fn exported(program: Program, file: &str) -> (Vec<i16>, usize) {
    let routine =
        format!(r#"{{"steps": [{{"wait": {{"for": "1s", "say": ""}}}}, {{"clip": "{file}"}}]}}"#);
    let program = program.own("mine.json", routine);
    let ran = program.run().exits(0);
    let samples = ffmpeg_samples(&ran.path("mine.wav"));
    let shown =
        earcoach("show mine.json --json --guard off").folder(&ran.folder.path().join("clips"));
    let shown =
        shown.file("mine.json", fs::read(ran.path("mine.json")).unwrap()).run().exits(0).json();
    let cue = list(&shown, "cues").iter().find(|cue| cue["file"] == file).unwrap().clone();
    (samples, cue["at"].as_u64().unwrap() as usize)
}

#[test]
fn a_clip_of_one_s_own_comes_out_as_it_is() {
    let export =
        earcoach("export mine.json --guard off").own("clips/tune.wav", wav(48_000, &tune()));
    let (samples, at) = exported(export, "clips/tune.wav");
    assert!(samples[at..at + 72_000] == tune());
}

#[test]
fn clips_of_other_formats_sound_like_themselves() {
    for (ending, options) in
        [("flac", ""), ("mp3", "-c:a libmp3lame -b:a 128k"), ("ogg", "-c:a libvorbis")]
    {
        let export =
            earcoach("export mine.json --guard off").own("clips/tune.wav", wav(48_000, &tune()));
        let (from, to) =
            (export.folder.path().join("clips/tune.wav"), format!("clips/tune.{ending}"));
        let into = export.folder.path().join(&to);
        let mut arguments = vec!["-v", "error", "-i", from.to_str().unwrap(), "-ac", "2"];
        arguments.extend(options.split_whitespace());
        arguments.push(into.to_str().unwrap());
        let _ = tool("ffmpeg", &arguments);
        fs::remove_file(from).unwrap();
        let (samples, at) = exported(export, &to);
        // An encoder may put some silence before it.
        let best =
            (0..3000).map(|late| likeness(&samples[at + late..], &tune())).fold(0.0, f64::max);
        assert!(best > 0.99, "{ending}: {best}");
    }
}

/// The correlation of the first samples: 1 for the same.
fn likeness(one: &[i16], other: &[i16]) -> f64 {
    let pairs = || one.iter().zip(other).skip(8000).step_by(5).take(10_000);
    let sum = |of: fn(f64, f64) -> f64| -> f64 {
        pairs().map(|(a, b)| of(f64::from(*a), f64::from(*b))).sum()
    };
    sum(|a, b| a * b) / (sum(|a, _| a * a) * sum(|_, b| b * b)).sqrt()
}

#[test]
fn a_routine_is_fitted_by_its_rests_then_by_what_is_optional_and_never_below_a_minimum() {
    let routine = r#"{"steps": [
        {"hold": {"for": "20s", "min": "10s", "say": ""}},
        {"rest": {"for": "20s", "min": "8s", "say": ""}},
        {"work": {"name": "Run", "for": "10s", "say": "", "optional": true}},
        {"rest": {"for": "10s", "say": "", "optional": true}}
    ]}"#;
    for (fit, expected) in [
        ("70s", &[("Hold", 20.0), ("Rest", 20.0), ("Run", 10.0), ("Rest", 10.0)][..]),
        ("50s", &[("Hold", 20.0), ("Rest", 12.0), ("Run", 10.0), ("Rest", 7.0)]),
        ("45s", &[("Hold", 20.0), ("Rest", 9.0), ("Run", 10.0), ("Rest", 5.0)]),
        ("40s", &[("Hold", 20.0), ("Rest", 9.0), ("Run", 10.0)]),
        ("30s", &[("Hold", 20.0), ("Rest", 9.0)]),
        ("20s", &[("Hold", 11.0), ("Rest", 8.0)]),
        ("19s", &[("Hold", 10.0), ("Rest", 8.0)]),
    ] {
        let timeline = show(routine, &format!("--fit {fit}"));
        assert_eq!(timed(&timeline), expected, "{fit}");
        let seconds: u64 = fit.trim_end_matches('s').parse().unwrap();
        // As a clock shows it, parts of a second do not count.
        assert!(timeline["frames"].as_u64().unwrap() / RATE <= seconds, "{fit}");
    }
    let ran = earcoach("show - --guard off --fit 18s").stdin(routine).run().exits(2);
    let answer = "error: --fit 18s: the shortest this routine can be is 19s; mark steps as `optional`, or give timed \
                  steps a `min`\n";
    assert_eq!(ran.stderr, answer);
}

#[test]
fn what_comes_next_is_never_a_step_that_was_left_out() {
    let routine = r#"{"steps": [
        {"rest": {"for": "5s", "say": "Next, {next}.", "count": 0}},
        {"repeat": {"times": 1, "optional": true, "steps": [{"work": {"name": "Neck", "for": "20s", "say": ""}}]}},
        {"hold": {"name": "Chest", "for": "5s", "say": ""}}
    ]}"#;
    let next = |options: &str| spoken(&show(routine, options))[..2].join(" ");
    assert_eq!(next(""), "Next, Neck.");
    assert_eq!(next("--fit 15s"), "Next, Chest.");
}

#[test]
fn routines_of_one_s_own_are_listed_and_found_by_name() {
    let own = r#"{"title": "My own", "steps": [{"hold": "5s"}]}"#;
    let folder = "config/earcoach/routines";
    let program = |args: &str| {
        let program = earcoach(args).own(&format!("{folder}/evening.json"), own);
        let program = program.own(&format!("{folder}/run-walk.json"), own);
        program.own(&format!("{folder}/broken.json"), "{}").own("config/earcoach/secret.json", own)
    };
    let listed = program("list --json").run().exits(0).json();
    let names: Vec<(&str, &str, bool)> = list(&listed, "routines")
        .iter()
        .map(|r| (r["name"].as_str().unwrap(), r["from"].as_str().unwrap(), r["ok"] == true))
        .collect();
    let expected = [
        ("calf-cramp", "built in", true),
        ("calf-stretch", "built in", true),
        ("gentle-stretch", "built in", true),
        ("box-breathing", "built in", true),
        ("desk-break", "built in", true),
        ("broken", "own", false),
        ("evening", "own", true),
        ("run-walk", "own", true),
    ];
    assert_eq!(names, expected);
    for name in ["evening", "run-walk"] {
        let shown = program(&format!("show {name} --json")).run().exits(0).json();
        assert_eq!((&shown["title"], &shown["routine"]), (&json!("My own"), &json!(name)));
    }
    for name in ["../secret", "./evening", "a/evening", "..", ".evening"] {
        let _ = program(&format!("show {name}")).run().exits(2);
    }
    let ran = program("show evenig").run().exits(2);
    assert_eq!(ran.stderr, "error: there is no routine `evenig`: did you mean `evening`?\n");
}

/// The built-in voice as a folder in the user's own folder of voices.
fn with_own_voice(program: Program) -> Program {
    let voices = program.folder.path().join("data/earcoach/voices/mine");
    fs::create_dir_all(&voices).unwrap();
    for entry in fs::read_dir(repository().join("audio/voices/heart")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), voices.join(entry.file_name())).unwrap();
    }
    program
}

#[test]
fn a_voice_of_one_s_own_is_listed_and_named_by_a_routine() {
    let ran = with_own_voice(earcoach("voice list")).run().exits(0);
    assert_eq!(ran.text().lines().count(), 2, "{}", ran.text());
    let routine = r#"{"voice": "mine", "steps": [{"hold": "5s"}]}"#;
    let _ = with_own_voice(earcoach("check --strict -")).stdin(routine).run().exits(0);
    let ran = earcoach("check --json -").stdin(routine).run().exits(3);
    assert_eq!(ran.json()["files"][0]["problems"][0]["code"], "unknown-voice");
    let outside = r#"{"voice": "../voices/mine", "steps": [{"hold": "5s"}]}"#;
    let _ = with_own_voice(earcoach("check -")).stdin(outside).run().exits(3);
}

#[test]
fn a_new_routine_passes_the_check_and_is_never_written_over() {
    let ran = earcoach("new mine.json").run().exits(0);
    assert_eq!(ran.files(), ["earcoach.schema.json", "mine.json"]);
    let schema = fs::read_to_string(repository().join("docs/routine.schema.json")).unwrap();
    assert!(fs::read_to_string(ran.path("earcoach.schema.json")).unwrap() == schema);
    let routine = fs::read_to_string(ran.path("mine.json")).unwrap();
    assert!(routine.contains(r#""$schema": "./earcoach.schema.json""#), "{routine}");
    let _ = earcoach("check --strict mine.json").file("mine.json", &routine).run().exits(0);
    let again = earcoach("new mine.json").file("mine.json", "mine").run().exits(1);
    assert_eq!(fs::read(again.path("mine.json")).unwrap(), b"mine");
    let beside = earcoach("new other.json").file("earcoach.schema.json", "{}").run().exits(0);
    assert_eq!(fs::read(beside.path("earcoach.schema.json")).unwrap(), b"{}");
}

#[test]
fn a_new_routine_may_begin_as_a_copy_of_another() {
    let ran = earcoach("new mine.json --from calf-cramp").run().exits(0);
    let written: Value = serde_json::from_slice(&fs::read(ran.path("mine.json")).unwrap()).unwrap();
    let file = repository().join("audio/routines/calf-cramp.json");
    let mut expected: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    expected["$schema"] = json!("./earcoach.schema.json");
    assert_eq!(written, expected);
}

#[test]
fn a_problem_is_explained_by_its_code() {
    let ran = earcoach("check --explain no-round").run().exits(0);
    let text = "no-round\n\n`{round}` and `{rounds}` count the rounds of the `repeat` around a step, and\nthere is \
                none around this one.\n";
    assert_eq!(ran.text(), text);
    let ran = earcoach("check --explain no-rounds").run().exits(2);
    assert_eq!(ran.stderr, "error: there is no problem `no-rounds`: did you mean `no-round`?\n");
}

#[test]
fn a_routine_that_lasts_too_long_is_refused_where_it_ends() {
    let ran = earcoach("check --longest 7m calf-cramp").run().exits(3);
    assert!(ran.stderr.starts_with("error[too-long]: the routine lasts 7m3"), "{}", ran.stderr);
    let _ = earcoach("check --longest 8m calf-cramp").run().exits(0);
}

#[test]
fn every_built_in_routine_passes_the_strict_check() {
    let folder = repository().join("audio/routines");
    let names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_string())
        // A file of words beside a routine has a language before its ending.
        .filter(|name| !name.contains('.'))
        .collect();
    assert_eq!(names.len(), 6);
    let ran = earcoach(&format!("check --strict {}", names.join(" "))).run().exits(0);
    let ok = |name: &String| format!("{name}.json (built in): ok\n");
    assert_eq!(ran.text(), names.iter().map(ok).collect::<String>());
}
