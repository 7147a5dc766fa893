//! Music under the voice, in files and live: what it does is what is left of an export with
//! music when the export without it is taken away.

use std::path::Path;

use serde_json::Value;

use crate::device::Device;
use crate::support::{Program, Ran, earcoach, tool};

/// A tone, words, a long silence, words: 40 s.
const ROUTINE: &str = r#"{ "title": "Bed", "steps": [
    { "rest": { "for": "9s", "say": "", "tones": false, "announce": [], "count": 0 } },
    { "tone": "halfway" },
    { "rest": { "for": "8s", "say": "", "tones": false, "announce": [], "count": 0 } },
    { "say": "Well done." },
    { "rest": { "for": "16s", "say": "", "tones": false, "announce": [], "count": 0 } },
    { "say": "Great." },
    { "rest": { "for": "5s", "say": "", "tones": false, "announce": [], "count": 0 } } ] }"#;

/// A stereo WAV file of 16 bit with a sine in each ear, of so many seconds.
fn sines(rate: u32, seconds: u32, peak: f64, hertz: [f64; 2]) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut out = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut out, spec).unwrap();
    for frame in 0..rate * seconds {
        for hz in hertz {
            let angle = std::f64::consts::TAU * hz * f64::from(frame) / f64::from(rate);
            writer.write_sample((peak * 32_767.0 * angle.sin()) as i16).unwrap();
        }
    }
    writer.finalize().unwrap();
    out.into_inner()
}

/// The program in a folder with the routine and a minute of music.
fn with_music(args: &str) -> Program {
    let music = sines(48_000, 60, 0.5, [300.0, 500.0]);
    earcoach(args).file("bed.json", ROUTINE).file("music.wav", music)
}

/// The frames of a file that was exported, as ffmpeg reads them.
fn frames(ran: &Ran, name: &str) -> Vec<[i16; 2]> {
    let file = ran.path(name);
    let args = ["-v", "error", "-i", file.to_str().unwrap(), "-ac", "2", "-f", "s16le", "-"];
    let (bytes, _) = tool("ffmpeg", &args);
    let sample = |b: &[u8]| i16::from_le_bytes([b[0], b[1]]);
    bytes.chunks_exact(4).map(|b| [sample(&b[..2]), sample(&b[2..])]).collect()
}

/// What an export with these options has more than one without music.
fn bed(options: &str) -> Vec<[i16; 2]> {
    let ran = with_music(&format!("export bed.json -o with.wav {options}")).run().exits(0);
    let with = frames(&ran, "with.wav");
    let plain = earcoach("export bed.json -o plain.wav --guard off --channels 2");
    let without = frames(&plain.file("bed.json", ROUTINE).run().exits(0), "plain.wav");
    assert_eq!(with.len(), without.len());
    let differ = |(a, b): (&[i16; 2], &[i16; 2])| [a[0] - b[0], a[1] - b[1]];
    with.iter().zip(&without).map(differ).collect()
}

/// The level of the left ear from `from` to `until` in seconds, in dB full scale.
fn level(frames: &[[i16; 2]], from: f64, until: f64) -> f64 {
    let range = (from * 48_000.0) as usize..(until * 48_000.0) as usize;
    let (sum, count) = (range.clone().map(|i| f64::from(frames[i][0]).powi(2)), range.len() as f64);
    10.0 * (sum.sum::<f64>() / count / 32_768f64.powi(2)).log10()
}

/// Where each sound begins and ends, in seconds, and whether it is spoken.
fn sounds() -> Vec<(f64, f64, bool)> {
    let shown = earcoach("show bed.json --guard off --json").file("bed.json", ROUTINE).run();
    let cues = shown.exits(0).json()["cues"].as_array().unwrap().clone();
    let seconds = |value: &Value| value.as_f64().unwrap() / 48_000.0;
    let cue = |cue: &Value| {
        let at = seconds(&cue["at"]);
        (at, at + seconds(&cue["frames"]), cue["kind"] == "voice")
    };
    cues.iter().map(cue).collect()
}

#[track_caller]
fn assert_near(level: f64, expected: f64) {
    assert!((level - expected).abs() < 0.2, "{level:.2} dB instead of {expected}");
}

#[test]
fn the_music_gives_way_before_each_word_and_half_as_far_before_a_tone() {
    let bed = bed("--guard off --music music.wav --duck 14 --music-level 6");
    // A sine of half of full scale has -9 dB, and 6 dB less between words.
    let (open, tone, word) = (-15.03, -22.03, -29.03);
    for (begin, end, is_voice) in sounds() {
        assert_near(level(&bed, begin - 0.45, begin - 0.26), open);
        let before = level(&bed, begin - 0.14, begin - 0.11);
        assert!(before < open - 1.0, "it is on its way: {before:.1}");
        assert_near(level(&bed, begin, end), if is_voice { word } else { tone });
        let after = level(&bed, end + 0.2, end + 0.25);
        assert!(after < open - 0.5, "it comes back gently: {after:.1}");
        assert_near(level(&bed, end + 1.5, end + 2.5), open);
    }
}

