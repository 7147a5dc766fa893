//! The language of routines for people to look things up: the grammar as Markdown. A test keeps
//! `docs/reference.md` the same as this.

use std::fmt::Write;

use clap::ValueEnum;

use super::grammar::{self, Field, Form, PLACEHOLDERS, Takes, VERBS};
use crate::explain;
use crate::sequencer::Talk;

const HEAD: &str = "\
# The language of routines

Every verb and field there is. `docs/guide.md` teaches them one by one; `earcoach schema` prints the same for editors. This page is made from the
program's own grammar: a test writes it, so change the grammar and not the page.

A routine is a JSON object with `steps`. A step is an object with one verb. Where a verb or an object has a *main field*, its value alone stands for
the whole: `{ \"hold\": \"60s\" }` is `{ \"hold\": { \"for\": \"60s\" } }`. Unknown fields are refused.
";

const VALUES: &str = "
## Values

| kind | is written |
|---|---|
| a duration | `\"5s\"`, `\"1m30s\"`, `\"1.5h\"`, `\"500ms\"`, or a number of seconds; longer than nothing, at most 24 hours |
| a moment | the same, or `0` |
| doses | a duration, or an array of them: the first is for the first round, the last for all rounds that have none of their own |
| words | text that the voice can say, at most 1000 letters; `\"\"` says nothing |
| speech | words; or an array of several, of which one is said, never the same twice in a row; or an object with these by talk level: `coach`, `normal`, `quiet` |
| `\"$name\"` | the value of a parameter, in place of any value |
";

/// The whole reference, in Markdown.
pub fn text() -> String {
    let mut text = String::from(HEAD);
    text += VALUES;
    text += "\n## Placeholders\n\nIn words and names, beside the routine's own parameters:\n\n| in words | becomes |\n|---|---|\n";
    for (name, becomes) in PLACEHOLDERS {
        let _ = writeln!(text, "| `{{{name}}}` | {becomes} |");
    }
    text += "\n## Talk levels\n\nChosen by `--talk`, each with less to hear than the one before.\n\n| level | says |\n|---|---|\n";
    for value in Talk::value_variants().iter().filter_map(ValueEnum::to_possible_value) {
        let help = value.get_help().map_or(String::new(), ToString::to_string);
        let _ = writeln!(text, "| `{}` | {help} |", value.get_name());
    }
    text += "\n## The file\n";
    for form in [grammar::routine(), grammar::param(), grammar::block(), grammar::cue()] {
        let _ = writeln!(text, "\n### {}\n\n{}.{}\n", capital(form.name), form.about, main(&form));
        text += &table(&form);
    }
    text += "\n## The verbs\n";
    text += &verbs();
    text += "\n## Problems\n\n`earcoach check --explain CODE` prints the same.\n\n| code | means |\n|---|---|\n";
    for (code, means) in explain::CODES {
        let _ = writeln!(text, "| `{code}` | {} |", cell(means));
    }
    text
}

/// All verbs; those with the same fields share a table.
fn verbs() -> String {
    let mut groups: Vec<(Vec<Form>, String)> = Vec::new();
    for form in VERBS.map(grammar::verb) {
        let table = table(&form);
        match groups.iter_mut().find(|(_, other)| *other == table) {
            Some((forms, _)) => forms.push(form),
            None => groups.push((vec![form], table)),
        }
    }
    let mut text = String::new();
    for (forms, table) in groups {
        let names: Vec<String> = forms.iter().map(|form| format!("`{}`", form.name)).collect();
        let _ = writeln!(text, "\n### {}\n", names.join(", "));
        match forms.as_slice() {
            [form] => {
                let _ = writeln!(text, "{}.{}\n", form.about, main(form));
            }
            forms => {
                for form in forms {
                    let _ = writeln!(text, "- `{}`: {}.", form.name, form.about);
                }
                let _ = writeln!(text, "\n{}\n", main(&forms[0]).trim_start());
            }
        }
        text += &table;
    }
    text
}

/// What stands for the whole form, if anything does.
fn main(form: &Form) -> String {
    let others = |main: &str| form.fields.iter().any(|field| field.must && field.name != main);
    match form.main {
        Some(main) if !others(main) => format!(" Its main field is `{main}`."),
        _ => String::new(),
    }
}

fn table(form: &Form) -> String {
    let mut text = String::from("| field | takes | left out | is |\n|---|---|---|---|\n");
    for field in &form.fields {
        let otherwise = match (field.must, field.otherwise) {
            (true, _) if form.main == Some("for") && field.name == "for" => {
                "has to be given, unless `at_most` is".into()
            }
            (true, _) => "has to be given".into(),
            (false, "") => String::new(),
            (false, value) if serde_json::from_str::<serde_json::Value>(value).is_ok() => {
                format!("`{value}`")
            }
            (false, words) => words.into(),
        };
        let about = cell(&format!("{}{}", field.about, examples(field)));
        let _ = writeln!(
            text,
            "| `{}` | {} | {otherwise} | {about} |",
            field.name,
            takes(&field.takes)
        );
    }
    text
}

fn examples(field: &Field) -> String {
    match field.examples {
        [] => String::new(),
        examples => format!(": `{}`", examples.join("`, `")),
    }
}

fn takes(takes: &Takes) -> String {
    match takes {
        Takes::Text => "a text".into(),
        Takes::Shown => "a text, or by language".into(),
        Takes::Value => "a duration, a number, words (or by language), `true` or `false`".into(),
        Takes::Bound => "a duration or a number".into(),
        Takes::File => "the path of a file".into(),
        Takes::Name => "a text of at most 80 letters, or by language".into(),
        Takes::Speech => "speech".into(),
        Takes::Phrases => "words, or an array of them, or by language".into(),
        Takes::Duration => "a duration".into(),
        Takes::Doses => "doses".into(),
        Takes::Moment => "a moment".into(),
        Takes::Whole(range) => format!("a whole number, {} to {}", range.start(), range.end()),
        Takes::Boolean => "`true` or `false`".into(),
        Takes::Choice(names) => format!("`\"{}\"`", names.join("\"`, `\"")),
        Takes::Announcements => "an array of durations and `\"halfway\"`".into(),
        Takes::Cues => "an array of cues".into(),
        Takes::Steps => "an array of steps".into(),
        Takes::Params => "an object of parameters by name".into(),
        Takes::Blocks => "an object of blocks by name".into(),
        Takes::Arguments => "an object of values by name".into(),
        Takes::Translations => "an object of texts by text".into(),
    }
}

/// Text for a table: a stroke would end its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
