//! Instructions about audits, up to the settlement that closes them.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use tessera::instructions::{Answer, AuditOpenArgs};
use tessera::slot_hashes::SYSVAR;
use tessera::state::{Market, Run, Task};
use tessera::{accounts, instruction as data};

use super::instruction;
use crate::address;
use crate::versioned::Versioned;

/// Records the slot hash that draws the audits of a run. Nobody in particular signs.
#[must_use]
pub fn audit_draw(run: Pubkey) -> Instruction {
    instruction(accounts::AuditDraw { run, slot_hashes: SYSVAR }, data::AuditDraw {})
}

/// Takes the audit of a run on for the verifier of `authority`, who signs and pays. `element` is that of its ticket chain at
/// the hour of the submission; none is needed where every ticket wins, and in a dispute, where only an audit that shows a
/// winning one can earn.
#[must_use]
pub fn audit_claim(authority: Pubkey, run: &Versioned<Run>, element: Option<[u8; 32]>) -> Instruction {
    let verifier = address::provider(&run.market, &authority);
    let accounts = accounts::AuditClaim {
        authority,
        verifier,
        task: run.task,
        run: run.key,
        audit: address::audit(&run.key, &verifier),
        slot_hashes: SYSVAR,
        system_program: system_program::ID,
    };
    instruction(accounts, data::AuditClaim { element })
}

/// Answers the audit that the verifier of `authority`, who signs, has taken on. `matching` is another verifier's audit of
/// the run with the same differing root, if there is one: the two refute the run.
#[must_use]
pub fn audit_post(authority: Pubkey, run: &Versioned<Run>, answer: Answer, matching: Option<Pubkey>) -> Instruction {
    let verifier = address::provider(&run.market, &authority);
    let audit = address::audit(&run.key, &verifier);
    let accounts = accounts::AuditPost { authority, task: run.task, run: run.key, audit, matching };
    instruction(accounts, data::AuditPost { answer })
}

/// Opens the picked leaf in one of the trees of the agreeing audit by the verifier of `authority`, who signs.
#[must_use]
pub fn audit_open(authority: Pubkey, run: &Versioned<Run>, args: AuditOpenArgs) -> Instruction {
    let verifier = address::provider(&run.market, &authority);
    let accounts = accounts::AuditOpen {
        authority,
        task: run.task,
        run: run.key,
        audit: address::audit(&run.key, &verifier),
        slot_hashes: SYSVAR,
    };
    instruction(accounts, data::AuditOpen { args })
}

/// Makes sure that `run` is audited: every ticket wins from now on, for `amount` base units from `requester_token`; the
/// task's requester signs.
#[must_use]
pub fn audit_force(
    task: &Versioned<Task>,
    market: &Versioned<Market>,
    run: Pubkey,
    requester_token: Pubkey,
    amount: u64,
) -> Instruction {
    let accounts = accounts::AuditForce {
        requester: task.terms.requester,
        market: market.key,
        mint: market.mint,
        task: task.key,
        task_vault: address::task_vault(&task.key),
        requester_token,
        run,
        token_program: market.token_program,
    };
    instruction(accounts, data::AuditForce { amount })
}
