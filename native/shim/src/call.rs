//! What containerd calls this program with, as far as it matters before the kit reads it.

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Call {
    pub id: String,
    pub namespace: String,
    /// the container's folder; where it is not named, it is the working directory
    pub bundle: String,
    pub debug: bool,
    /// `start`, `delete`, or nothing: serve
    pub action: String,
}

impl Call {
    pub fn of(mut args: impl Iterator<Item = String>) -> Self {
        let mut call = Self::default();
        while let Some(arg) = args.next() {
            match arg.trim_start_matches('-') {
                "id" => call.id = args.next().unwrap_or_default(),
                "namespace" => call.namespace = args.next().unwrap_or_default(),
                "bundle" => call.bundle = args.next().unwrap_or_default(),
                "address" | "publish-binary" | "socket" => drop(args.next()),
                "debug" => call.debug = true,
                action if !arg.starts_with('-') => action.clone_into(&mut call.action),
                _ => {}
            }
        }
        call
    }
}

#[cfg(test)]
mod tests {
    use super::Call;

    fn call(text: &str) -> Call {
        Call::of(text.split(' ').map(str::to_owned))
    }

    #[test]
    fn containerd_s_calls_are_understood() {
        let start =
            call("-namespace moby -address /run/c.sock -publish-binary /usr/bin/containerd -id abc start");
        assert_eq!(
            (start.id.as_str(), start.namespace.as_str(), start.action.as_str()),
            ("abc", "moby", "start")
        );
        let serve = call("-namespace moby -id abc -address /run/c.sock -debug");
        assert_eq!((serve.id.as_str(), serve.action.as_str(), serve.debug), ("abc", "", true));
        let delete = call("-namespace moby -id abc -bundle /b delete");
        assert_eq!((delete.bundle.as_str(), delete.action.as_str()), ("/b", "delete"));
    }
}
