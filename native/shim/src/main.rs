//! containerd-shim-thirdwave-v1: WebAssembly modules as containers (`docker run --runtime io.containerd.thirdwave.v1 …`).
//!
//! On runwasi's shim kit, which speaks containerd's task protocol; the container around the guest is youki's libcontainer. Not on the layer above the
//! kit (`containerd-shim-wasm`): docs/decisions/0005-shim.md says why. docs/shim.md describes images, exit codes and the trace.

mod call;
mod container;
mod executor;
mod hooks;
mod instance;
mod leftovers;
mod trace;

use call::Call;
use containerd_shimkit::Config;
use containerd_shimkit::sandbox::cli::{Version, shim_main};
use instance::Instance;
use std::path::Path;

/// The runtime's name: names the folder of its state below /run/containerd.
const NAME: &str = "thirdwave";

fn main() {
    let begun_ns = trace::now_ns();
    let call = Call::of(std::env::args().skip(1));
    trace::open(&call.id);
    match call.action.as_str() {
        "start" => {
            trace::stamp_at("start-command-begun", begun_ns);
            // What is wrong with the file the kit tells better: it reads it next.
            let _ = hooks::settle(Path::new("config.json"));
        }
        "delete" => leftovers::remove(&call),
        _ => {
            trace::stamp_at("shim-begun", begun_ns);
            instance::SHIM_ID.get_or_init(|| call.id.clone());
        }
    }
    let version = Version { version: env!("CARGO_PKG_VERSION"), revision: thirdwave_guest::WASMTIME_VERSION };
    shim_main::<Instance>(NAME, version, Some(config(&call)));
    if call.action == "start" {
        trace::stamp("start-command-done");
    }
}

/// No logger unless containerd itself runs with `--debug`: what fails is answered to containerd, and a logger's line is a write to a pipe. The kit's reaper
/// is needed where the shim has to mount the root itself (`ctr`, Kubernetes): it waits for its mounting child by way of the reaper. It never sees a guest,
/// which is its keeper's child.
fn config(call: &Call) -> Config {
    Config {
        no_setup_logger: !call.debug,
        default_log_level: "debug".to_owned(),
        no_reaper: false,
        no_sub_reaper: true,
    }
}
