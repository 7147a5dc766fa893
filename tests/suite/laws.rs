//! The laws of the timeline, on routines nobody thought of.

use std::sync::Arc;

use earcoach::chapters::chapters;
use earcoach::parts::{parts, stretches};
use earcoach::render::{self, Renderer};
use earcoach::routine::parse;
use earcoach::sequencer::{Options, Sides, sequence};
use earcoach::slice::Slice;
use earcoach::sounds::Sounds;
use earcoach::time::{Frames, Millis, Rate};
use earcoach::timeline::{Ear, Side, SoundKind, Timeline};
use earcoach::voice::Voice;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A step with a verb and a length that its default words fit.
fn step() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({ "say": "Well done." })),
        Just(json!({ "say": "" })),
        Just(json!({ "tone": "halfway" })),
        (5..20u32).prop_map(|s| json!({ "squeeze": s })),
        (1..20_000u32).prop_map(|ms| json!({ "release": { "for": format!("{ms}ms") } })),
        (5..90u32, any::<bool>()).prop_map(|(s, tones)| json!({ "hold": { "for": s, "tones": tones } })),
        (5..400u32).prop_map(|s| json!({ "rest": s })),
        (1..5u32).prop_map(|times| json!({ "breathe": { "times": times } })),
        (1..6u32, 5..16u32).prop_map(|(times, s)| json!({ "deepen": { "times": times, "every": s } })),
        (5..60u32, 0..20u32).prop_map(|(s, count)| {
            let count = count.min(s);
            json!({ "work": { "name": "Squats", "for": s, "count": count, "count_with": "tick", "announce": [] } })
        }),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Value>> {
    let leaf = prop::collection::vec(step(), 1..5);
    leaf.prop_recursive(3, 24, 4, |inner| {
        let nested = prop_oneof![
            (1..4u32, inner.clone())
                .prop_map(|(times, steps)| json!({ "repeat": { "times": times, "steps": steps } })),
            inner.prop_map(|steps| json!({ "sides": steps })),
        ];
        prop::collection::vec(prop_oneof![step(), nested], 1..5)
    })
}

fn timeline(steps: &[Value], rate: Rate, sides: Option<Sides>) -> Timeline {
    let text = json!({ "steps": steps }).to_string();
    let routine = parse(&text).unwrap_or_else(|problems| panic!("{text}\n{problems:?}"));
    let options = Options { rate, sides, ..Options::default() };
    let laid_out = sequence(&routine, "any", &Voice::built_in(), &options);
    laid_out.unwrap_or_else(|problems| panic!("{text}\n{problems:?}"))
}

fn rate() -> impl Strategy<Value = Rate> {
    prop_oneof![Just(48_000), Just(44_100), Just(11_025), 8_000..=192_000u32]
        .prop_map(|hz| Rate::new(hz).unwrap())
}

