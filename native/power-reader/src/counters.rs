//! The counters that were asked for, open or not.

use crate::event::{CounterRead, Opened, Outcome};
use crate::perf::Counter;
use crate::request::EventSpec;
use std::io;
use thirdwave_protocol::{Clock, errno};

/// In the order of the requests: an event's place is its index. One that could not be opened keeps its place and its error.
#[derive(Default)]
pub struct Counters(Vec<Result<Counter, String>>);

impl Counters {
    pub fn open(&mut self, events: &[EventSpec]) -> Outcome {
        let first = self.0.len();
        self.0.extend(events.iter().map(|&event| Counter::open(event).map_err(|error| name(&error))));
        let opened = self.0.iter().enumerate().skip(first);
        Outcome::Opened(
            opened.map(|(index, counter)| Opened { index, errno: counter.as_ref().err().cloned() }).collect(),
        )
    }

    pub fn read(&mut self, clock: Clock) -> Outcome {
        let counters = self.0.iter_mut().enumerate();
        Outcome::Reads(counters.map(|(index, counter)| read_one(index, counter, clock)).collect())
    }
}

/// The clock is asked directly before and after the system call: the call goes to the event's CPU by an interrupt and may
/// wait there.
fn read_one(index: usize, counter: &mut Result<Counter, String>, clock: Clock) -> CounterRead {
    let before_ns = clock.now_ns();
    let count = match counter {
        Ok(counter) => counter.read().map_err(|error| name(&error)),
        Err(errno) => Err(errno.clone()),
    };
    let latency_ns = clock.now_ns() - before_ns;
    let at_ns = before_ns + latency_ns / 2;
    match count {
        Ok(count) => CounterRead { index, at_ns, latency_ns, raw: Some(count.to_string()), errno: None },
        Err(errno) => CounterRead { index, at_ns, latency_ns, raw: None, errno: Some(errno) },
    }
}

/// `EOF` is no error number, but what a read of a given-up event comes to.
fn name(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::UnexpectedEof { "EOF".to_owned() } else { errno::of(error) }
}
