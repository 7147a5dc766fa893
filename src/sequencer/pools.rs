//! Phrases that vary: of several texts one is chosen, none twice in a row, each as often as the
//! others, and always the same ones in the same order for the same routine and seed.

use std::collections::HashMap;

use crate::problem::Span;
use crate::random::Random;
use crate::routine::Words;

/// Which phrases were chosen so far.
#[derive(Debug, Default)]
pub struct Pools {
    seed: u32,
    pools: HashMap<Span, Pool>,
}

/// Texts in the order in which they are chosen.
#[derive(Debug, Default)]
struct Pool {
    order: Vec<usize>,
    next: usize,
    random: Random,
}

impl Pools {
    /// Pools that are all still full.
    pub fn new(seed: u32) -> Self {
        Self { seed, pools: HashMap::new() }
    }

    /// Whether nothing was chosen from these yet.
    pub fn is_new(&self, phrases: &[Words]) -> bool {
        phrases.first().is_some_and(|first| !self.pools.contains_key(&first.span))
    }

    /// The text that is chosen now; `None` where there is none.
    pub fn choose<'w>(&mut self, phrases: &'w [Words]) -> Option<&'w Words> {
        let first = phrases.first()?;
        if phrases.len() == 1 {
            return Some(first);
        }
        let seed = self.seed;
        let pool = self
            .pools
            .entry(first.span)
            .or_insert_with(|| Pool { random: random(seed, phrases), ..Pool::default() });
        phrases.get(pool.choose(phrases.len()))
    }
}

impl Pool {
    fn choose(&mut self, count: usize) -> usize {
        if self.next == self.order.len() {
            let last = self.order.last().copied();
            self.order = (0..count).collect();
            self.random.shuffle(&mut self.order);
            if self.order.first().copied() == last {
                self.order.swap(0, 1);
            }
            self.next = 0;
        }
        self.next += 1;
        self.order[self.next - 1]
    }
}

/// Random numbers begun by a seed and the texts to choose from, so that an edit elsewhere changes
/// nothing.
fn random(seed: u32, phrases: &[Words]) -> Random {
    let bytes = phrases.iter().flat_map(|words| words.text.bytes());
    bytes.fold(Random::new(u64::from(seed)), |mut random, byte| {
        Random::new(random.next() ^ u64::from(byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(seed: u32, texts: &[&str], times: usize) -> Vec<String> {
        let words =
            |(i, text): (usize, &&str)| Words { text: (*text).into(), span: Span::new(i, i) };
        let phrases: Vec<Words> = texts.iter().enumerate().map(words).collect();
        let mut pools = Pools::new(seed);
        (0..times).map(|_| pools.choose(&phrases).unwrap().text.clone()).collect()
    }

    #[test]
    fn no_phrase_comes_twice_in_a_row_and_each_as_often_as_the_others() {
        for seed in 0..50 {
            let chosen = chosen(seed, &["a", "b", "c"], 300);
            assert!(chosen.windows(2).all(|pair| pair[0] != pair[1]), "{seed}");
            assert_eq!(chosen.iter().filter(|text| *text == "b").count(), 100);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_phrases_and_another_gives_others() {
        let texts = ["a", "b", "c", "d", "e"];
        assert_eq!(chosen(7, &texts, 40), chosen(7, &texts, 40));
        assert_ne!(chosen(7, &texts, 40), chosen(8, &texts, 40));
        assert_eq!(chosen(7, &["only"], 2), ["only", "only"]);
    }
}
