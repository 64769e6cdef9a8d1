//! What a request may say. Unknown operations and fields are errors.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use thirdwave_protocol::Failure;

#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    Run(Run),
    /// end-of-file on the held stdin of run `of`
    Release { id: u64, of: u64 },
    Precompile(Precompile),
    Loop(Loop),
}

/// One engine per distinct value, made once and kept.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EngineSpec {
    pub allocator: Allocator,
    /// copy-on-write memory images (wasmtime's `memory_init_cow`)
    pub cow: bool,
    /// address space reserved per memory; default: wasmtime's 4 GiB on demand, 64 MiB in the pool
    #[serde(default)]
    pub memory_reservation_bytes: Option<u64>,
    #[serde(default)]
    pub guard_bytes: Option<u64>,
    /// slots of the pool
    #[serde(default)]
    pub pool_instances: Option<u32>,
}

#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
pub enum Allocator {
    OnDemand,
    Pooling,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Run {
    pub id: u64,
    pub module: PathBuf,
    /// `module` is a .cwasm of the same engine
    pub precompiled: bool,
    pub engine: EngineSpec,
    pub args: Vec<String>,
    pub env: BTreeMap<String, String>,
    pub stdin: Stdin,
    #[serde(default = "default_limit")]
    pub stdout_limit_bytes: usize,
}

fn default_limit() -> usize {
    1024 * 1024
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Stdin {
    Empty,
    Hold,
    Bytes { base64: String },
}

impl Stdin {
    pub fn bytes(&self) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Bytes { base64 } => {
                BASE64.decode(base64).map_err(|error| Failure::new("bad-request", format!("stdin: {error}")))
            }
            Self::Empty | Self::Hold => Ok(Vec::new()),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Precompile {
    pub id: u64,
    pub module: PathBuf,
    pub out: PathBuf,
    pub engine: EngineSpec,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Loop {
    pub id: u64,
    pub module: PathBuf,
    pub precompiled: bool,
    pub engine: EngineSpec,
    /// exported, without parameters or results
    pub function: String,
    pub measure: Measure,
    pub warmup_iterations: u64,
    pub batches: u64,
    pub iterations_per_batch: u64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// `Module::new` on the bytes
    Compile,
    /// `Module::deserialize_file`
    Deserialize,
    /// `Store::new` + `InstancePre::instantiate`
    Instantiate,
    /// the same + look-up of the function + call
    InstantiateCall,
    /// the call alone, of one live instance
    Call,
}

/// A request, or the id it carried (if any) with what is wrong with it.
pub fn parse(line: &str) -> Result<Request, (Option<u64>, Failure)> {
    let value: Value =
        serde_json::from_str(line).map_err(|error| (None, Failure::new("bad-request", format!("not JSON: {error}"))))?;
    let id = value.get("id").and_then(Value::as_u64);
    serde_json::from_value(value).map_err(|error| (id, Failure::new("bad-request", error.to_string())))
}

pub fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}
