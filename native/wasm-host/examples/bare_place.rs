//! Many live instances with nothing of ours around them: the yardstick for what the suite reports (`place`). Plain wasmtime,
//! the same settings, a `Vec` of stores and instances.
//!
//! `bare_place --module FILE --instances K [--function NAME] [--allocator pooling|on-demand] [--cow true|false]
//! [--reservation BYTES] [--guard BYTES]` prints one line of JSON with this process' own memory before and after.

use std::time::Instant;
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, Linker, Module, PoolingAllocationConfig, Result, Store,
    format_err,
};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    let number = |name: &str| value(name).map(str::parse::<u64>).transpose();
    let path = value("--module").ok_or_else(|| format_err!("--module is missing"))?;
    let instances = number("--instances")?.ok_or_else(|| format_err!("--instances is missing"))?;
    let mut config = Config::new();
    config.memory_init_cow(value("--cow") != Some("false"));
    if let Some(bytes) = number("--reservation")? {
        config.memory_reservation(bytes);
    }
    if let Some(bytes) = number("--guard")? {
        config.memory_guard_size(bytes);
    }
    if value("--allocator") == Some("pooling") {
        let slots = u32::try_from(instances)?;
        let mut pool = PoolingAllocationConfig::new();
        pool.total_core_instances(slots).total_memories(slots).total_tables(slots);
        if let Some(bytes) = number("--reservation")? {
            pool.max_memory_size(usize::try_from(bytes)?);
        }
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    let engine = Engine::new(&config)?;
    let module = Module::from_file(&engine, path)?;
    let pre = Linker::<()>::new(&engine).instantiate_pre(&module)?;
    let mut alive = Vec::with_capacity(usize::try_from(instances)?);
    let before = own_memory()?;
    let start = Instant::now();
    for _ in 0..instances {
        let mut store = Store::new(&engine, ());
        let instance = pre.instantiate(&mut store)?;
        if let Some(name) = value("--function") {
            instance.get_typed_func::<(), ()>(&mut store, name)?.call(&mut store, ())?;
        }
        alive.push((store, instance));
    }
    let seconds = start.elapsed().as_secs_f64();
    let after = own_memory()?;
    println!(r#"{{"instances":{},"seconds":{seconds},"before":{before},"after":{after}}}"#, alive.len(),);
    Ok(())
}

/// As JSON, in bytes: anonymous and shared memory in proportion to its sharers, and what is resident.
fn own_memory() -> Result<String> {
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup")?;
    let bytes = |name: &str| {
        let line =
            rollup.lines().find(|line| line.starts_with(name)).ok_or_else(|| format_err!("no {name}"))?;
        let kib: u64 = line[name.len()..].trim().trim_end_matches(" kB").parse()?;
        Ok::<u64, wasmtime::Error>(kib * 1024)
    };
    let unreclaimable = bytes("Pss_Anon:")? + bytes("Pss_Shmem:")?;
    Ok(format!(r#"{{"pssAnonAndShmemBytes":{unreclaimable},"rssBytes":{}}}"#, bytes("Rss:")?))
}
