//! One life of one instance: from the file to the guest's exit, every phase stamped.

use crate::engines::{Engines, compile, deserialize, flat, read};
use crate::request::{Run, Stdin, encode};
use crate::streams::{Capture, Input};
use serde_json::{Value, json};
use std::sync::Arc;
use thirdwave_protocol::{Clock, Failure, emit, process_cpu_ns};
use wasmtime::{Engine, Linker, Module, Store, Trap};
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::{I32Exit, WasiCtxBuilder};

const STDERR_LIMIT_BYTES: usize = 4096;

struct Phases {
    clock: Clock,
    last_ns: i64,
    done: Vec<Value>,
}

impl Phases {
    /// Ends the current phase; the next begins at the same instant, so that phases leave no gap.
    fn end(&mut self, name: &str) {
        self.end_at(name, self.clock.now_ns());
    }

    fn end_at(&mut self, name: &str, at_ns: i64) {
        self.done.push(json!({ "name": name, "startNs": self.last_ns, "endNs": at_ns }));
        self.last_ns = at_ns;
    }
}

/// Runs to the guest's exit and emits the `exit` event. @errors module-not-found, not-wasm, compile-failed, incompatible-cwasm,
/// link-failed, instantiate-failed, function-not-found
pub fn run(request: &Run, input: &Input, engines: &Engines, clock: Clock) -> Result<(), Failure> {
    let (engine, created_ns) = engines.get(&request.engine, clock)?;
    let id = request.id;
    let announce: Option<Arc<dyn Fn(i64) + Send + Sync>> = match request.stdin {
        Stdin::Hold => Some(Arc::new(move |at_ns| emit(&json!({ "event": "first-byte", "id": id, "atNs": at_ns })))),
        Stdin::Empty | Stdin::Bytes { .. } => None,
    };
    let stdout = Capture::new(clock, request.stdout_limit_bytes, announce);
    let stderr = Capture::new(clock, STDERR_LIMIT_BYTES, None);

    let cpu_start_ns = process_cpu_ns();
    let t0_ns = clock.now_ns();
    let mut phases = Phases { clock, last_ns: t0_ns, done: Vec::with_capacity(6) };
    let module = load(request, &engine, &mut phases)?;
    let mut linker: Linker<WasiP1Ctx> = Linker::new(&engine);
    p1::add_to_linker_sync(&mut linker, |state| state).map_err(|error| Failure::new("link-failed", flat(&error)))?;
    let pre = linker.instantiate_pre(&module).map_err(|error| Failure::new("link-failed", flat(&error)))?;
    let context = WasiCtxBuilder::new()
        .args(&request.args)
        .envs(&request.env.iter().collect::<Vec<_>>())
        .stdin(input.clone())
        .stdout(stdout.clone())
        .stderr(stderr.clone())
        .build_p1();
    let mut store = Store::new(&engine, context);
    phases.end("link");
    let instance = pre.instantiate(&mut store).map_err(|error| Failure::new("instantiate-failed", flat(&error)))?;
    let start = instance
        .get_typed_func::<(), ()>(&mut store, "_start")
        .map_err(|error| Failure::new("function-not-found", format!("_start: {}", flat(&error))))?;
    phases.end("instantiate");
    let outcome = start.call(&mut store, ());
    let at_ns = clock.now_ns();
    let cpu_ns = process_cpu_ns() - cpu_start_ns;

    let captured = stdout.take();
    if let Some(first_byte_ns) = captured.first_byte_ns {
        phases.end_at("first-byte", first_byte_ns);
    }
    phases.end_at("exit", at_ns);
    let (code, trap) = match outcome {
        Ok(()) => (Some(0), Value::Null),
        Err(error) => match (error.downcast_ref::<I32Exit>(), error.downcast_ref::<Trap>()) {
            (Some(exit), _) => (Some(exit.0), Value::Null),
            (None, Some(trap)) => (None, json!({ "code": trap_code(*trap), "message": trap.to_string() })),
            (None, None) => (None, json!({ "code": "host-error", "message": flat(&error) })),
        },
    };
    emit(&json!({
        "event": "exit", "id": id, "t0Ns": t0_ns, "firstByteNs": captured.first_byte_ns, "atNs": at_ns, "code": code, "trap": trap,
        "phases": phases.done, "cpuNs": cpu_ns, "engineCreatedNs": created_ns,
        "stdoutBase64": encode(&captured.bytes), "stdoutBytes": captured.total,
        "stdoutTruncated": captured.total > captured.bytes.len() as u64,
        "stderrTail": String::from_utf8_lossy(&stderr.take().bytes),
    }));
    Ok(())
}

fn load(request: &Run, engine: &Engine, phases: &mut Phases) -> Result<Module, Failure> {
    if request.precompiled {
        let module = deserialize(engine, &request.module)?;
        phases.end("deserialize");
        return Ok(module);
    }
    let bytes = read(&request.module)?;
    phases.end("read");
    let module = compile(engine, &bytes)?;
    phases.end("compile");
    Ok(module)
}

/// `MemoryOutOfBounds` → `memory-out-of-bounds`.
fn trap_code(trap: Trap) -> String {
    let mut code = String::new();
    for letter in format!("{trap:?}").chars() {
        if letter.is_ascii_uppercase() && !code.is_empty() {
            code.push('-');
        }
        code.push(letter.to_ascii_lowercase());
    }
    code
}
