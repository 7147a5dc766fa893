//! Recordings that were made elsewhere, such as on a phone: which of them is for which line.

use std::cmp::Ordering;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::split::{SILENCE, pieces};
use crate::clip::decode::Audio;
use crate::clip::own;
use crate::error::Error;
use crate::terminal::printable;
use crate::time::{Millis, Rate};

/// The most files that are taken.
const MOST_FILES: usize = 10_000;

/// A line that may be among the recordings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its words.
    pub words: String,
    /// What its files are called, without an ending.
    pub stem: String,
    /// Whether it is to be recorded; else the pack has it.
    pub wanted: bool,
}

/// Where the recording of a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, by its place among all.
    pub line: usize,
    /// The file, by its place among all.
    pub file: usize,
    /// The part of it, in frames; `None` for all.
    pub part: Option<Range<usize>>,
}

/// Which recording is for which line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The recordings of lines.
    pub places: Vec<Place>,
    /// Files whose lines the pack has already.
    pub unneeded: Vec<usize>,
}

/// Recordings and lines that do not fit together.
#[derive(Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Lines and recordings side by side.
    pub table: Vec<String>,
    /// What is wrong, and what to do.
    pub problem: String,
}

/// All files that are named: those in folders too, in the order in which people count.
///
/// # Errors
/// [`Error::Io`] for what cannot be read, [`Error::Usage`] when there are none, or too many.
pub fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in named {
        let cannot_read = |error| Error::io("cannot read", path, error);
        if !fs::metadata(path).map_err(cannot_read)?.is_dir() {
            files.push(path.clone());
            continue;
        }
        for entry in fs::read_dir(path).map_err(cannot_read)?.take(MOST_FILES + 1) {
            let file = entry.map_err(cannot_read)?.path();
            if is_sound(&file) {
                files.push(file);
            }
        }
    }
    files.sort_by(|a, b| natural(&stem_of(a), &stem_of(b)).then_with(|| a.cmp(b)));
    files.dedup();
    match files.len() {
        0 => Err(Error::Usage("--from names no recordings: WAV, FLAC, MP3 or Ogg files".into())),
        1..=MOST_FILES => Ok(files),
        _ => Err(Error::Usage(format!("--from names more than {MOST_FILES} files"))),
    }
}

fn is_sound(file: &Path) -> bool {
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let hidden = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    !hidden && ending.is_some_and(|ending| own::ENDINGS.contains(&ending.as_str()))
}

