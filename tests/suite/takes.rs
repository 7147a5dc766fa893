//! What is heard live, whatever the runner does, is what an export with the take writes.

use std::sync::Arc;

use earcoach::bed::duck::Ducks;
use earcoach::bed::{Bed, Levels, Music};
use earcoach::coach::journal::{Doing, Journal};
use earcoach::coach::messages::{Begin, Change, Changed, Command, Insert};
use earcoach::coach::transport::Transport;
use earcoach::render::Renderer;
use earcoach::routine::parse;
use earcoach::sequencer::{Choices, GuardMode, Options, phrase, sequence};
use earcoach::sounds::Sounds;
use earcoach::take::{Take, fingerprint};
use earcoach::time::Frames;
use earcoach::timeline::{Ear, Timeline};
use earcoach::voice::Voice;
use proptest::prelude::*;
use rtrb::RingBuffer;

use crate::support::EVERYTHING;

fn options(guard: GuardMode) -> Choices {
    Choices { rate: Some(8_000), guard: Some(guard), ..Choices::default() }
}

/// What the runner does, and after how many frames.
#[derive(Clone, Debug)]
enum Act {
    Do(Command),
    Ask,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Do(Command::Limit)),
        Just(Act::Do(Command::Skip)),
        Just(Act::Do(Command::Toggle)),
        Just(Act::Do(Command::Resume)),
        Just(Act::Do(Command::Next)),
        Just(Act::Do(Command::Previous)),
        Just(Act::Do(Command::Repeat)),
        Just(Act::Do(Command::More)),
        Just(Act::Do(Command::Less)),
        Just(Act::Do(Command::Mute)),
        Just(Act::Do(Command::PickUp)),
        Just(Act::Ask),
    ]
}

/// What both ears hear at an instant.
type Frame = [f32; 2];

/// Music of which every frame is another.
#[derive(Debug, Default)]
struct Saw(i16);

impl Music for Saw {
    fn fill(&mut self, out: &mut [[i16; 2]]) {
        for frame in out {
            *frame = [self.0, self.0.wrapping_mul(3)];
            self.0 = self.0.wrapping_add(257);
        }
    }
}

/// Everything that is needed to play a routine.
struct Stage {
    timeline: Arc<Timeline>,
    sounds: Arc<Sounds>,
    voice: Voice,
    choices: Choices,
}

impl Stage {
    fn new(routine: &str, choices: Choices) -> Self {
        let voice = Voice::built_in();
        let options = Options { live: true, ..choices.options() };
        let timeline = sequence(&parse(routine).unwrap(), "any", &voice, &options).unwrap();
        let sounds = Arc::new(Sounds::load(&timeline, &voice).unwrap());
        Self { timeline: Arc::new(timeline), sounds, voice, choices }
    }

    /// Every cue in another ear than the one before.
    fn with_ears(mut self) -> Self {
        let ears = [Ear::Left, Ear::Both, Ear::Right].into_iter().cycle();
        for (cue, ear) in Arc::make_mut(&mut self.timeline).cues.iter_mut().zip(ears) {
            cue.ear = ear;
        }
        self
    }

    /// Music under all of it.
    fn with_music(mut self) -> Self {
        let timeline = Arc::make_mut(&mut self.timeline);
        timeline.ducks = Ducks::of(timeline);
        self
    }

    /// The music, where there is some.
    fn bed(&self) -> Option<Bed> {
        let levels = Levels { music: 9.0, duck: 12.0 };
        let has_music = self.timeline.ducks != Ducks::default();
        has_music.then(|| Bed::new(Box::new(Saw::default()), levels, self.timeline.rate))
    }

    fn insert(&self, words: &str) -> Arc<Insert> {
        let (rate, guarded) = (self.timeline.rate, self.timeline.guard.on);
        let timeline = phrase(words, &self.voice, rate, guarded).unwrap();
        let sounds = Arc::new(Sounds::load(&timeline, &self.voice).unwrap());
        Arc::new(Insert { words: words.into(), timeline, sounds })
    }

