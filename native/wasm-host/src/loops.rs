//! Warm loops: one operation repeated in the live host. Stamps are taken around a batch, so that the clock's own cost
//! (tens of nanoseconds) does not show in an operation of microseconds.
//!
//! | measure            | one iteration                                                                        |
//! |--------------------|--------------------------------------------------------------------------------------|
//! | `compile`          | `Module::new` on bytes in memory; drop                                               |
//! | `deserialize`      | `Module::deserialize_file`; drop                                                     |
//! | `instantiate`      | `Store::new`, `InstancePre::instantiate`; drop of the store (which frees the instance) |
//! | `instantiate-call` | the same, with look-up of the function by name and its call before the drop           |
//! | `call`             | the call alone, in one instance                                                      |
//!
//! A module that imports WASI gets a WASI context of its own in each store; one without imports gets an empty store, and
//! the iteration is the same as in `examples/bare_loop.rs`, against which the suite checks itself.

use crate::engines::{Engines, Prepared};
use crate::event::Done;
use crate::module::{compile, deserialize, flat, link_failure, read};
use crate::request::{Loop, Measure};
use serde::Serialize;
use std::hint::black_box;
use thirdwave_protocol::{Clock, Failure, emit};
use wasmtime::{Linker, Module, Store};
use wasmtime_wasi::WasiCtxBuilder;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Batches {
    batch_ns: Vec<i64>,
    iterations_per_batch: u64,
}

/// Fails as `module` does, and with `link-failed`, `instantiate-failed`, `function-not-found`, `trapped`.
pub fn run(request: &Loop, engines: &Engines, clock: Clock) -> Result<(), Failure> {
    if request.batches == 0 || request.iterations_per_batch == 0 {
        return Err(Failure::bad_request("a loop needs at least one batch and one iteration"));
    }
    let (prepared, _) = engines.get(&request.engine)?;
    let source = Source::open(request, &prepared)?;
    let module = source.load()?;
    let batch_ns = if module.imports().len() == 0 {
        let linker = Linker::new(&prepared.engine);
        measure(request, &source, &linker, &module, || (), clock)
    } else {
        let context = || WasiCtxBuilder::new().build_p1();
        measure(request, &source, &prepared.wasi, &module, context, clock)
    }?;
    let result = Batches { batch_ns, iterations_per_batch: request.iterations_per_batch };
    emit(&Done { id: request.id, result });
    Ok(())
}

/// What a module is made from.
struct Source<'a> {
    request: &'a Loop,
    prepared: &'a Prepared,
    /// of the .wasm file: reading it is not part of `compile`
    wasm: Option<Vec<u8>>,
}

impl<'a> Source<'a> {
    fn open(request: &'a Loop, prepared: &'a Prepared) -> Result<Self, Failure> {
        let wrong = match (request.measure, request.precompiled) {
            (Measure::Compile, true) => "a precompiled module cannot be compiled",
            (Measure::Deserialize, false) => "only a precompiled module can be deserialized",
            _ => "",
        };
        if !wrong.is_empty() {
            return Err(Failure::bad_request(wrong));
        }
        let wasm = if request.precompiled { None } else { Some(read(&request.module)?) };
        Ok(Self { request, prepared, wasm })
    }

    fn load(&self) -> Result<Module, Failure> {
        match &self.wasm {
            Some(bytes) => compile(&self.prepared.engine, bytes),
            None => deserialize(&self.prepared.engine, &self.request.module),
        }
    }
}

fn measure<T: 'static>(
    request: &Loop,
    source: &Source<'_>,
    linker: &Linker<T>,
    module: &Module,
    state: impl Fn() -> T,
    clock: Clock,
) -> Result<Vec<i64>, Failure> {
    let pre = linker.instantiate_pre(module).map_err(|error| link_failure(&error))?;
    let store = || Store::new(&source.prepared.engine, state());
    // Whatever is measured, the function must be there and run: a wrong name is an error, not a result.
    let mut kept = store();
    let instance = pre.instantiate(&mut kept).map_err(|error| instantiate_failure(&error))?;
    let function = instance.get_typed_func::<(), ()>(&mut kept, &request.function).map_err(|error| {
        Failure::new("function-not-found", format!("{}: {}", request.function, flat(&error)))
    })?;
    function.call(&mut kept, ()).map_err(|error| trapped(&error))?;
    // Inside a batch only wasmtime's own error, one pointer wide: returning our larger `Failure` from every call cost 3 % of
    // an instantiation (against `examples/bare_loop.rs`, n = 15 interleaved).
    let name = request.function.as_str();
    match request.measure {
        Measure::Compile | Measure::Deserialize => {
            batches(request, clock, || source.load().map(|module| drop(black_box(module))), |failure| failure)
        }
        Measure::Instantiate => batches(
            request,
            clock,
            || {
                pre.instantiate(&mut store()).map(|instance| {
                    black_box(instance);
                })
            },
            |error| instantiate_failure(&error),
        ),
        Measure::InstantiateCall => batches(
            request,
            clock,
            || {
                let mut store = store();
                let instance = pre.instantiate(&mut store)?;
                instance.get_typed_func::<(), ()>(&mut store, name)?.call(&mut store, ())
            },
            |error| trapped(&error),
        ),
        Measure::Call => batches(request, clock, || function.call(&mut kept, ()), |error| trapped(&error)),
    }
}

fn batches<E>(
    request: &Loop,
    clock: Clock,
    mut iteration: impl FnMut() -> Result<(), E>,
    failure: impl Fn(E) -> Failure,
) -> Result<Vec<i64>, Failure> {
    for _ in 0..request.warmup_iterations {
        iteration().map_err(&failure)?;
    }
    let mut batch_ns = Vec::with_capacity(request.batches as usize);
    for _ in 0..request.batches {
        let start_ns = clock.now_ns();
        for _ in 0..request.iterations_per_batch {
            iteration().map_err(&failure)?;
        }
        batch_ns.push(clock.now_ns() - start_ns);
    }
    Ok(batch_ns)
}

fn instantiate_failure(error: &wasmtime::Error) -> Failure {
    Failure::new("instantiate-failed", flat(error))
}

fn trapped(error: &wasmtime::Error) -> Failure {
    Failure::new("trapped", flat(error))
}
