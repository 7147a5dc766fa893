//! The verbs with a timed part: what each takes, and what it is when left out.

use super::fields::{Fields, MOST_TIMES, duration, wrong_type};
use super::grammar;
use super::json::{Node, Value};
use super::{
    Announcement, Breathe, Count, CountWith, Deepen, Moment, Open, Speech, Timed, Verb, Words,
};
use crate::problem::{Problem, Problems};
use crate::time::Millis;

/// Deepenings when nothing else is said, and between which times.
const DEEPENINGS: u32 = 4;
const DEEPEN_EVERY: Millis = Millis::from_secs(15);
const SHORTEST_EVERY: Millis = Millis::from_secs(1);
/// Slow breathing: ten seconds a breath, out longer than in.
const BREATHS: u32 = 4;
const INHALE: Millis = Millis::from_secs(4);
const EXHALE: Millis = Millis::from_secs(6);
/// Spoken numbers reach to sixty.
const MAX_SPOKEN_COUNT: u32 = 60;

/// How long a `wait` waits in a file, live, and from one reminder to the next.
const WAIT: Millis = Millis::from_secs(10);
const WAIT_AT_MOST: Millis = Millis::from_secs(600);
const REMIND: Millis = Millis::from_secs(30);
/// Reminders closer than this would nag.
const SHORTEST_REMIND: Millis = Millis::from_secs(5);

/// Reads a verb that does one thing for a time; `rounds` is how often the `repeat` around it
/// comes.
pub(super) fn timed(
    verb: Verb,
    fields: &Fields,
    rounds: Option<u32>,
    problems: &mut Problems,
) -> Option<Timed> {
    let at_most = open_length(fields, problems);
    if at_most.is_none() && fields.node("until").is_none() {
        fields.require("for", "\"for\": \"60s\"", problems);
    }
    if verb == Verb::Work {
        fields.require("name", "\"name\": \"Squats\"", problems);
    }
    let timed = common(verb, fields, problems);
    let doses = doses(fields, rounds, problems);
    let length = match &doses {
        Some(doses) => doses.iter().copied().max(),
        None => fields.duration("for", problems).or(at_most),
    }?;
    let open = at_most.map(|at_most| Open { at_most, remind: None });
    ensure_at_most(fields, length, at_most, problems);
    let doses = doses.unwrap_or_default();
    ensure_cues_come(&timed, at_most.unwrap_or(length), problems);
    let shortest = doses.iter().copied().min().unwrap_or(length);
    let min = fields.duration("min", problems);
    if let Some(min) = min.filter(|min| *min > shortest) {
        let message = format!("`min` is {min}, more than the {shortest} of `for`");
        problems.push(Problem::error("out-of-range", fields.span_of("min"), message));
    }
    Some(Timed { length, doses, min, open, ..timed })
}

/// Notes words that would come after the part's end.
fn ensure_cues_come(timed: &Timed, length: Millis, problems: &mut Problems) {
    for (at, speech) in timed.cues.iter().filter(|(at, _)| *at >= length) {
        let span = speech.all().next().map_or(timed.span, |words| words.span);
        let message = format!("these words come at {at}, but the step lasts {length}");
        let problem = Problem::error("out-of-range", span, message);
        problems.push(problem.help("say them earlier, or give the step more time"));
    }
}

/// The doses of a step with one for each round; `None` where `for` is no array.
fn doses(fields: &Fields, rounds: Option<u32>, problems: &mut Problems) -> Option<Vec<Millis>> {
    let node = fields.node("for")?;
    let Value::List(items) = &node.value else { return None };
    let doses: Vec<Millis> =
        items.iter().filter_map(|item| duration("for", item, problems)).collect();
    if items.is_empty() {
        let problem = Problem::error("out-of-range", node.span, "`for` is an empty array");
        problems.push(problem.help("give it one duration, or one a round"));
    }
    let most = rounds.unwrap_or(1) as usize;
    if let Some(never) = items.get(most) {
        let message = format!(
            "this dose is never taken: there {} round{} here",
            if most == 1 { "is 1".into() } else { format!("are {most}") },
            if most == 1 { "" } else { "s" }
        );
        let problem = Problem::warning("never-plays", never.span, message);
        problems.push(
            problem.help("an array gives a dose to each round of the `repeat` around the step"),
        );
    }
    Some(doses)
}

/// The `at_most` of a step `until` the limit; `None` for one that is not open.
fn open_length(fields: &Fields, problems: &mut Problems) -> Option<Millis> {
    let until = fields.choice("until", &[("limit", ())], problems);
    let at_most = fields.duration("at_most", problems);
    if until.is_some() && fields.node("at_most").is_none() {
        let message = "a step `until` the limit needs `at_most`";
        let problem = Problem::error("missing-field", fields.span_of("until"), message);
        problems.push(problem.help("add it, for example `\"at_most\": \"2m\"`"));
    }
    if fields.node("until").is_none() && fields.node("at_most").is_some() {
        problems.push(at_most_alone(fields));
    }
    at_most.filter(|_| until.is_some())
}

