//! Engines and modules: what is made once, and how a file becomes a module.

use crate::request::{Allocator, EngineSpec};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use thirdwave_protocol::{Clock, Failure};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, Module, PoolingAllocationConfig};

/// Enough for trials that follow each other; density runs ask for more (`poolInstances`).
const DEFAULT_POOL_INSTANCES: u32 = 64;

#[derive(Default)]
pub struct Engines {
    made: Mutex<HashMap<EngineSpec, Engine>>,
}

impl Engines {
    /// The engine of a spec and, where it was made just now, how long that took in ns.
    pub fn get(&self, spec: &EngineSpec, clock: Clock) -> Result<(Engine, Option<i64>), Failure> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = made.get(spec) {
            return Ok((engine.clone(), None));
        }
        let start_ns = clock.now_ns();
        let engine = Engine::new(&config(spec)).map_err(|error| Failure::new("engine-failed", flat(&error)))?;
        made.insert(spec.clone(), engine.clone());
        Ok((engine, Some(clock.now_ns() - start_ns)))
    }
}

fn config(spec: &EngineSpec) -> Config {
    let mut config = Config::new();
    config.memory_init_cow(spec.cow);
    if let Some(bytes) = spec.memory_reservation_bytes {
        config.memory_reservation(bytes);
    }
    if let Some(bytes) = spec.guard_bytes {
        config.memory_guard_size(bytes);
    }
    if spec.allocator == Allocator::Pooling {
        let instances = spec.pool_instances.unwrap_or(DEFAULT_POOL_INSTANCES);
        let mut pool = PoolingAllocationConfig::default();
        pool.total_core_instances(instances).total_memories(instances).total_tables(instances);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    config
}

pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::new("module-not-found", format!("{}: {error}", path.display())))
}

pub fn compile(engine: &Engine, bytes: &[u8]) -> Result<Module, Failure> {
    if !bytes.starts_with(b"\0asm") {
        return Err(Failure::new("not-wasm", "the file does not start with the WebAssembly magic (00 61 73 6d)"));
    }
    Module::new(engine, bytes).map_err(|error| Failure::new("compile-failed", flat(&error)))
}

/// Loads machine code that `precompile` wrote for the same engine.
pub fn deserialize(engine: &Engine, path: &Path) -> Result<Module, Failure> {
    if !path.exists() {
        return Err(Failure::new("module-not-found", format!("{}: no such file", path.display())));
    }
    // SAFETY: the file was written by this program's `precompile` into the suite's own cache; wasmtime checks version and settings, but
    // must trust the code itself.
    unsafe { Module::deserialize_file(engine, path) }.map_err(|error| Failure::new("incompatible-cwasm", flat(&error)))
}

/// The whole chain of a wasmtime error in one line (it is not a `std::error::Error`).
pub fn flat(error: &wasmtime::Error) -> String {
    let text = format!("{error:#}");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
