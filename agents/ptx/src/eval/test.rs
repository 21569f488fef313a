//! Comparisons.

use crate::types::Type;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    /// Unsigned whatever the type: lo, ls, hi, hs.
    Lower,
    LowerSame,
    Higher,
    HigherSame,
    /// As the first six, and true if an operand is NaN.
    Equ,
    Neu,
    Ltu,
    Leu,
    Gtu,
    Geu,
    /// Neither operand is NaN.
    Num,
    /// An operand is NaN.
    Nan,
}

impl Comparison {
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "lt" => Self::Lt,
            "le" => Self::Le,
            "gt" => Self::Gt,
            "ge" => Self::Ge,
            "lo" => Self::Lower,
            "ls" => Self::LowerSame,
            "hi" => Self::Higher,
            "hs" => Self::HigherSame,
            "equ" => Self::Equ,
            "neu" => Self::Neu,
            "ltu" => Self::Ltu,
            "leu" => Self::Leu,
            "gtu" => Self::Gtu,
            "geu" => Self::Geu,
            "num" => Self::Num,
            "nan" => Self::Nan,
            _ => return None,
        })
    }

    /// Whether the comparison exists for a type.
    pub fn fits(self, ty: Type) -> bool {
        use Comparison::*;
        match self {
            Eq | Ne => ty != Type::Pred,
            Lt | Le | Gt | Ge => ty.is_integer() || ty.is_float(),
            Lower | LowerSame | Higher | HigherSame => ty.is_integer(),
            Equ | Neu | Ltu | Leu | Gtu | Geu | Num | Nan => ty.is_float(),
        }
    }
}

/// How a comparison joins a predicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    And,
    Or,
    Xor,
}

impl Join {
    pub fn eval(self, a: bool, b: bool) -> bool {
        match self {
            Self::And => a & b,
            Self::Or => a | b,
            Self::Xor => a ^ b,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Test {
    pub comparison: Comparison,
    pub ty: Type,
}

impl Test {
    /// Exact on host floats: comparisons round nothing.
    pub fn eval(self, a: u64, b: u64) -> bool {
        use Comparison::*;
        let order = match self.ty {
            Type::F32 => f32::from_bits(a as u32).partial_cmp(&f32::from_bits(b as u32)),
            Type::F64 => f64::from_bits(a).partial_cmp(&f64::from_bits(b)),
            ty if matches!(self.comparison, Lower | LowerSame | Higher | HigherSame) => {
                Some(ty.mask(a).cmp(&ty.mask(b)))
            }
            ty => Some(ty.number(a).cmp(&ty.number(b))),
        };
        let Some(order) = order else {
            return matches!(self.comparison, Equ | Neu | Ltu | Leu | Gtu | Geu | Nan);
        };
        match self.comparison {
            Eq | Equ => order.is_eq(),
            Ne | Neu => order.is_ne(),
            Lt | Ltu | Lower => order.is_lt(),
            Le | Leu | LowerSame => order.is_le(),
            Gt | Gtu | Higher => order.is_gt(),
            Ge | Geu | HigherSame => order.is_ge(),
            Num => true,
            Nan => false,
        }
    }
}
