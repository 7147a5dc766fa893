//! Chapters: the steps of a timeline that a listener would skip to. Files of several kinds
//! carry them, all of them these.

use crate::routine::Verb;
use crate::terminal::is_unprintable;
use crate::time::Frames;
use crate::timeline::{Side, Timeline, TimelineStep};

/// The most bytes of a text that goes into a file's tags.
const LONGEST_TEXT: usize = 1000;

/// A stretch of a timeline with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// The step's name with its side.
    pub name: String,
    /// Where it begins: with its step.
    pub from: Frames,
    /// Where it ends: with the next chapter's begin, or the timeline's end.
    pub until: Frames,
}

impl Chapter {
    /// How long it lasts.
    pub fn frames(&self) -> Frames {
        self.until - self.from
    }
}

/// The chapters of a timeline, in order, none overlapping the next. Steps may overlap, players'
/// chapters must not: one ends where the next begins. A tone is no chapter of its own, nor is a
/// step in which no time passes.
pub fn chapters(timeline: &Timeline) -> Vec<Chapter> {
    let is_one = |step: &&TimelineStep| step.verb != Verb::Tone && step.frames > Frames(0);
    let mut chapters: Vec<Chapter> = Vec::new();
    for step in timeline.steps.iter().filter(is_one).filter(|step| step.at < timeline.frames) {
        if let Some(last) = chapters.last_mut() {
            last.until = step.at;
        }
        let name = named(&step.label, step.side);
        chapters.push(Chapter { name, from: step.at, until: timeline.frames });
    }
    chapters.retain(|chapter| chapter.from < chapter.until);
    chapters
}

/// A step's name with its side, unless the name tells it: `Hold (left)`, `Left side`.
pub fn named(label: &str, side: Option<Side>) -> String {
    let label = tag_text(label);
    let told = label.to_lowercase();
    let told = |side| told.split(|c: char| !c.is_alphanumeric()).any(|word| word == side);
    match side.map(Side::name) {
        Some(side) if !told(side) => format!("{label} ({side})"),
        _ => label,
    }
}

/// A text as it goes into tags: one line without characters that control something, and of
/// 1,000 bytes at most.
pub fn tag_text(text: &str) -> String {
    let text = text.replace(['\n', '\t'], " ").replace(is_unprintable, "");
    let end = (0..=LONGEST_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text[..end.unwrap_or(0)].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chapter(name: &str, from: u64, until: u64) -> Chapter {
        Chapter { name: name.into(), from: Frames(from), until: Frames(until) }
    }

    #[test]
    fn a_chapter_ends_where_the_next_begins_and_the_last_with_the_timeline() {
        let steps = [
            (Verb::Say, "Begin", 5, 10),
            (Verb::Hold, "Hold", 12, 30),
            (Verb::Rest, "Rest", 40, 9),
        ];
        let timeline = Timeline::of(60, &[], &[]).with_steps(&steps);
        let expected = [chapter("Begin", 5, 12), chapter("Hold", 12, 40), chapter("Rest", 40, 60)];
        assert_eq!(chapters(&timeline), expected);
    }

    #[test]
    fn tones_and_steps_without_time_are_no_chapters() {
        let steps = [
            (Verb::Deepen, "Deepen 1", 0, 12),
            (Verb::Tone, "end", 12, 3),
            (Verb::Say, "", 15, 0),
            (Verb::Deepen, "Deepen 2", 15, 9),
            (Verb::Rest, "Never heard", 30, 5),
        ];
        let timeline = Timeline::of(30, &[], &[]).with_steps(&steps);
        assert_eq!(chapters(&timeline), [chapter("Deepen 1", 0, 15), chapter("Deepen 2", 15, 30)]);
    }

    #[test]
    fn a_name_tells_the_side_once() {
        let steps = [(Verb::Sides, "Left side", 0, 5), (Verb::Hold, "Bright hold", 5, 5)];
        let mut timeline = Timeline::of(10, &[], &[]).with_steps(&steps);
        for (step, side) in timeline.steps.iter_mut().zip([Side::Left, Side::Right]) {
            step.side = Some(side);
        }
        let names: Vec<String> = chapters(&timeline).into_iter().map(|c| c.name).collect();
        assert_eq!(names, ["Left side", "Bright hold (right)"]);
    }

    #[test]
    fn a_text_for_tags_is_one_line_without_controls_cut_between_characters() {
        assert_eq!(tag_text("a\nb\u{1b}[1mc\u{202e}\0"), "a b[1mc");
        assert_eq!(tag_text(&"é".repeat(600)), "é".repeat(500));
        assert_eq!(tag_text(&format!("a{}", "é".repeat(600))), format!("a{}", "é".repeat(499)));
    }
}
