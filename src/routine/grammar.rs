//! The grammar of routines as a table: every verb with its fields, what each takes, what it
//! is when left out, and what it is for. The parser, the JSON Schema and the reference all
//! read it, so none of them can fall behind the others.

use std::ops::RangeInclusive;

use super::Kind;
use super::fields::MOST_TIMES;
use crate::tone::Tone;

/// A field of an object in a routine.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What it is for, as a sentence without a full stop.
    pub about: &'static str,
    /// Examples, as JSON.
    pub examples: &'static [&'static str],
    /// What it is when left out, as JSON or in words; empty where it has to be given or is
    /// simply absent.
    pub otherwise: &'static str,
    /// Whether it has to be given.
    pub must: bool,
}

/// What a field takes.
#[derive(Clone, Debug)]
pub enum Takes {
    /// Any text.
    Text,
    /// A text that is shown to people, not spoken.
    Shown,
    /// Any text, number, `true` or `false`.
    Value,
    /// A number, or a duration.
    Bound,
    /// The path of a file within the routine's folder.
    File,
    /// A short text.
    Name,
    /// Words to be spoken, as one text, several of which one is chosen, or by talk level.
    Speech,
    /// Words to be spoken in turn.
    Phrases,
    /// A duration.
    Duration,
    /// A duration, or one a round.
    Doses,
    /// A moment: a duration, or 0.
    Moment,
    /// A whole number.
    Whole(RangeInclusive<u32>),
    /// `true` or `false`.
    Boolean,
    /// One of a few names.
    Choice(Vec<&'static str>),
    /// What is said of the time left.
    Announcements,
    /// Words at moments of a timed part.
    Cues,
    /// Steps.
    Steps,
    /// The parameters that a routine or a block takes.
    Params,
    /// The blocks of a routine.
    Blocks,
    /// Arguments for a block.
    Arguments,
    /// Texts by text.
    Translations,
}

/// A verb, or another object, with its fields.
#[derive(Clone, Debug)]
pub struct Form {
    /// The verb, or what the object is.
    pub name: &'static str,
    /// The field that a value stands for which is no object.
    pub main: Option<&'static str>,
    /// What it does, as a sentence without a full stop.
    pub about: &'static str,
    /// Its fields.
    pub fields: Vec<Field>,
}

impl Form {
    /// The names of its fields.
    pub fn known(&self) -> Vec<&'static str> {
        self.fields.iter().map(|field| field.name).collect()
    }
}

/// The verbs in the order in which they are taught.
pub const VERBS: [&str; 14] = [
    "say", "squeeze", "release", "breathe", "deepen", "hold", "rest", "work", "wait", "tone",
    "clip", "repeat", "sides", "use",
];

/// The placeholders that the coach itself fills, with what each becomes.
pub const PLACEHOLDERS: [(&str, &str); 5] = [
    ("side", "the side that is worked on, or the routine's `side_word` where none is"),
    ("round", "the number of the round within `repeat`"),
    ("rounds", "how many rounds that `repeat` has"),
    ("next", "the name of the next timed step"),
    ("time", "how long this step lasts, as it is said"),
];

/// The grammar of a verb.
///
/// # Panics
/// Where there is no such verb: see [`VERBS`].
pub fn verb(name: &str) -> Form {
    match name {
        "say" => say(),
        "squeeze" => {
            timed(name, "Presses the hands together, so that the muscle finishes its contraction")
        }
        "release" => timed(name, "Lets go, without stretching"),
        "hold" => timed(name, "Holds a stretch or a position still"),
        "rest" => timed(name, "Rests; `--fit` shortens rests before anything else"),
        "work" => timed(name, "Does any timed exercise, called by its `name`"),
        "breathe" => breathe(),
        "deepen" => deepen(),
        "wait" => wait(),
        "tone" => tone(),
        "clip" => clip(),
        "repeat" => repeat(),
        "sides" => sides(),
        "use" => use_block(),
        _ => unreachable!("`{name}` is no verb"),
    }
}

const fn field(name: &'static str, takes: Takes, about: &'static str) -> Field {
    Field { name, takes, about, examples: &[], otherwise: "", must: false }
}

impl Field {
    const fn like(mut self, examples: &'static [&'static str]) -> Self {
        self.examples = examples;
        self
    }

    const fn must(mut self) -> Self {
        self.must = true;
        self
    }

    const fn or(mut self, otherwise: &'static str) -> Self {
        self.otherwise = otherwise;
        self
    }
}

