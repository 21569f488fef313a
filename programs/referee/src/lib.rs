//! The arithmetic and the operations' scalar semantics that every executor of Tessera must reproduce bit for bit.
#![no_std]
#![forbid(unsafe_code)]

pub mod limits;

pub mod jacobi;
pub mod layout;

mod dtype;
mod map;

pub use dtype::DType;
pub use map::{Map1, Map2, Reduce};
