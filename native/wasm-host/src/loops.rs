//! Warm loops: one operation repeated in the live host, timed by the batch so that the clock's own cost does not show.

use crate::engines::{Engines, compile, deserialize, flat, read};
use crate::request::{Loop, Measure};
use serde_json::json;
use std::hint::black_box;
use thirdwave_protocol::{Clock, Failure, emit};
use wasmtime::{Engine, Linker, Module, Store, TypedFunc};

/// @errors as `run`, and function-not-found
pub fn run(request: &Loop, engines: &Engines, clock: Clock) -> Result<(), Failure> {
    let (engine, _) = engines.get(&request.engine, clock)?;
    let bytes = if request.precompiled { Vec::new() } else { read(&request.module)? };
    let load = |engine: &Engine| -> Result<Module, Failure> {
        if request.precompiled { deserialize(engine, &request.module) } else { compile(engine, &bytes) }
    };
    let module = load(&engine)?;
    let linker: Linker<()> = Linker::new(&engine);
    let pre = linker.instantiate_pre(&module).map_err(|error| Failure::new("link-failed", flat(&error)))?;
    let instantiate = |store: &mut Store<()>| {
        pre.instantiate(store).map_err(|error| Failure::new("instantiate-failed", flat(&error)))
    };
    let callee = |store: &mut Store<()>| -> Result<TypedFunc<(), ()>, Failure> {
        instantiate(store)?.get_typed_func(store, &request.function).map_err(|error| {
            Failure::new("function-not-found", format!("{}: {}", request.function, flat(&error)))
        })
    };
    let called = |error: wasmtime::Error| Failure::new("trap", flat(&error));
    // Whatever is measured, the function must be there: a typing error is not a result.
    let mut kept = Store::new(&engine, ());
    let function = callee(&mut kept)?;

    let batch_ns = match request.measure {
        Measure::Compile | Measure::Deserialize => batches(request, clock, || load(&engine).map(|module| drop(black_box(module)))),
        Measure::Instantiate => batches(request, clock, || {
            let mut store = Store::new(&engine, ());
            instantiate(&mut store).map(|instance| {
                black_box(instance);
            })
        }),
        Measure::InstantiateCall => batches(request, clock, || {
            let mut store = Store::new(&engine, ());
            callee(&mut store)?.call(&mut store, ()).map_err(called)
        }),
        Measure::Call => batches(request, clock, || function.call(&mut kept, ()).map_err(called)),
    }?;
    emit(&json!({ "event": "done", "id": request.id, "batchNs": batch_ns, "iterationsPerBatch": request.iterations_per_batch }));
    Ok(())
}

fn batches(request: &Loop, clock: Clock, mut once: impl FnMut() -> Result<(), Failure>) -> Result<Vec<i64>, Failure> {
    for _ in 0..request.warmup_iterations {
        once()?;
    }
    let mut batch_ns = Vec::with_capacity(usize::try_from(request.batches).unwrap_or(0));
    for _ in 0..request.batches {
        let start_ns = clock.now_ns();
        for _ in 0..request.iterations_per_batch {
            once()?;
        }
        batch_ns.push(clock.now_ns() - start_ns);
    }
    Ok(batch_ns)
}
