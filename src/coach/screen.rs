//! The screen of a session: one glance from the floor says where one is and how long it goes.

use std::borrow::Cow;

use console::{Style, Term};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use unicode_width::UnicodeWidthStr;

use super::canvas::{Canvas, Size};
use super::tty;
use crate::terminal::{cut, printable, tell};
use crate::time::Millis;

/// Wider lines cannot be taken in at a glance.
const WIDEST: usize = 100;
/// Between a text at the left and one at the right, at least.
const GAP: usize = 2;
/// From this width and height on there is room for big digits.
const ROOMY: (usize, usize) = (39, 15);

/// What the screen shows.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The routine.
    pub title: &'a str,
    /// Where it is heard.
    pub device: &'a str,
    /// Whether it goes on.
    pub state: State,
    /// Whether the voice is off.
    pub muted: bool,
    /// The step.
    pub step: &'a str,
    /// The side it is for.
    pub side: Option<&'a str>,
    /// What is being said; empty for nothing.
    pub words: &'a str,
    /// The step after this one; empty for none.
    pub next: &'a str,
    /// How long the step has been going on.
    pub step_done: Millis,
    /// How long it takes; zero for no timed part.
    pub step_total: Millis,
    /// Whether it goes on until the runner's limit.
    pub open: bool,
    /// Whether keys are heard.
    pub has_keys: bool,
    /// How much of the routine is done.
    pub whole_done: Millis,
    /// How long the routine takes.
    pub whole_total: Millis,
}

/// Whether the routine goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Playing,
    /// The runner has paused it.
    Paused,
    /// The device is gone.
    Lost {
        /// How long its return is waited for.
        seconds_left: u64,
        /// Whether the runner has paused it meanwhile.
        paused: bool,
    },
}

/// As many notes are kept to be told again when the screen is gone.
const MOST_NOTES: usize = 20;

/// The part of the terminal that shows a [`View`].
#[derive(Debug)]
pub struct Screen {
    /// What was told on the screen and goes away with it.
    notes: Vec<String>,
    color: bool,
    bar: ProgressBar,
    canvas: Canvas,
    /// What was drawn last, and for which size.
    last: (String, Size),
}

impl Screen {
    /// A screen on standard error; where that is no terminal, or one that cannot move its
    /// cursor, only notes are shown.
    ///
    /// # Panics
    /// Never: the template is sound.
    pub fn new(color: bool) -> Self {
        let canvas = Canvas::default();
        let target = if Term::stderr().is_term() && !console::is_dumb() {
            ProgressDrawTarget::term_like(Box::new(canvas.clone()))
        } else {
            ProgressDrawTarget::hidden()
        };
        let style = ProgressStyle::with_template("{msg}").expect("the template is right");
        let bar = ProgressBar::with_draw_target(None, target).with_style(style);
        Self { notes: Vec::new(), color, bar, canvas, last: <_>::default() }
    }

    /// Shows `view`, unless another process has the terminal.
    pub fn draw(&mut self, view: &View) {
        self.show(|size, color| lines(view, size, color));
    }

    /// Shows the lines that `render` makes for a size, with colour or not, unless another process
    /// has the terminal. They have to be narrower than it, and no more than it has rows.
    pub fn show(&mut self, render: impl FnOnce(Size, bool) -> Vec<String>) {
        if self.bar.is_hidden() {
            return;
        }
        let size = Size::now();
        let now = (render(size, self.color).join("\n"), size);
        if now == self.last && tty::is_drawn() {
            return;
        }
        self.canvas.resize(size);
        self.bar.set_message(now.0.clone());
        self.last = now;
    }

    /// Says something that stays, above the screen.
    pub fn note(&mut self, text: &str) {
        let text = printable(text);
        if tty::is_drawn() {
            if self.notes.len() < MOST_NOTES {
                self.notes.push(text.clone().into_owned());
            }
            self.canvas.note(&text);
            self.canvas.resize(Size::now());
            self.bar.force_draw();
        } else {
            tell(text);
        }
    }

    /// Takes the screen off the terminal; what was told on it stays to be read.
    pub fn finish(&mut self) {
        self.clear();
        self.notes.drain(..).for_each(tell);
    }

