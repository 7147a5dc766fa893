//! Workouts of w2a (github.com/mrclmr/w2a), in YAML: exercises with what is said in them,
//! a pause before each, half-time. What it fills into its texts is filled in here.

use std::borrow::Cow;

use super::entry::{Cue, Entry, LONGEST_WORDS, Timed, name_of};
use super::reading::{MOST_ENTRIES, Reading, quoted};
use super::template;
use super::yaml::{Document, Field, Id, Node, Value};
use crate::problem::{Problem, Span};
use crate::routine::bounds::LONGEST;
use crate::time::Millis;

/// How long a w2a exercise keeps for its beginning: a sound and its name.
const BEGINNING: Millis = Millis::from_secs(5);
/// How many seconds w2a counts down at the end of pauses and exercises.
const COUNT: u32 = 5;
/// Texts closer than this would be spoken together.
const SHORTEST_BETWEEN: Millis = Millis::from_secs(2);

/// The fields of a workout that become something.
const WORKOUT: [&str; 8] = [
    "title",
    "i18n",
    "before_workout_announce",
    "after_workout_announce",
    "pause",
    "half_time",
    "exercise_beginning",
    "exercises",
];
/// The fields of a workout that are about its making, and why they are left out.
const SETTINGS: [(&str, &str); 3] = [
    ("tts", "the voice is chosen when the routine is played or exported"),
    ("audio_format", "the format is chosen when the routine is exported"),
    ("log_level", "it is about w2a's own messages"),
];
const EXERCISE: [&str; 5] = ["name", "duration", "texts", "half_time", "pause_duration"];
const ANNOUNCE: [&str; 2] = ["text", "duration"];

/// Reads a workout.
pub(super) fn read(reading: &mut Reading, title: &mut Option<String>) -> Vec<Entry> {
    match Document::parse(reading.text) {
        Ok(document) => Reader { document: &document, reading, entries: 0 }.workout(title),
        Err(problem) => {
            reading.problems.push(problem);
            Vec::new()
        }
    }
}

/// Words as they are written, and where.
struct Text {
    words: String,
    span: Span,
}

/// Words for a time: what a pause and half-time have.
#[derive(Default)]
struct Announce {
    text: Option<Text>,
    length: Millis,
}

/// One exercise as it is written.
struct Exercise {
    span: Span,
    name: String,
    length: Millis,
    texts: Vec<Text>,
    has_half_time: bool,
    pause: Option<Millis>,
}

/// What is said around and in the exercises.
struct Frame {
    pause: Announce,
    half_time: Announce,
    beginning: Option<Text>,
    units: Units,
}

struct Reader<'d, 'r, 't> {
    document: &'d Document,
    reading: &'r mut Reading<'t>,
    /// How many exercises and texts there were so far.
    entries: usize,
}

impl<'d> Reader<'d, '_, '_> {
    fn workout(&mut self, title: &mut Option<String>) -> Vec<Entry> {
        if let Some(span) = self.document.further {
            self.leave_out(span, "what follows `---`: a routine is one document");
        }
        let root = self.document.root();
        let Some(fields) = self.fields(root, "the workout") else { return Vec::new() };
        self.leave_out_settings(fields);
        *title = self.text(fields, "title").map(|title| name_of(&title.words));
        let frame = Frame {
            pause: self.announce(fields, "pause"),
            half_time: self.announce(fields, "half_time"),
            beginning: self.text(fields, "exercise_beginning"),
            units: self.units(fields),
        };
        let exercises = self.exercises(root, fields);
        let mut steps = self.around(fields, "before_workout_announce", &exercises, &frame);
        for exercise in &exercises {
            steps.extend(self.pause(exercise, &frame));
            steps.push(self.exercise(exercise, &frame));
        }
        let after = self.around(fields, "after_workout_announce", &exercises, &frame);
        steps.extend(after.first().map(|_| Entry::Tone("finish")));
        steps.extend(after);
        self.tell_differences(&exercises, &frame);
        steps
    }

    /// Lists what is not about the workout itself. A value that is used elsewhere under its
    /// anchor has its meaning there.
    fn leave_out_settings(&mut self, fields: &[Field]) {
        for field in fields.iter().filter(|field| !WORKOUT.contains(&&*field.key)) {
            let setting = SETTINGS.iter().find(|(name, _)| *name == field.key);
            let why = match setting {
                Some((_, why)) => why,
                None if self.document.is_aliased(field.value) => continue,
                None => "it is no field of a workout",
            };
            self.leave_out(field.key_span, format!("{}: {why}", quoted(&field.key)));
        }
    }

