//! The thread that plays goes before others: by itself where the system lets it, else by asking
//! RealtimeKit for it, as whoever listens on the bus sees.

use std::process::{Child, Command, Stdio};

use crate::device::Device;
use crate::live::{Bus, until};
use crate::support::earcoach;

const NICE: i32 = -11;

/// Plays a rest of a minute on the device with that id, by a command with something before it.
fn play(device: &Device, id: &str, bus: &Bus, before: &[&str]) -> Child {
    let routine = r#"{ "steps": [{ "rest": "60s" }] }"#;
    let program = earcoach(&format!("play rest.json --quiet --device {id}"));
    let program = program.file("rest.json", routine);
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

/// A thread as proc_pid_stat(5) has it.
struct Thread {
    id: u64,
    nice: i32,
    /// Real-time priority; 0 is none.
    real_time: u32,
}

impl Thread {
    /// Of the text of `/proc/*/stat`, if the thread has this name.
    fn named(name: &str, stat: &str) -> Option<Self> {
        let fields: Vec<&str> = stat.split(' ').collect();
        (fields[1] == name).then(|| Self {
            id: fields[0].parse().unwrap(),
            nice: fields[18].parse().unwrap(),
            real_time: fields[39].parse().unwrap(),
        })
    }
}

/// The thread of a process that plays.
fn playing(process: &Child) -> Option<Thread> {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", process.id())).ok()?;
    tasks.flatten().find_map(|task| {
        let stat = std::fs::read_to_string(task.path().join("stat")).ok()?;
        Thread::named("(cpal_alsa_out)", &stat)
    })
}

/// Whether real-time priority may be taken here: some containers let not even root.
fn may_take_real_time() -> bool {
    let status = Command::new("chrt").args(["-r", "1", "true"]).stderr(Stdio::null()).status();
    status.unwrap().success()
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
    let player = play(&device, "alsa:default", &bus, before);
    let thread = playing(&player).unwrap();
    assert_ne!(thread.nice, NICE);
    let wish = format!("uint64 {}\n   int32 {NICE}\n", thread.id);
    until("it asks", || text().contains("member=MakeThreadHighPriority"));
    until("for the thread", || text().contains(&wish));
    end(player);
    end(monitor);
}

#[test]
fn root_gives_precedence_to_the_thread_that_plays_and_to_no_other() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let (device, bus) = (Device::new().named_as_card(), Bus::new());
    let player = play(&device, "alsa:plughw", &bus, &[]);
    until("it is raised", || playing(&player).is_some_and(|thread| thread.nice == NICE));
    if may_take_real_time() {
        until("it is real-time", || playing(&player).is_some_and(|thread| thread.real_time == 1));
    }
    let main = std::fs::read_to_string(format!("/proc/{}/stat", player.id())).unwrap();
    let main = Thread::named("(earcoach)", &main).unwrap();
    assert_eq!((main.nice, main.real_time), (0, 0));
    end(player);
}

#[test]
fn no_real_time_is_taken_from_a_sound_server_or_for_a_device_that_does_not_keep_time() {
    for (id, speed) in [("alsa:default", 1.0), ("alsa:plughw", 20.0)] {
        let (device, bus) = (Device::new().named_as_card().speed(speed), Bus::new());
        let player = play(&device, id, &bus, &[]);
        device.wait_for_frames(2 * 48_000);
        assert_eq!(playing(&player).unwrap().real_time, 0, "{id}");
        end(player);
    }
}
