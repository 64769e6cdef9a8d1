//! What the container's process does once libcontainer has shut it in.

use crate::trace;
use libcontainer::workload::{Executor, ExecutorError, ExecutorSetEnvsError, ExecutorValidationError};
use oci_spec::runtime::Spec;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process;
use std::rc::Rc;
use thirdwave_guest::{Guest, Outcome, Program, TRAP_EXIT_CODE};
use thirdwave_protocol::Failure;

#[derive(Clone, Default)]
pub struct WasmExecutor {
    loaded: Rc<RefCell<Option<Program>>>,
}

impl Executor for WasmExecutor {
    /// Loads the module while the container is being created: whatever is wrong with it is then the engine's answer to `create`, with its cause.
    fn validate(&self, spec: &Spec) -> Result<(), ExecutorValidationError> {
        trace::stamp("container-entered");
        die_with_keeper();
        let program = entrypoint(spec).and_then(|path| Program::load(&path)).map_err(
            |Failure { code, message, .. }| {
                ExecutorValidationError::ArgValidationError(format!("{code}: {message}"))
            },
        )?;
        trace::stamp("module-loaded");
        self.loaded.replace(Some(program));
        Ok(())
    }

    /// The guest's variables come from the specification; those of this process are the shim's and nobody's business.
    fn setup_envs(&self, _: HashMap<String, String>) -> Result<(), ExecutorSetEnvsError> {
        Ok(())
    }

    fn exec(&self, spec: &Spec) -> Result<(), ExecutorError> {
        trace::stamp("guest-released");
        let program = self.loaded.take().ok_or(ExecutorError::InvalidArg)?;
        let (args, envs) = (args(spec), envs(spec));
        end_on_signals();
        let code = match program.run(&Guest { args, envs }, trace::stamp) {
            Ok(Outcome::Exited(code)) => code,
            Ok(Outcome::Trapped(message)) => {
                eprintln!("thirdwave-shim: the guest trapped: {message}");
                TRAP_EXIT_CODE
            }
            Err(Failure { code, message, .. }) => {
                eprintln!("thirdwave-shim: {code}: {message}");
                126
            }
        };
        trace::stamp("guest-ended");
        process::exit(code)
    }
}

/// The module's file. A bare name is looked up in the folders of PATH, as `docker run` users expect of any image; else paths are the container's.
fn entrypoint(spec: &Spec) -> Result<PathBuf, Failure> {
    let name =
        args(spec).first().ok_or_else(|| Failure::new("no-entrypoint", "the container has no command"))?;
    if name.contains('/') {
        return Ok(PathBuf::from(name));
    }
    let folders = envs(spec).iter().find_map(|entry| entry.strip_prefix("PATH=")).unwrap_or("/");
    let found = folders.split(':').map(|folder| Path::new(folder).join(name)).find(|path| path.is_file());
    Ok(found.unwrap_or_else(|| Path::new("/").join(name)))
}

fn args(spec: &Spec) -> &[String] {
    spec.process().as_ref().and_then(|process| process.args().as_deref()).unwrap_or_default()
}

fn envs(spec: &Spec) -> &[String] {
    spec.process().as_ref().and_then(|process| process.env().as_deref()).unwrap_or_default()
}

/// A shim that is killed takes its keepers with it (their pipe ends), and a keeper its guest: nothing runs on unattended.
fn die_with_keeper() {
    // SAFETY: a plain system call without pointers.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
}

/// The first process of a PID namespace gets no signal it has no handler for; `docker stop` would wait its ten seconds in vain.
fn end_on_signals() {
    extern "C" fn end(signal: libc::c_int) {
        // SAFETY: `_exit` may be called from a signal handler.
        unsafe { libc::_exit(128 + signal) }
    }
    for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT] {
        // SAFETY: the handler only calls an async-signal-safe function.
        unsafe { libc::signal(signal, end as extern "C" fn(libc::c_int) as libc::sighandler_t) };
    }
}