fn form(
    name: &'static str,
    main: Option<&'static str>,
    about: &'static str,
    fields: Vec<Field>,
) -> Form {
    Form { name, main, about, fields }
}

/// The whole file.
pub fn routine() -> Form {
    let kinds = Kind::NAMES.map(|(name, _)| name).to_vec();
    form("the routine", None, "A routine for earcoach: steps, one verb each", vec![
        field("$schema", Takes::Text, "Where an editor finds this schema").like(&["\"./earcoach.schema.json\""]),
        field("title", Takes::Shown, "Its name for people").like(&["\"Evening calves\""]).or("\"Routine\""),
        field("about", Takes::Shown, "What it is for, where it comes from, and when not to do it").like(&["\"Both calves, in the evening. Not for a muscle that is cramping.\""]),
        field("kind", Takes::Choice(kinds), "What sort of routine it is; one of kind `cramp` is checked for stretches that come too early")
            .like(&["\"stretch\""])
            .or("\"general\""),
        field("voice", Takes::Text, "The voice pack that has its words").like(&["\"heart\""]).or("the built-in voice"),
        field("language", Takes::Text, "The language that its words are in; others are given by language, or by a file of words beside it").like(&["\"de\""]).or("\"en\""),
        field("side_word", Takes::Name, "What `{side}` says where no side is chosen").like(&["\"sore\""]),
        field("seed", Takes::Whole(0..=u32::MAX), "Another seed chooses other phrases where there are several").or("0"),
        field("params", Takes::Params, "What can be changed with `--set NAME=VALUE`; `\"$name\"` stands for the value in any field, `{name}` within words")
            .like(&["{ \"hold\": { \"default\": \"60s\", \"min\": \"20s\", \"max\": \"2m\" } }"]),
        field("blocks", Takes::Blocks, "Steps with a name, for `use`")
            .like(&["{ \"stretch\": [{ \"hold\": \"60s\" }] }"]),
        field("steps", Takes::Steps, "What is done, in order").like(&["[{ \"hold\": \"60s\" }]"]).must(),
    ])
}

/// A block with parameters of its own.
pub fn block() -> Form {
    form(
        "a block",
        Some("steps"),
        "Steps with a name, for `use`",
        vec![
            field(
                "params",
                Takes::Params,
                "What the block is given by `with`; one without a default has to be given",
            )
            .like(&["{ \"hold\": \"60s\" }"]),
            field("steps", Takes::Steps, "What is done, in order")
                .like(&["[{ \"hold\": \"60s\" }]"])
                .must(),
        ],
    )
}

/// One parameter.
pub fn param() -> Form {
    form("a parameter", Some("default"), "A value that may be changed, within bounds", vec![
        field("default", Takes::Value, "Its value when nobody changes it: a duration, a number, words, or `true` or `false`")
            .like(&["\"60s\"", "3"]),
        field("min", Takes::Bound, "The least it may be").like(&["\"20s\"", "1"]),
        field("max", Takes::Bound, "The most it may be").like(&["\"2m\"", "10"]),
        field("about", Takes::Shown, "What it is for").like(&["\"How long each stretch is held\""]),
    ])
}

/// A file of words beside a routine.
pub fn translation() -> Form {
    form(
        "the file of words",
        None,
        "A routine's words in another language",
        vec![
            field("$schema", Takes::Text, "Where an editor finds its schema")
                .like(&["\"./earcoach.schema.json\""]),
            field("language", Takes::Text, "The language, as in the file's name")
                .like(&["\"de\""])
                .must(),
            field("words", Takes::Translations, "For each text of the routine what it is there")
                .like(&["{ \"Squeeze.\": \"Drücke.\" }"])
                .must(),
        ],
    )
}

/// Words at a moment of a timed part.
pub fn cue() -> Form {
    form(
        "a cue",
        None,
        "Words at a moment of a timed part",
        vec![
            field("at", Takes::Moment, "When, counted from the begin of the timed part")
                .like(&["\"30s\"", "0"])
                .must(),
            field("say", Takes::Speech, "What is said then").like(&["\"Keep breathing.\""]).must(),
        ],
    )
}

