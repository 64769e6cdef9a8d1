//! What the launcher tells.

use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Event {
    Spawned {
        id: u64,
        pid: i32,
        t0_ns: i64,
        /// the clone call returned: the child has exec'ed
        spawned_ns: i64,
    },
    FirstByte {
        id: u64,
        at_ns: i64,
    },
    Exit(Exit),
    /// `release` or `kill` was carried out
    Done {
        id: u64,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exit {
    pub id: u64,
    pub at_ns: i64,
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub timed_out: bool,
    pub user_ns: i64,
    pub system_ns: i64,
    pub minor_faults: i64,
    pub major_faults: i64,
    pub stdout_base64: String,
    pub stdout_bytes: u64,
    pub stdout_truncated: bool,
    pub stdout_open_after_exit: bool,
    pub stderr_tail: String,
}