    /// Takes the screen off the terminal until it is drawn again.
    pub fn clear(&mut self) {
        if tty::is_drawn() {
            self.canvas.clear();
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The lines that show `view` on a terminal of this size: never wider than one column less
/// than it has, since some terminals wrap a full line, and never more than it has rows.
fn lines(view: &View, size: Size, color: bool) -> Vec<String> {
    let (columns, rows) = (usize::from(size.columns), usize::from(size.rows));
    let page = Page { view, width: columns.saturating_sub(1).clamp(1, WIDEST), color };
    if page.width >= ROOMY.0 && rows >= ROOMY.1 { page.roomy() } else { page.compact(rows) }
}

/// A view on its way to the screen.
struct Page<'a> {
    view: &'a View<'a>,
    width: usize,
    color: bool,
}

impl Page<'_> {
    /// With the time in big digits.
    fn roomy(&self) -> Vec<String> {
        let [first, second] = self.words();
        let [top, middle, bottom] = self.step_with_digits();
        vec![
            self.title(),
            String::new(),
            top,
            middle,
            bottom,
            String::new(),
            self.step_bar(),
            first,
            second,
            String::new(),
            self.whole(),
            self.next(),
            self.keys(),
        ]
    }

    /// Seven lines, or the most important ones.
    fn compact(&self, rows: usize) -> Vec<String> {
        // The last ones are the first to go.
        let mut ranked = [
            (1, self.step_with_time()),
            (3, self.status_and_words()),
            (2, self.step_bar()),
            (4, self.whole()),
            (6, self.keys()),
            (5, self.next()),
            (0, self.title()),
        ];
        let count = rows.clamp(1, ranked.len());
        ranked[..count].sort_by_key(|(place, _)| *place);
        ranked.into_iter().take(count).map(|(_, line)| line).collect()
    }

    fn title(&self) -> String {
        let beside = self.width.saturating_sub(self.view.title.width() + GAP);
        let device = fit(self.view.device, beside.max(self.width / 3));
        let title = fit(self.view.title, self.width.saturating_sub(device.width() + GAP));
        self.spread(&title, &Style::new(), &device, &Style::new().dim())
    }

    fn step_with_time(&self) -> String {
        let time = match (self.time(), self.meaning()) {
            (Some(time), Some(what)) if self.width >= 30 => format!("{} {what}", time.clock()),
            (Some(time), _) => time.clock(),
            (None, _) => String::new(),
        };
        let time = fit(&time, self.width);
        let step = match self.view.side {
            Some(side) => format!("{} · {side}", self.view.step),
            None => self.view.step.to_owned(),
        };
        let step = fit(&step, self.width.saturating_sub(time.width() + GAP));
        self.spread(&step, &Style::new().bold(), &time, &self.state_style().bold())
    }

    /// Three lines: the digits, and beside them the step, its side and how things stand.
    fn step_with_digits(&self) -> [String; 3] {
        let digits = self.time().map(|time| big(&time.clock())).unwrap_or_default();
        let digits_width = digits[0].width();
        let indent = if digits_width == 0 { 0 } else { 3 };
        let room = self.width.saturating_sub(digits_width + indent);
        let status = self.status().or(self.meaning().map(Cow::Borrowed)).unwrap_or_default();
        let beside = [
            (self.view.step, Style::new().bold()),
            (self.view.side.unwrap_or_default(), Style::new()),
            (&*status, self.state_style()),
        ];
        let mut rows = digits.into_iter().zip(beside).map(|(digits, (text, style))| {
            let digits = self.paint(&digits, &self.state_style());
            let text = self.paint(&fit(text, room), &style);
            format!("{digits}{:indent$}{text}", "")
        });
        [(); 3].map(|()| rows.next().unwrap_or_default())
    }

    fn step_bar(&self) -> String {
        if self.view.step_total == Millis::ZERO {
            return String::new();
        }
        self.bar(self.view.step_done, self.view.step_total, self.width, &self.state_style())
    }

    fn status_and_words(&self) -> String {
        let Some(status) = self.status() else {
            return fit(&self.quoted(), self.width).into_owned();
        };
        let status = fit(&status, self.width);
        let words = match self.width.saturating_sub(status.width() + GAP) {
            room @ 10.. => fit(&self.quoted(), room).into_owned(),
            _ => String::new(),
        };
        format!("{}  {words}", self.paint(&status, &self.state_style())).trim_end().to_owned()
    }

    /// What is being said, in two lines.
    fn words(&self) -> [String; 2] {
        let quoted = self.quoted();
        let words = printable(&quoted);
        let spaces = words.match_indices(' ').map(|(at, _)| at);
        let last = spaces.take_while(|at| words[..*at].width() <= self.width).last();
        match last {
            Some(at) if words.width() > self.width => {
                [words[..at].to_owned(), fit(&words[at + 1..], self.width).into_owned()]
            }
            _ => [fit(&words, self.width).into_owned(), String::new()],
        }
    }

    fn whole(&self) -> String {
        let (done, total) = (self.view.whole_done, self.view.whole_total);
        let clock = format!("{} / {}", done.clock(), total.clock());
        let clock = fit(&clock, self.width);
        match self.width.saturating_sub(clock.width() + GAP) {
            room @ 5.. => format!("{}  {clock}", self.bar(done, total, room, &Style::new())),
            _ => clock.into_owned(),
        }
    }

    fn next(&self) -> String {
        match self.view.next {
            "" => "Last step".to_owned(),
            next => fit(&format!("Next: {next}"), self.width).into_owned(),
        }
    }

    /// As many of the keys as there is room for.
    fn keys(&self) -> String {
        if !self.view.has_keys {
            return String::new();
        }
        let limit = if self.view.open { "Enter at my limit" } else { "" };
        let paused = matches!(self.view.state, State::Paused | State::Lost { paused: true, .. });
        let space = if paused { "space go on" } else { "space pause" };
        // Where each stands; those needed most come first.
        let mut ranked = [
            (0, limit),
            (1, space),
            (8, "q quit"),
            (2, "n next"),
            (3, "p back"),
            (4, "r again"),
            (6, "m voice"),
            (5, "+/- 15 s"),
            (7, "? where"),
        ];
        let mut room = self.width + GAP;
        for (_, text) in &mut ranked {
            match room.checked_sub(text.width() + GAP) {
                Some(left) if !text.is_empty() => room = left,
                _ => *text = "",
            }
        }
        ranked.sort_by_key(|(place, _)| *place);
        let kept: Vec<_> =
            ranked.map(|(_, text)| text).into_iter().filter(|t| !t.is_empty()).collect();
        self.paint(&kept.join("  "), &Style::new().dim())
    }

    /// The time that matters: what is left of the step, or how long it has been going on when
    /// only the runner knows its end.
    fn time(&self) -> Option<Millis> {
        let View { step_done, step_total, open, .. } = *self.view;
        if open {
            return Some(step_done);
        }
        // As a voice counts down: zero only when nothing is left.
        let left = step_total.saturating_sub(step_done).0.div_ceil(1000) * 1000;
        (step_total > Millis::ZERO).then_some(Millis(left))
    }

    /// What the time is.
    fn meaning(&self) -> Option<&'static str> {
        self.time().map(|_| if self.view.open { "so far" } else { "to go" })
    }

