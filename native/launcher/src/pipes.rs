//! Descriptors for the standard streams; everything is close-on-exec.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// (read end, write end)
pub fn pipe() -> io::Result<(File, OwnedFd)> {
    let mut fds: [RawFd; 2] = [-1; 2];
    // SAFETY: fills two descriptors.
    if unsafe { libc::pipe2(fds.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: both were just made and belong to nobody else.
    Ok(unsafe { (File::from_raw_fd(fds[0]), OwnedFd::from_raw_fd(fds[1])) })
}

pub fn make_nonblocking(file: &File) -> io::Result<()> {
    // SAFETY: a descriptor we own; no pointers.
    if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) } == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// A child's input: a pipe, as a shell or an engine would give it (programs behave differently on a file: `wc -c` does
/// not even read one). It is made large enough to hold everything where the system allows (1 MiB without privileges) and
/// filled before t0; only what does not fit is left to be written while the child runs.
pub struct Feed {
    pipe: File,
    rest: Vec<u8>,
}

impl Feed {
    /// (the child's end, and our end unless everything is in the pipe)
    pub fn new(bytes: Vec<u8>) -> io::Result<(OwnedFd, Option<Self>)> {
        let (read, write) = pipe()?;
        let pipe = File::from(write);
        make_nonblocking(&pipe)?;
        let capacity = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
        // SAFETY: no pointers. Refused above the system's limit, and never made smaller than a page.
        unsafe { libc::fcntl(pipe.as_raw_fd(), libc::F_SETPIPE_SZ, capacity.max(64 * 1024)) };
        let mut feed = Self { pipe, rest: bytes };
        let complete = feed.write_some()?;
        Ok((read.into(), (!complete).then_some(feed)))
    }

    /// Writes what fits; true when nothing is left. Fails when the child has closed its input.
    pub fn write_some(&mut self) -> io::Result<bool> {
        while !self.rest.is_empty() {
            match self.pipe.write(&self.rest) {
                Ok(count) => drop(self.rest.drain(..count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

impl AsRawFd for Feed {
    fn as_raw_fd(&self) -> RawFd {
        self.pipe.as_raw_fd()
    }
}
