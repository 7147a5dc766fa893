//! What one sees in the booth: the line large and alone, where one stands, and the meter.

use console::Style;
use unicode_width::UnicodeWidthStr;

use super::meter::Reading;
use crate::coach::canvas::Size;
use crate::coach::screen::fit;
use crate::terminal::printable;

/// Wider lines cannot be taken in at a glance.
const WIDEST: usize = 100;
/// Words are read in lines of this width.
const WORDS: usize = 48;
/// Lines of words, and of warnings, at most.
const MOST_ROWS: usize = 8;
/// Between a text at the left and one at the right, at least.
const GAP: usize = 2;
/// The softest level that the meter shows, in dBFS.
const FLOOR: f32 = -60.0;
/// From here on it is nearly too loud, in dBFS.
const HIGH: f32 = -6.0;

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The pack.
    pub pack: &'a str,
    /// The microphone.
    pub device: &'a str,
    /// The line's number, and how many there are.
    pub number: (usize, usize),
    /// Its words.
    pub words: &'a str,
    /// What is going on.
    pub state: State,
    /// How loud it is.
    pub meter: Reading,
    /// What is wrong with the recording.
    pub warnings: &'a [String],
    /// Whether keys are heard.
    pub has_keys: bool,
}

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// The first line waits.
    Ready,
    /// So many tones come before the recording.
    CountIn(u32),
    /// It has been recorded for so many seconds.
    Recording(f64),
    /// It was recorded, and is this long if it can be kept; whether it is heard now.
    Review {
        /// The clip's length in seconds.
        length: Option<f64>,
        /// Whether it is heard.
        playing: bool,
        /// Whether it is in the pack already.
        kept: bool,
    },
}

/// The lines that show `view`: each narrower than the terminal, and no more than it has rows.
pub fn lines(view: &View, size: Size, color: bool) -> Vec<String> {
    let (columns, rows) = (usize::from(size.columns), usize::from(size.rows));
    let page = Page { view, width: columns.saturating_sub(1).clamp(1, WIDEST), color };
    let mut ranked = page.ranked();
    // The least important ones are the first to go.
    while ranked.len() > rows.max(1) {
        let least = ranked.iter().map(|(rank, _)| *rank).max();
        let Some(at) = ranked.iter().rposition(|(rank, _)| Some(*rank) == least) else { break };
        ranked.remove(at);
    }
    ranked.into_iter().map(|(_, line)| line).collect()
}

struct Page<'a> {
    view: &'a View<'a>,
    width: usize,
    color: bool,
}

