//! Requests to a held guest and its replies.

use crate::common::{CAT, HELLO, host, module, ns, run, stdout};
use serde_json::{Value, json};
use std::path::Path;
use thirdwave_protocol::encode_base64;

fn hold(id: u64, module: &Path) -> Value {
    run(id, module, json!({ "stdin": { "kind": "hold" } }))
}

fn write(id: u64, of: u64, text: &str, reply_bytes: u64) -> Value {
    let bytes = encode_base64(text.as_bytes());
    json!({ "id": id, "op": "write", "of": of, "bytesBase64": bytes, "replyBytes": reply_bytes })
}

#[test]
fn a_held_guest_answers_each_request_and_ends_when_released() {
    let mut host = host();
    host.send(&hold(1, &module("echo", CAT)));
    host.send(&write(2, 1, "first\n", 6));
    let first_byte_ns = ns(&host.expect("first-byte")["atNs"]);
    let first = host.expect("done");
    assert_eq!(first["id"], 2);
    assert!(ns(&first["sentNs"]) < first_byte_ns && first_byte_ns <= ns(&first["repliedNs"]), "{first}");
    host.send(&write(3, 1, "second\n", 7));
    let second = host.expect("done");
    assert!(ns(&first["repliedNs"]) < ns(&second["sentNs"]));
    assert!(ns(&second["sentNs"]) < ns(&second["repliedNs"]));
    host.send(&write(4, 1, "", 0));
    assert_eq!(host.expect("done")["id"], 4);
    host.send(&json!({ "id": 5, "op": "release", "of": 1 }));
    let (one, two) = (host.next(), host.next());
    let exit = if one["event"] == "exit" { one } else { two };
    assert_eq!((stdout(&exit).as_str(), &exit["code"]), ("first\nsecond\n", &json!(3)));
}

#[test]
fn a_reply_in_two_pieces_is_answered_once_when_it_is_whole() {
    let mut host = host();
    host.send(&hold(1, &module("pieces", CAT)));
    host.send(&write(2, 1, "abc", 6));
    host.expect("first-byte");
    host.send(&write(3, 1, "def", 3));
    let mut answers = [host.expect("done"), host.expect("done")];
    // Two threads tell: which is first is not promised.
    answers.sort_by_key(|done| done["id"].as_u64());
    assert_eq!(answers.each_ref().map(|done| done["id"].as_u64()), [Some(2), Some(3)]);
    assert!(ns(&answers[0]["repliedNs"]) > ns(&answers[1]["sentNs"]), "not before the second piece was sent");
}

#[test]
fn a_guest_that_ends_before_its_reply_is_whole_is_told_before_its_exit() {
    let mut host = host();
    host.send(&hold(1, &module("short", CAT)));
    host.send(&write(2, 1, "abc", 100));
    host.expect("first-byte");
    host.send(&json!({ "id": 3, "op": "release", "of": 1 }));
    let events: Vec<Value> = (0..3).map(|_| host.next()).collect();
    let at = |kind: &str| events.iter().position(|event| event["event"] == kind).expect(kind);
    assert_eq!((&events[at("error")]["code"], &events[at("error")]["id"]), (&json!("ended"), &json!(2)));
    assert!(at("error") < at("exit"), "{events:?}");
}

#[test]
fn a_guest_that_cannot_be_started_answers_nobody() {
    let mut host = host();
    host.send(&hold(1, Path::new("/nowhere.wasm")));
    assert_eq!(host.expect("error")["code"], "module-not-found");
    let code = host.refuse(&write(2, 1, "x", 1))["code"].clone();
    assert!(code == "not-running" || code == "ended", "{code}");
}

#[test]
fn what_is_not_held_cannot_be_written_to() {
    let mut host = host();
    assert_eq!(host.refuse(&write(2, 1, "x", 1))["code"], "not-running");
    host.send(&hold(1, &module("released", CAT)));
    assert_eq!(
        host.refuse(&json!({ "id": 2, "op": "write", "of": 1, "bytesBase64": "?", "replyBytes": 0 }))["code"],
        "bad-request"
    );
    let spin = r#"(module (func (export "_start") (loop (br 0))))"#;
    host.send(&run(5, &module("not-held", spin), json!({})));
    assert_eq!(host.refuse(&write(6, 5, "x", 1))["code"], "not-running");
    host.send(&run(7, &module("unharmed", HELLO), json!({})));
    assert_eq!(host.expect("exit")["code"], 0);
}
