//! From a request to everything a launch needs: all of it happens before t0.

use crate::launch::Prepared;
use crate::pipes::{Feed, make_nonblocking, pipe};
use crate::request::Spawn;
use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use thirdwave_protocol::{Failure, Stdin, errno};

/// Our ends of the child's streams.
pub struct Ends {
    pub stdin: Input,
    pub stdout: File,
    pub stderr: File,
}

/// Our end of the child's input.
pub enum Input {
    Closed,
    /// a pipe that stays open until `release`; a write to it never blocks
    Held(File),
    /// more than the pipe holds
    Feeding(Feed),
}

/// Fails with `bad-request`, `cgroup-join-failed` or `spawn-failed`.
pub fn prepare(spawn: &Spawn) -> Result<(Prepared, Ends), Failure> {
    if spawn.argv.is_empty() {
        return Err(Failure::bad_request("argv is empty"));
    }
    let argv = spawn.argv.iter().map(|text| c_string(text)).collect::<Result<_, _>>()?;
    let env = spawn.env.iter().map(|(name, value)| variable(name, value)).collect::<Result<_, _>>()?;
    let cwd = spawn.cwd.as_deref().map(c_string).transpose()?;
    let cgroup_procs =
        spawn.cgroup_procs_files.iter().map(|path| open_cgroup(path)).collect::<Result<_, _>>()?;
    let input = spawn.stdin.bytes()?;
    let (ends, streams) = open_streams(&spawn.stdin, input).map_err(|error| {
        Failure::new("spawn-failed", format!("standard streams: {error}")).with("errno", errno::of(&error))
    })?;
    Ok((Prepared { argv, env, cwd, streams, cgroup_procs }, ends))
}

fn open_streams(stdin: &Stdin, input: Vec<u8>) -> io::Result<(Ends, [OwnedFd; 3])> {
    let (stdout, child_stdout) = pipe()?;
    let (stderr, child_stderr) = pipe()?;
    make_nonblocking(&stdout)?;
    make_nonblocking(&stderr)?;
    let (child_stdin, stdin) = match stdin {
        Stdin::Empty => (File::open("/dev/null")?.into(), Input::Closed),
        Stdin::Bytes { .. } => {
            let (read, feed) = Feed::new(input)?;
            (read, feed.map_or(Input::Closed, Input::Feeding))
        }
        Stdin::Hold => {
            let (read, write) = pipe()?;
            let write = File::from(write);
            make_nonblocking(&write)?;
            (read.into(), Input::Held(write))
        }
    };
    Ok((Ends { stdin, stdout, stderr }, [child_stdin, child_stdout, child_stderr]))
}

fn open_cgroup(path: &str) -> Result<(String, File), Failure> {
    let file = File::options().write(true).open(path).map_err(|error| {
        Failure::new("cgroup-join-failed", format!("open {path}: {error}"))
            .with("errno", errno::of(&error))
            .with("path", path)
    })?;
    Ok((path.to_owned(), file))
}

fn variable(name: &str, value: &str) -> Result<CString, Failure> {
    if name.is_empty() || name.contains('=') {
        return Err(Failure::bad_request(format!("“{name}” cannot be the name of a variable")));
    }
    c_string(&format!("{name}={value}"))
}

fn c_string(text: &str) -> Result<CString, Failure> {
    CString::new(text)
        .map_err(|_| Failure::bad_request("an argument, variable or path contains a NUL character"))
}
