//! What the power reader tells.

use serde::Serialize;

/// The one answer to every request.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename = "done")]
pub struct Done {
    pub id: u64,
    #[serde(flatten)]
    pub outcome: Outcome,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// the events of this request
    Opened(Vec<Opened>),
    /// all events
    Reads(Vec<CounterRead>),
}

#[derive(Debug, Serialize)]
pub struct Opened {
    pub index: usize,
    /// why it could not be opened
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errno: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CounterRead {
    pub index: usize,
    /// the middle between before and after the read
    pub at_ns: i64,
    /// from before to after
    pub latency_ns: i64,
    /// the count since the event was opened; decimal, because JSON numbers are exact to 2^53 only
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errno: Option<String>,
}