fn stem_of(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Reads one of the files.
///
/// # Errors
/// [`Error::Audio`].
pub fn read(file: &Path) -> Result<Audio, Error> {
    own::read(file).map_err(|error| Error::Audio { path: file.into(), problem: error.to_string() })
}

/// Finds the lines of some files: first by their names, then one file a line in their order, else
/// cut at their silences. `slug` makes of any text what files are called.
///
/// # Errors
/// [`Mismatch`] where that is not certain.
pub fn plan(
    files: &[(PathBuf, Audio)],
    lines: &[Line],
    slug: impl Fn(&str) -> String,
) -> Result<Plan, Mismatch> {
    let mut plan = Plan::default();
    let mut others = Vec::new();
    for (file, (path, _)) in files.iter().enumerate() {
        let name = slug(&stem_of(path));
        let Some(line) = lines.iter().position(|line| line.stem == name) else {
            others.push(file);
            continue;
        };
        if let Some(first) = plan.places.iter().find(|place| place.line == line) {
            let (first, path) = (shown(&files[first.file].0), shown(path));
            let problem = format!("{first} and {path} are both for “{}”", lines[line].words);
            return Err(Mismatch { table: Vec::new(), problem });
        }
        if lines[line].wanted {
            plan.places.push(Place { line, file, part: None });
        } else {
            plan.unneeded.push(file);
        }
    }
    let taken: Vec<usize> = plan.places.iter().map(|place| place.line).collect();
    let left = (0..lines.len()).filter(|line| lines[*line].wanted && !taken.contains(line));
    let left: Vec<usize> = left.collect();
    plan.places.extend(in_order(files, lines, &others, &left)?);
    plan.places.sort_by_key(|place| place.line);
    Ok(plan)
}

/// The lines of files whose names say nothing, by their order.
fn in_order(
    files: &[(PathBuf, Audio)],
    lines: &[Line],
    others: &[usize],
    left: &[usize],
) -> Result<Vec<Place>, Mismatch> {
    if others.len() == left.len() || others.is_empty() {
        let pairs = others.iter().zip(left);
        return Ok(pairs
            .map(|(file, line)| Place { line: *line, file: *file, part: None })
            .collect());
    }
    if others.len() > left.len() {
        let names: Vec<String> = others.iter().map(|file| shown(&files[*file].0)).collect();
        return Err(mismatch(&names, lines, left, &format!("there are {} files", names.len())));
    }
    let mut parts = Vec::new();
    for file in others {
        let Audio { rate, samples } = &files[*file].1;
        let rate = Rate::new(*rate).unwrap_or_default();
        parts.extend(pieces(samples, rate).into_iter().map(|part| (*file, rate, part)));
    }
    if parts.len() == left.len() {
        let pairs = parts.into_iter().zip(left);
        return Ok(pairs
            .map(|((file, _, part), line)| Place { line: *line, file, part: Some(part) })
            .collect());
    }
    let names: Vec<String> = parts.iter().map(|(_, rate, part)| piece(*rate, part)).collect();
    let what =
        format!("there are {} pieces with {SILENCE} ms of silence between them", names.len());
    Err(mismatch(&names, lines, left, &what))
}

/// A piece, by its begin and its length.
fn piece(rate: Rate, part: &Range<usize>) -> String {
    let millis = |frames: usize| frames as u64 * 1000 / u64::from(rate.hz());
    let length = millis(part.len());
    let begin = Millis(millis(part.start)).clock();
    format!("{begin} {:>4}.{} s", length / 1000, length % 1000 / 100)
}

fn mismatch(names: &[String], lines: &[Line], left: &[usize], what: &str) -> Mismatch {
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let rows = names.len().max(left.len());
    let row = |at: usize| {
        let name = names.get(at).map_or("-", String::as_str);
        let words = left.get(at).map_or("-", |line| &lines[*line].words);
        format!("{:>4}  {name:width$}  {words}", at + 1)
    };
    let lines = if left.len() == 1 { "line" } else { "lines" };
    let problem = format!(
        "{what}, but {} {lines} to be recorded; name each file like its line, or take care that \
         they are as many; nothing was put into the pack",
        left.len()
    );
    Mismatch { table: (0..rows).map(row).collect(), problem }
}

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// The order in which people count: `take 2` comes before `take 10`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (digits_a, digits_b) = (digits(a), digits(b));
        if !digits_a.is_empty() && !digits_b.is_empty() {
            let strip = |digits: &str| digits.trim_start_matches('0').to_owned();
            let (x, y) = (strip(digits_a), strip(digits_b));
            let order = x.len().cmp(&y.len()).then_with(|| x.cmp(&y));
            if order.is_ne() {
                return order;
            }
            (a, b) = (&a[digits_a.len()..], &b[digits_b.len()..]);
            continue;
        }
        let (mut rest_a, mut rest_b) = (a.chars(), b.chars());
        match (rest_a.next(), rest_b.next()) {
            (None, None) => return Ordering::Equal,
            (x, y) if x != y => return x.cmp(&y),
            _ => (a, b) = (rest_a.as_str(), rest_b.as_str()),
        }
    }
}

