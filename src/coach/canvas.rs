//! What indicatif draws on. It redraws all lines each time and fills them with blanks up to
//! the edge; here only changed lines are written, and the cursor rests where the first of them
//! begins. When the terminal changes its size, all is drawn anew.

use std::fmt::Write;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use console::Term;
use indicatif::TermLike;

use super::tty::{self, SHOW_CURSOR, WIPE};

/// The size of a terminal, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// From side to side.
    pub columns: u16,
    /// From top to bottom.
    pub rows: u16,
}

impl Size {
    /// The terminal's, as it is now.
    pub fn now() -> Self {
        let (rows, columns) = Term::stderr().size();
        Self { columns, rows }
    }
}

/// Lines of text at the place of the cursor.
#[derive(Clone, Debug, Default)]
pub struct Canvas(Arc<Mutex<Sheet>>);

#[derive(Debug, Default)]
struct Sheet {
    size: Size,
    /// What stands on the terminal.
    shown: Vec<String>,
    /// What indicatif has written since.
    coming: Vec<String>,
    /// Indicatif has written a line, and writes the blanks after it next.
    filling: bool,
    /// What is to stand above the lines for good.
    notes: String,
}

impl Canvas {
    /// From now on lines are drawn for this size; all of them, if it is another one.
    pub fn resize(&self, size: Size) {
        let mut sheet = self.sheet();
        if sheet.size != size {
            sheet.size = size;
            sheet.shown.clear();
        }
    }

    /// Puts a line above the others, when these are drawn next.
    pub fn note(&self, text: &str) {
        let mut sheet = self.sheet();
        sheet.notes += text;
        sheet.notes += "\r\n";
    }

    /// Erases the lines; notes stay.
    pub fn clear(&self) {
        let mut sheet = self.sheet();
        sheet.coming.clear();
        sheet.show();
    }

    fn sheet(&self) -> MutexGuard<'_, Sheet> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sheet {
    /// Makes the terminal show what is coming.
    fn show(&mut self) {
        let coming = std::mem::take(&mut self.coming);
        let painted = tty::paint(!coming.is_empty(), |drawn| {
            let shown = if drawn { self.shown.as_slice() } else { &[] };
            patch(shown, &coming, &self.notes)
        });
        if painted {
            self.notes.clear();
            self.shown = coming;
        } else {
            self.shown.clear();
        }
    }
}

/// What makes a terminal show `coming` instead of `shown`, with `notes` above it until all is
/// drawn anew, the cursor being where the lines begin.
fn patch(shown: &[String], coming: &[String], notes: &str) -> String {
    let mut out = String::new();
    if shown.len() == coming.len() && notes.is_empty() {
        change(&mut out, shown, coming);
        return out;
    }
    out += WIPE;
    out += notes;
    match coming.len() {
        0 => out += SHOW_CURSOR,
        count => {
            // Not even a line that the terminal takes for wider than we do may wrap.
            out += "\x1b[?25l\x1b[?7l";
            out += &coming.join("\x1b[K\r\n");
            out += "\x1b[K\r\x1b[?7h";
            up(&mut out, count - 1);
        }
    }
    out
}

/// Writes the lines that differ.
fn change(out: &mut String, shown: &[String], coming: &[String]) {
    let mut at = 0;
    for (row, (old, new)) in shown.iter().zip(coming).enumerate() {
        if old == new {
            continue;
        }
        *out += if out.is_empty() { "\x1b[?7l" } else { "" };
        down(out, row - at);
        let _ = write!(out, "\r{new}\x1b[K");
        at = row;
    }
    if !out.is_empty() {
        *out += "\r\x1b[?7h";
        up(out, at);
    }
}

fn up(out: &mut String, rows: usize) {
    if rows > 0 {
        let _ = write!(out, "\x1b[{rows}A");
    }
}

fn down(out: &mut String, rows: usize) {
    if rows > 0 {
        let _ = write!(out, "\x1b[{rows}B");
    }
}

/// Indicatif begins by going back over its last lines, then writes each line and blanks after
/// it, in turns.
impl TermLike for Canvas {
    fn width(&self) -> u16 {
        self.sheet().size.columns
    }

    fn height(&self) -> u16 {
        self.sheet().size.rows
    }

    fn move_cursor_up(&self, _rows: usize) -> io::Result<()> {
        let mut sheet = self.sheet();
        sheet.coming.clear();
        sheet.filling = false;
        Ok(())
    }

    fn move_cursor_down(&self, _rows: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _columns: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _columns: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.sheet().coming.push(text.to_owned());
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        let mut sheet = self.sheet();
        if !sheet.filling {
            sheet.coming.push(text.to_owned());
        }
        sheet.filling = !sheet.filling;
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        self.sheet().show();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn only_changed_lines_are_written() {
        let (old, new) = (lines("a\nb\nc\nd"), lines("a\nB\nc\nD"));
        let expected = "\x1b[?7l\x1b[1B\rB\x1b[K\x1b[2B\rD\x1b[K\r\x1b[?7h\x1b[3A";
        assert_eq!(patch(&old, &new, ""), expected);
        assert_eq!(patch(&old, &old, ""), "");
    }

    #[test]
    fn another_number_of_lines_or_a_note_draws_all_anew() {
        let (old, new) = (lines("a\nb"), lines("a\nb\nc"));
        let all = "\x1b[?25l\x1b[?7la\x1b[K\r\nb\x1b[K\r\nc\x1b[K\r\x1b[?7h\x1b[2A";
        assert_eq!(patch(&[], &new, ""), format!("{WIPE}{all}"));
        assert_eq!(patch(&old, &new, ""), format!("{WIPE}{all}"));
        assert_eq!(patch(&new, &new, "so\r\n"), format!("{WIPE}so\r\n{all}"));
        assert_eq!(patch(&new, &[], ""), format!("{WIPE}{SHOW_CURSOR}"));
        assert_eq!(patch(&[], &[], ""), "");
    }

    #[test]
    fn indicatif_writes_each_line_and_then_blanks() {
        #[derive(Debug, Default, Clone)]
        struct Probe(Canvas, Arc<Mutex<Vec<String>>>);
        impl TermLike for Probe {
            fn width(&self) -> u16 {
                40
            }
            fn move_cursor_up(&self, rows: usize) -> io::Result<()> {
                self.0.move_cursor_up(rows)
            }
            fn move_cursor_down(&self, rows: usize) -> io::Result<()> {
                self.0.move_cursor_down(rows)
            }
            fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
                self.0.move_cursor_right(columns)
            }
            fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
                self.0.move_cursor_left(columns)
            }
            fn write_line(&self, text: &str) -> io::Result<()> {
                self.0.write_line(text)
            }
            fn write_str(&self, text: &str) -> io::Result<()> {
                self.0.write_str(text)
            }
            fn clear_line(&self) -> io::Result<()> {
                self.0.clear_line()
            }
            fn flush(&self) -> io::Result<()> {
                *self.1.lock().unwrap() = self.0.sheet().coming.clone();
                Ok(())
            }
        }
        let probe = Probe::default();
        let target = ProgressDrawTarget::term_like(Box::new(probe.clone()));
        let bar = ProgressBar::with_draw_target(None, target)
            .with_style(ProgressStyle::with_template("{msg}").unwrap());
        for text in ["one\n\nthree", "\x1b[1mone\x1b[0m\n静か\n", "one"] {
            bar.set_message(text);
            let expected: Vec<_> = text.split('\n').map(str::to_owned).collect();
            assert_eq!(*probe.1.lock().unwrap(), expected);
        }
    }
}
