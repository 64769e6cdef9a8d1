//! What the host tells.

use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Event {
    FirstByte {
        id: u64,
        at_ns: i64,
    },
    Exit(Exit),
    Placed(Placed),
    Removed {
        id: u64,
        start_ns: i64,
        end_ns: i64,
    },
    /// placing stopped after so many instances, all of which are gone again
    #[serde(rename = "error")]
    PlaceFailed {
        id: u64,
        code: &'static str,
        message: String,
        instances: usize,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Placed {
    pub id: u64,
    pub instances: usize,
    pub start_ns: i64,
    pub end_ns: i64,
    /// of each batch, in order; the last may be smaller
    pub batch_ns: Vec<i64>,
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
