//! The grammar of routines as a JSON Schema (draft 2020-12,
//! json-schema.org/draft/2020-12/schema), for editors: they complete what is typed and underline
//! what is wrong.

use serde_json::{Map, Value, json};

use super::grammar::{self, Field, Form, PLACEHOLDERS, Takes, VERBS};

/// The schema that stands for a name of a parameter where a value is expected.
const PARAM: &str = "#/$defs/param";

/// How lengths of time are written: a regular expression without its begin.
const LENGTH: &str =
    r"([0-9]+(\.[0-9]+)?h)?([0-9]+(\.[0-9]+)?m)?([0-9]+(\.[0-9]+)?s)?([0-9]+(\.0+)?ms)?$";
/// How paths are written that lead nowhere else: `/` parts their names, and none of them is `..`.
const WITHIN: &str = r"^(?!/)(?!(.*/)?\.\.(/|$))[^\\\u0000]+$";
/// How languages are written.
const LANGUAGE: &str = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$";
/// The most letters of a parameter's value.
const LONGEST_VALUE: usize = 1000;

/// The schema of a routine file.
pub fn schema() -> Value {
    let mut root = object(&grammar::routine());
    let more = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:earcoach:routine",
        "title": "earcoach routine",
        "$defs": definitions(),
    });
    merge(&mut root, more);
    root
}

/// The schema as the text of a file.
pub fn text() -> String {
    serde_json::to_string_pretty(&schema()).unwrap_or_default() + "\n"
}

