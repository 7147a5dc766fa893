//! The program as its users run it.

#[path = "suite/check.rs"]
mod check;
#[path = "suite/export.rs"]
mod export;
#[path = "suite/laws.rs"]
mod laws;
#[path = "suite/oracle.rs"]
mod oracle;
#[path = "suite/show.rs"]
mod show;
#[path = "suite/support.rs"]
mod support;
#[path = "suite/voice.rs"]
mod voice;
