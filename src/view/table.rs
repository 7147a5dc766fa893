//! The timeline as a table for people.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::routine::Parameter;
use crate::terminal::{cut, printable};
use crate::time::{Frames, Millis};
use crate::timeline::{Timeline, TimelineStep};
use crate::totals::Totals;

/// The columns of a step's name.
const NAME_WIDTH: usize = 28;

/// Writes `timeline` as a table, lines cut to `width` columns, and the parameters of its routine.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write(
    timeline: &Timeline,
    params: &[Parameter],
    width: usize,
    mut out: impl Write,
) -> io::Result<()> {
    let length = timeline.rate.moment_of(timeline.frames);
    writeln!(out, "{}  {}", printable(&timeline.title), length.clock())?;
    writeln!(out)?;
    let (number, at, length) = ("#", "at", "for");
    let heading =
        format!("{number:>4} {at:>8} {length:>8}  {:5}  {:NAME_WIDTH$}  says", "side", "step");
    writeln!(out, "{}", cut(&heading, width))?;
    let words = words_by_step(timeline);
    for (number, (step, words)) in timeline.steps.iter().zip(words).enumerate() {
        let row = row(timeline, step, &words);
        writeln!(out, "{}", cut(format!("{number:>4} {row}").trim_end(), width))?;
    }
    writeln!(out)?;
    writeln!(out, "{}", totals(timeline))?;
    for param in params {
        writeln!(out, "{}", cut(&printable(&changeable(param)), width))?;
    }
    if !timeline.about.is_empty() {
        let about = printable(&timeline.about);
        writeln!(out, "\n{}", textwrap::fill(&about, width.min(80)))?;
    }
    Ok(())
}

/// What can be changed, and how.
fn changeable(param: &Parameter) -> String {
    let Parameter { name, value, min, max, about } = param;
    let bounds = match (min.as_str(), max.as_str()) {
        ("", "") => String::new(),
        (min, "") => format!(" ({min} or more)"),
        ("", max) => format!(" (up to {max})"),
        (min, max) => format!(" ({min} to {max})"),
    };
    let about = if about.is_empty() { String::new() } else { format!("  {about}") };
    format!("--set {name}={value}{bounds}{about}")
}

fn row(timeline: &Timeline, step: &TimelineStep, words: &str) -> String {
    let at = timeline.rate.moment_of(step.at).clock();
    let length = step.timed.map_or(String::new(), |(_, frames)| exact(timeline, frames));
    let side = step.side.map_or("", |side| side.name());
    let name = printable(&step.label);
    let name = cut(&name, NAME_WIDTH);
    let pad = " ".repeat(NAME_WIDTH.saturating_sub(name.width()));
    format!("{at:>8} {length:>8}  {side:5}  {name}{pad}  {}", printable(words))
}

/// The length of a timed part as it was written.
fn exact(timeline: &Timeline, frames: Frames) -> String {
    let rate = u64::from(timeline.rate.hz());
    Millis((frames.0 * 1000 + rate / 2) / rate).to_string()
}

fn words_by_step(timeline: &Timeline) -> Vec<String> {
    let mut words = vec![String::new(); timeline.steps.len()];
    for cue in &timeline.cues {
        if let Some(spoken) = timeline.sound(cue).kind.words() {
            let step = &mut words[cue.step as usize];
            if !step.is_empty() {
                step.push(' ');
            }
            step.push_str(spoken);
        }
    }
    words
}

/// How long all of it takes, how much of that is spent on what, and how much is said.
fn totals(timeline: &Timeline) -> String {
    let totals = Totals::of(timeline);
    let clock = |frames| timeline.rate.moment_of(frames).clock();
    let mut parts = vec![format!("{} in all", clock(timeline.frames))];
    if totals.left > Frames(0) || totals.right > Frames(0) {
        parts.push(format!("left {}, right {}", clock(totals.left), clock(totals.right)));
    }
    for (frames, what) in [(totals.stretching, "stretching"), (totals.speaking, "speaking")] {
        if frames > Frames(0) {
            parts.push(format!("{} {what}", clock(frames)));
        }
    }
    let (words, cues) = (totals.words, timeline.cues.len());
    format!("{}; {words} words, {cues} cues", parts.join(", "))
}