fn definitions() -> Value {
    let placeholders: Vec<String> =
        PLACEHOLDERS.iter().map(|(name, what)| format!("`{{{name}}}` becomes {what}")).collect();
    let mut all = json!({
        "param": {
            "type": "string",
            "pattern": "^\\$[a-z][a-z0-9_]*$",
            "description": "The value of a parameter: `\"$name\"`",
        },
        "duration": {
            "description": "A length of time: `\"5s\"`, `\"1m30s\"`, `\"500ms\"`, or a number of seconds",
            "anyOf": [
                { "type": "string", "pattern": format!("^(?=.*[1-9]){LENGTH}") },
                { "type": "number", "exclusiveMinimum": 0, "maximum": 86400 },
                { "$ref": PARAM },
            ],
            "examples": ["60s", "1m30s", "500ms"],
        },
        "moment": {
            "description": "A moment: a duration, or 0 for the very begin",
            "anyOf": [length(), { "$ref": PARAM }],
        },
        "words": {
            "type": "string",
            "maxLength": 1000,
            "description": format!("Words to be spoken; {}", placeholders.join(", ")),
        },
        "phrases": by_language(&json!({
            "anyOf": [
                { "$ref": "#/$defs/words" },
                { "type": "array", "items": { "$ref": "#/$defs/words" } },
            ],
        })),
        "speech": {
            "description": "Words to be spoken, or by language",
            "anyOf": [
                { "$ref": "#/$defs/spoken" },
                {
                    "type": "object",
                    "propertyNames": { "pattern": LANGUAGE },
                    "additionalProperties": { "$ref": "#/$defs/spoken" },
                    "minProperties": 1,
                },
            ],
        },
        "spoken": {
            "description": "Words to be spoken; of several one is chosen, never the same twice in a row. By talk level: `coach` says all, `normal` what matters, `quiet` little",
            "anyOf": [
                { "$ref": "#/$defs/words" },
                { "$ref": "#/$defs/pool" },
                {
                    "type": "object",
                    "properties": {
                        "coach": { "$ref": "#/$defs/pool" },
                        "normal": { "$ref": "#/$defs/pool" },
                        "quiet": { "$ref": "#/$defs/pool" },
                    },
                    "required": ["coach"],
                    "additionalProperties": false,
                },
            ],
        },
        "pool": {
            "anyOf": [
                { "$ref": "#/$defs/words" },
                { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/words" } },
            ],
        },
        "steps": { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/step" } },
        "step": step(),
        "params": { "type": "object", "propertyNames": name_of_param(), "additionalProperties": main_or_object(&grammar::param()) },
        "block": {
            "anyOf": [{ "$ref": "#/$defs/steps" }, object(&grammar::block())],
        },
        "cue": object(&grammar::cue()),
    });
    for verb in VERBS {
        all[verb] = main_or_object(&grammar::verb(verb));
    }
    all
}

fn name_of_param() -> Value {
    let taken = PLACEHOLDERS.map(|(name, _)| name);
    json!({ "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 40, "not": { "enum": taken } })
}

/// A value that a parameter may have.
fn scalar() -> Value {
    json!({ "type": ["string", "number", "boolean"], "maxLength": LONGEST_VALUE })
}

/// A value, or one for each of several languages.
fn by_language(value: &Value) -> Value {
    let each = json!({
        "type": "object",
        "propertyNames": { "pattern": LANGUAGE },
        "additionalProperties": value,
        "minProperties": 1,
    });
    json!({ "anyOf": [value, each] })
}

/// A length of time, or none.
fn length() -> Value {
    json!({ "anyOf": [
        { "type": "string", "pattern": format!("^(?=.){LENGTH}") },
        { "type": "number", "minimum": 0, "maximum": 86400 },
    ] })
}

/// An object with exactly one verb.
fn step() -> Value {
    let verbs = VERBS.map(|verb| {
        let about = grammar::verb(verb).about;
        (verb.to_string(), json!({ "description": about, "$ref": format!("#/$defs/{verb}") }))
    });
    json!({
        "description": "A step: one verb, and what belongs to it",
        "type": "object",
        "properties": Map::from_iter(verbs),
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
    })
}

/// An object of this form, or its one main value.
fn main_or_object(form: &Form) -> Value {
    let whole = object(form);
    let Some(main) = form.main else { return whole };
    if form.fields.iter().any(|field| field.must && field.name != main) {
        return whole;
    }
    let main = form.fields.iter().find(|field| field.name == main);
    let main = main.map_or(json!({}), |field| main_value(form, field));
    json!({ "description": form.about, "anyOf": [main, whole] })
}

fn main_value(form: &Form, field: &Field) -> Value {
    // An object by talk level could not be told from the verb's own object.
    match (form.name, &field.takes) {
        ("say", _) => json!({ "anyOf": [
            { "$ref": "#/$defs/pool" },
            {
                "type": "object",
                "propertyNames": { "pattern": LANGUAGE, "not": { "enum": ["ear"] } },
                "additionalProperties": { "$ref": "#/$defs/spoken" },
                "minProperties": 1,
            },
        ] }),
        (_, takes) => value(takes),
    }
}

fn object(form: &Form) -> Value {
    let properties = form.fields.iter().map(|field| (field.name.to_string(), described(field)));
    let mut object = json!({
        "type": "object",
        "description": form.about,
        "properties": properties.collect::<Map<_, _>>(),
        "additionalProperties": false,
    });
    require(form, &mut object);
    object
}

/// What has to be given. A step that is open has its length from `at_most` too.
fn require(form: &Form, object: &mut Value) {
    let is_timed = |field: &&Field| matches!(field.takes, Takes::Doses);
    let must = form.fields.iter().filter(|field| field.must);
    let (timed, must): (Vec<&Field>, Vec<&Field>) = must.partition(is_timed);
    if !must.is_empty() {
        object["required"] = must.iter().map(|field| field.name).collect();
    }
    if form.fields.iter().any(|field| field.name == "until") {
        object["dependentRequired"] = json!({ "at_most": ["until"] });
    }
    if !timed.is_empty() {
        object["dependentRequired"]["until"] = json!(["at_most"]);
        object["anyOf"] = json!([{ "required": ["for"] }, { "required": ["at_most"] }]);
    }
}

fn described(field: &Field) -> Value {
    let mut schema = value(&field.takes);
    let about = match field.otherwise {
        "" => format!("{}.", field.about),
        otherwise => format!("{}. Left out: {otherwise}.", field.about),
    };
    schema["description"] = json!(about);
    if let Ok(default) = serde_json::from_str::<Value>(field.otherwise) {
        schema["default"] = default;
    }
    schema["examples"] = examples(field);
    schema
}

/// The field's own examples, else what it can be, else what it is when left out.
fn examples(field: &Field) -> Value {
    let own = field.examples.iter().filter_map(|text| serde_json::from_str(text).ok());
    let own: Vec<Value> = own.collect();
    match &field.takes {
        _ if !own.is_empty() => json!(own),
        Takes::Choice(names) => json!(names),
        Takes::Boolean => json!([true, false]),
        _ => json!(Vec::from_iter(serde_json::from_str::<Value>(field.otherwise).ok())),
    }
}

fn value(takes: &Takes) -> Value {
    let defined = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    let or_param = |value: Value| json!({ "anyOf": [value, { "$ref": PARAM }] });
    match takes {
        Takes::Text => json!({ "type": "string" }),
        Takes::Shown => by_language(&json!({ "type": "string" })),
        Takes::Value => by_language(&scalar()),
        Takes::Bound => json!({ "anyOf": [length(), { "type": "number" }] }),
        Takes::File => by_language(&json!({ "type": "string", "pattern": WITHIN })),
        Takes::Name => by_language(&json!({ "type": "string", "maxLength": 80 })),
        Takes::Speech => defined("speech"),
        Takes::Phrases => defined("phrases"),
        Takes::Duration => defined("duration"),
        Takes::Moment => defined("moment"),
        Takes::Doses => json!({ "anyOf": [
            { "$ref": "#/$defs/duration" },
            { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/duration" } },
        ] }),
        Takes::Whole(range) => or_param(json!({
            "type": "integer", "minimum": range.start(), "maximum": range.end(),
        })),
        Takes::Boolean => or_param(json!({ "type": "boolean" })),
        Takes::Choice(names) => or_param(json!({ "enum": names })),
        Takes::Announcements => json!({
            "type": "array",
            "items": { "anyOf": [{ "const": "halfway" }, { "$ref": "#/$defs/duration" }] },
        }),
        Takes::Cues => json!({ "type": "array", "items": { "$ref": "#/$defs/cue" } }),
        Takes::Steps => defined("steps"),
        Takes::Params => defined("params"),
        Takes::Blocks => json!({
            "type": "object", "additionalProperties": { "$ref": "#/$defs/block" },
        }),
        Takes::Arguments => json!({
            "type": "object", "propertyNames": name_of_param(),
            "additionalProperties": by_language(&scalar()),
        }),
        Takes::Translations => json!({
            "type": "object", "additionalProperties": { "type": "string", "maxLength": 1000 },
        }),
    }
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_described_and_has_an_example() {
        let forms = VERBS.map(grammar::verb).into_iter();
        let others = [grammar::routine(), grammar::block(), grammar::param(), grammar::cue()];
        for form in forms.chain(others) {
            for field in &form.fields {
                let schema = described(field);
                let (form, name) = (form.name, field.name);
                assert!(schema["description"].as_str().is_some_and(|text| text.len() > 10));
                let examples = schema["examples"].as_array().map(Vec::len);
                assert!(examples > Some(0), "{form}: {name} has no example");
                for text in field.examples {
                    let read = serde_json::from_str::<Value>(text);
                    assert!(read.is_ok(), "{form}: {name}: {text} is no JSON");
                }
            }
        }
    }
}
