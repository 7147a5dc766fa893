//! The live coach: a routine is played on a device while the runner has a say.
//!
//! The audio thread runs a [`transport`], which moves through the timeline and makes frames. The
//! main thread runs the [`session`]: it turns what the runner does into commands, follows
//! what is heard, shows and tells it, and opens the device anew when it is lost. No lock
//! lies between the two, only [`messages`] in rings. Threads of their own wait for keys, lines and
//! buttons.

pub(crate) mod answer;
pub(crate) mod canvas;
pub mod control;
pub mod device;
pub mod events;
pub mod face;
mod feed;
pub mod journal;
pub mod keys;
pub mod lines;
pub mod link;
pub mod messages;
mod moves;
#[cfg_attr(not(target_os = "linux"), path = "mpris_none.rs")]
pub mod mpris;
pub mod music;
pub mod now_playing;
pub mod plan;
#[cfg_attr(not(target_os = "linux"), path = "priority_none.rs")]
mod priority;
pub(crate) mod quiet;
pub(crate) mod screen;
pub mod session;
pub(crate) mod shared;
pub mod signals;
mod teller;
pub mod transport;
pub mod tty;
pub(crate) mod writer;
