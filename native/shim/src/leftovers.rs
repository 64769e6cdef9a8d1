//! `delete`: containerd calls it after a shim has gone without being asked, for instance by `kill -9`.

use crate::NAME;
use crate::call::Call;
use libcontainer::container::Container;
use std::fs;
use std::io;
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
    let _ = remove_socket(Path::new(&call.bundle));
}

/// The socket the shim listens on; its address stands in the bundle. The kit removes it at its very end, by when containerd, which sees the connection
/// close first, may have removed the bundle: 3 of 100 sockets stayed. So it goes with the container: the one connection there is stays open.
pub fn remove_socket(bundle: &Path) -> io::Result<()> {
    let address = fs::read_to_string(bundle.join("address"))?;
    fs::remove_file(address.strip_prefix("unix://").unwrap_or(&address))
}
