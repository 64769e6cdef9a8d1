//! thirdwave-launcher: launches processes and stamps their start, first output byte and exit.
//!
//! Node's `spawn()` blocks about 3 ms more per 100 MiB of its own memory and is stamped by an event loop. This program is
//! one small thread with vfork semantics, a pidfd and its own clock readings. Protocol: `native/README.md`.

mod child;
mod control;
mod epoll;
mod event;
mod inherited;
mod launch;
mod pipes;
mod prepare;
mod request;

use control::Control;
use thirdwave_protocol::{Failure, Startup, emit_failure, start};

fn main() {
    inherited::close_inherited_descriptors();
    inherited::reset_signals();
    let clock =
        start(Startup { program: "thirdwave-launcher", version: env!("CARGO_PKG_VERSION"), facts: &[] });
    match Control::new(clock) {
        Ok(control) => control.run(),
        Err(error) => {
            emit_failure(None, &Failure::new("no-epoll", error.to_string()));
            std::process::exit(1);
        }
    }
}
