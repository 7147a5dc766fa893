//! `earcoach devices`: what there is to play on, and to record with.

use std::io::{self, Write};

use serde_json::json;

use crate::cli::Devices;
use crate::coach::device::{self, Listed};
use crate::error::{Error, ExitCode};
use crate::terminal::{printable, write_json};

pub fn run(args: &Devices) -> Result<ExitCode, Error> {
    let (devices, inputs) = (device::list(), device::list_inputs());
    let mut out = io::stdout().lock();
    if args.json {
        let listed = |devices: &[Listed]| -> Vec<_> {
            let row = |d: &Listed| json!({ "id": d.id, "name": d.name, "default": d.is_default });
            devices.iter().map(row).collect()
        };
        let all = json!({ "devices": listed(&devices), "inputs": listed(&inputs) });
        write_json(&all, out).map_err(Error::output)?;
        return Ok(ExitCode::Done);
    }
    let width = devices.iter().chain(&inputs).map(|device| device.id.chars().count()).max();
    let outputs = devices.iter().map(|device| (device, ""));
    let rows = outputs.chain(inputs.iter().map(|device| (device, "  (microphone)")));
    for (device, kind) in rows {
        let (id, width) = (printable(&device.id), width.unwrap_or(0));
        let default = if device.is_default { "  (default)" } else { "" };
        writeln!(out, "{id:width$}  {}{kind}{default}", device.name).map_err(Error::output)?;
    }
    if devices.is_empty() {
        return Err(Error::Device(
            "there is no sound device to play on; `earcoach export` needs none".into(),
        ));
    }
    Ok(ExitCode::Done)
}
