//! The other side of the protocol, for integration tests: starts a program, sends requests, waits for events.

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Far above anything a test waits for on purpose: reaching it is a failure, not a measurement.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program; killed when dropped.
pub struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    events: Receiver<Value>,
    /// the program's first event
    pub hello: Value,
}

impl Program {
    pub fn start(path: &str) -> Self {
        let mut child = Command::new(path)
            .args(["--origin-ns", "0"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let (send, events) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                let line = line.expect("stdout is text");
                let event = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                if send.send(event).is_err() {
                    break;
                }
            }
        });
        let stdin = child.stdin.take();
        let mut program = Self { child, stdin, events, hello: Value::Null };
        program.hello = program.next();
        assert_eq!(program.hello["event"], "hello");
        program
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn send(&mut self, request: &Value) {
        self.send_text(&request.to_string());
    }

    pub fn send_text(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("stdin was closed by the test");
        writeln!(stdin, "{line}").expect("the program reads its stdin");
    }

    /// The next event.
    pub fn next(&mut self) -> Value {
        self.events.recv_timeout(PATIENCE).expect("an event comes")
    }

    /// The next event, which must be of this kind.
    pub fn expect(&mut self, kind: &str) -> Value {
        let event = self.next();
        assert_eq!(event["event"], kind, "{event}");
        event
    }

    /// Sends a request that must be refused; the error event.
    pub fn refuse(&mut self, request: &Value) -> Value {
        self.send(request);
        self.expect("error")
    }

    /// Closes stdin and waits for the end.
    pub fn finish(mut self) -> ExitStatus {
        self.stdin = None;
        self.child.wait().expect("the program ends")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail when the program has ended already, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until the process is gone or only waits to be reaped.
pub fn wait_until_dead(pid: i64) {
    let begun = Instant::now();
    while is_alive(pid) {
        assert!(begun.elapsed() < PATIENCE, "process {pid} still runs");
        thread::sleep(Duration::from_millis(5));
    }
}

fn is_alive(pid: i64) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    // The state follows the name, which is in parentheses and may contain anything.
    let state = stat.rsplit(')').next().and_then(|rest| rest.trim_start().chars().next());
    !matches!(state, Some('Z' | 'X') | None)
}
