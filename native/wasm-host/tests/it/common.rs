//! What the host's tests share.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use thirdwave_protocol::decode_base64;
use thirdwave_protocol::testing::Program;

pub fn host() -> Program {
    Program::start(env!("CARGO_BIN_EXE_thirdwave-wasm-host"))
}

/// A file below the build folder, named after this process and the test.
pub fn scratch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()))
}

/// A module from its text form; the path of its binary form.
pub fn module(name: &str, text: &str) -> PathBuf {
    let path = scratch(&format!("{name}.wasm"));
    std::fs::write(&path, wat::parse_str(text).expect("a valid module")).expect("written");
    path
}

pub fn engine(allocator: &str, cow: bool) -> Value {
    json!({ "allocator": allocator, "cow": cow })
}

/// A `run` without arguments, variables and input; further fields replace these.
pub fn run(id: u64, module: &Path, change: Value) -> Value {
    let mut request = json!({
        "id": id, "op": "run", "module": module, "precompiled": false, "engine": engine("on-demand", true),
        "stdin": { "kind": "empty" },
    });
    for (name, value) in change.as_object().expect("fields") {
        request[name] = value.clone();
    }
    request
}

pub fn precompile(host: &mut Program, module: &Path, name: &str, engine: &Value) -> PathBuf {
    let out = scratch(&format!("{name}.cwasm"));
    host.send(&json!({ "id": 900, "op": "precompile", "module": module, "out": out, "engine": engine }));
    let done = host.expect("done");
    assert!(done["cwasmBytes"].as_u64().expect("a size") > 0);
    out
}

pub fn stdout(exit: &Value) -> String {
    let bytes = decode_base64(exit["stdoutBase64"].as_str().expect("text")).expect("base64");
    String::from_utf8(bytes).expect("text")
}

pub fn ns(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("not an integer: {value}"))
}

/// Writes “hello”, then ends by returning.
pub const HELLO: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "hello\n")
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (i32.const 6))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;

/// Copies its stdin to its stdout and ends with code 3.
pub const CAT: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 2)
  (func (export "_start")
    (loop $more
      (i32.store (i32.const 0) (i32.const 1024))
      (i32.store (i32.const 4) (i32.const 65536))
      (if (i32.eqz (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
        (then
          (if (i32.load (i32.const 8))
            (then
              (i32.store (i32.const 4) (i32.load (i32.const 8)))
              (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))
              (br $more))))))
    (call $exit (i32.const 3))))"#;
