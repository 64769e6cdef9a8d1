//! thirdwave-power-reader: opens counters of perf on chosen CPUs and reads them, each read with its own time.
//!
//! Node has no way to perf_event_open(2). Which events there are, what they count and what to make of it is the harness's
//! matter: this program knows numbers only. Protocol: `native/README.md`.

mod counters;
mod event;
mod perf;
mod request;

use counters::Counters;
use event::Done;
use request::Request;
use std::io::{self, Read};
use thirdwave_protocol::{Clock, Lines, Startup, emit, emit_failure, parse, start};

fn main() {
    let program = "thirdwave-power-reader";
    serve(start(Startup { program, version: env!("CARGO_PKG_VERSION"), facts: &[] }));
}

/// Until end-of-file on stdin; the kernel closes the counters of a process that has ended.
fn serve(clock: Clock) {
    let mut counters = Counters::default();
    let mut lines = Lines::default();
    let mut buffer = [0; 16 * 1024];
    let mut stdin = io::stdin().lock();
    loop {
        match stdin.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(count) => lines.push(&buffer[..count]),
        }
        while let Some(line) = lines.next_line() {
            match parse(&line) {
                Ok(Request::Open { id, events }) => emit(&Done { id, outcome: counters.open(&events) }),
                Ok(Request::Read { id }) => emit(&Done { id, outcome: counters.read(clock) }),
                Err((id, failure)) => emit_failure(id, &failure),
            }
        }
    }
}
