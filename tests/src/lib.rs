//! What the tests of the whole share. `svm`: the program in LiteSVM, with everyone in it. `fuzz`: random sequences against it.
//! `flow`: real agents on a chain. `load`: many of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(feature = "flow")]
pub mod flow;
pub mod fuzz;
#[cfg(feature = "flow")]
pub mod load;
pub mod svm;
