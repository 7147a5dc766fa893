//! From JSON to a [`Routine`]: which verbs there are, what each takes, and
//! what it is when left out.

use super::fields::{Fields, MOST_TIMES, did_you_mean, suggestion, wrong_type};
use super::json::{self, Node, Value};
use super::timed::{breathe, deepen, timed, wait};
use super::{Action, Kind, Routine, Step, Verb};
use super::{bounds, cramp};
use crate::problem::{Problem, Problems};
use crate::tone::Tone;

/// How deep `repeat` and `sides` may lie in each other.
const MAX_LEVELS: usize = 64;

/// The verbs a step may have, as they are written.
const VERBS: [&str; 12] = [
    "say", "squeeze", "release", "breathe", "deepen", "hold", "rest", "work", "wait", "tone",
    "repeat", "sides",
];

/// Reads a routine's text.
///
/// # Errors
/// Every problem of the text, if any of them is an error; see [`read`].
pub fn parse(text: &str) -> Result<Routine, Problems> {
    match read(text) {
        (Some(routine), problems) if !problems.has_errors() => Ok(routine),
        (_, problems) => Err(problems),
    }
}

/// Reads of a routine's text what can be read, with every problem found: its syntax, or
/// else all unknown, missing, repeated and wrong fields. There is no routine where the
/// text is no JSON, or where it would last too long or hold too much to be laid out.
pub fn read(text: &str) -> (Option<Routine>, Problems) {
    let root = match json::parse(text) {
        Ok(root) => root,
        Err(problem) => return (None, problem.into()),
    };
    let mut problems = Problems::default();
    let routine = routine(&root, &mut problems);
    if routine.kind == Kind::Cramp {
        cramp::check(&routine, &mut problems);
    }
    let is_bounded = bounds::check(&routine.steps, &mut problems);
    (is_bounded.then_some(routine), problems)
}

fn routine(root: &Node, problems: &mut Problems) -> Routine {
    let known = ["$schema", "title", "about", "kind", "voice", "side_word", "steps"];
    let fields = Fields::of("the routine", root, None, &known, problems);
    if matches!(root.value, Value::Object(_)) {
        fields.require("steps", "\"steps\": [{ \"hold\": \"60s\" }]", problems);
    }
    let text = |name: &str, problems: &mut Problems| fields.text(name, problems).map(|w| w.text);
    text("$schema", problems);
    let steps = fields.node("steps").map(|node| steps(node, 1, problems));
    Routine {
        title: text("title", problems).unwrap_or_else(|| "Routine".into()),
        about: text("about", problems).unwrap_or_default(),
        kind: fields.choice("kind", &Kind::NAMES, problems).unwrap_or_default(),
        voice: fields.text("voice", problems),
        side_word: text("side_word", problems),
        steps: steps.unwrap_or_default(),
    }
}

fn steps(node: &Node, level: usize, problems: &mut Problems) -> Vec<Step> {
    let Value::List(items) = &node.value else {
        problems.push(wrong_type("steps", "an array of steps", node));
        return Vec::new();
    };
    if items.is_empty() {
        let problem = Problem::error("empty-routine", node.span, "there are no steps here");
        problems.push(problem.help("add at least one, for example `{ \"hold\": \"60s\" }`"));
    }
    if level > MAX_LEVELS {
        let message = format!("steps are nested more than {MAX_LEVELS} levels deep");
        problems.push(Problem::error("too-deep", node.span, message));
        return Vec::new();
    }
    items.iter().filter_map(|item| step(item, level, problems)).collect()
}

fn step(node: &Node, level: usize, problems: &mut Problems) -> Option<Step> {
    let Value::Object(members) = &node.value else {
        let problem = wrong_type("a step", "an object with one verb", node);
        problems.push(problem.help("write it like `{ \"hold\": \"60s\" }`"));
        return None;
    };
    let [member] = members.as_slice() else {
        let found: Vec<&str> = members.iter().map(|member| &*member.key).take(4).collect();
        let found =
            if found.is_empty() { "none".into() } else { format!("`{}`", found.join("`, `")) };
        let message = format!("a step has exactly one verb, found {found}");
        let problem = Problem::error("one-verb", node.span, message);
        problems
            .push(problem.help("give each verb a step of its own; a verb's fields go inside it"));
        return None;
    };
    let Some(verb) = VERBS.iter().find(|verb| **verb == &*member.key) else {
        let message = format!("unknown verb `{}`", member.key);
        let guess = did_you_mean(&member.key, VERBS.into_iter());
        let problem = Problem::error("unknown-verb", member.key_span, message);
        problems.push(problem.help(suggestion(guess, "the verbs are", &VERBS)));
        return None;
    };
    let action = action(verb, &member.node, level, problems)?;
    Some(Step { span: node.span, action })
}

