//! The wasm host, driven as the harness drives it.

mod common;
mod failures;
mod lives;
mod loops;
mod place;
mod writes;
