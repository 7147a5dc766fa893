//! From JSON to a [`Routine`]: the tree of steps. What each verb with a timed part takes is in
//! [`super::timed`], what there is at all in [`super::grammar`].

use std::collections::BTreeMap;

use super::fields::{Fields, MOST_TIMES, did_you_mean, note_repeated, suggestion, wrong_type};
use super::grammar::{self, VERBS};
use super::json::{self, Member, Node, Value};
use super::languages::{self, Tongue};
use super::params::{Declared, Setting};
use super::scope::{Scope, Used, with_durations};
use super::timed::{breathe, deepen, timed, wait};
use super::{Action, Clip, EarChoice, Kind, Routine, Step, Verb};
use super::{bounds, cramp};
use crate::language::Language;
use crate::problem::{Problem, Problems, Span};
use crate::time::Millis;
use crate::timeline::Side;
use crate::tone::Tone;

/// How deep `repeat`, `sides` and `use` may lie in each other.
const MAX_LEVELS: usize = 64;
/// Room is made at once for no more steps: whether they are any is not known yet.
const MANY_STEPS: usize = 16_384;
/// How many values of JSON the uses of blocks may come to when they are written out.
const MOST_EXPANDED: usize = 1_000_000;
/// How long one has to change sides.
const SWITCH: Millis = Millis::from_secs(5);

/// Reads a routine's text.
///
/// # Errors
/// Every problem of the text, if any of them is an error; see [`read`].
pub fn parse(text: &str) -> Result<Routine, Problems> {
    match read(text, &[], Tongue::default()) {
        Ok((Some(routine), problems)) if !problems.has_errors() => Ok(routine),
        Ok((_, problems)) => Err(problems),
        Err(_) => unreachable!("nothing was set"),
    }
}

/// Reads of a routine's text what can be read, with every problem found: its syntax, or
/// else all unknown, missing, repeated and wrong fields. There is no routine where the
/// text is no JSON, or where it would last too long or hold too much to be laid out. Its words are
/// those of `tongue`.
///
/// # Errors
/// What of `settings` does not fit the routine, in words for whoever set it.
pub fn read(
    text: &str,
    settings: &[Setting],
    tongue: Tongue,
) -> Result<(Option<Routine>, Problems), String> {
    let mut root = match json::parse(text) {
        Ok(root) => root,
        Err(problem) => return Ok((None, problem.into())),
    };
    let mut problems = Problems::default();
    let own = languages::own_language(&root, &mut problems);
    let foreign = languages::choose(&mut root, own, tongue, &mut problems);
    let language = tongue.wanted.unwrap_or(own);
    let mut reader = Reader { language, problems, ..Reader::default() };
    let routine = reader.routine(&root, settings)?;
    let routine = Routine { own_language: own, foreign, ..routine };
    let mut problems = reader.problems;
    problems.forget_doubtful_origins();
    if routine.kind == Kind::Cramp {
        cramp::check(&routine, &mut problems);
    }
    let is_bounded = bounds::check(&routine.steps, &mut problems);
    Ok((is_bounded.then_some(routine), problems))
}

/// Steps with a name.
struct Block<'a> {
    span: Span,
    declared: Declared<'a>,
    steps: Option<&'a Node>,
    is_used: bool,
}

/// Reads a tree of steps and notes what is wrong.
#[derive(Default)]
struct Reader<'a> {
    blocks: BTreeMap<&'a str, Block<'a>>,
    /// The names in place of which something was put.
    used: Used,
    /// The routine's own names, which every block knows too.
    names: Scope,
    /// The blocks that are being written out, each within the one before.
    trail: Vec<String>,
    /// Values that came from blocks so far.
    expanded: usize,
    /// The language that the words are in.
    language: Language,
    problems: Problems,
}

/// Where a step stands.
#[derive(Clone, Copy)]
struct Place<'s> {
    level: usize,
    /// How many rounds the `repeat` around it has.
    rounds: Option<u32>,
    scope: &'s Scope,
}

impl<'a> Reader<'a> {
    fn routine(&mut self, root: &'a Node, settings: &[Setting]) -> Result<Routine, String> {
        let form = grammar::routine();
        let fields = Fields::of(&form, root, &mut self.problems);
        if matches!(root.value, Value::Object(_)) {
            fields.require("steps", "\"steps\": [{ \"hold\": \"60s\" }]", &mut self.problems);
        }
        let declared = Declared::read(fields.node("params"), &mut self.problems);
        let scope = declared.of_routine(settings, &mut self.used, &mut self.problems)?;
        self.names = scope.clone();
        self.declare_blocks(fields.node("blocks"));
        let place = Place { level: 1, rounds: None, scope: &scope };
        let steps = fields.node("steps").map(|node| self.steps(node, place));
        let header = self.header(root, &scope);
        self.find_unused(&declared, &scope);
        let params = declared.shown(&scope);
        Ok(Routine { params, steps: steps.unwrap_or_default(), ..header })
    }

