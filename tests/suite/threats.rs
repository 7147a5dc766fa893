//! The note on threats, `docs/threats.md`, names tests for all that it says.

use std::path::Path;

use crate::support::repository;

/// All Rust below a folder, as one text.
fn sources(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            all.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_line_of_the_note_on_threats_names_tests_that_there_are() {
    let note = std::fs::read_to_string(repository().join("docs/threats.md")).unwrap();
    let mut code = String::new();
    for folder in ["src", "tests"] {
        sources(&repository().join(folder), &mut code);
    }
    let rows: Vec<&str> = note.lines().filter(|line| line.starts_with('|')).skip(2).collect();
    assert!(rows.len() > 20);
    for row in rows {
        let proofs = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        for name in proofs.split(", ") {
            let name = name.trim_matches('`');
            assert!(
                code.contains(&format!("#[test]\nfn {name}()"))
                    || code.contains(&format!("#[test]\n    fn {name}()")),
                "no test `{name}`: {row}"
            );
        }
    }
}
