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

/// The phrases of a pack, to be found by their words.
#[derive(Clone, Debug, Default)]
pub struct Phrases {
    phrases: Vec<Phrase>,
    by_first_word: HashMap<Box<str>, Vec<ClipId>>,
}

#[derive(Clone, Debug)]
struct Phrase {
    words: Vec<Word>,
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
    /// The phrases of clips with these words, in the clips' order.
    pub fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut phrases = Self::default();
        for (id, text) in texts.enumerate() {
            let words = split(text);
            if let Some(first) = words.first() {
                let clips = phrases.by_first_word.entry(first.text.clone()).or_default();
                clips.push(ClipId(id as u32));
            }
            phrases.phrases.push(Phrase { words });
        }
        phrases
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
        let (mut at, mut after_gap) = (0, true);
        while at < words.len() {
            match path[at].clip {
                Some(clip) => {
                    let opens = at > 0 && words[at - 1].closes;
                    let pause = if opens { SENTENCE_PAUSE } else { Millis::ZERO };
                    spoken.push(Spoken { clip, pause });
                    at += self.phrases[clip.index()].words.len();
                    after_gap = true;
                }
                None => {
                    if after_gap {
                        missing.push(Vec::new());
                    }
                    missing.last_mut().into_iter().for_each(|run| run.push(&words[at].text));
                    at += 1;
                    after_gap = false;
                }
            }
        }
        if missing.is_empty() {
            Ok(spoken)
        } else {
            Err(missing.into_iter().map(|run| run.join(" ")).collect())
        }
    }

    /// For each word, how to go on from there at the least cost.
    fn cheapest_path(&self, words: &[Word]) -> Vec<Hop> {
        let mut path = vec![Hop { clip: None, cost: 0 }; words.len() + 1];
        for at in (0..words.len()).rev() {
            let uncovered = Hop { clip: None, cost: Hop::UNCOVERED + path[at + 1].cost };
            let candidates = self.by_first_word.get(&words[at].text).into_iter().flatten();
            let fitting = candidates.filter_map(|&clip| {
                let phrase = &self.phrases[clip.index()].words;
                let covered = words.get(at..at + phrase.len())?;
                let same = covered.iter().zip(phrase).all(|(a, b)| a.text == b.text);
                let unlike = covered.iter().zip(phrase).filter(|(a, b)| a.closes != b.closes);
                let cost = Hop::CLIP + Hop::UNLIKE_ENDING * unlike.count() as u64;
                same.then(|| Hop { clip: Some(clip), cost: cost + path[at + phrase.len()].cost })
            });
            path[at] = fitting
                .min_by_key(|hop| hop.cost)
                .into_iter()
                .chain([uncovered])
                .min_by_key(|hop| hop.cost)
                .unwrap_or(uncovered);
        }
        path
    }
}

/// The best way on from a word: by a clip, or over a word that none covers.
#[derive(Clone, Copy)]
struct Hop {
    clip: Option<ClipId>,
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
/// letter, figure nor apostrophe parts words.
fn split(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let parts = text.split_inclusive(|c: char| !is_word_part(c));
    for part in parts {
        let word = part.trim_matches(|c: char| !is_word_part(c));
        let spelt = match word.parse::<u64>() {
            Ok(number) => numbers::cardinal(number),
            Err(_) => word.to_lowercase().replace('’', "'"),
        };
        let texts = spelt.split(' ').filter(|text| !text.is_empty());
        words.extend(texts.map(|text| Word { text: text.into(), closes: false }));
        if part.ends_with(['.', '!', '?', '…', ':', ';']) {
            words.last_mut().into_iter().for_each(|word| word.closes = true);
        }
    }
    words
}

fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '\'' || c == '’'
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
}
