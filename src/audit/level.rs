//! How a clip begins, ends, and how loud it is.

use crate::clip::Clip;
use crate::loudness::speech::measure;
use crate::problem::Severity;
use crate::voice::manifest::Entry;

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

/// What is measured of a clip.
#[derive(Debug, Default)]
pub struct Level {
    /// Its loudness in LUFS and its true peak in dBTP; `None` when it is silent.
    pub loudness: Option<(f64, f64)>,
    /// What is wrong, each a code and what the clip does.
    pub problems: Vec<(Severity, &'static str, String)>,
}

impl Level {
    /// Measures a clip of which the manifest says `entry`.
    pub fn of(clip: &Clip, entry: &Entry) -> Self {
        let mut level = Self::default();
        let hz = clip.rate.hz();
        let loud = |sample: &i16| sample.unsigned_abs() >= SILENCE;
        let Some(begin) = clip.samples.iter().position(loud) else {
            let what = "says nothing: it is silent".into();
            level.problems.push((Severity::Error, "voice-silent", what));
            return level;
        };
        let end = clip.samples.iter().rposition(loud).map_or(begin, |last| last + 1);
        level.judge_margins(begin, clip.samples.len() - end, hz);
        let (lufs, peak) = measure(&clip.samples[begin..end], hz);
        level.loudness = Some((lufs, peak));
        level.judge_loudness(lufs, peak, entry);
        level
    }

    fn wrong(&mut self, code: &'static str, what: String) {
        self.problems.push((Severity::Warning, code, what));
    }

    /// Silence before and after the words, in frames.
    fn judge_margins(&mut self, before: usize, after: usize, hz: u32) {
        if before == 0 || after == 0 {
            let what = "does not begin and end in silence, so it would click";
            self.wrong("voice-margin", what.into());
        }
        let margin = before.max(after) * 1000 / hz as usize;
        if margin > LONGEST_MARGIN_MS {
            let what =
                format!("has {margin} ms of silence at one end, more than {LONGEST_MARGIN_MS}");
            self.wrong("voice-margin", what);
        }
    }

    fn judge_loudness(&mut self, lufs: f64, peak: f64, entry: &Entry) {
        let code = "voice-level";
        if (lufs - LOUDNESS).abs() > LOUDNESS_TOLERANCE {
            let what =
                format!("measures {lufs:.1} LUFS, not {LOUDNESS} by {LOUDNESS_TOLERANCE} LU");
            self.wrong(code, what);
        }
        if (lufs - entry.lufs).abs() > MANIFEST_TOLERANCE {
            let what = format!("measures {lufs:.1} LUFS, but the manifest says {}", entry.lufs);
            self.wrong(code, what);
        }
        if peak > HIGHEST_PEAK {
            self.wrong(code, format!("peaks at {peak:.1} dBTP, above {HIGHEST_PEAK}"));
        }
        if (peak - entry.peak).abs() > MANIFEST_TOLERANCE {
            let what = format!("peaks at {peak:.1} dBTP, but the manifest says {}", entry.peak);
            self.wrong(code, what);
        }
    }
}
