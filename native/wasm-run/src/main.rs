//! `thirdwave-wasm-run MODULE [ARG…]`: one module as a process, for an image that holds nothing but this program and the module.
//!
//! Its answer to "what does Wasm cost in an ordinary container?": the same engine, settings and folders as the shim, below runc.
//! Exit code: the guest's · 134 it trapped · 127 no such module · 126 it cannot be run · 2 usage.

use std::path::Path;
use std::process::exit;
use thirdwave_guest::{Guest, Outcome, Program, TRAP_EXIT_CODE, WASMTIME_VERSION};
use thirdwave_protocol::Failure;

const USAGE: &str = "usage: thirdwave-wasm-run MODULE [ARG…]  (a .wasm or .cwasm file, WASI p1)";

fn main() {
    let args: Vec<String> =
        std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    match args.first().map(String::as_str) {
        None => {
            eprintln!("{USAGE}");
            exit(2);
        }
        Some("--version") => {
            println!("thirdwave-wasm-run {}, wasmtime {WASMTIME_VERSION}", env!("CARGO_PKG_VERSION"))
        }
        Some(module) => exit(run(Path::new(module), &args)),
    }
}

fn run(module: &Path, args: &[String]) -> i32 {
    let envs: Vec<String> = std::env::vars_os()
        .map(|(name, value)| format!("{}={}", name.to_string_lossy(), value.to_string_lossy()))
        .collect();
    match Program::load(module).and_then(|program| program.run(&Guest { args, envs: &envs }, |_| ())) {
        Ok(Outcome::Exited(code)) => code,
        Ok(Outcome::Trapped(message)) => {
            eprintln!("thirdwave-wasm-run: the guest trapped: {message}");
            TRAP_EXIT_CODE
        }
        Err(failure) => {
            eprintln!("thirdwave-wasm-run: {}: {}", failure.code, failure.message);
            exit_code(&failure)
        }
    }
}

/// As shells and `docker run` have it.
fn exit_code(failure: &Failure) -> i32 {
    if failure.code == "module-not-found" { 127 } else { 126 }
}
