use std::sync::{Arc, LazyLock};

use earcoach::render::Renderer;
use earcoach::routine::parse;
use earcoach::sequencer::{Choices, Options, sequence};
use earcoach::sounds::Sounds;
use earcoach::take::{Take, fingerprint};
use earcoach::time::{Frames, Rate};
use earcoach::timeline::Timeline;
use earcoach::voice::Voice;

/// As much of a take is made into frames.
const MOST_FRAMES: u64 = 40_000;

struct Played {
    voice: Voice,
    timeline: Timeline,
    fingerprint: String,
}

static PLAYED: LazyLock<Played> = LazyLock::new(|| {
    let text = r#"{ "steps": [{ "say": "Get ready." }, { "tone": "start" }, { "sides": [
        { "deepen": { "times": 2, "until": "limit", "at_most": 5, "every": "8s" } },
        { "hold": "30s" }
    ] }] }"#;
    let (voice, rate) = (Voice::built_in(), Rate::new(8_000).unwrap());
    let options = Options { rate, live: true, ..Options::default() };
    let timeline = sequence(&parse(text).unwrap(), "stranger", &voice, &options).unwrap();
    let take = Take::new(
        (&timeline, fingerprint(&timeline).unwrap()),
        &Choices::default(),
        Frames(0),
        Vec::new(),
    );
    Played { voice, timeline, fingerprint: take.timeline }
});

/// A take of a short routine.
pub fn take(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let Ok(mut take) = Take::parse(text) else { return };
    let Played { voice, timeline, fingerprint } = &*PLAYED;
    // Which timeline it is of can be known only to whoever has the routine.
    take.timeline.clone_from(fingerprint);
    if !take.is_of(timeline).unwrap() {
        return;
    }
    let Ok(closed) = take.close(timeline, voice) else { return };
    assert_eq!(closed.frames, take.frames);
    assert!(closed.cues.is_sorted_by_key(|cue| cue.at));
    assert!(closed.cues.iter().all(|cue| cue.at <= closed.frames));
    let frames = closed.frames.0.min(MOST_FRAMES) as usize;
    let sounds = Arc::new(Sounds::load(&closed, voice).unwrap());
    let mut out = vec![0.0_f32; frames];
    assert_eq!(Renderer::new(Arc::new(closed), sounds).fill(&mut out), frames);
}
