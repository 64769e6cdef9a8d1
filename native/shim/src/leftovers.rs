//! `delete`: containerd calls it after a shim has gone without being asked, for instance by `kill -9`.

use crate::NAME;
use crate::call::Call;
use libcontainer::container::Container;
use std::fs;
use std::path::{Path, PathBuf};

/// libcontainer's folder of a container.
pub fn state_folder(namespace: &str) -> PathBuf {
    Path::new("/run/containerd").join(NAME).join(namespace)
}

/// Ends what is left of a container: its process (which dies with its shim, but may still be dying), its control groups, its state. containerd itself
/// removes mounts and the bundle. Nobody is there to be told of a failure.
pub fn remove(call: &Call) {
    if call.id.is_empty() || call.namespace.is_empty() {
        return;
    }
    let folder = state_folder(&call.namespace).join(&call.id);
    if let Ok(mut container) = Container::load(folder.clone()) {
        let _ = container.delete(true);
    }
    let _ = fs::remove_dir_all(folder);
}
