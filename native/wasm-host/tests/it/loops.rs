//! Warm loops: as many batches as were asked for, of what was asked for.

use crate::common::{engine, host, module, precompile};
use serde_json::{Value, json};
use std::path::Path;

const NOP: &str = r#"(module (func (export "nop")))"#;

fn request(id: u64, module: &Path, precompiled: bool, measure: &str, function: &str) -> Value {
    json!({
        "id": id, "op": "loop", "module": module, "precompiled": precompiled, "engine": engine("pooling", true),
        "function": function, "measure": measure, "warmupIterations": 2, "batches": 5, "iterationsPerBatch": 7,
    })
}

#[test]
fn each_measure_gives_its_batches() {
    let mut host = host();
    let wasm = module("loop", NOP);
    let cwasm = precompile(&mut host, &wasm, "loop", &engine("pooling", true));
    let cases = [
        (&wasm, false, "compile"),
        (&cwasm, true, "deserialize"),
        (&cwasm, true, "instantiate"),
        (&cwasm, true, "instantiate-call"),
        (&wasm, false, "call"),
    ];
    for (path, precompiled, measure) in cases {
        host.send(&request(1, path, precompiled, measure, "nop"));
        let done = host.expect("done");
        let batches: Vec<i64> =
            done["batchNs"].as_array().expect("batches").iter().filter_map(Value::as_i64).collect();
        assert_eq!((batches.len(), &done["iterationsPerBatch"]), (5, &json!(7)), "{measure}");
        assert!(batches.iter().all(|&ns| ns > 0), "{measure}: {batches:?}");
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut host = host();
    let wasm = module("loop-refused", NOP);
    let cwasm = precompile(&mut host, &wasm, "loop-refused", &engine("pooling", true));
    let mut empty = request(1, &wasm, false, "call", "nop");
    empty["batches"] = json!(0);
    let cases = [
        (request(1, &cwasm, true, "compile", "nop"), "bad-request"),
        (request(1, &wasm, false, "deserialize", "nop"), "bad-request"),
        (request(1, &wasm, false, "call", "other"), "function-not-found"),
        (empty, "bad-request"),
    ];
    for (request, code) in cases {
        assert_eq!(host.refuse(&request)["code"], code, "{request}");
    }
}
