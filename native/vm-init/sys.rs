//! System calls of x86-64 Linux, as far as the guest's first process needs them (numbers: arch/x86/entry/syscalls/syscall_64.tbl).
use core::arch::asm;
use core::ffi::CStr;

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Errno(pub u64);

impl Errno {
    pub const TOO_LONG: Errno = Errno(7);
    pub const AGAIN: Errno = Errno(11);

    pub fn name(self) -> &'static str {
        match self.0 {
            2 => "ENOENT",
            7 => "E2BIG",
            8 => "ENOEXEC",
            12 => "ENOMEM",
            13 => "EACCES",
            _ => "an error of another kind",
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
pub struct Fd(i32);

impl Fd {
    /// poll(2) passes over it
    pub const NONE: Fd = Fd(-1);
}

const READ: u64 = 0;
const WRITE: u64 = 1;
const OPEN: u64 = 2;
const CLOSE: u64 = 3;
const POLL: u64 = 7;
const ACCESS: u64 = 21;
const DUP2: u64 = 33;
const FORK: u64 = 57;
const EXECVE: u64 = 59;
const EXIT: u64 = 60;
const WAIT4: u64 = 61;
const FCNTL: u64 = 72;
const REBOOT: u64 = 169;
const IOPL: u64 = 172;
const PIPE2: u64 = 293;
const PIDFD_OPEN: u64 = 434;

const O_CLOEXEC: u64 = 0o2000000;
const O_NONBLOCK: u64 = 0o4000;
const F_SETFL: u64 = 4;
const POLLIN: i16 = 1;

/// # Safety
/// The arguments must be what the call expects; pointers must be valid for it.
unsafe fn call(number: u64, a: u64, b: u64, c: u64, d: u64) -> Result<u64, Errno> {
    let result: i64;
    // SAFETY: passed on to the caller.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number as i64 => result,
            in("rdi") a,
            in("rsi") b,
            in("rdx") c,
            in("r10") d,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    if result < 0 { Err(Errno(result.unsigned_abs())) } else { Ok(result as u64) }
}

pub fn tsc() -> u64 {
    // SAFETY: reads a counter.
    unsafe { core::arch::x86_64::_rdtsc() }
}

pub fn iopl(level: u64) -> Result<u64, Errno> {
    // SAFETY: no pointers.
    unsafe { call(IOPL, level, 0, 0, 0) }
}

pub fn exists(path: &CStr) -> bool {
    // SAFETY: a NUL-terminated path.
    unsafe { call(ACCESS, path.as_ptr() as u64, 0, 0, 0) }.is_ok()
}

/// For reading; close-on-exec.
pub fn open(path: &CStr) -> Result<Fd, Errno> {
    // SAFETY: a NUL-terminated path.
    unsafe { call(OPEN, path.as_ptr() as u64, O_CLOEXEC, 0, 0) }.map(|fd| Fd(fd as i32))
}

pub fn read(fd: Fd, into: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel writes at most `len` bytes.
    unsafe { call(READ, fd.0 as u64, into.as_mut_ptr() as u64, into.len() as u64, 0) }.map(|length| length as usize)
}

pub fn write(fd: i32, bytes: &[u8]) {
    // SAFETY: the kernel reads `len` bytes.
    let _ = unsafe { call(WRITE, fd as u64, bytes.as_ptr() as u64, bytes.len() as u64, 0) };
}

/// How many went; SIGPIPE does nothing to the first process.
pub fn send(fd: Fd, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel reads `len` bytes.
    unsafe { call(WRITE, fd.0 as u64, bytes.as_ptr() as u64, bytes.len() as u64, 0) }.map(|length| length as usize)
}

pub fn make_nonblocking(fd: Fd) -> Result<u64, Errno> {
    // SAFETY: no pointers.
    unsafe { call(FCNTL, fd.0 as u64, F_SETFL, O_NONBLOCK, 0) }
}

pub fn close(fd: Fd) {
    // SAFETY: no pointers.
    let _ = unsafe { call(CLOSE, fd.0 as u64, 0, 0, 0) };
}

/// Both ends close on exec.
pub fn pipe() -> Result<(Fd, Fd), Errno> {
    let mut ends = [0i32; 2];
    // SAFETY: room for two descriptors.
    unsafe { call(PIPE2, ends.as_mut_ptr() as u64, O_CLOEXEC, 0, 0) }?;
    Ok((Fd(ends[0]), Fd(ends[1])))
}

/// Takes 0, 1 and 2 where the kernel found no console to open them on, so that no pipe gets one of these numbers.
pub fn fill_standard_descriptors() {
    while let Ok(fd) = open(c"/") {
        if fd.0 > 2 {
            close(fd);
            return;
        }
    }
}

/// As descriptor `to`, open across exec.
pub fn duplicate(from: Fd, to: i32) {
    // SAFETY: no pointers.
    let _ = unsafe { call(DUP2, from.0 as u64, to as u64, 0, 0) };
}

/// In the child: 0.
pub fn fork() -> Result<u64, Errno> {
    // SAFETY: there is one thread; the child goes on to exec.
    unsafe { call(FORK, 0, 0, 0, 0) }
}

pub fn pidfd_open(pid: u64) -> Result<Fd, Errno> {
    // SAFETY: no pointers.
    unsafe { call(PIDFD_OPEN, pid, 0, 0, 0) }.map(|fd| Fd(fd as i32))
}

#[repr(C)]
struct PollFd {
    fd: i32,
    events: i16,
    happened: i16,
}

/// Which of them have something to say: input, end of file or an error. Negative time-out: for ever.
pub fn poll(fds: [Fd; 3], timeout_ms: i32) -> [bool; 3] {
    let mut list = fds.map(|fd| PollFd { fd: fd.0, events: POLLIN, happened: 0 });
    // SAFETY: three entries.
    let _ = unsafe { call(POLL, list.as_mut_ptr() as u64, 3, timeout_ms as u32 as u64, 0) };
    list.map(|entry| entry.happened != 0)
}

/// Returns only where it fails. Both lists end with a null pointer.
pub fn execute(path: &CStr, args: &[*const u8], env: &[*const u8]) -> Errno {
    // SAFETY: NUL-terminated strings in null-terminated lists.
    match unsafe { call(EXECVE, path.as_ptr() as u64, args.as_ptr() as u64, env.as_ptr() as u64, 0) } {
        Err(errno) => errno,
        Ok(_) => Errno(0),
    }
}

pub fn exit(code: i32) -> ! {
    loop {
        // SAFETY: ends the process.
        let _ = unsafe { call(EXIT, code as u64, 0, 0, 0) };
    }
}

/// Whether a signal ended it, and the signal or the exit code.
pub fn wait(pid: u64) -> (bool, u64) {
    let mut status = 0i32;
    // SAFETY: room for a status.
    let _ = unsafe { call(WAIT4, pid, (&raw mut status) as u64, 0, 0) };
    let signal = status & 0x7f;
    if signal == 0 { (false, ((status >> 8) & 0xff) as u64) } else { (true, signal as u64) }
}

/// Restart: monitors started with “no reboot” end with it.
pub fn reboot() -> ! {
    const MAGIC: (u64, u64, u64) = (0xfee1_dead, 672_274_793, 0x0123_4567);
    loop {
        // SAFETY: no pointers.
        let _ = unsafe { call(REBOOT, MAGIC.0, MAGIC.1, MAGIC.2, 0) };
    }
}

/// The compiler calls these for copies and fills; there is no C library here.
mod memory {
    use core::arch::asm;

    /// # Safety
    /// As in C.
    #[no_mangle]
    unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, length: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { asm!("rep movsb", inout("rdi") to => _, inout("rsi") from => _, inout("rcx") length => _, options(nostack)) };
        to
    }

    /// # Safety
    /// As in C.
    #[no_mangle]
    unsafe extern "C" fn memset(to: *mut u8, byte: i32, length: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { asm!("rep stosb", inout("rdi") to => _, in("al") byte as u8, inout("rcx") length => _, options(nostack)) };
        to
    }
}
