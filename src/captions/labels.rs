//! Labels for Audacity: a line each of begin, end and text with tabs between, in seconds
//! (Audacity Manual, "Importing and Exporting Labels"). Steps are regions, sentences points.

use std::io::{self, Write};

use super::Captions;
use crate::time::Frames;

/// Writes the steps and the sentences in the order of their begin, a step before its words.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write(captions: &Captions, mut out: impl Write) -> io::Result<()> {
    let chapters = captions.chapters.iter().map(|c| (c.from, c.until, &c.name));
    let sentences = captions.sentences.iter().map(|s| (s.from, s.from, &s.words));
    let mut labels: Vec<(Frames, Frames, &String)> = chapters.chain(sentences).collect();
    labels.sort_by_key(|(from, ..)| *from);
    for (from, until, text) in labels {
        let [from, until] = [from, until].map(|frame| {
            let (seconds, micros) = captions.moment(frame, 1_000_000);
            format!("{seconds}.{micros:06}")
        });
        writeln!(out, "{from}\t{until}\t{text}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{example, written};

    #[test]
    fn steps_are_regions_and_sentences_are_points() {
        let expected = "\
0.500000\t2.000000\tBegin
0.501000\t0.501000\tHold it, for one minute.
2.000000\t4440.000000\tHold \"still\"
2.000000\t2.000000\t[Rest] <i>&{now}</i> --> \"well\".
4440.000000\t4500.000000\tRest <-->
4440.999875\t4440.999875\tOne
";
        assert_eq!(written(&example(), Format::Labels), expected);
    }
}
