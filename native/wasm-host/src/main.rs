//! thirdwave-wasm-host: one live process with wasmtime embedded as a library.
//!
//! A call across a language binding costs more than an instantiation (some microseconds), and a time taken outside the
//! process contains that process' event loop: so wasmtime is driven, and timed, from Rust. Protocol: `native/README.md`.

mod engines;
mod event;
mod held;
mod host;
mod loops;
mod module;
mod place;
mod precompile;
mod request;
mod run;
mod stdin;
mod stdout;

use host::Host;
use thirdwave_protocol::{Startup, start};

/// The version of wasmtime this program is linked with; a test compares it with the lock file.
const WASMTIME_VERSION: &str = "48.0.8";

fn main() {
    let clock = start(Startup {
        program: "thirdwave-wasm-host",
        version: env!("CARGO_PKG_VERSION"),
        facts: &[("wasmtime", WASMTIME_VERSION)],
    });
    Host::new(clock).serve();
    // End-of-file: the harness is gone, and guests that still run go with this process.
    std::process::exit(0);
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_we_claim_is_the_one_we_link() {
        let locked = format!("name = \"wasmtime\"\nversion = \"{}\"\n", super::WASMTIME_VERSION);
        assert!(include_str!("../../Cargo.lock").contains(&locked));
    }
}
