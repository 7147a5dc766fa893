//! Where music gives way. A timeline knows its words before they are heard, so the music is down
//! when they begin, and not a moment after.

use crate::time::{Frames, Millis};
use crate::timeline::{SoundKind, Timeline};

/// How long before a sound the music begins to give way.
pub const LEAD: Millis = Millis(250);
/// Between two sounds that lie closer than this it stays down: to come up for so short a time
/// would draw more attention than it gives.
const HOLD: Millis = Millis(800);
/// How long the music fades at the end of a timeline.
pub const ENDING: Millis = Millis(3000);

/// How far the music gives way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duck {
    /// Not at all.
    #[default]
    Open,
    /// For a tone.
    Tone,
    /// For words.
    Voice,
    /// It fades away slowly: all is over soon.
    Ending,
    /// It fades away at once: time stands still.
    Silent,
}

/// Where the music of a timeline gives way. Empty where there is no music.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ducks {
    /// From where to where, and how far: in order, none overlapping the next.
    spans: Vec<(Frames, Frames, Duck)>,
}

impl Ducks {
    /// Where music under `timeline` has to give way.
    pub fn of(timeline: &Timeline) -> Self {
        let is_tone = |kind: &SoundKind| matches!(kind, SoundKind::Tone(_) | SoundKind::Glide(_));
        let voice = stretches(timeline, |kind| !is_tone(kind));
        let tones = stretches(timeline, is_tone);
        let ending = timeline.frames.0.saturating_sub(timeline.rate.frame_at(ENDING).0);
        let mut ducks = Self::default();
        let mut tones = tones.into_iter().peekable();
        let last = (timeline.frames, timeline.frames);
        for (from, until) in voice.into_iter().chain([last]) {
            while let Some((begin, end)) = tones.next_if(|(begin, _)| *begin < from) {
                ducks.push(begin, end.min(from), Duck::Tone);
                if end > until {
                    // What is left of the tone comes after the words.
                    ducks.push(from, until, Duck::Voice);
                    ducks.push(until, end, Duck::Tone);
                }
            }
            ducks.push(from, until, Duck::Voice);
        }
        ducks.end_at(Frames(ending));
        ducks.push(Frames(ending), timeline.frames, Duck::Ending);
        ducks
    }

    /// How far the music gives way at `moment`, and where that changes next.
    pub fn at(&self, moment: Frames) -> (Duck, Option<Frames>) {
        let next = self.spans.partition_point(|(_, until, _)| *until <= moment);
        match self.spans.get(next) {
            Some((from, ..)) if *from > moment => (Duck::Open, Some(*from)),
            Some((_, until, duck)) => (*duck, Some(*until)),
            None => (Duck::Open, None),
        }
    }

    /// Adds a span; what of it lies before the end of the last one is left out.
    pub fn push(&mut self, from: Frames, until: Frames, duck: Duck) {
        let from = self.spans.last().map_or(from, |(_, end, _)| from.max(*end));
        match self.spans.last_mut() {
            Some((_, end, last)) if *end == from && *last == duck => *end = until.max(from),
            _ if from < until => self.spans.push((from, until, duck)),
            _ => {}
        }
    }

    /// The spans from `from` to `until`, cut there.
    pub fn within(
        &self,
        from: Frames,
        until: Frames,
    ) -> impl Iterator<Item = (Frames, Frames, Duck)> {
        let first = self.spans.partition_point(|(_, end, _)| *end <= from);
        let spans = self.spans[first..].iter().take_while(move |(begin, ..)| *begin < until);
        spans.map(move |(begin, end, duck)| (from.max(*begin), until.min(*end), *duck))
    }

    /// Leaves out what comes after `end`.
    fn end_at(&mut self, end: Frames) {
        self.spans.retain(|(from, ..)| *from < end);
        if let Some((_, until, _)) = self.spans.last_mut() {
            *until = end.min(*until);
        }
    }
}

