//! The container, kept in a process of its own.
//!
//! libcontainer forks and changes what the forking process is; that is only sound in a process with one thread, and the shim has several. The kit's zygote
//! is such a process, forked off before the first thread. Each container gets one, which stays the parent of the guest and reaps it.

use crate::executor::WasmExecutor;
use crate::leftovers::state_folder;
use crate::trace;
use containerd_shimkit::sandbox::InstanceConfig;
use containerd_shimkit::zygote::Zygote;
use libcontainer::container::Container as YoukiContainer;
use libcontainer::container::builder::ContainerBuilder;
use libcontainer::syscall::syscall::SyscallType;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

// Zygotes are called by function pointers; what a function leaves for the next one stands here, in the zygote's memory.
thread_local! {
    static CONTAINER: RefCell<Option<YoukiContainer>> = const { RefCell::new(None) };
}

pub struct Container {
    zygote: Zygote,
    /// of the guest's process, as the shim sees it
    pub pid: i32,
}

impl Container {
    /// Everything up to the guest's first instruction: namespaces, control groups, root, module loaded.
    pub fn create(id: &str, config: &InstanceConfig) -> Result<Self, String> {
        let zygote = Zygote::global().spawn();
        let pid = ask(&zygote, create, (id.to_owned(), config.clone()))?;
        Ok(Self { zygote, pid })
    }

    pub fn start(&self) -> Result<(), String> {
        ask(
            &self.zygote,
            |()| with_container(|container| container.start().map_err(|error| chain(&error))),
            (),
        )
    }

    /// Exit code of the guest's process, which must have ended; 128 + the signal that ended it.
    pub fn reap(&self) -> Result<u32, String> {
        ask(&self.zygote, reap, self.pid)
    }

    /// Kills the guest if it lives; removes control groups and state.
    pub fn delete(&self) -> Result<(), String> {
        ask(
            &self.zygote,
            |()| with_container(|container| container.delete(true).map_err(|error| chain(&error))),
            (),
        )
    }
}

fn ask<A, R>(zygote: &Zygote, task: fn(A) -> Result<R, String>, argument: A) -> Result<R, String>
where
    A: Serialize + DeserializeOwned + 'static,
    R: Serialize + DeserializeOwned + 'static,
{
    zygote.try_run(task, argument).map_err(|error| format!("the container's keeper failed: {error}"))?
}

fn with_container<R>(task: impl FnOnce(&mut YoukiContainer) -> Result<R, String>) -> Result<R, String> {
    CONTAINER.with_borrow_mut(|container| task(container.as_mut().ok_or("there is no container")?))
}

fn create((id, config): (String, InstanceConfig)) -> Result<i32, String> {
    let mut builder = ContainerBuilder::new(id, SyscallType::Linux)
        .with_executor(WasmExecutor::default())
        .with_root_path(state_folder(&config.namespace))
        .map_err(|error| chain(&error))?;
    if let Some(file) = pipe(&config.stdin, open_stdin)? {
        builder = builder.with_stdin(file);
    }
    if let Some(file) = pipe(&config.stdout, open_output)? {
        builder = builder.with_stdout(file);
    }
    if let Some(file) = pipe(&config.stderr, open_output)? {
        builder = builder.with_stderr(file);
    }
    trace::stamp("container-fork");
    let container = builder
        .as_init(&config.bundle)
        .with_systemd(config.config.systemd_cgroup)
        .build()
        .map_err(|error| cause(&error))?;
    let pid = container.pid().ok_or("libcontainer names no process")?.as_raw();
    CONTAINER.set(Some(container));
    Ok(pid)
}

fn pipe(path: &Path, open: fn(&Path) -> io::Result<File>) -> Result<Option<File>, String> {
    if path.as_os_str().is_empty() {
        return Ok(None);
    }
    open(path).map(Some).map_err(|error| format!("{}: {error}", path.display()))
}

/// For reading only, or the guest would hold the writing end itself and never see the end of its input. The engine opens its end before it asks for a
/// container; should nobody have, the input is empty, where a plain `open` would wait for ever.
fn open_stdin(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    // SAFETY: a plain system call on a descriptor we own; it clears the flag for the guest, which reads as from any pipe.
    match unsafe { libc::fcntl(std::os::fd::AsRawFd::as_raw_fd(&file), libc::F_SETFL, 0) } {
        0 => Ok(file),
        _ => Err(io::Error::last_os_error()),
    }
}

/// For reading as well: a guest whose reader has gone gets no SIGPIPE, and opening never waits.
fn open_output(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

fn reap(pid: i32) -> Result<u32, String> {
    let mut status = 0;
    loop {
        // SAFETY: `status` is a valid place for an int.
        match unsafe { libc::waitpid(pid, &raw mut status, 0) } {
            -1 if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
            -1 => return Err(format!("process {pid} cannot be waited for: {}", io::Error::last_os_error())),
            _ if libc::WIFEXITED(status) => return Ok(libc::WEXITSTATUS(status).unsigned_abs()),
            _ => return Ok(128 + libc::WTERMSIG(status).unsigned_abs()),
        }
    }
}

/// Why the container was not made; what its own process had to say stands alone.
fn cause(error: &dyn Error) -> String {
    let text = chain(error);
    text.rsplit_once("error in executing process : ").map_or(text.clone(), |(_, own)| own.to_owned())
}

/// An error and what it came from, in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}
