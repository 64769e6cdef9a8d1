//! The power reader, driven as the harness drives it, on events that every kernel has. Counting what runs on a CPU is
//! for root, for CAP_PERFMON, or for everybody where `perf_event_paranoid` is 0: elsewhere these tests fail with EACCES.

mod counting;
mod failures;

use serde_json::{Value, json};
use thirdwave_protocol::testing::Program;

fn reader() -> Program {
    Program::start(env!("CARGO_BIN_EXE_thirdwave-power-reader"))
}

/// PERF_TYPE_SOFTWARE
const SOFTWARE: u32 = 1;
/// PERF_COUNT_SW_CPU_CLOCK and PERF_COUNT_SW_TASK_CLOCK, both in ns
const CPU_CLOCK: u32 = 0;
const TASK_CLOCK: u32 = 1;

fn event(kind: u32, config: u32, cpu: u32) -> Value {
    json!({ "type": kind, "config": config, "cpu": cpu })
}

fn open(reader: &mut Program, id: u64, events: &[Value]) -> Value {
    reader.send(&json!({ "id": id, "op": "open", "events": events }));
    let done = reader.expect("done");
    assert_eq!(done["id"], id);
    done["opened"].clone()
}

fn read(reader: &mut Program, id: u64) -> Vec<Value> {
    reader.send(&json!({ "id": id, "op": "read" }));
    let done = reader.expect("done");
    assert_eq!(done["id"], id);
    done["reads"].as_array().expect("a list").clone()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("not an integer: {value}"))
}

/// Counts come as text.
fn count(read: &Value) -> u64 {
    let text = read["raw"].as_str().unwrap_or_else(|| panic!("no count: {read}"));
    text.parse().expect("a decimal number")
}
