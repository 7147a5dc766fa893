//! `earcoach export` to FLAC and Opus: the same sound, as others read it.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{EVERYTHING, Ran, earcoach, tool};

/// Words in both ears, in one, and in the other.
const EARS: &str = r#"{ "title": "Ears", "steps": [
    { "say": { "text": "Get ready.", "ear": "left" } },
    { "hold": "9s" },
    { "say": { "text": "Well done.", "ear": "right" } }
] }"#;

fn export(routine: &str, arguments: &str) -> Ran {
    earcoach(&format!("export - {arguments}")).stdin(routine).run().exits(0)
}

/// The samples of a file as ffmpeg reads them, in 32 bits, channels interleaved.
fn samples(file: &Path) -> Vec<i32> {
    let arguments = ["-v", "error", "-i", file.to_str().unwrap(), "-f", "s32le", "-"];
    let (bytes, _) = tool("ffmpeg", &arguments);
    bytes.as_chunks().0.iter().map(|sample| i32::from_le_bytes(*sample)).collect()
}

fn probe(file: &Path, what: &str) -> Value {
    let arguments = ["-v", "error", what, "-of", "json", file.to_str().unwrap()];
    serde_json::from_slice(&tool("ffprobe", &arguments).0).unwrap()
}

/// The steps that are chapters, by the timeline as it lies beside a file: begin and name.
fn expected_chapters(timeline: &Value) -> Vec<(u64, String)> {
    let steps = timeline["steps"].as_array().unwrap().iter();
    let steps = steps.filter(|step| step["verb"] != "tone" && step["frames"] != 0);
    let chapter = |step: &Value| {
        let label = step["label"].as_str().unwrap();
        let name = match step["side"].as_str() {
            Some(side) if step["verb"] != "sides" => format!("{label} ({side})"),
            _ => label.to_string(),
        };
        (step["at"].as_u64().unwrap(), name)
    };
    steps.map(chapter).collect()
}

fn timeline_beside(ran: &Ran) -> Value {
    serde_json::from_slice(&std::fs::read(ran.path("a.timeline.json")).unwrap()).unwrap()
}

#[test]
fn flac_has_the_very_samples_of_the_wav() {
    let cases = [
        (EVERYTHING, "--bits 16"),
        (EVERYTHING, "--bits 24 --rate 8001"),
        (EVERYTHING, "--channels 2 --rate 44100"),
        (EARS, "--bits 24 --rate 192000"),
        (EARS, "--rate 65540 --guard always"),
    ];
    for (routine, options) in cases {
        let wav = export(routine, &format!("-o a.wav {options}"));
        let flac = export(routine, &format!("-o a.flac {options}"));
        let file = flac.path("a.flac");
        // It compares the samples with their sum.
        tool("flac", &["--test", "--silent", "--warnings-as-errors", file.to_str().unwrap()]);
        assert!(samples(&file) == samples(&wav.path("a.wav")), "{options}");
        let sox = |file: &Path| tool("sox", &[file.to_str().unwrap(), "-t", "s32", "-"]).0;
        assert!(sox(&file) == sox(&wav.path("a.wav")), "{options}");
    }
}

#[test]
fn flac_takes_hardly_any_room_for_silence() {
    let minutes = r#"{ "steps": [{ "rest": { "for": "10m", "say": "", "tones": false,
        "count": 0, "announce": [] } }] }"#;
    let ran = export(minutes, "-o a.flac --guard off --plain");
    let size = std::fs::metadata(ran.path("a.flac")).unwrap().len();
    // 57.6 MB of samples are 7,032 blocks.
    assert!(size < 7032 * 14 + 2000, "{size} bytes");
}

#[test]
fn a_cue_sheet_in_flac_has_every_step_on_its_frame() {
    let ran = export(EVERYTHING, "-o a.flac --rate 11025 --with json");
    let arguments =
        ["--list", "--block-type=CUESHEET", ran.path("a.flac").to_str().unwrap()].map(String::from);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let listed = String::from_utf8(tool("metaflac", &arguments).0).unwrap();
    let number = |line: &str| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap();
    let lines =
        |name: &'static str| listed.lines().filter(move |line| line.trim_start().starts_with(name));
    let begins: Vec<u64> = lines("offset: ").map(number).collect();
    let timeline = timeline_beside(&ran);
    let expected: Vec<u64> = expected_chapters(&timeline).into_iter().map(|(at, _)| at).collect();
    // An offset is that of a track, followed by those of its indexes, from the track's on: of the
    // first, before which there is a gap, 0 and 0 and its begin; of the last, the end of all, none.
    let mut told = vec![0, 0, expected[0]];
    told.extend(expected[1..].iter().flat_map(|at| [*at, 0]));
    told.push(timeline["frames"].as_u64().unwrap());
    assert_eq!(begins, told);
}

