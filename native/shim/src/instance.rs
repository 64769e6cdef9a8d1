//! One container as containerd's task protocol sees it: create, start, kill, wait, delete.

use crate::container::Container;
use crate::trace;
use chrono::{DateTime, Utc};
use containerd_shimkit::sandbox::sync::WaitableCell;
use containerd_shimkit::sandbox::{Error, InstanceConfig};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::sync::Arc;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// What containerd is told of a guest whose end nobody saw: as of one that was killed.
const UNKNOWN_EXIT_CODE: u32 = 137;

pub struct Instance {
    container: Arc<Container>,
    process: Arc<OwnedFd>,
    exit: WaitableCell<(u32, DateTime<Utc>)>,
}

impl containerd_shimkit::sandbox::Instance for Instance {
    async fn new(id: String, config: &InstanceConfig) -> Result<Self, Error> {
        trace::open(&id);
        trace::stamp("create-begun");
        let container = Container::create(&id, config).map_err(Error::Others)?;
        let process = pidfd(container.pid)?;
        trace::stamp("create-done");
        Ok(Self { container: Arc::new(container), process: Arc::new(process), exit: WaitableCell::new() })
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
            if let Ok(ended) = AsyncFd::register_with_interest(process, Interest::READABLE) {
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
        let deleted = self.container.delete().map_err(Error::Others);
        trace::stamp("delete-done");
        deleted
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
