//! SHA-256 and BLAKE3 over generated data: arithmetic on registers, next to no memory, no input or output until the end.

use std::fmt::{self, Display};
use std::process::ExitCode;

use sha2::{Digest, Sha256};

const DATA_BYTES: usize = 8 * 1024 * 1024;
const CHUNK_BYTES: usize = 64 * 1024;
const SEED: u64 = 0x7468_6972_6477_6176;

fn main() -> ExitCode {
    guest::run(|| {
        let mut sha256 = Sha256::new();
        let mut blake3 = blake3::Hasher::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut generator = SplitMix64(SEED);
        for _ in 0..DATA_BYTES / CHUNK_BYTES {
            generator.fill(&mut chunk);
            sha256.update(&chunk);
            blake3.update(&chunk);
        }
        let (sha256, blake3) = (sha256.finalize(), blake3.finalize());
        format!("hash sha256={} blake3={}\n", Hex(&sha256), Hex(blake3.as_bytes())).into_bytes()
    })
}

/// Steele, Lea and Flood's generator (OOPSLA 2014): one addition and two multiplications per 8 bytes.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn fill(&mut self, chunk: &mut [u8]) {
        for word in chunk.chunks_exact_mut(8) {
            word.copy_from_slice(&self.next().to_le_bytes());
        }
    }
}

struct Hex<'a>(&'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}
