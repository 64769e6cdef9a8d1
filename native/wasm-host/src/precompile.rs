//! Ahead-of-time compilation into a .cwasm file.

use crate::engines::{Engines, compile, flat, read};
use crate::request::Precompile;
use serde_json::json;
use std::hash::{DefaultHasher, Hash, Hasher};
use thirdwave_protocol::{Clock, Failure, emit};

/// Written beside its final name and renamed, so that nobody ever loads half a file.
/// @errors module-not-found, not-wasm, compile-failed, not-writable
pub fn run(request: &Precompile, engines: &Engines, clock: Clock) -> Result<(), Failure> {
    let (engine, _) = engines.get(&request.engine, clock)?;
    let bytes = read(&request.module)?;
    let start_ns = clock.now_ns();
    let code = compile(&engine, &bytes)?.serialize().map_err(|error| Failure::new("compile-failed", flat(&error)))?;
    let compile_ns = clock.now_ns() - start_ns;
    let unwritable = |error: std::io::Error| Failure::new("not-writable", format!("{}: {error}", request.out.display()));
    let part = request.out.with_extension(format!("part{}-{}", std::process::id(), request.id));
    std::fs::write(&part, &code).map_err(unwritable)?;
    std::fs::rename(&part, &request.out).map_err(unwritable)?;
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    emit(&json!({
        "event": "done", "id": request.id, "wasmBytes": bytes.len(), "cwasmBytes": code.len(), "compileNs": compile_ns,
        "compatibilityHash": format!("{:016x}", hasher.finish()),
    }));
    Ok(())
}
