//! How every workload speaks to whoever started it, natively and under WASI: output on stdout, `hold` to stay alive.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

const USAGE_EXIT: u8 = 2;

/// Does the work, writes its output in one piece and, with the argument `hold`, waits for the end of stdin before it returns.
///
/// Exit codes: 0 done, 1 the output could not be written or stdin not be read, 2 unknown arguments.
pub fn run(work: fn() -> Vec<u8>) -> ExitCode {
    let mut arguments = env::args().skip(1);
    let hold = match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => false,
        (Some("hold"), None) => true,
        _ => {
            eprintln!("usage: [hold]");
            return ExitCode::from(USAGE_EXIT);
        }
    };
    match report(&work(), hold) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn report(output: &[u8], hold: bool) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(output)?;
    stdout.flush()?;
    if hold {
        io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    }
    Ok(())
}
