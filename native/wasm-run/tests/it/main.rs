//! The program as an image's entrypoint: what it runs, what it refuses.

mod failures;
mod lives;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub fn scratch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()))
}

/// A file with this content.
pub fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = scratch(name);
    std::fs::write(&path, content).expect("written");
    path
}

/// A module from its text form.
pub fn module(name: &str, text: &str) -> PathBuf {
    file(&format!("{name}.wasm"), &wat::parse_str(text).expect("a valid module"))
}

/// A WASI command: imports of these functions, a page of memory, then the rest.
pub fn command(name: &str, imports: &[&str], rest: &str) -> PathBuf {
    let imports: String = imports.iter().map(|import| wasi(import)).collect();
    module(name, &format!(r#"(module {imports} (memory (export "memory") 1) {rest})"#))
}

fn wasi(name: &str) -> String {
    let parameters = match name {
        "proc_exit" => "(param i32)",
        "fd_read" | "fd_write" | "poll_oneoff" => "(param i32 i32 i32 i32) (result i32)",
        "path_open" => "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)",
        _ => "(param i32 i32) (result i32)",
    };
    format!(r#"(import "wasi_snapshot_preview1" "{name}" (func ${name} {parameters}))"#)
}

pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thirdwave-wasm-run"));
    command.env_clear().stdin(Stdio::null());
    command
}

pub fn run(module: &Path) -> Output {
    program().arg(module).output().expect("started")
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}
