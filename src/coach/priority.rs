//! Gives the thread that plays precedence over other work: on a busy machine the device would
//! run dry otherwise.
//!
//! Root, and whoever the system's limits allow it, may do so by themselves; anyone else asks
//! RealtimeKit for it over the system bus, as sound servers do. Where neither helps the thread
//! plays as it is, and nothing is said.
//!
//! A nice level counts only among what runs in the same session (sched(7), autogroup), real-time
//! priority against all. That is for cards themselves: measured with PipeWire's plugin for ALSA, two
//! blocks a second were lost. RealtimeKit is not asked for it: it wants a limit under which the
//! system kills a program that a broken device makes busy for 200 ms.

use std::fs;
use std::thread;
use std::time::Duration;

use mpris_server::zbus;
use rustix::process::{Pid, getpriority_process, setpriority_process};
use thread_priority::RealtimeThreadSchedulePolicy::RoundRobin;
use thread_priority::{
    ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
};

/// The nice level of the thread that plays: that of PulseAudio and PipeWire.
const NICE: i32 = -11;
/// What the sound library calls its thread.
const NAME: &str = "cpal_alsa_out";
/// How often, and how many times, that thread is looked for: it has its name as soon as it runs.
const LOOK: Duration = Duration::from_millis(5);
const LOOKS: usize = 400;
/// RealtimeKit's name on the bus, and that of its interface.
const KIT: &str = "org.freedesktop.RealtimeKit1";

/// Raises the thread that a device was just opened with, on a thread of its own.
pub fn raise() {
    let helper = thread::Builder::new().name("priority".into());
    // Nobody joins it: a bus that hangs must not keep the program from leaving.
    drop(helper.spawn(|| {
        for _ in 0..LOOKS {
            if let Some(thread) = playing_as_others() {
                prefer(thread);
                return;
            }
            thread::sleep(LOOK);
        }
    }));
}

/// Gives the calling thread real-time priority where the system lets it: the lowest there is, below
/// sound servers and drivers. It must be one that waits for a device: another would keep a core for
/// itself.
pub fn take_real_time() {
    let policy = ThreadSchedulePolicy::Realtime(RoundRobin);
    drop(set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, policy));
}

/// A thread of this process that plays and has no precedence yet.
fn playing_as_others() -> Option<Pid> {
    fs::read_dir("/proc/self/task").ok()?.flatten().find_map(|entry| {
        let name = fs::read_to_string(entry.path().join("comm")).ok()?;
        let thread = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
        let is_raised = getpriority_process(Some(thread)).ok()? <= NICE;
        (name.trim_end() == NAME && !is_raised).then_some(thread)
    })
}

fn prefer(thread: Pid) {
    if setpriority_process(Some(thread), NICE).is_err() {
        drop(zbus::block_on(ask(thread)));
    }
}

/// Asks RealtimeKit: `MakeThreadHighPriority(thread, nice level)`.
async fn ask(thread: Pid) -> zbus::Result<()> {
    let bus = zbus::Connection::system().await?;
    let wish = (thread.as_raw_nonzero().get() as u64, NICE);
    bus.call_method(
        Some(KIT),
        "/org/freedesktop/RealtimeKit1",
        Some(KIT),
        "MakeThreadHighPriority",
        &wish,
    )
    .await
    .map(drop)
}

#[cfg(test)]
mod tests {
    use allocation_counter::measure;

    #[test]
    fn taking_it_takes_no_memory() {
        assert_eq!(measure(super::take_real_time).count_total, 0);
    }
}
