//! The beginning of every program: its one argument, its first event, and whom it dies with.

use crate::{Clock, Failure, PROTOCOL_VERSION, emit, emit_failure};
use serde_json::{Value, json};
use std::process;

/// Who a program is, for its `hello` event.
#[derive(Debug, Clone, Copy)]
pub struct Startup {
    pub program: &'static str,
    pub version: &'static str,
    /// further fields of `hello`
    pub facts: &'static [(&'static str, &'static str)],
}

/// Ties this process to its parent, reads `--origin-ns` and says hello. Ends the process with code 2 and a `usage`
/// event when the arguments are not understood.
pub fn start(program: Startup) -> Clock {
    die_with_parent();
    match origin_ns(std::env::args().skip(1)) {
        Ok(origin_ns) => {
            emit(&hello(program));
            Clock::new(origin_ns)
        }
        Err(failure) => {
            emit_failure(None, &failure);
            process::exit(2);
        }
    }
}

fn hello(Startup { program, version, facts }: Startup) -> Value {
    let mut event = json!({
        "event": "hello", "program": program, "version": version, "protocol": PROTOCOL_VERSION, "pid": process::id(),
    });
    for (name, value) in facts {
        event[*name] = json!(value);
    }
    event
}

fn origin_ns(mut arguments: impl Iterator<Item = String>) -> Result<i64, Failure> {
    const USAGE: &str = "usage: --origin-ns <nanoseconds of CLOCK_MONOTONIC>; requests are read from stdin";
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (Some("--origin-ns"), Some(text), None) => {
            text.parse().ok().filter(|&origin_ns: &i64| origin_ns >= 0).ok_or_else(|| {
                Failure::new("usage", format!("“{text}” is not a number of nanoseconds; {USAGE}"))
            })
        }
        _ => Err(Failure::new("usage", USAGE)),
    }
}

/// This process gets SIGKILL when its parent dies, so that a harness killed by `kill -9` leaves nothing behind.
///
/// A parent that died before the request took effect would never be noticed by the kernel: hence the second look. (Not
/// “is it 1?”: in a container the harness may well be process 1.) If it died even before the first look, stdin is at
/// end-of-file, which ends both programs as well.
fn die_with_parent() {
    // SAFETY: plain system calls without pointers.
    unsafe {
        let parent = libc::getppid();
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        if libc::getppid() != parent {
            process::exit(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<i64, Failure> {
        origin_ns(arguments.iter().map(|&argument| argument.to_owned()))
    }

    #[test]
    fn the_origin_is_read() {
        assert_eq!(read(&["--origin-ns", "12"]), Ok(12));
    }

    #[test]
    fn anything_else_is_a_usage_failure() {
        let wrong: [&[&str]; 5] = [
            &[],
            &["--origin-ns"],
            &["--origin-ns", "-1"],
            &["--origin-ns", "1", "2"],
            &["--origin-ns", "1s"],
        ];
        for arguments in wrong {
            assert_eq!(read(arguments).unwrap_err().code, "usage", "{arguments:?}");
        }
    }
}
