//! The loop: one thread that waits for requests, output, exits and deadlines.

use crate::child::Child;
use crate::epoll::{Epoll, Source};
use crate::event::Event;
use crate::launch::ChildStack;
use crate::prepare::{Input, prepare};
use crate::request::{Request, Spawn};
use std::collections::BTreeMap;
use std::io::{self, Read};
use thirdwave_protocol::{Clock, Failure, Lines, emit, emit_failure, errno, parse};

pub struct Control {
    clock: Clock,
    epoll: Epoll,
    stack: ChildStack,
    lines: Lines,
    /// by a number of our own, never reused: a late event of one child cannot be taken for another's
    children: BTreeMap<u64, Child>,
    next_number: u64,
    /// epoll cannot watch a regular file (`launcher < requests.jsonl`), which is always ready
    stdin_is_file: bool,
}

impl Control {
    pub fn new(clock: Clock) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        let stdin_is_file = epoll.watch(&io::stdin(), Source::Requests).is_err();
        let (stack, lines) = (ChildStack::new(), Lines::default());
        Ok(Self { clock, epoll, stack, lines, children: BTreeMap::new(), next_number: 0, stdin_is_file })
    }

    /// Until end-of-file on stdin: the harness is gone, and everything launched goes with it.
    pub fn run(mut self) {
        let mut ready = Vec::new();
        while self.turn(&mut ready) {}
        for child in self.children.into_values() {
            child.abandon();
        }
    }

    /// False after end-of-file.
    ///
    /// The wait blocks. Spinning instead would shorten the first-byte stamp by the wake-up (see README, “Blocking or
    /// spinning”), but burns one of the machine's processors while the child may want two, and no other rung of the
    /// ladder is observed that way.
    fn turn(&mut self, ready: &mut Vec<Source>) -> bool {
        let timeout_ms = if self.stdin_is_file { 0 } else { self.timeout_ms() };
        self.epoll.wait(timeout_ms, ready);
        let at_ns = self.clock.now_ns();
        for &source in ready.iter() {
            match source {
                Source::Requests => {}
                Source::Stdin(number) => self.with(number, Child::feed),
                Source::Stdout(number) => self.with(number, |child| child.read_stdout(at_ns)),
                Source::Stderr(number) => self.with(number, Child::read_stderr),
                Source::Exit(number) => self.with(number, |child| child.exited(at_ns)),
            }
        }
        self.look_after_children();
        // Requests come last: a new launch takes longer than anything above and must not delay a stamp.
        !(self.stdin_is_file || ready.contains(&Source::Requests)) || self.read_requests()
    }

    fn with(&mut self, number: u64, act: impl FnOnce(&mut Child)) {
        if let Some(child) = self.children.get_mut(&number) {
            act(child);
        }
    }

    fn look_after_children(&mut self) {
        let now_ns = self.clock.now_ns();
        for child in self.children.values_mut() {
            child.check_time(now_ns);
        }
        let finished: Vec<u64> = self
            .children
            .iter()
            .filter(|(_, child)| child.is_finished(now_ns))
            .map(|(&number, _)| number)
            .collect();
        for number in finished {
            if let Some(child) = self.children.remove(&number) {
                child.conclude();
            }
        }
    }

    fn timeout_ms(&self) -> i32 {
        let now_ns = self.clock.now_ns();
        let next_ns = self.children.values().filter_map(Child::next_deadline_ns).min();
        // Rounded up: a millisecond early would be a turn for nothing.
        next_ns.map_or(-1, |at_ns| i32::try_from((at_ns - now_ns).max(0) / 1_000_000 + 1).unwrap_or(i32::MAX))
    }

    fn read_requests(&mut self) -> bool {
        let mut buffer = [0; 64 * 1024];
        match io::stdin().lock().read(&mut buffer) {
            Ok(0) | Err(_) => return false,
            Ok(count) => self.lines.push(&buffer[..count]),
        }
        while let Some(line) = self.lines.next_line() {
            match parse(&line) {
                Ok(request) => self.handle(request),
                Err((id, failure)) => emit_failure(id, &failure),
            }
        }
        true
    }

    fn handle(&mut self, request: Request) {
        match request {
            Request::Spawn(spawn) => {
                if let Err(failure) = self.spawn(&spawn) {
                    emit_failure(Some(spawn.id), &failure);
                }
            }
            Request::Release { id, of } => self.act(id, of, Child::release),
            Request::Kill { id, of } => self.act(id, of, |child| child.kill()),
            Request::Write(write) => {
                let clock = self.clock;
                if let Err(failure) = self.child(write.of).and_then(|child| child.write(&write, clock)) {
                    emit_failure(Some(write.id), &failure);
                }
            }
        }
    }

    fn spawn(&mut self, spawn: &Spawn) -> Result<(), Failure> {
        if self.children.values().any(|child| child.id() == spawn.id) {
            return Err(Failure::bad_request(format!("id {} is in use", spawn.id)));
        }
        let (prepared, ends) = prepare(spawn)?;
        let number = self.next_number;
        self.next_number += 1;
        self.epoll.watch(&ends.stdout, Source::Stdout(number)).map_err(exhausted)?;
        self.epoll.watch(&ends.stderr, Source::Stderr(number)).map_err(exhausted)?;
        if let Input::Feeding(feed) = &ends.stdin {
            self.epoll.watch(feed, Source::Stdin(number)).map_err(exhausted)?;
        }
        let launched = prepared.launch(&mut self.stack, self.clock)?;
        let watched = self.epoll.watch(&launched.pidfd, Source::Exit(number));
        let child = Child::new(spawn, launched, ends);
        if let Err(error) = watched {
            child.abandon();
            return Err(exhausted(error));
        }
        self.children.insert(number, child);
        Ok(())
    }

    fn act(&mut self, id: u64, of: u64, act: impl FnOnce(&mut Child)) {
        match self.child(of) {
            Ok(child) => {
                act(child);
                emit(&Event::Done { id });
            }
            Err(failure) => emit_failure(Some(id), &failure),
        }
    }

    /// Fails with `not-running`.
    fn child(&mut self, id: u64) -> Result<&mut Child, Failure> {
        let found = self.children.values_mut().find(|child| child.id() == id);
        found.ok_or_else(|| Failure::new("not-running", format!("nothing runs under id {id}")))
    }
}

fn exhausted(error: io::Error) -> Failure {
    Failure::new("spawn-failed", format!("epoll: {error}")).with("errno", errno::of(&error))
}
