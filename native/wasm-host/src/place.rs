//! Many live instances of one module in this process, each in a store of its own, kept until they are released: what an
//! instance costs at scale. `examples/bare_place.rs` is the same with nothing of ours around it.

use crate::engines::Engines;
use crate::event::{Event, Placed};
use crate::module::{compile, deserialize, flat, link_failure, read};
use crate::request::Place;
use std::sync::mpsc::Receiver;
use thirdwave_protocol::{Clock, Failure, emit};
use wasmtime::{Engine, ExternType, InstancePre, Linker, Store};

/// Places, tells, keeps everything alive until `released` says so (or the host ends), removes, tells. Fails as `module`
/// does and with `link-failed` (the module imports something), `function-not-found`, `bad-request`; a failure on the way is
/// an event of its own, `place-failed`.
pub fn run(request: &Place, released: &Receiver<()>, engines: &Engines, clock: Clock) -> Result<(), Failure> {
    if request.batch == 0 {
        return Err(Failure::bad_request("a batch needs at least one instance"));
    }
    let (prepared, _) = engines.get(&request.engine)?;
    let engine = &prepared.engine;
    let module = if request.precompiled {
        deserialize(engine, &request.module)?
    } else {
        compile(engine, &read(&request.module)?)?
    };
    let function = request.function.as_deref();
    if let Some(name) = function.filter(|name| !matches!(module.get_export(name), Some(ExternType::Func(_))))
    {
        return Err(Failure::new(
            "function-not-found",
            format!("{name}: the module exports no such function"),
        ));
    }
    let pre = Linker::new(engine).instantiate_pre(&module).map_err(|error| link_failure(&error))?;
    match place(request, engine, &pre, clock) {
        Ok((stores, placed)) => {
            emit(&Event::Placed(placed));
            // An error means that nobody can release any more: the same.
            let _ = released.recv();
            let start_ns = clock.now_ns();
            drop(stores);
            let end_ns = clock.now_ns();
            give_back();
            emit(&Event::Removed { id: request.id, start_ns, end_ns });
        }
        Err((instances, error)) => {
            give_back();
            let message = format!("after {instances} instances: {}", flat(&error));
            emit(&Event::PlaceFailed { id: request.id, code: "place-failed", message, instances });
        }
    }
    Ok(())
}

/// On failure: how many instances lived, and why there is not one more. They are gone when it returns.
fn place(
    request: &Place,
    engine: &Engine,
    pre: &InstancePre<()>,
    clock: Clock,
) -> Result<(Vec<Store<()>>, Placed), (usize, wasmtime::Error)> {
    let &Place { id, instances, batch, .. } = request;
    // An instance is an index into its store: the store is all that has to be kept. Reserved in one piece, so that no
    // growing copies count as the instances' memory.
    let mut stores = Vec::new();
    let mut batch_ns = Vec::new();
    let reserved = stores
        .try_reserve_exact(instances)
        .and_then(|()| batch_ns.try_reserve_exact(instances.div_ceil(batch)));
    reserved.map_err(|error| (0, wasmtime::Error::msg(error.to_string())))?;
    let start_ns = clock.now_ns();
    let mut last_ns = start_ns;
    while stores.len() < instances {
        let until = instances.min(stores.len().saturating_add(batch));
        while stores.len() < until {
            match live(request, engine, pre) {
                Ok(store) => stores.push(store),
                Err(error) => return Err((stores.len(), error)),
            }
        }
        let now_ns = clock.now_ns();
        batch_ns.push(now_ns - last_ns);
        last_ns = now_ns;
    }
    Ok((stores, Placed { id, instances, start_ns, end_ns: last_ns, batch_ns }))
}

/// One instance that has served its call.
fn live(request: &Place, engine: &Engine, pre: &InstancePre<()>) -> wasmtime::Result<Store<()>> {
    let mut store = Store::new(engine, ());
    let instance = pre.instantiate(&mut store)?;
    if let Some(name) = &request.function {
        instance.get_typed_func::<(), ()>(&mut store, name)?.call(&mut store, ())?;
    }
    Ok(store)
}

/// What was freed to the allocator, to the system: glibc kept all of it, 5 GB after a million instances, and the next
/// placing in this host would have looked free of cost.
fn give_back() {
    // SAFETY: no pointers.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::malloc_trim(0);
    }
}
