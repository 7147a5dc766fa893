//! What the fuzzers call: the same as the tests that try the corpus again.

#[path = "../../tests/strangers/mod.rs"]
mod strangers;

pub use strangers::*;
