//! The program in LiteSVM: a world with a market and everyone in it, whose clocks the tests move.
//!
//! A test takes a [`World`], asks it for the [`Call`] of an instruction with the accounts and arguments that an honest
//! client would pass, changes what the test is about, and sends it. After every transaction that succeeds the world checks
//! its books: see [`World::check_books`].

mod bank;
mod books;
mod call;
mod calls;
pub mod committed;
/// Tasks that are disputed, done right and wrong.
pub mod disputes;
mod flows;
mod market;
pub mod outputs;
mod parties;
mod specs;
mod tickets;
mod tokens;
mod world;

pub use bank::{Bank, Failed, Sent, slot_hash};
pub use call::Call;
pub use calls::HARDWARE;
pub use disputes::DisputeRef;
pub use flows::{DRAW_SECONDS, answer};
pub use market::{EPOCH_SECONDS, MarketRef, market_params};
pub use parties::{Staker, Wallet, wallet};
pub use specs::{
    AuditRef, CANDIDATE_ROOT, LOCATOR, OTHER_ROOT, OUTPUT_ID, RunRef, SALT, TaskRef, TaskSpec, redundant_args,
    task_args,
};
pub use tokens::MINT_DECIMALS;
pub use world::{COMPUTE, STAKE, VERIFY, World};
