//! The studio: recordings become clips of a voice pack, whoever spoke them.

pub mod cache;
pub mod engine;
pub mod fill;
pub mod folder;
pub mod master;
pub mod run;
