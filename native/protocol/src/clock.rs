//! Time stamps.

/// `CLOCK_MONOTONIC` minus the run's origin, in nanoseconds.
///
/// The origin is the harness's own reading of the same clock (Node's `process.hrtime` reads `CLOCK_MONOTONIC`), so stamps
/// of all programs of a run can be subtracted from each other, and stay far below 2^53: exact in a JSON number. Not
/// `CLOCK_MONOTONIC_RAW`: Node cannot read it. A time namespace would shift the clock; neither program enters one.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin_ns: i64,
}

impl Clock {
    pub fn new(origin_ns: i64) -> Self {
        Self { origin_ns }
    }

    /// One `clock_gettime`: no system call, it is answered by the vDSO in some tens of nanoseconds.
    pub fn now_ns(self) -> i64 {
        read(libc::CLOCK_MONOTONIC) - self.origin_ns
    }
}

/// CPU time of this process so far, all threads, user and system, in nanoseconds.
pub fn process_cpu_ns() -> i64 {
    read(libc::CLOCK_PROCESS_CPUTIME_ID)
}

fn read(clock: libc::clockid_t) -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid timespec. Both clocks exist on every Linux, so the call cannot fail.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_the_origin_and_never_backwards() {
        let clock = Clock::new(read(libc::CLOCK_MONOTONIC));
        let first = clock.now_ns();
        let second = clock.now_ns();
        assert!(0 <= first && first <= second);
    }

    #[test]
    fn cpu_time_grows_with_work() {
        let before = process_cpu_ns();
        let mut sum = 0u64;
        while process_cpu_ns() - before < 1_000_000 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(sum > 0);
    }
}
