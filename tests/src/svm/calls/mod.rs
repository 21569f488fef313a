//! For every instruction, the call that an honest client would make.

mod market;
mod stake;
mod task;
mod verdict;

use anchor_lang::prelude::Pubkey;
use anchor_lang::system_program;
use anchor_spl::token;

const TOKEN: Pubkey = token::ID;
const SYSTEM: Pubkey = system_program::ID;
