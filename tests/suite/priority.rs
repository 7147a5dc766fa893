//! The thread that plays goes before others: by itself where the system lets it, else by asking
//! RealtimeKit for it, as whoever listens on the bus sees.

use std::process::{Child, Command, Stdio};

use crate::device::Device;
use crate::live::{Bus, until};
use crate::support::earcoach;

const NICE: i32 = -11;

/// Plays a rest of a minute with a command that may have been prepared.
fn play(device: &Device, bus: &Bus, before: &[&str]) -> Child {
    let routine = r#"{ "steps": [{ "rest": "60s" }] }"#;
    let program = earcoach("play rest.json --quiet").file("rest.json", routine);
    let plain = program.command();
    let mut command = Command::new(before.first().copied().unwrap_or("env"));
    command.args(before.iter().skip(1)).arg(plain.get_program()).args(plain.get_args());
    command.current_dir(program.folder.path());
    device.dress(&mut command);
    command.env("DBUS_SYSTEM_BUS_ADDRESS", &bus.address).stdin(Stdio::null());
    let child = command.spawn().unwrap();
    until("it plays", || playing(&child).is_some());
    child
}

/// The thread of a process that plays, with its nice level: field 19 of proc_pid_stat(5).
fn playing(process: &Child) -> Option<(u64, i32)> {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", process.id())).ok()?;
    tasks.flatten().find_map(|task| {
        let stat = std::fs::read_to_string(task.path().join("stat")).ok()?;
        let fields: Vec<&str> = stat.split(' ').collect();
        let is_it = fields[1] == "(cpal_alsa_out)";
        is_it.then(|| (fields[0].parse().unwrap(), fields[18].parse().unwrap()))
    })
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn who_may_not_give_precedence_asks_realtimekit_for_the_thread_that_plays() {
    let (device, bus) = (Device::new(), Bus::new());
    let seen = tempfile::NamedTempFile::new().unwrap();
    let mut monitor = Command::new("dbus-monitor");
    monitor.args(["--address", &bus.address, "interface='org.freedesktop.RealtimeKit1'"]);
    let monitor = monitor.stdout(seen.reopen().unwrap()).spawn().expect("scripts/test installs it");
    let text = || std::fs::read_to_string(seen.path()).unwrap();
    until("the monitor listens", || text().contains("NameLost"));
    // Root may do it; without that right it is as anyone else.
    let is_root = nix::unistd::geteuid().is_root();
    let before: &[&str] = if is_root {
        &["setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice"]
    } else {
        &[]
    };
    let player = play(&device, &bus, before);
    let (thread, nice) = playing(&player).unwrap();
    assert_ne!(nice, NICE);
    until("it asks", || text().contains("member=MakeThreadHighPriority"));
    until("for the thread", || text().contains(&format!("uint64 {thread}\n   int32 {NICE}\n")));
    end(player);
    end(monitor);
}

#[test]
fn root_gives_precedence_to_the_thread_that_plays_and_to_no_other() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let (device, bus) = (Device::new(), Bus::new());
    let player = play(&device, &bus, &[]);
    until("it is raised", || playing(&player).is_some_and(|(_, nice)| nice == NICE));
    let main = std::fs::read_to_string(format!("/proc/{}/stat", player.id())).unwrap();
    assert_eq!(main.split(' ').nth(18), Some("0"));
    end(player);
}
