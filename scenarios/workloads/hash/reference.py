"""Computes the expected output of `hash` with other code: hashlib and the Python package blake3."""

import hashlib
import struct

import blake3

DATA_BYTES = 8 * 1024 * 1024
MASK = 2**64 - 1


def split_mix_64(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


words = split_mix_64(0x7468697264776176)
data = b"".join(struct.pack("<Q", next(words)) for _ in range(DATA_BYTES // 8))
print(f"hash sha256={hashlib.sha256(data).hexdigest()} blake3={blake3.blake3(data).hexdigest()}")