    /// All but the steps.
    fn header(&mut self, root: &Node, scope: &Scope) -> Routine {
        let (form, language) = (grammar::routine(), self.language);
        let problems = &mut self.problems;
        let Value::Object(members) = &root.value else { return Routine::default() };
        let is_header = |m: &&Member| !["params", "blocks", "steps"].contains(&&*m.key);
        let known = form.known();
        let members = members.iter().filter(is_header).filter(|m| known.contains(&&*m.key));
        let header = Node { span: root.span, value: Value::Object(members.cloned().collect()) };
        let header = scope.resolve(&header, &mut self.used, problems);
        // What is given twice was noted with the whole routine.
        let fields = Fields::of(&form, &header, &mut Problems::default());
        let text =
            |name: &str, problems: &mut Problems| fields.text(name, problems).map(|w| w.text);
        let shown = |name: &str, problems: &mut Problems| {
            text(name, problems).map(|text| with_durations(&text, language))
        };
        text("$schema", problems);
        text("language", problems);
        Routine {
            title: shown("title", problems).unwrap_or_else(|| "Routine".into()),
            about: shown("about", problems).unwrap_or_default(),
            kind: fields.choice("kind", &Kind::NAMES, problems).unwrap_or_default(),
            voice: fields.text("voice", problems),
            language,
            side_word: text("side_word", problems),
            seed: fields.integer("seed", 0..=u32::MAX, problems).unwrap_or_default(),
            ..Routine::default()
        }
    }

    fn declare_blocks(&mut self, node: Option<&'a Node>) {
        let Some(node) = node else { return };
        let Value::Object(members) = &node.value else {
            return self.problems.push(wrong_type("blocks", "an object", node));
        };
        note_repeated(members, "`blocks`", &mut self.problems);
        for Member { key, key_span, node } in members {
            let (form, span) = (grammar::block(), *key_span);
            if self.blocks.contains_key(&**key) {
                continue;
            }
            let (declared, steps) = match &node.value {
                Value::List(_) => (Declared::default(), Some(node)),
                _ => {
                    let fields = Fields::of(&form, node, &mut self.problems);
                    fields.require(
                        "steps",
                        "\"steps\": [{ \"hold\": \"60s\" }]",
                        &mut self.problems,
                    );
                    (
                        Declared::read(fields.node("params"), &mut self.problems),
                        fields.node("steps"),
                    )
                }
            };
            self.blocks.insert(key, Block { span, declared, steps, is_used: false });
        }
    }

    /// Notes blocks and parameters that nothing uses. A block that is not used is read all the
    /// same, for what is wrong in it.
    fn find_unused(&mut self, declared: &Declared, scope: &Scope) {
        let unused = self.blocks.iter().filter(|(_, block)| !block.is_used);
        let unused: Vec<(&str, Span)> = unused.map(|(name, block)| (*name, block.span)).collect();
        for (name, span) in unused {
            let message = format!("no step uses the block `{name}`");
            let problem = Problem::warning("unused-block", span, message);
            self.problems
                .push(problem.help(format!("`{{ \"use\": \"{name}\" }}` does, or take it out")));
            if !self.blocks[name].is_used {
                let place = Place { level: 1, rounds: None, scope };
                self.expand(name, span, &[], true, place);
            }
        }
        let in_blocks = self.blocks.values().map(|block| &block.declared);
        for declared in std::iter::once(declared).chain(in_blocks) {
            for (name, span) in declared.unused(&self.used) {
                let message = format!("nothing uses the parameter `{name}`");
                let problem = Problem::warning("unused-param", span, message);
                let help = format!(
                    "write `\"${name}\"` for a value, `{{{name}}}` within words, or take it out"
                );
                self.problems.push(problem.help(help));
            }
        }
    }

    fn steps(&mut self, node: &Node, place: Place) -> Vec<Step> {
        let resolved = place.scope.resolve(node, &mut self.used, &mut self.problems);
        self.resolved_steps(&resolved, place)
    }

