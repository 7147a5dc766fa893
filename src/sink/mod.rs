//! Where rendered frames go.

pub mod chunks;
pub mod output;
pub mod wav;
