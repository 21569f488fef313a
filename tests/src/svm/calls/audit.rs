use tessera::hashes::chain_hour;
use tessera::instructions::{Answer, OpenedTree};
use tessera::state::{Audit, Run};
use tessera::{accounts, instruction};

use super::{SLOT_HASHES, SYSTEM};
use crate::svm::outputs::{opening, picked, trees};
use crate::svm::{AuditRef, Call, RunRef, Staker, World, slot_hash};

impl World {
    /// Anyone records the slot hash that draws a run's audits.
    pub fn audit_draw(&self, run: RunRef) -> Call<accounts::AuditDraw, instruction::AuditDraw> {
        let accounts = accounts::AuditDraw { run: run.key, slot_hashes: SLOT_HASHES };
        Call::new(accounts, instruction::AuditDraw {})
    }

    /// A verifier takes an audit on, with the element of its chain that draws for the run.
    pub fn audit_claim(&self, run: RunRef, by: Staker) -> Call<accounts::AuditClaim, instruction::AuditClaim> {
        let hour = self.find::<Run>(&run.key).map(|run| chain_hour(run.submitted_at.unix)).filter(|hour| *hour > 0);
        Call::new(
            accounts::AuditClaim {
                authority: by.authority,
                verifier: by.provider,
                task: run.task.key,
                run: run.key,
                audit: AuditRef::of(run, by).key,
                slot_hashes: SLOT_HASHES,
                system_program: SYSTEM,
            },
            instruction::AuditClaim { element: hour.map(|hour| by.element(hour)) },
        )
    }

    /// A verifier answers.
    pub fn audit_post(&self, audit: AuditRef, answer: Answer) -> Call<accounts::AuditPost, instruction::AuditPost> {
        Call::new(
            accounts::AuditPost {
                authority: audit.verifier.authority,
                task: audit.run.task.key,
                run: audit.run.key,
                audit: audit.key,
                matching: None,
            },
            instruction::AuditPost { answer },
        )
    }

    /// A verifier that agreed opens the picked leaf in one of the trees.
    pub fn audit_open(&self, audit: AuditRef, tree: OpenedTree) -> Call<accounts::AuditOpen, instruction::AuditOpen> {
        let pick = self.read::<Audit>(&audit.key).pick_slot;
        let verifier = audit.verifier.provider;
        let at = picked(&slot_hash(pick), &trees(&verifier));
        Call::new(
            accounts::AuditOpen {
                authority: audit.verifier.authority,
                task: audit.run.task.key,
                run: audit.run.key,
                audit: audit.key,
                slot_hashes: SLOT_HASHES,
            },
            instruction::AuditOpen { args: opening(&verifier, tree, at) },
        )
    }

    /// The requester pays for an audit of a run.
    pub fn audit_force(&self, run: RunRef, amount: u64) -> Call<accounts::AuditForce, instruction::AuditForce> {
        Call::new(
            accounts::AuditForce {
                requester: run.task.requester.key,
                market: self.market.key,
                mint: self.mint,
                task: run.task.key,
                task_vault: run.task.vault,
                requester_token: run.task.requester.token,
                run: run.key,
                token_program: self.token_program,
            },
            instruction::AuditForce { amount },
        )
    }
}