fn at_most_alone(fields: &Fields) -> Problem {
    let message = "`at_most` belongs to a step that is open";
    let problem = Problem::error("conflicting-fields", fields.span_of("at_most"), message);
    problem.help("add `\"until\": \"limit\"`, or take `at_most` out")
}

/// Notes it when a step is longer in a file than live.
fn ensure_at_most(
    fields: &Fields,
    length: Millis,
    at_most: Option<Millis>,
    problems: &mut Problems,
) {
    if let Some(at_most) = at_most.filter(|at_most| length > *at_most) {
        let message = format!("`for` is {length}, more than the {at_most} of `at_most`");
        problems.push(Problem::error("out-of-range", fields.span_of("for"), message));
    }
}

/// Reads a `wait`.
pub(super) fn wait(fields: &Fields, problems: &mut Problems) -> Option<Timed> {
    let mut length = |name, otherwise| match fields.node(name) {
        Some(_) => fields.duration(name, problems),
        None => Some(otherwise),
    };
    let (length, at_most) = (length("for", WAIT), length("at_most", WAIT_AT_MOST));
    let every = match fields.node("remind") {
        Some(_) => fields.duration("remind", problems),
        None => Some(REMIND),
    };
    if let Some(every) = every.filter(|every| *every < SHORTEST_REMIND) {
        let message = format!("`remind` is {every}, shorter than {SHORTEST_REMIND}");
        let problem = Problem::error("out-of-range", fields.span_of("remind"), message);
        problems.push(problem.help("`\"reminder\": \"\"` reminds of nothing"));
    }
    let reminder = fields.speech("reminder", problems);
    let timed = common(Verb::Wait, fields, problems);
    let (length, at_most, every) = (length?, at_most?, every?);
    ensure_at_most(fields, length, Some(at_most), problems);
    if fields.node("remind").is_some() && every >= at_most {
        let message = format!("no reminder ever comes: `remind` is {every}, `at_most` {at_most}");
        let problem = Problem::warning("never-plays", fields.span_of("remind"), message);
        problems.push(problem.help("remind earlier, or wait longer"));
    }
    let open = Some(Open { at_most, remind: Some((every, reminder)) });
    Some(Timed { length, open, tones: false, ..timed })
}

/// What timed verbs have in common; the length is not read yet.
fn common(verb: Verb, fields: &Fields, problems: &mut Problems) -> Timed {
    let names = [("voice", CountWith::Voice), ("tick", CountWith::Tick)];
    let with = fields.choice("count_with", &names, problems).unwrap_or_default();
    let most = if with == CountWith::Voice { MAX_SPOKEN_COUNT } else { MOST_TIMES };
    let last = fields.integer("count", 0..=most, problems);
    Timed {
        verb,
        name: fields.name(problems),
        length: Millis::ZERO,
        doses: Vec::new(),
        min: None,
        say: fields.speech("say", problems),
        cues: cues(fields, problems),
        announce: announcements(fields, problems),
        count: Count { last, with, span: fields.span_of("count") },
        tones: fields.boolean("tones", problems).unwrap_or(true),
        open: None,
        span: fields.span_of(""),
    }
}

/// Words at moments of the timed part.
fn cues(fields: &Fields, problems: &mut Problems) -> Vec<(Millis, Speech)> {
    let Some(node) = fields.node("cues") else { return Vec::new() };
    let Value::List(items) = &node.value else {
        let problem = wrong_type("cues", "an array", node);
        let how = "write it like `[{ \"at\": \"20s\", \"say\": \"Keep breathing.\" }]`";
        problems.push(problem.help(how));
        return Vec::new();
    };
    let form = grammar::cue();
    let mut cue = |item| {
        let fields = Fields::of(&form, item, problems);
        fields.require("at", "\"at\": \"20s\"", problems);
        fields.require("say", "\"say\": \"Keep breathing.\"", problems);
        let (at, say) = (fields.moment("at", problems), fields.speech("say", problems));
        Some((at?, say?))
    };
    items.iter().filter_map(&mut cue).collect()
}

fn announcements(fields: &Fields, problems: &mut Problems) -> Option<Vec<Announcement>> {
    let node = fields.node("announce")?;
    let Value::List(items) = &node.value else {
        let problem = wrong_type("announce", "an array", node);
        problems
            .push(problem.help("write it like `[\"halfway\", \"10s\"]`; `[]` announces nothing"));
        return None;
    };
    let announcement = |item: &Node| match &item.value {
        Value::Text(text) if &**text == "halfway" => {
            Some(Announcement { at: Moment::Halfway, span: item.span })
        }
        _ => duration("announce", item, problems)
            .map(|left| Announcement { at: Moment::Left(left), span: item.span }),
    };
    Some(items.iter().filter_map(announcement).collect())
}

