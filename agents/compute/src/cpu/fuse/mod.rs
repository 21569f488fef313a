//! Operations that are computed together, some rows at a time, so that what they hand to each other stays in a cache.
//!
//! A group has a number of rows R. Each of its tensors, in row-major order, is R stretches of equal length, and stretch r of a tensor is
//! computed from stretch r of the group's other tensors and from any part of tensors outside. So a thread computes some
//! rows of all of them, one operation after the other, with the same kernels that compute whole tensors: no bit depends on it.

mod again;
mod chain;
mod folds;
mod group;
mod local;
mod plan;
mod products;

pub(super) use group::run;
pub(super) use plan::{Plan, Step};