    /// What is out of the ordinary.
    fn status(&self) -> Option<Cow<'static, str>> {
        let muted = if self.view.muted { " · voice off" } else { "" };
        match self.view.state {
            State::Playing if self.view.muted => Some("Voice off".into()),
            State::Playing => None,
            State::Paused => Some(format!("Paused{muted}").into()),
            State::Lost { seconds_left, .. } => {
                Some(format!("Lost the device, waiting {seconds_left} s{muted}").into())
            }
        }
    }

    fn quoted(&self) -> String {
        match self.view.words {
            "" => String::new(),
            words => format!("“{words}”"),
        }
    }

    fn state_style(&self) -> Style {
        match self.view.state {
            State::Playing => Style::new().green(),
            State::Paused => Style::new().yellow(),
            State::Lost { .. } => Style::new().red(),
        }
    }

    /// A bar of this width, exact to half a column.
    fn bar(&self, done: Millis, total: Millis, width: usize, style: &Style) -> String {
        let halves = done.0.min(total.0).saturating_mul(2 * width as u64) / total.0.max(1);
        let (full, half) = (halves as usize / 2, halves % 2 == 1);
        let done = "━".repeat(full) + if half { "╸" } else { "" };
        let rest = "─".repeat(width - full - usize::from(half));
        self.paint(&done, style) + &self.paint(&rest, &Style::new().dim())
    }

    /// One text at the left and one at the right.
    fn spread(&self, left: &str, left_style: &Style, right: &str, right_style: &Style) -> String {
        let gap = self.width.saturating_sub(left.width() + right.width());
        let gap = if right.is_empty() { 0 } else { gap };
        let (left, right) = (self.paint(left, left_style), self.paint(right, right_style));
        format!("{left}{:gap$}{right}", "")
    }

    fn paint(&self, text: &str, style: &Style) -> String {
        if text.is_empty() {
            return String::new();
        }
        style.clone().force_styling(self.color).apply_to(text).to_string()
    }
}

