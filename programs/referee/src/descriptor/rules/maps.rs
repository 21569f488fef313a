//! Types of elementwise operations.

use super::broadcast::broadcast;
use super::{Rule, require};
use crate::{DType, Map1, Map2, TensorType};

pub(super) fn map1(map: Map1, x: TensorType, asked: DType) -> Rule {
    let dtype = match map {
        Map1::Cast => {
            require(asked != x.dtype, "a cast to the same type does nothing")?;
            asked
        }
        Map1::Quantise(_) => {
            require(x.dtype == DType::F32, "it takes f32")?;
            DType::I8
        }
        Map1::Dequantise(_) => {
            require(x.dtype != DType::F32, "it takes i8 or i32")?;
            DType::F32
        }
        _ => {
            require(x.dtype == DType::F32, "it takes f32")?;
            DType::F32
        }
    };
    Ok(TensorType { dtype, shape: x.shape })
}

pub(super) fn map2(map: Map2, a: TensorType, b: TensorType) -> Rule {
    require(a.dtype == b.dtype, "both operands must have one type")?;
    match map {
        Map2::Div => require(a.dtype == DType::F32, "it takes f32")?,
        _ => require(a.dtype != DType::I8, "it takes f32 or i32: cast first")?,
    }
    let dtype = match map {
        Map2::Eq | Map2::Lt => DType::I32,
        _ => a.dtype,
    };
    Ok(TensorType { dtype, shape: broadcast(&[a.shape, b.shape])? })
}

pub(super) fn select(c: TensorType, a: TensorType, b: TensorType) -> Rule {
    require(c.dtype == DType::I32, "the condition must be i32")?;
    require(a.dtype == b.dtype, "both branches must have one type")?;
    Ok(TensorType { dtype: a.dtype, shape: broadcast(&[c.shape, a.shape, b.shape])? })
}