/// Reads a `deepen`.
pub(super) fn deepen(fields: &Fields, problems: &mut Problems) -> Option<Deepen> {
    let every = match fields.node("every") {
        Some(_) => fields.duration("every", problems)?,
        None => DEEPEN_EVERY,
    };
    if every < SHORTEST_EVERY {
        let message =
            format!("`every` is {every}, shorter than the {SHORTEST_EVERY} its tone needs");
        problems.push(Problem::error("out-of-range", fields.span_of("every"), message));
    }
    let timed = Timed { length: every, ..common(Verb::Deepen, fields, problems) };
    let each = fields.phrases("each", problems);
    let until = fields.choice("until", &[("limit", ())], problems);
    let at_most = fields.integer("at_most", 1..=MOST_TIMES, problems);
    let times = counted(fields, "every", every, problems);
    if until.is_none() && fields.node("at_most").is_some() {
        problems.push(at_most_alone(fields));
    }
    let is_counted = ["for", "times", "at_most"].iter().any(|name| fields.node(name).is_some());
    if until.is_some() && !is_counted {
        let message = "a step `until` the limit needs `at_most` or `times`";
        let problem = Problem::error("missing-field", fields.span_of("until"), message);
        problems.push(problem.help("add it, for example `\"at_most\": 12`"));
    }
    let most = at_most.or(times).unwrap_or(DEEPENINGS);
    let times = times.unwrap_or(if until.is_some() { most.min(DEEPENINGS) } else { DEEPENINGS });
    if until.is_some() && times > most {
        let message = format!("`times` is {times}, more than the {most} of `at_most`");
        problems.push(Problem::error("out-of-range", fields.span_of("times"), message));
    }
    let open = until.map(|()| most);
    ensure_each_is_said(fields, each.as_deref(), open.unwrap_or(times), problems);
    Some(Deepen { timed, times, open, each })
}

/// Notes words for further deepenings of which there are none.
fn ensure_each_is_said(
    fields: &Fields,
    each: Option<&[Words]>,
    times: u32,
    problems: &mut Problems,
) {
    let further = times as usize - 1;
    if let Some(never) = each.and_then(|each| each.get(further)) {
        let follow = match further {
            0 => "no deepening follows the first".into(),
            1 => "only one deepening follows the first".into(),
            _ => format!("only {further} deepenings follow the first"),
        };
        let message = format!("these words are never said: {follow}");
        let span = if further == 0 { fields.span_of("each") } else { never.span };
        let problem = Problem::warning("never-plays", span, message);
        problems.push(problem.help("take them out, or deepen more often"));
    }
}

/// How often something of the length `each` is done, by `times` or `for`; `None` when
/// neither is given, or what is given is wrong.
fn counted(fields: &Fields, unit: &str, each: Millis, problems: &mut Problems) -> Option<u32> {
    if fields.node("for").is_none() {
        return fields.integer("times", 1..=MOST_TIMES, problems);
    }
    if fields.node("times").is_some() {
        let message = "`for` and `times` say the same thing twice";
        let problem = Problem::error("conflicting-fields", fields.span_of("times"), message);
        problems.push(problem.help("keep one of them"));
    }
    let length = fields.duration("for", problems)?;
    if !length.0.is_multiple_of(each.0) {
        let message = format!("`for` is {length}, which is no whole number of {each} ({unit})");
        let fits = Millis(length.0 / each.0 * each.0);
        let more = fits + each;
        let help = match fits {
            Millis::ZERO => format!("make it {more}"),
            fits => format!("make it {fits} or {more}"),
        };
        problems.push(Problem::error("bad-duration", fields.span_of("for"), message).help(help));
        return None;
    }
    u32::try_from(length.0 / each.0).ok()
}

/// Reads a `breathe`.
pub(super) fn breathe(fields: &Fields, problems: &mut Problems) -> Option<Breathe> {
    let mut phase = |name, otherwise| match fields.node(name) {
        Some(_) => fields.duration(name, problems),
        None => Some(otherwise),
    };
    let (inhale, exhale) = (phase("in", INHALE), phase("out", EXHALE));
    let (hold, pause) = (phase("hold", Millis::ZERO), phase("pause", Millis::ZERO));
    let timed = common(Verb::Breathe, fields, problems);
    let guide = fields.boolean("guide", problems).unwrap_or_default();
    let (inhale, exhale, hold, pause) = (inhale?, exhale?, hold?, pause?);
    let breath = inhale + hold + exhale + pause;
    let times = counted(fields, "one breath", breath, problems).unwrap_or(BREATHS);
    let length = breath.saturating_mul(u64::from(times));
    ensure_cues_come(&timed, length, problems);
    Some(Breathe { timed: Timed { length, ..timed }, inhale, hold, exhale, pause, guide })
}
