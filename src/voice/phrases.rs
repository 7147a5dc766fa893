//! From written words to clips: the fewest clips that say a text. Case and
//! punctuation do not matter to what is matched; they decide which of two
//! clips of the same words fits, and where to pause.

use std::collections::HashMap;

use super::ClipId;
use super::numbers;
use crate::time::Millis;

/// The pause between sentences, beside the clips' own margins.
const SENTENCE_PAUSE: Millis = Millis(300);

/// What is spoken of a text: a clip and the pause before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The clip.
    pub clip: ClipId,
    /// Silence between it and the one before.
    pub pause: Millis,
}

/// The phrases of a pack, to be found by their words: a tree in which every way down
/// from the root spells the beginning of a phrase.
#[derive(Clone, Debug)]
pub struct Phrases {
    nodes: Vec<Node>,
}

/// A place of the tree.
#[derive(Clone, Debug, Default)]
struct Node {
    /// The place of each word that may follow.
    next: HashMap<Box<str>, usize>,
    /// The phrases that are complete here, with the words that close a sentence in each.
    phrases: Vec<(ClipId, Vec<bool>)>,
}

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    /// The word in lower case, without punctuation.
    text: Box<str>,
    /// Whether a sentence ends with it.
    closes: bool,
}

impl Phrases {
    /// The phrases of clips with these words, in the clips' order. Of clips that
    /// say the very same, the first counts.
    pub fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut nodes = vec![Node::default()];
        for (id, text) in texts.enumerate() {
            let mut place = 0;
            let mut closes = Vec::new();
            for word in split(text) {
                let new = nodes.len();
                place = *nodes[place].next.entry(word.text).or_insert(new);
                if place == new {
                    nodes.push(Node::default());
                }
                closes.push(word.closes);
            }
            let phrases = &mut nodes[place].phrases;
            if place > 0 && phrases.iter().all(|(_, others)| *others != closes) {
                phrases.push((ClipId(id as u32), closes));
            }
        }
        Self { nodes }
    }

    /// The clips that say `text`: as few as possible, and among as few those whose
    /// sentences end where the text's do.
    ///
    /// # Errors
    /// The runs of words that no clip covers, each as text.
    pub fn compose(&self, text: &str) -> Result<Vec<Spoken>, Vec<String>> {
        let mut words = split(text);
        if let Some(last) = words.last_mut() {
            last.closes = true;
        }
        let path = self.cheapest_path(&words);
        let mut spoken = Vec::new();
        let mut missing: Vec<Vec<&str>> = Vec::new();
        let (mut at, mut after_clip) = (0, true);
        while at < words.len() {
            let Hop { clip, words: count, .. } = path[at];
            if let Some(clip) = clip {
                let opens = at > 0 && words[at - 1].closes;
                let pause = if opens { SENTENCE_PAUSE } else { Millis::ZERO };
                spoken.push(Spoken { clip, pause });
            } else {
                if after_clip {
                    missing.push(Vec::new());
                }
                missing.last_mut().into_iter().for_each(|run| run.push(&words[at].text));
            }
            after_clip = clip.is_some();
            at += count;
        }
        if missing.is_empty() {
            Ok(spoken)
        } else {
            Err(missing.into_iter().map(|run| run.join(" ")).collect())
        }
    }

    /// For each word, how to go on from there at the least cost.
    fn cheapest_path(&self, words: &[Word]) -> Vec<Hop> {
        let mut path = vec![Hop { clip: None, words: 1, cost: 0 }; words.len() + 1];
        for at in (0..words.len()).rev() {
            let mut best = Hop { clip: None, words: 1, cost: Hop::UNCOVERED + path[at + 1].cost };
            let mut node = &self.nodes[0];
            for (count, word) in (1..).zip(&words[at..]) {
                let Some(next) = node.next.get(&word.text) else { break };
                node = &self.nodes[*next];
                for (clip, closes) in &node.phrases {
                    let covered = words[at..at + count].iter().zip(closes);
                    let unlike = covered.filter(|(word, closes)| word.closes != **closes).count();
                    let own = Hop::CLIP + Hop::UNLIKE_ENDING * unlike as u64;
                    let cost = own + path[at + count].cost;
                    if cost < best.cost {
                        best = Hop { clip: Some(*clip), words: count, cost };
                    }
                }
            }
            path[at] = best;
        }
        path
    }
}

