//! Touches W MiB, says so and waits: memory of a known size in every technology.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::hint::black_box;
use std::process::ExitCode;

/// Far below what a 32-bit Wasm memory can hold.
const MAX_MIB: usize = 1024;
const WORDS_PER_MIB: usize = 1024 * 1024 / size_of::<u64>();
/// The baseline touches one page, as often as one MiB has pages: an engine that compiles what runs often has then compiled the same as for any other W.
const WORDS_PER_PAGE: usize = 4096 / size_of::<u64>();
const PAGES_PER_MIB: usize = WORDS_PER_MIB / WORDS_PER_PAGE;

fn main() -> ExitCode {
    guest::run_with("MiB", |text| {
        let mib = text.parse().ok().filter(|&mib| mib <= MAX_MIB)?;
        let mut block = Block::new(mib);
        Some(move || {
            for _ in 0..if mib == 0 { PAGES_PER_MIB } else { 1 } {
                block.write();
            }
            format!("hold {mib} MiB\n").into_bytes()
        })
    })
}

/// One allocation whose every word is another: no page can be compressed, is zero or is like any other page, of this instance or of the next.
struct Block {
    words: Vec<u64>,
    state: u64,
}

impl Block {
    /// Reserves; nothing is touched yet. The data begin elsewhere in each instance, else the kernel could merge the same page of two of them (KSM).
    fn new(mib: usize) -> Self {
        Self {
            words: Vec::with_capacity((mib * WORDS_PER_MIB).max(WORDS_PER_PAGE)),
            state: RandomState::new().build_hasher().finish(),
        }
    }

    /// Writes all of it, in place.
    fn write(&mut self) {
        let Self { words, state } = self;
        let size = words.capacity();
        words.clear();
        words.extend((0..size).map(|_| next(state)));
        // Somebody could read it: the compiler must leave the writes in.
        black_box(words.as_mut_slice());
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): a permutation of a counter, so that no value comes twice in 2^64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_word_comes_twice_in_one_instance_in_two_or_after_a_request() {
        let (mut first, second) = (written(), written());
        let mut words: Vec<u64> =
            [&first, &second].into_iter().flat_map(|block| block.words.clone()).collect();
        first.write();
        words.extend(&first.words);
        assert_eq!(words.len(), 3 * WORDS_PER_MIB);
        assert_eq!(words.iter().collect::<HashSet<_>>().len(), words.len());
    }

    #[test]
    fn it_stays_where_it_is() {
        let mut block = written();
        let place = block.words.as_ptr();
        block.write();
        assert_eq!((block.words.as_ptr(), block.words.capacity()), (place, WORDS_PER_MIB));
    }

    fn written() -> Block {
        let mut block = Block::new(1);
        block.write();
        block
    }
}
