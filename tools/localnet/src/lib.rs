//! A Solana network inside this process, for the demo, `tessera localnet` and the flow tests.
//!
//! It is surfpool (litesvm behind the JSON-RPC and websocket interfaces), offline, in memory and on loopback. Beyond
//! what RPC offers it deploys programs from bytes and moves time. This crate and the test harness are the only places
//! where Solana 4.x types appear; they stay inside, callers use the 3.x types.
//!
//! ```no_run
//! # fn main() -> Result<(), tessera_localnet::LocalnetError> {
//! use tessera_localnet::{Localnet, Options};
//!
//! let localnet = Localnet::start(Options::default())?;
//! println!("RPC {}, websocket {}", localnet.rpc_url(), localnet.ws_url());
//! localnet.advance(3_600)?; // an hour later
//! localnet.stop()
//! # }
//! ```
//!
//! # What differs from a cluster
//! - `Clock::unix_timestamp` starts at the wall clock and moves one slot time per block, so it lags on a busy machine.
//!   Read the `Clock` sysvar, never the wall clock, to judge a deadline.
//! - There is one state: reads at every commitment return the newest. `confirmed` is one slot behind `processed`,
//!   `finalized` 31.
//! - Program and account notifications carry the slot at which the subscription was made, not the slot of the update.
//! - A blockhash is valid for 150 blocks, which is 150 slot times.
//! - A jump in time leaves skipped slots behind: `SlotHashes` gains one entry and keeps the old ones. Use
//!   [`Localnet::produce_blocks`] where entries have to fall out.

mod control;
mod error;
mod network;
mod options;
mod ports;
mod watch;

pub use control::ChainTime;
pub use error::LocalnetError;
pub use network::Localnet;
pub use options::Options;
