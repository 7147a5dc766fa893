//! The timeline as a table for people.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::routine::Verb;
use crate::terminal::{cut, printable};
use crate::time::{Frames, Millis};
use crate::timeline::{SoundKind, Timeline, TimelineStep};

/// The columns of a step's name.
const NAME_WIDTH: usize = 28;

/// Writes `timeline` as a table, lines cut to `width` columns.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write(timeline: &Timeline, width: usize, mut out: impl Write) -> io::Result<()> {
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
    if !timeline.about.is_empty() {
        let about = printable(&timeline.about);
        writeln!(out, "\n{}", textwrap::fill(&about, width.min(80)))?;
    }
    Ok(())
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
        if let SoundKind::Voice { words: spoken, .. } = &timeline.sound(cue).kind {
            let step = &mut words[cue.step as usize];
            if !step.is_empty() {
                step.push(' ');
            }
            step.push_str(spoken);
        }
    }
    words
}

/// How long all of it takes, and how much of that is stretching.
fn totals(timeline: &Timeline) -> String {
    let stretching =
        timeline.steps.iter().filter(|step| matches!(step.verb, Verb::Deepen | Verb::Hold));
    let stretching: u64 =
        stretching.filter_map(|step| step.timed).map(|(_, frames)| frames.0).sum();
    let speaking: u64 = timeline
        .cues
        .iter()
        .map(|cue| timeline.sound(cue))
        .filter(|sound| matches!(sound.kind, SoundKind::Voice { .. }))
        .map(|sound| sound.frames.0)
        .sum();
    let clock = |frames| timeline.rate.moment_of(Frames(frames)).clock();
    format!(
        "{} in all, {} of it stretching, {} speaking; {} cues",
        clock(timeline.frames.0),
        clock(stretching),
        clock(speaking),
        timeline.cues.len()
    )
}
