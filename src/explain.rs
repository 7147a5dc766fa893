//! What each kind of problem means, at length: `earcoach check --explain CODE`.

/// Every code of a problem with what it means and what to do about it.
pub const CODES: [(&str, &str); 63] = [
    (
        "bad-clip",
        "The file is there, but it is no audio that can be played: a WAV, FLAC, MP3 or Ogg Vorbis file, at most 10 minutes and 128 MB, with 8,000 to 192,000 frames a second. Convert it, for example with `ffmpeg -i clip.m4a clip.wav`.",
    ),
    (
        "bad-duration",
        "A duration is written like \"5s\", \"1m30s\" or \"500ms\", or as a number of seconds: longer than nothing, at most a day, in whole milliseconds. Where something is done several times in it (`every`, breaths), it is a whole number of those.",
    ),
    (
        "bad-name",
        "A parameter's name has small letters, figures and `_`, begins with a letter, and is none of the placeholders that the coach fills itself: side, round, rounds, next, time.",
    ),
    (
        "block-recursion",
        "A block uses itself, directly or by way of others, so it would never end. For steps that come again there is `repeat`.",
    ),
    (
        "circular-params",
        "Parameters take their values from each other in a circle, so none of them has one. Give one of them a value of its own.",
    ),
    (
        "clip-outside",
        "Routines are passed on between strangers, so a clip has to lie in the folder of its routine, or in a folder within it. Absolute paths, `..` and links that lead out of it are refused. Copy the file beside the routine.",
    ),
    (
        "conflicting-fields",
        "Two fields say different things about the same, or one has no meaning without another. Keep the one that is meant.",
    ),
    (
        "deepen-pace",
        "A cramped muscle is given 15 seconds between one deepening and the next; see the calf-cramp routine. Set `every` to \"15s\", or choose another `kind` if this routine is not for a cramp.",
    ),
    (
        "duplicate-field",
        "The same key stands twice in one object. JSON readers would take one of them and drop the other without a word, so neither is taken. Keep the one that is meant.",
    ),
    (
        "empty-routine",
        "There are no steps, so there is nothing to do. Add one, for example `{ \"hold\": \"60s\" }`.",
    ),
    (
        "missing-clip",
        "There is no file of this name. The path counts from the folder that the routine lies in, whatever folder the command is given in.",
    ),
    (
        "missing-field",
        "Something has to be said that has no default: how long, how often, or what it is called. The help of the message shows how.",
    ),
    (
        "missing-language",
        "The voice speaks a language that these words are not given in. Write them by language, `{ \"en\": \"Hold.\", \"de\": \"Halte.\" }`, translate them in a file of words beside the routine (`NAME.de.json` beside `NAME.json`: `{ \"language\": \"de\", \"words\": { \"Hold.\": \"Halte.\" } }`), or choose a voice of the routine's own language. `--fall-back VOICE` lets another voice say in its language what is missing.",
    ),
    (
        "missing-words",
        "The voice has no recorded clips for these words. `earcoach voice list --words` shows what it can say; several clips may make up a sentence, and figures are read as words. Say it with those words, have them spoken by a synthesiser (`earcoach voice fill`), record them (`earcoach voice record`), or say nothing with `\"\"`.",
    ),
    (
        "never-plays",
        "Something is written that nobody will ever hear: a dose for a round that does not come, words for a deepening that is not there, a reminder after the end of its step. Take it out, or change the number that makes it so.",
    ),
    (
        "no-next",
        "`{next}` is the name of the timed step that comes next, and after this one none comes. Take it out of the last step's words.",
    ),
    (
        "no-round",
        "`{round}` and `{rounds}` count the rounds of the `repeat` around a step, and there is none around this one.",
    ),
    (
        "no-side",
        "`{side}` names the side that is worked on, and there is none here. Put the step into `sides`, give it a `side`, choose one with --side, or give the routine a `side_word` such as \"sore\" that is said instead.",
    ),
    (
        "no-time",
        "`{time}` says how long its step lasts. Only timed steps last, and only whole seconds can be said.",
    ),
    (
        "not-utf8",
        "A routine is a text file in UTF-8, as every editor saves it today. Save it anew with that encoding.",
    ),
    (
        "one-verb",
        "A step is an object with one verb as its key: `{ \"hold\": \"60s\" }`. Give each verb a step of its own; the fields of a verb go inside it: `{ \"hold\": { \"for\": \"60s\", \"name\": \"Calf\" } }`.",
    ),
    (
        "out-of-range",
        "A number, a time or a text is smaller or larger than it may be. The message says what it may be.",
    ),
    (
        "short-hold",
        "In a routine for a cramp each stretch is held for 60 full seconds. Hold longer, or choose another `kind` if this routine is not for a cramp.",
    ),
    (
        "stretch-too-early",
        "A fibre that has begun to contract finishes its contraction; pulled the other way meanwhile it can tear. So a routine of kind `cramp` first helps the muscle to finish (`squeeze`, `release`, again, and `breathe`) and only then deepens and holds a stretch.",
    ),
    (
        "syntax",
        "The file is no JSON. Strings and keys stand in double quotes; members and items are parted by commas, with none after the last; there are no comments.",
    ),
    (
        "too-deep",
        "Steps lie within steps more than 64 levels deep, or brackets more than 200. Nobody needs that: use blocks, or fewer levels.",
    ),
    (
        "too-large",
        "The text, its steps or its clips are more than a routine may hold. The message says how much it may be.",
    ),
    ("too-long", "A routine lasts 24 hours at most, or what `--longest` allows."),
    (
        "too-many-cues",
        "A routine has 1,000,000 words and tones at most. Repeat its steps less often.",
    ),
    (
        "uneven-sides",
        "One side gets more time than the other. `sides` does the same steps once for each side; where steps name their own `side`, give both the same times.",
    ),
    ("unknown-block", "`use` names a block that is not declared in `blocks`."),
    (
        "unknown-field",
        "This field is not known here. Unknown fields are refused, since a misspelt one would be a wish that nobody hears. The reference lists them all: docs/reference.md.",
    ),
    (
        "unknown-language",
        "A language is written by its tag: `en`, `de`, `pt-BR`. Only its first part matters. A file of words says in `language` what its name says.",
    ),
    (
        "unknown-param",
        "A name is used that no parameter has. Parameters are declared in `params` at the top of the routine, or in the block that uses them.",
    ),
    (
        "unknown-placeholder",
        "Words in braces are filled by the coach: `{side}`, `{round}`, `{rounds}`, `{next}`, `{time}`, and the names of the routine's own `params`.",
    ),
    ("unknown-value", "The field takes one of a few names, and this is none of them."),
    (
        "unknown-verb",
        "There is no such verb. `work` is the one for any timed exercise, with its `name`.",
    ),
    (
        "unknown-voice",
        "A routine may name a voice that is built in, or one in your own folder of voices; a voice pack elsewhere is chosen with --voice DIR.",
    ),
    ("unreadable", "The file could not be read at all; the message says why."),
    (
        "unused-block",
        "A block is declared that no step uses. Use it with `{ \"use\": \"NAME\" }`, or take it out.",
    ),
    (
        "unused-clip",
        "An audio file lies beside clips that are played, and no step plays it: perhaps its name was misspelt.",
    ),
    (
        "unused-words",
        "A file of words beside the routine translates a text that the routine does not have. The texts have to be the same to the letter, placeholders such as `{time}` included. Copy it anew, or take it out.",
    ),
    (
        "unused-param",
        "A parameter is declared that nothing uses, so changing it would change nothing. Write `\"$name\"` in place of a value, or `{name}` within words.",
    ),
    (
        "voice-overruns",
        "Two lines would be spoken at the same time, or words would run on past the end of their step. Nothing is ever shifted or cut in silence, so it is an error. Use fewer words, give the step more time, or move one of the two.",
    ),
    (
        "wrong-type",
        "The field takes another type of value, such as a string where a number was found.",
    ),
    (
        "bad-time",
        "A time in a file to be imported is no time, is earlier than the one it belongs to, or lies beyond 24 hours. The message shows how its format writes times.",
    ),
    (
        "control-character",
        "A file to be imported holds a character that no text needs and that could play tricks on a terminal. Take it out.",
    ),
    (
        "no-label",
        "A line of labels has a begin, an end and a text, parted by tabs, as Audacity exports them.",
    ),
    ("no-phrase", "A line of phrases has a phrase before its `;`; a `*` stands for silence."),
    ("no-seconds", "A line of phrases ends with `;` and the seconds of silence after the phrase."),
    ("not-in-w2a", "The YAML holds something that no workout of w2a has."),
    ("open-quotes", "Words begin with a quotation mark and never end with one."),
    ("too-many", "A file to be imported has more entries than a routine is made of."),
    (
        "two-times",
        "A line of a script has two times, and it is not known which is when its words begin.",
    ),
    (
        "unknown-format",
        "The file is in none of the formats that can be imported, or could be in several; choose one with --from.",
    ),
    (
        "voice-duplicate",
        "Two clips of a voice pack say the very same words, or name the same file. Only the first of two is ever heard: take one out, or give it other words, such as with a question mark or without the full stop.",
    ),
    (
        "voice-file",
        "A file of a voice pack is not there, no mono FLAC or WAV, damaged, or has another length or rate than `voice.json` says. Where it was recorded anew, `earcoach voice record` and `earcoach voice fill` write the manifest themselves.",
    ),
    (
        "voice-language",
        "The language of a voice pack is a tag as BCP 47 has it: `en`, `de-AT`, `pt-BR`. It decides how numbers are said and which words of a routine are meant for the voice.",
    ),
    (
        "voice-level",
        "The clips of a voice are joined into sentences, so they have to be equally loud: -16 LUFS by 1 LU, measured over the words alone as two ears hear them, true peaks at most -1 dBTP. What `voice.json` says has to be what is measured, by 1 dB.",
    ),
    (
        "voice-licence",
        "A voice pack is passed on only with what its licences ask for. Most of them (Apache-2.0, MIT, BSD, Creative Commons with attribution) ask for their text: put it into the pack as a file whose name begins with LICENSE. A clip with a `source` of its own needs a `licence` of its own.",
    ),
    (
        "voice-margin",
        "A clip begins and ends in silence, else it would click where it is joined to others, and has at most 120 ms of it at either end, else the joint would be heard as a gap.",
    ),
    (
        "voice-silent",
        "A clip has words in `voice.json`, but nothing in it is louder than -60 dBFS. Record it again.",
    ),
    (
        "voice-unnamed",
        "A voice pack has an audio file that no clip in `voice.json` names, so it is never heard. Add a clip for it, or take it out.",
    ),
];

/// What a code means.
pub fn explain(code: &str) -> Option<&'static str> {
    CODES.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    /// Every code that stands in the program's own source, by the calls that make problems.
    fn codes_in(folder: &Path, codes: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                codes_in(&path, codes);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let program = text.split("#[cfg(test)]").next().unwrap();
                for call in
                    ["Problem::error(\"", "Problem::warning(\"", "wrong(\"", "refuse(\"", "=> (\""]
                {
                    let found =
                        program.split(call).skip(1).filter_map(|rest| rest.split('"').next());
                    let is_code = |code: &&str| code.contains('-') && !code.contains(' ');
                    codes.extend(found.filter(is_code).map(String::from));
                }
            }
        }
    }

    #[test]
    fn every_code_that_the_program_uses_is_explained_once() {
        let mut used = BTreeSet::new();
        codes_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut used);
        assert!(used.len() > 30, "{used:?}");
        let missing: Vec<_> = used.iter().filter(|code| explain(code).is_none()).collect();
        assert_eq!(missing, Vec::<&String>::new());
        let explained: BTreeSet<_> = CODES.iter().map(|(code, _)| *code).collect();
        assert_eq!(explained.len(), CODES.len());
    }
}
