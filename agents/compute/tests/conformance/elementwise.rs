//! map1, map2, select.

use tessera_compute::DType::{self, F32, I8, I32};
use tessera_compute::{GraphBuilder, GraphError, Value};

use crate::check_operation;

type One = fn(&mut GraphBuilder, Value) -> Result<Value, GraphError>;
type Two = fn(&mut GraphBuilder, Value, Value) -> Result<Value, GraphError>;

const FLOAT_MAPS: [(&str, One); 21] = [
    ("add_scalar", |g, x| g.add_scalar(x, 1.5e-20)),
    ("add nan", |g, x| g.add_scalar(x, f32::NAN)),
    ("mul_scalar", |g, x| g.mul_scalar(x, -0.3)),
    ("abs", GraphBuilder::abs),
    ("neg", GraphBuilder::neg),
    ("relu", GraphBuilder::relu),
    ("exp", GraphBuilder::exp),
    ("exp of large", |g, x| {
        let x = g.mul_scalar(x, 100.0)?;
        g.exp(x)
    }),
    ("log", GraphBuilder::log),
    ("tanh", GraphBuilder::tanh),
    ("tanh where it saturates", |g, x| {
        let x = g.mul_scalar(x, 10.0)?;
        g.tanh(x)
    }),
    ("erf", GraphBuilder::erf),
    ("erf where it saturates", |g, x| {
        let x = g.mul_scalar(x, 4.5)?;
        g.erf(x)
    }),
    ("gelu", GraphBuilder::gelu),
    ("gelu of large", |g, x| {
        let x = g.mul_scalar(x, 7.0)?;
        g.gelu(x)
    }),
    ("sqrt", GraphBuilder::sqrt),
    ("rsqrt", GraphBuilder::rsqrt),
    ("cast to i32", |g, x| g.cast(x, I32)),
    ("cast to i8", |g, x| g.cast(x, I8)),
    ("quantise", |g, x| g.quantise(x, 0.01)),
    ("quantise by zero", |g, x| g.quantise(x, 0.0)),
];

const SHAPES: [&[u64]; 5] = [&[], &[1], &[0], &[3, 0, 2], &[37, 29]];

#[test]
fn maps_of_floats() {
    for (what, map) in FLOAT_MAPS {
        for dims in SHAPES {
            check_operation(what, &[(F32, dims)], |g, x| map(g, x[0]));
        }
    }
}

#[test]
fn maps_of_integers() {
    for from in [I8, I32] {
        for dims in SHAPES {
            check_operation("dequantise", &[(from, dims)], |g, x| g.dequantise(x[0], 0.037));
            check_operation("cast to f32", &[(from, dims)], |g, x| g.cast(x[0], F32));
            let other = if from == I8 { I32 } else { I8 };
            check_operation("cast", &[(from, dims)], |g, x| g.cast(x[0], other));
        }
    }
}

const PAIRS: [(&str, Two); 7] = [
    ("add", GraphBuilder::add),
    ("sub", GraphBuilder::sub),
    ("mul", GraphBuilder::mul),
    ("min", GraphBuilder::min),
    ("max", GraphBuilder::max),
    ("eq", GraphBuilder::eq),
    ("lt", GraphBuilder::lt),
];

const BROADCASTS: [(&[u64], &[u64]); 11] = [
    (&[], &[]),
    (&[5], &[]),
    (&[], &[5]),
    (&[7, 5], &[7, 5]),
    (&[7, 5], &[5]),
    (&[7, 1], &[1, 5]),
    (&[7, 1], &[7, 5]),
    (&[2, 1, 3, 1], &[4, 1, 5]),
    (&[2, 3, 4, 5], &[2, 1, 1, 5]),
    (&[0, 5], &[1, 5]),
    (&[1, 1], &[1]),
];

#[test]
fn maps_of_two_with_broadcasting() {
    for (what, map) in PAIRS {
        for (a, b) in BROADCASTS {
            for dtype in [F32, I32] {
                check_operation(what, &[(dtype, a), (dtype, b)], |g, x| map(g, x[0], x[1]));
            }
        }
    }
    for (a, b) in BROADCASTS {
        check_operation("div", &[(F32, a), (F32, b)], |g, x| g.div(x[0], x[1]));
    }
}

#[test]
fn select_with_broadcasting() {
    for dtype in [F32, I8, I32] as [DType; 3] {
        for (a, b) in BROADCASTS {
            check_operation("select", &[(I32, a), (dtype, b), (dtype, a)], |g, x| g.select(x[0], x[1], x[2]));
        }
    }
}
