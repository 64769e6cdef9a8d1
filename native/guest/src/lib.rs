//! What the shim and `thirdwave-wasm-run` do alike: one WASI p1 command module, from its file to its exit code.
//!
//! Both run one guest per process, so nothing is kept for a second one: no pool, no cache. The engine's settings are wasmtime's defaults, which is what
//! `thirdwave-wasm-host` calls `{"allocator":"on-demand","cow":true}`: a .cwasm made by its `precompile` with that engine loads here.

mod file;
mod program;

pub use program::{Guest, Outcome, Program};

/// The version of wasmtime these programs are linked with; a test compares it with the lock file.
pub const WASMTIME_VERSION: &str = "48.0.8";

/// Exit code of a guest that trapped: 128 + SIGABRT, as the `wasmtime` command line ends.
pub const TRAP_EXIT_CODE: i32 = 134;

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_we_claim_is_the_one_we_link() {
        let locked = format!("name = \"wasmtime\"\nversion = \"{}\"\n", super::WASMTIME_VERSION);
        assert!(include_str!("../../Cargo.lock").contains(&locked));
    }
}
