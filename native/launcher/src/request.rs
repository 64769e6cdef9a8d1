//! What a request may say. Unknown operations and fields are `bad-request`.

use serde::Deserialize;
use std::collections::BTreeMap;
use thirdwave_protocol::{DEFAULT_STDOUT_LIMIT_BYTES, Stdin, Write};

#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    Spawn(Box<Spawn>),
    /// end-of-file on the held stdin of spawn `of`
    Release {
        id: u64,
        of: u64,
    },
    /// bytes to the held stdin of spawn `of`, answered when its reply is here
    Write(Write),
    /// SIGKILL to the process group of spawn `of`
    Kill {
        id: u64,
        of: u64,
    },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spawn {
    pub id: u64,
    /// the first is the program's path: `PATH` is not searched, a search would be part of the time
    pub argv: Vec<String>,
    /// exactly what the program gets
    pub env: BTreeMap<String, String>,
    #[serde(default)]
    pub cwd: Option<String>,
    pub stdin: Stdin,
    /// joined between clone and exec; the time it takes lies inside t0…t1
    #[serde(default)]
    pub cgroup_procs_files: Vec<String>,
    /// no first byte by then: killed, `timedOut`
    #[serde(default)]
    pub ready_timeout_ms: Option<u64>,
    /// no exit by then: killed, `timedOut`
    pub timeout_ms: u64,
    #[serde(default = "default_limit")]
    pub stdout_limit_bytes: usize,
    /// `spawned` and `first-byte` are sent as they happen, not together with `exit`; by default when stdin is held
    #[serde(default)]
    pub announce: Option<bool>,
}

fn default_limit() -> usize {
    DEFAULT_STDOUT_LIMIT_BYTES
}
