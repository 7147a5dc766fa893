//! Subtitles as SubRip has them: a number, the times with a comma before the milliseconds, the
//! words, an empty line. The format has no standard and no way to write a `<` or `{` that is
//! none of its marks for the look of words.

use std::io::{self, Write};

use super::Captions;

/// Writes the sentences.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write(captions: &Captions, mut out: impl Write) -> io::Result<()> {
    for (sentence, number) in captions.sentences.iter().zip(1..) {
        let times = captions.subtitle_times(sentence, ',');
        write!(out, "{number}\n{times}\n{}\n\n", words(&sentence.words))?;
    }
    Ok(())
}

/// Words without what players would take for marks.
fn words(text: &str) -> String {
    text.replace(['<', '{'], "(").replace(['>', '}'], ")")
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{example, written};

    #[test]
    fn every_sentence_has_its_number_its_times_and_no_marks() {
        let expected = "\
1
00:00:00,501 --> 00:00:00,802
Hold it, for one minute.

2
00:00:02,000 --> 00:00:03,000
[Rest] (i)&(now)(/i) --) \"well\".

3
01:14:00,999 --> 01:14:01,000
One

";
        assert_eq!(written(&example(), Format::Srt), expected);
    }
}
