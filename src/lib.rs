//! earcoach: a voice-guided audio coach. A routine, written as JSON, becomes a
//! timeline of recorded voice clips and tones, each on its exact frame; the timeline
//! becomes a file, or is played live while the runner has a say.
//!
//! # The road from a routine to the ear
//!
//! ```text
//!  routine.json ──parse──▶ Routine            voice pack + tones
//!   routine::Source  routine::parse  │                │ voice::Voice, tone::Tone
//!                                    └── sequencer ───┘
//!                                            ▼
//!                  Timeline = cues at integer frames             pure data
//!                                            ▼
//!                        mixer::Mixer                            makes the samples
//!                      ╱               ╲
//!         render::Renderer             coach::transport ◀── presses
//!                ▼                           ▼
//!            sink::Sink                 coach::feed ──▶ a device
//!     a file whole, or a pipe                ▼
//!         ▲      ▲                      take::Take: what the runner did
//!         │      └───────── Take::close ─────┘
//!  verify: where the cues of a file lie
//! ```
//!
//! Data goes down the page, once; nothing upstream knows anything downstream. Only the
//! sinks and the commands do input and output after loading. What goes wrong in a
//! routine is a [`problem::Problem`] with its place in the text, and all problems of a
//! file are found in one run; what goes wrong elsewhere is an [`error::Error`].
//!
//! # Words
//!
//! A **routine** has **steps**. A **cue** is one clip or tone at one frame; a
//! **timeline** is all cues of a routine at one rate, a **take** what the runner did while it
//! was played live. A **frame** is one instant, a
//! **sample** one channel's value in it: a cue may be heard in one **ear**, but until then there
//! is one channel inside, and they coincide. A **clip** is a recorded **phrase**, a **voice pack** is a folder of them.
//!
//! # Example
//!
//! ```
//! use std::sync::Arc;
//! use earcoach::{render::Renderer, routine, sequencer, sounds::Sounds, voice::Voice};
//!
//! let routine = routine::parse(r#"{ "steps": [{ "hold": "20s" }] }"#).unwrap();
//! let voice = Voice::built_in();
//! let options = sequencer::Options::default();
//! let timeline = sequencer::sequence(&routine, "hold", &voice, &options).unwrap();
//! let hold = &timeline.steps[0];
//! assert_eq!(hold.timed.unwrap().1.0, 20 * 48_000);
//!
//! let sounds = Sounds::load(&timeline, &voice)?;
//! let mut renderer = Renderer::new(Arc::new(timeline), Arc::new(sounds));
//! let mut block = [0.0; 480];
//! assert_eq!(renderer.fill(&mut block), 480);
//! # Ok::<(), earcoach::error::Error>(())
//! ```

pub mod archive;
pub mod audit;
pub mod bed;
pub mod booth;
pub mod bundle;
pub mod captions;
pub mod chapters;
pub mod cli;
pub mod clip;
pub mod coach;
pub mod commands;
pub mod error;
pub mod explain;
pub mod glide;
pub mod guard;
pub mod import;
pub mod language;
pub mod lines;
pub mod lint;
pub mod loudness;
pub mod manual;
pub mod mixer;
pub mod parts;
pub mod problem;
pub mod random;
pub mod render;
pub mod report;
pub mod routine;
pub mod sequencer;
pub mod sink;
pub mod slice;
pub mod sounds;
pub mod studio;
pub mod take;
pub mod terminal;
pub(crate) mod threads;
pub mod time;
pub mod timeline;
pub mod tone;
pub mod totals;
pub mod tracks;
pub mod verify;
pub mod view;
pub mod voice;
