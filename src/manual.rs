//! The manual pages: what the command line says of itself, and what is not on it.

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::Cli;

/// One manual page.
#[derive(Debug)]
pub struct Page {
    /// What its file is called, such as `earcoach-play.1`.
    pub file: String,
    /// Its text in the language of man(7).
    pub text: String,
}

/// All manual pages: that of the program, and one for each subcommand after it.
pub fn pages() -> Vec<Page> {
    let mut command = Cli::command();
    command.build();
    let mut pages = vec![Page::of(&command, None)];
    for below in command.get_subcommands() {
        pages.push(Page::of(below, Some(&command)));
        pages.extend(below.get_subcommands().map(|last| Page::of(last, Some(below))));
    }
    pages
}

impl Page {
    /// The page of a command that is one `above` another, if it is.
    fn of(command: &Command, above: Option<&Command>) -> Self {
        let man = Man::new(command.clone())
            // Left empty, it would not be written, and what follows be taken for it.
            .date("\"\"")
            .source(concat!("earcoach ", env!("CARGO_PKG_VERSION")))
            .manual("User Commands");
        let mut text = Vec::new();
        write(&man, command, above, &mut text).expect("memory takes all that is written to it");
        Self { file: man.get_filename(), text: String::from_utf8_lossy(&text).into_owned() }
    }
}

fn write(
    man: &Man,
    command: &Command,
    above: Option<&Command>,
    out: &mut Vec<u8>,
) -> std::io::Result<()> {
    let said = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (examples, remarks): (Vec<&str>, Vec<&str>) =
        said.split("\n\n").filter(|block| !block.is_empty()).partition(|b| b.starts_with(EXAMPLES));
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    let mut more = Roff::new();
    let about = if above.is_none() { ABOUT } else { &[] };
    for paragraph in about.iter().chain(&remarks) {
        more.control("PP", []).text([roman(paragraph.replace('\n', " "))]);
    }
    more.to_writer(out)?;
    man.render_options_section(out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(out)?;
    }
    let mut rest = Roff::new();
    if above.is_none() {
        terms(&mut rest, "EXIT STATUS", EXIT_STATUS);
        terms(&mut rest, "FILES", FILES);
        terms(&mut rest, "ENVIRONMENT", ENVIRONMENT);
    }
    let own = above.is_none().then_some(FIRST);
    show(&mut rest, examples.into_iter().chain(own));
    see_also(&mut rest, command, above);
    rest.to_writer(out)
}

/// How a block of examples begins in the help.
const EXAMPLES: &str = "Examples:\n";

/// Examples, line by line as they are.
fn show<'a>(roff: &mut Roff, blocks: impl Iterator<Item = &'a str>) {
    for block in blocks {
        roff.control("SH", ["EXAMPLES"]).control("nf", []);
        for line in block.trim_start_matches(EXAMPLES).lines() {
            roff.text([roman(line.trim_start())]);
        }
        roff.control("fi", []);
    }
}

/// A section of words, each with what it means.
fn terms(roff: &mut Roff, heading: &str, terms: &[(&str, &str)]) {
    roff.control("SH", [heading]);
    for (term, meaning) in terms {
        roff.control("TP", []).text([bold(*term)]).text([roman(*meaning)]);
    }
}

/// The pages above and below a page.
fn see_also(roff: &mut Roff, command: &Command, above: Option<&Command>) {
    let name = |command: &Command| command.get_display_name().unwrap_or("earcoach").to_string();
    let pages: Vec<String> = above.into_iter().chain(command.get_subcommands()).map(name).collect();
    roff.control("SH", ["SEE ALSO"]);
    let mut line = Vec::new();
    for page in &pages {
        let end = if Some(page) == pages.last() { "(1)" } else { "(1), " };
        line.extend([bold(page), roman(end)]);
    }
    roff.text(line);
    if above.is_some() {
        roff.control("PP", []).text([
            bold("earcoach"),
            roman("(1) tells of the exit status, of files and of the environment."),
        ]);
    }
}

/// What the program is, for its own page.
const ABOUT: &[&str] = &[
    "A routine is a list of steps in a JSON file: words, tones, things to do for a time. earcoach lays \
     its words, which are recorded clips of a voice, and its tones on a timeline, each at its exact \
     frame, and plays that while the listener has a say, or writes it to a file.",
    "Six routines and a voice are in the program. Where a command takes a routine, it may be the name \
     of one of these or of one of your own, a file, a bundle, or - for standard input; none means \
     calf-cramp. Without a command, earcoach shows what to begin with.",
];

/// The examples of the program's own page.
const FIRST: &str = "\
earcoach play                      plays the calf-cramp routine
earcoach export -o cramp.opus      writes it to a file, for any music player
earcoach show box-breathing        what a routine says and does, and when
earcoach new evening.json          a routine of your own to begin with";

/// The exit codes; see [`crate::error::ExitCode`].
const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "Done."),
    (
        "1",
        "It failed while running: the disk is full, a file exists already; or verify found a cue out of place.",
    ),
    ("2", "Wrong usage."),
    ("3", "A routine, voice pack, clip, take or audio file is not valid."),
    ("4", "There is no sound device or microphone, or it was lost for good."),
    ("130", "Interrupted."),
];

/// The places that are the user's own, by the XDG Base Directory Specification.
const FILES: &[(&str, &str)] = &[
    ("~/.config/earcoach/routines/", "Routines of your own, found by their names."),
    (
        "~/.local/share/earcoach/voices/",
        "Voices of your own: recorded, installed, or made by voice fill.",
    ),
    ("~/.cache/earcoach/speech/", "What speech synthesisers spoke; it may be removed."),
    (
        "earcoach.schema.json",
        "What new writes beside a routine, for editors to complete and check it.",
    ),
];

/// What is read from the environment.
const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_CACHE_HOME",
        "Stand for ~/.config, ~/.local/share and ~/.cache where they are set.",
    ),
    ("NO_COLOR", "Set to anything, it keeps colour away; --color has precedence."),
    ("PATH", "Where the speech synthesisers are looked for."),
    ("PIPER_MODEL", "The model with which piper speaks when --speaker names none."),
    (
        "EARCOACH_COMMAND",
        "How you call the program, where that is not earcoach; it stands in the commands that play tells for going on.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subcommand_has_its_page() {
        let files: Vec<String> = pages().into_iter().map(|page| page.file).collect();
        assert_eq!(files[..2], ["earcoach.1", "earcoach-export.1"]);
        assert!(files.contains(&"earcoach-voice-record.1".into()), "{files:?}");
    }

    #[test]
    fn a_page_shows_the_examples_as_they_are_and_the_rest_of_the_help_as_text() {
        let pages = pages();
        let new = pages.iter().find(|page| page.file == "earcoach-new.1").unwrap();
        let (before, examples) = new.text.split_once(".SH EXAMPLES\n.nf\n").unwrap();
        assert!(before.contains(
            ".PP\nPut it into ~/.config/earcoach/routines, and it is found by its name.\n"
        ));
        let first =
            "earcoach new evening.json                       a small routine that plays as it is\n";
        assert!(examples.starts_with(first), "{examples}");
        assert!(examples.contains(".SH \"SEE ALSO\"\n\\fBearcoach\\fR(1)\n"), "{examples}");
    }

    #[test]
    fn the_date_of_a_page_is_left_open() {
        let title = ".TH earcoach 1 \"\" \"earcoach 0.1.0\" \"User Commands\"\n";
        assert!(pages()[0].text.contains(&title.replace("0.1.0", env!("CARGO_PKG_VERSION"))));
    }
}