fn ear() -> impl Strategy<Value = Ear> {
    prop_oneof![Just(Ear::Both), Just(Ear::Left), Just(Ear::Right)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn cues_come_in_order_and_no_voice_over_voice(steps in steps(), rate in rate()) {
        let timeline = timeline(&steps, rate, None);
        let mut voice_free = 0;
        for pair in timeline.cues.windows(2) {
            prop_assert!(pair[0].at <= pair[1].at);
        }
        for cue in &timeline.cues {
            prop_assert!(timeline.end(cue) <= timeline.frames);
            let step = &timeline.steps[cue.step as usize];
            prop_assert!(step.at <= cue.at && cue.at <= step.end(), "{cue:?} {step:?}");
            if matches!(timeline.sound(cue).kind, SoundKind::Voice { .. }) {
                prop_assert!(cue.at.0 >= voice_free, "{cue:?} begins before {voice_free}");
                voice_free = timeline.end(cue).0;
            }
        }
    }

    #[test]
    fn every_cue_is_rounded_once_from_its_absolute_time(steps in steps(), rate in rate()) {
        // At 8 kHz every millisecond is a whole number of frames: nothing is rounded there.
        let exact = Rate::new(8_000).unwrap();
        let (planned, rounded) = (timeline(&steps, exact, None), timeline(&steps, rate, None));
        prop_assert_eq!(planned.cues.len(), rounded.cues.len());
        for (plan, cue) in planned.cues.iter().zip(&rounded.cues) {
            prop_assert_eq!(cue.at, rate.frame_at(Millis(plan.at.0 / 8)));
        }
        prop_assert_eq!(rounded.frames, rate.frame_at(Millis(planned.frames.0 / 8)));
    }

    #[test]
    fn a_timed_part_lasts_as_long_as_is_written(
        lengths in prop::collection::vec((0..4usize, 5_000..90_000u64), 1..6),
        rate in rate(),
    ) {
        let step = |(verb, ms): &(usize, u64)| {
            let verb = ["hold", "rest", "squeeze", "release"][*verb];
            json!({ verb: { "for": format!("{ms}ms") } })
        };
        let steps: Vec<Value> = lengths.iter().map(step).collect();
        let timeline = timeline(&steps, rate, None);
        let timed: Vec<u64> =
            timeline.steps.iter().filter_map(|step| step.timed).map(|(_, frames)| frames.0).collect();
        prop_assert_eq!(timed.len(), lengths.len());
        for (frames, (_, ms)) in timed.into_iter().zip(lengths) {
            // Both of its ends are rounded: exact where a millisecond is a whole number of frames.
            let off = (frames * 1000).abs_diff(ms * u64::from(rate.hz()));
            prop_assert!(off < 1000, "{frames} frames for {ms} ms");
        }
    }

    #[test]
    fn every_frame_is_in_one_part_and_in_one_chapter_at_most(steps in steps(), most in 1..9usize) {
        let timeline = timeline(&steps, Rate::DEFAULT, None);
        let few = parts(&timeline, most);
        prop_assert!(few.len() <= most);
        for parts in [few, stretches(&timeline)] {
            let mut next = Frames(0);
            for part in parts {
                prop_assert!(part.from == next && part.from < part.until, "{part:?}");
                next = part.until;
            }
            // A routine in which nothing takes time has no parts.
            prop_assert!(next == timeline.frames || next == Frames(0));
        }
        let mut free = Frames(0);
        for chapter in chapters(&timeline) {
            prop_assert!(free <= chapter.from && chapter.from < chapter.until, "{chapter:?}");
            free = chapter.until;
        }
        prop_assert!(free <= timeline.frames);
    }

    #[test]
    fn the_guard_fills_silence_alone(steps in steps(), rate in rate()) {
        let timeline = timeline(&steps, rate, None);
        for pair in timeline.guard.spans.windows(2) {
            prop_assert!(pair[0].1 < pair[1].0, "{pair:?}");
        }
        for (from, until) in &timeline.guard.spans {
            prop_assert!(from < until && *until <= timeline.frames);
            for cue in &timeline.cues {
                let is_apart = timeline.end(cue) <= *from || *until <= cue.at;
                prop_assert!(is_apart, "{cue:?} from {from:?} to {until:?}");
            }
        }
    }

    #[test]
    fn a_length_of_time_is_read_as_it_is_written(ms in 0..=86_400_000u64) {
        prop_assert_eq!(Millis(ms).to_string().parse(), Ok(Millis(ms)));
    }

    #[test]
    fn both_sides_get_the_same_time(steps in steps()) {
        let both = timeline(&[json!({ "sides": steps })], Rate::DEFAULT, Some(Sides::Both));
        let timed = |side| {
            let of_side = both.steps.iter().filter(move |step| step.side == Some(side));
            of_side.filter_map(|step| step.timed).map(|(_, frames)| frames.0).sum::<u64>()
        };
        prop_assert_eq!(timed(Side::Left), timed(Side::Right));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_samples_do_not_depend_on_how_they_are_pulled(
        steps in prop::collection::vec(step(), 1..4),
        pulls in prop::collection::vec(1..3000usize, 1..9),
        ears in prop::collection::vec(ear(), 1..5),
    ) {
        let mut timeline = timeline(&steps, Rate::new(8_000).unwrap(), None);
        for (cue, ear) in timeline.cues.iter_mut().zip(ears.into_iter().cycle()) {
            cue.ear = ear;
        }
        let timeline = Arc::new(timeline);
        let sounds = Arc::new(Sounds::load(&timeline, &Voice::built_in()).unwrap());
        let renderer = || Renderer::new(Arc::clone(&timeline), Arc::clone(&sounds));
        let mut whole = vec![[0.0; 2]; timeline.frames.0 as usize];
        prop_assert_eq!(renderer().fill(&mut whole), whole.len());
        let (mut pulled, mut renderer) = (Vec::new(), renderer());
        for pull in pulls.into_iter().cycle() {
            let mut block = vec![[9.0; 2]; pull];
            let filled = renderer.fill(&mut block);
            pulled.extend_from_slice(&block[..filled]);
            if filled < pull {
                break;
            }
        }
        prop_assert!(pulled == whole);
    }

    #[test]
    fn tracks_one_after_another_are_the_whole(
        steps in prop::collection::vec(step(), 1..5),
        most in 1..9usize,
    ) {
        let timeline = Arc::new(timeline(&steps, Rate::new(8_000).unwrap(), None));
        let sounds = Arc::new(Sounds::load(&timeline, &Voice::built_in()).unwrap());
        let renderer = || Renderer::new(Arc::clone(&timeline), Arc::clone(&sounds));
        let mut whole = vec![0.0_f32; timeline.frames.0 as usize];
        renderer().fill(&mut whole);
        let (mut joined, mut renderer) = (Vec::new(), renderer());
        for part in parts(&timeline, most) {
            let mut track = vec![9.0_f32; part.frames().0 as usize];
            let mut slice = Slice::new(&mut renderer, part.until);
            prop_assert_eq!(render::fill(&mut slice, &mut track), track.len());
            joined.extend(track);
        }
        prop_assert!(joined == whole || parts(&timeline, most).is_empty());
    }
}
