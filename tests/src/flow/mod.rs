//! The stage of the flow tests: a chain with a market, real agents over RPC and websocket, and everybody's money counted.

mod backends;
mod books;
mod network;
mod scene;

pub use backends::{Stuck, Wrong};
pub use books::Books;
pub use network::Network;
pub use scene::{Agents, Scene};