/// The best way on from a word: by a clip, or over a word that none covers.
#[derive(Clone, Copy)]
struct Hop {
    clip: Option<ClipId>,
    /// How many words it says.
    words: usize,
    cost: u64,
}

impl Hop {
    /// A word left uncovered costs more than any sentence of clips.
    const UNCOVERED: u64 = 1_000_000;
    const CLIP: u64 = 10;
    /// A clip that closes a sentence in the middle of one, or the reverse.
    const UNLIKE_ENDING: u64 = 1;
}

/// A text as words. Figures become words, `’` counts as `'`, and whatever is neither
/// letter, figure nor apostrophe parts words, except between figures: `1.5` and `10:30` are
/// words of their own, which no clip says.
fn split(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for part in parts(text) {
        let word = part.trim_matches(|c: char| !c.is_alphanumeric());
        let number = word.parse::<u64>().ok().filter(|number| number.to_string() == word);
        let spelt = match number {
            Some(number) => numbers::cardinal(number),
            None => word.to_lowercase().replace('’', "'"),
        };
        let texts = spelt.split(' ').filter(|text| !text.is_empty());
        words.extend(texts.map(|text| Word { text: text.into(), closes: false }));
        let after = part.trim_end_matches(['"', '”', '’', '\'', ')']);
        if after.ends_with(['.', '!', '?', '…', ':', ';']) {
            words.last_mut().into_iter().for_each(|word| word.closes = true);
        }
    }
    words
}

/// The text cut at white space and at hyphens and other signs, each part with the signs behind it.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let by_space = text.split_whitespace();
    by_space.flat_map(|run| {
        let has_figures =
            run.trim_matches(|c: char| !c.is_alphanumeric()).chars().any(char::is_numeric);
        let parts_here = move |c: char| {
            let within_figures = has_figures && matches!(c, '.' | ',' | ':' | '/');
            !c.is_alphanumeric() && c != '\'' && c != '’' && !within_figures
        };
        run.split_inclusive(parts_here)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIPS: [&str; 8] = [
        "Hold for",
        "forty five",
        "forty",
        "five",
        "minutes",
        "minutes.",
        "Well done.",
        "seconds left.",
    ];

    fn said(text: &str) -> Result<Vec<(&'static str, u64)>, Vec<String>> {
        let spoken = Phrases::new(CLIPS.into_iter()).compose(text)?;
        Ok(spoken.iter().map(|s| (CLIPS[s.clip.index()], s.pause.0)).collect())
    }

    #[test]
    fn a_text_is_said_with_the_fewest_clips() {
        let expected = [("Hold for", 0), ("forty five", 0), ("minutes.", 0)];
        assert_eq!(said("hold for 45 minutes"), Ok(expected.to_vec()));
        assert_eq!(
            said("HOLD, for: forty-five minutes!"),
            Ok(vec![("Hold for", 0), ("forty five", 300), ("minutes.", 0)])
        );
    }

    #[test]
    fn inside_a_sentence_the_clip_that_goes_on_is_chosen() {
        let expected = [("five", 0), ("minutes", 0), ("forty", 0), ("seconds left.", 0)];
        assert_eq!(said("5 minutes, 40 seconds left."), Ok(expected.to_vec()));
        let expected = [("five", 0), ("minutes.", 0), ("Well done.", 300)];
        assert_eq!(said("Five minutes. Well done."), Ok(expected.to_vec()));
    }

    #[test]
    fn all_words_without_a_clip_are_named() {
        assert_eq!(
            said("Touch your toes for forty five minutes, 300 times"),
            Err(vec!["touch your toes for".into(), "300 times".into()])
        );
        assert_eq!(said(" -- "), Ok(vec![]));
    }

    #[test]
    fn figures_with_signs_in_them_are_not_taken_apart() {
        for text in ["1.5", "1,000", "10:30", "007", "1/2"] {
            assert_eq!(said(&format!("hold for {text}.")), Err(vec![text.into()]));
        }
        assert_eq!(said("(5) minutes."), said("five minutes."));
    }

    #[test]
    fn quotes_and_outer_apostrophes_do_not_matter() {
        assert_eq!(said("‘Well done.’ 'Hold' for"), said("Well done. Hold for"));
        assert_eq!(said("“Well done.” Five"), said("Well done. Five"));
    }
}