#[test]
fn ffmpeg_lists_every_step_as_a_chapter_to_the_millisecond() {
    for (file, options) in [("a.flac", "--rate 44100"), ("a.opus", "--rate 16000")] {
        let ran = export(EVERYTHING, &format!("-o {file} {options} --with json --json"));
        let timeline = timeline_beside(&ran);
        let rate = timeline["rate"].as_u64().unwrap();
        let chapters = probe(&ran.path(file), "-show_chapters");
        let chapter = |chapter: &Value| {
            assert_eq!(chapter["time_base"], "1/1000");
            let name = chapter["tags"]["title"].as_str().unwrap().to_string();
            (chapter["start"].as_u64().unwrap(), name)
        };
        let listed: Vec<_> = chapters["chapters"].as_array().unwrap().iter().map(chapter).collect();
        let expected = expected_chapters(&timeline).into_iter();
        let expected: Vec<_> = expected.map(|(at, name)| (at * 1000 / rate, name)).collect();
        assert!(expected.len() > 10);
        assert_eq!(listed, expected, "{file}");
        assert_eq!(ran.json()["chapters"], expected.len());
    }
}

#[test]
fn title_purpose_and_kind_are_tags_of_every_format_and_plain_files_have_none() {
    let routine = r#"{ "title": "Calm\u001b[1m \u202edown", "about": "To sleep\nwell.",
        "kind": "breath", "steps": [{ "rest": "4s" }] }"#;
    let expected = json!({
        "TITLE": "Calm[1m down",
        "comment": "To sleep well.",
        "GENRE": "breath",
        "ENCODER": concat!("earcoach ", env!("CARGO_PKG_VERSION")),
    });
    // To ffmpeg a description is a comment. A FLAC file's tags are those of the file, an Opus file's
    // those of the stream.
    let tags = |file: &Path| {
        let all = probe(file, "-show_format")["format"]["tags"].clone();
        let stream = probe(file, "-show_streams")["streams"][0]["tags"].clone();
        if all.is_null() { stream } else { all }
    };
    for file in ["a.flac", "a.opus"] {
        let ran = export(routine, &format!("-o {file}"));
        assert_eq!(tags(&ran.path(file)), expected, "{file}");
        let plain = export(EVERYTHING, &format!("-o {file} --plain"));
        assert_eq!(tags(&plain.path(file)), Value::Null, "{file}");
        assert_eq!(probe(&plain.path(file), "-show_chapters")["chapters"], json!([]), "{file}");
    }
}

#[test]
fn opus_has_as_many_frames_as_the_timeline_at_each_of_its_rates() {
    for (rate, channels) in [(8000, 1), (12_000, 2), (16_000, 1), (24_000, 1), (48_000, 2)] {
        let ran = export(EARS, &format!("-o a.opus --rate {rate} --channels {channels} --json"));
        let file = ran.path("a.opus");
        let frames = ran.json()["frames"].as_u64().unwrap() * (48_000 / rate);
        assert_eq!(samples(&file).len() as u64, frames * channels, "{rate}");
        let (told, complaints) = tool("opusinfo", &[file.to_str().unwrap()]);
        let told = String::from_utf8(told).unwrap();
        assert!(!told.contains("WARNING") && complaints.is_empty(), "{told}{complaints}");
        assert!(told.contains(&format!("Original sample rate: {rate} Hz")), "{told}");
        assert!(told.contains(&format!("Channels: {channels}\n")), "{told}");
    }
}

