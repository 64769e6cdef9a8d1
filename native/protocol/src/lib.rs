//! What thirdwave's native programs share: the clock, requests and events as JSON lines, the way a request fails,
//! captured output, start-up. The protocol itself is documented in `native/README.md`.

mod bytes;
mod capture;
mod clock;
pub mod errno;
mod events;
mod failure;
mod lines;
mod replies;
mod request;
mod startup;
#[cfg(feature = "testing")]
pub mod testing;

pub use bytes::{decode_base64, encode_base64};
pub use capture::{Head, Tail};
pub use clock::{Clock, process_cpu_ns};
pub use events::{emit, emit_all, emit_failure};
pub use failure::Failure;
pub use lines::Lines;
pub use replies::Replies;
pub use request::{Stdin, Write, parse};
pub use startup::{Startup, start};

/// Raised when an event or a request changes its meaning.
pub const PROTOCOL_VERSION: u32 = 1;

/// What `stdoutLimitBytes` is when a request does not say: enough for every built-in workload (tens of bytes) and for
/// a user's program that prints a page or two; checking an output must not make the harness swap.
pub const DEFAULT_STDOUT_LIMIT_BYTES: usize = 1024 * 1024;

/// How much of a program's stderr is kept, from its end: the last lines say why it failed.
pub const STDERR_TAIL_BYTES: usize = 4096;
