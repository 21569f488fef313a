//! SHA-256 of sixteen messages at once: alone, a message waits for itself at every step.

#[cfg(target_arch = "x86_64")]
mod pairs;
#[cfg(target_arch = "x86_64")]
mod sixteen;

use tessera_referee::merkle::{Digest, Sha256 as _};

use crate::merkle::Native;

/// Messages that are hashed at once.
pub(crate) const MESSAGES: usize = 16;
/// From so many messages on, sixteen lanes of AVX-512 are faster than the SHA instructions on two.
#[cfg(target_arch = "x86_64")]
const WORTH_SIXTEEN: usize = 9;

/// First 32 bits of the fractional parts of the cube roots of the first 64 primes.
#[rustfmt::skip]
const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];
/// First 32 bits of the fractional parts of the square roots of the first 8 primes.
const START: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// Messages of equal length, with their padding (FIPS 180-4, 5.1.1) in `BLOCKS` blocks each.
pub(crate) struct Batch<const BLOCKS: usize> {
    blocks: [[[u8; 64]; BLOCKS]; MESSAGES],
    length: usize,
}

impl<const BLOCKS: usize> Batch<BLOCKS> {
    /// Messages of `length` zeros. With its padding of nine bytes or more, a message fills the blocks.
    pub(crate) fn new(length: usize) -> Self {
        assert_eq!((length + 9).div_ceil(64), BLOCKS);
        let mut blocks = [[0; 64]; BLOCKS];
        let bytes = blocks.as_flattened_mut();
        bytes[length] = 0x80;
        let end = bytes.len() - 8;
        bytes[end..].copy_from_slice(&(length as u64 * 8).to_be_bytes());
        Self { blocks: [blocks; MESSAGES], length }
    }

    /// One of the messages.
    pub(crate) fn message(&mut self, which: usize) -> &mut [u8] {
        &mut self.blocks[which].as_flattened_mut()[..self.length]
    }

    /// Appends the digests of the first `count`.
    pub(crate) fn digests(&self, count: usize, out: &mut Vec<Digest>) {
        #[cfg(target_arch = "x86_64")]
        {
            let lanes = std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx512bw");
            if lanes && count >= WORTH_SIXTEEN {
                // SAFETY: the CPU has the features.
                out.extend(unsafe { sixteen::digest(&self.blocks) }.iter().take(count));
                return;
            }
            if std::is_x86_feature_detected!("sha") && std::is_x86_feature_detected!("sse4.1") {
                for (first, pair) in (0..count).step_by(2).zip(self.blocks.as_chunks::<2>().0) {
                    // SAFETY: the CPU has the features.
                    out.extend(unsafe { pairs::digest(pair) }.iter().take(count - first));
                }
                return;
            }
        }
        out.extend((0..count).map(|which| self.digest(which)));
    }

    /// The digest of one.
    fn digest(&self, which: usize) -> Digest {
        Native::hash(&[&self.blocks[which].as_flattened()[..self.length]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const BLOCKS: usize>(length: usize) {
        let mut batch = Batch::<BLOCKS>::new(length);
        for which in 0..MESSAGES {
            for (i, byte) in batch.message(which).iter_mut().enumerate() {
                *byte = (i * 31 + which * 7 + i / 5) as u8;
            }
        }
        let one_by_one: Vec<Digest> = (0..MESSAGES).map(|which| batch.digest(which)).collect();
        for count in 0..=MESSAGES {
            let mut digests = Vec::new();
            batch.digests(count, &mut digests);
            assert_eq!(digests, one_by_one[..count], "{count} messages of {length} bytes");
        }
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx512bw") {
            // SAFETY: the CPU has the features.
            assert_eq!(unsafe { sixteen::digest(&batch.blocks) }.as_slice(), one_by_one, "{length} bytes");
        }
    }

    #[test]
    fn many_at_once_are_as_one_by_one() {
        (0..56).for_each(check::<1>);
        (56..120).for_each(check::<2>);
        check::<9>(521);
    }
}