/// `text` made harmless and cut to `columns`.
pub(crate) fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    if columns == 0 {
        return "".into();
    }
    match printable(text) {
        Cow::Borrowed(text) => cut(text, columns),
        Cow::Owned(text) => cut(&text, columns).into_owned().into(),
    }
}

/// `clock` in digits of three lines.
fn big(clock: &str) -> [String; 3] {
    [0, 1, 2].map(|row| {
        let glyphs: Vec<_> = clock.chars().map(|c| glyph(c)[row]).collect();
        glyphs.join(" ")
    })
}

fn glyph(c: char) -> [&'static str; 3] {
    match c {
        '0' => ["█▀█", "█ █", "▀▀▀"],
        '1' => ["▀█ ", " █ ", "▀▀▀"],
        '2' => ["▀▀█", "█▀▀", "▀▀▀"],
        '3' => ["▀▀█", " ▀█", "▀▀▀"],
        '4' => ["█ █", "▀▀█", "  ▀"],
        '5' => ["█▀▀", "▀▀█", "▀▀▀"],
        '6' => ["█▀▀", "█▀█", "▀▀▀"],
        '7' => ["▀▀█", "  █", "  ▀"],
        '8' => ["█▀█", "█▀█", "▀▀▀"],
        '9' => ["█▀█", "▀▀█", "▀▀▀"],
        _ => ["▄", "▄", " "],
    }
}

#[cfg(test)]
mod tests {
    use console::strip_ansi_codes;

    use super::*;

    const VIEW: View = View {
        title: "Evening stretch",
        device: "Galaxy Buds2 Pro",
        state: State::Playing,
        muted: false,
        step: "Standing calf stretch",
        side: Some("left"),
        words: "Breathe out slowly and let the heel sink.",
        next: "Standing calf stretch · right",
        step_done: Millis(22_600),
        step_total: Millis(45_000),
        open: false,
        has_keys: true,
        whole_done: Millis(185_900),
        whole_total: Millis(760_000),
    };

    fn shown(view: &View, columns: u16, rows: u16) -> String {
        lines(view, Size { columns, rows }, false).join("\n")
    }

    #[test]
    fn a_small_terminal_shows_seven_lines() {
        let expected = "\
Evening stretch                    Galaxy Buds2 Pro
Standing calf stretch · left             0:23 to go
━━━━━━━━━━━━━━━━━━━━━━━━━╸─────────────────────────
“Breathe out slowly and let the heel sink.”
━━━━━━━━━────────────────────────────  3:05 / 12:40
Next: Standing calf stretch · right
space pause  n next  p back  r again  q quit";
        assert_eq!(shown(&VIEW, 52, 8), expected);
    }

    #[test]
    fn where_there_is_room_the_time_is_big() {
        let view = View { open: true, ..VIEW };
        let expected = "\
Evening stretch        Galaxy Buds2 Pro

█▀█ ▄ ▀▀█ ▀▀█   Standing calf stretch
█ █ ▄ █▀▀ █▀▀   left
▀▀▀   ▀▀▀ ▀▀▀   so far

━━━━━━━━━━━━━━━━━━━╸───────────────────
“Breathe out slowly and let the heel
sink.”

━━━━━━───────────────────  3:05 / 12:40
Next: Standing calf stretch · right
Enter at my limit  space pause  q quit";
        assert_eq!(shown(&view, 40, 24), expected);
    }

