use tessera::instructions::RunSubmitArgs;
use tessera::{accounts, instruction};

use super::{SYSTEM, TOKEN};
use crate::svm::{CANDIDATE_ROOT, Call, LOCATOR, OUTPUT_ID, RunRef, Staker, TaskRef, TaskSpec, World};

impl World {
    /// The requester creates a task.
    pub fn task_create(&self, spec: TaskSpec) -> Call<accounts::TaskCreate, instruction::TaskCreate> {
        let task = TaskRef::of(&self.market, self.requester, spec.nonce);
        Call::new(
            accounts::TaskCreate {
                requester: self.requester.key,
                market: self.market.key,
                mint: self.mint,
                task: task.key,
                task_vault: task.vault,
                requester_token: self.requester.token,
                fee_vault: task.fee_vault,
                model: spec.model,
                token_program: TOKEN,
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
                token_program: TOKEN,
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
                provider: by.provider,
                task: task.key,
                run: run.key,
                system_program: SYSTEM,
            },
            instruction::TaskClaim { terms_hash: self.terms_hash(task) },
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
            accounts::RunSubmit { authority: run.provider.authority, task: run.task.key, run: run.key },
            instruction::RunSubmit { args },
        )
    }
}
