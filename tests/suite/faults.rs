//! What goes wrong around the program, as far as it is quick to try; `scripts/test-faults` does
//! the rest.

use std::process::{Command, Stdio};

use crate::device::Device;
use crate::support::{Program, earcoach};

const SHORT: &str = r#"{ "steps": [{ "say": "Well done." }] }"#;

/// Runs a program after a few words of the shell, and gives its exit code and what it said.
fn after(words: &str, program: &Program, device: Option<&Device>) -> (Option<i32>, String) {
    let plain = program.command();
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{words}; exec \"$@\""), "sh"]);
    command.arg(plain.get_program()).args(plain.get_args()).current_dir(program.folder.path());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(device) = device {
        device.dress(&mut command);
    }
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn few_descriptors_are_an_error_with_its_code_and_never_a_panic() {
    let device = Device::new().speed(20.0);
    for args in
        ["play short.json --quiet", "devices", "voice record me --lines", "export short.json -f"]
    {
        // With three there is none to load the program's libraries with.
        for descriptors in 4..24 {
            let program = earcoach(args).file("short.json", SHORT);
            let (code, said) = after(&format!("ulimit -n {descriptors}"), &program, Some(&device));
            assert!(!said.contains("panicked"), "{args}, {descriptors}: {said}");
            let expected = [Some(0), Some(1), Some(3), Some(4)];
            assert!(expected.contains(&code), "{args}, {descriptors}: {code:?} {said}");
            assert!(code == Some(0) || !said.is_empty(), "{args}, {descriptors}: {code:?}");
        }
    }
}

#[test]
fn without_a_home_the_own_routine_is_exported_and_the_built_in_voice_speaks() {
    let program = earcoach("export short.json --quiet").file("short.json", SHORT);
    let words = "unset HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME";
    assert_eq!(after(words, &program, None), (Some(0), String::new()));
    assert!(program.folder.path().join("short.wav").exists());
    let program = earcoach("list");
    assert_eq!(after(words, &program, None), (Some(0), String::new()));
}

#[test]
fn a_reader_that_has_gone_is_no_error_and_nothing_is_said_of_it() {
    let device = Device::new().speed(20.0);
    for args in
        ["list", "show", "show --json", "export short.json -o -", "play short.json --events"]
    {
        let program = earcoach(args).file("short.json", SHORT);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = program.command();
        device.dress(&mut command);
        let output = command.arg("--quiet").stdin(Stdio::null()).stdout(writer).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said), (Some(0), String::new()), "{args}");
    }
}

#[test]
fn no_socket_is_opened_that_leads_out_of_the_machine() {
    let device = Device::new().speed(20.0);
    for args in ["export short.json --quiet", "play short.json --quiet", "list", "check short.json"]
    {
        let program = earcoach(args).file("short.json", SHORT);
        let plain = program.command();
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-e", "trace=execve,socket", "-o", "calls"]);
        strace.arg(plain.get_program()).args(plain.get_args()).current_dir(program.folder.path());
        device.dress(&mut strace);
        strace.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        let output = strace.stdin(Stdio::null()).output().expect("scripts/test installs strace");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let calls = std::fs::read_to_string(program.folder.path().join("calls")).unwrap();
        assert!(calls.contains("execve("), "{calls}");
        let elsewhere = |call: &&str| call.contains("socket(") && !call.contains("socket(AF_UNIX");
        assert_eq!(calls.lines().find(elsewhere), None, "{args}");
    }
}
