//! The program as its users run it.

#[path = "suite/browser.rs"]
mod browser;
#[path = "suite/bundle.rs"]
mod bundle;
#[path = "suite/chapters.rs"]
mod chapters;
#[path = "suite/check.rs"]
mod check;
#[path = "suite/corpus.rs"]
mod corpus;
#[cfg(target_os = "linux")]
#[path = "suite/device.rs"]
#[allow(dead_code)] // Some of it is for the benchmarks alone.
mod device;
#[path = "suite/docs.rs"]
mod docs;
#[path = "suite/export.rs"]
mod export;
#[cfg(target_os = "linux")]
#[path = "suite/faults.rs"]
mod faults;
#[cfg(unix)]
#[path = "suite/fill.rs"]
mod fill;
#[path = "suite/formats.rs"]
mod formats;
#[path = "suite/import.rs"]
mod import;
#[path = "suite/language.rs"]
mod language;
#[path = "suite/languages.rs"]
mod languages;
#[path = "suite/laws.rs"]
mod laws;
#[cfg(target_os = "linux")]
#[path = "suite/live.rs"]
mod live;
#[path = "suite/loudness.rs"]
mod loudness;
#[cfg(target_os = "linux")]
#[path = "suite/music.rs"]
mod music;
#[path = "suite/oracle.rs"]
mod oracle;
#[path = "suite/packs.rs"]
mod packs;
#[path = "suite/page.rs"]
mod page;
#[cfg(target_os = "linux")]
#[path = "suite/priority.rs"]
mod priority;
#[path = "suite/raspberry.rs"]
mod raspberry;
#[cfg(target_os = "linux")]
#[path = "suite/record.rs"]
mod record;
#[cfg(unix)]
#[path = "suite/shells.rs"]
mod shells;
#[path = "suite/show.rs"]
mod show;
mod strangers;
#[path = "suite/support.rs"]
mod support;
#[path = "suite/takes.rs"]
mod takes;
#[path = "suite/threats.rs"]
mod threats;
#[path = "suite/tracks.rs"]
mod tracks;
#[path = "suite/verify.rs"]
mod verify;
#[path = "suite/voice.rs"]
mod voice;
