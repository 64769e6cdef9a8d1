//! Requests to threads: whatever takes time runs on one of its own, so that `release` is heard while a guest runs.

use crate::engines::Engines;
use crate::event::Done;
use crate::held::{Guest, Registry};
use crate::request::{Place, Request, Run};
use crate::stdin::Input;
use crate::{loops, place, precompile, run};
use serde_json::json;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, PoisonError};
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
    /// the runs and places that have not ended
    held: Registry,
}

impl Host {
    pub fn new(clock: Clock) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build();
        let shared = Arc::new(Shared { clock, engines: Engines::new(clock), held: Registry::default() });
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
            Request::Release { id, of } => match self.shared.held.release(of) {
                Ok(()) => emit(&Done { id, result: json!({}) }),
                Err(failure) => emit_failure(Some(id), &failure),
            },
            Request::Write(request) => {
                if let Err(failure) = self.shared.held.write(&request, self.shared.clock) {
                    emit_failure(Some(request.id), &failure);
                }
            }
            Request::Run(request) => match self.shared.admit(&request) {
                Ok(guest) => self.work(request.id, handle, move |shared| shared.run(&request, &guest)),
                Err(failure) => emit_failure(Some(request.id), &failure),
            },
            Request::Place(request) => match self.shared.held.admit_place(request.id) {
                Ok(released) => {
                    self.work(request.id, handle, move |shared| shared.place(&request, &released))
                }
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
            self.shared.held.remove(id);
            emit_failure(Some(id), &Failure::new("host-exhausted", format!("no thread: {error}")));
        }
    }
}

impl Shared {
    /// Fails with `bad-request`.
    fn admit(&self, request: &Run) -> Result<Guest, Failure> {
        let input = Input::new(&request.stdin.bytes()?, request.stdin.is_held());
        self.held.admit_guest(request.id, input)
    }

    fn run(&self, request: &Run, guest: &Guest) -> Result<(), Failure> {
        let outcome = run::run(request, guest, &self.engines, self.clock);
        self.held.remove(request.id);
        // Also where it could not be started.
        guest.replies.lock().unwrap_or_else(PoisonError::into_inner).end();
        outcome
    }

    fn place(&self, request: &Place, released: &Receiver<()>) -> Result<(), Failure> {
        let outcome = place::run(request, released, &self.engines, self.clock);
        self.held.remove(request.id);
        outcome
    }
}
