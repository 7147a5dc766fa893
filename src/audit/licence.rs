//! Whether what the licences of a pack ask for is kept: a clip from elsewhere has its own, and where the
//! text has to be passed on, it is there.

use crate::problem::{Problem, Problems, Span};
use crate::voice::files::is_licence;
use crate::voice::reading::Reading;

/// How the names of licences begin whose text, or a notice of it, has to be passed on with the work
/// (SPDX License List 3.27).
const PASSED_ON: [&str; 15] = [
    "AGPL-",
    "Apache-",
    "Artistic-",
    "BSD-",
    "CC-BY",
    "EPL-",
    "EUPL-",
    "GFDL-",
    "GPL-",
    "ISC",
    "LGPL-",
    "MIT",
    "MPL-",
    "OFL-",
    "Zlib",
];
/// Licences that begin so and ask for nothing.
const FREE: [&str; 1] = ["MIT-0"];

/// Notes what is missing of the licences in a pack of files with these names.
pub fn judge(reading: &Reading, names: &[String], problems: &mut Problems) {
    let has_text = names.iter().any(|name| is_licence(name));
    let clips = reading.manifest.clips.iter().zip(&reading.clips);
    // Where each clip has a licence of its own, nothing is under that of the pack.
    let is_own = clips.clone().all(|(entry, _)| entry.licence.is_some());
    let pack = Some((&reading.manifest.licence, reading.licence)).filter(|_| !is_own);
    let own = clips.clone().filter_map(|(entry, span)| Some((entry.licence.as_ref()?, *span)));
    let mut seen: Vec<&str> = Vec::new();
    for (licence, span) in pack.into_iter().chain(own) {
        if !has_text && is_passed_on(licence) && !seen.contains(&licence.as_str()) {
            seen.push(licence);
            problems.push(no_text(licence, span));
        }
    }
    for (entry, span) in clips {
        if entry.source.is_some() && entry.licence.is_none() {
            let message = format!("`{}` has a source of its own, but no licence", entry.file);
            let problem = Problem::error("voice-licence", *span, message);
            problems.push(problem.help("say under which licence it is, in its `licence`"));
        }
    }
}

fn no_text(licence: &str, span: Span) -> Problem {
    let message = format!("{licence} has to be passed on with its text, and there is none");
    let help = "put the licence's text into the pack, as a file whose name begins with LICENSE";
    Problem::error("voice-licence", span, message).help(help)
}

/// Whether an SPDX expression asks for a text to be passed on, whichever of its licences is chosen.
fn is_passed_on(expression: &str) -> bool {
    let asks = |id: &str| {
        let id = id.trim_matches(['(', ')']);
        PASSED_ON.iter().any(|begin| id.starts_with(begin)) && !FREE.contains(&id)
    };
    expression.split(" OR ").all(|choice| choice.split_whitespace().any(asks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_licences_have_to_go_with_the_work() {
        for licence in
            ["Apache-2.0", "CC-BY-SA-4.0", "(MIT)", "MIT OR Apache-2.0", "CC0-1.0 AND MIT"]
        {
            assert!(is_passed_on(licence), "{licence}");
        }
        for licence in ["CC0-1.0", "MIT-0", "Unlicense OR MIT", "LicenseRef-for-the-family"] {
            assert!(!is_passed_on(licence), "{licence}");
        }
    }
}