    fn exercises(&mut self, root: &Node, fields: &[Field]) -> Vec<Exercise> {
        let Some(list) = self.value(fields, "exercises") else {
            let problem = Problem::error("missing-field", root.span, "there are no `exercises`");
            let help = "add them, for example `- {name: Squats, duration: 30s}`";
            self.reading.problems.push(problem.help(help));
            return Vec::new();
        };
        let items = self.list(list, "`exercises`");
        let (mut exercises, mut total) = (Vec::new(), Millis::ZERO);
        for item in items {
            let exercise = self.read_exercise(self.document.node(*item));
            if self.entries > MOST_ENTRIES {
                break;
            }
            let Some(exercise) = exercise else { continue };
            total = total + exercise.length + exercise.pause.unwrap_or_default();
            if self.reading.is_too_long(total, exercise.span) {
                break;
            }
            exercises.push(exercise);
        }
        exercises
    }

    fn read_exercise(&mut self, node: &'d Node) -> Option<Exercise> {
        let fields = self.fields(node, "an exercise")?;
        for field in fields.iter().filter(|field| !EXERCISE.contains(&&*field.key)) {
            self.leave_out(
                field.key_span,
                format!("{}: it is no field of an exercise", quoted(&field.key)),
            );
        }
        let name = self.required(node, "name", |reader| reader.text(fields, "name"));
        let length = self.required(node, "duration", |reader| {
            reader.duration(fields, "duration").filter(|length| *length > Millis::ZERO)
        });
        let texts = self.value(fields, "texts").map_or(&[][..], |list| self.list(list, "`texts`"));
        self.entries += 1 + texts.len();
        if self.entries > MOST_ENTRIES {
            let message =
                format!("with this there are more than {MOST_ENTRIES} exercises and texts");
            self.refuse("too-many", node.span, message);
            return None;
        }
        let texts = texts.iter().filter_map(|id| self.words(self.document.node(*id))).collect();
        let has_half_time = self.flag(fields, "half_time");
        let pause = self.duration(fields, "pause_duration").filter(|pause| *pause > Millis::ZERO);
        let (name, length) = (name?.words, length?);
        Some(Exercise { span: node.span, name, length, texts, has_half_time, pause })
    }

    /// A field that an exercise must have. One that is there but wrong is told already.
    fn required<T>(
        &mut self,
        node: &Node,
        key: &str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let before = self.reading.problems.count();
        let value = read(self);
        if value.is_none() && self.reading.problems.count() == before {
            self.refuse("missing-field", node.span, format!("this exercise has no `{key}`"));
        }
        value
    }

    /// What is said before or after all exercises.
    fn around(
        &mut self,
        fields: &[Field],
        key: &str,
        exercises: &[Exercise],
        frame: &Frame,
    ) -> Vec<Entry> {
        let Some(text) = self.text(fields, key) else { return Vec::new() };
        let pure: Millis = exercises.iter().map(|exercise| exercise.length).sum();
        let pauses: Millis = exercises.iter().map(|exercise| frame.pause_before(exercise)).sum();
        let (count, whole) = (exercises.len().to_string(), frame.units.spoken(pure + pauses));
        let pure = frame.units.spoken(pure);
        let values = [
            (".WorkoutExercisesCount", &*count),
            (".WorkoutDuration", &*whole),
            (".WorkoutDurationWithoutPauses", &*pure),
            (".ExerciseDuration", ""),
            (".ExerciseName", ""),
        ];
        self.filled(&text, &values).map(Entry::Say).into_iter().collect()
    }

    /// The pause before an exercise, with what is said in it.
    fn pause(&mut self, exercise: &Exercise, frame: &Frame) -> Option<Entry> {
        let length = frame.pause_before(exercise);
        let text = frame.pause.text.as_ref();
        let say = text.and_then(|text| self.filled_for(text, exercise, frame)).unwrap_or_default();
        if length > Millis::ZERO {
            let silent = Timed::silent("Pause".into(), length);
            return Some(Entry::Rest(Timed { say, tones: true, count: count(length), ..silent }));
        }
        (!say.is_empty()).then_some(Entry::Say(say))
    }

