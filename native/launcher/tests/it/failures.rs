//! What cannot be launched is a structured error, and the launcher lives on.

use crate::common::{Life, launcher, program, shell};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// A file of this test process, removed by the system's own cleaning of the build folder.
fn scratch_file(name: &str, content: &[u8], mode: u32) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
    fs::write(&path, content).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode set");
    path
}

#[test]
fn a_missing_program_is_named_with_its_error() {
    let mut launcher = launcher();
    let error = launcher.refuse(&program(json!(["/no/such/program"])));
    assert_eq!((&error["code"], &error["id"]), (&json!("spawn-failed"), &json!(1)));
    assert_eq!(error["detail"], json!({ "call": "execve", "errno": "ENOENT", "path": "/no/such/program" }));
    let life = Life::of(&mut launcher, &shell(2, "echo alive", json!({})));
    assert_eq!(life.stdout(), "alive\n");
}

#[test]
fn a_file_that_may_not_be_executed_is_eacces() {
    let path = scratch_file("plain", b"#!/bin/sh\n", 0o644);
    let error = launcher().refuse(&program(json!([path])));
    assert_eq!(error["detail"]["errno"], "EACCES");
}

#[test]
fn a_file_that_is_no_program_is_enoexec() {
    let path = scratch_file("garbage", b"garbage", 0o755);
    let error = launcher().refuse(&program(json!([path])));
    assert_eq!(error["detail"]["errno"], "ENOEXEC");
}

#[test]
fn an_argument_too_long_is_e2big() {
    let error = launcher().refuse(&program(json!(["/bin/true", "x".repeat(200_000)])));
    assert_eq!(error["detail"]["errno"], "E2BIG");
}

#[test]
fn a_missing_folder_is_named() {
    let error = launcher().refuse(&shell(1, "pwd", json!({ "cwd": "/no/such/folder" })));
    assert_eq!(error["detail"], json!({ "call": "chdir", "errno": "ENOENT", "path": "/no/such/folder" }));
}

#[test]
fn a_missing_cgroup_is_named() {
    let error = launcher().refuse(&shell(1, ":", json!({ "cgroupProcsFiles": ["/no/cgroup.procs"] })));
    assert_eq!(
        (&error["code"], &error["detail"]["path"]),
        (&json!("cgroup-join-failed"), &json!("/no/cgroup.procs"))
    );
}

#[test]
fn each_cgroup_file_gets_the_child_before_it_becomes_the_program() {
    let [one, two] = ["one", "two"].map(|name| scratch_file(name, b"", 0o644));
    let script = format!("cat {} {}", one.display(), two.display());
    let life = Life::of(&mut launcher(), &shell(1, &script, json!({ "cgroupProcsFiles": [one, two] })));
    assert_eq!(life.stdout(), "00", "“0” stands for the writing process in a cgroup.procs file");
}

#[test]
fn requests_that_make_no_sense_are_refused_and_the_next_one_works() {
    let mut launcher = launcher();
    launcher.send_text("{not json");
    let error = launcher.expect("error");
    assert_eq!((&error["code"], &error["id"]), (&json!("bad-request"), &json!(null)));
    for request in [
        json!({ "id": 1, "op": "dance" }),
        shell(1, ":", json!({ "colour": "red" })),
        shell(1, ":", json!({ "timeoutMs": -1 })),
        shell(1, ":", json!({ "stdin": { "kind": "bytes", "base64": "?" } })),
        shell(1, ":", json!({ "env": { "A=B": "1" } })),
        shell(1, "a\u{0}b", json!({})),
        program(json!([])),
    ] {
        let error = launcher.refuse(&request);
        assert_eq!((&error["code"], &error["id"]), (&json!("bad-request"), &json!(1)), "{request}");
    }
    assert_eq!(Life::of(&mut launcher, &shell(1, "echo ok", json!({}))).stdout(), "ok\n");
}
