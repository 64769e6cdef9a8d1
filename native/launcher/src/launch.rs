//! The launch call: `clone(CLONE_VM | CLONE_VFORK | CLONE_PIDFD)` on a stack of its own, as glibc's `posix_spawn` does it,
//! with what `posix_spawn` lacks: a pidfd without a race, PR_SET_PDEATHSIG, and joining cgroups before exec.
//!
//! Why vfork semantics: a plain fork copies the parent's page tables, which made Node's `spawn` block about 3 ms more per
//! 100 MiB of parent memory (docs/method: measured for this project), and it inflates the child's `ru_maxrss`. Here the
//! parent is suspended until the child has exec'ed, and nothing is copied.

use libc::{c_char, c_int, c_void};
use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;
use thirdwave_protocol::{Clock, Failure, errno};

/// Everything a child needs, made before t0.
pub struct Prepared {
    pub argv: Vec<CString>,
    pub env: Vec<CString>,
    pub cwd: Option<CString>,
    /// become 0, 1 and 2; all are above 2
    pub streams: [OwnedFd; 3],
    pub cgroup_procs: Vec<(String, File)>,
}

pub struct Launched {
    pub pid: libc::pid_t,
    pub pidfd: OwnedFd,
    /// read immediately before the clone call
    pub t0_ns: i64,
    /// the clone call returned: the child has exec'ed
    pub spawned_ns: i64,
}

/// The stack children run on until they exec. Kept and reused (vfork lets one child run on it at a time), so that its
/// pages are not faulted in between t0 and t1. glibc's `posix_spawn` gives its child 32 KiB.
pub struct ChildStack(Box<[Aligned]>);

#[repr(align(16))]
#[derive(Clone, Copy)]
struct Aligned(#[expect(dead_code, reason = "only its size and alignment matter")] [u8; 16]);

impl ChildStack {
    pub fn new() -> Self {
        Self(vec![Aligned([0xff; 16]); 64 * 1024 / 16].into_boxed_slice())
    }

    /// Stacks grow downwards on every architecture we build for.
    fn top(&mut self) -> *mut c_void {
        self.0.as_mut_ptr_range().end.cast()
    }
}

/// What the child sees of the parent's memory: raw pointers only, because it must not allocate.
struct ChildView {
    argv: *const *const c_char,
    env: *const *const c_char,
    cwd: *const c_char,
    streams: [RawFd; 3],
    cgroup_fds: *const RawFd,
    cgroup_count: usize,
    launcher_pid: libc::pid_t,
    /// written by a child that failed, read by the parent after the clone returned
    failed: Option<(Step, c_int)>,
}

#[derive(Clone, Copy)]
enum Step {
    Session,
    DeathSignal,
    Cgroup(usize),
    Streams,
    Cwd,
    Exec,
}

impl Prepared {
    /// Launches. Fails with `spawn-failed` (errno, path) or `cgroup-join-failed`; nothing is left behind then.
    pub fn launch(self, stack: &mut ChildStack, clock: Clock) -> Result<Launched, Failure> {
        let argv = pointers(&self.argv);
        let env = pointers(&self.env);
        let cgroup_fds: Vec<RawFd> = self.cgroup_procs.iter().map(|(_, file)| file.as_raw_fd()).collect();
        let mut view = ChildView {
            argv: argv.as_ptr(),
            env: env.as_ptr(),
            cwd: self.cwd.as_ref().map_or(ptr::null(), |path| path.as_ptr()),
            streams: self.streams.each_ref().map(AsRawFd::as_raw_fd),
            cgroup_fds: cgroup_fds.as_ptr(),
            cgroup_count: cgroup_fds.len(),
            // SAFETY: cannot fail.
            launcher_pid: unsafe { libc::getpid() },
            failed: None,
        };
        let mut pidfd: RawFd = -1;
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD | libc::SIGCHLD;
        let top = stack.top();
        let t0_ns = clock.now_ns();
        // SAFETY: CLONE_VFORK suspends this thread, the only one of the process, until the child has exec'ed or exited:
        // `view`, the stack and all that `view` points to outlive the child's use of them. `run_child` only makes system
        // calls, and no signal handler is installed that could run in it (see `inherited`).
        let pid = unsafe { libc::clone(run_child, top, flags, (&raw mut view).cast(), &raw mut pidfd) };
        let spawned_ns = clock.now_ns();
        if pid < 0 {
            return Err(self.failure("clone", "", io::Error::last_os_error().raw_os_error().unwrap_or(0)));
        }
        // SAFETY: the kernel has just made this descriptor for us.
        let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
        // SAFETY: `view` is alive; volatile, because the compiler cannot know that another process wrote to it.
        if let Some((step, code)) = unsafe { ptr::read_volatile(&raw const view.failed) } {
            // SAFETY: our own child, which is about to exit.
            unsafe { libc::waitpid(pid, ptr::null_mut(), 0) };
            return Err(self.child_failure(step, code));
        }
        Ok(Launched { pid, pidfd, t0_ns, spawned_ns })
    }

    fn child_failure(&self, step: Step, code: c_int) -> Failure {
        let program = self.argv.first().map(|path| path.to_string_lossy()).unwrap_or_default();
        let cwd = self.cwd.as_ref().map(|path| path.to_string_lossy()).unwrap_or_default();
        match step {
            Step::Session => self.failure("setsid", "", code),
            Step::DeathSignal => self.failure("prctl", "", code),
            Step::Cgroup(index) => {
                let path = self.cgroup_procs.get(index).map_or("", |(path, _)| path);
                Failure { code: "cgroup-join-failed", ..self.failure("join", path, code) }
            }
            Step::Streams => self.failure("dup2", "", code),
            Step::Cwd => self.failure("chdir", &cwd, code),
            Step::Exec => self.failure("execve", &program, code),
        }
    }

    fn failure(&self, call: &str, path: &str, code: c_int) -> Failure {
        let words = io::Error::from_raw_os_error(code);
        let subject = if path.is_empty() { String::new() } else { format!(" {path}") };
        Failure::new("spawn-failed", format!("{call}{subject}: {words}"))
            .with("call", call)
            .with("errno", errno::name(code))
            .with("path", path)
    }
}

fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect()
}

