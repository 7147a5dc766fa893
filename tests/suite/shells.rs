//! Completions in the shells that they are for, and the manual pages as man reads them.

use std::process::Command;

use crate::support::{earcoach, tool};

/// What bash offers for the last of the words of a command, sorted.
fn completed_by_bash(words: &str) -> Vec<String> {
    let script = earcoach("completions bash").run().exits(0);
    std::fs::write(script.path("script.bash"), &script.stdout).unwrap();
    for file in ["evening one.json", "calf-cramp.wav"] {
        std::fs::write(script.path(file), "").unwrap();
    }
    let ask = r#"
        . ./script.bash
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _earcoach_or_file earcoach "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let words = words.split(' ');
    let mut command = Command::new("bash");
    command.args(["--norc", "-c", ask, "bash"]).args(words).current_dir(script.folder.path());
    let mut offered: Vec<String> = String::from_utf8(command.output().unwrap().stdout)
        .unwrap()
        .lines()
        .map(String::from)
        .collect();
    offered.sort();
    offered
}

#[test]
fn bash_completes_subcommands_and_values() {
    assert_eq!(completed_by_bash("earcoach ex"), ["export"]);
    assert_eq!(completed_by_bash("earcoach voice re"), ["record"]);
    assert_eq!(completed_by_bash("earcoach export --side "), ["both", "left", "right"]);
    assert_eq!(completed_by_bash("earcoach export --fo"), ["--force", "--format"]);
}

#[test]
fn bash_completes_files_beside_the_names_of_routines() {
    let offered = completed_by_bash("earcoach verify calf");
    assert_eq!(offered, ["calf-cramp", "calf-cramp.wav", "calf-stretch"]);
    assert_eq!(completed_by_bash("earcoach play --take even"), ["evening one.json"]);
}

#[test]
fn the_shells_can_read_their_scripts() {
    for shell in ["bash", "zsh", "fish"] {
        let ran = earcoach(&format!("completions {shell}")).run().exits(0);
        let script = ran.path("script");
        std::fs::write(&script, &ran.stdout).unwrap();
        assert_eq!(tool(shell, &["-n", script.to_str().unwrap()]), (Vec::new(), String::new()));
    }
}

#[test]
fn fish_completes_subcommands_names_and_files() {
    let script = earcoach("completions fish").run().exits(0);
    let offered = |line: &str| {
        let ask =
            format!("source {}; complete -C '{line}'", script.path("earcoach.fish").display());
        let (out, _) = tool("fish", &["--no-config", "-c", &ask]);
        let lines = String::from_utf8(out).unwrap();
        lines.lines().map(|line| line.split('\t').next().unwrap().to_string()).collect::<Vec<_>>()
    };
    std::fs::write(script.path("earcoach.fish"), &script.stdout).unwrap();
    assert_eq!(offered("earcoach ex"), ["export"]);
    assert_eq!(offered("earcoach play box"), ["box-breathing"]);
    assert_eq!(offered("earcoach voice record me desk"), ["desk-break"]);
}

#[test]
fn the_same_scripts_and_pages_are_written_every_time() {
    let shells =
        ["bash", "zsh", "fish", "elvish", "powershell"].map(|s| format!("completions {s}"));
    for command in shells.iter().map(String::as_str).chain(["man"]) {
        let (first, second) = (earcoach(command).run().exits(0), earcoach(command).run().exits(0));
        assert!(!first.stdout.is_empty());
        assert_eq!(first.text(), second.text());
    }
}

#[test]
fn man_reads_every_page_without_a_warning() {
    let ran = earcoach("man --dir pages").run().exits(0);
    let names = std::fs::read_dir(ran.path("pages")).unwrap();
    let mut pages: Vec<_> = names.map(|page| page.unwrap().path()).collect();
    pages.sort();
    assert_eq!(ran.stderr, format!("wrote pages: {} pages\n", pages.len()));
    for page in &pages {
        let (text, warnings) = tool("man", &["--warnings", "-l", page.to_str().unwrap()]);
        assert_eq!(warnings, "", "{}", page.display());
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("SEE ALSO"), "{}", page.display());
    }
    let alone = earcoach("man").run().exits(0);
    assert_eq!(std::fs::read(ran.path("pages/earcoach.1")).unwrap(), alone.stdout);
}

#[test]
fn a_page_of_the_users_is_not_replaced_unasked() {
    let ran = earcoach("man --dir .").file("earcoach-play.1", "mine").run().exits(1);
    assert_eq!(
        ran.stderr,
        "error: `./earcoach-play.1` exists already; add --force to replace it, or name another file\n"
    );
    assert_eq!(ran.files(), ["earcoach-play.1"]);
    let ran = earcoach("man --dir . --force").within(ran).run().exits(0);
    assert_ne!(std::fs::read_to_string(ran.path("earcoach-play.1")).unwrap(), "mine");
}

#[test]
fn a_shell_that_is_not_known_is_refused() {
    let ran = earcoach("completions tcsh").run().exits(2);
    assert!(ran.stderr.contains("[possible values: bash, elvish, fish, powershell, zsh]"));
}