fn action(
    verb: &'static str,
    node: &Node,
    level: usize,
    problems: &mut Problems,
) -> Option<Action> {
    Some(match verb {
        "say" => say(node, problems)?,
        "breathe" => Action::Breathe(breathe(node, problems)?),
        "deepen" => Action::Deepen(deepen(node, problems)?),
        "tone" => {
            let fields = Fields::of(verb, node, Some("tone"), &["tone"], problems);
            fields.require("tone", "\"tone\": \"finish\"", problems);
            Action::Tone(fields.choice("tone", &Tone::NAMES, problems)?)
        }
        "repeat" => {
            let fields = Fields::of(verb, node, None, &["times", "steps"], problems);
            fields.require("times", "\"times\": 3", problems);
            fields.require("steps", "\"steps\": [{ \"hold\": \"60s\" }]", problems);
            let times = fields.integer("times", 1..=MOST_TIMES, problems);
            let steps = steps(fields.node("steps")?, level + 1, problems);
            Action::Repeat { times: times?, steps }
        }
        "sides" => {
            let fields = Fields::of(verb, node, Some("steps"), &["say", "steps"], problems);
            fields.require("steps", "\"steps\": [{ \"hold\": \"60s\" }]", problems);
            let say = fields.words("say", problems);
            Action::Sides { say, steps: steps(fields.node("steps")?, level + 1, problems) }
        }
        "squeeze" => Action::Timed(timed(Verb::Squeeze, verb, node, problems)?),
        "release" => Action::Timed(timed(Verb::Release, verb, node, problems)?),
        "hold" => Action::Timed(timed(Verb::Hold, verb, node, problems)?),
        "rest" => Action::Timed(timed(Verb::Rest, verb, node, problems)?),
        "wait" => Action::Timed(wait(node, problems)?),
        _ => Action::Timed(timed(Verb::Work, verb, node, problems)?),
    })
}

fn say(node: &Node, problems: &mut Problems) -> Option<Action> {
    let fields = Fields::of("say", node, Some("text"), &["name", "text"], problems);
    fields.require("text", "\"text\": \"Well done.\"", problems);
    let name = fields.name(problems);
    Some(Action::Say { name, text: fields.words("text", problems)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;

    fn codes(text: &str) -> Vec<(&'static str, String)> {
        let problems = parse(text).unwrap_err();
        problems.iter().map(|p| (p.code, p.message.clone())).collect()
    }

    #[test]
    fn a_verb_takes_an_object_or_its_one_main_value() {
        let short = parse(r#"{"steps": [{"say": "Well done."}, {"hold": "60s"}]}"#).unwrap();
        let long = parse(r#"{"steps": [{"say": {"text": "Well done."}}, {"hold": {"for": 60}}]}"#)
            .unwrap();
        let held = |routine: &Routine| match &routine.steps[1].action {
            Action::Timed(timed) => (timed.verb, timed.length),
            other => panic!("{other:?}"),
        };
        assert_eq!(held(&short), (Verb::Hold, Millis::from_secs(60)));
        assert_eq!(held(&short), held(&long));
    }

    #[test]
    fn all_problems_of_a_text_are_found_in_one_run() {
        let found = codes(
            r#"{"titel": "x", "steps": [
                {"squeze": "5s"}, {"hold": {"fro": "5s"}}, {"rest": -1}, {"work": "30s"},
                {"hold": "5s", "rest": "5s"}, 7, {"repeat": {"times": 0, "steps": []}}
            ]}"#,
        );
        let expected = [
            ("unknown-field", "unknown field `titel` in the routine"),
            ("unknown-verb", "unknown verb `squeze`"),
            ("unknown-field", "unknown field `fro` in `hold`"),
            ("bad-duration", "`for` cannot last -1 seconds"),
            ("missing-field", "`work` has no `name`"),
            ("one-verb", "a step has exactly one verb, found `hold`, `rest`"),
            ("wrong-type", "a step must be an object with one verb, found a number"),
            ("out-of-range", "`times` is a whole number from 1 to 1000000, found 0"),
            ("empty-routine", "there are no steps here"),
        ];
        let found: Vec<_> = found.iter().map(|(code, message)| (*code, message.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn deepenings_are_counted_by_times_or_by_the_whole_length() {
        let deepen = |text: &str| {
            let routine = parse(&format!(r#"{{"steps": [{{"deepen": {text}}}]}}"#)).unwrap();
            match &routine.steps[0].action {
                Action::Deepen(deepen) => (deepen.times, deepen.timed.length.0, deepen.open),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(deepen("{}"), (4, 15_000, None));
        assert_eq!(deepen("\"60s\""), (4, 15_000, None));
        assert_eq!(deepen(r#"{"for": "1m", "every": "10s"}"#), (6, 10_000, None));
        assert_eq!(deepen(r#"{"until": "limit", "at_most": 12}"#), (4, 15_000, Some(12)));
        assert_eq!(deepen(r#"{"until": "limit", "times": 3}"#), (3, 15_000, Some(3)));
    }

    #[test]
    fn deepenings_that_do_not_add_up_are_refused() {
        let deepen = |text: &str| codes(&format!(r#"{{"steps": [{{"deepen": {text}}}]}}"#));
        let code = |text: &str| deepen(text)[0].0;
        assert_eq!(deepen("\"50s\"")[0].1, "`for` is 50s, which is no whole number of 15s (every)");
        assert_eq!(code(r#"{"for": "1m", "times": 3}"#), "conflicting-fields");
        assert_eq!(code(r#"{"until": "limit"}"#), "missing-field");
        assert_eq!(code(r#"{"at_most": 3}"#), "conflicting-fields");
        assert_eq!(code(r#"{"until": "limit", "times": 5, "at_most": 3}"#), "out-of-range");
    }

    #[test]
    fn nesting_ends_at_sixty_four_levels() {
        let nested = |levels: usize| {
            let open = r#"{"repeat": {"times": 1, "steps": ["#.repeat(levels);
            let close = "]}}".repeat(levels);
            format!(r#"{{"steps": [{open}{{"hold": "5s"}}{close}]}}"#)
        };
        assert!(parse(&nested(MAX_LEVELS - 1)).is_ok());
        assert_eq!(codes(&nested(MAX_LEVELS))[0].0, "too-deep");
    }
}
