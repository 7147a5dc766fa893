//! From written words to clips: the fewest clips that say a text. Case and
//! punctuation do not matter to what is matched; they decide which of two
//! clips of the same words fits, and where to pause. Figures are read as their language says them.

use std::collections::HashMap;
use std::ops::Range;

use super::VoiceClip;
use crate::language::Language;
use crate::time::Millis;

/// The pause between sentences, beside the clips' own margins.
const SENTENCE_PAUSE: Millis = Millis(300);

/// What is spoken of a text: a clip and the pause before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The clip.
    pub clip: VoiceClip,
    /// Silence between it and the one before.
    pub pause: Millis,
}

/// How a clip may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// Wherever its words are said.
    Own,
    /// For a whole sentence that the voice's own clips do not say: another speaker within a
    /// sentence would be heard.
    Guest,
}

/// The phrases of a voice, to be found by their words: a tree in which every way down
/// from the root spells the beginning of a phrase.
#[derive(Clone, Debug)]
pub struct Phrases {
    nodes: Vec<Node>,
    language: Language,
}

/// A place of the tree.
#[derive(Clone, Debug, Default)]
struct Node {
    /// The place of each word that may follow.
    next: HashMap<Box<str>, usize>,
    /// The phrases that are complete here.
    phrases: Vec<Phrase>,
}

/// The words of one clip.
#[derive(Clone, Debug)]
struct Phrase {
    clip: VoiceClip,
    /// The words that close a sentence.
    closes: Vec<bool>,
    rank: Rank,
}

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    /// The word in lower case, without punctuation.
    text: Box<str>,
    /// Whether a sentence ends with it.
    closes: bool,
    /// Where it stands, with the signs behind it.
    range: Range<usize>,
}

impl Phrases {
    /// The phrases of clips with these words, in the clips' order. Of clips that
    /// say the very same, the first counts.
    pub fn new<'a>(
        clips: impl Iterator<Item = (VoiceClip, &'a str, Rank)>,
        language: Language,
    ) -> Self {
        let mut phrases = Self { nodes: vec![Node::default()], language };
        phrases.add(clips, language);
        phrases
    }

    /// Adds the phrases of more clips.
    pub fn add<'a>(
        &mut self,
        clips: impl Iterator<Item = (VoiceClip, &'a str, Rank)>,
        language: Language,
    ) {
        let nodes = &mut self.nodes;
        for (clip, text, rank) in clips {
            let mut place = 0;
            let mut closes = Vec::new();
            for word in split(text, language) {
                let new = nodes.len();
                place = *nodes[place].next.entry(word.text).or_insert(new);
                if place == new {
                    nodes.push(Node::default());
                }
                closes.push(word.closes);
            }
            let phrases = &mut nodes[place].phrases;
            if place > 0 && phrases.iter().all(|other| other.closes != closes) {
                phrases.push(Phrase { clip, closes, rank });
            }
        }
    }

