use tessera::hashes::seal_hash;
use tessera::instructions::{RunRevealArgs, RunSubmitArgs};
use tessera::{accounts, instruction};

use super::SYSTEM;
use crate::svm::{CANDIDATE_ROOT, Call, LOCATOR, OUTPUT_ID, RunRef, SALT, Staker, TaskRef, TaskSpec, World};

impl World {
    /// The requester creates a task.
    pub fn task_create(&self, spec: TaskSpec) -> Call<accounts::TaskCreate, instruction::TaskCreate> {
        let task = TaskRef::of(self.requester, spec.nonce);
        Call::new(
            accounts::TaskCreate {
                requester: self.requester.key,
                market: self.market.key,
                mint: self.mint,
                task: task.key,
                task_vault: task.vault,
                requester_token: self.requester.token,
                model: spec.model,
                token_program: self.token_program,
                system_program: SYSTEM,
            },
            instruction::TaskCreate { nonce: spec.nonce, args: spec.args },
        )
    }

    /// The requester takes its task back.
    pub fn task_cancel(&self, task: TaskRef) -> Call<accounts::TaskCancel, instruction::TaskCancel> {
        Call::new(
            accounts::TaskCancel {
                requester: task.requester.key,
                market: self.market.key,
                mint: self.mint,
                task: task.key,
                task_vault: task.vault,
                insurance_vault: self.market.insurance_vault,
                requester_token: task.requester.token,
                token_program: self.token_program,
            },
            instruction::TaskCancel {},
        )
    }

    /// A provider claims a task under the terms that it has now.
    pub fn task_claim(&self, task: TaskRef, by: Staker) -> Call<accounts::TaskClaim, instruction::TaskClaim> {
        let run = RunRef::of(task, by);
        Call::new(
            accounts::TaskClaim {
                authority: by.authority,
                market: self.market.key,
                provider: by.provider,
                task: task.key,
                run: run.key,
                system_program: SYSTEM,
            },
            instruction::TaskClaim { terms_hash: self.terms_hash(task) },
        )
    }

    /// The claimer gives its claim back.
    pub fn run_release(&self, run: RunRef) -> Call<accounts::RunRelease, instruction::RunRelease> {
        Call::new(
            accounts::RunRelease {
                authority: run.provider.authority,
                provider: run.provider.provider,
                task: run.task.key,
                run: run.key,
            },
            instruction::RunRelease {},
        )
    }

    /// The claimer seals a root with [`SALT`].
    pub fn run_seal(&self, run: RunRef, root: [u8; 32]) -> Call<accounts::RunSeal, instruction::RunSeal> {
        let seal = seal_hash(&run.task.key, &run.provider.provider, &root, &SALT);
        Call::new(
            accounts::RunSeal { authority: run.provider.authority, task: run.task.key, run: run.key },
            instruction::RunSeal { terms_hash: self.terms_hash(run.task), seal },
        )
    }

    /// The claimer shows the root that it sealed.
    pub fn run_reveal(&self, run: RunRef, root: [u8; 32]) -> Call<accounts::RunReveal, instruction::RunReveal> {
        let args =
            RunRevealArgs { output_root: root, salt: SALT, output_id: OUTPUT_ID, output_locator: LOCATOR.to_owned() };
        Call::new(
            accounts::RunReveal {
                authority: run.provider.authority,
                market: self.market.key,
                provider: run.provider.provider,
                task: run.task.key,
                run: run.key,
            },
            instruction::RunReveal { args },
        )
    }

    /// The claimer submits [`CANDIDATE_ROOT`].
    pub fn run_submit(&self, run: RunRef) -> Call<accounts::RunSubmit, instruction::RunSubmit> {
        let args = RunSubmitArgs {
            terms_hash: self.terms_hash(run.task),
            output_root: CANDIDATE_ROOT,
            output_id: OUTPUT_ID,
            output_locator: LOCATOR.to_owned(),
        };
        Call::new(
            accounts::RunSubmit {
                authority: run.provider.authority,
                market: self.market.key,
                provider: run.provider.provider,
                task: run.task.key,
                run: run.key,
            },
            instruction::RunSubmit { args },
        )
    }
}
