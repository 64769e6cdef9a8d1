//! Many live instances: as many as were asked for, or the number at which it stopped.

use crate::common::{HELLO, engine, host, module, ns, precompile};
use serde_json::{Value, json};
use std::path::Path;
use thirdwave_protocol::testing::Program;

const NOP: &str =
    r#"(module (memory (export "memory") 1) (func (export "nop")) (func (export "trap") unreachable))"#;

fn place(id: u64, module: &Path, instances: u64, change: Value) -> Value {
    let mut request = json!({
        "id": id, "op": "place", "module": module, "precompiled": false, "engine": engine("on-demand", false),
        "instances": instances, "function": "nop", "batch": 4,
    });
    for (name, value) in change.as_object().expect("fields") {
        request[name] = value.clone();
    }
    request
}

fn pool(slots: u32) -> Value {
    json!({
        "allocator": "pooling", "cow": false, "memoryReservationBytes": 65536, "guardBytes": 0, "poolInstances": slots,
    })
}

fn release(host: &mut Program, of: u64) -> Value {
    host.send(&json!({ "id": 99, "op": "release", "of": of }));
    let (one, two) = (host.next(), host.next());
    let (done, removed) = if one["event"] == "done" { (one, two) } else { (two, one) };
    assert_eq!((&done["event"], &done["id"]), (&json!("done"), &json!(99)));
    assert_eq!((&removed["event"], &removed["id"]), (&json!("removed"), &json!(of)));
    assert!(ns(&removed["startNs"]) <= ns(&removed["endNs"]));
    removed
}

#[test]
fn each_batch_is_stamped_between_start_and_end() {
    let mut host = host();
    let wasm = module("place", NOP);
    let cwasm = precompile(&mut host, &wasm, "place", &pool(10));
    let cases = [
        (0, json!({}), 0),
        (1, json!({ "function": null }), 1),
        (10, json!({}), 3),
        (10, json!({ "engine": pool(10) }), 3),
        (8, json!({ "engine": pool(10), "module": cwasm, "precompiled": true }), 2),
    ];
    for (id, (instances, change, batches)) in cases.into_iter().enumerate() {
        host.send(&place(id as u64, &wasm, instances, change));
        let placed = host.expect("placed");
        assert_eq!((&placed["id"], &placed["instances"]), (&json!(id), &json!(instances)));
        let batch_ns: Vec<i64> = placed["batchNs"].as_array().expect("batches").iter().map(ns).collect();
        assert_eq!(batch_ns.len(), batches);
        assert_eq!(batch_ns.iter().sum::<i64>(), ns(&placed["endNs"]) - ns(&placed["startNs"]));
        let removed = release(&mut host, id as u64);
        assert!(ns(&placed["endNs"]) <= ns(&removed["startNs"]));
    }
}

#[test]
fn they_are_alive_together_until_they_are_released() {
    let mut host = host();
    let wasm = module("alive-together", NOP);
    let filled = json!({ "engine": pool(6) });
    host.send(&place(1, &wasm, 4, filled.clone()));
    host.expect("placed");
    let error = host.refuse(&place(2, &wasm, 3, filled.clone()));
    assert_eq!((&error["code"], &error["instances"]), (&json!("place-failed"), &json!(2)), "{error}");
    assert!(error["message"].as_str().expect("text").contains("after 2 instances: "), "{error}");
    host.send(&place(3, &wasm, 2, filled.clone()));
    host.expect("placed");
    release(&mut host, 1);
    host.send(&place(4, &wasm, 4, filled));
    host.expect("placed");
    assert!(host.finish().success(), "what is placed goes with its host");
}

#[test]
fn what_is_removed_is_given_back_to_the_system() {
    let mut host = host();
    let wasm = module("given-back", NOP);
    let engine =
        json!({ "allocator": "on-demand", "cow": false, "memoryReservationBytes": 65536, "guardBytes": 0 });
    let request =
        |id: u64, instances: u64| place(id, &wasm, instances, json!({ "engine": engine, "batch": 1000 }));
    host.send(&request(1, 0));
    host.expect("placed");
    release(&mut host, 1);
    let before = anonymous_kib(host.pid());
    host.send(&request(2, 20_000));
    host.expect("placed");
    let placed = anonymous_kib(host.pid()) - before;
    release(&mut host, 2);
    let left = anonymous_kib(host.pid()) - before;
    assert!(placed > 20_000, "more than a KiB each: {placed} KiB");
    assert!(left < placed / 20, "{left} KiB of {placed} KiB are still there");
}

fn anonymous_kib(pid: u32) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).expect("a line");
    line.trim_start_matches("RssAnon:").trim_end_matches("kB").trim().parse().expect("a number")
}

#[test]
fn a_function_that_traps_is_a_failure_at_the_first_instance() {
    let mut host = host();
    let error = host.refuse(&place(1, &module("place-trap", NOP), 5, json!({ "function": "trap" })));
    assert_eq!((&error["code"], &error["instances"]), (&json!("place-failed"), &json!(0)));
}

#[test]
fn more_address_space_than_there_is_stops_it_and_the_host_lives_on() {
    let mut host = host();
    let wasm = module("place-wall", NOP);
    // 2^44 bytes each: the user's half of a 47-bit address space holds fewer than eight.
    let engine = json!({ "allocator": "on-demand", "cow": false, "memoryReservationBytes": 1_u64 << 44, "guardBytes": 0 });
    let error = host.refuse(&place(1, &wasm, 5000, json!({ "engine": engine })));
    let lived = error["instances"].as_u64().expect("a number");
    assert!(error["code"] == "place-failed" && lived < 5000, "{error}");
    host.send(&place(2, &wasm, lived, json!({ "engine": engine })));
    assert_eq!(host.expect("placed")["instances"], lived);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut host = host();
    let wasm = module("place-refused", NOP);
    let cases = [
        // Under an id of its own: a failed placing tells before it lets go of it.
        (place(9, &wasm, u64::MAX, json!({})), "place-failed"),
        (place(1, &wasm, 1, json!({ "batch": 0 })), "bad-request"),
        (place(1, &wasm, 1, json!({ "instances": -1 })), "bad-request"),
        (place(1, &wasm, 1, json!({ "function": "other" })), "function-not-found"),
        (place(1, &wasm, 1, json!({ "function": "memory" })), "function-not-found"),
        (place(1, &module("place-wasi", HELLO), 1, json!({ "function": null })), "link-failed"),
        (place(1, Path::new("/nowhere.wasm"), 1, json!({})), "module-not-found"),
    ];
    for (request, code) in cases {
        assert_eq!(host.refuse(&request)["code"], code, "{request}");
    }
    assert_eq!(host.refuse(&json!({ "id": 2, "op": "release", "of": 1 }))["code"], "not-running");
    host.send(&place(1, &wasm, 1, json!({})));
    host.expect("placed");
    assert_eq!(host.refuse(&place(1, &wasm, 1, json!({})))["code"], "bad-request");
    assert_eq!(
        host.refuse(&json!({ "id": 3, "op": "write", "of": 1, "bytesBase64": "", "replyBytes": 0 }))["code"],
        "not-running"
    );
}
