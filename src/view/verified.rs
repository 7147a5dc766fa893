//! What was found of a timeline in an audio file: as a table for people, as JSON for programs.

use std::io::{self, Write};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::terminal::{cut, printable, write_json};
use crate::time::{Frames, Millis, Rate};
use crate::timeline::Timeline;
use crate::verify::{Checked, Demand, Place, Verified};

/// The columns of a cue's words.
const WORDS_WIDTH: usize = 40;

/// Writes a line for each cue, or only for those that are not where they should be, cut to
/// `width` columns.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write_cues(
    timeline: &Timeline,
    verified: &Verified,
    all: bool,
    width: usize,
    mut out: impl Write,
) -> io::Result<()> {
    let heading = format!(
        "{:>4} {:>11}  {:5}  {:WORDS_WIDTH$}  {:>11} {:>8} {:>9}  {:>5}",
        "#", "at", "kind", "cue", "found", "frames", "ms", "match"
    );
    let mut shown = verified.cues.iter().filter(|cue| all || !cue.ok).peekable();
    if shown.peek().is_some() {
        writeln!(out, "{}", cut(&heading, width))?;
    }
    shown.try_for_each(|cue| writeln!(out, "{}", cut(&row(timeline, cue), width)))
}

fn row(timeline: &Timeline, checked: &Checked) -> String {
    let cue = &timeline.cues[checked.cue];
    let kind = &timeline.sound(cue).kind;
    let (step, rate) = (cue.step, timeline.rate);
    let (at, name) = (clock(cue.at.0 as i64, rate), kind.name());
    let shown = kind.shown();
    let shown = printable(&shown);
    let shown = cut(&shown, WORDS_WIDTH);
    let pad = " ".repeat(WORDS_WIDTH.saturating_sub(shown.width()));
    let begin = format!("{step:>4} {at:>11}  {name:5}  {shown}{pad}");
    let Some(Place { at, off, likeness }) = checked.place else {
        return format!("{begin}  {:>11}", "missing");
    };
    let (found, ms) = (clock(at, rate), millis(off, rate));
    let mark = if checked.ok { "" } else { "  off" };
    format!("{begin}  {found:>11} {off:>+8} {ms:>+9.1}  {:>4.0}%{mark}", 100.0 * likeness)
}

/// Shifts beyond so many are only counted.
const MOST_SHIFTS: usize = 5;

/// What it comes to, in one line, and in others what may lie behind it.
pub fn summary(timeline: &Timeline, verified: &Verified, demand: Demand) -> String {
    let count = match verified.cues.len() {
        1 => "1 cue".into(),
        count => format!("{count} cues"),
    };
    let shift = verified.shift.unwrap_or(0);
    let allowed = if demand.shift { shift } else { 0 };
    let (misplaced, missing) = (verified.misplaced(), verified.missing());
    let found = match (misplaced, missing) {
        (0, 0) => "all in place".into(),
        (0, missing) => format!("{missing} missing"),
        (misplaced, 0) => format!("{misplaced} out of place"),
        (misplaced, missing) => format!("{misplaced} out of place, {missing} missing"),
    };
    let worst = verified.worst(allowed).map_or(String::new(), |(cue, place)| {
        let off = distance(place.off - allowed, timeline.rate);
        let at = clock(timeline.cues[cue].at.0 as i64, timeline.rate);
        if place.off == allowed {
            " (worst 0 frames)".into()
        } else {
            format!(" (worst {off}, at {at})")
        }
    });
    let loudness = verified.measured.loudness;
    let loudness = match (loudness.lufs, loudness.dbtp) {
        (Some(lufs), Some(dbtp)) => format!("{lufs:.1} LUFS, {dbtp:.1} dBTP"),
        (None, Some(dbtp)) => format!("{dbtp:.1} dBTP"),
        (_, None) => "silent".into(),
    };
    let mut lines = vec![format!("{count}, {found}{worst}; {loudness}")];
    lines.extend(speed(verified));
    let (told, rest) = verified.shifts.split_at(verified.shifts.len().min(MOST_SHIFTS));
    lines.extend(told.iter().map(|shift| shifted(timeline, *shift)));
    if !rest.is_empty() {
        lines.push(format!("and {} more such shifts", rest.len()));
    }
    lines.join("\n")
}

