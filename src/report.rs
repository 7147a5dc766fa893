//! Problems shown: as text with their places underlined, or as JSON.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Level, Origin, Renderer, Snippet};
use serde_json::json;

use crate::problem::{Problem, Problems, Severity, Span, char_boundary_before};
use crate::routine::json::{self, Node};
use crate::terminal::printable;

/// A file with its problems, ready to be shown.
#[derive(Clone, Debug)]
pub struct Report {
    /// The file's name as the user gave it.
    pub file: String,
    /// The file's text; empty when it could not be read as text.
    pub text: String,
    /// What is wrong with it.
    pub problems: Problems,
}

impl Report {
    /// Whether the file cannot be used.
    pub fn has_errors(&self) -> bool {
        self.problems.has_errors()
    }

    /// The problems as text for people, in colour if wanted, each with its
    /// place underlined. Ends without a newline.
    pub fn render(&self, color: bool) -> String {
        let mut blocks: Vec<String> =
            self.problems.iter().map(|problem| self.render_one(problem, color)).collect();
        if self.problems.beyond() > 0 {
            blocks.push(format!("and {} more problems", self.problems.beyond()));
        }
        blocks.join("\n\n")
    }

    fn render_one(&self, problem: &Problem, color: bool) -> String {
        let level = match problem.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut elements = self.places(problem);
        elements
            .extend(problem.help.iter().map(|help| Level::HELP.message(printable(help)).into()));
        let title = level.primary_title(printable(&problem.message)).id(problem.code);
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[title.elements(elements)])
    }

    /// The lines of a problem, its places underlined.
    fn places<'a>(&'a self, problem: &'a Problem) -> Vec<Element<'a>> {
        let also = problem.also.as_ref();
        let excerpt = Excerpt::around(&self.text, problem.span, also.map(|(span, _)| *span));
        let mark = |kind: AnnotationKind, marked: &Range<usize>| kind.span(marked.clone());
        let other = |what: &'a str, marked: &Range<usize>| {
            mark(AnnotationKind::Context, marked).label(printable(what))
        };
        let mut marks = vec![mark(AnnotationKind::Primary, &excerpt.marked)];
        let mut elsewhere = Vec::new();
        match (also, &excerpt.also) {
            (Some((_, what)), Some(marked)) => marks.push(other(what, marked)),
            (Some((span, what)), None) => {
                let excerpt = Excerpt::around(&self.text, *span, None);
                let marks = vec![other(what, &excerpt.marked)];
                elsewhere = self.line(*span, excerpt, marks);
            }
            _ => {}
        }
        let mut lines = self.line(problem.span, excerpt, marks);
        lines.append(&mut elsewhere);
        lines
    }

    /// The line on which `span` begins, with marks.
    fn line<'a>(
        &self,
        span: Span,
        excerpt: Excerpt,
        marks: Vec<Annotation<'a>>,
    ) -> Vec<Element<'a>> {
        let place = self.place(span);
        let file = printable(&self.file).into_owned();
        let origin = Origin::path(file.clone()).line(place.line).char_column(place.column);
        let snippet = Snippet::source(excerpt.text).line_start(place.line).annotations(marks);
        // Columns in a line that was cut would be counted from the cut.
        match excerpt.kind {
            ExcerptKind::Empty => vec![origin.into()],
            ExcerptKind::Whole => vec![snippet.path(file).into()],
            ExcerptKind::Cut => vec![origin.into(), snippet.into()],
        }
    }

    /// The first problem in one line, with its place.
    pub fn brief(&self) -> String {
        let Some(problem) = self.problems.iter().next() else { return String::new() };
        let Place { line, column } = self.place(problem.span);
        format!("{}:{line}:{column}: {}", self.file, problem.message)
    }

    /// The problems as the array that `check --json` prints.
    pub fn to_json(&self) -> serde_json::Value {
        let tree = json::parse(&self.text).ok();
        let entry = |problem: &Problem| {
            let place = self.place(problem.span);
            let mut entry = json!({
                "severity": problem.severity.name(),
                "code": problem.code,
                "message": problem.message,
                "path": tree.as_ref().map_or(String::new(), |node| path_to(node, problem.span)),
                "line": place.line,
                "column": place.column,
            });
            if let Some(help) = &problem.help {
                entry["help"] = json!(help);
            }
            if let Some((span, what)) = &problem.also {
                let Place { line, column } = self.place(*span);
                entry["related"] = json!([{ "message": what, "line": line, "column": column }]);
            }
            entry
        };
        self.problems.iter().map(entry).collect()
    }

    fn place(&self, span: Span) -> Place {
        let before = &self.text[..span.range().start.min(self.text.len())];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            line: 1 + before.matches('\n').count(),
            column: 1 + before[line_start..].chars().count(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

/// A place for people: line and column, both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
}

/// The line on which a problem begins, made harmless and cut to what matters.
struct Excerpt {
    text: String,
    marked: Range<usize>,
    /// The other place, where it is in view.
    also: Option<Range<usize>>,
    kind: ExcerptKind,
}

/// What an excerpt shows of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExcerptKind {
    /// Nothing: there is no text.
    Empty,
    /// The line from its beginning.
    Whole,
    /// A piece from further on.
    Cut,
}

