//! What the tests of the whole share. `svm`: the program in LiteSVM, with everyone in it. `fuzz`: random sequences against it.
//! `flow`: real agents and commands on a chain. `load`: many of them. `earlier`: accounts as the program once wrote them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod earlier;
#[cfg(feature = "flow")]
pub mod flow;
pub mod fuzz;
#[cfg(feature = "flow")]
pub mod load;
pub mod svm;
