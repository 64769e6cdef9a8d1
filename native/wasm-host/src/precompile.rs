//! Ahead-of-time compilation into a .cwasm file.

use crate::engines::Engines;
use crate::event::Done;
use crate::module::{precompile, read};
use crate::request::Precompile;
use serde::Serialize;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use thirdwave_protocol::{Clock, Failure, emit};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Compiled {
    wasm_bytes: usize,
    cwasm_bytes: usize,
    compile_ns: i64,
    /// equal for engines that can load each other's files; opaque
    compatibility_hash: String,
}

/// Fails as `module` does, and with `not-writable`.
pub fn run(request: &Precompile, engines: &Engines, clock: Clock) -> Result<(), Failure> {
    let (prepared, _) = engines.get(&request.engine)?;
    let wasm = read(&request.module)?;
    let start_ns = clock.now_ns();
    let cwasm = precompile(&prepared.engine, &wasm)?;
    let compile_ns = clock.now_ns() - start_ns;
    write(&request.out, &cwasm, request.id)?;
    let mut hasher = DefaultHasher::new();
    prepared.engine.precompile_compatibility_hash().hash(&mut hasher);
    let result = Compiled {
        wasm_bytes: wasm.len(),
        cwasm_bytes: cwasm.len(),
        compile_ns,
        compatibility_hash: format!("{:016x}", hasher.finish()),
    };
    emit(&Done { id: request.id, result });
    Ok(())
}

/// Beside its final name, then renamed: nobody ever maps half a file, or one that changes.
fn write(out: &Path, content: &[u8], id: u64) -> Result<(), Failure> {
    let mut name = out.as_os_str().to_owned();
    name.push(format!(".{}-{id}.part", std::process::id()));
    let part = Path::new(&name);
    fs::write(part, content).and_then(|()| fs::rename(part, out)).map_err(|error| {
        // It may not exist: the first failure is the one to tell.
        let _ = fs::remove_file(part);
        Failure::new("not-writable", format!("{}: {error}", out.display()))
    })
}
