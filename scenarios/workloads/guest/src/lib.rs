//! How every workload speaks to whoever started it, natively and under WASI: output on stdout; with `hold` it stays alive and serves lines of stdin.

use std::env;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

const USAGE_EXIT: u8 = 2;
const HOLD: &str = "hold";

/// Does the work and writes its output in one piece. With the argument `hold` it then serves: each line on stdin is a request to do the work and write its
/// output once more; end of file ends it.
///
/// Exit codes: 0 done, 1 the output could not be written or stdin not be read, 2 unknown arguments.
pub fn run(work: impl FnMut() -> Vec<u8>) -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match hold_of(&arguments) {
        Some(held) => finish(work, held),
        None => usage("[hold]"),
    }
}

/// The same for a program with one parameter, its first argument: `make` turns it into the work, or refuses it.
pub fn run_with<W: FnMut() -> Vec<u8>>(parameter: &str, make: impl FnOnce(&str) -> Option<W>) -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let known = arguments.split_first().and_then(|(value, rest)| Some((make(value)?, hold_of(rest)?)));
    match known {
        Some((work, held)) => finish(work, held),
        None => usage(&format!("<{parameter}> [hold]")),
    }
}

/// Whether it is to be held; nothing for arguments that mean nothing here.
fn hold_of(arguments: &[String]) -> Option<bool> {
    match arguments {
        [] => Some(false),
        [word] if word == HOLD => Some(true),
        _ => None,
    }
}

fn usage(arguments: &str) -> ExitCode {
    eprintln!("usage: {arguments}");
    ExitCode::from(USAGE_EXIT)
}

fn finish(work: impl FnMut() -> Vec<u8>, held: bool) -> ExitCode {
    match live(work, held) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn live(mut work: impl FnMut() -> Vec<u8>, held: bool) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let mut reply = || {
        stdout.write_all(&work())?;
        stdout.flush()
    };
    reply()?;
    if held { serve(&mut io::stdin().lock(), reply) } else { Ok(()) }
}

/// One reply per line, until end of file. What a line says is ignored and not kept, however long it is.
fn serve(stdin: &mut impl BufRead, mut reply: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    loop {
        let (length, is_request) = match stdin.fill_buf() {
            Ok([]) => return Ok(()),
            Ok(bytes) => {
                bytes.iter().position(|&byte| byte == b'\n').map_or((bytes.len(), false), |at| (at + 1, true))
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        stdin.consume(length);
        if is_request {
            reply()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn replies_to(input: &[u8], buffer_bytes: usize) -> usize {
        let mut replies = 0;
        let served = serve(&mut BufReader::with_capacity(buffer_bytes, input), || {
            replies += 1;
            Ok(())
        });
        assert!(served.is_ok());
        replies
    }

    #[test]
    fn every_line_is_a_request_however_the_lines_come() {
        for buffer_bytes in [1, 3, 4096] {
            assert_eq!(replies_to(b"", buffer_bytes), 0);
            assert_eq!(replies_to(b"no end of line", buffer_bytes), 0);
            assert_eq!(replies_to(b"\n\nthird\n", buffer_bytes), 3);
        }
    }

    #[test]
    fn a_reply_that_cannot_be_written_ends_it() {
        let failing = || Err(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(serve(&mut &b"\n"[..], failing).is_err());
    }

    #[test]
    fn only_nothing_or_hold_is_understood() {
        let of = |words: &[&str]| hold_of(&words.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!((of(&[]), of(&["hold"])), (Some(false), Some(true)));
        assert_eq!((of(&["held"]), of(&["hold", "hold"])), (None, None));
    }
}
