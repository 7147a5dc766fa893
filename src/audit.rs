//! Proves a voice pack: every clip is there, as long and as loud as the manifest
//! says, begins and ends softly, and the built-in routines find all their words.

use std::collections::HashMap;

use ebur128::{Channel, EbuR128, Mode};

use crate::clip::Clip;
use crate::routine::{BUILT_IN, parse};
use crate::sequencer::{Options, Sides, sequence};
use crate::voice::{ClipId, Pack, Voice};

/// The level at which voices are heard, in LUFS, as podcast players expect it.
const LOUDNESS: f64 = -16.0;
/// How far a clip may be from it: more is heard as a step.
const LOUDNESS_TOLERANCE: f64 = 1.0;
/// How far the manifest may be from what is measured here, in LU and dB: meters guess
/// the true peak between samples each in its own way (ITU-R BS.1770-5, annex 2).
const MANIFEST_TOLERANCE: f64 = 1.0;
/// Peaks between the samples stay below this, in dBTP, so that no converter clips.
const HIGHEST_PEAK: f64 = -1.0;
/// Samples below this count as silence: -60 dBFS.
const SILENCE: u16 = 33;
/// Silence that a clip may have at either end, in ms; more would be heard inside sentences.
const LONGEST_MARGIN_MS: usize = 120;

/// What is found in a voice pack.
#[derive(Clone, Debug)]
pub struct Audit {
    /// How many clips there are.
    pub clips: usize,
    /// How long they are together, in seconds.
    pub seconds: f64,
    /// The loudness of the softest and the loudest clip, in LUFS.
    pub loudness: (f64, f64),
    /// The highest true peak, in dBTP.
    pub peak: f64,
    /// What is wrong, a sentence each.
    pub problems: Vec<String>,
}

/// Reads and measures every clip of `pack`.
pub fn audit(pack: &Pack) -> Audit {
    let mut audit = Audit {
        clips: pack.manifest.clips.len(),
        seconds: 0.0,
        loudness: (f64::INFINITY, f64::NEG_INFINITY),
        peak: f64::NEG_INFINITY,
        problems: Vec::new(),
    };
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for (id, entry) in pack.manifest.clips.iter().enumerate() {
        if let Some(first) = seen.insert(&entry.words, &entry.file) {
            audit.problems.push(format!("`{}` says the same words as `{first}`", entry.file));
        }
        match pack.clip(ClipId(id as u32)) {
            Ok(clip) => audit.measure(pack, ClipId(id as u32), &clip),
            Err(error) => audit.problems.push(error.to_string()),
        }
    }
    audit.problems.extend(missing_words(pack));
    audit
}

impl Audit {
    fn measure(&mut self, pack: &Pack, id: ClipId, clip: &Clip) {
        let entry = pack.entry(id);
        let mut wrong = |what: String| self.problems.push(format!("`{}` {what}", entry.file));
        let hz = clip.rate.hz();
        self.seconds += clip.samples.len() as f64 / f64::from(hz);
        let loud = |sample: &i16| sample.unsigned_abs() >= SILENCE;
        let Some(begin) = clip.samples.iter().position(loud) else {
            return wrong("says nothing: it is silent".into());
        };
        let end = clip.samples.iter().rposition(loud).map_or(begin, |last| last + 1);
        if begin == 0 || end == clip.samples.len() {
            wrong("does not begin and end in silence, so it would click".into());
        }
        let margin = begin.max(clip.samples.len() - end) * 1000 / hz as usize;
        if margin > LONGEST_MARGIN_MS {
            wrong(format!("has {margin} ms of silence at one end, more than {LONGEST_MARGIN_MS}"));
        }
        let (lufs, peak) = measure(&clip.samples[begin..end], hz);
        if (lufs - LOUDNESS).abs() > LOUDNESS_TOLERANCE {
            wrong(format!("measures {lufs:.1} LUFS, not {LOUDNESS} by {LOUDNESS_TOLERANCE} LU"));
        }
        if (lufs - entry.lufs).abs() > MANIFEST_TOLERANCE {
            wrong(format!("measures {lufs:.1} LUFS, but the manifest says {}", entry.lufs));
        }
        if peak > HIGHEST_PEAK {
            wrong(format!("peaks at {peak:.1} dBTP, above {HIGHEST_PEAK}"));
        }
        if (peak - entry.peak).abs() > MANIFEST_TOLERANCE {
            wrong(format!("peaks at {peak:.1} dBTP, but the manifest says {}", entry.peak));
        }
        self.loudness = (self.loudness.0.min(lufs), self.loudness.1.max(lufs));
        self.peak = self.peak.max(peak);
    }
}

/// The integrated loudness of `speech` in LUFS, as two ears hear mono, and its true
/// peak in dBTP. Speech is repeated until it fills ten gating blocks: a single
/// word is shorter than one.
fn measure(speech: &[i16], hz: u32) -> (f64, f64) {
    let measured = || {
        let mut meter = EbuR128::new(1, hz, Mode::I | Mode::TRUE_PEAK)?;
        meter.set_channel(0, Channel::DualMono)?;
        meter.add_frames_i16(speech)?;
        let peak = meter.true_peak(0)?;
        let mut meter = EbuR128::new(1, hz, Mode::I)?;
        meter.set_channel(0, Channel::DualMono)?;
        for _ in 0..(4 * hz as usize).div_ceil(speech.len()) {
            meter.add_frames_i16(speech)?;
        }
        Ok::<_, ebur128::Error>((meter.loudness_global()?, 20.0 * peak.log10()))
    };
    measured().unwrap_or((f64::NEG_INFINITY, f64::NEG_INFINITY))
}

/// The words that the built-in routines need and `pack` does not say.
fn missing_words(pack: &Pack) -> Vec<String> {
    let voice = Voice::of(pack.clone());
    let mut missing = Vec::new();
    for built_in in BUILT_IN {
        let Ok(routine) = parse(built_in.text) else { continue };
        for sides in [None, Some(Sides::Left), Some(Sides::Right)] {
            let options = Options { sides, ..Options::default() };
            let Err(problems) = sequence(&routine, built_in.name, &voice, &options) else {
                continue;
            };
            for problem in problems.iter() {
                let sentence = format!("for the routine `{}`: {}", built_in.name, problem.message);
                if !missing.contains(&sentence) {
                    missing.push(sentence);
                }
            }
        }
    }
    missing
}
