//! The grammar of routines as a JSON Schema (draft 2020-12,
//! json-schema.org/draft/2020-12/schema), for editors: they complete what is typed and underline
//! what is wrong.

use serde_json::{Map, Value, json};

use super::grammar::{self, Field, Form, PLACEHOLDERS, Takes, VERBS};

/// The schema that stands for a name of a parameter where a value is expected.
const PARAM: &str = "#/$defs/param";

/// The schema of a routine file.
pub fn schema() -> Value {
    let mut root = object(&grammar::routine());
    let more = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:earcoach:routine",
        "title": "earcoach routine",
        "required": ["steps"],
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
                { "type": "string", "pattern": "^([0-9]+(\\.[0-9]+)?h)?([0-9]+(\\.[0-9]+)?m)?([0-9]+(\\.[0-9]+)?s)?([0-9]+ms)?$", "minLength": 2 },
                { "type": "number", "exclusiveMinimum": 0, "maximum": 86400 },
                { "$ref": PARAM },
            ],
            "examples": ["60s", "1m30s", "500ms"],
        },
        "moment": {
            "description": "A moment: a duration, or 0 for the very begin",
            "anyOf": [{ "$ref": "#/$defs/duration" }, { "const": 0 }, { "const": "0s" }],
        },
        "words": {
            "type": "string",
            "maxLength": 1000,
            "description": format!("Words to be spoken; {}", placeholders.join(", ")),
        },
        "phrases": {
            "anyOf": [
                { "$ref": "#/$defs/words" },
                { "type": "array", "items": { "$ref": "#/$defs/words" } },
            ],
        },
        "speech": {
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
            "anyOf": [{ "$ref": "#/$defs/steps" }, required(object(&grammar::block()), &["steps"])],
        },
        "cue": required(object(&grammar::cue()), &["at", "say"]),
    });
    for verb in VERBS {
        all[verb] = main_or_object(&grammar::verb(verb));
    }
    all
}

fn name_of_param() -> Value {
    json!({ "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 40 })
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
    let main = form.fields.iter().find(|field| field.name == main);
    let main = main.map_or(json!({}), |field| main_value(form, field));
    json!({ "description": form.about, "anyOf": [main, whole] })
}

fn main_value(form: &Form, field: &Field) -> Value {
    // An object by talk level could not be told from the verb's own object.
    match (form.name, &field.takes) {
        ("say", _) => json!({ "$ref": "#/$defs/pool" }),
        (_, takes) => value(takes),
    }
}

fn object(form: &Form) -> Value {
    let properties = form.fields.iter().map(|field| (field.name.to_string(), described(field)));
    json!({
        "type": "object",
        "description": form.about,
        "properties": properties.collect::<Map<_, _>>(),
        "additionalProperties": false,
    })
}

fn required(mut object: Value, names: &[&str]) -> Value {
    object["required"] = json!(names);
    object
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
    let examples: Vec<Value> =
        field.examples.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
    if !examples.is_empty() {
        schema["examples"] = json!(examples);
    }
    schema
}

fn value(takes: &Takes) -> Value {
    let defined = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    let or_param = |value: Value| json!({ "anyOf": [value, { "$ref": PARAM }] });
    match takes {
        Takes::Text => json!({ "type": "string" }),
        Takes::Value => json!({ "type": ["string", "number", "boolean"] }),
        Takes::Name => json!({ "type": "string", "maxLength": 80 }),
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
            "additionalProperties": { "type": ["string", "number", "boolean"] },
        }),
    }
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
