//! Requests to a held program and its replies.

use crate::common::{launcher, ns, shell};
use serde_json::{Value, json};
use thirdwave_protocol::encode_base64;
use thirdwave_protocol::testing::Program;

/// Prints “ready”, then what `reply` says for each line.
fn hold(launcher: &mut Program, reply: &str) -> Value {
    let script = format!("echo ready; while read -r line; do {reply}; done");
    launcher.send(&shell(1, &script, json!({ "stdin": { "kind": "hold" } })));
    launcher.expect("spawned");
    launcher.expect("first-byte")
}

fn write(id: u64, text: &str, reply_bytes: u64) -> Value {
    let bytes = encode_base64(text.as_bytes());
    json!({ "id": id, "op": "write", "of": 1, "bytesBase64": bytes, "replyBytes": reply_bytes })
}

#[test]
fn a_request_is_answered_when_its_reply_is_whole() {
    let mut launcher = launcher();
    let mut last_ns = ns(&hold(&mut launcher, "printf 'you '; sleep 0.05; echo \"said $line\"")["atNs"]);
    for id in 2..5 {
        launcher.send(&write(id, "hi\n", 12));
        let done = launcher.expect("done");
        assert_eq!(done["id"], id);
        let (sent_ns, replied_ns) = (ns(&done["sentNs"]), ns(&done["repliedNs"]));
        assert!(last_ns < sent_ns, "{last_ns} {done}");
        assert!(replied_ns - sent_ns >= 50_000_000, "the reply's first bytes are not the whole: {done}");
        last_ns = replied_ns;
    }
    launcher.send(&json!({ "id": 9, "op": "release", "of": 1 }));
    assert_eq!(launcher.expect("done")["id"], 9);
    let exit = launcher.expect("exit");
    assert_eq!(exit["stdoutBase64"], encode_base64(b"ready\nyou said hi\nyou said hi\nyou said hi\n"));
    assert!(ns(&exit["atNs"]) >= last_ns);
}

#[test]
fn without_a_reply_to_wait_for_the_answer_comes_at_once() {
    let mut launcher = launcher();
    hold(&mut launcher, ":");
    launcher.send(&write(2, "hi\n", 0));
    let done = launcher.expect("done");
    assert!(ns(&done["repliedNs"]) >= ns(&done["sentNs"]));
}

#[test]
fn a_program_that_ends_before_its_reply_is_whole_is_told_before_its_exit() {
    let mut launcher = launcher();
    hold(&mut launcher, "echo short; exit 4");
    let error = launcher.refuse(&write(2, "hi\n", 7));
    assert_eq!((&error["code"], &error["id"]), (&json!("ended"), &json!(2)));
    assert_eq!(launcher.expect("exit")["code"], 4);
}

#[test]
fn what_cannot_be_written_is_refused() {
    let mut launcher = launcher();
    assert_eq!(launcher.refuse(&write(2, "hi\n", 1))["code"], "not-running");
    launcher.send(&shell(1, "exec sleep 300", json!({ "announce": true })));
    launcher.expect("spawned");
    assert_eq!(launcher.refuse(&write(2, "hi\n", 1))["code"], "not-running");
    launcher.send(&json!({ "id": 3, "op": "kill", "of": 1 }));
    launcher.expect("done");
    launcher.expect("exit");
    hold(&mut launcher, ":");
    assert_eq!(launcher.refuse(&write(2, &"x".repeat(4097), 0))["code"], "bad-request");
}

#[test]
fn an_input_that_is_closed_or_full_is_an_error_and_the_launcher_lives_on() {
    let mut launcher = launcher();
    let held = |script: &str| shell(1, script, json!({ "stdin": { "kind": "hold" } }));
    launcher.send(&held("exec 0<&-; echo closed; exec sleep 300"));
    launcher.expect("spawned");
    launcher.expect("first-byte");
    assert_eq!(launcher.refuse(&write(2, "hi\n", 0))["code"], "ended");
    launcher.send(&json!({ "id": 3, "op": "kill", "of": 1 }));
    launcher.expect("done");
    launcher.expect("exit");
    launcher.send(&held("exec sleep 300"));
    launcher.expect("spawned");
    let refused = (0..1000).find_map(|_| {
        launcher.send(&write(2, &"x".repeat(4096), 0));
        let event = launcher.next();
        (event["event"] == "error").then_some(event)
    });
    assert_eq!(refused.expect("a pipe has an end")["code"], "input-full");
}
