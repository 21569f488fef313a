//! The moves of a dispute. Each is signed by its sender (`mover`), who may be anyone where the move only opens what the
//! provider committed to.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use tessera::instructions::{
    DisputeInputArgs, DisputeOpenArgs, DisputeOperationArgs, DisputePartsArgs, DisputeRevealArgs, DisputeShowArgs,
    DisputeStepArgs, DisputeTensorsArgs, DisputeTraceArgs,
};
use tessera::state::{Market, Run};
use tessera::{accounts, instruction as data};

use super::{Payload, instruction};
use crate::address;
use crate::versioned::Versioned;

/// Opens a dispute on `run` for `challenger`, who signs, and pays the bond from `challenger_token`. `own_run`: another run
/// of the task with another root, whose lock answers in place of a bond.
#[must_use]
pub fn dispute_open(
    challenger: Pubkey,
    market: &Versioned<Market>,
    run: &Versioned<Run>,
    own_run: Option<Pubkey>,
    challenger_token: Pubkey,
    payload: Payload<DisputeOpenArgs>,
) -> Instruction {
    let dispute = address::dispute(&run.key, &challenger);
    let (args, buffer) = payload.split(&dispute, &challenger);
    let accounts = accounts::DisputeOpen {
        challenger,
        market: market.key,
        mint: market.mint,
        task: run.task,
        run: run.key,
        provider: run.provider,
        own_run,
        dispute,
        bond_vault: address::bond_vault(&dispute),
        challenger_token,
        buffer,
        token_program: market.token_program,
        system_program: system_program::ID,
    };
    instruction(accounts, data::DisputeOpen { args })
}

/// The provider shows the trace's root.
#[must_use]
pub fn dispute_trace(mover: Pubkey, dispute: Pubkey, run: Pubkey, payload: Payload<DisputeTraceArgs>) -> Instruction {
    let (args, buffer) = payload.split(&dispute, &mover);
    instruction(accounts::DisputeTrace { mover, dispute, run, buffer }, data::DisputeTrace { args })
}

/// The challenger picks an operation.
#[must_use]
pub fn dispute_operation(mover: Pubkey, dispute: Pubkey, payload: Payload<DisputeOperationArgs>) -> Instruction {
    let (args, buffer) = payload.split(&dispute, &mover);
    instruction(accounts::DisputeMove { mover, dispute, buffer }, data::DisputeOperation { args })
}

/// The challenger asks for hashes of the trace's tree or the output's: from the top (`None`), or below a node shown last.
#[must_use]
pub fn dispute_descend(mover: Pubkey, dispute: Pubkey, child: Option<u8>) -> Instruction {
    instruction(accounts::DisputePick { mover, dispute }, data::DisputeDescend { child })
}

/// The provider shows the hashes that were asked for.
#[must_use]
pub fn dispute_reveal(mover: Pubkey, dispute: Pubkey, payload: Payload<DisputeRevealArgs>) -> Instruction {
    let (args, buffer) = payload.split(&dispute, &mover);
    instruction(accounts::DisputeMove { mover, dispute, buffer }, data::DisputeReveal { args })
}

/// Anyone opens tensors of the operation.
#[must_use]
pub fn dispute_tensors(mover: Pubkey, dispute: Pubkey, payload: Payload<DisputeTensorsArgs>) -> Instruction {
    let (args, buffer) = payload.split(&dispute, &mover);
    instruction(accounts::DisputeMove { mover, dispute, buffer }, data::DisputeTensors { args })
}

/// Anyone shows that an input of the task is not what the graph says.
#[must_use]
pub fn dispute_input(mover: Pubkey, dispute: Pubkey, payload: Payload<DisputeInputArgs>) -> Instruction {
    let (args, buffer) = payload.split(&dispute, &mover);
    instruction(accounts::DisputeMove { mover, dispute, buffer }, data::DisputeInput { args })
}

/// The challenger picks a leaf of the output.
#[must_use]
pub fn dispute_leaf(mover: Pubkey, dispute: Pubkey, leaf: u64) -> Instruction {
    instruction(accounts::DisputePick { mover, dispute }, data::DisputeLeaf { leaf })
}

/// Anyone shows the picked leaf.
#[must_use]
pub fn dispute_show(mover: Pubkey, dispute: Pubkey, payload: Payload<DisputeShowArgs>) -> Instruction {
    let (args, buffer) = payload.split(&dispute, &mover);
    instruction(accounts::DisputeMove { mover, dispute, buffer }, data::DisputeShow { args })
}

/// The challenger picks an element of the leaf.
#[must_use]
pub fn dispute_element(mover: Pubkey, dispute: Pubkey, element: u64) -> Instruction {
    instruction(accounts::DisputePick { mover, dispute }, data::DisputeElement { element })
}

/// The provider says what its claim is made of.
#[must_use]
pub fn dispute_parts(mover: Pubkey, dispute: Pubkey, payload: Payload<DisputePartsArgs>) -> Instruction {
    let (args, buffer) = payload.split(&dispute, &mover);
    instruction(accounts::DisputeMove { mover, dispute, buffer }, data::DisputeParts { args })
}

/// The challenger picks a part.
#[must_use]
pub fn dispute_part(mover: Pubkey, dispute: Pubkey, part: u16) -> Instruction {
    instruction(accounts::DisputePick { mover, dispute }, data::DisputePart { part })
}

/// Anyone shows what the step reads; the program replays it.
#[must_use]
pub fn dispute_step(mover: Pubkey, dispute: Pubkey, payload: Payload<DisputeStepArgs>) -> Instruction {
    let (args, buffer) = payload.split(&dispute, &mover);
    instruction(accounts::DisputeMove { mover, dispute, buffer }, data::DisputeStep { args })
}
