//! Requests to threads: whatever takes time runs on one of its own, so that `release` is heard while a guest runs.

use crate::engines::Engines;
use crate::event::Done;
use crate::request::{Request, Run};
use crate::stdin::Input;
use crate::{loops, precompile, run};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use thirdwave_protocol::{Clock, Failure, Lines, emit, emit_failure, parse};
use tokio::runtime::{Builder, Handle, Runtime};

pub struct Host {
    shared: Arc<Shared>,
    /// wasmtime-wasi's functions need a tokio runtime to be at hand. Without one it makes its own and passes every blocking
    /// call of a guest through its scheduler; with a handle entered, a call whose stream is ready is a plain call. One
    /// worker, for the timers of `poll_oneoff`.
    runtime: Runtime,
}

struct Shared {
    clock: Clock,
    engines: Engines,
    /// stdin of the runs that have not ended
    running: Mutex<BTreeMap<u64, Input>>,
}

impl Host {
    pub fn new(clock: Clock) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build();
        let shared = Arc::new(Shared { clock, engines: Engines::new(clock), running: Mutex::default() });
        Self { shared, runtime: runtime.expect("a process that has just started can have a thread") }
    }

    /// Until end-of-file on stdin.
    pub fn serve(&self) {
        let mut lines = Lines::default();
        let mut buffer = [0; 64 * 1024];
        let mut stdin = io::stdin().lock();
        loop {
            match stdin.read(&mut buffer) {
                Ok(0) | Err(_) => return,
                Ok(count) => lines.push(&buffer[..count]),
            }
            while let Some(line) = lines.next_line() {
                match parse(&line) {
                    Ok(request) => self.handle(request),
                    Err((id, failure)) => emit_failure(id, &failure),
                }
            }
        }
    }

    fn handle(&self, request: Request) {
        let handle = self.runtime.handle().clone();
        match request {
            Request::Release { id, of } => self.shared.release(id, of),
            Request::Run(request) => match self.shared.admit(&request) {
                Ok(input) => self.work(request.id, handle, move |shared| shared.run(&request, &input)),
                Err(failure) => emit_failure(Some(request.id), &failure),
            },
            Request::Precompile(request) => self.work(request.id, handle, move |shared| {
                precompile::run(&request, &shared.engines, shared.clock)
            }),
            Request::Loop(request) => self
                .work(request.id, handle, move |shared| loops::run(&request, &shared.engines, shared.clock)),
        }
    }

    fn work(
        &self,
        id: u64,
        handle: Handle,
        work: impl FnOnce(&Shared) -> Result<(), Failure> + Send + 'static,
    ) {
        let shared = Arc::clone(&self.shared);
        let guarded = move || {
            let _entered = handle.enter();
            match catch_unwind(AssertUnwindSafe(|| work(&shared))) {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => emit_failure(Some(id), &failure),
                Err(_) => {
                    emit_failure(
                        Some(id),
                        &Failure::new("host-panic", "the host panicked; its stderr says where"),
                    );
                }
            }
        };
        if let Err(error) = thread::Builder::new().spawn(guarded) {
            self.shared.running().remove(&id);
            emit_failure(Some(id), &Failure::new("host-exhausted", format!("no thread: {error}")));
        }
    }
}

impl Shared {
    fn running(&self) -> MutexGuard<'_, BTreeMap<u64, Input>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a run, so that a `release` that follows at once finds it. Fails with `bad-request`.
    fn admit(&self, request: &Run) -> Result<Input, Failure> {
        let input = Input::new(request.stdin.bytes()?, request.stdin.is_held());
        let mut running = self.running();
        if running.contains_key(&request.id) {
            return Err(Failure::bad_request(format!("id {} is in use", request.id)));
        }
        running.insert(request.id, input.clone());
        Ok(input)
    }

    fn run(&self, request: &Run, input: &Input) -> Result<(), Failure> {
        let outcome = run::run(request, input, &self.engines, self.clock);
        self.running().remove(&request.id);
        outcome
    }

    fn release(&self, id: u64, of: u64) {
        match self.running().get(&of) {
            Some(input) => {
                input.release();
                emit(&Done { id, result: json!({}) });
            }
            None => {
                emit_failure(Some(id), &Failure::new("not-running", format!("nothing runs under id {of}")))
            }
        }
    }
}