/// What every step takes that is heard.
fn heard(mut fields: Vec<Field>) -> Vec<Field> {
    let sides = vec!["left", "right"];
    let ears = vec!["both", "left", "right", "side"];
    fields.extend([
        field("side", Takes::Choice(sides), "The side it is for, outside `sides`"),
        field(
            "ear",
            Takes::Choice(ears),
            "The ear that hears it; `side` is the ear of the side. The other ear hears it softly",
        )
        .or("\"both\""),
    ]);
    optional(fields)
}

fn optional(mut fields: Vec<Field>) -> Vec<Field> {
    let about = "Whether `--fit` may leave it out";
    fields.push(field("optional", Takes::Boolean, about).or("false"));
    fields
}

fn name() -> Field {
    field("name", Takes::Name, "What it is called in lists and by `{next}`")
        .like(&["\"Squats\""])
        .or("the verb")
}

fn instruction() -> Field {
    field("say", Takes::Speech, "What is said before it; `\"\"` for nothing")
        .like(&[
            "\"Hold for {time}.\"",
            "[\"Well done.\", \"Nice work.\"]",
            "{ \"coach\": \"Keep going.\", \"quiet\": \"\" }",
            "{ \"en\": \"Hold.\", \"de\": \"Halte.\" }",
        ])
        .or("the coach's own words for the verb")
}

/// What marks the course of a timed part.
fn marks() -> [Field; 4] {
    let with = vec!["voice", "tick"];
    [
        field("announce", Takes::Announcements, "What is said of the time left; `[]` for nothing")
            .like(&["[\"halfway\", \"10s\"]"])
            .or("of a hold, rest or work `halfway` from 20 s on (no rest), `10s` from 30 s on, `60s` from 3 min on; what a countdown asked for covers is left out"),
        field(
            "count",
            Takes::Whole(0..=MOST_TIMES),
            "How many of the last seconds are counted down; at most 60 by voice",
        )
        .like(&["5"])
        .or("3 of a hold, rest or work from 5 s on, 4 of a squeeze, else none"),
        field("count_with", Takes::Choice(with), "By what they are counted").or("\"voice\""),
        field("tones", Takes::Boolean, "Whether tones mark the begin and the end").or("true"),
    ]
}

fn cues() -> Field {
    field("cues", Takes::Cues, "Words at moments of the timed part")
        .like(&["[{ \"at\": \"20s\", \"say\": \"Keep breathing.\" }]"])
}

fn until() -> Field {
    field(
        "until",
        Takes::Choice(vec!["limit"]),
        "Live, it lasts until you press Enter or the button of your earbuds: \"I am at my limit\". It needs `at_most`; a file has it as long as `for` says",
    )
}

fn timed(verb: &str, about: &'static str) -> Form {
    let verb = VERBS.into_iter().find(|known| *known == verb).unwrap_or_default();
    let mut fields = vec![
        field(
            "for",
            Takes::Doses,
            "How long it lasts; within `repeat` an array gives a dose to each round, the last one to all that follow",
        )
        .like(&["\"60s\"", "[\"20s\", \"30s\", \"40s\"]"])
        .must(),
        if verb == "work" { name().must() } else { name() },
        instruction(),
        field("min", Takes::Duration, "How short `--fit` may make it, whatever bounds a parameter has")
            .like(&["\"20s\""])
            .or("`for`; of a rest 5 s"),
        until(),
        field("at_most", Takes::Duration, "How long it lasts live when you press nothing")
            .like(&["\"2m\""]),
        cues(),
    ];
    fields.extend(marks());
    form(verb, Some("for"), about, heard(fields))
}

fn say() -> Form {
    form(
        "say",
        Some("text"),
        "Says words, then goes on",
        heard(vec![
            field("text", Takes::Speech, "What is said")
                .like(&["\"Well done.\"", "[\"Well done.\", \"Nice work.\"]"])
                .must(),
            field("name", Takes::Name, "What it is called in lists")
                .like(&["\"Start\""])
                .or("its words"),
        ]),
    )
}

