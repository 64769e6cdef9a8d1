//! What the launcher's tests share.

use serde_json::{Value, json};
use thirdwave_protocol::decode_base64;
use thirdwave_protocol::testing::Program;

pub fn launcher() -> Program {
    Program::start(env!("CARGO_BIN_EXE_thirdwave-launcher"))
}

/// A spawn of `sh -c script` with no variables and no input; further fields replace these.
pub fn shell(id: u64, script: &str, change: Value) -> Value {
    let mut request = json!({
        "id": id, "op": "spawn", "argv": ["/bin/sh", "-c", script], "env": {}, "stdin": { "kind": "empty" },
        "timeoutMs": 30_000,
    });
    for (name, value) in change.as_object().expect("fields") {
        request[name] = value.clone();
    }
    request
}

/// A spawn of this command alone.
pub fn program(argv: Value) -> Value {
    shell(1, "", json!({ "argv": argv }))
}

/// The three events of a launch that was not announced.
pub struct Life {
    pub spawned: Value,
    pub first_byte: Option<Value>,
    pub exit: Value,
}

impl Life {
    pub fn of(program: &mut Program, request: &Value) -> Self {
        program.send(request);
        let spawned = program.expect("spawned");
        let next = program.next();
        if next["event"] == "exit" {
            return Self { spawned, first_byte: None, exit: next };
        }
        assert_eq!(next["event"], "first-byte", "{next}");
        Self { spawned, first_byte: Some(next), exit: program.expect("exit") }
    }

    pub fn stdout(&self) -> String {
        let bytes = decode_base64(self.exit["stdoutBase64"].as_str().expect("text")).expect("base64");
        String::from_utf8(bytes).expect("text")
    }
}

pub fn ns(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("not an integer: {value}"))
}
