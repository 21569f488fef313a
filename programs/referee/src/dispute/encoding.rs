//! Claims as bytes of a fixed number, as the account of a dispute keeps them.
//!
//! ```text
//! claim   := tag u8, fields, zeros
//! fields  := 0 element: value u32            | 1 chain: of, chain u32, result u32
//!          | 2 range: first u64, end u64, before partial, after partial
//!          | 3 segment: of, segment u32, before u32, after u32
//!          | 4 score: centre u32, value u32  | 5 finalise: of, sum u32, value u32
//! of      := 0 u8, 0 u32 | 1 u8, centre u32
//! partial := 0 u8, word u32, 0 u32 | 1 u8, 0 u64 (none seen) | 2 u8, rank i32, index i32
//! ```

use super::{CLAIM_BYTES, Claim};
use crate::bytes::Reader;
use crate::fold::Best;
use crate::step::Partial;

/// Writes fields one after the other; what does not fit is left out.
struct Writer {
    bytes: [u8; CLAIM_BYTES],
    length: usize,
}

impl Writer {
    fn put(mut self, field: &[u8]) -> Self {
        let rest = self.bytes.iter_mut().skip(self.length);
        rest.zip(field).for_each(|(slot, byte)| *slot = *byte);
        self.length = self.length.saturating_add(field.len());
        self
    }

    fn word(self, word: u32) -> Self {
        self.put(&word.to_le_bytes())
    }

    fn of(self, of: Option<u32>) -> Self {
        self.put(&[of.is_some().into()]).word(of.unwrap_or(0))
    }

    fn partial(self, partial: Partial) -> Self {
        match partial {
            Partial::Word(word) => self.put(&[0]).word(word).word(0),
            Partial::Best(best) => match best.get() {
                None => self.put(&[1]).word(0).word(0),
                Some((rank, index)) => self.put(&[2]).word(rank as u32).word(index as u32),
            },
        }
    }
}

fn read_of(reader: &mut Reader<'_>) -> Option<Option<u32>> {
    let (given, centre) = (reader.u8().ok()?, reader.u32().ok()?);
    match given {
        0 => Some(None),
        1 => Some(Some(centre)),
        _ => None,
    }
}

fn read_partial(reader: &mut Reader<'_>) -> Option<Partial> {
    let (tag, first, second) = (reader.u8().ok()?, reader.u32().ok()?, reader.u32().ok()?);
    match tag {
        0 => Some(Partial::Word(first)),
        1 => Some(Partial::Best(Best::new())),
        2 => Some(Partial::Best(Best::claimed(first as i32, second as i32))),
        _ => None,
    }
}

impl Claim {
    /// The claim's only encoding.
    pub fn encode(&self) -> [u8; CLAIM_BYTES] {
        let to = Writer { bytes: [0; CLAIM_BYTES], length: 0 };
        let to = match *self {
            Self::Element { value } => to.put(&[0]).word(value),
            Self::Chain { of, chain, result } => to.put(&[1]).of(of).word(chain).word(result),
            Self::Range { first, end, before, after } => {
                let to = to.put(&[2]).put(&first.to_le_bytes()).put(&end.to_le_bytes());
                to.partial(before).partial(after)
            }
            Self::Segment { of, segment, before, after } => to.put(&[3]).of(of).word(segment).word(before).word(after),
            Self::Score { centre, value } => to.put(&[4]).word(centre).word(value),
            Self::Finalise { of, sum, value } => to.put(&[5]).of(of).word(sum).word(value),
        };
        to.bytes
    }

    /// The claim that has this encoding, if one has. Whether an element of an operation has such a claim is asked later.
    pub fn decode(bytes: &[u8; CLAIM_BYTES]) -> Option<Self> {
        let mut from = Reader::new(bytes);
        let claim = match from.u8().ok()? {
            0 => Self::Element { value: from.u32().ok()? },
            1 => Self::Chain { of: read_of(&mut from)?, chain: from.u32().ok()?, result: from.u32().ok()? },
            2 => Self::Range {
                first: from.u64().ok()?,
                end: from.u64().ok()?,
                before: read_partial(&mut from)?,
                after: read_partial(&mut from)?,
            },
            3 => Self::Segment {
                of: read_of(&mut from)?,
                segment: from.u32().ok()?,
                before: from.u32().ok()?,
                after: from.u32().ok()?,
            },
            4 => Self::Score { centre: from.u32().ok()?, value: from.u32().ok()? },
            5 => Self::Finalise { of: read_of(&mut from)?, sum: from.u32().ok()?, value: from.u32().ok()? },
            _ => return None,
        };
        (claim.encode() == *bytes).then_some(claim)
    }
}
