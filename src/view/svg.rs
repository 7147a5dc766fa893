//! The timeline as a drawing to print and pin to a wall. Time runs down the page; every
//! step is a band in the lane of its side, as tall as it is long within reason,
//! with its words and tones beside it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::glide::Way;
use crate::routine::Verb;
use crate::terminal::{cut, printable};
use crate::time::{Frames, Millis};
use crate::timeline::{Side, SoundKind, Timeline, TimelineStep};
use crate::tone::Tone;

// The page is as wide as A4 at 96 units an inch, and as long as it takes.
const PAGE_WIDTH: u32 = 794;
const MARGIN: u32 = 36;
const LANE_X: u32 = 84;
const LANE_WIDTH: u32 = 118;
const WORDS_X: u32 = LANE_X + 2 * LANE_WIDTH + 16;
const HEADER_HEIGHT: u32 = 92;
const LINE_HEIGHT: u32 = 13;
/// Between a band's edge and its name.
const PADDING: u32 = 8;
/// A bold letter of size 10, on average.
const BOLD_LETTER: u32 = 6;
/// Lines that a name may take.
const NAME_LINES: usize = 3;
const BAND_GAP: u32 = 3;
/// Letters across the words' column: 10 units tall, half as wide on average.
const WORDS_COLUMNS: usize = 76;
/// Letters across the page.
const ABOUT_COLUMNS: usize = 130;
/// A second of a timed part is so tall, up to the tallest band.
const UNITS_PER_SECOND: f64 = 0.9;
const TALLEST: u32 = 90;
/// What follows within this time is heard in one go and shares a line.
const TOGETHER: Millis = Millis(1000);
const TONE_BEGIN: &str = r##"<tspan fill="#8a4b08">"##;

