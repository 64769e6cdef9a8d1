//! Events: one JSON object per line on stdout.

use crate::Failure;
use serde::Serialize;
use std::io::Write;
use std::process;

#[derive(Serialize)]
#[serde(rename = "error", tag = "event")]
struct ErrorEvent<'a> {
    id: Option<u64>,
    #[serde(flatten)]
    failure: &'a Failure,
}

/// Writes one event and flushes it.
pub fn emit(event: &impl Serialize) {
    emit_all(&[event]);
}

/// Writes events with one `write`, so that a reader that waits for them is woken once.
///
/// A reader that is gone ends this program: there is nobody left to report to.
pub fn emit_all<E: Serialize>(events: &[E]) {
    let mut text = Vec::with_capacity(256);
    for event in events {
        // Events are plain data with string keys: serialising one cannot fail, and the buffer is memory.
        serde_json::to_writer(&mut text, event).expect("an event is plain data");
        text.push(b'\n');
    }
    let mut out = std::io::stdout().lock();
    if out.write_all(&text).and_then(|()| out.flush()).is_err() {
        process::exit(0);
    }
}

/// Tells that a request failed; `id` is unknown when the line could not be read at all.
pub fn emit_failure(id: Option<u64>, failure: &Failure) {
    emit(&ErrorEvent { id, failure });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(id: Option<u64>, failure: &Failure) -> String {
        serde_json::to_string(&ErrorEvent { id, failure }).unwrap()
    }

    #[test]
    fn an_error_without_facts_has_no_detail() {
        let expected = r#"{"event":"error","id":null,"code":"bad-request","message":"no"}"#;
        assert_eq!(text_of(None, &Failure::bad_request("no")), expected);
    }

    #[test]
    fn an_error_carries_its_facts() {
        let failure = Failure::new("spawn-failed", "no").with("errno", "ENOENT");
        let expected =
            r#"{"event":"error","id":7,"code":"spawn-failed","message":"no","detail":{"errno":"ENOENT"}}"#;
        assert_eq!(text_of(Some(7), &failure), expected);
    }
}