    /// Reads steps in which every name has its value.
    fn resolved_steps(&mut self, node: &Node, place: Place) -> Vec<Step> {
        let Value::List(items) = &node.value else {
            self.problems.push(wrong_type("steps", "an array of steps", node));
            return Vec::new();
        };
        if items.is_empty() {
            let problem = Problem::error("empty-routine", node.span, "there are no steps here");
            self.problems
                .push(problem.help("add at least one, for example `{ \"hold\": \"60s\" }`"));
        }
        if place.level > MAX_LEVELS {
            let message = format!("steps are nested more than {MAX_LEVELS} levels deep");
            self.problems.push(Problem::error("too-deep", node.span, message));
            return Vec::new();
        }
        let mut steps = Vec::with_capacity(items.len().min(MANY_STEPS));
        steps.extend(items.iter().filter_map(|item| self.step(item, place)));
        steps
    }

    fn step(&mut self, node: &Node, place: Place) -> Option<Step> {
        let Value::Object(members) = &node.value else {
            let problem = wrong_type("a step", "an object with one verb", node);
            self.problems.push(problem.help("write it like `{ \"hold\": \"60s\" }`"));
            return None;
        };
        let [member] = members.as_slice() else {
            self.problems.push(not_one_verb(node.span, members));
            return None;
        };
        let Some(verb) = VERBS.into_iter().find(|verb| **verb == *member.key) else {
            let message = format!("unknown verb `{}`", member.key);
            let guess = did_you_mean(&member.key, VERBS.into_iter());
            let problem = Problem::error("unknown-verb", member.key_span, message);
            self.problems.push(problem.help(suggestion(guess, "the verbs are", &VERBS)));
            return None;
        };
        let form = grammar::verb(verb);
        let fields = Fields::of(&form, &member.node, &mut self.problems);
        let side = fields.choice("side", &SIDES, &mut self.problems);
        let ear = fields.choice("ear", &EARS, &mut self.problems).unwrap_or_default();
        let optional = fields.boolean("optional", &mut self.problems).unwrap_or_default();
        let action = self.action(verb, &fields, place)?;
        Some(Step { span: node.span, side, ear, optional, action })
    }

    fn action(&mut self, verb: &str, fields: &Fields, place: Place) -> Option<Action> {
        let problems = &mut self.problems;
        Some(match verb {
            "say" => {
                fields.require("text", "\"text\": \"Well done.\"", problems);
                let name = fields.name(problems);
                Action::Say { name, text: fields.speech("text", problems)? }
            }
            "breathe" => Action::Breathe(breathe(fields, problems)?),
            "deepen" => Action::Deepen(deepen(fields, problems)?),
            "wait" => Action::Timed(wait(fields, problems)?),
            "tone" => {
                fields.require("tone", "\"tone\": \"finish\"", problems);
                Action::Tone(fields.choice("tone", &Tone::NAMES, problems)?)
            }
            "clip" => Action::Clip(clip(fields, self.language, problems)?),
            "repeat" => self.repeat(fields, place)?,
            "sides" => self.sides(fields, place)?,
            "use" => self.use_block(fields, place)?,
            "squeeze" => Action::Timed(timed(Verb::Squeeze, fields, place.rounds, problems)?),
            "release" => Action::Timed(timed(Verb::Release, fields, place.rounds, problems)?),
            "hold" => Action::Timed(timed(Verb::Hold, fields, place.rounds, problems)?),
            "rest" => Action::Timed(timed(Verb::Rest, fields, place.rounds, problems)?),
            _ => Action::Timed(timed(Verb::Work, fields, place.rounds, problems)?),
        })
    }

    fn repeat(&mut self, fields: &Fields, place: Place) -> Option<Action> {
        fields.require("times", "\"times\": 3", &mut self.problems);
        fields.require("steps", "\"steps\": [{ \"hold\": \"60s\" }]", &mut self.problems);
        let times = fields.integer("times", 1..=MOST_TIMES, &mut self.problems);
        let within = Place { level: place.level + 1, rounds: times, ..place };
        let steps = self.resolved_steps(fields.node("steps")?, within);
        Some(Action::Repeat { times: times?, steps })
    }

    fn sides(&mut self, fields: &Fields, place: Place) -> Option<Action> {
        fields.require("steps", "\"steps\": [{ \"hold\": \"60s\" }]", &mut self.problems);
        let say = fields.speech("say", &mut self.problems);
        let pause = fields.moment("pause", &mut self.problems).unwrap_or(SWITCH);
        let within = Place { level: place.level + 1, ..place };
        let steps = self.resolved_steps(fields.node("steps")?, within);
        Some(Action::Sides { say, pause, steps })
    }

    fn use_block(&mut self, fields: &Fields, place: Place) -> Option<Action> {
        fields.require("block", "\"block\": \"stretch\"", &mut self.problems);
        let name = fields.text("block", &mut self.problems)?;
        let given: &[Member] = match fields.node("with") {
            Some(Node { value: Value::Object(members), .. }) => {
                note_repeated(members, "`with`", &mut self.problems);
                members
            }
            Some(other) => {
                self.problems.push(wrong_type("with", "an object", other));
                return None;
            }
            None => &[],
        };
        let place = Place { level: place.level + 1, ..place };
        let steps = self.expand(&name.text, name.span, given, false, place)?;
        Some(Action::Use { steps })
    }

