//! The arithmetic and the operations' scalar semantics that every executor of Tessera must reproduce bit for bit.
//!
//! No allocation and no floating-point instruction: f32 are bit patterns. [`float`] is IEEE-754 binary32,
//! [`order`] and [`convert`] what is not arithmetic, [`functions`] the transcendental functions, [`fold`], [`jacobi`] and the
//! maps the operations, [`place`] what they read and [`step`] their smallest pieces. All of it is total: every bit pattern has a defined result.
#![no_std]
#![forbid(unsafe_code)]

pub mod bytes;
pub mod convert;
pub mod descriptor;
pub mod dispute;
pub mod float;
pub mod fold;
pub mod functions;
pub mod graph_header;
pub mod jacobi;
pub mod layout;
pub mod limits;
pub mod merkle;
pub mod order;
pub mod place;
pub mod proof;
pub mod step;

mod arith;
mod dtype;
mod map;
mod shape;
mod tensor_type;
mod uniform;

pub use arith::{Arith, Soft};
pub use dtype::DType;
pub use map::{Map1, Map2, Reduce, select};
pub use shape::{Shape, ShapeError};
pub use tensor_type::{TensorType, TypeError};
pub use uniform::uniform;
