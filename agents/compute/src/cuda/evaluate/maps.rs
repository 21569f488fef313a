//! Elementwise operations.

use tessera_referee::{DType, Map1, Map2};

use super::walk::walk;
use super::{OnDevice, Run};
use crate::cuda::{Arg, Launcher, Module};
use crate::graph::strides;
use crate::{ExecError, TensorType};

/// The kernel of a map and its scalar.
fn map1_kernel(map: Map1, from: DType, to: DType) -> Option<(&'static str, u32)> {
    Some(match (map, from, to) {
        (Map1::AddScalar(s), ..) => ("map1_add_scalar", s),
        (Map1::MulScalar(s), ..) => ("map1_mul_scalar", s),
        (Map1::Abs, ..) => ("map1_abs", 0),
        (Map1::Neg, ..) => ("map1_neg", 0),
        (Map1::Relu, ..) => ("map1_relu", 0),
        (Map1::Gelu, ..) => ("map1_gelu", 0),
        (Map1::Exp, ..) => ("map1_exp", 0),
        (Map1::Log, ..) => ("map1_log", 0),
        (Map1::Tanh, ..) => ("map1_tanh", 0),
        (Map1::Erf, ..) => ("map1_erf", 0),
        (Map1::Sqrt, ..) => ("map1_sqrt", 0),
        (Map1::Rsqrt, ..) => ("map1_rsqrt", 0),
        (Map1::Cast, DType::F32, DType::I32) => ("map1_cast_f32_i32", 0),
        (Map1::Cast, DType::F32, DType::I8) => ("map1_cast_f32_i8", 0),
        (Map1::Cast, DType::I32, DType::F32) => ("map1_cast_i32_f32", 0),
        (Map1::Cast, DType::I32, DType::I8) => ("map1_cast_i32_i8", 0),
        (Map1::Cast, DType::I8, DType::F32) => ("map1_cast_i8_f32", 0),
        (Map1::Cast, DType::I8, DType::I32) => ("map1_cast_i8_i32", 0),
        (Map1::Cast, ..) => return None,
        (Map1::Quantise(s), ..) => ("map1_quantise", s),
        (Map1::Dequantise(s), DType::I8, _) => ("map1_dequantise_i8", s),
        (Map1::Dequantise(s), ..) => ("map1_dequantise_i32", s),
    })
}

fn map2_kernel(map: Map2, dtype: DType) -> Option<&'static str> {
    Some(match (map, dtype) {
        (Map2::Add, DType::F32) => "map2_add_f32",
        (Map2::Sub, DType::F32) => "map2_sub_f32",
        (Map2::Mul, DType::F32) => "map2_mul_f32",
        (Map2::Div, DType::F32) => "map2_div_f32",
        (Map2::Min, DType::F32) => "map2_min_f32",
        (Map2::Max, DType::F32) => "map2_max_f32",
        (Map2::Eq, DType::F32) => "map2_eq_f32",
        (Map2::Lt, DType::F32) => "map2_lt_f32",
        (Map2::Add, DType::I32) => "map2_add_i32",
        (Map2::Sub, DType::I32) => "map2_sub_i32",
        (Map2::Mul, DType::I32) => "map2_mul_i32",
        (Map2::Min, DType::I32) => "map2_min_i32",
        (Map2::Max, DType::I32) => "map2_max_i32",
        (Map2::Eq, DType::I32) => "map2_eq_i32",
        (Map2::Lt, DType::I32) => "map2_lt_i32",
        (Map2::Div, DType::I32) | (_, DType::I8) => return None,
    })
}

impl<L: Launcher> Run<'_, L> {
    /// maps.cu, `map1_*`.
    pub(super) fn map1(
        &mut self,
        map: Map1,
        x: &OnDevice<L::Buffer>,
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let (name, scalar) = map1_kernel(map, x.ty.dtype, output.dtype).ok_or(ExecError::Malformed)?;
        let out = self.allocate(output.bytes())?;
        let n = output.shape.elements();
        let args = [self.address(x), self.place(&out), Arg::U64(n), Arg::U32(scalar)];
        // SAFETY: x, out, n, scalar. The name was chosen by both element types, and both have n elements.
        unsafe { self.spread(Module::Maps, name, n, &args)? };
        Ok(out)
    }

    /// pairs.cu, `map2_*`.
    pub(super) fn map2(
        &mut self,
        map: Map2,
        [a, b]: [&OnDevice<L::Buffer>; 2],
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let name = map2_kernel(map, a.ty.dtype).ok_or(ExecError::Malformed)?;
        let out = self.allocate(output.bytes())?;
        let n = output.shape.elements();
        let along = [a, b].map(|x| strides(&x.ty.shape, &output.shape));
        let words = walk(output.shape.dims(), along, [0; 2]);
        let args = [self.address(a), self.address(b), self.place(&out), Arg::U64(n), Arg::Words(&words)];
        // SAFETY: a, b, out, n, walk. The name was chosen by the element type; the strides stay inside each operand for
        // every index below n, because its shape broadcasts to the output's.
        unsafe { self.spread(Module::Pairs, name, n, &args)? };
        Ok(out)
    }

    /// pairs.cu, `select_*`.
    pub(super) fn select(
        &mut self,
        [c, a, b]: [&OnDevice<L::Buffer>; 3],
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let name = if output.dtype == DType::I8 { "select_1" } else { "select_4" };
        let out = self.allocate(output.bytes())?;
        let n = output.shape.elements();
        let along = [c, a, b].map(|x| strides(&x.ty.shape, &output.shape));
        let words = walk(output.shape.dims(), along, [0; 3]);
        let places = [c, a, b].map(|x| self.address(x));
        let args = [places[0], places[1], places[2], self.place(&out), Arg::U64(n), Arg::Words(&words)];
        // SAFETY: condition, a, b, out, n, walk; the condition is i32, the name was chosen by the size of the others' elements;
        // strides as in `map2`.
        unsafe { self.spread(Module::Pairs, name, n, &args)? };
        Ok(out)
    }
}
