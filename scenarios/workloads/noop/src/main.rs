//! Prints one byte string and exits: start-up and nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    guest::run(|| b"thirdwave noop\n".to_vec())
}