    /// Plays, doing each act after its frames, then to the end: all that was heard, pauses left
    /// out, and the take.
    fn play(&self, acts: &[(usize, Act)], most: usize) -> (Vec<Frame>, Take) {
        let (producer, mut changes) = RingBuffer::<Change>::new(4096);
        let (timeline, sounds) = (Arc::clone(&self.timeline), Arc::clone(&self.sounds));
        let mut transport = Transport::new(timeline, sounds, Begin::default(), producer);
        if let Some(bed) = self.bed() {
            transport.lay_bed(bed);
        }
        let (mut device, mut all) = (Vec::new(), Vec::new());
        for (frames, act) in acts {
            fill(&mut transport, &mut device, *frames);
            match act {
                Act::Do(command) => transport.obey(command.clone()),
                Act::Ask => transport.obey(Command::Say(self.insert("Hold. Ten seconds left."))),
            }
        }
        transport.obey(Command::Resume);
        while device.len() < most && fill(&mut transport, &mut device, 977) {}
        transport.obey(Command::Stop);
        while fill(&mut transport, &mut device, 977) {}
        let mut journal = Journal::new(self.timeline.rate);
        while let Ok(change) = changes.pop() {
            journal.note(change.clone());
            all.push(change);
        }
        let over = all.last().filter(|last| matches!(last.what, Changed::Over(_))).unwrap();
        let take = Take::new(
            (&self.timeline, fingerprint(&self.timeline).unwrap()),
            &self.choices,
            over.at,
            journal.moves(u64::MAX),
        );
        (without_pauses(&device, &all), take)
    }

    /// The frames of an export with a take.
    fn export(&self, take: &Take) -> Vec<Frame> {
        let closed = take.close(&self.timeline, &self.voice).unwrap();
        let sounds = Sounds::load(&closed, &self.voice).unwrap();
        let mut frames = vec![[9.0; 2]; closed.frames.0 as usize];
        let mut renderer = Renderer::new(Arc::new(closed), Arc::new(sounds));
        if let Some(bed) = self.bed() {
            renderer = renderer.over(bed);
        }
        assert_eq!(renderer.fill(&mut frames), frames.len());
        frames
    }
}

fn fill(transport: &mut Transport, device: &mut Vec<Frame>, frames: usize) -> bool {
    let begin = device.len();
    device.resize(begin + frames, [9.0; 2]);
    let made = transport.fill(&mut device[begin..]);
    device.truncate(begin + made);
    made == frames
}

/// Takes out what the device played while nothing went on.
fn without_pauses(device: &[Frame], changes: &[Change]) -> Vec<Frame> {
    let mut heard = Vec::new();
    let ends = changes.iter().skip(1).map(|next| (next.device, next.at));
    for (change, (device_end, end)) in changes.iter().zip(ends) {
        // A pause counts its fade only, an answer within it all that it takes.
        let frames = (end.0 - change.at.0) as usize;
        let begin = change.device as usize;
        assert!(begin + frames <= device_end as usize);
        heard.extend_from_slice(&device[begin..begin + frames]);
    }
    heard
}

fn assert_same(live: &[Frame], file: &[Frame], what: &impl std::fmt::Debug) {
    assert_eq!(live.len(), file.len(), "{what:?}");
    let differs = live.iter().zip(file).position(|(a, b)| a != b);
    assert_eq!(differs, None, "{what:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_is_heard_live_is_what_the_take_exports(
        acts in prop::collection::vec((0..40_000usize, act()), 0..30),
        guard in prop_oneof![Just(GuardMode::Wake), Just(GuardMode::Always), Just(GuardMode::Off)],
        has_ears in any::<bool>(),
        has_music in any::<bool>(),
    ) {
        let stage = Stage::new(EVERYTHING, options(guard));
        let stage = if has_ears { stage.with_ears() } else { stage };
        let stage = if has_music { stage.with_music() } else { stage };
        let (live, take) = stage.play(&acts, 3_000_000);
        let text = serde_json::to_string(&take).unwrap();
        prop_assert_eq!(&Take::parse(&text).unwrap(), &take);
        assert_same(&live, &stage.export(&take), &take.moves);
    }
}

#[test]
fn without_the_runner_it_is_the_timeline_itself() {
    let stage = Stage::new(EVERYTHING, options(GuardMode::Wake));
    let (live, take) = stage.play(&[], usize::MAX);
    assert_eq!(take.frames, stage.timeline.frames);
    assert_same(&live, &stage.export(&take), &take.moves);
    let mut renderer = Renderer::new(Arc::clone(&stage.timeline), Arc::clone(&stage.sounds));
    let mut plain = vec![[0.0; 2]; take.frames.0 as usize];
    renderer.fill(&mut plain);
    assert_same(&live, &plain, &"no moves");
}

