use crate::{command, file, module, program, run, scratch, text};
use std::path::Path;
use wasmtime::{Config, Engine};

fn refused(path: &Path, code: &str, exit_code: i32) {
    let output = run(path);
    let message = text(&output.stderr);
    assert!(message.starts_with(&format!("thirdwave-wasm-run: {code}: ")), "{message}");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(exit_code), 0), "{message}");
}

const START: &str = r#"(func (export "_start"))"#;

#[test]
fn what_is_no_module_is_told_apart_by_its_content() {
    refused(&scratch("missing.wasm"), "module-not-found", 127);
    refused(&std::env::temp_dir(), "module-unreadable", 126);
    refused(Path::new(env!("CARGO_BIN_EXE_thirdwave-wasm-run")), "not-wasm", 126);
    refused(&file("script", b"#!/bin/sh\n"), "not-wasm", 126);
    refused(&file("empty", b""), "not-wasm", 126);
    refused(&file("garbage", b"garbage of some length"), "not-wasm", 126);
    refused(&file("later-version", b"\0asm\x07\0\0\0"), "not-wasm", 126);
    refused(&file("cut-off", b"\0asm\x01\0\0\0\xff\xff"), "compile-failed", 126);
}

#[test]
fn a_component_is_named_as_one() {
    refused(&file("component", b"\0asm\x0d\0\x01\0"), "is-component", 126);
}

#[test]
fn another_version_of_wasi_is_named_with_its_import() {
    let path = module(
        "preview0",
        &format!(r#"(module (import "wasi_unstable" "fd_close" (func (param i32) (result i32))) {START})"#),
    );
    refused(&path, "link-failed", 126);
    assert!(text(&run(&path).stderr).contains("wasi_unstable"));
}

#[test]
fn a_module_without_an_entry_is_refused() {
    refused(&module("no-entry", "(module)"), "function-not-found", 126);
}

#[test]
fn machine_code_of_other_settings_is_refused() {
    let wasm = std::fs::read(command("other-source", &[], START)).expect("read");
    let engine = Engine::new(Config::new().epoch_interruption(true)).expect("an engine");
    refused(
        &file("other.cwasm", &engine.precompile_module(&wasm).expect("compiled")),
        "incompatible-cwasm",
        126,
    );
}

#[test]
fn a_cut_off_cwasm_is_refused() {
    let wasm = std::fs::read(command("cut-source", &[], START)).expect("read");
    let code = Engine::default().precompile_module(&wasm).expect("compiled");
    let output = run(&file("cut.cwasm", &code[..code.len() / 2]));
    assert_eq!(output.status.code(), Some(126), "{}", text(&output.stderr));
}

#[test]
fn no_module_is_a_usage_error() {
    let output = program().output().expect("started");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("usage: "));
}
