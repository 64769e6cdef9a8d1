//! The launcher, driven as the harness drives it.

mod common;
mod control;
mod failures;
mod lives;
mod writes;