#[test]
fn an_answer_is_heard_in_both_ears_and_the_routine_goes_on_in_its_own() {
    let stage = Stage::new(EVERYTHING, options(GuardMode::Off)).with_ears();
    let (live, take) = stage.play(&[(30_000, Act::Ask)], 400_000);
    assert_same(&live, &stage.export(&take), &take.moves);
    let (asked, goes_on) = (take.moves[1].at.0 as usize, take.moves[2].at.0 as usize);
    // What was cut by the answer has faded after 30 ms.
    assert!(live[asked + 240..goes_on].iter().all(|[left, right]| left == right));
    let differs = |frames: &[Frame]| frames.iter().any(|[left, right]| left != right);
    assert!(differs(&live[..asked]) && differs(&live[goes_on..]));
}

#[test]
fn a_take_is_of_a_timeline_with_the_same_ears() {
    let stage = || Stage::new(EVERYTHING, options(GuardMode::Off));
    let (plain, ears) = (stage(), stage().with_ears());
    for (own, other) in [(&plain, &ears), (&ears, &plain)] {
        let take = Take::new(
            (&own.timeline, fingerprint(&own.timeline).unwrap()),
            &own.choices,
            Frames(0),
            Vec::new(),
        );
        assert!(take.is_of(&own.timeline).unwrap());
        assert!(!take.is_of(&other.timeline).unwrap());
    }
}

#[test]
fn a_press_ends_the_open_part_and_the_hold_is_held_in_full() {
    let routine = r#"{"steps": [
        {"deepen": {"until": "limit", "at_most": 9}}, {"hold": {"for": "20s", "count": 0}}]}"#;
    let stage = Stage::new(routine, options(GuardMode::Off));
    let press = 8_000 * 40;
    let (_, take) = stage.play(&[(press, Act::Do(Command::Limit))], usize::MAX);
    let closed = take.close(&stage.timeline, &stage.voice).unwrap();
    let labels: Vec<&str> = closed.steps.iter().map(|step| step.label.as_str()).collect();
    assert_eq!(labels, ["Deepen 1", "Deepen 2", "Deepen 3", "Hold"]);
    assert_eq!(closed.steps[3].timed.unwrap().1, Frames(8_000 * 20));
    // The hold begins with the tick that answers the press.
    assert_eq!(closed.steps[3].at, Frames(press as u64));
    assert_eq!(take.open.len(), 1);
    assert_eq!(take.open[0].frames, Frames(press as u64));
}

#[test]
fn a_press_outside_an_open_step_never_counts_later() {
    let routine =
        r#"{"steps": [{"say": "Get ready."}, {"deepen": {"until": "limit", "at_most": 2}}]}"#;
    let stage = Stage::new(routine, options(GuardMode::Off));
    let (live, take) = stage.play(&[(100, Act::Do(Command::Limit))], usize::MAX);
    assert_eq!(live.len() as u64, stage.timeline.frames.0);
    assert_eq!(take.moves.len(), 1);
}

/// Where the last move leads, of a hold of 20 s in which each act comes a second after the other.
fn after(acts: &[Command]) -> (Vec<Frame>, Take, Stage) {
    let routine = r#"{"steps": [{"hold": {"for": "20s", "count": 0, "announce": []}}]}"#;
    let stage = Stage::new(routine, options(GuardMode::Off));
    let mut acts: Vec<_> = acts.iter().map(|act| (8_000, Act::Do(act.clone()))).collect();
    acts[0].0 = 8_000 * 6;
    let (live, take) = stage.play(&acts, usize::MAX);
    (live, take, stage)
}

#[test]
fn fifteen_seconds_more_and_less_add_up() {
    let quarter = 15 * 8_000;
    let (_, undisturbed, _) = after(&[Command::Resume]);
    let length = |acts: &[Command]| {
        let (live, take, stage) = after(acts);
        assert_same(&live, &stage.export(&take), &take.moves);
        take.frames.0 as i64 - undisturbed.frames.0 as i64
    };
    assert_eq!(length(&[Command::More]), quarter);
    assert_eq!(length(&[Command::More, Command::More]), 2 * quarter);
    // The second that was waited before the press stays.
    assert_eq!(length(&[Command::More, Command::Less]), 8_000);
    assert_eq!(length(&[Command::Less]), -quarter);
    // A pause in the middle of a wait takes nothing from it; its fade is heard.
    assert_eq!(length(&[Command::More, Command::Toggle, Command::Toggle]), quarter + 240);
}

