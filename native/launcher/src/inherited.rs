//! The state a child inherits from us although the request does not mention it.

use std::mem;
use std::ptr;

/// Sets every signal of this process to its default and blocks none.
///
/// A child inherits the mask and what is ignored (Rust's runtime ignores SIGPIPE; a harness may ignore more), while
/// handlers fall back to the default at exec. Resetting once here, instead of 64 system calls in every child, keeps t0…t1
/// free of it.
///
/// SIGPIPE, which we must survive (a child that closes its input, a harness that is gone), gets a handler that does
/// nothing: `write` then fails with EPIPE, and exec restores the default. It is the only handler there is, and harmless
/// where a child still shares our memory, which is why glibc's `posix_spawn` blocks all signals around its clone and we
/// need not.
pub fn reset_signals() {
    extern "C" fn nothing(_: libc::c_int) {}
    /// The kernel's `struct sigaction`: at most 32 bytes on Linux; all zero is SIG_DFL without flags.
    const DEFAULT_ACTION: [u64; 8] = [0; 8];
    const KERNEL_SIGSET_BYTES: usize = 8;
    // SAFETY: the action is longer than what the kernel reads, the old one is not asked for. The system call itself,
    // because the C library refuses the two numbers it uses (32, 33), which a parent can hand down ignored. SIGKILL and
    // SIGSTOP are refused with EINVAL, which is fine. The handler touches nothing.
    unsafe {
        for number in 1..=64 {
            let (action, old) = (DEFAULT_ACTION.as_ptr(), ptr::null_mut::<u64>());
            libc::syscall(libc::SYS_rt_sigaction, number, action, old, KERNEL_SIGSET_BYTES);
        }
        libc::signal(libc::SIGPIPE, nothing as extern "C" fn(libc::c_int) as libc::sighandler_t);
        let mut none: libc::sigset_t = mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut());
    }
}

/// Closes what the harness left open beyond the standard streams: it would stay open in every child.
pub fn close_inherited_descriptors() {
    // SAFETY: called before anything is opened, so no descriptor of ours is closed. A kernel before 5.9 answers ENOSYS
    // and changes nothing.
    unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0) };
}