    #[test]
    fn what_is_out_of_the_ordinary_has_a_word() {
        let paused = View { state: State::Paused, muted: true, ..VIEW };
        let lost = View { state: State::Lost { seconds_left: 42, paused: false }, ..VIEW };
        for rows in [8, 24] {
            let text = shown(&paused, 80, rows);
            assert!(text.contains("Paused · voice off") && text.contains("space go on"), "{text}");
            let text = shown(&lost, 80, rows);
            assert!(text.contains("Lost the device, waiting 42 s"), "{text}");
            let text = shown(&View { muted: true, ..VIEW }, 80, rows);
            assert!(text.contains("Voice off") && text.contains("space pause"), "{text}");
        }
    }

    #[test]
    fn only_an_open_step_asks_for_the_limit_and_only_a_timed_one_has_a_time() {
        assert!(!shown(&VIEW, 100, 24).contains("limit"));
        let untimed = View { step_total: Millis::ZERO, step_done: Millis(3000), ..VIEW };
        let text = shown(&untimed, 100, 8);
        assert!(!text.contains("0:0") && text.contains("left\n\n“Breathe"), "{text}");
        assert!(!shown(&untimed, 100, 24).contains('█'));
        let open = View { open: true, ..untimed };
        assert!(shown(&open, 100, 8).contains("0:03 so far"));
    }

    #[test]
    fn time_left_is_counted_down_as_a_voice_does() {
        for (done, expected) in [(0, "0:45"), (1, "0:45"), (44_999, "0:01"), (45_000, "0:00")] {
            let text = shown(&View { step_done: Millis(done), ..VIEW }, 80, 8);
            assert!(text.contains(expected), "{done}: {text}");
        }
    }

    #[test]
    fn the_most_important_lines_stay_on_a_low_terminal() {
        assert_eq!(
            shown(&VIEW, 40, 1),
            "Standing calf stretch · left  0:23 to go".replace("left  0:23", "le…  0:23")
        );
        let text = shown(&VIEW, 80, 3);
        assert!(text.starts_with("Standing") && text.ends_with('”'), "{text}");
    }

    #[test]
    fn colour_changes_nothing_but_the_colour() {
        let size = Size { columns: 80, rows: 24 };
        for state in [State::Playing, State::Paused, State::Lost { seconds_left: 3, paused: true }]
        {
            let view = View { state, muted: true, ..VIEW };
            let (plain, color) = (lines(&view, size, false), lines(&view, size, true));
            assert!(!plain.concat().contains('\x1b') && color.concat().contains('\x1b'));
            assert!(color.iter().map(|line| strip_ansi_codes(line)).eq(plain));
        }
    }

    #[test]
    fn every_line_fits_whatever_the_size_and_the_text() {
        let long = "静かに a\u{301}👩‍👩‍👧 \x1b[2J\u{202e}\n\t ".repeat(20);
        let nasty = View {
            title: &long,
            device: &long,
            step: &long,
            side: Some(&long),
            words: &long,
            next: &long,
            whole_total: Millis(u64::MAX),
            whole_done: Millis(u64::MAX - 1),
            step_total: Millis(3_600_000 * 30),
            ..VIEW
        };
        let empty = View { title: "", device: "", step: "", side: None, words: "", ..VIEW };
        for (columns, rows) in (0..=210).flat_map(|columns| [(columns, 8), (columns, 24)]) {
            for state in [State::Playing, State::Lost { seconds_left: u64::MAX, paused: false }] {
                for view in [VIEW, nasty, empty].map(|view| View { state, ..view }) {
                    let lines = lines(&view, Size { columns, rows }, false);
                    assert!(lines.len() <= usize::from(rows));
                    for line in lines {
                        let width = usize::from(columns).saturating_sub(1).max(1);
                        assert!(line.width() <= width, "{columns}: {line:?}");
                        assert_eq!(printable(&line), line);
                    }
                }
            }
        }
    }
}
