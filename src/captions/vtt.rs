//! Subtitles for the web (WebVTT: The Web Video Text Tracks Format, W3C, section 4): sentences
//! as cues, and a comment where a step begins.

use std::io::{self, Write};

use super::{Captions, Sentence};
use crate::chapters::Chapter;

/// Writes the sentences, and the steps as comments between them.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write(captions: &Captions, mut out: impl Write) -> io::Result<()> {
    let title = comment(&captions.title());
    writeln!(out, "{}\n", format!("WEBVTT {title}").trim_end())?;
    let mut chapters = captions.chapters.iter().peekable();
    for sentence in &captions.sentences {
        while let Some(chapter) = chapters.next_if(|chapter| chapter.from <= sentence.from) {
            write_chapter(chapter, &mut out)?;
        }
        write_sentence(captions, sentence, &mut out)?;
    }
    chapters.try_for_each(|chapter| write_chapter(chapter, &mut out))
}

fn write_chapter(chapter: &Chapter, out: &mut impl Write) -> io::Result<()> {
    write!(out, "NOTE {}\n\n", comment(&chapter.name))
}

fn write_sentence(
    captions: &Captions,
    sentence: &Sentence,
    out: &mut impl Write,
) -> io::Result<()> {
    let times = captions.subtitle_times(sentence, '.');
    write!(out, "{times}\n{}\n\n", words(&sentence.words))
}

/// The title and comments may have anything but the arrow (sections 4.1 and 4.2).
fn comment(text: &str) -> String {
    text.replace("-->", "→")
}

/// Words in which no tag and no reference begins (section 4.2.2).
fn words(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{example, written};

    #[test]
    fn every_sentence_is_a_cue_and_every_step_a_comment() {
        let expected = "\
WEBVTT Calm

NOTE Begin

00:00:00.501 --> 00:00:00.802
Hold it, for one minute.

NOTE Hold \"still\"

00:00:02.000 --> 00:00:03.000
[Rest] &lt;i&gt;&amp;{now}&lt;/i&gt; --&gt; \"well\".

NOTE Rest <→

01:14:00.999 --> 01:14:01.000
One

";
        assert_eq!(written(&example(), Format::Vtt), expected);
    }
}
