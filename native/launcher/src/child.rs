//! One launched process as the loop sees it: its descriptors, its stamps, its output.

use crate::event::{Event, Exit};
use crate::launch::Launched;
use crate::prepare::{Ends, Input};
use crate::request::Spawn;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write as _};
use std::mem;
use std::os::fd::OwnedFd;
use thirdwave_protocol::{
    Clock, Failure, Head, Replies, STDERR_TAIL_BYTES, Tail, Write, emit, emit_all, encode_base64,
};

/// How long after the exit output may still come when a descendant keeps the pipe open.
const DRAIN_LIMIT_NS: i64 = 1_000_000_000;
const READ_BYTES: usize = 64 * 1024;
/// A pipe takes up to so many bytes whole or not at all (PIPE_BUF).
const WRITE_BYTES: usize = 4096;

pub struct Child {
    id: u64,
    pid: libc::pid_t,
    t0_ns: i64,
    spawned_ns: i64,
    /// until the exit: it stays readable from then on
    pidfd: Option<OwnedFd>,
    stdin: Input,
    stdout: Option<File>,
    stderr: Option<File>,
    /// `spawned` and `first-byte` go out as they happen
    announce: bool,
    first_byte_ns: Option<i64>,
    exit_ns: Option<i64>,
    ready_deadline_ns: Option<i64>,
    exit_deadline_ns: i64,
    timed_out: bool,
    output: Head,
    errors: Tail,
    replies: Replies,
}

impl Child {
    pub fn new(spawn: &Spawn, launched: Launched, ends: Ends) -> Self {
        let Launched { pid, pidfd, t0_ns, spawned_ns } = launched;
        let deadline_ns = |limit_ms: u64| {
            let limit_ns = i64::try_from(limit_ms).unwrap_or(i64::MAX).saturating_mul(1_000_000);
            t0_ns.saturating_add(limit_ns)
        };
        let child = Self {
            id: spawn.id,
            announce: spawn.announce.unwrap_or(spawn.stdin.is_held()),
            first_byte_ns: None,
            exit_ns: None,
            ready_deadline_ns: spawn.ready_timeout_ms.map(deadline_ns),
            exit_deadline_ns: deadline_ns(spawn.timeout_ms),
            timed_out: false,
            output: Head::new(spawn.stdout_limit_bytes),
            errors: Tail::new(STDERR_TAIL_BYTES),
            replies: Replies::default(),
            pid,
            t0_ns,
            spawned_ns,
            pidfd: Some(pidfd),
            stdin: ends.stdin,
            stdout: Some(ends.stdout),
            stderr: Some(ends.stderr),
        };
        if child.announce {
            emit(&child.spawned());
        }
        child
    }

    pub fn id(&self) -> u64 {
        self.id
    }

    /// End-of-file on a held stdin.
    pub fn release(&mut self) {
        self.stdin = Input::Closed;
    }

    /// Bytes to a held stdin; the answer comes with the reply. Fails with `not-running`, `bad-request` and as `write_failure`
    /// says.
    pub fn write(&mut self, request: &Write, clock: Clock) -> Result<(), Failure> {
        let Input::Held(pipe) = &mut self.stdin else {
            return Err(Failure::new("not-running", format!("nothing is held under id {}", request.of)));
        };
        let bytes = request.bytes()?;
        if bytes.len() > WRITE_BYTES {
            return Err(Failure::bad_request(format!(
                "{} bytes; at most {WRITE_BYTES} go at once",
                bytes.len()
            )));
        }
        let sent_ns = clock.now_ns();
        pipe.write_all(&bytes).map_err(|error| write_failure(&error))?;
        self.replies.expect(request.id, sent_ns, request.reply_bytes)
    }

    /// The child's input has room again.
    pub fn feed(&mut self) {
        if let Input::Feeding(feed) = &mut self.stdin
            && !matches!(feed.write_some(), Ok(false))
        {
            self.stdin = Input::Closed;
        }
    }

    /// SIGKILL to the whole process group. The leader is reaped in `conclude` at the earliest, so its number cannot have
    /// been given to anybody else.
    pub fn kill(&self) {
        // SAFETY: no pointers. An empty group is ESRCH, which is fine.
        unsafe { libc::kill(-self.pid, libc::SIGKILL) };
    }

    /// `at_ns` was taken when the wait returned, before anything else was done.
    pub fn read_stdout(&mut self, at_ns: i64) {
        let mut buffer = [0; READ_BYTES];
        let Some(count) = read_some(&mut self.stdout, &mut buffer) else { return };
        if self.first_byte_ns.is_none() {
            self.first_byte_ns = Some(at_ns);
            if self.announce {
                emit(&self.first_byte(at_ns));
            }
        }
        self.output.push(&buffer[..count]);
        self.replies.received(count, || at_ns);
    }

