//! What cannot be opened is told event by event, and the others count on.

use crate::{CPU_CLOCK, SOFTWARE, count, event, open, read, reader};
use serde_json::json;

/// Types are numbered from 0 without gaps worth mentioning: no kernel has this one.
const NO_SUCH_TYPE: u32 = 4_000_000_000;
const NO_SUCH_CPU: u32 = 65_000;

#[test]
fn an_event_that_does_not_exist_is_named_by_its_error_and_keeps_its_place() {
    let mut reader = reader();
    let events =
        [event(NO_SUCH_TYPE, 0, 0), event(SOFTWARE, CPU_CLOCK, 0), event(SOFTWARE, CPU_CLOCK, NO_SUCH_CPU)];
    let opened = open(&mut reader, 1, &events);
    assert_eq!(
        opened,
        json!([{ "index": 0, "errno": "ENOENT" }, { "index": 1 }, { "index": 2, "errno": opened[2]["errno"] }])
    );
    // EINVAL or ENODEV, by the kernel's age.
    assert!(opened[2]["errno"].as_str().expect("an error").starts_with('E'));
    let reads = read(&mut reader, 2);
    assert_eq!((&reads[0]["errno"], &reads[0]["raw"]), (&json!("ENOENT"), &json!(null)));
    assert_eq!(reads[2]["errno"], opened[2]["errno"]);
    assert!(count(&reads[1]) > 0);
}

#[test]
fn without_events_there_is_nothing_to_read() {
    assert_eq!(read(&mut reader(), 1).len(), 0);
}

#[test]
fn requests_that_make_no_sense_are_refused_and_the_next_one_works() {
    let mut reader = reader();
    reader.send_text("{not json");
    let error = reader.expect("error");
    assert_eq!((&error["code"], &error["id"]), (&json!("bad-request"), &json!(null)));
    for request in [
        json!({ "id": 1, "op": "dance" }),
        json!({ "id": 1, "op": "read", "index": 0 }),
        json!({ "id": 1, "op": "open" }),
        json!({ "id": 1, "op": "open", "events": [{ "type": 1, "config": 0 }] }),
        json!({ "id": 1, "op": "open", "events": [{ "type": 1, "config": 0, "cpu": -1 }] }),
        json!({ "id": 1, "op": "open", "events": [{ "type": 1, "config": 0, "cpu": 0, "pid": 1 }] }),
    ] {
        let error = reader.refuse(&request);
        assert_eq!((&error["code"], &error["id"]), (&json!("bad-request"), &json!(1)), "{request}");
    }
    open(&mut reader, 2, &[event(SOFTWARE, CPU_CLOCK, 0)]);
    assert_eq!(read(&mut reader, 3).len(), 1);
}
