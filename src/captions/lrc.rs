//! Lyrics with times (LRC, the simple format): a line a sentence, each from its moment to that
//! of the next. The format has no standard; players take `[mm:ss.xx]` before a line and tags
//! such as `[ti:...]` and `[length:mm:ss]` at the head.

use std::io::{self, Write};

use super::Captions;

/// Writes the sentences.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write(captions: &Captions, mut out: impl Write) -> io::Result<()> {
    let (seconds, _) = captions.moment(captions.timeline.frames, 1);
    writeln!(out, "[ti:{}]", words(&captions.title()))?;
    writeln!(out, "[length:{:02}:{:02}]", seconds / 60, seconds % 60)?;
    for sentence in &captions.sentences {
        let (seconds, hundredths) = captions.moment(sentence.from, 100);
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        writeln!(out, "[{minutes:02}:{seconds:02}.{hundredths:02}]{}", words(&sentence.words))?;
    }
    Ok(())
}

/// Words with which no tag begins or ends: the format has no other way to write a bracket.
fn words(text: &str) -> String {
    text.replace('[', "(").replace(']', ")")
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{example, written};

    #[test]
    fn every_sentence_has_its_moment_and_no_brackets() {
        let expected = "\
[ti:Calm]
[length:75:00]
[00:00.50]Hold it, for one minute.
[00:02.00](Rest) <i>&{now}</i> --> \"well\".
[74:00.99]One
";
        assert_eq!(written(&example(), Format::Lrc), expected);
    }
}
