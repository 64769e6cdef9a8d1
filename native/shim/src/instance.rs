//! One container as containerd's task protocol sees it: create, start, kill, wait, delete.

use crate::container::Container;
use crate::{leftovers, trace};
use chrono::{DateTime, Utc};
use containerd_shimkit::sandbox::sync::WaitableCell;
use containerd_shimkit::sandbox::{Error, InstanceConfig};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// What containerd is told of a guest whose end nobody saw: as of one that was killed.
const UNKNOWN_EXIT_CODE: u32 = 137;

pub struct Instance {
    container: Arc<Container>,
    process: Arc<OwnedFd>,
    exit: WaitableCell<(u32, DateTime<Utc>)>,
    /// the shim was started for this container, and serves no other
    only: bool,
}

/// The container this shim was started for.
pub static SHIM_ID: OnceLock<String> = OnceLock::new();

impl containerd_shimkit::sandbox::Instance for Instance {
    async fn new(id: String, config: &InstanceConfig) -> Result<Self, Error> {
        trace::open(&id);
        trace::stamp("create-begun");
        // Of the kit's errors, those of this kind reach the user as they are; others are printed as data structures.
        let container = Container::create(&id, config).map_err(Error::InvalidArgument)?;
        let process = pidfd(container.pid)?;
        trace::stamp("create-done");
        Ok(Self {
            container: Arc::new(container),
            process: Arc::new(process),
            exit: WaitableCell::new(),
            only: SHIM_ID.get() == Some(&id),
        })
    }

    async fn start(&self) -> Result<u32, Error> {
        trace::stamp("start-begun");
        self.container.start().map_err(Error::Others)?;
        trace::stamp("start-done");
        let (container, process, exit) =
            (Arc::clone(&self.container), Arc::clone(&self.process), self.exit.clone());
        tokio::spawn(async move {
            // Whatever happens here, somebody waits.
            let _guard = exit.set_guard_with(|| (UNKNOWN_EXIT_CODE, Utc::now()));
            // SAFETY: the descriptor is open as long as the registration, which owns a share of it.
            if let Ok(ended) = unsafe { AsyncFd::register_with_interest(process, Interest::READABLE) } {
                let _ = ended.readable().await;
            }
            let code = container.reap().unwrap_or(UNKNOWN_EXIT_CODE);
            trace::stamp("exit-seen");
            let _ = exit.set((code, Utc::now()));
        });
        Ok(self.container.pid.unsigned_abs())
    }

    async fn kill(&self, signal: u32) -> Result<(), Error> {
        // SAFETY: a plain system call; the descriptor is ours and no information is passed.
        let sent = unsafe {
            libc::syscall(
                libc::SYS_pidfd_send_signal,
                raw(&self.process),
                signal,
                std::ptr::null::<libc::siginfo_t>(),
                0,
            )
        };
        match sent {
            0 => Ok(()),
            _ => Err(Error::NotFound(format!(
                "process {}: {}",
                self.container.pid,
                io::Error::last_os_error()
            ))),
        }
    }

    async fn delete(&self) -> Result<(), Error> {
        trace::stamp("delete-begun");
        self.container.delete().map_err(Error::Others)?;
        if self.only {
            // containerd removes what stays, with a warning in its log.
            let _ = leftovers::remove_socket(Path::new(""));
        }
        trace::stamp("delete-done");
        Ok(())
    }

    async fn wait(&self) -> (u32, DateTime<Utc>) {
        *self.exit.wait().await
    }
}

/// A descriptor of a process that is not ours but our keeper's child: it becomes readable when the process ends.
fn pidfd(pid: i32) -> io::Result<OwnedFd> {
    // SAFETY: a plain system call without pointers.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, libc::PIDFD_NONBLOCK) };
    let fd = RawFd::try_from(fd).unwrap_or(-1);
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just given us this descriptor.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn raw(fd: &OwnedFd) -> RawFd {
    std::os::fd::AsRawFd::as_raw_fd(fd)
}
