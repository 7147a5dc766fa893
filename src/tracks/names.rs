//! What tracks are called. Labels come from strangers: a file's name has ASCII letters, figures,
//! spaces and hyphens alone, and begins with a number, so that no system takes it for
//! something else (as Windows would `con`) and every player has it in its place.

use deunicode::deunicode;

use crate::parts::{Leave, Part};

/// The most letters of a label in a file's name: small screens show no more.
const LONGEST_LABEL: usize = 36;
/// Names that Windows keeps for devices, whatever their ending ("Naming Files, Paths, and
/// Namespaces", section "Naming conventions").
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// A track's name for people.
pub fn title(part: &Part) -> String {
    match next(part) {
        Some(next) => format!("{} - {next}", part.name),
        None => part.name.clone(),
    }
}

/// The name of the file of the track `number` of `count`.
pub fn file(part: &Part, number: usize, count: usize, ending: &str) -> String {
    let label = safe(&part.name).unwrap_or_else(|| "Part".into());
    let next = next(part).map(|next| format!(" - {next}")).unwrap_or_default();
    format!("{}{label}{next}.{ending}", numbered(number, count))
}

/// What file names begin with: numbers of as many figures, two at least.
pub fn numbered(number: usize, count: usize) -> String {
    let figures = count.to_string().len().max(2);
    format!("{number:0figures$} ")
}

/// The playlist's name, after the routine.
pub fn playlist(routine: &str) -> String {
    let name = safe(routine).unwrap_or_else(|| "tracks".into());
    if is_device(&name) { format!("{name}-tracks.m3u8") } else { format!("{name}.m3u8") }
}

/// Whether Windows takes a file of this name for a device, whatever its ending.
pub fn is_device(name: &str) -> bool {
    let lower = name.to_lowercase();
    let without_figure = lower.strip_suffix(|c: char| c.is_ascii_digit());
    DEVICES.contains(&lower.as_str())
        || without_figure.is_some_and(|name| NUMBERED_DEVICES.contains(&name))
}

/// What "next" means in a part, if it is more than that.
fn next(part: &Part) -> Option<&'static str> {
    part.leave.map(|leave| match leave {
        Leave::AtLimit => "Next at your limit",
        Leave::WhenReady => "Next when ready",
    })
}

/// A text as a part of a file's name, if anything is left of it.
fn safe(text: &str) -> Option<String> {
    // As many as could be needed: one letter may be written as several, or as none.
    let start: String = text.chars().take(4 * LONGEST_LABEL).collect();
    let is_letter = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let letters = deunicode(&start).replace(['\'', '"'], "");
    let spaced: String = letters.chars().map(|c| if is_letter(&c) { c } else { ' ' }).collect();
    let mut name = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    name.truncate(LONGEST_LABEL);
    let name = name.trim_matches([' ', '-']);
    (!name.is_empty()).then(|| name.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Frames;

    fn part(name: &str, leave: Option<Leave>) -> Part {
        Part { name: name.into(), from: Frames(0), until: Frames(9), leave }
    }

    #[test]
    fn a_name_says_what_next_means() {
        let deepen = part("Deepen", Some(Leave::AtLimit));
        assert_eq!(title(&deepen), "Deepen - Next at your limit");
        assert_eq!(file(&deepen, 4, 19, "wav"), "04 Deepen - Next at your limit.wav");
        let wait = part("Wait", Some(Leave::WhenReady));
        assert_eq!(file(&wait, 100, 100, "flac"), "100 Wait - Next when ready.flac");
        assert_eq!(title(&part("Calf: hold", None)), "Calf: hold");
        assert_eq!(file(&part("Calf: hold (left)", None), 5, 100, "wav"), "005 Calf hold left.wav");
    }

    #[test]
    fn no_label_makes_a_name_that_does_harm() {
        let name = |label: &str| file(&part(label, None), 1, 1, "wav");
        for (label, expected) in [
            ("../../etc/passwd", "01 etc passwd.wav"),
            ("C:\\con|<>?*\"", "01 C con.wav"),
            ("a\u{1b}[2J\n\r\0b\u{202e}c", "01 a 2J bc.wav"),
            ("  . .. -- ", "01 Part.wav"),
            ("", "01 Part.wav"),
            ("Don't go", "01 Dont go.wav"),
            ("Füße dehnen, Ängström", "01 Fusse dehnen Angstrom.wav"),
            ("\u{10ffff}\u{fffd}", "01 Part.wav"),
        ] {
            assert_eq!(name(label), expected);
        }
        assert_eq!(name(&"long ".repeat(2000)).len(), "01 .wav".len() + LONGEST_LABEL);
    }

    #[test]
    fn the_playlist_has_the_routines_name_unless_that_is_a_devices() {
        let names = ["calf-cramp", "CON", "lpt1", "lpt", "lpt12", "../x", "-"].map(playlist);
        let expected = [
            "calf-cramp.m3u8",
            "CON-tracks.m3u8",
            "lpt1-tracks.m3u8",
            "lpt.m3u8",
            "lpt12.m3u8",
            "x.m3u8",
            "tracks.m3u8",
        ];
        assert_eq!(names, expected);
    }
}
