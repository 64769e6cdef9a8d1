//! What cannot be run is a structured error, and the host lives on.

use crate::common::{HELLO, engine, host, module, precompile, run, scratch, stdout};
use serde_json::json;

#[test]
fn files_that_are_no_module_are_told_apart() {
    let mut host = host();
    let garbage = scratch("garbage.wasm");
    std::fs::write(&garbage, b"\x7fELF").expect("written");
    let broken = scratch("broken.wasm");
    std::fs::write(&broken, b"\0asm\x01\0\0\0\xff\xff").expect("written");
    let missing = scratch("missing.wasm");
    for (path, precompiled, code) in [
        (&missing, false, "module-not-found"),
        (&missing, true, "module-not-found"),
        (&garbage, false, "not-wasm"),
        (&broken, false, "compile-failed"),
        (&garbage, true, "incompatible-cwasm"),
    ] {
        let error = host.refuse(&run(1, path, json!({ "precompiled": precompiled })));
        assert_eq!((&error["code"], &error["id"]), (&json!(code), &json!(1)), "{}", path.display());
    }
    host.send(&run(2, &module("alive", HELLO), json!({})));
    assert_eq!(stdout(&host.expect("exit")), "hello\n");
}

#[test]
fn an_import_nobody_provides_is_named() {
    let text = r#"(module (import "env" "magic" (func)) (func (export "_start")))"#;
    let error = host().refuse(&run(1, &module("import", text), json!({})));
    assert_eq!((&error["code"], &error["detail"]["import"]), (&json!("link-failed"), &json!("env::magic")));
}

#[test]
fn a_module_without_an_entry_is_refused() {
    let error = host().refuse(&run(1, &module("no-start", "(module)"), json!({})));
    assert_eq!(error["code"], "function-not-found");
}

#[test]
fn a_cwasm_of_other_settings_is_refused() {
    let mut host = host();
    let settings =
        json!({ "allocator": "on-demand", "cow": true, "memoryReservationBytes": 65536, "guardBytes": 0 });
    let cwasm = precompile(&mut host, &module("other", HELLO), "other", &settings);
    let request = run(1, &cwasm, json!({ "precompiled": true, "engine": engine("on-demand", true) }));
    assert_eq!(host.refuse(&request)["code"], "incompatible-cwasm");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let request = json!({
        "id": 1, "op": "precompile", "module": module("unwritable", HELLO), "out": "/proc/none/x.cwasm",
        "engine": engine("on-demand", true),
    });
    assert_eq!(host().refuse(&request)["code"], "not-writable");
}

#[test]
fn requests_that_make_no_sense_are_refused_and_the_next_one_works() {
    let mut host = host();
    let path = module("senseless", HELLO);
    for request in [
        json!({ "id": 1, "op": "dance" }),
        run(1, &path, json!({ "colour": "red" })),
        run(1, &path, json!({ "engine": { "allocator": "none", "cow": true } })),
        run(1, &path, json!({ "stdin": { "kind": "bytes", "base64": "?" } })),
    ] {
        assert_eq!(host.refuse(&request)["code"], "bad-request", "{request}");
    }
    assert_eq!(host.refuse(&json!({ "id": 2, "op": "release", "of": 1 }))["code"], "not-running");
    host.send(&run(3, &path, json!({})));
    assert_eq!(host.expect("exit")["code"], 0);
}