fn breathe() -> Form {
    let phase = |name, about| field(name, Takes::Duration, about).like(&["\"4s\""]);
    let mut fields = vec![
        field("for", Takes::Duration, "How long it lasts: a whole number of breaths")
            .like(&["\"2m\""]),
        field("times", Takes::Whole(1..=MOST_TIMES), "How many breaths, instead of `for`").or("4"),
        phase("in", "How long one breathes in").or("\"4s\""),
        phase("hold", "How long one holds the breath after breathing in").or("not at all"),
        phase("out", "How long one breathes out").or("\"6s\""),
        phase("pause", "How long one holds the breath after breathing out").or("not at all"),
        field("guide", Takes::Boolean, "Whether a soft tone rises and falls with the breath")
            .or("false; true where nothing is said"),
        name(),
        instruction(),
        cues(),
    ];
    fields.extend(marks());
    form("breathe", Some("for"), "Slow breaths", heard(fields))
}

fn deepen() -> Form {
    let mut fields = vec![
        field("for", Takes::Duration, "How long all of it lasts: a whole number of deepenings")
            .like(&["\"45s\""]),
        field("times", Takes::Whole(1..=MOST_TIMES), "How many deepenings, instead of `for`")
            .or("4"),
        field("every", Takes::Duration, "From one deepening to the next").or("\"15s\""),
        until(),
        field(
            "at_most",
            Takes::Whole(1..=MOST_TIMES),
            "How many deepenings there are live when you press nothing",
        )
        .like(&["12"]),
        name(),
        instruction(),
        field("each", Takes::Phrases, "What is said before each further one, in turn")
            .like(&["[\"Go a little deeper.\", \"Once more.\"]"])
            .or("the coach's own words"),
    ];
    fields.extend(marks());
    form(
        "deepen",
        Some("for"),
        "Goes a little deeper every so often, flowing into the next step without a gap",
        heard(fields),
    )
}

fn wait() -> Form {
    form(
        "wait",
        Some("for"),
        "Waits until you go on, with a reminder",
        heard(vec![
            field("for", Takes::Duration, "How long it waits in a file").or("\"10s\""),
            field("at_most", Takes::Duration, "How long it waits live when you press nothing")
                .or("\"10m\""),
            field("remind", Takes::Duration, "From one reminder to the next, 5 s at least")
                .or("\"30s\""),
            field("reminder", Takes::Speech, "What it says then")
                .like(&["\"Ready?\""])
                .or("the coach's own words"),
            name(),
            instruction(),
        ]),
    )
}

fn tone() -> Form {
    let tones = Tone::NAMES.map(|(name, _)| name).to_vec();
    form(
        "tone",
        Some("tone"),
        "Plays a tone",
        heard(vec![field("tone", Takes::Choice(tones), "Which tone").like(&["\"finish\""]).must()]),
    )
}

fn clip() -> Form {
    form(
        "clip",
        Some("file"),
        "Plays an audio file of your own, then goes on",
        heard(vec![
            field(
                "file",
                Takes::File,
                "A WAV, FLAC, MP3 or Ogg file in the routine's folder, at most 10 minutes long",
            )
            .like(&["\"clips/welcome.mp3\""])
            .must(),
            field("text", Takes::Shown, "The words in it, for lists and captions")
                .like(&["\"Welcome.\""]),
            field("name", Takes::Name, "What it is called in lists")
                .like(&["\"Welcome\""])
                .or("the file's name"),
        ]),
    )
}

fn repeat() -> Form {
    form(
        "repeat",
        None,
        "Does its steps several times",
        optional(vec![
            field("times", Takes::Whole(1..=MOST_TIMES), "How often its steps are done")
                .like(&["3"])
                .must(),
            field("steps", Takes::Steps, "What is repeated")
                .like(&["[{ \"hold\": \"60s\" }]"])
                .must(),
        ]),
    )
}

fn sides() -> Form {
    form(
        "sides",
        Some("steps"),
        "Does its steps once for each side, for the same time",
        optional(vec![
            field("steps", Takes::Steps, "What is done on each side")
                .like(&["[{ \"hold\": \"60s\" }]"])
                .must(),
            field("say", Takes::Speech, "What is said as a side begins")
                .like(&["\"{side} leg.\""])
                .or("the side's name"),
            field("pause", Takes::Moment, "How long one has to change sides").or("\"5s\""),
        ]),
    )
}

fn use_block() -> Form {
    form(
        "use",
        Some("block"),
        "Does the steps of a block",
        optional(vec![
            field("block", Takes::Text, "The block's name in `blocks`")
                .like(&["\"stretch\""])
                .must(),
            field("with", Takes::Arguments, "What its parameters are this time")
                .like(&["{ \"hold\": \"45s\" }"]),
        ]),
    )
}