    /// The steps of a block, written out for its use at `span`. A `trial` needs no arguments.
    fn expand(
        &mut self,
        name: &str,
        span: Span,
        given: &[Member],
        is_trial: bool,
        place: Place,
    ) -> Option<Vec<Step>> {
        let Some(block) = self.blocks.get_mut(name) else {
            self.problems.push(unknown_block(name, span, self.blocks.keys()));
            return None;
        };
        block.is_used = true;
        let (declared, steps) = (block.declared.clone(), block.steps?);
        if self.trail.iter().any(|outer| outer == name) {
            let trail = [self.trail.as_slice(), &[name.into()]].concat().join("` uses `");
            let message = format!("the block uses itself: `{trail}`");
            let problem = Problem::error("block-recursion", span, message);
            self.problems.push(problem.help("use `repeat` for steps that come again"));
            return None;
        }
        if self.expanded > MOST_EXPANDED {
            return None;
        }
        // Parameters that name each other are looked through once for each.
        let params = declared.count() * declared.count() + place.scope.count();
        self.spend(steps.count() + params, span)?;
        let mut ignored = Problems::default();
        let told = if is_trial { &mut ignored } else { &mut self.problems };
        let outer = self.names.clone();
        let scope = declared.of_block((name, span), given, &outer, &mut self.used, told);
        self.trail.push(name.into());
        let steps = self.steps(steps, Place { scope: &scope, ..place });
        self.trail.pop();
        Some(steps)
    }

    /// Counts values that a block is written out to; `None` when they are too many.
    fn spend(&mut self, values: usize, span: Span) -> Option<()> {
        let was_small = self.expanded <= MOST_EXPANDED;
        self.expanded = self.expanded.saturating_add(values);
        if was_small && self.expanded > MOST_EXPANDED {
            let message = format!("with this the blocks come to more than {MOST_EXPANDED} values");
            self.problems.push(
                Problem::error("too-large", span, message)
                    .help("use `repeat` for steps that come again"),
            );
        }
        (self.expanded <= MOST_EXPANDED).then_some(())
    }
}

/// The sides that a step may name.
const SIDES: [(&str, Side); 2] = [("left", Side::Left), ("right", Side::Right)];
/// The ears that may hear a step.
const EARS: [(&str, EarChoice); 4] = [
    ("both", EarChoice::Both),
    ("left", EarChoice::Left),
    ("right", EarChoice::Right),
    ("side", EarChoice::Side),
];

fn clip(fields: &Fields, language: Language, problems: &mut Problems) -> Option<Clip> {
    fields.require("file", "\"file\": \"clips/welcome.wav\"", problems);
    let text = fields.text("text", problems).map(|words| with_durations(&words.text, language));
    let text = text.unwrap_or_default();
    let name = fields.name(problems);
    Some(Clip { file: fields.text("file", problems)?, text, name, audio: None })
}

fn not_one_verb(span: Span, members: &[Member]) -> Problem {
    let found: Vec<&str> = members.iter().map(|member| &*member.key).take(4).collect();
    let found = if found.is_empty() { "none".into() } else { format!("`{}`", found.join("`, `")) };
    let message = format!("a step has exactly one verb, found {found}");
    let is_verb = |member: &&Member| VERBS.contains(&&*member.key);
    let (verbs, fields): (Vec<_>, Vec<_>) = members.iter().partition(is_verb);
    let help = match (verbs.as_slice(), fields.first()) {
        ([verb], Some(field)) => {
            let (verb, main) = (&verb.key, grammar::verb(&verb.key).main.unwrap_or("steps"));
            let field = &field.key;
            format!(
                "`{field}` goes inside: `{{ \"{verb}\": {{ \"{main}\": ..., \"{field}\": ... }} }}`"
            )
        }
        _ => "give each verb a step of its own; a verb's fields go inside it".into(),
    };
    Problem::error("one-verb", span, message).help(help)
}

fn unknown_block<'n>(name: &str, span: Span, known: impl Iterator<Item = &'n &'n str>) -> Problem {
    let names: Vec<&str> = known.copied().collect();
    let help = if names.is_empty() {
        format!("declare it: `\"blocks\": {{ \"{name}\": [...] }}`")
    } else {
        suggestion(did_you_mean(name, names.iter().copied()), "there are", &names)
    };
    Problem::error("unknown-block", span, format!("there is no block `{name}`")).help(help)
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
