//! Lives of processes, as the launcher tells them.

use crate::common::{Life, launcher, ns, program, shell};
use serde_json::json;
use thirdwave_protocol::encode_base64;

#[test]
fn it_says_hello() {
    let launcher = launcher();
    assert_eq!(launcher.hello["program"], "thirdwave-launcher");
    assert_eq!(launcher.hello["protocol"], 1);
    assert_eq!(launcher.hello["pid"], launcher.pid());
    assert!(launcher.finish().success());
}

#[test]
fn stamps_come_in_the_order_of_life() {
    let life = Life::of(&mut launcher(), &shell(1, "echo hi; exit 3", json!({})));
    let first_byte = life.first_byte.as_ref().expect("a byte was printed");
    let stamps = [
        ns(&life.spawned["t0Ns"]),
        ns(&life.spawned["spawnedNs"]),
        ns(&first_byte["atNs"]),
        ns(&life.exit["atNs"]),
    ];
    assert!(stamps.is_sorted(), "{stamps:?}");
    assert!(stamps[0] > 0 && stamps[0] < stamps[1]);
    assert_eq!(life.stdout(), "hi\n");
    assert_eq!(life.exit["code"], 3);
    assert_eq!(life.exit["signal"], json!(null));
    assert_eq!(life.exit["timedOut"], false);
    assert_eq!(life.exit["stdoutOpenAfterExit"], false);
    assert!(ns(&life.exit["userNs"]) + ns(&life.exit["systemNs"]) > 0);
    assert!(ns(&life.exit["minorFaults"]) > 0);
}

#[test]
fn a_program_that_prints_nothing_has_no_first_byte() {
    let life = Life::of(&mut launcher(), &shell(1, ":", json!({})));
    assert!(life.first_byte.is_none());
    assert_eq!((&life.exit["code"], &life.exit["stdoutBytes"]), (&json!(0), &json!(0)));
}

#[test]
fn a_program_gets_exactly_the_variables_of_the_request() {
    let request = shell(1, "", json!({ "argv": ["/usr/bin/env"], "env": { "B": "2 3", "A": "" } }));
    let life = Life::of(&mut launcher(), &request);
    assert_eq!(life.stdout(), "A=\nB=2 3\n");
}

#[test]
fn a_program_starts_in_the_given_folder() {
    let life = Life::of(&mut launcher(), &shell(1, "pwd", json!({ "cwd": "/usr" })));
    assert_eq!(life.stdout(), "/usr\n");
}

#[test]
fn a_program_has_no_descriptors_but_its_streams() {
    let life = Life::of(&mut launcher(), &program(json!(["/bin/ls", "/proc/self/fd"])));
    // The fourth is the folder that ls reads.
    assert_eq!(life.stdout(), "0\n1\n2\n3\n");
}

#[test]
fn a_program_starts_with_default_signals() {
    let life = Life::of(&mut launcher(), &program(json!(["/bin/cat", "/proc/self/status"])));
    let output = life.stdout();
    for name in ["SigBlk", "SigIgn", "SigCgt"] {
        let line = output.lines().find(|line| line.starts_with(name)).expect(name);
        assert!(line.ends_with(":\t0000000000000000"), "{line}");
    }
}

#[test]
fn a_program_leads_a_session_of_its_own() {
    let life = Life::of(&mut launcher(), &program(json!(["/bin/cat", "/proc/self/stat"])));
    let stat = life.stdout();
    let fields: Vec<&str> = stat.split(' ').collect();
    let pid = life.spawned["pid"].to_string();
    assert_eq!((fields[0], fields[4], fields[5]), (&*pid, &*pid, &*pid), "pid, group, session");
}

#[test]
fn input_bytes_arrive_whatever_their_size() {
    let mut launcher = launcher();
    for size in [0, 1, 65_536, 320_000, 3_000_001] {
        let input = "x".repeat(size);
        let stdin = json!({ "kind": "bytes", "base64": encode_base64(input.as_bytes()) });
        let life = Life::of(&mut launcher, &shell(1, "cat | wc -c", json!({ "stdin": stdin })));
        assert_eq!(life.stdout().trim(), size.to_string());
    }
}

#[test]
fn input_that_is_not_read_does_no_harm() {
    let stdin = json!({ "kind": "bytes", "base64": encode_base64(&[b'x'; 3_000_000]) });
    let life = Life::of(&mut launcher(), &shell(1, "exec 0<&-; echo done", json!({ "stdin": stdin })));
    assert_eq!((life.stdout().as_str(), &life.exit["code"]), ("done\n", &json!(0)));
}

#[test]
fn empty_input_is_end_of_file() {
    let life = Life::of(&mut launcher(), &shell(1, "cat; echo end", json!({})));
    assert_eq!(life.stdout(), "end\n");
}

#[test]
fn big_output_is_counted_and_cut_at_the_limit() {
    let script = "head -c 3000000 /dev/zero | tr '\\0' x";
    let life = Life::of(&mut launcher(), &shell(1, script, json!({ "stdoutLimitBytes": 1000 })));
    assert_eq!(life.stdout(), "x".repeat(1000));
    assert_eq!(life.exit["stdoutBytes"], 3_000_000);
    assert_eq!(life.exit["stdoutTruncated"], true);
}

#[test]
fn the_end_of_stderr_is_kept_and_needs_not_be_text() {
    let script = "head -c 100000 /dev/zero | tr '\\0' a >&2; printf '\\377last words' >&2";
    let life = Life::of(&mut launcher(), &shell(1, script, json!({})));
    let tail = life.exit["stderrTail"].as_str().expect("text");
    assert!(tail.ends_with("a\u{fffd}last words"));
    assert!(tail.chars().count() == 4096);
}

#[test]
fn a_signal_is_told_as_a_signal() {
    let life = Life::of(&mut launcher(), &shell(1, "kill -SEGV $$", json!({})));
    assert_eq!((&life.exit["code"], &life.exit["signal"]), (&json!(null), &json!(11)));
}

#[test]
fn several_programs_live_at_once() {
    let mut launcher = launcher();
    for id in 1..=20 {
        launcher.send(&shell(id, "echo $0", json!({ "argv": ["/bin/sh", "-c", "echo $0", id.to_string()] })));
    }
    let mut outputs = Vec::new();
    while outputs.len() < 20 {
        let event = launcher.next();
        if event["event"] == "exit" {
            let expected = encode_base64(format!("{}\n", event["id"]).as_bytes());
            assert_eq!(event["stdoutBase64"], expected);
            outputs.push(event["id"].as_u64());
        }
    }
    outputs.sort_unstable();
    outputs.dedup();
    assert_eq!(outputs.len(), 20);
}