impl Page<'_> {
    /// All lines from top to bottom, each with its rank: the lower, the more it is needed.
    fn ranked(&self) -> Vec<(u32, String)> {
        let blank = |rank| (rank, String::new());
        let mut lines = vec![(6, self.title()), (3, self.place()), blank(9)];
        let words = self.wrapped(self.view.words, WORDS);
        let bold = Style::new().bold();
        let words = words.into_iter().enumerate();
        // The first of them stays longest.
        lines.extend(words.map(|(at, line)| (u32::from(at > 0), self.paint(&line, &bold))));
        lines.extend([blank(8), (1, self.state()), (2, self.meter())]);
        let yellow = Style::new().yellow();
        for (at, warning) in self.view.warnings.iter().enumerate() {
            let wrapped = self.wrapped(&format!("! {warning}"), WIDEST).into_iter().enumerate();
            let rank = |row| if at + row == 0 { 4 } else { 7 };
            lines.extend(wrapped.map(|(row, line)| (rank(row), self.paint(&line, &yellow))));
        }
        lines.extend([blank(8), (5, self.keys())]);
        lines
    }

    fn title(&self) -> String {
        let device = fit(self.view.device, self.width / 2);
        let pack = fit(self.view.pack, self.width.saturating_sub(device.width() + GAP));
        let gap = self.width.saturating_sub(pack.width() + device.width());
        format!("{pack}{:gap$}{}", "", self.paint(&device, &Style::new().dim()))
    }

    fn place(&self) -> String {
        let (number, of) = self.view.number;
        fit(&format!("Line {number} of {of}"), self.width).into_owned()
    }

    fn wrapped(&self, text: &str, widest: usize) -> Vec<String> {
        let text = printable(text);
        let mut lines = textwrap::wrap(&text, self.width.min(widest));
        if lines.len() > MOST_ROWS {
            lines.truncate(MOST_ROWS);
            lines[MOST_ROWS - 1] = "…".into();
        }
        lines.into_iter().map(|line| fit(&line, self.width).into_owned()).collect()
    }

    fn state(&self) -> String {
        let (text, style) = match self.view.state {
            State::Ready => ("Ready when you are".into(), Style::new().bold()),
            State::CountIn(left) => {
                (format!("Speak after the tones: {left}"), Style::new().yellow())
            }
            State::Recording(seconds) => {
                (format!("● Recording {seconds:.1} s"), Style::new().red())
            }
            State::Review { length: None, .. } => {
                ("Nothing to keep: record it again".into(), Style::new().yellow())
            }
            State::Review { length: Some(length), playing, kept } => {
                let what = if kept { "In the pack" } else { "Recorded" };
                let now = if playing { ", you hear it" } else { "" };
                (format!("{what}: {length:.1} s{now}"), Style::new().green())
            }
        };
        self.paint(&fit(&text, self.width), &style.bold())
    }

    /// A bar with the peak, a mark at the highest of the last seconds, and that in dBFS.
    fn meter(&self) -> String {
        let Reading { level, held, clips } = self.view.meter;
        let number = if held < FLOOR { "   quiet".into() } else { format!("{held:4.0} dBFS") };
        let number = if clips { " TOO LOUD".into() } else { number };
        let Some(width) = self.width.checked_sub(number.width() + GAP).filter(|room| *room >= 8)
        else {
            return fit(number.trim(), self.width).into_owned();
        };
        let place = |db: f32| (((db - FLOOR) / -FLOOR).clamp(0.0, 1.0) * width as f32) as usize;
        let (full, mark) = (place(level), place(held).min(width - 1));
        let full = full.min(mark);
        let style = match held {
            _ if clips => Style::new().red(),
            held if held > HIGH => Style::new().yellow(),
            _ => Style::new().green(),
        };
        let rest = width - mark - 1;
        let bar = [
            self.paint(&"━".repeat(full), &style),
            self.paint(&"─".repeat(mark - full), &Style::new().dim()),
            self.paint("┃", &style),
            self.paint(&"─".repeat(rest), &Style::new().dim()),
        ];
        format!("{}{:GAP$}{}", bar.concat(), "", self.paint(&number, &style))
    }

    /// As many of the keys as there is room for.
    fn keys(&self) -> String {
        let keys: &[&str] = match self.view.state {
            _ if !self.view.has_keys => &[],
            State::Ready => &["Enter begin", "q quit", "s skip", "b back"],
            State::CountIn(_) => &["q quit", "a again", "s skip", "b back"],
            State::Recording(_) => &["Enter done", "a again", "q quit", "s skip", "b back"],
            State::Review { length: None, .. } => &["Enter again", "q quit", "s skip", "b back"],
            State::Review { kept: true, .. } => {
                &["Enter next", "a again", "l listen", "q quit", "b back"]
            }
            State::Review { .. } => {
                &["Enter keep", "a again", "l listen", "q quit", "s skip", "b back"]
            }
        };
        let mut room = self.width + GAP;
        let fits = keys.iter().take_while(|key| match room.checked_sub(key.width() + GAP) {
            Some(left) => {
                room = left;
                true
            }
            None => false,
        });
        self.paint(&fits.copied().collect::<Vec<_>>().join("  "), &Style::new().dim())
    }

    fn paint(&self, text: &str, style: &Style) -> String {
        if text.is_empty() {
            return String::new();
        }
        style.clone().force_styling(self.color).apply_to(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use console::strip_ansi_codes;

    use super::*;

    const METER: Reading = Reading { level: -30.0, held: -15.0, clips: false };

    const VIEW: View = View {
        pack: "me",
        device: "Virtual room",
        number: (3, 57),
        words: "Put both hands around your cramped calf.",
        state: State::Recording(2.34),
        meter: METER,
        warnings: &[],
        has_keys: true,
    };

    fn shown(view: &View, columns: u16, rows: u16) -> String {
        lines(view, Size { columns, rows }, false).join("\n")
    }

    #[test]
    fn the_line_stands_alone_with_its_number_and_the_meter() {
        let expected = "\
me                         Virtual room
Line 3 of 57

Put both hands around your cramped
calf.

● Recording 2.3 s
━━━━━━━━━━━━━━───────┃───────   -15 dBFS

Enter done  a again  q quit  s skip";
        let expected = expected.replace("───────   -15", "──────   -15");
        assert_eq!(shown(&VIEW, 40, 24), expected);
    }

    #[test]
    fn what_matters_most_stays_on_a_low_terminal() {
        assert_eq!(shown(&VIEW, 80, 1), "Put both hands around your cramped calf.");
        let text = shown(&VIEW, 80, 3);
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("● Recording") && text.contains("dBFS"), "{text}");
    }

    #[test]
    fn every_state_says_what_enter_does() {
        let review = |length, kept| State::Review { length, playing: false, kept };
        for (state, said) in [
            (State::Ready, "Enter begin"),
            (State::CountIn(2), "Speak after the tones: 2"),
            (review(Some(1.2), false), "Enter keep"),
            (review(Some(1.2), true), "Enter next"),
            (review(None, false), "Enter again"),
        ] {
            let text = shown(&View { state, ..VIEW }, 80, 24);
            assert!(text.contains(said), "{text}");
        }
        assert!(!shown(&View { has_keys: false, ..VIEW }, 80, 24).contains("Enter"));
    }

    #[test]
    fn too_loud_is_said_in_words_and_in_red() {
        let meter = Reading { level: 0.0, held: 0.0, clips: true };
        let loud = View { meter, ..VIEW };
        assert!(shown(&loud, 40, 24).contains("TOO LOUD"));
        let painted = lines(&loud, Size { columns: 40, rows: 24 }, true).concat();
        assert!(painted.contains("\x1b[31m━"), "{painted:?}");
    }

    #[test]
    fn every_line_fits_whatever_the_size_and_the_text() {
        let long = "静かに a\u{301}👩‍👩‍👧 \x1b[2J\u{202e}\n\t ".repeat(40);
        let warnings = [long.clone(), long.clone()];
        let nasty = View { pack: &long, device: &long, words: &long, warnings: &warnings, ..VIEW };
        let quiet = Reading { level: -120.0, held: -120.0, clips: false };
        let empty = View { pack: "", device: "", words: "", meter: quiet, ..VIEW };
        for (columns, rows) in (0..=210).flat_map(|columns| [(columns, 3), (columns, 24)]) {
            for view in [VIEW, nasty, empty] {
                for color in [false, true] {
                    let lines = lines(&view, Size { columns, rows }, color);
                    assert!(lines.len() <= usize::from(rows));
                    for line in lines {
                        let line = strip_ansi_codes(&line);
                        let width = usize::from(columns).saturating_sub(1).max(1);
                        assert!(line.width() <= width, "{columns}: {line:?}");
                        assert_eq!(printable(&line), line);
                    }
                }
            }
        }
    }
}
