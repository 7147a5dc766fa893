//! Routines in several languages, and the voices that speak them.

use std::fs;

use crate::support::{Program, Ran, earcoach, repository};

/// Clips of the shipped voice under other words: the sound does not matter here.
fn with_voice(program: Program, language: &str, words: &[&str]) -> Program {
    let shipped = repository().join("audio/voices/heart");
    let text = fs::read(shipped.join("voice.json")).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let clips = manifest["clips"].as_array_mut().unwrap();
    clips.retain(|clip| clip["frames"].as_u64().unwrap() < 24_000);
    clips.truncate(words.len());
    let folder = program.folder.path().join(language);
    fs::create_dir(&folder).unwrap();
    for (clip, words) in clips.iter_mut().zip(words) {
        let file = clip["file"].as_str().unwrap();
        fs::copy(shipped.join(file), folder.join(file)).unwrap();
        clip["words"] = (*words).into();
    }
    manifest["language"] = language.into();
    manifest["name"] = language.into();
    fs::write(folder.join("voice.json"), manifest.to_string()).unwrap();
    program
}

const GERMAN: [&str; 9] = [
    "Halte,",
    "Noch",
    "zehn",
    "fünfundvierzig",
    "Sekunden.",
    "Sekunden",
    "drei",
    "Dehne die linke Wade.",
    "Die Hälfte.",
];

/// What is said, a line each, tones left out.
fn said(ran: &Ran) -> Vec<String> {
    let cues = ran.json()["cues"].clone();
    let spoken = cues.as_array().unwrap().iter().filter(|cue| cue["kind"] == "voice");
    spoken.map(|cue| cue["text"].as_str().unwrap().to_string()).collect()
}

const BY_LANGUAGE: &str = r#"{ "steps": [
    { "say": { "en": "Stretch your {side} leg.", "de": "Dehne die {side} Wade." } },
    { "hold": { "for": "45s", "count": 0, "tones": false } }
] }"#;

#[test]
fn words_numbers_and_the_coachs_own_words_are_those_of_the_voices_language() {
    let german = earcoach("show my.json --voice de --side left --json");
    let ran = with_voice(german, "de", &GERMAN).file("my.json", BY_LANGUAGE).run().exits(0);
    let expected = [
        "Dehne die linke Wade.",
        "Halte,",
        "fünfundvierzig",
        "Sekunden.",
        "Die Hälfte.",
        "Noch",
        "zehn",
        "Sekunden.",
    ];
    assert_eq!(said(&ran), expected);
    let steps = ran.json()["steps"].clone();
    assert_eq!(
        (&steps[0]["label"], &steps[1]["label"]),
        (&"Dehne die linke Wade.".into(), &"Halte".into())
    );
}

#[test]
fn a_file_of_words_beside_the_routine_translates_it() {
    let routine = r#"{ "title": "Legs", "params": { "time": "45s" }, "steps": [
        { "say": "Hold it for {length}, {muscle}." } ], "params":
        { "length": "45s", "muscle": "calves" } }"#
        .replace(r#""params": { "time": "45s" }, "#, "");
    let words = r#"{ "language": "de", "words": {
        "Legs": "Beine", "Hold it for {length}, {muscle}.": "Noch {length}." } }"#;
    let program = earcoach("show my.json --voice de --json");
    let ran = with_voice(program, "de", &GERMAN)
        .file("my.json", &routine)
        .file("my.de.json", words)
        .run()
        .exits(0);
    assert_eq!(said(&ran), ["Noch", "fünfundvierzig", "Sekunden."]);
    assert_eq!(ran.json()["title"], "Beine");
}

