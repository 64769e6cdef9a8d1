//! One life of one instance: from the file to the guest's exit, every phase stamped.

use crate::engines::{Engines, Prepared};
use crate::event::{Event, Exit, Phase, TrapFacts};
use crate::held::Guest;
use crate::module::{compile, deserialize, flat, link_failure, read};
use crate::request::Run;
use crate::stdout::{Output, Stamped};
use std::sync::{Arc, PoisonError};
use thirdwave_protocol::{Clock, Failure, STDERR_TAIL_BYTES, Tail, emit, encode_base64, process_cpu_ns};
use wasmtime::{Engine, Module, Store, Trap};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::{I32Exit, WasiCtxBuilder};

/// Phases that follow each other without a gap: the end of one is the beginning of the next.
struct Phases {
    clock: Clock,
    last_ns: i64,
    done: Vec<Phase>,
}

impl Phases {
    fn begin(clock: Clock) -> Self {
        let done = Vec::with_capacity(6);
        Self { last_ns: clock.now_ns(), clock, done }
    }

    fn end(&mut self, name: &'static str) {
        self.end_at(name, self.clock.now_ns());
    }

    fn end_at(&mut self, name: &'static str, at_ns: i64) {
        self.done.push(Phase { name, start_ns: self.last_ns, end_ns: at_ns });
        self.last_ns = at_ns;
    }
}

/// What the run was once the guest had ended.
struct Outcome {
    phases: Phases,
    result: wasmtime::Result<()>,
    at_ns: i64,
    cpu_ns: i64,
}

/// Runs to the guest's exit and tells. Fails as `module` does, and with `link-failed`, `function-not-found` (no
/// `_start`), `instantiate-failed`.
pub fn run(request: &Run, guest: &Guest, engines: &Engines, clock: Clock) -> Result<(), Failure> {
    let (prepared, engine_created_ns) = engines.get(&request.engine)?;
    let id = request.id;
    let announce = request.announce.unwrap_or(request.stdin.is_held());
    let stdout = Output::new(Stamped::new(
        clock,
        request.stdout_limit_bytes,
        Arc::clone(&guest.replies),
        move |at_ns| {
            if announce {
                emit(&Event::FirstByte { id, at_ns });
            }
        },
    ));
    let stderr = Output::new(Tail::new(STDERR_TAIL_BYTES));
    let mut context = WasiCtxBuilder::new();
    context.stdin(guest.input.clone()).stdout(stdout.clone()).stderr(stderr.clone());

    let outcome = live(request, &prepared, context, clock)?;
    let Outcome { mut phases, result, at_ns, cpu_ns } = outcome;
    let stdout = stdout.lock();
    let t0_ns = phases.done.first().map_or(at_ns, |phase| phase.start_ns);
    if let Some(first_byte_ns) = stdout.first_byte_ns() {
        phases.end_at("first-byte", first_byte_ns);
    }
    phases.end_at("exit", at_ns);
    let (code, trap) = ending(result);
    // Told before the exit: whoever waits for a reply hears that it will not come.
    guest.replies.lock().unwrap_or_else(PoisonError::into_inner).end();
    emit(&Event::Exit(Exit {
        id,
        t0_ns,
        first_byte_ns: stdout.first_byte_ns(),
        at_ns,
        code,
        trap,
        phases: phases.done,
        cpu_ns,
        engine_created_ns,
        stdout_base64: encode_base64(stdout.output().bytes()),
        stdout_bytes: stdout.output().total(),
        stdout_truncated: stdout.output().is_truncated(),
        stderr_tail: stderr.lock().text(),
    }));
    Ok(())
}

/// t0 to the guest's end. Everything made here is gone again when it returns, so that no teardown (unmapping a memory,
/// resetting a slot of the pool) runs beside the next trial; it lies after the last stamp.
fn live(
    request: &Run,
    prepared: &Prepared,
    mut context: WasiCtxBuilder,
    clock: Clock,
) -> Result<Outcome, Failure> {
    // wasmtime sets up each thread once (a signal stack). This thread is new, those of a live host are not: not counted.
    Engine::tls_eager_initialize();
    let cpu_start_ns = process_cpu_ns();
    let mut phases = Phases::begin(clock);
    let module = load(request, &prepared.engine, &mut phases)?;
    let pre = prepared.wasi.instantiate_pre(&module).map_err(|error| link_failure(&error))?;
    let env: Vec<_> = request.env.iter().collect();
    let context = context.args(&request.args).envs(&env).build_p1();
    let mut store = Store::<WasiP1Ctx>::new(&prepared.engine, context);
    phases.end("link");
    let instance =
        pre.instantiate(&mut store).map_err(|error| Failure::new("instantiate-failed", flat(&error)))?;
    let start = instance
        .get_typed_func::<(), ()>(&mut store, "_start")
        .map_err(|error| Failure::new("function-not-found", format!("_start: {}", flat(&error))))?;
    phases.end("instantiate");
    let result = start.call(&mut store, ());
    let at_ns = clock.now_ns();
    let cpu_ns = process_cpu_ns() - cpu_start_ns;
    Ok(Outcome { phases, result, at_ns, cpu_ns })
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

/// Exit code or trap. `proc_exit` unwinds the guest with an error of its own, also for code 0; returning from `_start`
/// is code 0.
fn ending(result: wasmtime::Result<()>) -> (Option<i32>, Option<TrapFacts>) {
    let Err(error) = result else { return (Some(0), None) };
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return (Some(exit.0), None);
    }
    let code = error.downcast_ref::<Trap>().map_or_else(|| "host-error".to_owned(), |trap| kebab(*trap));
    (None, Some(TrapFacts { code, message: flat(&error) }))
}

/// `MemoryOutOfBounds` → `memory-out-of-bounds`
fn kebab(trap: Trap) -> String {
    let mut code = String::new();
    for letter in format!("{trap:?}").chars() {
        if letter.is_ascii_uppercase() && !code.is_empty() {
            code.push('-');
        }
        code.push(letter.to_ascii_lowercase());
    }
    code
}
