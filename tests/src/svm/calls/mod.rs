//! For every instruction, the call that an honest client would make.

mod audit;
mod dispute;
mod epoch;
mod market;
mod stake;
mod task;
mod verdict;

use anchor_lang::prelude::Pubkey;
use anchor_lang::system_program;
use tessera::slot_hashes;

pub use stake::HARDWARE;

const SYSTEM: Pubkey = system_program::ID;
const SLOT_HASHES: Pubkey = slot_hashes::SYSVAR;
