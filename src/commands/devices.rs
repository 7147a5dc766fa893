//! `earcoach devices`: what there is to play on.

use std::io::{self, Write};

use serde_json::json;

use crate::cli::Devices;
use crate::coach::device;
use crate::error::{Error, ExitCode};
use crate::terminal::{printable, write_json};

pub fn run(args: &Devices) -> Result<ExitCode, Error> {
    let devices = device::list();
    let mut out = io::stdout().lock();
    if args.json {
        let devices: Vec<_> = devices
            .iter()
            .map(|device| json!({ "id": device.id, "name": device.name, "default": device.is_default }))
            .collect();
        write_json(&json!({ "devices": devices }), out).map_err(Error::output)?;
        return Ok(ExitCode::Done);
    }
    let width = devices.iter().map(|device| device.id.chars().count()).max().unwrap_or(0);
    for device in &devices {
        let id = printable(&device.id);
        let default = if device.is_default { "  (default)" } else { "" };
        writeln!(out, "{id:width$}  {}{default}", device.name).map_err(Error::output)?;
    }
    if devices.is_empty() {
        return Err(Error::Device(
            "there is no sound device to play on; `earcoach export` needs none".into(),
        ));
    }
    Ok(ExitCode::Done)
}
