//! A timeline to look at: as a table, as JSON, as a drawing; and what was found of it in a
//! file.

pub mod json;
pub mod svg;
pub mod table;
pub mod verified;
