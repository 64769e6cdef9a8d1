//! What a request may say. Unknown operations and fields are `bad-request`.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use thirdwave_protocol::{DEFAULT_STDOUT_LIMIT_BYTES, Stdin, Write};

#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    Run(Box<Run>),
    /// end-of-file on the held stdin of run `of`, or the end of everything that place `of` keeps
    Release {
        id: u64,
        of: u64,
    },
    /// bytes to the held stdin of run `of`, answered when its reply is here
    Write(Write),
    Precompile(Precompile),
    Loop(Loop),
    Place(Place),
}

/// One engine per distinct value, made when first needed and kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EngineSpec {
    pub allocator: Allocator,
    /// memory images are mapped copy-on-write (wasmtime's default) instead of being copied
    pub cow: bool,
    /// address space reserved for each memory; default: wasmtime's (4 GiB)
    #[serde(default)]
    pub memory_reservation_bytes: Option<u64>,
    /// unmapped address space behind each memory; default: wasmtime's (32 MiB)
    #[serde(default)]
    pub guard_bytes: Option<u64>,
    /// slots of the pool; default: wasmtime's (1000); `pooling` only
    #[serde(default)]
    pub pool_instances: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
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
    /// `module` is a .cwasm written by `precompile` for the same engine
    pub precompiled: bool,
    pub engine: EngineSpec,
    /// the first is the program's name
    #[serde(default)]
    pub args: Vec<String>,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    pub stdin: Stdin,
    #[serde(default = "default_limit")]
    pub stdout_limit_bytes: usize,
    /// `first-byte` is sent as it happens, not only told in `exit`; by default when stdin is held
    #[serde(default)]
    pub announce: Option<bool>,
}

fn default_limit() -> usize {
    DEFAULT_STDOUT_LIMIT_BYTES
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
    /// exported, without parameters and results
    pub function: String,
    pub measure: Measure,
    pub warmup_iterations: u64,
    pub batches: u32,
    pub iterations_per_batch: u64,
}

/// Many live instances of a module without imports; see `place`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Place {
    pub id: u64,
    pub module: PathBuf,
    pub precompiled: bool,
    pub engine: EngineSpec,
    pub instances: usize,
    /// exported, without parameters and results; called once in each instance
    #[serde(default)]
    pub function: Option<String>,
    /// instances per stamp
    pub batch: usize,
}

/// What one iteration of a loop is; see `loops`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    Compile,
    Deserialize,
    Instantiate,
    InstantiateCall,
    Call,
}