#[test]
fn an_answer_in_a_pause_leaves_it_paused() {
    let routine = r#"{"steps": [{"hold": {"for": "20s", "count": 0, "announce": []}}]}"#;
    let stage = Stage::new(routine, options(GuardMode::Off));
    let (producer, mut changes) = RingBuffer::<Change>::new(64);
    let (timeline, sounds) = (Arc::clone(&stage.timeline), Arc::clone(&stage.sounds));
    let mut transport = Transport::new(timeline, sounds, Begin::default(), producer);
    let mut device = Vec::new();
    fill(&mut transport, &mut device, 80_000);
    transport.obey(Command::Toggle);
    fill(&mut transport, &mut device, 8_000);
    transport.obey(Command::Say(stage.insert("Ten seconds left.")));
    fill(&mut transport, &mut device, 80_000);
    let mut journal = Journal::new(stage.timeline.rate);
    while let Ok(change) = changes.pop() {
        journal.note(change);
    }
    while journal.next_heard(transport.device()).is_some() {}
    let heard = journal.heard(transport.device());
    assert!(matches!(heard.doing, Doing::Paused), "{heard:?}");
    assert!(heard.at < Frames(80_000 + 40_000), "a pause takes no time: {heard:?}");
}

#[test]
fn pressed_three_times_next_goes_three_steps_on() {
    let routine = r#"{"steps": [{"say": "Get ready."}, {"rest": {"for": "20s", "say": "", "count": 0}},
        {"say": "Well done."}, {"rest": {"for": "20s", "say": "", "count": 0}}, {"say": "Great."}]}"#;
    let stage = Stage::new(routine, options(GuardMode::Wake));
    let acts: Vec<_> = (0..4).map(|_| (800, Act::Do(Command::Next))).collect();
    let (_, take) = stage.play(&acts, usize::MAX);
    let closed = take.close(&stage.timeline, &stage.voice).unwrap();
    let labels: Vec<&str> = closed.steps.iter().map(|step| step.label.as_str()).collect();
    assert_eq!(labels, ["Get ready.", "Rest", "Well done.", "Rest", "Great."]);
}

#[test]
fn takes_that_cannot_be_are_refused_with_a_reason() {
    let stage = Stage::new(EVERYTHING, options(GuardMode::Wake));
    let (_, take) = stage.play(&[(900, Act::Do(Command::Next))], 100_000);
    let text = serde_json::to_string(&take).unwrap();
    let last = take.moves.last().unwrap().at.0;
    for (from, to, reason) in [
        ("\"earcoach\":1", "\"earcoach\":9", "it is of version 9, this program reads 1"),
        ("\"rate\":8000", "\"rate\":1", "its rate is 1"),
        ("\"at\":0,", "\"at\":99999999,", "its moves are out of order"),
        (
            &format!("\"frames\":{},\"open\"", take.frames.0),
            "\"frames\":7,\"open\"",
            "it has moves after its end",
        ),
        (
            &format!("\"frames\":{},\"open\"", take.frames.0),
            "\"frames\":99999999999999,\"open\"",
            "it lasts longer than 24h",
        ),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}, {last}");
        assert_eq!(Take::parse(&changed).unwrap_err(), reason);
    }
    let million = text.replace("\"at\":0,\"play\":0", "\"at\":0,\"play\":99999999999999");
    assert!(!Take::parse(&million).unwrap().is_of(&stage.timeline).unwrap());
}

#[test]
fn a_press_that_bounces_leaves_one_open_step_only() {
    let routine = r#"{"steps": [{"deepen": {"until": "limit", "at_most": 9, "name": "One"}},
        {"deepen": {"until": "limit", "at_most": 2, "name": "Two"}}, {"hold": "20s"}]}"#;
    let stage = Stage::new(routine, options(GuardMode::Off));
    let press = |after| (after, Act::Do(Command::Limit));
    let (_, take) = stage.play(&[press(80_000), press(400), press(400)], usize::MAX);
    assert_eq!(take.open.len(), 2);
    assert_eq!(take.open[1].step, "Two 2");
}
