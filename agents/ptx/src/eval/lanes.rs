//! Instructions on the bytes of words: `prmt`, `dp4a`, `dp2a`.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permute {
    Generic,
    /// Four bytes forward or backward from one.
    Forward,
    Backward,
    Replicate,
    EdgeLeft,
    EdgeRight,
    Replicate16,
}

/// Picks bytes of `b:a` (byte 0 is a's lowest).
pub fn permute(mode: Permute, a: u32, b: u32, selector: u32) -> u32 {
    let bytes = (u64::from(b) << 32 | u64::from(a)).to_le_bytes();
    let s = (selector & 3) as usize;
    let picked: [usize; 4] = match mode {
        Permute::Generic => {
            return (0..4).fold(0, |result, place| {
                let field = selector >> (4 * place);
                let byte = bytes[(field & 7) as usize];
                // The field's upper bit asks for eight copies of the byte's sign.
                let byte = if field & 8 != 0 { ((byte as i8) >> 7) as u8 } else { byte };
                result | u32::from(byte) << (8 * place)
            });
        }
        Permute::Forward => [s, s + 1, s + 2, s + 3],
        Permute::Backward => [s, (s + 7) & 7, (s + 6) & 7, (s + 5) & 7],
        Permute::Replicate => [s; 4],
        Permute::EdgeLeft => [s, s.max(1), s.max(2), 3],
        Permute::EdgeRight => [0, s.min(1), s.min(2), s],
        Permute::Replicate16 => {
            let low = 2 * (s & 1);
            [low, low + 1, low, low + 1]
        }
    };
    u32::from_le_bytes(picked.map(|at| bytes[at]))
}

/// `c + sum a_i b_i` over four bytes, or over two halves of a and two bytes of b; wraps.
pub fn dot((a, a_signed): (u32, bool), (b, b_signed): (u32, bool), c: u32, parts: u32, high: bool) -> u32 {
    let part = |word: u32, bits: u32, index: u32, signed: bool| {
        let value = word << (32 - bits * (index + 1));
        if signed { (value as i32 >> (32 - bits)) as u32 } else { value >> (32 - bits) }
    };
    (0..parts).fold(c, |sum, i| {
        let from_b = if high { i + 2 } else { i };
        sum.wrapping_add(part(a, 32 / parts, i, a_signed).wrapping_mul(part(b, 8, from_b, b_signed)))
    })
}
