//! Where rendered frames go.

pub mod output;
pub mod wav;