    fn exercise(&mut self, exercise: &Exercise, frame: &Frame) -> Entry {
        let mut cues = Vec::new();
        let beginning = frame.beginning.as_ref();
        if let Some(say) = beginning.and_then(|text| self.filled_for(text, exercise, frame)) {
            cues.push(Cue { at: Millis::ZERO, say });
        }
        let half = Millis(exercise.length.0 / 2);
        let until = if exercise.has_half_time {
            half
        } else {
            exercise.length.saturating_sub(Millis::from_secs(COUNT.into()))
        };
        cues.extend(self.texts(exercise, until));
        let mut announce = Vec::new();
        if exercise.has_half_time {
            let text = frame.half_time.text.as_ref();
            match text.and_then(|text| self.filled_for(text, exercise, frame)) {
                Some(say) => cues.push(Cue { at: half, say }),
                None => announce.push("halfway"),
            }
        }
        let silent = Timed::silent(name_of(&exercise.name), exercise.length);
        // A second is left for what is said at half-time.
        let counted = if exercise.has_half_time {
            half.saturating_sub(Millis(1000))
        } else {
            exercise.length
        };
        let count = count(counted);
        Entry::Work(Timed { tones: true, count, announce, cues, ..silent })
    }

    /// The texts of an exercise, at even distances from its beginning on `until` a moment:
    /// w2a says one after the other, but how long each takes is not known before it is said.
    fn texts(&mut self, exercise: &Exercise, until: Millis) -> Vec<Cue> {
        let Some(first) = exercise.texts.first() else { return Vec::new() };
        let count = exercise.texts.len() as u64;
        let room = until.saturating_sub(BEGINNING);
        if room < SHORTEST_BETWEEN.saturating_mul(count) {
            let what = format!("`texts`: {} leaves no time to say {count}", exercise.length);
            self.leave_out(first.span, what);
            return Vec::new();
        }
        let seconds = |i: u64| Millis::from_secs(room.0 * i / count / 1000);
        let texts = exercise.texts.iter().zip(0..);
        texts.map(|(text, i)| Cue { at: BEGINNING + seconds(i), say: text.words.clone() }).collect()
    }

    /// Lists what w2a does at other times than a routine.
    fn tell_differences(&mut self, exercises: &[Exercise], frame: &Frame) {
        if exercises.is_empty() {
            return;
        }
        if let Some(text) = &frame.pause.text {
            let what = "the words of a pause are said before its time begins, not within it";
            self.leave_out(text.span, what);
        }
        let is_halved = exercises.iter().any(|exercise| exercise.has_half_time);
        if let (true, Some(text), length @ Millis(1..)) =
            (is_halved, &frame.half_time.text, frame.half_time.length)
        {
            let what = format!("at half-time an exercise goes on: it does not stop for {length}");
            self.leave_out(text.span, what);
        }
    }

    fn filled_for(&mut self, text: &Text, exercise: &Exercise, frame: &Frame) -> Option<String> {
        let length = frame.units.spoken(exercise.length);
        let values = [
            (".ExerciseName", &*exercise.name),
            (".ExerciseDuration", &*length),
            (".WorkoutExercisesCount", ""),
            (".WorkoutDuration", ""),
            (".WorkoutDurationWithoutPauses", ""),
        ];
        self.filled(text, &values)
    }

    /// A text with its values filled in; one that cannot be is listed.
    fn filled(&mut self, text: &Text, values: &template::Values) -> Option<String> {
        match template::fill(&text.words, values) {
            Ok(words) if words.chars().count() > LONGEST_WORDS => {
                self.reading.ensure_sayable(&words, text.span);
                None
            }
            Ok(words) => Some(words).filter(|words| !words.is_empty()),
            Err(action) => {
                let (words, action) = (quoted(&text.words), quoted(&action));
                self.leave_out(text.span, format!("{words}: {action} cannot be filled in"));
                None
            }
        }
    }