    pub fn read_stderr(&mut self) {
        let mut buffer = [0; READ_BYTES];
        if let Some(count) = read_some(&mut self.stderr, &mut buffer) {
            self.errors.push(&buffer[..count]);
        }
    }

    /// The pidfd became readable at `at_ns`. What is already in the pipe came before the exit, whatever the order in
    /// which the two were reported.
    pub fn exited(&mut self, at_ns: i64) {
        self.read_stdout(at_ns);
        self.exit_ns = Some(at_ns);
        self.pidfd = None;
        self.stdin = Input::Closed;
    }

    /// Kills what is over its time; the exit follows as an event of its own.
    pub fn check_time(&mut self, now_ns: i64) {
        if self.exit_ns.is_none() && self.next_deadline_ns().is_some_and(|limit_ns| now_ns >= limit_ns) {
            self.timed_out = true;
            self.kill();
        }
    }

    /// When the loop must look again even if nothing happens.
    pub fn next_deadline_ns(&self) -> Option<i64> {
        if let Some(exit_ns) = self.exit_ns {
            return Some(exit_ns + DRAIN_LIMIT_NS);
        }
        if self.timed_out {
            return None;
        }
        let ready = self.ready_deadline_ns.filter(|_| self.first_byte_ns.is_none());
        Some(ready.map_or(self.exit_deadline_ns, |limit_ns| limit_ns.min(self.exit_deadline_ns)))
    }

    /// Exited, and all output is here or no longer waited for.
    pub fn is_finished(&self, now_ns: i64) -> bool {
        self.exit_ns.is_some_and(|exit_ns| self.stdout.is_none() || now_ns >= exit_ns + DRAIN_LIMIT_NS)
    }

    /// Ends what is left of the group, reaps the leader and tells. Events not told so far go out in one write: while the
    /// child ran, every line would have woken the harness, which competes with the child for the processors.
    pub fn conclude(mut self) {
        let Some(at_ns) = self.exit_ns else { return };
        let stdout_open_after_exit = self.stdout.is_some();
        self.kill();
        self.replies.end();
        while self.stderr.is_some() && self.read_more_stderr() {}
        let (status, usage) = self.reap();
        let exit = Event::Exit(Exit {
            id: self.id,
            at_ns,
            code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
            signal: libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status)),
            timed_out: self.timed_out,
            user_ns: nanoseconds(usage.ru_utime),
            system_ns: nanoseconds(usage.ru_stime),
            minor_faults: usage.ru_minflt,
            major_faults: usage.ru_majflt,
            stdout_base64: encode_base64(self.output.bytes()),
            stdout_bytes: self.output.total(),
            stdout_truncated: self.output.is_truncated(),
            stdout_open_after_exit,
            stderr_tail: self.errors.text(),
        });
        let mut events = Vec::with_capacity(3);
        if !self.announce {
            events.push(self.spawned());
            events.extend(self.first_byte_ns.map(|at_ns| self.first_byte(at_ns)));
        }
        events.push(exit);
        emit_all(&events);
    }

    /// Ends the group without a report: nobody is left to read it.
    pub fn abandon(self) {
        self.kill();
        self.reap();
    }

    /// False when nothing more is in the pipe.
    fn read_more_stderr(&mut self) -> bool {
        let mut buffer = [0; READ_BYTES];
        let count = read_some(&mut self.stderr, &mut buffer);
        self.errors.push(&buffer[..count.unwrap_or(0)]);
        count.is_some()
    }

    fn reap(&self) -> (i32, libc::rusage) {
        let mut status = 0;
        // SAFETY: an all-zero rusage is valid, and the pid is a child of ours that nobody else reaps.
        unsafe {
            let mut usage: libc::rusage = mem::zeroed();
            libc::wait4(self.pid, &raw mut status, 0, &raw mut usage);
            (status, usage)
        }
    }

    fn spawned(&self) -> Event {
        Event::Spawned { id: self.id, pid: self.pid, t0_ns: self.t0_ns, spawned_ns: self.spawned_ns }
    }

    fn first_byte(&self, at_ns: i64) -> Event {
        Event::FirstByte { id: self.id, at_ns }
    }
}

/// The count of bytes read; nothing when none are there. End-of-file and errors close the stream.
fn read_some(stream: &mut Option<File>, buffer: &mut [u8]) -> Option<usize> {
    match stream.as_mut()?.read(buffer) {
        Ok(0) => *stream = None,
        Ok(count) => return Some(count),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
        Err(_) => *stream = None,
    }
    None
}

/// `ended` when the program has closed its input, `input-full` when it does not read it.
fn write_failure(error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::BrokenPipe => Failure::new("ended", "the program has closed its input"),
        ErrorKind::WouldBlock => Failure::new("input-full", "the program does not read its input"),
        _ => Failure::new("write-failed", error.to_string()),
    }
}

fn nanoseconds(time: libc::timeval) -> i64 {
    time.tv_sec * 1_000_000_000 + time.tv_usec * 1000
}
