//! A timeline to look at: as a table, as JSON, as a drawing.

pub mod json;
pub mod svg;
pub mod table;
