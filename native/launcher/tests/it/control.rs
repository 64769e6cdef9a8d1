//! Holding, releasing, killing, time limits, descendants, and what happens when the harness goes away.

use crate::common::{Life, launcher, ns, shell};
use serde_json::{Value, json};
use thirdwave_protocol::testing::wait_until_dead;

/// A program that announces itself, prints the pid of a descendant in its group and waits for end-of-file.
fn hold_with_descendant(launcher: &mut thirdwave_protocol::testing::Program) -> (i64, i64) {
    let script = "sleep 300 >/dev/null 2>&1 & echo $!; read -r line";
    launcher.send(&shell(1, script, json!({ "stdin": { "kind": "hold" } })));
    let pid = ns(&launcher.expect("spawned")["pid"]);
    launcher.expect("first-byte");
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).expect("children");
    (pid, children.trim().parse().expect("one descendant"))
}

#[test]
fn a_held_program_is_announced_at_once_and_ends_when_released() {
    let mut launcher = launcher();
    launcher.send(&shell(1, "echo ready; cat; echo end", json!({ "stdin": { "kind": "hold" } })));
    launcher.expect("spawned");
    launcher.expect("first-byte");
    launcher.send(&json!({ "id": 2, "op": "release", "of": 1 }));
    assert_eq!(launcher.expect("done")["id"], 2);
    let exit = launcher.expect("exit");
    assert_eq!((&exit["id"], &exit["code"]), (&json!(1), &json!(0)));
}

#[test]
fn a_program_without_input_can_be_announced_too() {
    let mut launcher = launcher();
    launcher.send(&shell(1, "exec sleep 300", json!({ "announce": true })));
    launcher.expect("spawned");
    launcher.send(&json!({ "id": 2, "op": "kill", "of": 1 }));
    launcher.expect("done");
    assert_eq!(launcher.expect("exit")["signal"], 9);
}

#[test]
fn kill_takes_the_descendants_as_well() {
    let mut launcher = launcher();
    let (pid, descendant) = hold_with_descendant(&mut launcher);
    launcher.send(&json!({ "id": 2, "op": "kill", "of": 1 }));
    launcher.expect("done");
    let exit = launcher.expect("exit");
    assert_eq!((&exit["signal"], &exit["timedOut"]), (&json!(9), &json!(false)));
    wait_until_dead(pid);
    wait_until_dead(descendant);
}

#[test]
fn a_time_limit_kills_and_says_so() {
    let life = Life::of(&mut launcher(), &shell(1, "echo hi; exec sleep 300", json!({ "timeoutMs": 50 })));
    assert_eq!((&life.exit["timedOut"], &life.exit["signal"]), (&json!(true), &json!(9)));
    assert_eq!(life.stdout(), "hi\n");
    assert!(ns(&life.exit["atNs"]) - ns(&life.spawned["t0Ns"]) >= 50_000_000);
}

#[test]
fn a_first_byte_limit_kills_a_silent_program() {
    let life = Life::of(&mut launcher(), &shell(1, "exec sleep 300", json!({ "readyTimeoutMs": 50 })));
    assert_eq!(life.exit["timedOut"], true);
    assert!(life.first_byte.is_none());
}

#[test]
fn a_first_byte_limit_is_over_with_the_first_byte() {
    let change = json!({ "readyTimeoutMs": 5_000, "timeoutMs": 5_300 });
    let life = Life::of(&mut launcher(), &shell(1, "echo hi; exec sleep 300", change));
    assert!(ns(&life.exit["atNs"]) - ns(&life.spawned["t0Ns"]) >= 5_300_000_000);
}

#[test]
fn a_descendant_that_keeps_the_pipe_open_delays_the_report_but_not_the_exit_stamp() {
    let life = Life::of(&mut launcher(), &shell(1, "sleep 300 & echo $!", json!({})));
    assert_eq!((&life.exit["code"], &life.exit["stdoutOpenAfterExit"]), (&json!(0), &json!(true)));
    wait_until_dead(life.stdout().trim().parse().expect("a pid"));
}

#[test]
fn output_of_a_descendant_after_the_exit_is_still_read() {
    let life = Life::of(&mut launcher(), &shell(1, "(sleep 0.1; echo late) & echo early", json!({})));
    assert_eq!(life.stdout(), "early\nlate\n");
    assert_eq!(life.exit["stdoutOpenAfterExit"], false);
}

#[test]
fn nothing_is_left_when_the_harness_closes_the_connection() {
    let mut launcher = launcher();
    let (pid, descendant) = hold_with_descendant(&mut launcher);
    assert!(launcher.finish().success());
    wait_until_dead(pid);
    wait_until_dead(descendant);
}

#[test]
fn a_program_dies_with_a_launcher_that_is_killed() {
    let mut launcher = launcher();
    launcher.send(&shell(1, "exec sleep 300", json!({ "announce": true })));
    let pid = ns(&launcher.expect("spawned")["pid"]);
    drop(launcher);
    wait_until_dead(pid);
}

#[test]
fn releasing_or_killing_what_does_not_run_is_an_error() {
    let mut launcher = launcher();
    for op in ["release", "kill"] {
        assert_eq!(launcher.refuse(&json!({ "id": 2, "op": op, "of": 1 }))["code"], "not-running");
    }
}

#[test]
fn an_identifier_in_use_is_refused_and_the_first_program_lives_on() {
    let mut launcher = launcher();
    let held: Value = shell(1, "read -r line; echo end", json!({ "stdin": { "kind": "hold" } }));
    launcher.send(&held);
    launcher.expect("spawned");
    assert_eq!(launcher.refuse(&held)["code"], "bad-request");
    launcher.send(&json!({ "id": 2, "op": "release", "of": 1 }));
    launcher.expect("done");
    launcher.expect("first-byte");
    assert_eq!(launcher.expect("exit")["code"], 0);
}
