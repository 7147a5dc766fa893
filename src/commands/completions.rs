//! `earcoach completions`: what lets a shell complete the command line.

use std::io::{self, Write};

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command, CommandFactory, ValueHint};
use clap_complete::Shell;

use crate::cli::{Cli, Completions};
use crate::error::{Error, ExitCode};
use crate::routine::BUILT_IN;
use crate::voice;

/// What the program is called.
const NAME: &str = "earcoach";

pub fn run(args: &Completions) -> Result<ExitCode, Error> {
    io::stdout().write_all(script(args.shell).as_bytes()).map_err(Error::output)?;
    Ok(ExitCode::Done)
}

fn script(shell: Shell) -> String {
    let mut command = hinted(Cli::command());
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, NAME, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        Shell::Bash => script + &files_beside_names(),
        Shell::Zsh => names_or_files(script),
        Shell::Fish => {
            let any = " -r -f -a ";
            let voice = format!("\"{}\\t", voice::BUILT_IN);
            script.replace(&format!("{any}{voice}"), &format!(" -r -F -a {voice}"))
                + &positional_names(&command)
        }
        _ => script,
    }
}

/// The command line with what shells are to complete its values with.
fn hinted(command: Command) -> Command {
    command.mut_args(hinted_value).mut_subcommands(hinted)
}

/// A value is completed by what the help calls it.
fn hinted_value(arg: Arg) -> Arg {
    if !arg.get_action().takes_values() || !arg.get_possible_values().is_empty() {
        return arg;
    }
    let id = arg.get_id().as_str().to_ascii_uppercase();
    let called = arg.get_value_names().map_or(id, |names| names[0].to_string());
    match called.as_str() {
        "ROUTINE" => arg.value_parser(PossibleValuesParser::new(routines())),
        "VOICE" | "NAME|DIR" => arg.value_parser(PossibleValuesParser::new([voice::BUILT_IN])),
        "FILE" | "FILE|DIR" | "PACK" | "PATH" => arg.value_hint(ValueHint::FilePath),
        "DIR" => arg.value_hint(ValueHint::DirPath),
        "NAME|COMMAND" => arg.value_hint(ValueHint::CommandName),
        _ => arg.value_hint(ValueHint::Other),
    }
}

/// The names that may stand where a file may stand as well.
fn routines() -> Vec<&'static str> {
    BUILT_IN.iter().map(|routine| routine.name).collect()
}

/// For bash, which would complete nothing but the names where one of them fits.
fn files_beside_names() -> String {
    let names: Vec<&str> = routines().into_iter().chain([voice::BUILT_IN]).collect();
    let any_name = format!("*\" {} \"*", names.join(" \"*|*\" "));
    format!(
        r#"
_{NAME}_or_file() {{
    _{NAME} "$@"
    case " ${{COMPREPLY[*]}} " in
        {any_name})
            local file
            compopt -o filenames 2>/dev/null
            while IFS= read -r file; do
                COMPREPLY+=("$file")
            done < <(compgen -f -- "$2")
            ;;
    esac
}}
complete -F _{NAME}_or_file -o bashdefault -o default {NAME}
"#
    )
}

/// For zsh, which would complete nothing but the names.
fn names_or_files(script: String) -> String {
    let sets = [routines(), vec![voice::BUILT_IN]];
    sets.iter().fold(script, |script, names| {
        let names = format!("({})", names.join(" "));
        let or_files = format!(r#"{{_alternative "names\:name\:{names}" "files\:file\:_files"}}"#);
        script.replace(&format!(":{names}'"), &format!(":{or_files}'"))
    })
}

/// For fish, which would complete files alone where a command takes names without an option.
fn positional_names(command: &Command) -> String {
    let mut lines = String::new();
    for below in command.get_subcommands() {
        let at = format!("__fish_{NAME}_using_subcommand {}", below.get_name());
        lines += &names_at(below, &at);
        for last in below.get_subcommands() {
            lines += &names_at(
                last,
                &format!("{at}; and __fish_seen_subcommand_from {}", last.get_name()),
            );
        }
    }
    lines
}

fn names_at(command: &Command, condition: &str) -> String {
    let values = command.get_positionals().flat_map(Arg::get_possible_values);
    let names: Vec<String> = values.map(|value| value.get_name().into()).collect();
    if names.is_empty() {
        return String::new();
    }
    format!("complete -c {NAME} -n \"{condition}\" -a \"{}\"\n", names.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_completed_by_what_it_is_called() {
        let command = hinted(Cli::command());
        let export = command.find_subcommand("export").unwrap();
        let value = |id: &str| export.get_arguments().find(|arg| arg.get_id() == id).unwrap();
        let hints =
            ["output", "tracks", "music", "tts", "bitrate"].map(|id| value(id).get_value_hint());
        let (file, folder) = (ValueHint::FilePath, ValueHint::DirPath);
        assert_eq!(hints, [file, folder, file, ValueHint::CommandName, ValueHint::Other]);
        let names = |id: &str| -> Vec<String> {
            let values = value(id).get_possible_values();
            values.iter().map(|value| value.get_name().into()).collect()
        };
        assert_eq!(names("routine"), routines());
        assert_eq!(names("voice"), ["heart"]);
        assert_eq!(names("side"), ["left", "right", "both"]);
    }

    #[test]
    fn a_shell_completes_files_where_it_completes_names() {
        let zsh = script(Shell::Zsh);
        let alternative = r#"{_alternative "names\:name\:(calf-cramp"#;
        assert_eq!(zsh.matches("(calf-cramp").count(), zsh.matches(alternative).count());
        let fish = script(Shell::Fish);
        assert!(!fish.contains("-r -f -a \"heart"), "{fish}");
        let record =
            "__fish_earcoach_using_subcommand voice; and __fish_seen_subcommand_from record";
        let names = routines().join(" ");
        assert!(fish.contains(&format!("-n \"{record}\" -a \"{names}\"\n")), "{fish}");
    }
}
