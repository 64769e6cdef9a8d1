//! Lives of instances, as the host tells them.

use crate::common::{CAT, HELLO, engine, host, module, ns, precompile, run, stdout};
use serde_json::json;
use thirdwave_protocol::encode_base64;

#[test]
fn it_says_hello_and_which_wasmtime_it_holds() {
    let host = host();
    assert_eq!(host.hello["program"], "thirdwave-wasm-host");
    assert!(host.hello["wasmtime"].as_str().expect("a version").starts_with("48."));
    assert!(host.finish().success());
}

#[test]
fn phases_follow_each_other_from_t0_to_the_exit() {
    let mut host = host();
    host.send(&run(1, &module("phases", HELLO), json!({})));
    let exit = host.expect("exit");
    assert_eq!((stdout(&exit).as_str(), &exit["code"]), ("hello\n", &json!(0)));
    let phases = exit["phases"].as_array().expect("phases");
    let names: Vec<&str> = phases.iter().filter_map(|phase| phase["name"].as_str()).collect();
    assert_eq!(names, ["read", "compile", "link", "instantiate", "first-byte", "exit"]);
    let mut last = ns(&exit["t0Ns"]);
    for phase in phases {
        assert_eq!(ns(&phase["startNs"]), last, "no gap before {phase}");
        assert!(ns(&phase["endNs"]) >= last);
        last = ns(&phase["endNs"]);
    }
    assert_eq!(last, ns(&exit["atNs"]));
    assert!(ns(&exit["cpuNs"]) > 0);
}

#[test]
fn every_engine_setting_runs_the_same_module_compiled_before() {
    let mut host = host();
    let source = module("settings", HELLO);
    for (id, (allocator, cow)) in
        [("on-demand", true), ("on-demand", false), ("pooling", true), ("pooling", false)]
            .into_iter()
            .enumerate()
    {
        let engine = engine(allocator, cow);
        let cwasm = precompile(&mut host, &source, &format!("settings-{allocator}-{cow}"), &engine);
        host.send(&run(id as u64 + 1, &cwasm, json!({ "precompiled": true, "engine": engine })));
        let exit = host.expect("exit");
        assert_eq!(stdout(&exit), "hello\n", "{allocator}, copy-on-write {cow}");
        assert_eq!(exit["phases"][0]["name"], "deserialize");
    }
}

#[test]
fn input_reaches_the_guest_and_its_exit_code_comes_back() {
    let mut host = host();
    let stdin = json!({ "kind": "bytes", "base64": encode_base64(&[b'x'; 200_000]) });
    host.send(&run(1, &module("input", CAT), json!({ "stdin": stdin })));
    let exit = host.expect("exit");
    assert_eq!((&exit["code"], &exit["stdoutBytes"]), (&json!(3), &json!(200_000)));
    assert_eq!(exit["trap"], json!(null));
}

#[test]
fn a_held_guest_lives_until_it_is_released_and_others_run_meanwhile() {
    let mut host = host();
    host.send(&run(1, &module("held", CAT), json!({ "stdin": { "kind": "hold" } })));
    host.send(&run(2, &module("beside", HELLO), json!({})));
    assert_eq!(host.expect("exit")["id"], 2);
    host.send(&json!({ "id": 3, "op": "release", "of": 1 }));
    let mut ids = [host.next(), host.next()].map(|event| (event["event"].clone(), event["id"].clone()));
    ids.sort_by_key(|(kind, _)| kind.to_string());
    assert_eq!(ids, [(json!("done"), json!(3)), (json!("exit"), json!(1))]);
}

#[test]
fn a_trap_is_named_and_the_host_lives_on() {
    let mut host = host();
    let text = r#"(module (memory (export "memory") 1) (func (export "_start") (drop (i32.load (i32.const 70000)))))"#;
    host.send(&run(1, &module("trap", text), json!({})));
    let exit = host.expect("exit");
    assert_eq!((&exit["code"], &exit["trap"]["code"]), (&json!(null), &json!("memory-out-of-bounds")));
    host.send(&run(2, &module("after-trap", HELLO), json!({})));
    assert_eq!(host.expect("exit")["code"], 0);
}

#[test]
fn output_is_counted_and_cut_at_the_limit() {
    let mut host = host();
    host.send(&run(1, &module("cut", HELLO), json!({ "stdoutLimitBytes": 3 })));
    let exit = host.expect("exit");
    assert_eq!(
        (stdout(&exit).as_str(), &exit["stdoutBytes"], &exit["stdoutTruncated"]),
        ("hel", &json!(6), &json!(true))
    );
}

#[test]
fn nothing_is_left_when_the_harness_closes_the_connection() {
    let mut host = host();
    host.send(&run(1, &module("spin", r#"(module (func (export "_start") (loop (br 0))))"#), json!({})));
    assert!(host.finish().success(), "a guest that never ends goes with its host");
}
