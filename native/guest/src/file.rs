//! What a file is, by its content: names and modes do not count.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use thirdwave_protocol::Failure;
use wasmtime::{Engine, Precompiled};

#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// a core module, to be compiled
    Wasm,
    /// machine code of a core module, made by `precompile`
    Cwasm,
}

/// Fails with `module-not-found`, `module-unreadable`, `is-component`, `not-wasm`.
pub fn recognise(path: &Path) -> Result<Kind, Failure> {
    let mut head = [0; 8];
    let count = File::open(path)
        .and_then(|mut file| read_up_to(&mut file, &mut head))
        .map_err(|error| unreadable(path, &error))?;
    match &head[..count] {
        [b'\0', b'a', b's', b'm', 1, 0, 0, 0] => Ok(Kind::Wasm),
        [b'\0', b'a', b's', b'm', _, _, 1, 0] => Err(component(path)),
        [b'\0', b'a', b's', b'm', version @ ..] => {
            Err(not_wasm(path, &format!("WebAssembly of an unknown version {version:02x?}")))
        }
        [0x7f, b'E', b'L', b'F', ..] => match Engine::detect_precompiled_file(path) {
            Ok(Some(Precompiled::Module)) => Ok(Kind::Cwasm),
            Ok(Some(Precompiled::Component)) => Err(component(path)),
            _ => Err(not_wasm(
                path,
                "a native executable (ELF); start it with an ordinary runtime such as runc",
            )),
        },
        [b'#', b'!', ..] => Err(not_wasm(path, "a script; start it with an ordinary runtime such as runc")),
        [] => Err(not_wasm(path, "an empty file")),
        _ => Err(not_wasm(path, "neither a WebAssembly module nor a .cwasm")),
    }
}

/// Fails as `recognise` does.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}

fn read_up_to(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut count = 0;
    while count < buffer.len() {
        match file.read(&mut buffer[count..])? {
            0 => break,
            more => count += more,
        }
    }
    Ok(count)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    let code = if error.kind() == ErrorKind::NotFound { "module-not-found" } else { "module-unreadable" };
    Failure::new(code, format!("{}: {error}", path.display()))
}

fn not_wasm(path: &Path, what: &str) -> Failure {
    Failure::new("not-wasm", format!("{} is {what}", path.display()))
}

fn component(path: &Path) -> Failure {
    let text = format!(
        "{} is a component (WASI p2 or later); only core modules on WASI p1 can be run here",
        path.display()
    );
    Failure::new("is-component", text)
}