#[test]
fn a_text_that_is_not_translated_is_named_and_so_is_one_that_nobody_says() {
    let routine = r#"{ "steps": [{ "say": "Noch zehn" }, { "say": "Breathe." }] }"#;
    let words =
        r#"{ "language": "de", "words": { "Noch zehn": "Noch zehn", "Breath.": "Atme." } }"#;
    let program = earcoach("check my.json --voice de");
    let ran = with_voice(program, "de", &GERMAN)
        .file("my.json", routine)
        .file("my.de.json", words)
        .run()
        .exits(3);
    assert!(
        ran.stderr.contains("error[missing-language]: this has no words in `de`"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("--> my.json:1:46"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("has no clip"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("warning[unused-words]: the routine has no text “Breath.”"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("--> my.de.json:1:58"), "{}", ran.stderr);
}

#[test]
fn a_broken_file_of_words_is_refused_with_its_place() {
    for (words, expected) in [
        ("{", "the text ends too early"),
        (
            r#"{ "language": "fr", "words": {} }"#,
            "`language` is `fr`, but the file's name says `de`",
        ),
        (
            r#"{ "language": "de", "words": { "a": 1 } }"#,
            "a translation must be a string, found a number",
        ),
        (r#"{ "words": {} }"#, "the file of words has no `language`"),
    ] {
        let program = with_voice(earcoach("export my.json --voice de"), "de", &GERMAN);
        let ran = program.file("my.json", BY_LANGUAGE).file("my.de.json", words).run().exits(3);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
        assert!(ran.stderr.contains("--> my.de.json:1:"), "{}", ran.stderr);
    }
}

#[test]
fn a_voice_of_another_language_needs_words_in_it_and_falls_back_only_when_asked() {
    let routine = r#"{ "steps": [{ "say": "Well done." }, { "say": { "en": "Relax.", "de": "Noch zehn" } }] }"#;
    let program = || with_voice(earcoach(""), "de", &GERMAN).file("my.json", routine);
    let run = |args: &str| {
        let folder = program().folder;
        let mut own = earcoach(args);
        own.folder = folder;
        own.run()
    };
    let alone = run("check my.json --voice de").exits(3);
    assert!(
        alone.stderr.contains("this has no words in `de`, which the voice speaks"),
        "{}",
        alone.stderr
    );
    let asked = run("show my.json --voice de --fall-back heart --json").exits(0);
    assert_eq!(said(&asked), ["Well done.", "Noch", "zehn"]);
    let other = run("show my.json --json").exits(0);
    assert_eq!(said(&other), ["Well done.", "Relax."]);
    let foreign = r#"{ "language": "de", "steps": [{ "say": "Noch zehn" }] }"#;
    let ran = earcoach("check my.json").file("my.json", foreign).run().exits(3);
    assert!(
        ran.stderr.contains("the routine has no words in `en`, which the voice speaks"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_voice_of_the_same_language_stands_in_for_whole_sentences() {
    let words = ["Well", "Hold for", "forty five seconds."];
    let program = earcoach("show my.json --voice en --fall-back heart --json");
    let ran = with_voice(program, "en", &words)
        .file("my.json", r#"{ "steps": [{ "say": "Hold for 45 seconds. Well done. Relax." }] }"#)
        .run()
        .exits(0);
    assert_eq!(said(&ran), ["Hold for", "forty five seconds.", "Well done.", "Relax."]);
    let steps = ran.json()["cues"].as_array().unwrap().len();
    assert!(steps >= 4);
}

#[test]
fn a_language_that_the_coach_does_not_know_needs_words_for_all() {
    let polish = ["Dobrze."];
    let own_words = r#"{ "language": "pl", "steps": [{ "hold": { "for": "9s", "say": "Dobrze.",
        "announce": [], "count": 0 } }] }"#;
    let program = with_voice(earcoach("show my.json --voice pl --json"), "pl", &polish);
    assert_eq!(said(&program.file("my.json", own_words).run().exits(0)), ["Dobrze."]);
    let program = with_voice(earcoach("check my.json --voice pl"), "pl", &polish);
    let bare = r#"{ "language": "pl", "steps": [{ "hold": "9s" }] }"#;
    let ran = program.file("my.json", bare).run().exits(3);
    assert!(ran.stderr.contains("the coach has no words of its own in `pl`"), "{}", ran.stderr);
}

#[test]
fn a_pack_that_has_the_built_in_voices_name_adds_to_it() {
    let program =
        with_voice(earcoach("show my.json --json"), "en", &["Touch your toes.", "Relax."]);
    let data = program.folder.path().join("data/earcoach/voices");
    fs::create_dir_all(&data).unwrap();
    fs::rename(program.folder.path().join("en"), data.join("heart")).unwrap();
    let ran = program
        .file("my.json", r#"{ "steps": [{ "say": "Relax. Touch your toes." }] }"#)
        .run()
        .exits(0);
    assert_eq!(said(&ran), ["Relax.", "Touch your toes."]);
    let relax = &ran.json()["cues"][1]["frames"];
    let own = earcoach("voice say Relax. -o relax.wav").run().exits(0);
    let wav = hound::WavReader::open(own.path("relax.wav")).unwrap();
    // The built-in clip, not the one that was added: 300 ms of silence follow it in a phrase.
    assert_eq!(u64::from(wav.duration()), relax.as_u64().unwrap() + 14_400);
}

#[test]
fn a_phrase_is_said_in_the_voices_language() {
    let program = with_voice(earcoach("voice say x --voice de -o x.wav"), "de", &GERMAN);
    let ran = program.run().exits(3);
    assert!(ran.stderr.contains("the voice `de` has no clip for “x”"), "{}", ran.stderr);
    let ran = earcoach("voice say 45 -o x.flac").run().exits(0);
    assert_eq!(ran.files(), ["x.flac"]);
    let ran = earcoach("voice say ... -o x.wav").run().exits(2);
    assert_eq!(ran.stderr, "error: there are no words to say\n");
}
