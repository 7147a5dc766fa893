//! What stands beside the program for a Raspberry Pi: the button and the service, each with the
//! program itself on a virtual sound card.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::device::Device;
use crate::support::{earcoach, repository};

/// One that waits for the runner three times.
const ROUTINE: &str = r#"{ "steps": [
    { "deepen": { "until": "limit", "at_most": 6, "times": 2, "every": "6s" } },
    { "hold": "60s" },
    { "rest": "60s" }
] }"#;

/// Presses a button that is not there for as many seconds as each line of the standard input
/// says, by a clock that only the presses move.
const PRESSES: &str = r#"
import sys, threading
from importlib.machinery import SourceFileLoader
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

Device.pin_factory = MockFactory()
sys.dont_write_bytecode = True
button = SourceFileLoader("button", sys.argv[1]).load_module()
pin = Device.pin_factory.pin(button.PIN)
now = 0.0
button.monotonic = lambda: now

def press():
    global now
    for line in sys.stdin:
        pin.drive_low()
        now += float(line)
        pin.drive_high()

threading.Thread(target=press, daemon=True).start()
sys.exit(button.main(sys.argv[2:]))
"#;

/// The command with the program on its path, and with this sound card.
fn dressed(mut command: Command, device: &Device) -> Command {
    let folder = Path::new(env!("CARGO_BIN_EXE_earcoach")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", folder.display()));
    device.dress(&mut command);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    command
}

/// The events of a running program, without cues.
struct Events(Lines<BufReader<ChildStdout>>);

impl Events {
    fn of(child: &mut Child) -> Self {
        Self(BufReader::new(child.stdout.take().unwrap()).lines())
    }

    /// The next ones, up to the first of that name or verb: of steps their verbs, of others their
    /// names.
    fn up_to(&mut self, last: &str) -> Vec<String> {
        let mut told = Vec::new();
        while told.last().is_none_or(|name| name != last) {
            let line = self.0.next().unwrap_or_else(|| panic!("no {last} after {told:?}")).unwrap();
            let event: Value = serde_json::from_str(&line).unwrap();
            let name = if event["event"] == "step" { "verb" } else { "event" };
            told.extend(event[name].as_str().filter(|name| *name != "cue").map(String::from));
        }
        told
    }
}

#[test]
fn a_button_says_limit_next_or_quit_by_how_long_it_is_pressed() {
    let device = Device::new();
    let program = earcoach("play").file("mine.json", ROUTINE);
    let mut python = Command::new("/usr/bin/python3");
    python.args(["-c", PRESSES]);
    python.arg(repository().join("docs/examples/raspberry-pi/earcoach-button"));
    python.args(["mine.json", "--events"]).current_dir(program.folder.path());
    let mut child = dressed(python, &device).spawn().unwrap();
    let mut press = child.stdin.take().unwrap();
    let mut events = Events::of(&mut child);
    assert_eq!(events.up_to("deepen"), ["started", "deepen"]);
    writeln!(press, "0.2").unwrap();
    assert_eq!(events.up_to("hold"), ["limit", "hold"]);
    writeln!(press, "1.5").unwrap();
    assert_eq!(events.up_to("rest"), ["rest"]);
    writeln!(press, "3").unwrap();
    assert_eq!(events.up_to("stopped"), ["stopped"]);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// The command of a line of the service, as a shell takes it, for the routine `mine.json` and a
/// folder for what runs.
fn command_of(service: &str, key: &str, running: &Path) -> Command {
    let line = service.lines().find_map(|line| line.strip_prefix(key)).unwrap();
    let line = line.replace("%i", "mine.json").replace("%t", running.to_str().unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", &line.replace("$$", "$")]);
    shell
}

#[test]
fn the_service_takes_lines_from_a_pipe_whose_writers_come_and_go() {
    let device = Device::new();
    let program = earcoach("play").file("mine.json", ROUTINE);
    let folder = program.folder.path().to_path_buf();
    let running = folder.join("earcoach-mine.json");
    std::fs::create_dir(&running).unwrap();
    let file = repository().join("scripts/debian/earcoach@.service");
    let service = std::fs::read_to_string(file).unwrap();
    assert!(command_of(&service, "ExecStartPre=", &folder).status().unwrap().success());
    let mut command = command_of(&service, "ExecStart=", &folder);
    command.current_dir(&folder).env("EARCOACH_OPTIONS", "--guard off --talk quiet");
    let mut child = dressed(command, &device).spawn().unwrap();
    let mut events = Events::of(&mut child);
    let say = |word: &str| {
        let mut lines = OpenOptions::new().write(true).open(running.join("lines")).unwrap();
        writeln!(lines, "{word}").unwrap();
    };
    assert_eq!(events.up_to("deepen"), ["started", "deepen"]);
    say("limit");
    assert_eq!(events.up_to("hold"), ["limit", "hold"]);
    say("next");
    assert_eq!(events.up_to("rest"), ["rest"]);
    say("quit");
    assert_eq!(events.up_to("stopped"), ["stopped"]);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