/// The figures that a text begins with.
fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(text: &str) -> String {
        text.to_lowercase().replace(' ', "-").replace('.', "")
    }

    fn line(words: &str, wanted: bool) -> Line {
        Line { words: words.into(), stem: slug(words), wanted }
    }

    fn lines() -> Vec<Line> {
        vec![line("Well done.", true), line("Hold.", true), line("Rest now.", true)]
    }

    /// A file of sounds of a tenth of a second, a second of silence between them.
    fn file(name: &str, sounds: usize) -> (PathBuf, Audio) {
        let sound = [vec![9000; 800], vec![0; 8000]].concat();
        (PathBuf::from(name), Audio { rate: 8000, samples: sound.repeat(sounds) })
    }

    /// Each line's file, and where in it the recording begins.
    fn planned(
        files: &[(PathBuf, Audio)],
        lines: &[Line],
    ) -> Result<Vec<(usize, usize)>, Mismatch> {
        let plan = plan(files, lines, slug)?;
        let begin = |place: &Place| place.part.as_ref().map_or(0, |part| part.start);
        Ok(plan.places.iter().map(|place| (place.file, begin(place))).collect())
    }

    #[test]
    fn people_count_by_numbers_not_by_figures() {
        let mut names = ["take 10", "take 9", "take 09b", "Take 1", "take", "take 010"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["Take 1", "take", "take 9", "take 09b", "take 10", "take 010"]);
    }

    #[test]
    fn a_file_that_is_called_like_a_line_is_for_it_whatever_the_order() {
        let files = [file("a/hold.wav", 1), file("Rest now..mp3", 1), file("z.wav", 1)];
        assert_eq!(planned(&files, &lines()), Ok(vec![(2, 0), (0, 0), (1, 0)]));
        assert_eq!(planned(&files[..2], &lines()), Ok(vec![(0, 0), (1, 0)]));
        let twice = [file("hold.wav", 1), file("Hold.wav", 1)];
        let problem = planned(&twice, &lines()).unwrap_err().problem;
        assert_eq!(problem, "hold.wav and Hold.wav are both for “Hold.”");
    }

    #[test]
    fn a_line_that_the_pack_has_is_left_alone() {
        let lines = [line("Well done.", false), line("Hold.", true)];
        let files = [file("well-done.wav", 1), file("z.wav", 1)];
        let place = Place { line: 1, file: 1, part: None };
        assert_eq!(plan(&files, &lines, slug), Ok(Plan { places: vec![place], unneeded: vec![0] }));
    }

    #[test]
    fn as_many_files_as_lines_are_for_them_in_order() {
        let files = [file("1.wav", 1), file("2.wav", 2), file("3.wav", 1)];
        assert_eq!(planned(&files, &lines()), Ok(vec![(0, 0), (1, 0), (2, 0)]));
    }

    #[test]
    fn fewer_files_are_cut_at_their_silences() {
        assert_eq!(
            planned(&[file("all.wav", 3)], &lines()),
            Ok(vec![(0, 0), (0, 6800), (0, 15600)])
        );
        let two = [file("1.wav", 1), file("2.wav", 2)];
        assert_eq!(planned(&two, &lines()), Ok(vec![(0, 0), (1, 0), (1, 6800)]));
    }

    #[test]
    fn what_does_not_fit_is_shown_side_by_side() {
        let mismatch = planned(&[file("all.wav", 2)], &lines()).unwrap_err();
        let expected = [
            "   1  0:00    0.3 s  Well done.",
            "   2  0:00    0.6 s  Hold.",
            "   3  -            Rest now.",
        ];
        assert_eq!(mismatch.table.len(), expected.len());
        assert!(mismatch.problem.starts_with(
            "there are 2 pieces with 700 ms of silence between them, but 3 lines to be recorded; "
        ));
        let files: Vec<_> = (1..=4).map(|n| file(&format!("{n}.wav"), 1)).collect();
        let mismatch = planned(&files, &lines()).unwrap_err();
        assert_eq!(mismatch.table[3], "   4  4.wav  -");
    }
}
