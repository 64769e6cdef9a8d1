//! Prestart hooks become createRuntime hooks.
//!
//! Docker (up to 27) wires a container's network from a prestart hook, which gets the container's pid on its stdin. libcontainer calls prestart hooks at
//! the right moment with the right pid; the kit then calls them once more, with the pid of the shim: a second start of `dockerd`, and the network of a
//! container would be wired into the namespace the shim stands in, which is the host's. createRuntime hooks are, by the OCI specification, called at
//! the same moment and in the same namespace as prestart hooks, and the kit leaves them alone.

use serde_json::{Map, Value};
use std::fs;
use std::io;
use std::path::Path;

/// Rewrites a bundle's `config.json` if there is something to move. Called before the shim that reads it exists.
pub fn settle(config: &Path) -> io::Result<()> {
    let mut spec: Value = serde_json::from_slice(&fs::read(config)?)?;
    let Some(hooks) = spec.get_mut("hooks").and_then(Value::as_object_mut) else { return Ok(()) };
    if !moved(hooks) {
        return Ok(());
    }
    let part = config.with_extension("json.part");
    fs::write(&part, serde_json::to_vec(&spec)?)?;
    fs::rename(part, config)
}

/// Whether anything changed. The kit expects a list of prestart hooks, be it an empty one, wherever there are hooks at all.
fn moved(hooks: &mut Map<String, Value>) -> bool {
    let prestart = match hooks.insert("prestart".to_owned(), Value::Array(Vec::new())) {
        Some(Value::Array(list)) if list.is_empty() => return false,
        Some(Value::Array(list)) => list,
        _ => return true,
    };
    let create_runtime = hooks.entry("createRuntime").or_insert_with(|| Value::Array(Vec::new()));
    let later = create_runtime.as_array().cloned().unwrap_or_default();
    *create_runtime = Value::Array(prestart.into_iter().chain(later).collect());
    true
}

#[cfg(test)]
mod tests {
    use super::moved;
    use serde_json::{Value, json};

    fn after(mut hooks: Value) -> (bool, Value) {
        let changed = moved(hooks.as_object_mut().expect("an object"));
        (changed, hooks)
    }

    #[test]
    fn prestart_hooks_are_called_first_among_create_runtime_hooks() {
        let (changed, hooks) = after(
            json!({ "prestart": [{ "path": "/a" }], "createRuntime": [{ "path": "/b" }], "poststop": [] }),
        );
        assert!(changed);
        assert_eq!(
            hooks,
            json!({ "prestart": [], "createRuntime": [{ "path": "/a" }, { "path": "/b" }], "poststop": [] })
        );
    }

    #[test]
    fn nothing_to_move_changes_nothing() {
        assert!(!after(json!({ "prestart": [] })).0);
    }

    #[test]
    fn hooks_without_a_prestart_list_get_an_empty_one() {
        assert_eq!(after(json!({ "poststop": [] })), (true, json!({ "prestart": [], "poststop": [] })));
    }
}