/// How many frames later than in `wav` a stretch of it lies in `opus`, within a millisecond, by the
/// greatest correlation.
fn lag(wav: &[i32], opus: &[i32], at: usize, frames: usize) -> isize {
    let correlation = |lag: isize| -> f64 {
        let pairs = wav[at..at + frames].iter().zip(&opus[at.checked_add_signed(lag).unwrap()..]);
        pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let lags = (-48..=48).map(|lag| (correlation(lag), lag));
    lags.max_by(|(a, _), (b, _)| a.total_cmp(b)).unwrap().1
}

#[test]
fn every_cue_lies_in_the_decoded_opus_where_the_timeline_has_it() {
    for bitrate in ["", "--bitrate 24"] {
        let opus = export(EVERYTHING, &format!("-o a.opus {bitrate} --with json"));
        let wav = export(EVERYTHING, "-o a.wav");
        let (opus_samples, wav) = (samples(&opus.path("a.opus")), samples(&wav.path("a.wav")));
        assert_eq!(opus_samples.len(), wav.len());
        let timeline = timeline_beside(&opus);
        let cues = timeline["cues"].as_array().unwrap();
        assert!(cues.len() > 30);
        for cue in cues {
            let [at, frames] = ["at", "frames"].map(|name| cue[name].as_u64().unwrap() as usize);
            let lag = lag(&wav, &opus_samples, at, frames.min(12_000));
            assert!(lag.abs() <= 24, "{cue}: {lag} frames off");
        }
    }
}

#[test]
fn nine_minutes_of_opus_are_small_enough_for_a_message() {
    let ran = earcoach("export --limit 6 --format opus --json").run().exits(0);
    let told = ran.json();
    assert!(told["frames"].as_u64().unwrap() > 8 * 60 * 48_000);
    assert!(told["bytes"].as_u64().unwrap() < 6_000_000, "{told}");
}

#[test]
fn a_higher_bit_rate_takes_more_room() {
    let size = |options: &str| {
        let ran = export(EARS, &format!("-o a.opus --guard always {options} --json")).json();
        ran["bytes"].as_u64().unwrap()
    };
    assert!(size("--bitrate 24") < size(""));
    assert!(size("") < size("--bitrate 128"));
}

#[test]
fn the_same_routine_gives_the_same_bytes_in_every_format() {
    for file in ["a.flac", "a.opus"] {
        let export =
            || std::fs::read(export(EVERYTHING, &format!("-o {file}")).path(file)).unwrap();
        assert!(export() == export(), "{file}");
    }
}

#[test]
fn the_json_tells_the_format_and_what_the_file_holds() {
    for (options, file, bits) in [
        ("--format flac --bits 24", "my.flac", json!(24)),
        ("--format opus", "my.opus", Value::Null),
        ("-o other.ogg", "other.ogg", Value::Null),
        ("", "my.wav", json!(16)),
    ] {
        let ran = earcoach(&format!("export my.json --json {options}")).file("my.json", EARS);
        let ran = ran.run().exits(0);
        let told = ran.json();
        let format = Path::new(file).extension().unwrap().to_str().unwrap().replace("ogg", "opus");
        assert_eq!((&told["format"], &told["bits"]), (&format.into(), &bits));
        assert_eq!(
            (&told["file"], &told["rate"], &told["channels"]),
            (&file.into(), &48_000.into(), &2.into())
        );
        assert_eq!(told["bytes"], std::fs::metadata(ran.path(file)).unwrap().len());
    }
}

#[test]
fn files_beside_are_those_of_the_exported_one() {
    let ran = export(EARS, "-o a.opus --with cue,lrc");
    assert_eq!(ran.files(), ["a.cue", "a.lrc", "a.opus"]);
    let sheet = std::fs::read_to_string(ran.path("a.cue")).unwrap();
    assert!(sheet.contains("FILE \"a.opus\" WAVE\n"), "{sheet}");
}

#[test]
fn an_opus_stream_is_the_file_byte_for_byte() {
    let file = export(EARS, "-o a.opus");
    let stream = export(EARS, "-o - --format opus");
    assert!(stream.stdout == std::fs::read(file.path("a.opus")).unwrap());
}

#[test]
fn a_flac_stream_has_all_but_what_is_known_only_at_its_end() {
    let file = export(EARS, "-o a.flac");
    let stream = export(EARS, "-o - --format flac");
    let whole = std::fs::read(file.path("a.flac")).unwrap();
    assert_eq!(stream.stdout.len(), whole.len());
    // The sum of the samples.
    assert_eq!(stream.stdout[..26], whole[..26]);
    assert_eq!(stream.stdout[26..42], [0; 16]);
    let streamed = file.path("streamed.flac");
    std::fs::write(&streamed, stream.stdout).unwrap();
    assert!(samples(&streamed) == samples(&file.path("a.flac")));
}

#[test]
fn a_full_disk_is_an_error_in_every_format() {
    for format in ["flac", "opus"] {
        let ran = earcoach(&format!("export -o /dev/full --format {format}")).run().exits(1);
        assert!(
            ran.stderr.starts_with("error: cannot write `/dev/full`: No space"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn what_cannot_be_is_refused_with_what_can() {
    for (arguments, told) in [
        (
            "-o a.mp3",
            "`a.mp3`: earcoach writes WAV, FLAC and Opus; let the name end in .wav, .flac or .opus, not .mp3",
        ),
        (
            "-o a.wav --format opus",
            "`a.wav` is named as WAV, but --format opus was asked for; let the name end in .opus",
        ),
        (
            "-o a.opus --rate 44100",
            "Opus cannot carry 44100 frames a second: take --rate 48000, 24000, 16000, 12000 or 8000, or another format",
        ),
        (
            "-o a.flac --bits 32",
            "--bits 32: FLAC has whole numbers only; take 16 or 24 bits, or WAV",
        ),
        (
            "-o a.flac --rate 96001",
            "--rate 96001: beyond 65534 FLAC has rates in tens; take 96000 or 96010",
        ),
        (
            "-o a.opus --bits 16",
            "--bits: Opus has no bits in a sample; --bitrate says how much room it takes",
        ),
        ("--bitrate 64", "--bitrate is for Opus: WAV has every sample"),
        ("-o - --json --format opus", "--json and the file cannot both go to standard output"),
    ] {
        let ran = earcoach(&format!("export {arguments}")).run().exits(2);
        assert_eq!(ran.stderr, format!("error: {told}\n"));
        assert_eq!((ran.files(), ran.stdout), (Vec::<String>::new(), Vec::new()));
    }
    let ran = earcoach("export -o a.opus --bitrate 511").run().exits(2);
    assert!(ran.stderr.contains("511 is not in 6..=510"), "{}", ran.stderr);
}
