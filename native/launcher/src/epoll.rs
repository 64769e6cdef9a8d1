//! Waiting for many descriptors.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// What a descriptor means to the loop. The number is the child's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Requests,
    Stdin(u64),
    Stdout(u64),
    Stderr(u64),
    Exit(u64),
}

impl Source {
    fn token(self) -> u64 {
        match self {
            Self::Requests => 0,
            Self::Stdin(child) => child << 3 | 1,
            Self::Stdout(child) => child << 3 | 2,
            Self::Stderr(child) => child << 3 | 3,
            Self::Exit(child) => child << 3 | 4,
        }
    }

    fn of(token: u64) -> Self {
        match token & 7 {
            1 => Self::Stdin(token >> 3),
            2 => Self::Stdout(token >> 3),
            3 => Self::Stderr(token >> 3),
            4 => Self::Exit(token >> 3),
            _ => Self::Requests,
        }
    }

    fn interest(self) -> u32 {
        let interest = if matches!(self, Self::Stdin(_)) { libc::EPOLLOUT } else { libc::EPOLLIN };
        interest.cast_unsigned()
    }
}

/// Level-triggered; closing a descriptor is enough to forget it, because none is ever duplicated in this process.
pub struct Epoll(OwnedFd);

impl Epoll {
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: just made.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Fails with EPERM for a regular file, which is always ready.
    pub fn watch(&self, fd: &impl AsRawFd, source: Source) -> io::Result<()> {
        let mut event = libc::epoll_event { events: source.interest(), u64: source.token() };
        // SAFETY: both descriptors are open and `event` is valid for the call.
        let outcome = unsafe {
            libc::epoll_ctl(self.0.as_raw_fd(), libc::EPOLL_CTL_ADD, fd.as_raw_fd(), &raw mut event)
        };
        if outcome == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// Blocks until something is ready or `timeout_ms` has passed (-1: for ever); a signal counts as nothing.
    pub fn wait(&self, timeout_ms: i32, ready: &mut Vec<Source>) {
        const BATCH: usize = 64;
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; BATCH];
        // SAFETY: room for BATCH events.
        let count =
            unsafe { libc::epoll_wait(self.0.as_raw_fd(), events.as_mut_ptr(), BATCH as i32, timeout_ms) };
        ready.clear();
        ready.extend(
            events.iter().take(usize::try_from(count).unwrap_or(0)).map(|event| Source::of(event.u64)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_means_what_it_was_made_of() {
        for source in
            [Source::Requests, Source::Stdin(3), Source::Stdout(0), Source::Stderr(7), Source::Exit(1 << 40)]
        {
            assert_eq!(Source::of(source.token()), source);
        }
    }
}