    /// The clips that say `text`: as few as possible, among as few those whose sentences
    /// end where the text's do, and among these the longest first, so that numbers stay
    /// whole: never `forty`, `five seconds left.`
    ///
    /// # Errors
    /// The runs of words that no clip covers, each as text.
    pub fn compose(&self, text: &str) -> Result<Vec<Spoken>, Vec<String>> {
        let words = self.words(text);
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

    /// The sentences of `text` with words in them that no clip covers, as they are written.
    pub fn missing_sentences(&self, text: &str) -> Vec<String> {
        let words = self.words(text);
        let path = self.cheapest_path(&words);
        let mut is_covered = vec![true; words.len()];
        let mut at = 0;
        while at < words.len() {
            let Hop { clip, words: count, .. } = path[at];
            is_covered[at..at + count].fill(clip.is_some());
            at += count;
        }
        let sentences = words.split_inclusive(|word| word.closes);
        let mut begin = 0;
        let missing = sentences.filter_map(|sentence| {
            let covered = &is_covered[begin..begin + sentence.len()];
            begin += sentence.len();
            let (first, last) = (sentence.first()?, sentence.last()?);
            let is_missing = covered.contains(&false);
            is_missing.then(|| text[first.range.start..last.range.end].trim().to_string())
        });
        missing.collect()
    }

    /// The words of a text that is spoken: it ends as a sentence does.
    fn words(&self, text: &str) -> Vec<Word> {
        let mut words = split(text, self.language);
        if let Some(last) = words.last_mut() {
            last.closes = true;
        }
        words
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
                for phrase in &node.phrases {
                    let covered = words[at..at + count].iter().zip(&phrase.closes);
                    let unlike = covered.filter(|(word, closes)| word.closes != **closes).count();
                    let is_whole =
                        (at == 0 || words[at - 1].closes) && words[at + count - 1].closes;
                    let own = match phrase.rank {
                        Rank::Own => Hop::CLIP,
                        Rank::Guest if is_whole => Hop::GUEST,
                        Rank::Guest => continue,
                    };
                    let cost = own + Hop::UNLIKE_ENDING * unlike as u64 + path[at + count].cost;
                    if (cost, best.words) < (best.cost, count) {
                        best = Hop { clip: Some(phrase.clip), words: count, cost };
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
    clip: Option<VoiceClip>,
    /// How many words it says.
    words: usize,
    cost: u64,
}

impl Hop {
    /// A word left uncovered costs more than any sentence of clips.
    const UNCOVERED: u64 = 1_000_000;
    /// A guest's sentence costs more than the longest text in the voice's own clips.
    const GUEST: u64 = 100_000;
    const CLIP: u64 = 10;
    /// A clip that closes a sentence in the middle of one, or the reverse.
    const UNLIKE_ENDING: u64 = 1;
}

/// A text as words. Figures become words, `’` counts as `'`, and whatever is neither
/// letter, figure nor apostrophe parts words, except between figures: `1.5` and `10:30` are
/// words of their own, which no clip says.
fn split(text: &str, language: Language) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    // Where signs begin that open what comes next.
    let mut opening = None;
    for part in parts(text) {
        let begin = part.as_ptr() as usize - text.as_ptr() as usize;
        let range = opening.take().unwrap_or(begin)..begin + part.len();
        let word = part.trim_matches(|c: char| !c.is_alphanumeric());
        let number = word.parse::<u64>().ok().filter(|number| number.to_string() == word);
        let spelt = match (number, language.phrasebook()) {
            (Some(number), Some(book)) => book.number(number),
            _ => word.to_lowercase().replace('’', "'"),
        };
        let texts = spelt.split([' ', '-']).filter(|text| !text.is_empty());
        words.extend(texts.map(|text| Word {
            text: text.into(),
            closes: false,
            range: range.clone(),
        }));
        if word.is_empty() && text[range.end..].starts_with(|c: char| !c.is_whitespace()) {
            opening = Some(range.start);
        } else if let Some(last) = words.last_mut() {
            // Signs on their own, as French has them behind a space, belong to the word before.
            last.range.end = range.end;
        }
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
    use super::super::ClipId;
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

    /// Phrases of which those that end in `*` are a guest's.
    fn phrases(clips: &[&'static str], language: &str) -> Phrases {
        let clip = |(id, words): (usize, &&'static str)| {
            let rank = if words.ends_with('*') { Rank::Guest } else { Rank::Own };
            (VoiceClip { pack: 0, clip: ClipId(id as u32) }, words.trim_end_matches('*'), rank)
        };
        Phrases::new(clips.iter().enumerate().map(clip), language.parse().unwrap())
    }

    fn said_by(
        phrases: &Phrases,
        clips: &[&'static str],
        text: &str,
    ) -> Result<Vec<(&'static str, u64)>, Vec<String>> {
        let spoken = phrases.compose(text)?;
        Ok(spoken.iter().map(|s| (clips[s.clip.clip.index()], s.pause.0)).collect())
    }

    fn said(text: &str) -> Result<Vec<(&'static str, u64)>, Vec<String>> {
        said_by(&phrases(&CLIPS, "en"), &CLIPS, text)
    }

    #[test]
    fn a_guest_says_whole_sentences_that_the_voice_cannot_say() {
        let clips = ["Hold for", "five", "minutes.", "five minutes.*", "Touch your toes.*"];
        let phrases = phrases(&clips, "en");
        let said = |text| said_by(&phrases, &clips, text);
        let expected = [("Hold for", 0), ("five", 0), ("minutes.", 0), ("Touch your toes.*", 300)];
        assert_eq!(said("Hold for five minutes. Touch your toes."), Ok(expected.to_vec()));
        // The voice says it itself where it can.
        assert_eq!(said("Five minutes."), Ok(vec![("five", 0), ("minutes.", 0)]));
        assert_eq!(
            said("Touch your toes for five minutes."),
            Err(vec!["touch your toes for".to_string()])
        );
    }

    #[test]
    fn sentences_that_cannot_be_said_are_given_as_they_are_written() {
        let phrases = phrases(&CLIPS, "en");
        let missing = |text| phrases.missing_sentences(text);
        let text = "Well done.  Now touch your toes, for 45 minutes! Hold for 5 minutes. “Breathe”";
        assert_eq!(missing(text), ["Now touch your toes, for 45 minutes!", "“Breathe”"]);
        assert!(missing("Well done. Five minutes.").is_empty());
        assert_eq!(missing("Ready ?"), ["Ready ?"]);
    }

    #[test]
    fn figures_are_read_as_their_language_says_them() {
        let clips = ["Encore", "vingt et une", "vingt et un", "quarante-cinq", "secondes."];
        let phrases = phrases(&clips, "fr");
        let said = |text| said_by(&phrases, &clips, text);
        let expected = [("Encore", 0), ("quarante-cinq", 0), ("secondes.", 0)];
        assert_eq!(said("Encore 45 secondes."), Ok(expected.to_vec()));
        assert_eq!(said("21"), Ok(vec![("vingt et un", 0)]));
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
    fn a_number_is_not_cut_where_the_rest_of_it_begins_another_clip() {
        let clips = ["forty", "Five seconds left.", "forty five", "seconds left."];
        let expected = [("forty five", 0), ("seconds left.", 0)];
        assert_eq!(
            said_by(&phrases(&clips, "en"), &clips, "45 seconds left."),
            Ok(expected.to_vec())
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
