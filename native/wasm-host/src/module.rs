//! How a file becomes a module, and what its failures are called.

use std::io::ErrorKind;
use std::path::Path;
use thirdwave_protocol::Failure;
use wasmtime::{Engine, Module, UnknownImportError};

/// Fails with `module-not-found` or `module-unreadable`.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}

/// Translates to machine code in memory. Fails with `not-wasm` or `compile-failed`.
pub fn compile(engine: &Engine, bytes: &[u8]) -> Result<Module, Failure> {
    check_magic(bytes)?;
    Module::new(engine, bytes).map_err(|error| Failure::new("compile-failed", flat(&error)))
}

/// Translates to the content of a .cwasm file. Fails with `not-wasm` or `compile-failed`.
pub fn precompile(engine: &Engine, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    check_magic(bytes)?;
    engine.precompile_module(bytes).map_err(|error| Failure::new("compile-failed", flat(&error)))
}

/// Maps machine code that `precompile` wrote. Fails with `module-not-found`, `module-unreadable` or
/// `incompatible-cwasm`: of another version, other settings or another machine, or no .cwasm at all.
pub fn deserialize(engine: &Engine, path: &Path) -> Result<Module, Failure> {
    // SAFETY: wasmtime checks version, settings and structure, but has to trust the machine code itself. The file was
    // written by `precompile` into the harness' own cache under a digest of its input, and is never changed in place.
    unsafe { Module::deserialize_file(engine, path) }.map_err(|error| match std::fs::File::open(path) {
        Ok(_) => Failure::new("incompatible-cwasm", format!("{}: {}", path.display(), flat(&error))),
        Err(error) => unreadable(path, &error),
    })
}

/// `link-failed`, with the import that nobody provides.
pub fn link_failure(error: &wasmtime::Error) -> Failure {
    let failure = Failure::new("link-failed", format!("{}; provided is wasi_snapshot_preview1", flat(error)));
    match error.downcast_ref::<UnknownImportError>() {
        Some(unknown) => failure.with("import", format!("{}::{}", unknown.module(), unknown.name())),
        None => failure,
    }
}

/// The whole chain of an error in one line. (wasmtime's error is no `std::error::Error`; `{:#}` prints its chain.)
pub fn flat(error: &wasmtime::Error) -> String {
    format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check_magic(bytes: &[u8]) -> Result<(), Failure> {
    if bytes.starts_with(b"\0asm") {
        Ok(())
    } else {
        Err(Failure::new("not-wasm", "the file does not begin with the WebAssembly magic number"))
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    let code = if error.kind() == ErrorKind::NotFound { "module-not-found" } else { "module-unreadable" };
    Failure::new(code, format!("{}: {error}", path.display()))
}