/// That the file runs at another speed.
fn speed(verified: &Verified) -> Option<String> {
    let drift = verified.drift?;
    let way = if drift > 0.0 { "slow" } else { "fast" };
    Some(format!("the file runs {:.3} % too {way}", 100.0 * drift.abs()))
}

/// That cues lie late or early from one on.
fn shifted(timeline: &Timeline, (cue, off): (usize, i64)) -> String {
    let from = clock(timeline.cues[cue].at.0 as i64, timeline.rate);
    let by = distance(off, timeline.rate);
    match off {
        0 => format!("from {from} on they lie in place again"),
        1.. => format!("from {from} on they lie {by} late"),
        _ => format!("from {from} on they lie {by} early"),
    }
}

/// A distance in frames and milliseconds.
fn distance(frames: i64, rate: Rate) -> String {
    let unit = if frames.abs() == 1 { "frame" } else { "frames" };
    format!("{} {unit}, {:.1} ms", frames.abs(), millis(frames, rate).abs())
}

/// A frame as a time with milliseconds: `7:30.250`.
fn clock(frame: i64, rate: Rate) -> String {
    let sign = if frame < 0 { "-" } else { "" };
    let moment = rate.moment_of(Frames(frame.unsigned_abs()));
    format!("{sign}{}.{:03}", moment.clock(), moment.0 % Millis::from_secs(1).0)
}

fn millis(frames: i64, rate: Rate) -> f64 {
    frames as f64 * 1000.0 / f64::from(rate.hz())
}

/// Writes all of it as one JSON object; `file` names the file.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write_json_to(
    timeline: &Timeline,
    verified: &Verified,
    demand: Demand,
    file: &str,
    out: impl Write,
) -> io::Result<()> {
    let rate = timeline.rate;
    let hundredths = |value: f64| (value * 100.0).round() / 100.0;
    let loudness = verified.measured.loudness;
    let document = Document {
        file,
        routine: &timeline.routine,
        rate,
        frames: verified.measured.frames,
        ok: verified.is_ok(),
        tolerance_ms: demand.tolerance.0,
        shift: verified.shift.map(|frames| Shift { frames, ms: thousandths(millis(frames, rate)) }),
        drift_ppm: verified.drift.map(|drift| (drift * 1e6).round()),
        lufs: loudness.lufs.map(hundredths),
        dbtp: loudness.dbtp.map(hundredths),
        missing: verified.missing(),
        cues: verified.cues.iter().map(|checked| CueView::new(timeline, checked)).collect(),
    };
    write_json(&document, out)
}

fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[derive(Serialize)]
struct Document<'a> {
    file: &'a str,
    routine: &'a str,
    rate: Rate,
    frames: Frames,
    ok: bool,
    tolerance_ms: u64,
    shift: Option<Shift>,
    drift_ppm: Option<f64>,
    lufs: Option<f64>,
    dbtp: Option<f64>,
    missing: usize,
    cues: Vec<CueView<'a>>,
}

#[derive(Serialize)]
struct Shift {
    frames: i64,
    ms: f64,
}

#[derive(Serialize)]
struct CueView<'a> {
    at: Frames,
    found: Option<i64>,
    off: Option<i64>,
    off_ms: Option<f64>,
    #[serde(rename = "match")]
    likeness: Option<f64>,
    ok: bool,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tone: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    step: u32,
}

impl<'a> CueView<'a> {
    fn new(timeline: &'a Timeline, checked: &Checked) -> Self {
        let cue = &timeline.cues[checked.cue];
        let kind = &timeline.sound(cue).kind;
        let place = checked.place;
        Self {
            at: cue.at,
            found: place.map(|place| place.at),
            off: place.map(|place| place.off),
            off_ms: place.map(|place| thousandths(millis(place.off, timeline.rate))),
            likeness: place.map(|place| thousandths(place.likeness)),
            ok: checked.ok,
            kind: kind.name(),
            text: kind.words(),
            tone: kind.tone(),
            file: kind.file(),
            step: cue.step,
        }
    }
}
