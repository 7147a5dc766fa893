//! Exported files as others read them: every cue on its frame, by ffmpeg's eyes.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use earcoach::render::Renderer;
use earcoach::routine::parse;
use earcoach::sequencer::{GuardMode, Options, sequence};
use earcoach::sink::pcm::Bits;
use earcoach::sink::wav::{self, WavFile, WavFormat};
use earcoach::sounds::Sounds;
use earcoach::timeline::{Ear, Timeline};
use earcoach::voice::Voice;
use serde_json::Value;

use crate::support::{EVERYTHING, earcoach, ffmpeg_samples, repository, tool};

/// A cue of `show --json`.
struct Cue {
    at: usize,
    frames: usize,
    voice: Option<String>,
    tone: Option<String>,
}

fn cues(timeline: &Value) -> Vec<Cue> {
    let text = |value: &Value| value.as_str().map(String::from);
    let cue = |cue: &Value| Cue {
        at: cue["at"].as_u64().unwrap() as usize,
        frames: cue["frames"].as_u64().unwrap() as usize,
        voice: text(&cue["text"]),
        tone: text(&cue["tone"]),
    };
    timeline["cues"].as_array().unwrap().iter().map(cue).collect()
}

/// The file of each clip's words, as the manifest has it.
fn files() -> HashMap<String, String> {
    let manifest = repository().join("audio/voices/heart/voice.json");
    let manifest: Value = serde_json::from_slice(&std::fs::read(manifest).unwrap()).unwrap();
    let clips = manifest["clips"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_string();
    clips.map(|clip| (text(&clip["words"]), text(&clip["file"]))).collect()
}

/// How many frames later than at `at` a clip recorded at 24 kHz lies in a file at 48 kHz,
/// within a millisecond, by the greatest correlation.
fn lag(file: &[i16], at: usize, clip: &[i16]) -> isize {
    let correlation = |lag: isize| -> f64 {
        let begin = at as isize + lag;
        let pairs = clip.iter().enumerate().map(|(i, sample)| {
            let place = usize::try_from(begin + 2 * i as isize).ok();
            let found = place.and_then(|place| file.get(place)).copied().unwrap_or(0);
            f64::from(*sample) * f64::from(found)
        });
        pairs.sum()
    };
    (-48..=48).max_by(|a, b| correlation(*a).total_cmp(&correlation(*b))).unwrap()
}

/// A tone by the textbook: notes of three harmonics, each swelling in 8 ms and fading out;
/// the breath before words swells in 120 ms and is softer.
fn tone(name: &str, rate: f64) -> Vec<f64> {
    // When each note begins and how long it fades, in seconds, and its pitch in Hz.
    let notes: &[(f64, f64, f64)] = match name {
        "start" => &[(0.0, 0.16, 523.25), (0.1, 0.22, 783.99)],
        "end" => &[(0.0, 0.16, 783.99), (0.1, 0.32, 523.25)],
        "deepen" => &[(0.0, 0.17, 392.0), (0.11, 0.17, 329.63), (0.22, 0.32, 261.63)],
        "tick" => &[(0.0, 0.07, 523.25)],
        "halfway" => &[(0.0, 0.15, 659.26), (0.18, 0.22, 659.26)],
        "finish" => {
            &[(0.0, 0.26, 523.25), (0.15, 0.26, 659.26), (0.3, 0.26, 783.99), (0.45, 1.0, 1046.5)]
        }
        "breath" => &[(0.0, 0.25, 329.63)],
        other => panic!("{other}"),
    };
    let (level, attack) = if name == "breath" { (0.16, 0.12) } else { (1.0, 0.008) };
    let value = |t: f64, (at, fade, pitch): &(f64, f64, f64)| {
        let t = t - (at * rate).round() / rate;
        if t < 0.0 || t >= *fade {
            return 0.0;
        }
        let (swell, left) = ((t / attack).min(1.0), 1.0 - t / fade);
        let harmonics = [(1.0, 0.80), (2.0, 0.14), (3.0, 0.06)];
        let wave = harmonics.map(|(n, part)| part * (std::f64::consts::TAU * pitch * n * t).sin());
        let peak = level * 0.26 * 32_767.0;
        peak * (3.0 - 2.0 * swell) * (swell * left).powi(2) * wave.iter().sum::<f64>()
    };
    let end = notes.iter().map(|(at, fade, _)| at + fade).fold(0.0, f64::max);
    let frames = 0..(end * rate).round() as usize;
    frames.map(|i| notes.iter().map(|note| value(i as f64 / rate, note)).sum()).collect()
}

/// Asserts that two waves are the same but for rounding, and not silent.
fn assert_same_wave(heard: &[i16], ideal: &[f64], what: &str) {
    let worst = heard.iter().zip(ideal).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
    assert!(worst < 3.0, "{what} differs by {worst}");
    assert!(heard.iter().any(|sample| sample.abs() > 200), "{what} is not heard");
}

/// A 16-bit sample of 33 is -60 dBFS: the guard signal stays below.
const INAUDIBLE: i16 = 32;

/// Asserts that every cue of the timeline begins on its frame in the file, and that
/// nothing is heard between the cues.
fn assert_every_cue_on_its_frame(timeline: &Value, file: &[i16]) {
    assert_eq!(file.len() as u64, timeline["frames"].as_u64().unwrap());
    let files = files();
    let mut decoded: HashMap<String, Vec<i16>> = HashMap::new();
    let mut tones: HashMap<String, Vec<f64>> = HashMap::new();
    let mut silent_from = 0;
    let (cues, rate) = (cues(timeline), timeline["rate"].as_f64().unwrap());
    for (i, cue) in cues.iter().enumerate() {
        let alone = cue.at >= silent_from;
        if alone {
            let between = &file[silent_from..cue.at];
            let is_still = between.iter().all(|sample| sample.abs() <= INAUDIBLE);
            assert!(is_still, "sound before frame {}", cue.at);
        }
        if let Some(words) = &cue.voice {
            let clip = decoded.entry(words.clone()).or_insert_with(|| {
                let folder = repository().join("audio/voices/heart");
                ffmpeg_samples(&folder.join(&files[words]))
            });
            if rate == 48_000.0 {
                assert_eq!(cue.frames, 2 * clip.len(), "{words}");
                assert_eq!(lag(file, cue.at, clip), 0, "“{words}” at frame {}", cue.at);
            }
        } else if let Some(name) = cue.tone.as_ref().filter(|_| alone) {
            let tone = tones.entry(name.clone()).or_insert_with(|| tone(name, rate));
            let heard = &file[cue.at..cue.at + cue.frames];
            let next = cues.get(i + 1).map_or(file.len(), |next| next.at);
            let own = heard.len().min(next - cue.at);
            assert_same_wave(&heard[..own], &tone[..own], &format!("{name} at frame {}", cue.at));
        }
        silent_from = silent_from.max(cue.at + cue.frames);
    }
    assert!(file[silent_from..].iter().all(|sample| sample.abs() <= INAUDIBLE));
}

fn show(options: &str, routine: &str) -> Value {
    earcoach(&format!("show - --json {options}")).stdin(routine).run().exits(0).json()
}

fn export(options: &str, routine: &str) -> Vec<i16> {
    let ran = earcoach(&format!("export - -o a.wav {options}")).stdin(routine).run().exits(0);
    ffmpeg_samples(&ran.path("a.wav"))
}

fn calf_cramp() -> String {
    std::fs::read_to_string(repository().join("audio/routines/calf-cramp.json")).unwrap()
}

#[test]
fn every_cue_of_the_calf_cramp_routine_begins_on_its_frame() {
    let (options, routine) = ("--side left", calf_cramp());
    assert_every_cue_on_its_frame(&show(options, &routine), &export(options, &routine));
}

#[test]
fn every_cue_of_a_routine_of_all_verbs_begins_on_its_frame() {
    let options = "--limit 3";
    assert_every_cue_on_its_frame(&show(options, EVERYTHING), &export(options, EVERYTHING));
}

#[test]
fn every_tone_begins_on_its_frame_at_an_uneven_rate_too() {
    let options = "--rate 44100";
    assert_every_cue_on_its_frame(&show(options, EVERYTHING), &export(options, EVERYTHING));
}

#[test]
fn every_format_holds_the_same_sound() {
    let mono = export("", EVERYTHING);
    for options in ["--bits 24", "--bits 32"] {
        let samples = export(options, EVERYTHING);
        assert_eq!(samples, mono, "{options}");
    }
    let stereo = export("--channels 2", EVERYTHING);
    assert!(stereo.chunks_exact(2).zip(&mono).all(|(pair, sample)| pair == [*sample; 2]));
    assert_eq!(stereo.len(), 2 * mono.len());
}

#[test]
fn the_loudness_that_is_told_is_the_one_that_ffmpeg_measures() {
    for options in ["--rate 48000", "--rate 22050", "--side right --limit 2"] {
        let command = format!("export calf-cramp --json -o a.wav {options}");
        let ran = earcoach(&command).run().exits(0);
        let told = ran.json()["lufs"].as_f64().unwrap();
        let measured = ffmpeg_loudness(&ran.path("a.wav"));
        assert!((told - measured).abs() <= 0.2, "{options}: told {told}, measured {measured}");
    }
}

/// The integrated loudness of a file by ffmpeg, in LUFS: of mono as two ears hear it, of stereo
/// as it is.
fn ffmpeg_loudness(file: &Path) -> f64 {
    let file = file.to_str().unwrap();
    let arguments = ["-i", file, "-af", "ebur128=dualmono=true", "-f", "null", "-"];
    let (_, log) = tool("ffmpeg", &arguments);
    let summary = log.rsplit("Integrated loudness:").next().unwrap();
    summary.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// A routine of all verbs, every cue in another ear than the one before, and its sounds.
fn everything_in_one_ear_or_the_other() -> (Timeline, Sounds) {
    let options = Options { guard: GuardMode::Off, ..Options::default() };
    let voice = Voice::built_in();
    let routine = parse(EVERYTHING).unwrap();
    let mut timeline = sequence(&routine, "any", &voice, &options).unwrap();
    let ears = [Ear::Left, Ear::Both, Ear::Right, Ear::Left].into_iter().cycle();
    for (cue, ear) in timeline.cues.iter_mut().zip(ears) {
        cue.ear = ear;
    }
    let sounds = Sounds::load(&timeline, &voice).unwrap();
    (timeline, sounds)
}

/// The samples of both ears by the textbook: all sounds added up, a quarter of those that are
/// meant for the other ear.
fn textbook_ears(timeline: &Timeline, sounds: &Sounds) -> Vec<[f64; 2]> {
    let mut frames = vec![[0.0; 2]; timeline.frames.0 as usize];
    for cue in &timeline.cues {
        let levels = match cue.ear {
            Ear::Both => [1.0, 1.0],
            Ear::Left => [1.0, 0.25],
            Ear::Right => [0.25, 1.0],
        };
        let place = &mut frames[cue.at.0 as usize..];
        for (frame, sample) in place.iter_mut().zip(sounds.samples(cue.sound).iter()) {
            for (sum, level) in frame.iter_mut().zip(levels) {
                *sum += level * f64::from(*sample);
            }
        }
    }
    frames
}

#[test]
fn both_ears_are_the_textbook_sums_and_as_loud_as_ffmpeg_measures() {
    let (timeline, sounds) = everything_in_one_ear_or_the_other();
    let told = sounds.loudness(&timeline).unwrap();
    let expected = textbook_ears(&timeline, &sounds);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ears.wav");
    let format = WavFormat { rate: timeline.rate, channels: 2, bits: Bits::Int16 };
    let wav = WavFile::new(format, timeline.frames, Vec::new());
    let mut renderer = Renderer::new(Arc::new(timeline), Arc::new(sounds));
    wav::write(&mut renderer, &wav, &File::create(&file).unwrap(), |_| ()).unwrap();
    let heard = ffmpeg_samples(&file);
    assert_eq!(heard.len(), 2 * expected.len());
    let differences = heard.iter().zip(expected.as_flattened());
    let worst = differences.map(|(heard, sum)| (f64::from(*heard) - sum).abs()).fold(0.0, f64::max);
    assert!(worst <= 0.5, "differs by {worst}, more than rounding");
    let measured = ffmpeg_loudness(&file);
    assert!((told - measured).abs() <= 0.2, "told {told}, measured {measured}");
}

/// The longest run of zeros, in frames.
fn longest_zeros(samples: &[i16]) -> usize {
    samples.split(|sample| *sample != 0).map(<[i16]>::len).max().unwrap()
}

#[test]
fn earbuds_are_kept_awake_as_the_guard_says() {
    let routine = r#"{"steps": [{"hold": {"for": "20s", "announce": ["5s"], "count": 0}}]}"#;
    let second = 48_000;
    let still = |options| longest_zeros(&export(options, routine));
    assert!(still("--guard off") > 12 * second);
    let zeros = still("--guard always");
    // A clip has some at its ends.
    assert!(zeros < second / 8, "{zeros}");
    let (timeline, file) = (show("", routine), export("", routine));
    let cues = cues(&timeline);
    // A second of the signal and a breath come before the first word, and before words after a
    // long silence; the rest of the silence is silent.
    let breaths: Vec<usize> =
        (0..cues.len()).filter(|i| cues[*i].tone.as_deref() == Some("breath")).collect();
    assert_eq!(breaths.len(), 2);
    assert_eq!(cues[1].at, second, "a second leads in to the first word");
    for breath in breaths {
        let (at, words) = (cues[breath].at, &cues[breath + 1]);
        assert_eq!(words.at - at, second * 3 / 10);
        assert!(words.voice.is_some());
        assert!(longest_zeros(&file[at.saturating_sub(second)..at]) < 100);
    }
    assert!(longest_zeros(&file) > 11 * second);
}

/// The 64-bit FNV-1a hash (draft-eastlake-fnv, section 2), enough to notice any change.
fn hash(file: &Path) -> String {
    let bytes = std::fs::read(file).unwrap();
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// These change only when a routine, the voice or the rendering is changed on purpose;
/// the files must be the same on every processor. They are hashed without the tags, which name
/// the program's version.
#[test]
fn two_routines_are_the_very_bytes_they_were() {
    let ran = earcoach("export --side left --plain --quiet").run().exits(0);
    assert_eq!(hash(&ran.path("calf-cramp.wav")), CALF_CRAMP);
    let ran = earcoach("export - -o a.wav --rate 44100 --channels 2 --bits 24 --plain --quiet")
        .stdin(EVERYTHING)
        .run()
        .exits(0);
    assert_eq!(hash(&ran.path("a.wav")), EVERYTHING_AT_44100);
}

/// These change with the libraries that encode as well.
#[test]
fn encoded_files_are_the_very_bytes_they_were() {
    for (file, expected) in [("a.flac", EVERYTHING_AS_FLAC), ("a.opus", EVERYTHING_AS_OPUS)] {
        let ran = earcoach(&format!("export - -o {file} --plain --quiet")).stdin(EVERYTHING);
        assert_eq!(hash(&ran.run().exits(0).path(file)), expected, "{file}");
    }
}

const CALF_CRAMP: &str = "b8df56575ebefef9";
const EVERYTHING_AT_44100: &str = "9a89a528bb6fbcd7";
const EVERYTHING_AS_FLAC: &str = "a5965df91caeac45";
const EVERYTHING_AS_OPUS: &str = "16e7a31534e96bd7";
