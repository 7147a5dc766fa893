//! A cue sheet: the steps as tracks of one file, for players that skip by it (CDRWIN User's
//! Guide, "Cue sheet commands"). A sheet counts minutes, seconds and 75 frames a second, and has
//! 99 tracks at most. To a sheet every file that a player has to decode is a WAVE.

use std::collections::HashSet;
use std::io::{self, Write};

use super::Captions;
use crate::chapters::Chapter;

/// The most tracks of a sheet.
const MOST_TRACKS: usize = 99;
/// How many frames a sheet counts in a second.
const FRAMES: u64 = 75;

/// Writes the sheet.
///
/// # Errors
/// Whatever writing to `out` gives.
pub fn write(captions: &Captions, mut out: impl Write) -> io::Result<()> {
    writeln!(out, "TITLE \"{}\"", quoted(&captions.title()))?;
    writeln!(out, "FILE \"{}\" WAVE", captions.file)?;
    for (chapter, number) in tracks(captions).into_iter().zip(1..) {
        let (seconds, frames) = captions.moment(chapter.from, FRAMES);
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        writeln!(out, "  TRACK {number:02} AUDIO")?;
        writeln!(out, "    TITLE \"{}\"", quoted(&chapter.name))?;
        writeln!(out, "    INDEX 01 {minutes:02}:{seconds:02}:{frames:02}")?;
    }
    Ok(())
}

/// What is told when steps had to be joined.
pub(super) fn note(captions: &Captions) -> Option<String> {
    let (steps, tracks) = (captions.chapters.len(), tracks(captions).len());
    (tracks < steps).then(|| {
        format!(
            "the cue sheet has {tracks} tracks for {steps} steps: the shorter ones are joined to \
             those before them"
        )
    })
}

/// Whether a sheet can name a file: a name stands in quotes, and there is no other way to write
/// one of these.
pub fn can_name(file: &str) -> bool {
    !file.contains('"') && !file.contains(char::is_control)
}

fn quoted(text: &str) -> String {
    text.replace('"', "'")
}

/// The chapters with which tracks begin. Where there are too many the first is one, since it has
/// none before it to join, and the longest of the others; of those as long as each other the
/// earlier. Tracks begin at different frames of the sheet.
fn tracks<'a>(captions: &'a Captions) -> Vec<&'a Chapter> {
    let mut tracks: Vec<&Chapter> = captions.chapters.iter().collect();
    tracks.dedup_by_key(|chapter| captions.moment(chapter.from, FRAMES));
    if tracks.len() > MOST_TRACKS {
        let mut by_length: Vec<&Chapter> = tracks[1..].to_vec();
        by_length.sort_by_key(|chapter| std::cmp::Reverse(chapter.frames()));
        let joined: HashSet<_> = by_length[MOST_TRACKS - 1..].iter().map(|c| c.from).collect();
        tracks.retain(|chapter| !joined.contains(&chapter.from));
    }
    tracks
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{example, written};
    use super::*;
    use crate::routine::Verb;
    use crate::timeline::Timeline;

    #[test]
    fn every_step_is_a_track_that_begins_at_its_frame() {
        let expected = "\
TITLE \"Calm\"
FILE \"calm.wav\" WAVE
  TRACK 01 AUDIO
    TITLE \"Begin\"
    INDEX 01 00:00:37
  TRACK 02 AUDIO
    TITLE \"Hold 'still'\"
    INDEX 01 00:02:00
  TRACK 03 AUDIO
    TITLE \"Rest <-->\"
    INDEX 01 74:00:00
";
        assert_eq!(written(&example(), Format::Cue), expected);
        assert_eq!(note(&Captions::of(&example(), &[], "calm.wav")), None);
    }

    #[test]
    fn of_more_than_99_steps_the_shorter_ones_are_joined_to_those_before() {
        // The first is the shortest; every tenth of the others is shorter than the rest.
        let lengths = (0..110u64).map(|step| [8000, 4000][usize::from(step % 10 == 5)]);
        let lengths: Vec<u64> = [1000].into_iter().chain(lengths.skip(1)).collect();
        let begins = lengths.iter().scan(0, |at, length| {
            *at += length;
            Some(*at - length)
        });
        let steps: Vec<_> =
            begins.zip(&lengths).map(|(at, length)| (Verb::Rest, "x", at, *length)).collect();
        let timeline = Timeline::of(lengths.iter().sum(), &[], &[]).with_steps(&steps);
        let captions = Captions::of(&timeline, &[], "x.wav");
        let kept: Vec<u64> = tracks(&captions).iter().map(|chapter| chapter.from.0).collect();
        // 11 are short: with them is gone all that is too much.
        let expected = steps.iter().enumerate().filter(|(step, _)| step % 10 != 5);
        assert_eq!(kept, expected.map(|(_, step)| step.2).collect::<Vec<_>>());
        assert_eq!(
            note(&captions).unwrap(),
            "the cue sheet has 99 tracks for 110 steps: the shorter ones are joined to those \
             before them"
        );
    }

    #[test]
    fn a_name_with_quotes_cannot_stand_in_a_sheet() {
        assert!(can_name("evening's.wav"));
        assert!(!can_name("\"evening\".wav") && !can_name("a\nb.wav"));
    }
}
