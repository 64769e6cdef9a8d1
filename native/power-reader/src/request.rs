//! What a request may say. Unknown operations and fields are `bad-request`.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// from now on these are read too; they count on from the index of the last one
    Open { id: u64, events: Vec<EventSpec> },
    /// all events once, in order
    Read { id: u64 },
}

/// One event, as perf_event_open(2) wants it. A number that does not fit is `bad-request`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventSpec {
    /// `/sys/bus/event_source/devices/<PMU>/type`, or one of the kernel's own
    #[serde(rename = "type")]
    pub kind: u32,
    pub config: u64,
    /// everything that runs on this CPU is counted
    pub cpu: u16,
}
