//! The module and its one instance.

use crate::file::{Kind, read, recognise};
use std::path::Path;
use thirdwave_protocol::Failure;
use tokio::runtime::{Builder, Runtime};
use wasmtime::{Config, Engine, ExternType, InstancePre, Linker, Module, Store};
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtxBuilder};

const ENTRY: &str = "_start";

/// A module with everything found that it imports, ready to be instantiated.
pub struct Program {
    engine: Engine,
    pre: InstancePre<WasiP1Ctx>,
}

/// What the guest is given. Standard input, output and error are this process' own.
pub struct Guest<'a> {
    /// the first is the program's name
    pub args: &'a [String],
    /// `NAME=value`; an entry without `=` has no meaning and is left out
    pub envs: &'a [String],
}

#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Exited(i32),
    /// with wasmtime's message and the guest's stack
    Trapped(String),
}

impl Program {
    /// Everything that can go wrong before the guest runs goes wrong here.
    ///
    /// Fails with `module-not-found`, `module-unreadable`, `not-wasm`, `is-component`; `compile-failed`; `incompatible-cwasm` (of another wasmtime, other
    /// settings or another CPU); `link-failed` (an import that is not WASI p1's); `function-not-found` (no `_start`); `engine-failed`.
    pub fn load(path: &Path) -> Result<Self, Failure> {
        let (engine, module) = match recognise(path)? {
            Kind::Wasm => {
                let engine = engine(true)?;
                let module = Module::new(&engine, read(path)?)
                    .map_err(|error| failure("compile-failed", path, &error))?;
                (engine, module)
            }
            Kind::Cwasm => {
                let engine = engine(false)?;
                // SAFETY: wasmtime checks version, settings, CPU and structure, but has to trust the machine code itself: whoever can put a .cwasm
                // into an image can as well put a native program there. The file belongs to the image and is not changed while it is mapped.
                let module = unsafe { Module::deserialize_file(&engine, path) }
                    .map_err(|error| failure("incompatible-cwasm", path, &error))?;
                (engine, module)
            }
        };
        match module.get_export(ENTRY) {
            Some(ExternType::Func(kind)) if kind.params().len() == 0 && kind.results().len() == 0 => {}
            _ => {
                return Err(Failure::new(
                    "function-not-found",
                    format!("{} exports no function {ENTRY}", path.display()),
                ));
            }
        }
        let mut linker = Linker::new(&engine);
        p1::add_to_linker_sync(&mut linker, |context| context)
            .map_err(|error| failure("engine-failed", path, &error))?;
        let pre = linker.instantiate_pre(&module).map_err(|error| {
            let text = format!("{}; provided is wasi_snapshot_preview1 (WASI p1)", flat(&error));
            Failure::new("link-failed", format!("{}: {text}", path.display()))
        })?;
        Ok(Self { engine, pre })
    }

    /// Instantiates and calls `_start`. `stamp` hears the names of the moments as they come: `instantiated`, just before the guest's first
    /// instruction. Fails with `instantiate-failed` and `no-threads`.
    pub fn run(self, guest: &Guest<'_>, mut stamp: impl FnMut(&'static str)) -> Result<Outcome, Failure> {
        let runtime = runtime()?;
        let _entered = runtime.enter();
        let mut store = Store::new(&self.engine, context(guest)?);
        let started = self.pre.instantiate(&mut store).and_then(|instance| {
            let entry = instance.get_typed_func::<(), ()>(&mut store, ENTRY)?;
            Ok(entry)
        });
        let entry = match started {
            Ok(entry) => entry,
            // A start section may exit or trap as well.
            Err(error) => {
                return ended(&error).ok_or_else(|| Failure::new("instantiate-failed", flat(&error)));
            }
        };
        stamp("instantiated");
        match entry.call(&mut store, ()) {
            Ok(()) => Ok(Outcome::Exited(0)),
            Err(error) => Ok(ended(&error).unwrap_or_else(|| Outcome::Trapped(format!("{error:?}")))),
        }
    }
}

/// An engine that only maps machine code needs no compiler; making one looks at the CPU and builds tables.
fn engine(compiles: bool) -> Result<Engine, Failure> {
    let mut config = Config::new();
    config.enable_compiler(compiles);
    Engine::new(&config).map_err(|error| Failure::new("engine-failed", flat(&error)))
}

/// wasmtime-wasi wants a tokio runtime at hand. Left alone it makes its own with a worker per core and sends every call through its scheduler; one
/// worker suffices, for the timers of `poll_oneoff`.
fn runtime() -> Result<Runtime, Failure> {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .build()
        .map_err(|error| Failure::new("no-threads", format!("no thread for timers: {error}")))
}

/// The guest sees the whole file system it stands in, as official shims show it: the container's root with its mounts.
fn context(guest: &Guest<'_>) -> Result<WasiP1Ctx, Failure> {
    let mut builder = WasiCtxBuilder::new();
    builder.inherit_stdio().allow_blocking_current_thread(true).args(guest.args);
    for (name, value) in guest.envs.iter().filter_map(|entry| entry.split_once('=')) {
        builder.env(name, value);
    }
    builder
        .preopened_dir("/", "/", FsPerms::ReadWrite)
        .map_err(|error| Failure::new("no-root", format!("the root folder cannot be opened: {error:#}")))?;
    Ok(builder.build_p1())
}

fn ended(error: &wasmtime::Error) -> Option<Outcome> {
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return Some(Outcome::Exited(exit.0));
    }
    error.is::<wasmtime::Trap>().then(|| Outcome::Trapped(format!("{error:?}")))
}

fn failure(code: &'static str, path: &Path, error: &wasmtime::Error) -> Failure {
    Failure::new(code, format!("{}: {}", path.display(), flat(error)))
}

/// The whole chain of an error in one line. (wasmtime's error is no `std::error::Error`; `{:#}` prints its chain.)
fn flat(error: &wasmtime::Error) -> String {
    format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ")
}
