//! What a live host has before the first instance: engines, each with its WASI functions.

use crate::module::flat;
use crate::request::{Allocator, EngineSpec};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use thirdwave_protocol::{Clock, Failure};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, Linker, PoolingAllocationConfig};
use wasmtime_wasi::p1::{self, WasiP1Ctx};

/// An engine and the host functions for its guests.
///
/// The linker belongs to the host as the engine does: every embedder that starts more than one instance builds it once
/// (as `wasmtime serve` does), so making it is not part of an instance's start.
pub struct Prepared {
    pub engine: Engine,
    pub wasi: Linker<WasiP1Ctx>,
}

pub struct Engines {
    clock: Clock,
    made: Mutex<HashMap<EngineSpec, Arc<Prepared>>>,
}

impl Engines {
    pub fn new(clock: Clock) -> Self {
        Self { clock, made: Mutex::default() }
    }

    /// The engine of a spec and, if it was made just now, how long that took in ns. Fails with `engine-failed`, for
    /// settings that exclude each other or more address space than there is.
    pub fn get(&self, spec: &EngineSpec) -> Result<(Arc<Prepared>, Option<i64>), Failure> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prepared) = made.get(spec) {
            return Ok((Arc::clone(prepared), None));
        }
        let start_ns = self.clock.now_ns();
        let prepared = Arc::new(prepare(spec).map_err(|error| Failure::new("engine-failed", flat(&error)))?);
        made.insert(spec.clone(), Arc::clone(&prepared));
        Ok((prepared, Some(self.clock.now_ns() - start_ns)))
    }
}

fn prepare(spec: &EngineSpec) -> wasmtime::Result<Prepared> {
    let engine = Engine::new(&config(spec)?)?;
    let mut wasi = Linker::new(&engine);
    p1::add_to_linker_sync(&mut wasi, |context| context)?;
    Ok(Prepared { engine, wasi })
}

/// wasmtime's defaults, but for what the request says.
fn config(spec: &EngineSpec) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config.memory_init_cow(spec.cow);
    if let Some(bytes) = spec.memory_reservation_bytes {
        config.memory_reservation(bytes);
    }
    if let Some(bytes) = spec.guard_bytes {
        config.memory_guard_size(bytes);
    }
    if spec.allocator == Allocator::Pooling {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(spec)?));
    }
    Ok(config)
}

fn pool(spec: &EngineSpec) -> wasmtime::Result<PoolingAllocationConfig> {
    let mut pool = PoolingAllocationConfig::new();
    if let Some(instances) = spec.pool_instances {
        pool.total_core_instances(instances).total_memories(instances).total_tables(instances);
    }
    if let Some(bytes) = spec.memory_reservation_bytes {
        // A slot's memory cannot grow beyond its reservation; wasmtime refuses a pool that promises more.
        pool.max_memory_size(usize::try_from(bytes)?);
    }
    Ok(pool)
}