/// The stretches in which sounds of a kind are heard or about to be, those that lie close
/// together joined.
fn stretches(timeline: &Timeline, is_one: impl Fn(&SoundKind) -> bool) -> Vec<(Frames, Frames)> {
    let (lead, hold) = (timeline.rate.frame_at(LEAD), timeline.rate.frame_at(HOLD));
    let mut stretches: Vec<(Frames, Frames)> = Vec::new();
    for cue in timeline.cues.iter().filter(|cue| is_one(&timeline.sound(cue).kind)) {
        let from = Frames(cue.at.0.saturating_sub(lead.0));
        let until = timeline.end(cue).min(timeline.frames);
        match stretches.last_mut() {
            Some((_, end)) if from <= *end + hold => *end = until.max(*end),
            _ => stretches.push((from, until)),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Ear;
    use crate::tone::Tone;
    use crate::voice::{ClipId, VoiceClip};

    /// A timeline of 30 s at 8 kHz: words (`true`) and tones, each with its place and its length.
    fn timeline(cues: &[(u64, u64, bool)]) -> Timeline {
        let silence = vec![0; 40_000];
        let sounds: Vec<&[i16]> =
            cues.iter().map(|(_, frames, _)| &silence[..*frames as usize]).collect();
        let places: Vec<_> = cues.iter().zip(0..).map(|(cue, i)| (cue.0, i, Ear::Both)).collect();
        let mut timeline = Timeline::of(240_000, &sounds, &places);
        for (sound, (.., is_voice)) in timeline.sounds.iter_mut().zip(cues) {
            sound.kind = match is_voice {
                true => SoundKind::Voice {
                    clip: VoiceClip { pack: 0, clip: ClipId(0) },
                    words: "x".into(),
                },
                false => SoundKind::Tone(Tone::Tick),
            };
        }
        timeline
    }

    fn spans(cues: &[(u64, u64, bool)]) -> Vec<(u64, u64, Duck)> {
        let ducks = Ducks::of(&timeline(cues));
        ducks.spans.iter().map(|(from, until, duck)| (from.0, until.0, *duck)).collect()
    }

    const ENDS: (u64, u64, Duck) = (216_000, 240_000, Duck::Ending);

    #[test]
    fn the_music_is_on_its_way_down_a_quarter_of_a_second_before_a_word() {
        let expected = [(8000, 18_000, Duck::Voice), ENDS];
        assert_eq!(spans(&[(10_000, 8000, true)]), expected);
    }

    #[test]
    fn words_that_follow_soon_keep_it_down_and_later_ones_do_not() {
        let near = [(10_000, 8000, true), (26_400, 1000, true)];
        assert_eq!(spans(&near), [(8000, 27_400, Duck::Voice), ENDS]);
        let far = [(10_000, 8000, true), (26_401, 1000, true)];
        assert_eq!(spans(&far), [(8000, 18_000, Duck::Voice), (24_401, 27_401, Duck::Voice), ENDS]);
    }

    #[test]
    fn words_count_for_more_than_tones_beside_them() {
        let cues = [(10_000, 30_000, false), (20_000, 4000, true), (50_000, 400, false)];
        let expected = [
            (8000, 18_000, Duck::Tone),
            (18_000, 24_000, Duck::Voice),
            (24_000, 40_000, Duck::Tone),
            (48_000, 50_400, Duck::Tone),
            ENDS,
        ];
        assert_eq!(spans(&cues), expected);
    }

    #[test]
    fn nothing_lasts_into_the_end_and_a_cue_at_the_begin_has_no_lead() {
        let cues = [(100, 400, true), (215_000, 20_000, true), (236_000, 400, false)];
        let expected = [(0, 500, Duck::Voice), (213_000, 216_000, Duck::Voice), ENDS];
        assert_eq!(spans(&cues), expected);
    }

    #[test]
    fn it_is_known_how_far_it_gives_way_and_until_when() {
        let ducks = Ducks::of(&timeline(&[(10_000, 8000, true)]));
        assert_eq!(ducks.at(Frames(0)), (Duck::Open, Some(Frames(8000))));
        assert_eq!(ducks.at(Frames(8000)), (Duck::Voice, Some(Frames(18_000))));
        assert_eq!(ducks.at(Frames(18_000)), (Duck::Open, Some(Frames(216_000))));
        assert_eq!(ducks.at(Frames(240_000)), (Duck::Open, None));
        let within: Vec<_> = ducks.within(Frames(9000), Frames(217_000)).collect();
        let expected = [
            (Frames(9000), Frames(18_000), Duck::Voice),
            (Frames(216_000), Frames(217_000), Duck::Ending),
        ];
        assert_eq!(within, expected);
    }
}
