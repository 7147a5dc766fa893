//! Who speaks a language, of the voices that each synthesiser has.

use std::fs::File;
use std::io::Read;
use std::path::{self, Path, PathBuf};

use crate::language::Language;

/// What a model says of itself may have, in bytes: they have some 5,000.
const MOST_ABOUT: u64 = 1_000_000;
/// Voices of macOS that speak plainly; others of the same language sing, whisper or ring.
const PLAIN: [&str; 24] = [
    "Samantha", "Daniel", "Karen", "Moira", "Tessa", "Rishi", "Anna", "Thomas", "Amélie", "Mónica",
    "Paulina", "Alice", "Luciana", "Joana", "Ellen", "Xander", "Alva", "Sara", "Nora", "Satu",
    "Zosia", "Milena", "Kyoko", "Yuna",
];

/// espeak-ng's voice for a language tag. It knows tags in small letters, and takes the nearest to
/// one that it has not: `de` for `de-ch`.
pub fn of_espeak(language: &str) -> String {
    language.to_ascii_lowercase()
}

/// kokoro's voice for a language tag, by the list of voices that comes with the model
/// Kokoro-82M v1.0; `None` where it has none.
pub fn of_kokoro(language: &str) -> Option<&'static str> {
    let tag = language.to_ascii_lowercase();
    Some(match tag.split('-').next()? {
        "en" if tag.starts_with("en-gb") => "bf_emma",
        "en" => "af_heart",
        "es" => "ef_dora",
        "fr" => "ff_siwis",
        "hi" => "hf_alpha",
        "it" => "if_sara",
        "ja" => "jf_alpha",
        "pt" => "pf_dora",
        "zh" => "zf_xiaobei",
        _ => return None,
    })
}

/// The voice of macOS for a language tag, out of what `say -v '?'` lists: the region's own before
/// others, plain ones before others; `None` where there is none.
///
/// A line has a name, which may have spaces in it, a locale, and `#` with a sentence.
pub fn of_say<'a>(list: &'a str, language: &str) -> Option<&'a str> {
    let voice = |line: &'a str| {
        let (name, locale) = line.split_once('#')?.0.trim_end().rsplit_once(char::is_whitespace)?;
        Some((name.trim(), locale.replace('_', "-")))
    };
    let primary = |tag: &str| tag.split('-').next().map(str::to_ascii_lowercase);
    let fitting = list.lines().filter_map(voice);
    let fitting = fitting.filter(|(_, locale)| primary(locale) == primary(language));
    let rank = |(name, locale): &(&str, String)| {
        (!locale.eq_ignore_ascii_case(language), !PLAIN.contains(name))
    };
    fitting.min_by_key(rank).map(|(name, _)| name)
}

/// The file of a model for piper: the path itself, or a name as its makers give it, without the
/// ending, of a file in this folder.
pub fn piper_model(name: &str) -> Option<PathBuf> {
    let files = [PathBuf::from(name), PathBuf::from(format!("{name}.onnx"))];
    files.into_iter().find(|file| file.is_file()).and_then(|file| path::absolute(file).ok())
}

/// The language that a model for piper speaks, as the file beside it says; `None` where it says
/// nothing.
pub fn of_piper(model: &Path) -> Option<Language> {
    let mut about = model.as_os_str().to_owned();
    about.push(".json");
    let mut text = Vec::new();
    File::open(about).ok()?.take(MOST_ABOUT).read_to_end(&mut text).ok()?;
    let about: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let said = about.pointer("/language/family").or_else(|| about.pointer("/espeak/voice"))?;
    said.as_str()?.to_ascii_lowercase().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn kokoro_speaks_some_languages_and_no_others() {
        let voices = ["en-US", "en", "en-GB", "fr-CA", "de-DE", "eno"].map(of_kokoro);
        let expected = [Some("af_heart"), Some("af_heart"), Some("bf_emma"), Some("ff_siwis")];
        assert_eq!(voices[..4], expected);
        assert_eq!(voices[4..], [None, None]);
    }

    #[test]
    fn of_the_systems_voices_a_plain_one_of_the_region_speaks() {
        let list = "\
Albert              en_US    # Hello! My name is Albert.
Anna                de_DE    # Hallo! Ich heiße Anna.
Daniel              en_GB    # Hello! My name is Daniel.
Eddy (German (Germany)) de_DE    # Hallo! Ich heiße Eddy.
Grandma (French (Canada)) fr_CA    # Bonjour, je m’appelle Grandma.
Samantha            en_US    # Hello! My name is Samantha.
Thomas              fr_FR    # Bonjour, je m’appelle Thomas.
nonsense
";
        let voice = |language| of_say(list, language);
        assert_eq!(voice("en-US"), Some("Samantha"));
        assert_eq!(voice("en-gb"), Some("Daniel"));
        assert_eq!(voice("en"), Some("Daniel"));
        assert_eq!(voice("de-CH"), Some("Anna"));
        assert_eq!(voice("fr-CA"), Some("Grandma (French (Canada))"));
        assert_eq!(voice("fr"), Some("Thomas"));
        assert_eq!(voice("it"), None);
    }

    #[test]
    fn a_model_for_piper_says_what_it_speaks() {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("thorsten.onnx");
        fs::write(&model, "").unwrap();
        let about = |text: &str| {
            fs::write(folder.path().join("thorsten.onnx.json"), text).unwrap();
            of_piper(&model).map(|language| language.to_string())
        };
        assert_eq!(about(r#"{"language": {"family": "de"}}"#).as_deref(), Some("de"));
        assert_eq!(about(r#"{"espeak": {"voice": "en-us"}}"#).as_deref(), Some("en"));
        assert_eq!(about(r#"{"language": {"family": 7}}"#), None);
        assert_eq!(about("no JSON"), None);
        let path = folder.path().join("thorsten");
        assert_eq!(piper_model(path.to_str().unwrap()), Some(model));
        assert_eq!(piper_model(folder.path().join("none").to_str().unwrap()), None);
    }
}