/// Writes `timeline` as an SVG document.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write(timeline: &Timeline, out: &mut impl Write) -> io::Result<()> {
    let bands = bands(timeline);
    let length: u32 = bands.iter().map(|band| band.height + BAND_GAP).sum();
    let about = textwrap::wrap(&timeline.about, ABOUT_COLUMNS);
    let height = HEADER_HEIGHT + length + 56 + about.len() as u32 * LINE_HEIGHT;
    writeln!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{PAGE_WIDTH}" height="{height}" viewBox="0 0 {PAGE_WIDTH} {height}" font-family="Helvetica, Arial, sans-serif" font-size="10" fill="#222">"##
    )?;
    writeln!(out, "<title>{}</title>", escape(&timeline.title))?;
    writeln!(out, r##"<rect width="100%" height="100%" fill="#fff"/>"##)?;
    header(timeline, out)?;
    let mut y = HEADER_HEIGHT;
    for band in &bands {
        band.write(timeline, y, out)?;
        y += band.height + BAND_GAP;
    }
    legend(y + 20, out)?;
    for (i, line) in about.iter().enumerate() {
        let (y, line) = (y + 40 + i as u32 * LINE_HEIGHT, escape(line));
        writeln!(out, r##"<text x="{MARGIN}" y="{y}" fill="#666">{line}</text>"##)?;
    }
    writeln!(out, "</svg>")
}

fn header(timeline: &Timeline, out: &mut impl Write) -> io::Result<()> {
    let (title, length) = (escape(&timeline.title), timeline.rate.moment_of(timeline.frames));
    let right = PAGE_WIDTH - MARGIN;
    writeln!(out, r#"<text x="{MARGIN}" y="52" font-size="22" font-weight="bold">{title}</text>"#)?;
    let length = length.clock();
    writeln!(out, r#"<text x="{right}" y="52" font-size="16" text-anchor="end">{length}</text>"#)?;
    let (left, right) = (LANE_X + LANE_WIDTH / 2, LANE_X + LANE_WIDTH + LANE_WIDTH / 2);
    for (x, anchor, heading) in [
        (MARGIN, "start", "at"),
        (left, "middle", "left"),
        (right, "middle", "right"),
        (WORDS_X, "start", "what is heard"),
    ] {
        writeln!(
            out,
            r##"<text x="{x}" y="{}" text-anchor="{anchor}" fill="#666">{heading}</text>"##,
            HEADER_HEIGHT - 10
        )?;
    }
    Ok(())
}

/// One step as it is drawn.
struct Band<'a> {
    step: &'a TimelineStep,
    /// The name in as many lines as the lane needs.
    name: Vec<String>,
    timed: Option<Millis>,
    lines: Vec<Line>,
    width: u32,
    height: u32,
}

/// A line beside a band: what is heard in one go, and when it begins.
struct Line {
    /// `None` where the line goes on from the one above.
    at: Option<Frames>,
    /// Words, with [`mark`]s for tones.
    text: String,
}

fn bands(timeline: &Timeline) -> Vec<Band<'_>> {
    let mut lines: Vec<Vec<Line>> = timeline.steps.iter().map(|_| Vec::new()).collect();
    let mut ends = vec![Frames(0); timeline.steps.len()];
    let together = timeline.rate.frame_at(TOGETHER);
    for cue in &timeline.cues {
        let step = cue.step as usize;
        let kind = &timeline.sound(cue).kind;
        let text = match kind {
            SoundKind::Tone(tone) => mark(*tone).to_string(),
            SoundKind::Glide(glide) if glide.way == Way::Rise => "↗".into(),
            SoundKind::Glide(_) => "↘".into(),
            SoundKind::Voice { .. } | SoundKind::Clip { .. } => kind.shown().into_owned(),
        };
        match lines[step].last_mut() {
            Some(line) if cue.at.0 <= ends[step].0 + together.0 => {
                line.text.push(' ');
                line.text.push_str(&text);
            }
            _ => lines[step].push(Line { at: Some(cue.at), text }),
        }
        ends[step] = ends[step].max(timeline.end(cue));
    }
    let steps = timeline.steps.iter().zip(lines);
    steps.map(|(step, lines)| Band::new(timeline, step, lines)).collect()
}

impl<'a> Band<'a> {
    fn new(timeline: &Timeline, step: &'a TimelineStep, lines: Vec<Line>) -> Self {
        let lines: Vec<Line> = lines.into_iter().flat_map(Line::wrapped).collect();
        let lanes = if step.side.is_some() { 1 } else { 2 };
        let width = lanes * LANE_WIDTH - 4;
        let columns = ((width - 2 * PADDING) / BOLD_LETTER) as usize;
        let label = printable(&step.label);
        let mut name: Vec<String> =
            textwrap::wrap(&label, columns).into_iter().map(Cow::into_owned).collect();
        if name.len() > NAME_LINES {
            name.truncate(NAME_LINES);
            name[NAME_LINES - 1] = cut(&(name[NAME_LINES - 1].clone() + "…"), columns).into_owned();
        }
        let timed = step.timed.map(|(_, frames)| timeline.rate.moment_of(frames));
        let by_time = timed.map_or(0.0, |length| length.0 as f64 / 1000.0 * UNITS_PER_SECOND);
        let name_lines = name.len() + usize::from(timed.is_some());
        let by_lines = name_lines.max(lines.len()) as u32 * LINE_HEIGHT + 7;
        let height = by_lines.max((by_time as u32).min(TALLEST));
        Self { step, name, timed, lines, width, height }
    }

    fn write(&self, timeline: &Timeline, y: u32, out: &mut impl Write) -> io::Result<()> {
        let right = self.step.side == Some(Side::Right);
        let x = LANE_X + if right { LANE_WIDTH } else { 0 };
        let (width, height, color) = (self.width, self.height, color(self.step.verb));
        let line_y = |line: usize| y + LINE_HEIGHT + line as u32 * LINE_HEIGHT;
        let clock = timeline.rate.moment_of(self.step.at).clock();
        writeln!(out, r##"<text x="{MARGIN}" y="{}" fill="#444">{clock}</text>"##, line_y(0))?;
        writeln!(
            out,
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" fill="{color}"/>"#
        )?;
        let x = x + PADDING;
        for (i, part) in self.name.iter().enumerate() {
            let (y, part) = (line_y(i), escape(part));
            writeln!(out, r#"<text x="{x}" y="{y}" font-weight="bold">{part}</text>"#)?;
        }
        if let Some(length) = self.timed {
            writeln!(out, r#"<text x="{x}" y="{}">{length}</text>"#, line_y(self.name.len()))?;
        }
        for (i, line) in self.lines.iter().enumerate() {
            line.write(timeline, line_y(i), out)?;
        }
        Ok(())
    }
}

impl Line {
    /// The line as as many lines as its words need.
    fn wrapped(self) -> Vec<Self> {
        let parts = textwrap::wrap(&self.text, WORDS_COLUMNS).into_iter();
        let at = std::iter::once(self.at).chain(std::iter::repeat(None));
        parts.zip(at).map(|(part, at)| Self { at, text: part.into_owned() }).collect()
    }

    fn write(&self, timeline: &Timeline, y: u32, out: &mut impl Write) -> io::Result<()> {
        if let Some(at) = self.at {
            let clock = timeline.rate.moment_of(at).clock();
            writeln!(out, r##"<text x="{WORDS_X}" y="{y}" fill="#888">{clock}</text>"##)?;
        }
        let mut text = escape(&self.text);
        for (_, tone) in Tone::NAMES {
            text = text.replace(mark(tone), &format!("{TONE_BEGIN}{}</tspan>", mark(tone)));
        }
        writeln!(out, r#"<text x="{}" y="{y}">{text}</text>"#, WORDS_X + 36)
    }
}

/// How a tone is drawn. All are of Unicode's geometric shapes, which every font has.
fn mark(tone: Tone) -> char {
    match tone {
        Tone::Start => '▶',
        Tone::End => '■',
        Tone::Deepen => '▼',
        Tone::Tick => '•',
        Tone::Halfway => '◆',
        Tone::Finish => '●',
        Tone::Breath => '◦',
    }
}

fn legend(y: u32, out: &mut impl Write) -> io::Result<()> {
    let tones =
        Tone::NAMES.map(|(name, tone)| format!("{TONE_BEGIN}{}</tspan> {name}", mark(tone)));
    let tones = tones.join(" \u{a0} \u{a0} ");
    writeln!(out, r##"<text x="{MARGIN}" y="{y}" fill="#666">Tones: {tones}</text>"##)
}

fn color(verb: Verb) -> &'static str {
    match verb {
        Verb::Squeeze => "#f6c1ae",
        Verb::Release => "#cfe8d4",
        Verb::Breathe => "#cde3f5",
        Verb::Deepen => "#ecdcf3",
        Verb::Hold => "#d3bfe8",
        Verb::Rest => "#ebebeb",
        Verb::Work => "#fbe3ae",
        Verb::Say | Verb::Wait | Verb::Tone | Verb::Clip | Verb::Sides => "#f6f5f0",
    }
}

/// Text as XML takes it, without characters that XML cannot hold.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in printable(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => drop(escaped.write_char(c)),
        }
    }
    escaped
}
