//! A no-op with a regression of known size before its output: what `gate selftest` injects into one arm.

use std::hint::{black_box, spin_loop};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

const PAGE_BYTES: usize = 4096;
/// Far below what a 32-bit Wasm memory can hold.
const MAX_BYTES: usize = 1 << 30;

/// What is done before the output.
#[derive(Debug, PartialEq, Eq)]
enum Regression {
    /// CPU time: busy until the clock says so
    Spin(Duration),
    /// waiting: the kernel adds its timer slack (50 µs unless told otherwise)
    Sleep(Duration),
    /// memory: one word in every page
    Touch(usize),
}

fn main() -> ExitCode {
    guest::run_with("spin:<ns>|sleep:<ns>|touch:<bytes>", |text| {
        let regression = parse(text)?;
        let mut ballast = Vec::new();
        Some(move || {
            suffer(&regression, &mut ballast);
            b"thirdwave slow\n".to_vec()
        })
    })
}

fn parse(text: &str) -> Option<Regression> {
    let (kind, amount) = text.split_once(':')?;
    let amount: u64 = amount.parse().ok()?;
    match kind {
        "spin" => Some(Regression::Spin(Duration::from_nanos(amount))),
        "sleep" => Some(Regression::Sleep(Duration::from_nanos(amount))),
        "touch" => usize::try_from(amount).ok().filter(|&bytes| bytes <= MAX_BYTES).map(Regression::Touch),
        _ => None,
    }
}

/// Nothing at all for an amount of 0: not even the clock is asked.
fn suffer(regression: &Regression, ballast: &mut Vec<u8>) {
    match *regression {
        Regression::Spin(Duration::ZERO) | Regression::Sleep(Duration::ZERO) => {}
        Regression::Spin(time) => {
            let start = Instant::now();
            while start.elapsed() < time {
                spin_loop();
            }
        }
        Regression::Sleep(time) => thread::sleep(time),
        Regression::Touch(bytes) => {
            ballast.resize(bytes, 0);
            for page in ballast.chunks_mut(PAGE_BYTES) {
                page[0] = page[0].wrapping_add(1);
            }
            black_box(ballast.as_mut_slice());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_amount_with_its_kind_is_understood() {
        assert_eq!(parse("spin:5"), Some(Regression::Spin(Duration::from_nanos(5))));
        assert_eq!(parse("sleep:0"), Some(Regression::Sleep(Duration::ZERO)));
        assert_eq!(parse("touch:4096"), Some(Regression::Touch(4096)));
        for text in ["", "spin", "spin:", "spin:-1", "5", "nap:5", "touch:99999999999"] {
            assert_eq!(parse(text), None);
        }
    }

    #[test]
    fn it_takes_at_least_as_long_as_it_was_told() {
        for regression in [Regression::Spin(Duration::from_millis(2)), Regression::Sleep(Duration::from_millis(2))] {
            let start = Instant::now();
            suffer(&regression, &mut Vec::new());
            assert!(start.elapsed() >= Duration::from_millis(2));
        }
    }

    #[test]
    fn it_keeps_what_it_has_touched() {
        let mut ballast = Vec::new();
        suffer(&Regression::Touch(10_000), &mut ballast);
        assert_eq!(ballast.len(), 10_000);
        assert_eq!(ballast.iter().filter(|&&byte| byte == 1).count(), 3);
    }
}
