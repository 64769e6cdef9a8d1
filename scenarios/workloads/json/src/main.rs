//! Parses, transforms and serialises a document: many small allocations, strings, numbers in decimal.

mod document;
mod transform;

use std::process::ExitCode;

use transform::{Document, transform};

fn main() -> ExitCode {
    guest::run(|| {
        let text = document::generate();
        let document: Document = serde_json::from_str(&text).expect("the generated document is valid");
        let report = transform(document);
        let output = serde_json::to_vec(&report).expect("the report has string keys only");
        format!(
            "json in={} orders={} kept={} countries={} out={} fnv1a64={:016x}\n",
            text.len(),
            report.orders_read,
            report.orders.len(),
            report.countries.len(),
            output.len(),
            fnv1a64(&output),
        )
        .into_bytes()
    })
}

/// Fowler, Noll and Vo's hash, variant 1a, 64 bits: a checksum that is the same few instructions everywhere.
fn fnv1a64(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
