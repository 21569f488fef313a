//! The stage of the flow tests: a chain with a market, real agents over RPC and websocket, and everybody's money counted.

mod accounts;
mod books;
mod command;
mod flipping;
mod network;
mod scene;

pub use books::Books;
pub use command::Typed;
pub use flipping::Flipping;
pub use network::Network;
pub use scene::{Agents, Scene};
pub use tessera_cli::demo::{Stuck, Wrong};
