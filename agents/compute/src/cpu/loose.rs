//! Arithmetic inside a function, whose NaN need not be canonical before its end.

use std::marker::PhantomData;

use tessera_referee::Arith;

use super::machine::Machine;

/// As `M`, but a NaN may be any NaN.
///
/// The functions of the referee answer a NaN at once and take no other operand's bits apart that may be one, so with their result made
/// canonical they give the same bits, with a comparison and a choice less at every step.
pub(super) struct Loose<M>(PhantomData<M>);

macro_rules! numbers {
    ($($name:ident($($x:ident),*) = $result:expr;)*) => {$(
        #[inline(always)]
        fn $name($($x: u32),*) -> u32 {
            $(let $x = f32::from_bits($x);)*
            $result.to_bits()
        }
    )*};
}

impl<M: Machine> Arith for Loose<M> {
    numbers! {
        fma(a, b, c) = M::term(a, b, c);
        add(a, b) = (a + b);
        sub(a, b) = (a - b);
        mul(a, b) = (a * b);
        div(a, b) = (a / b);
        sqrt(x) = x.sqrt();
    }
}
