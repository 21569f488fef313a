use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use tessera::hashes::chain_hour;
use tessera::instructions::{Answer, OpenedTree};
use tessera::state::Audit;

use super::Caller;
use super::outputs::{keyed_root_of, opening_at, root_of};
use crate::fuzz::step::Step;
use crate::svm::{AuditRef, Call, slot_hash};

impl Caller<'_> {
    pub(super) fn auditing(&mut self, step: &Step) -> Instruction {
        let scene = self.scene;
        match *step {
            Step::AuditClaim { task, run, auditor, element } => {
                let run = self.run(task, run);
                let by = scene.staker(auditor);
                let hour = self.model.accounts.runs.get(&run.key).map_or(0, |run| chain_hour(run.submitted_at.unix));
                let shown = element.then(|| scene.element(&by.provider, hour).unwrap_or([7; 32]));
                // The builder's own chain is another one, and ends earlier.
                let accounts = tessera::accounts::AuditClaim {
                    authority: by.authority,
                    verifier: by.provider,
                    task: run.task.key,
                    run: run.key,
                    audit: AuditRef::of(run, by).key,
                    slot_hashes: tessera::slot_hashes::SYSVAR,
                    system_program: anchor_lang::system_program::ID,
                };
                Call::new(accounts, tessera::instruction::AuditClaim { element: shown }).instruction()
            }
            Step::AuditPost { task, run, auditor, root, matching } => {
                let audit = self.audit(task, run, auditor);
                let answer = match root {
                    0 => Answer::Agree { keyed_root: keyed_root_of(&audit.verifier.provider) },
                    other => Answer::Differ { root: root_of(other) },
                };
                let call = self.world.audit_post(audit, answer);
                let matching = matching.map(|by| AuditRef::of(audit.run, scene.staker(by)).key);
                call.with(|call| call.accounts.matching = matching).instruction()
            }
            Step::AuditForce { task, run, amount } => {
                let run = self.run(task, run);
                self.world.audit_force(run, amount).instruction()
            }
            Step::AuditOpen { task, run, auditor, keyed, wrong } => {
                let audit = self.audit(task, run, auditor);
                let tree = if keyed { OpenedTree::Keyed } else { OpenedTree::Output };
                let hash = self.pick(&audit.key);
                let mut args = opening_at(&audit.verifier.provider, tree, &hash);
                args.leaf_hash[0] ^= u8::from(wrong);
                let accounts = tessera::accounts::AuditOpen {
                    authority: audit.verifier.authority,
                    task: audit.run.task.key,
                    run: audit.run.key,
                    audit: audit.key,
                    slot_hashes: tessera::slot_hashes::SYSVAR,
                };
                Call::new(accounts, tessera::instruction::AuditOpen { args }).instruction()
            }
            _ => unreachable!("an audit's step"),
        }
    }

    /// The slot hash that picks an audit's leaf, as far as it is known.
    fn pick(&self, audit: &Pubkey) -> [u8; 32] {
        let Some(account): Option<&Audit> = self.model.accounts.audits.get(audit) else {
            return [0; 32];
        };
        let slot = self.model.slot_at_or_after(account.pick_slot).ok().flatten();
        account.pick.unwrap_or_else(|| slot.map_or([0; 32], slot_hash))
    }
}
