//! Sixteen messages in the lanes of AVX-512.

use std::arch::x86_64::*;

use super::{K, MESSAGES, START};

/// Digests of padded messages.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn digest<const BLOCKS: usize>(messages: &[[[u8; 64]; BLOCKS]; MESSAGES]) -> [[u8; 32]; MESSAGES] {
    let mut state = [_mm512_setzero_si512(); 8];
    for (state, word) in state.iter_mut().zip(START) {
        *state = _mm512_set1_epi32(word as i32);
    }
    for block in 0..BLOCKS {
        let mut blocks = [&[0; 64]; MESSAGES];
        for (own, message) in blocks.iter_mut().zip(messages) {
            *own = &message[block];
        }
        compress(&mut state, blocks);
    }
    let mut digests = [[0; 32]; MESSAGES];
    for (word, vector) in state.into_iter().enumerate() {
        for (digest, lane) in digests.iter_mut().zip(lanes(vector)) {
            digest[4 * word..][..4].copy_from_slice(&lane.to_be_bytes());
        }
    }
    digests
}

#[target_feature(enable = "avx512f")]
fn lanes(vector: __m512i) -> [u32; MESSAGES] {
    let mut lanes = [0; MESSAGES];
    // SAFETY: 64 bytes are written to 64.
    unsafe { _mm512_storeu_si512(lanes.as_mut_ptr().cast(), vector) };
    lanes
}

/// Word t of all messages as a vector, for the sixteen words of a block. Loops, not closures: these would be compiled for any CPU.
#[target_feature(enable = "avx512f,avx512bw")]
fn turn(blocks: [&[u8; 64]; MESSAGES]) -> [__m512i; 16] {
    // Reverses the bytes of each word.
    let swap = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203));
    let mut rows = [_mm512_setzero_si512(); MESSAGES];
    for (row, block) in rows.iter_mut().zip(blocks) {
        // SAFETY: 64 bytes are read from 64.
        *row = _mm512_shuffle_epi8(unsafe { _mm512_loadu_si512(block.as_ptr().cast()) }, swap);
    }
    // `fours[g][j]`: in its quarter l, word 4 l + j of messages 4 g to 4 g + 3.
    let mut fours = [[_mm512_setzero_si512(); 4]; 4];
    for (fours, &[a, b, c, d]) in fours.iter_mut().zip(rows.as_chunks::<4>().0) {
        let (ab_low, ab_high) = (_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
        let (cd_low, cd_high) = (_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
        *fours = [
            _mm512_unpacklo_epi64(ab_low, cd_low),
            _mm512_unpackhi_epi64(ab_low, cd_low),
            _mm512_unpacklo_epi64(ab_high, cd_high),
            _mm512_unpackhi_epi64(ab_high, cd_high),
        ];
    }
    let mut words = [_mm512_setzero_si512(); 16];
    for j in 0..4 {
        let [a, b, c, d] = [fours[0][j], fours[1][j], fours[2][j], fours[3][j]];
        let (ab_even, ab_odd) = (_mm512_shuffle_i32x4::<0x88>(a, b), _mm512_shuffle_i32x4::<0xdd>(a, b));
        let (cd_even, cd_odd) = (_mm512_shuffle_i32x4::<0x88>(c, d), _mm512_shuffle_i32x4::<0xdd>(c, d));
        words[j] = _mm512_shuffle_i32x4::<0x88>(ab_even, cd_even);
        words[4 + j] = _mm512_shuffle_i32x4::<0x88>(ab_odd, cd_odd);
        words[8 + j] = _mm512_shuffle_i32x4::<0xdd>(ab_even, cd_even);
        words[12 + j] = _mm512_shuffle_i32x4::<0xdd>(ab_odd, cd_odd);
    }
    words
}

/// `a ^ b ^ c`, one instruction.
#[target_feature(enable = "avx512f")]
fn xor(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<0x96>(a, b, c)
}

/// The compression function on a block of each message (FIPS 180-4, 6.2.2), sixteen rounds at a time, whose words and state are named so
/// that they stay in registers.
#[target_feature(enable = "avx512f,avx512bw")]
fn compress(state: &mut [__m512i; 8], blocks: [&[u8; 64]; MESSAGES]) {
    let mut w = turn(blocks);
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    macro_rules! round {
        ($k:expr, $t:literal, $a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident) => {
            let s1 = xor(_mm512_ror_epi32::<6>($e), _mm512_ror_epi32::<11>($e), _mm512_ror_epi32::<25>($e));
            let choice = _mm512_ternarylogic_epi32::<0xca>($e, $f, $g);
            let input = _mm512_add_epi32(w[$t], _mm512_set1_epi32($k[$t] as i32));
            let first = _mm512_add_epi32(_mm512_add_epi32($h, input), _mm512_add_epi32(s1, choice));
            let s0 = xor(_mm512_ror_epi32::<2>($a), _mm512_ror_epi32::<13>($a), _mm512_ror_epi32::<22>($a));
            let second = _mm512_add_epi32(s0, _mm512_ternarylogic_epi32::<0xe8>($a, $b, $c));
            $d = _mm512_add_epi32($d, first);
            $h = _mm512_add_epi32(first, second);
        };
    }
    macro_rules! schedule {
        ($($t:literal)*) => {$(
            let (early, late) = (w[($t + 1) % 16], w[($t + 14) % 16]);
            let s0 = xor(_mm512_ror_epi32::<7>(early), _mm512_ror_epi32::<18>(early), _mm512_srli_epi32::<3>(early));
            let s1 = xor(_mm512_ror_epi32::<17>(late), _mm512_ror_epi32::<19>(late), _mm512_srli_epi32::<10>(late));
            w[$t] = _mm512_add_epi32(_mm512_add_epi32(w[$t], s0), _mm512_add_epi32(w[($t + 9) % 16], s1));
        )*};
    }
    for (group, k) in K.as_chunks::<16>().0.iter().enumerate() {
        if group > 0 {
            schedule!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        }
        round!(k, 0, a b c d e f g h);
        round!(k, 1, h a b c d e f g);
        round!(k, 2, g h a b c d e f);
        round!(k, 3, f g h a b c d e);
        round!(k, 4, e f g h a b c d);
        round!(k, 5, d e f g h a b c);
        round!(k, 6, c d e f g h a b);
        round!(k, 7, b c d e f g h a);
        round!(k, 8, a b c d e f g h);
        round!(k, 9, h a b c d e f g);
        round!(k, 10, g h a b c d e f);
        round!(k, 11, f g h a b c d e);
        round!(k, 12, e f g h a b c d);
        round!(k, 13, d e f g h a b c);
        round!(k, 14, c d e f g h a b);
        round!(k, 15, b c d e f g h a);
    }
    for (state, word) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *state = _mm512_add_epi32(*state, word);
    }
}
