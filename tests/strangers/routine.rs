use std::path::PathBuf;
use std::sync::LazyLock;

use earcoach::captions::{Captions, Format};
use earcoach::language::Language;
use earcoach::lines::ways_to_play;
use earcoach::problem::Problems;
use earcoach::routine::translation::Translation;
use earcoach::routine::{self, Action, Routine, Setting, Source, Step, Tongue};
use earcoach::sequencer::{Options, sequence};
use earcoach::timeline::Timeline;
use earcoach::view::{json, svg, table};
use earcoach::voice::Voice;
use earcoach::{chapters, lint, parts};

use super::scratch;

/// Routines that would come to more cues are not laid out here: a million are allowed, and take
/// their time.
const MOST_CUES: u64 = 60;

static VOICE: LazyLock<Voice> = LazyLock::new(Voice::built_in);

/// A routine; after a NUL, which is never in one, a file of words beside it. What `check` does with
/// it, and `show`.
pub fn routine(bytes: &[u8]) {
    let mut texts = bytes.splitn(2, |byte| *byte == 0).map(str::from_utf8);
    let Some(Ok(text)) = texts.next() else { return };
    let words = texts.next().and_then(Result::ok);
    check(text, &[], Tongue::default());
    if let Some(words) = words {
        translate(text, words);
    }
}

fn translate(text: &str, words: &str) {
    let (german, mut problems) = ("de".parse::<Language>().unwrap(), Problems::default());
    let translation = Translation::read(words, german, &mut problems);
    let (wanted, stand_in) = (Some(german), Some(Language::ENGLISH));
    check(text, &[], Tongue { wanted, stand_in, translation: Some(&translation) });
    translation.find_unused(&mut problems);
    tell(words, problems);
}

fn check(text: &str, settings: &[Setting], tongue: Tongue) {
    // Else there is no such setting.
    let Ok((read, mut problems)) = routine::read(text, settings, tongue) else { return };
    if let Some(mut routine) = read {
        routine::attach(&mut routine, &source(text), &mut problems);
        if cues(&routine.steps) <= MOST_CUES {
            lay_out(text, &routine, &mut problems);
        }
        if settings.is_empty() && !problems.has_errors() {
            for param in &routine.params {
                for value in [&param.min, &param.max].into_iter().filter(|bound| !bound.is_empty())
                {
                    let setting = Setting { name: param.name.clone(), value: value.clone() };
                    check(text, &[setting], tongue);
                }
            }
        }
    }
    tell(text, problems);
}

fn lay_out(text: &str, routine: &Routine, problems: &mut Problems) {
    let ways = ways_to_play(text)
        .into_iter()
        .flat_map(|options| [false, true].map(|live| Options { live, ..options }));
    for (way, options) in ways.enumerate() {
        match sequence(routine, "stranger", &VOICE, &options) {
            Ok(timeline) if way == 0 => {
                lint::check(&timeline, problems);
                show(&timeline, routine);
            }
            Ok(_) => {}
            Err(found) => found.iter().for_each(|problem| problems.push(problem.clone())),
        }
    }
}

fn show(timeline: &Timeline, routine: &Routine) {
    let mut out = Vec::new();
    json::write(timeline, &routine.params, &mut out).unwrap();
    serde_json::from_slice::<serde_json::Value>(&out).unwrap();
    table::write(timeline, &routine.params, 80, &mut out).unwrap();
    svg::write(timeline, &mut out).unwrap();
    chapters::chapters(timeline);
    parts::parts(timeline, 99);
    let captions = Captions::of(timeline, &routine.params, "stranger.wav");
    for format in [Format::Lrc, Format::Srt, Format::Vtt, Format::Cue, Format::Labels] {
        captions.write(format, &mut out).unwrap();
    }
}

/// What is wrong, as people and programs see it.
fn tell(text: &str, problems: Problems) {
    let report = source(text).report(problems);
    report.render(false);
    report.to_json();
}

/// A routine beside which lies one audio file, `bell.wav`.
fn source(text: &str) -> Source {
    thread_local! {
        static FOLDER: PathBuf = scratch::folder_of(&scratch::file("routine/bell.wav", &scratch::wav(80)));
    }
    let (name, file) = ("stranger".into(), "stranger.json".into());
    let folder = Some(FOLDER.with(Clone::clone));
    Source { name, file, text: text.into(), folder, path: None, bundle: None }
}

/// About as many cues as steps will have.
fn cues(steps: &[Step]) -> u64 {
    let of = |step: &Step| match &step.action {
        Action::Repeat { times, steps } => u64::from(*times).saturating_mul(cues(steps)),
        Action::Sides { steps, .. } => 1 + 2 * cues(steps),
        Action::Use { steps } => cues(steps),
        Action::Deepen(deepen) => 2 * u64::from(deepen.open.unwrap_or(deepen.times)),
        Action::Breathe(breathe) => 4 * breathe.timed.length.0 / breathe.breath().0.max(1),
        Action::Timed(timed) => {
            let reminders = timed.open.as_ref().and_then(|open| {
                let (every, _) = open.remind.as_ref()?;
                Some(open.at_most.0 / every.0.max(1))
            });
            5 + u64::from(timed.count.last.unwrap_or(0)) + reminders.unwrap_or(0)
        }
        _ => 1,
    };
    steps.iter().map(of).fold(0, u64::saturating_add)
}
