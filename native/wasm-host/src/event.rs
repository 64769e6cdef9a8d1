//! What the host tells.

use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Event {
    FirstByte { id: u64, at_ns: i64 },
    Exit(Exit),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exit {
    pub id: u64,
    pub t0_ns: i64,
    pub first_byte_ns: Option<i64>,
    pub at_ns: i64,
    pub code: Option<i32>,
    pub trap: Option<TrapFacts>,
    pub phases: Vec<Phase>,
    pub cpu_ns: i64,
    /// how long the engine took to create, when this request made it; before t0
    pub engine_created_ns: Option<i64>,
    pub stdout_base64: String,
    pub stdout_bytes: u64,
    pub stdout_truncated: bool,
    pub stderr_tail: String,
}

#[derive(Debug, Serialize)]
pub struct TrapFacts {
    pub code: String,
    pub message: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Phase {
    pub name: &'static str,
    pub start_ns: i64,
    pub end_ns: i64,
}

/// The answer to every request that is not a run.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename = "done")]
pub struct Done<T> {
    pub id: u64,
    #[serde(flatten)]
    pub result: T,
}
