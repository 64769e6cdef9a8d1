//! Requests written to a held program, until their replies are whole.

use crate::{Failure, emit, emit_failure};
use serde::Serialize;

/// The answer to a `write`.
#[derive(Serialize)]
#[serde(tag = "event", rename = "done", rename_all = "camelCase")]
struct Replied {
    id: u64,
    /// read immediately before the write
    sent_ns: i64,
    /// the last byte of the reply was here; `sent_ns` where none was waited for
    replied_ns: i64,
}

struct Waiting {
    id: u64,
    sent_ns: i64,
    /// all output of the program up to the end of the reply
    until_bytes: u64,
}

/// The replies one program owes.
#[derive(Default)]
pub struct Replies {
    received_bytes: u64,
    waiting: Vec<Waiting>,
    ended: bool,
}

impl Replies {
    /// From now on `reply_bytes` more bytes of output answer request `id`. Fails with `ended` after `end`.
    pub fn expect(&mut self, id: u64, sent_ns: i64, reply_bytes: u64) -> Result<(), Failure> {
        if self.ended {
            return Err(Failure::new("ended", "the program has ended"));
        }
        self.waiting.push(Waiting {
            id,
            sent_ns,
            until_bytes: self.received_bytes.saturating_add(reply_bytes),
        });
        self.answer(sent_ns);
        Ok(())
    }

    /// So many more bytes of output are here. `at_ns` is asked only when somebody waits.
    pub fn received(&mut self, bytes: usize, at_ns: impl FnOnce() -> i64) {
        self.received_bytes += bytes as u64;
        if !self.waiting.is_empty() {
            self.answer(at_ns());
        }
    }

    /// No more output will come: who still waits is told `ended`.
    pub fn end(&mut self) {
        self.ended = true;
        for waiting in self.waiting.drain(..) {
            let failure = Failure::new("ended", "the program ended before its reply was whole");
            emit_failure(Some(waiting.id), &failure);
        }
    }

    fn answer(&mut self, replied_ns: i64) {
        let received_bytes = self.received_bytes;
        self.waiting.retain(|&Waiting { id, sent_ns, until_bytes }| {
            let is_whole = received_bytes >= until_bytes;
            if is_whole {
                emit(&Replied { id, sent_ns, replied_ns });
            }
            !is_whole
        });
    }
}