impl Excerpt {
    /// Bytes kept on each side of the mark when a line is long.
    const REACH: usize = 100;

    fn around(text: &str, span: Span, also: Option<Span>) -> Self {
        let Range { start, end } = span.range();
        let (start, end) = (start.min(text.len()), end.min(text.len()));
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        let from = line_start.max(char_boundary_before(text, start.saturating_sub(Self::REACH)));
        let to = line_end.min(char_boundary_before(text, start + Self::REACH)).max(start);
        let kind = match (line_start == line_end, from > line_start) {
            (true, _) => ExcerptKind::Empty,
            (_, true) => ExcerptKind::Cut,
            _ => ExcerptKind::Whole,
        };
        // What is made harmless may have another length.
        let shown = |range: Range<usize>| printable(&text[range]).len();
        let within = |range: Range<usize>| {
            let begin = shown(from..range.start);
            begin..begin + shown(range)
        };
        let in_view = |range: &Range<usize>| from <= range.start && range.end <= to;
        Self {
            text: printable(&text[from..to]).into_owned(),
            marked: within(start..end.min(to)),
            also: also.map(Span::range).filter(in_view).map(within),
            kind,
        }
    }
}

/// Where a span lies in the JSON, such as `steps[2].hold.for`.
fn path_to(node: &Node, span: Span) -> String {
    let mut path = String::new();
    let mut node = Some(node);
    while let Some(current) = node {
        node = current.children().find_map(|(step, child)| {
            if !child.within.range().contains(&span.range().start) || child.within.end < span.end {
                return None;
            }
            path += &step.joined_to(&path);
            Some(child.node)
        });
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str, needle: &str) -> Report {
        let start = text.find(needle).unwrap();
        let span = Span::new(start, start + needle.len());
        let problem = Problem::error("unknown-field", span, "unknown field `fro`");
        Report {
            file: "my.json".into(),
            text: text.into(),
            problems: problem.help("did you mean `for`?").into(),
        }
    }

    #[test]
    fn a_problem_shows_its_place_underlined_and_what_to_do() {
        let report = report("{\n  \"steps\": [{\"hold\": {\"fro\": \"60s\"}}]\n}\n", "\"fro\"");
        assert_eq!(
            report.render(false),
            "\
error[unknown-field]: unknown field `fro`
 --> my.json:2:23
  |
2 |   \"steps\": [{\"hold\": {\"fro\": \"60s\"}}]
  |                       ^^^^^
  |
  = help: did you mean `for`?"
        );
    }

    #[test]
    fn the_json_names_the_path_line_and_column() {
        let report = report("{\n  \"steps\": [{\"hold\": {\"fro\": \"60s\"}}]\n}\n", "\"fro\"");
        assert_eq!(
            report.to_json(),
            json!([{
                "severity": "error", "code": "unknown-field", "message": "unknown field `fro`",
                "help": "did you mean `for`?", "path": "steps[0].hold.fro", "line": 2, "column": 23,
            }])
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark_and_made_harmless() {
        let text = format!("[\"{}\x1b[2J\", bad]", "x".repeat(500));
        let rendered = report(&text, "bad").render(false);
        assert!(rendered.contains(":1:510"), "{rendered}");
        assert!(!rendered.contains('\x1b'), "{rendered}");
        assert!(rendered.len() < 400, "{rendered}");
    }
}