    /// A pause or half-time.
    fn announce(&mut self, fields: &[Field], key: &str) -> Announce {
        let Some(node) = self.value(fields, key) else { return Announce::default() };
        let Some(fields) = self.fields(node, &format!("`{key}`")) else {
            return Announce::default();
        };
        for field in fields.iter().filter(|field| !ANNOUNCE.contains(&&*field.key)) {
            let what = format!("{}: it is no field of `{key}`", quoted(&field.key));
            self.leave_out(field.key_span, what);
        }
        let length = self.duration(fields, "duration").unwrap_or_default();
        Announce { text: self.text(fields, "text"), length }
    }

    fn units(&mut self, fields: &[Field]) -> Units {
        let mut units = Units::default();
        let Some(node) = self.value(fields, "i18n") else { return units };
        let Some(fields) = self.fields(node, "`i18n`") else { return units };
        let word =
            |reader: &mut Self, fields: &[Field], key: &str, word: &mut Cow<'static, str>| {
                if let Some(text) = reader.text(fields, key) {
                    *word = text.words.into();
                }
            };
        word(self, fields, "and", &mut units.and);
        for (key, forms) in [("minute", &mut units.minute), ("second", &mut units.second)] {
            let fields = self.value(fields, key).and_then(|node| self.fields(node, key));
            word(self, fields.unwrap_or_default(), "singular", &mut forms.0);
            word(self, fields.unwrap_or_default(), "plural", &mut forms.1);
        }
        units
    }

    /// The value of a field that is there.
    fn value(&self, fields: &[Field], key: &str) -> Option<&'d Node> {
        let field = fields.iter().find(|field| field.key == key)?;
        let node = self.document.node(field.value);
        (!matches!(node.value, Value::Null)).then_some(node)
    }

    fn fields(&mut self, node: &'d Node, what: &str) -> Option<&'d [Field]> {
        let Value::Map(fields) = &node.value else {
            self.refuse("wrong-type", node.span, format!("{what} must be fields with values"));
            return None;
        };
        Some(fields)
    }

    fn list(&mut self, node: &'d Node, what: &str) -> &'d [Id] {
        let Value::List(items) = &node.value else {
            self.refuse("wrong-type", node.span, format!("{what} must be a list"));
            return &[];
        };
        items
    }

    fn text(&mut self, fields: &[Field], key: &str) -> Option<Text> {
        self.words(self.value(fields, key)?)
    }

    /// A node's words, on one line.
    fn words(&mut self, node: &Node) -> Option<Text> {
        let Value::Text(text, _) = &node.value else {
            self.refuse("wrong-type", node.span, "this must be a text".into());
            return None;
        };
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.reading.ensure_sayable(&words, node.span);
        (!words.is_empty()).then_some(Text { words, span: node.span })
    }

    fn duration(&mut self, fields: &[Field], key: &str) -> Option<Millis> {
        let text = self.text(fields, key)?;
        let shown = quoted(&text.words);
        let problem = match text.words.parse::<Millis>() {
            Ok(length) if length <= LONGEST => return Some(length),
            Ok(_) => format!("{shown} is longer than the {LONGEST} a routine may last"),
            Err(_) if text.words == "0" => return Some(Millis::ZERO),
            Err(error) => format!("{shown} is not a duration: {error}"),
        };
        let problem = Problem::error("bad-duration", text.span, problem);
        self.reading.problems.push(problem.help("write it like `30s` or `1m30s`"));
        None
    }

    fn flag(&mut self, fields: &[Field], key: &str) -> bool {
        let Some(node) = self.value(fields, key) else { return false };
        let word = match &node.value {
            Value::Text(text, false) => text.to_ascii_lowercase(),
            _ => String::new(),
        };
        // w2a takes the words of YAML 1.1, too.
        let is_true = ["true", "yes", "on"].contains(&&*word);
        if !is_true && !["false", "no", "off"].contains(&&*word) {
            self.refuse("wrong-type", node.span, format!("`{key}` must be true or false"));
        }
        is_true
    }

    fn refuse(&mut self, code: &'static str, span: Span, message: String) {
        self.reading.problems.push(Problem::error(code, span, message));
    }

    fn leave_out(&mut self, span: Span, what: impl Into<String>) {
        self.reading.leave_out(self.reading.line_at(span), what);
    }
}

impl Frame {
    /// How long the pause before an exercise lasts.
    fn pause_before(&self, exercise: &Exercise) -> Millis {
        exercise.pause.unwrap_or(self.pause.length)
    }
}

/// How many of the last seconds are counted: none where hardly more would be left.
fn count(length: Millis) -> u32 {
    if length > Millis::from_secs(COUNT.into()) { COUNT } else { 0 }
}

/// The words for lengths of time.
struct Units {
    and: Cow<'static, str>,
    minute: (Cow<'static, str>, Cow<'static, str>),
    second: (Cow<'static, str>, Cow<'static, str>),
}

impl Default for Units {
    fn default() -> Self {
        let forms = |one: &'static str, more: &'static str| (one.into(), more.into());
        Self {
            and: "and".into(),
            minute: forms("minute", "minutes"),
            second: forms("second", "seconds"),
        }
    }
}

impl Units {
    /// A length as it is said: `1 minute and 30 seconds`.
    fn spoken(&self, length: Millis) -> String {
        let part = |count: u64, (one, more): &(Cow<str>, Cow<str>)| {
            format!("{count} {}", if count == 1 { one } else { more })
        };
        let (minutes, seconds) = (length.0 / 60_000, length.0 / 1000 % 60);
        match (minutes, seconds) {
            (0, seconds) => part(seconds, &self.second),
            (minutes, 0) => part(minutes, &self.minute),
            _ => {
                let (minutes, seconds) = (part(minutes, &self.minute), part(seconds, &self.second));
                format!("{minutes} {} {seconds}", self.and)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps, the title, what was told, and what was wrong.
    fn made(text: &str) -> (Vec<Entry>, Option<String>, Vec<String>, Vec<String>) {
        let (mut reading, mut title) = (Reading::of(text), None);
        let steps = read(&mut reading, &mut title);
        let told = reading.left_out.iter().map(|left| format!("{}: {}", left.line, left.what));
        let wrong = reading.problems.iter().map(|problem| problem.message.clone());
        (steps, title, told.collect(), wrong.collect())
    }

    fn work(name: &str, seconds: u64, cues: &[(u64, &str)]) -> Timed {
        let cue = |(at, say): &(u64, &str)| Cue { at: Millis::from_secs(*at), say: (*say).into() };
        let cues = cues.iter().map(cue).collect();
        let silent = Timed::silent(name.into(), Millis::from_secs(seconds));
        Timed { tones: true, count: 5, cues, ..silent }
    }

    fn pause(seconds: u64, say: &str) -> Entry {
        Entry::Rest(Timed { say: say.into(), ..work("Pause", seconds, &[]) })
    }

    #[test]
    fn a_whole_workout_becomes_the_nearest_steps() {
        let text = "\
title: Legs
tts: {espeak_ng_voice: en-gb}
before_workout_announce: '{{ .WorkoutExercisesCount }} exercises, {{ .WorkoutDuration }}.'
after_workout_announce: You trained {{ .WorkoutDurationWithoutPauses }}.
pause: {text: 'Next: {{ .ExerciseName }}', duration: 10s}
half_time: {text: Other side, duration: 4s}
exercise_beginning: '{{ .ExerciseName }}, {{ .ExerciseDuration }}'
squats: &squats {name: Squats, duration: 30s}
exercises:
  - name: Warm-up
    duration: 1m
    texts:
      - Roll
      - |
        Swing
        both arms
  - <<: *squats
    half_time: true
    pause_duration: 20s
    sets: 3
";
        let (steps, title, told, wrong) = made(text);
        let squats = [(0, "Squats, 30 seconds"), (15, "Other side")];
        let expected = [
            Entry::Say("2 exercises, 2 minutes.".into()),
            pause(10, "Next: Warm-up"),
            Entry::Work(work(
                "Warm-up",
                60,
                &[(0, "Warm-up, 1 minute"), (5, "Roll"), (30, "Swing both arms")],
            )),
            pause(20, "Next: Squats"),
            Entry::Work(work("Squats", 30, &squats)),
            Entry::Tone("finish"),
            Entry::Say("You trained 1 minute and 30 seconds.".into()),
        ];
        assert_eq!(wrong, [""; 0]);
        assert_eq!((steps.as_slice(), title.as_deref()), (&expected[..], Some("Legs")));
        let expected = [
            "2: `tts`: the voice is chosen when the routine is played or exported",
            "5: the words of a pause are said before its time begins, not within it",
            "6: at half-time an exercise goes on: it does not stop for 4s",
            "20: `sets`: it is no field of an exercise",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn half_time_without_words_of_its_own_is_announced_by_the_coach() {
        let (steps, ..) = made("exercises: [{name: Plank, duration: 30s, half_time: yes}]");
        let announce = vec!["halfway"];
        assert_eq!(steps, [Entry::Work(Timed { announce, ..work("Plank", 30, &[]) })]);
    }

    #[test]
    fn where_hardly_more_would_be_left_nothing_is_counted_down() {
        let text =
            "exercises: [{name: A, duration: 5s}, {name: A, duration: 12s, half_time: true}]";
        let counts = made(text).0.into_iter().map(|step| match step {
            Entry::Work(timed) => timed.count,
            other => panic!("{other:?}"),
        });
        assert_eq!(counts.collect::<Vec<_>>(), [0, 0]);
    }

    #[test]
    fn lengths_are_said_in_the_workouts_own_words() {
        let units = "{and: und, minute: {singular: Minute, plural: Minuten}, second: {singular: Sekunde, plural: Sekunden}}";
        let text = format!(
            "i18n: {units}\nexercise_beginning: '{{{{ .ExerciseDuration }}}}'\n\
             exercises: [{{name: A, duration: 2m1s}}]"
        );
        let (steps, ..) = made(&text);
        assert_eq!(steps, [Entry::Work(work("A", 121, &[(0, "2 Minuten und 1 Sekunde")]))]);
    }

    #[test]
    fn what_cannot_be_said_is_listed_once() {
        let text = "exercise_beginning: '{{ printf .ExerciseName }}'\nexercises:\n  \
                    - {name: A, duration: 12s, texts: [One, Two]}\n  - {name: B, duration: 12s}\n---\nx: 1\n";
        let (steps, _, told, wrong) = made(text);
        assert_eq!(steps, [Entry::Work(work("A", 12, &[])), Entry::Work(work("B", 12, &[]))]);
        let expected = [
            "1: `{{ printf .ExerciseName }}`: `{{ printf .ExerciseName }}` cannot be filled in",
            "3: `texts`: 12s leaves no time to say 2",
            "5: what follows `---`: a routine is one document",
        ];
        assert_eq!((told, wrong), (expected.map(String::from).to_vec(), vec![]));
    }

    #[test]
    fn what_is_wrong_is_found_in_every_exercise() {
        let cases = [
            ("- a", "the workout must be fields with values"),
            ("pause: {}", "there are no `exercises`"),
            ("exercises: x", "`exercises` must be a list"),
            ("exercises: [x]", "an exercise must be fields with values"),
            ("exercises: [{duration: 1s}]", "this exercise has no `name`"),
            ("exercises: [{name: A}]", "this exercise has no `duration`"),
            ("exercises: [{name: [A], duration: 1s}]", "this must be a text"),
            (
                "exercises: [{name: A, duration: 1s, half_time: 3}]",
                "`half_time` must be true or false",
            ),
            (
                "exercises: [{name: A, duration: 25h}]",
                "`25h` is longer than the 24h a routine may last",
            ),
        ];
        for (text, message) in cases {
            assert_eq!(made(text).3.first().map(String::as_str), Some(message), "{text}");
        }
        let wrong = made("exercises: [{name: '', duration: 30}, {name: B, duration: -1s}, {name: C, duration: 0s}]").3;
        let units = "it needs numbers with the units h, m, s or ms, the longer unit first";
        let expected = [
            "this exercise has no `name`".to_string(),
            format!("`30` is not a duration: {units}"),
            format!("`-1s` is not a duration: {units}"),
            "this exercise has no `duration`".into(),
        ];
        assert_eq!(wrong, expected);
    }

    #[test]
    fn a_few_lines_do_not_become_a_million_steps() {
        let exercises = "  - {name: A, duration: 1s, texts: *t}\n".repeat(1000);
        let texts = "x, ".repeat(1000);
        let (_, _, _, wrong) = made(&format!("t: &t [{texts}]\nexercises:\n{exercises}"));
        assert_eq!(wrong, ["with this there are more than 10000 exercises and texts"]);
        let exercises = "  - {name: A, duration: 1h}\n".repeat(25);
        let (_, _, _, wrong) = made(&format!("exercises:\n{exercises}"));
        assert_eq!(wrong, ["with this the routine lasts longer than 24h"]);
    }
}