#[test]
fn the_music_swells_at_the_begin_and_has_faded_at_the_end() {
    let bed = bed("--guard off --music music.wav");
    assert!(level(&bed, 0.0, 0.05) < -45.0 && level(&bed, 1.5, 2.0) > -19.0);
    assert!(bed[bed.len() - 48..].iter().flatten().all(|sample| sample.abs() <= 1));
    let seconds = bed.len() as f64 / 48_000.0;
    assert!(level(&bed, seconds - 1.6, seconds - 1.4) < level(&bed, seconds - 2.9, seconds - 2.7));
}

/// How strong a sine is in one ear, as a part of all that is there.
fn part_of(frames: &[[i16; 2]], ear: usize, hz: f64) -> f64 {
    let (mut sine, mut cosine, mut all) = (0.0, 0.0, 0.0);
    for (i, frame) in frames.iter().enumerate() {
        let (value, angle) =
            (f64::from(frame[ear]), std::f64::consts::TAU * hz * i as f64 / 48_000.0);
        sine += value * angle.sin();
        cosine += value * angle.cos();
        all += value * value;
    }
    2.0 * (sine * sine + cosine * cosine) / all / frames.len() as f64
}

#[test]
fn music_of_every_format_and_rate_is_the_same_music() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.wav");
    std::fs::write(&source, sines(44_100, 60, 0.5, [300.0, 500.0])).unwrap();
    for (name, codec) in [
        ("a.mp3", "libmp3lame"),
        ("a.m4a", "aac"),
        ("a.aac", "aac"),
        ("a.flac", "flac"),
        ("a.ogg", "libvorbis"),
        ("a.opus", "libopus"),
        ("a.wav", "pcm_s24le"),
    ] {
        let file = folder.path().join(name);
        let (from, to) = (source.to_str().unwrap(), file.to_str().unwrap());
        tool("ffmpeg", &["-v", "error", "-i", from, "-c:a", codec, to]);
        let bed = bed(&format!("--guard off --music {to} --duck 0"));
        let heard = &bed[5 * 48_000..25 * 48_000];
        let level = level(heard, 0.0, 20.0);
        assert!((level + 18.03).abs() < 0.6, "{name}: {level:.2} dB");
        for (ear, hz) in [300.0, 500.0].into_iter().enumerate() {
            let part = part_of(heard, ear, hz);
            assert!(part > 0.99, "{name}: {hz} Hz is {part:.3} of ear {ear}");
        }
    }
}

#[test]
fn what_cannot_be_played_is_named_and_skipped() {
    let list = "#EXTM3U\nhttp://radio.example/stream\nmissing.mp3\nbroken.mp3\nmusic.wav\n";
    let ran = with_music("export bed.json -o a.wav --music list.m3u nowhere --duck 0")
        .file("list.m3u", list)
        .file("broken.mp3", "this is no music")
        .run()
        .exits(0);
    let notes: Vec<&str> = ran.stderr.lines().skip(1).collect();
    assert_eq!(
        notes,
        [
            "note: music `http://radio.example/stream`: it is not on this machine",
            "note: music `missing.mp3`: No such file or directory (os error 2)",
            "note: music `nowhere`: No such file or directory (os error 2)",
            "note: music `broken.mp3`: it is no music that can be read",
        ]
    );
    assert!(level(&frames(&ran, "a.wav"), 4.0, 8.0) > -19.0);
}

#[test]
fn where_none_can_be_played_nothing_is_written() {
    let ran = with_music("export bed.json -o a.wav --music broken.mp3 missing.mp3")
        .file("broken.mp3", "this is no music")
        .run()
        .exits(3);
    assert_eq!(
        ran.stderr,
        "error: --music names nothing that can be played: `missing.mp3`: No such file or directory \
         (os error 2); `broken.mp3`: it is no music that can be read\n"
    );
    assert_eq!(ran.files(), ["bed.json", "broken.mp3", "music.wav"]);
}

#[test]
fn a_routine_that_stands_behind_the_music_is_told_where_it_belongs() {
    let ran = with_music("export --music music.wav bed.json").run().exits(2);
    assert_eq!(
        ran.stderr,
        "error: --music takes all that follows it, and `bed.json` is no music: name the routine before --music\n"
    );
}