/// Runs in the child, on the parent's memory: system calls only, no allocation, no unwinding.
extern "C" fn run_child(argument: *mut c_void) -> c_int {
    // SAFETY: the pointer given to clone.
    let view = unsafe { &mut *argument.cast::<ChildView>() };
    // SAFETY: as `become_program` asks.
    let step = unsafe { become_program(view) };
    // SAFETY: errno of the call that failed. `_exit` ends the child without the parent's exit handlers.
    unsafe {
        view.failed = Some((step, *libc::__errno_location()));
        libc::_exit(127)
    }
}

/// Does not return unless something failed: then the step, with errno set.
///
/// # Safety
/// All pointers of `view` must be valid, and the strings and arrays NUL-terminated.
unsafe fn become_program(view: &ChildView) -> Step {
    // SAFETY: async-signal-safe calls on what the caller vouches for.
    unsafe {
        // A session of its own: one kill(-pid) takes the program and all descendants that did not leave on purpose, and a
        // Ctrl-C at the harness' terminal is the harness' to handle.
        if libc::setsid() < 0 {
            return Step::Session;
        }
        if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0 {
            return Step::DeathSignal;
        }
        if libc::getppid() != view.launcher_pid {
            libc::_exit(127);
        }
        for index in 0..view.cgroup_count {
            // “0” stands for the writer. Nothing happens here in a timed trial: the list is empty.
            if libc::write(*view.cgroup_fds.add(index), c"0".as_ptr().cast(), 1) != 1 {
                return Step::Cgroup(index);
            }
        }
        let mut target = 0;
        while target < 3 {
            // The duplicate is not close-on-exec; everything else we have is.
            if libc::dup2(view.streams[target as usize], target) < 0 {
                return Step::Streams;
            }
            target += 1;
        }
        if !view.cwd.is_null() && libc::chdir(view.cwd) != 0 {
            return Step::Cwd;
        }
        libc::execve(*view.argv, view.argv, view.env);
        Step::Exec
    }
}
