//! perf_event_open(2), as much of it as counting on one CPU needs.

use crate::request::EventSpec;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{FromRawFd, RawFd};
use std::ptr;

/// The first version of the kernel's `struct perf_event_attr` (64 bytes), which every kernel accepts. All zero but the
/// first three: counting starts at once, everything that runs is counted, and a read gives the bare count.
#[derive(Default)]
#[repr(C)]
struct Attributes {
    kind: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    breakpoint_kind: u32,
    config1: u64,
}

/// One open counter; closed when dropped.
pub struct Counter(File);

impl Counter {
    /// Counts what happens on one CPU, whoever makes it happen: the only way energy is counted at all.
    ///
    /// Fails with EACCES (`perf_event_paranoid` > 0 without CAP_PERFMON), EPERM (a seccomp filter), ENOENT (no such type),
    /// EINVAL (no such event of that type), ENODEV (no such CPU) and what else the kernel says.
    pub fn open(event: EventSpec) -> io::Result<Self> {
        const EVERY_PROCESS: libc::pid_t = -1;
        const NO_GROUP: RawFd = -1;
        const CLOSE_ON_EXEC: libc::c_ulong = 8;
        let attributes = Attributes {
            kind: event.kind,
            size: size_of::<Attributes>() as u32,
            config: event.config,
            ..Attributes::default()
        };
        // SAFETY: the kernel reads `size` bytes of `attributes` and keeps no pointer to it.
        let fd = unsafe {
            libc::syscall(
                libc::SYS_perf_event_open,
                ptr::from_ref(&attributes),
                EVERY_PROCESS,
                libc::c_int::from(event.cpu),
                NO_GROUP,
                CLOSE_ON_EXEC,
            )
        };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has just made this descriptor for us; descriptors fit an int.
        Ok(Self(unsafe { File::from_raw_fd(fd as RawFd) }))
    }

    /// The count since the opening. Fails with `UnexpectedEof` when the kernel has given the event up.
    pub fn read(&mut self) -> io::Result<u64> {
        let mut count = [0; size_of::<u64>()];
        self.0.read_exact(&mut count)?;
        Ok(u64::from_ne_bytes(count))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_attributes_are_as_long_as_the_kernel_s_first_version() {
        assert_eq!(size_of::<super::Attributes>(), 64);
    }
}