#[test]
fn music_that_is_damaged_is_played_as_far_as_it_goes() {
    let mut music = sines(48_000, 60, 0.5, [300.0, 500.0]);
    music.truncate(12 * 48_000 * 4);
    let ran = earcoach("export bed.json -o a.wav --music cut.wav --duck 0")
        .file("bed.json", ROUTINE)
        .file("cut.wav", music)
        .run()
        .exits(0);
    // Again and again, from its begin.
    assert!(level(&frames(&ran, "a.wav"), 30.0, 34.0) > -19.0);
}

#[test]
fn the_same_seed_gives_the_same_file_and_another_seed_another() {
    let exported = |seed: u32| {
        let args = format!("export bed.json -o a.wav --music songs --shuffle {seed}");
        let program = earcoach(&args).file("bed.json", ROUTINE);
        let songs = program.folder.path().join("songs");
        std::fs::create_dir(&songs).unwrap();
        for song in 1..=6 {
            let hz = 100.0 * f64::from(song);
            std::fs::write(songs.join(format!("{song}.wav")), sines(8000, 8, 0.5, [hz, hz]))
                .unwrap();
        }
        std::fs::read(program.run().exits(0).path("a.wav")).unwrap()
    };
    assert!(exported(1) == exported(1));
    assert!(exported(1) != exported(2));
}

#[test]
fn what_is_heard_live_is_what_the_file_has() {
    let routine =
        r#"{ "steps": [ { "say": "Get ready." }, { "hold": "6s" }, { "say": "Well done." } ] }"#;
    let device = Device::new();
    let program = earcoach("play short.json --music music.wav").file("short.json", routine);
    let program = program.file("music.wav", sines(44_100, 8, 0.5, [300.0, 500.0]));
    let mut command = program.command();
    device.dress(&mut command);
    let output = command.stdin(std::process::Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let exported = earcoach("export short.json -o a.wav --music music.wav")
        .file("short.json", routine)
        .file("music.wav", std::fs::read(program.folder.path().join("music.wav")).unwrap())
        .run()
        .exits(0);
    assert_heard(&device.heard(), &frames(&exported, "a.wav"));
}

/// Asserts that the file is what was heard, from its first sound on, and after it nothing.
fn assert_heard(heard: &[[i16; 2]], file: &[[i16; 2]]) {
    let begun = |frames: &[[i16; 2]]| frames.iter().position(|frame| *frame != [0, 0]).unwrap();
    let (heard, file) = (&heard[begun(heard)..], &file[begun(file)..]);
    let differs = heard.iter().zip(file).position(|(a, b)| a != b);
    assert_eq!(differs, None, "of {} frames", file.len());
    assert!(heard.len() >= file.len(), "{} of {} frames", heard.len(), file.len());
    assert!(heard[file.len()..].iter().all(|frame| *frame == [0, 0]));
}

#[test]
fn a_pipe_is_no_music_and_is_not_waited_for() {
    let program = with_music("export bed.json -o a.wav --music pipe");
    tool("mkfifo", &[Path::new(program.folder.path()).join("pipe").to_str().unwrap()]);
    let ran = program.run().exits(3);
    assert!(ran.stderr.contains("`pipe`: it is no ordinary file"), "{}", ran.stderr);
}

#[test]
fn music_with_a_large_picture_in_its_tag_is_music() {
    let program = with_music("export bed.json -o a.wav --music song.mp3");
    let path = |name: &str| program.folder.path().join(name).to_str().unwrap().to_string();
    let (song, plain) = (path("music.wav"), path("plain.mp3"));
    tool("ffmpeg", &["-v", "error", "-i", &song, "-id3v2_version", "0", &plain]);
    // A tag of 2 MiB, which is counted in sevens (ID3v2.4.0, section 6.2).
    let tag = [b"ID3\x04\0\0\x01\0\0\0".as_slice(), &vec![0x55; 1 << 21]].concat();
    std::fs::write(path("song.mp3"), [tag, std::fs::read(plain).unwrap()].concat()).unwrap();
    let ran = program.run().exits(0);
    assert!(level(&frames(&ran, "a.wav"), 4.0, 8.0) > -19.0);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}

#[test]
fn where_nothing_else_is_heard_the_music_is_brought_to_the_loudness() {
    let routine = r#"{ "steps": [{ "rest": { "for": "20s", "say": "", "tones": false, "announce": [], "count": 0 } }] }"#;
    let program = earcoach("export r.json -o a.wav --guard off --music music.wav --loudness -20");
    let program = program.file("r.json", routine);
    let ran = program.file("music.wav", sines(48_000, 60, 0.5, [300.0, 500.0])).run().exits(0);
    assert!(
        ran.stderr.contains(", -20.0 LUFS") || ran.stderr.contains(", -19.9 LUFS"),
        "{}",
        ran.stderr
    );
}
