//! Where time goes, for whoever asks: one JSON line per moment in `$THIRDWAVE_SHIM_TRACE/<container id>.jsonl`.
//!
//! The file is opened once per process before anything is forked; the guest's process inherits it and can write from inside its root. Each line is one
//! `write` to a file opened for appending, so lines of several processes do not mix. Without the variable, a stamp is one comparison.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::OnceLock;

static FILE: OnceLock<File> = OnceLock::new();

/// Opens the container's trace if one is asked for. A trace that cannot be written is no reason for a container to fail.
pub fn open(id: &str) {
    let Some(folder) = std::env::var_os("THIRDWAVE_SHIM_TRACE").filter(|folder| !folder.is_empty()) else {
        return;
    };
    if id.is_empty() {
        return;
    }
    let path = Path::new(&folder).join(format!("{id}.jsonl"));
    if let Ok(file) = OpenOptions::new().create(true).append(true).open(path) {
        let _ = FILE.set(file);
    }
}

pub fn stamp(name: &str) {
    if FILE.get().is_some() {
        stamp_at(name, now_ns());
    }
}

pub fn stamp_at(name: &str, at_ns: i64) {
    if let Some(mut file) = FILE.get() {
        let _ = file.write_all(format!("{{\"name\":\"{name}\",\"atNs\":{at_ns}}}\n").as_bytes());
    }
}

/// `CLOCK_MONOTONIC` as it is, in nanoseconds.
pub fn now_ns() -> i64 {
    thirdwave_protocol::Clock::new(0).now_ns()
}
