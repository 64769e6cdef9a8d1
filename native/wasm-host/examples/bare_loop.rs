//! Instantiate + call with nothing of ours around it: the yardstick for what the suite reports (`loop`,
//! `measure: instantiate-call`). Plain wasmtime, the same settings, `std::time::Instant` around each batch.
//!
//! `bare_loop --module FILE [--precompiled] [--allocator pooling|on-demand] [--function NAME]` prints one line of JSON.

use std::time::Instant;
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, Linker, Module, PoolingAllocationConfig, Result, Store,
    format_err,
};

const WARMUP_ITERATIONS: u64 = 1000;
const BATCHES: usize = 30;
const ITERATIONS_PER_BATCH: u64 = 1000;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    let path = value("--module").ok_or_else(|| format_err!("--module is missing"))?;
    let function = value("--function").unwrap_or("nop");
    let mut config = Config::new();
    if value("--allocator") == Some("pooling") {
        let pool = PoolingAllocationConfig::new();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    let engine = Engine::new(&config)?;
    let module = if arguments.iter().any(|argument| argument == "--precompiled") {
        // SAFETY: a file that the suite's own `precompile` has written.
        unsafe { Module::deserialize_file(&engine, path)? }
    } else {
        Module::from_file(&engine, path)?
    };
    let pre = Linker::<()>::new(&engine).instantiate_pre(&module)?;
    let iteration = || -> Result<()> {
        let mut store = Store::new(&engine, ());
        let instance = pre.instantiate(&mut store)?;
        instance.get_typed_func::<(), ()>(&mut store, function)?.call(&mut store, ())
    };
    for _ in 0..WARMUP_ITERATIONS {
        iteration()?;
    }
    let mut batch_ns = Vec::with_capacity(BATCHES);
    for _ in 0..BATCHES {
        let start = Instant::now();
        for _ in 0..ITERATIONS_PER_BATCH {
            iteration()?;
        }
        batch_ns.push(start.elapsed().as_nanos());
    }
    println!(r#"{{"batchNs":{batch_ns:?},"iterationsPerBatch":{ITERATIONS_PER_BATCH}}}"#);
    Ok(())
}
