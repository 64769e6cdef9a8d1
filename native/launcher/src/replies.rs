//! Requests written to a held program, until their replies are whole.

use crate::event::Event;
use crate::request::Write;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use thirdwave_protocol::{Clock, Failure, decode_base64, emit, emit_failure};

/// A pipe takes up to so many bytes whole or not at all (PIPE_BUF).
const MAX_BYTES: usize = 4096;

/// One that was sent.
struct Waiting {
    id: u64,
    sent_ns: i64,
    /// all output of the program up to the end of the reply
    until_bytes: u64,
}

#[derive(Default)]
pub struct Replies(Vec<Waiting>);

impl Replies {
    /// Writes; `output_bytes` have come so far. Fails with `bad-request`, with `ended` when the program has closed its
    /// input, and with `input-full` when it does not read it.
    pub fn send(
        &mut self,
        request: &Write,
        input: &mut File,
        output_bytes: u64,
        clock: Clock,
    ) -> Result<(), Failure> {
        let bytes = decode_base64(&request.bytes_base64)?;
        if bytes.len() > MAX_BYTES {
            return Err(Failure::bad_request(format!(
                "{} bytes; at most {MAX_BYTES} go at once",
                bytes.len()
            )));
        }
        let sent_ns = clock.now_ns();
        input.write_all(&bytes).map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => Failure::new("ended", "the program has closed its input"),
            ErrorKind::WouldBlock => Failure::new("input-full", "the program does not read its input"),
            _ => Failure::new("write-failed", error.to_string()),
        })?;
        self.0.push(Waiting { id: request.id, sent_ns, until_bytes: output_bytes + request.reply_bytes });
        self.received(output_bytes, clock.now_ns());
        Ok(())
    }

    /// The program has now printed `output_bytes` in all, the last of them at `at_ns`.
    pub fn received(&mut self, output_bytes: u64, at_ns: i64) {
        self.0.retain(|&Waiting { id, sent_ns, until_bytes }| {
            let is_whole = output_bytes >= until_bytes;
            if is_whole {
                emit(&Event::Replied { id, sent_ns, replied_ns: at_ns });
            }
            !is_whole
        });
    }

    /// No more output will come.
    pub fn end(&mut self) {
        for waiting in self.0.drain(..) {
            let failure = Failure::new("ended", "the program ended before its reply was whole");
            emit_failure(Some(waiting.id), &failure);
        }
    }
}
