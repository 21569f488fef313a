//! What the program's instructions on tasks, runs and audits do to the accounts of a fake chain, by the rules' own
//! transitions. Money, rent, reputation and the proofs of openings are left out: the real program is tested with those.

mod audits;
mod ends;
mod runs;
#[cfg(test)]
mod tests;

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{AnchorDeserialize, Discriminator};
use tessera::errors::TesseraError;
use tessera::instruction as data;
use tessera::state::{Audit, Moment, Provider, Run, SlotState, Task};
use tessera_rules::{Refusal, TaskView};

use super::{FakeChain, Stored};
use crate::chain::Outgoing;
use crate::error::ChainError;
use crate::failure::ProgramFailure;
use crate::world::Account;

impl FakeChain {
    /// From now on what is sent takes effect, all of a transaction or nothing of it: claims, releases, seals, reveals,
    /// submissions, draws, audits, settlements and expiries. Instructions of other programs and about other accounts do
    /// nothing. A refusal is the program's own error.
    pub fn play(&self) {
        self.on_send(|chain, outgoing, _| chain.apply(outgoing));
    }

    /// What [`FakeChain::play`] does, for a test's own [`FakeChain::on_send`].
    ///
    /// # Errors
    /// The program's refusal; then nothing has changed.
    pub fn apply(&self, outgoing: &Outgoing) -> Result<(), ChainError> {
        let before = self.lock().accounts.clone();
        for (place, instruction) in outgoing.instructions.iter().enumerate() {
            if instruction.program_id != tessera::ID {
                continue;
            }
            if let Err(refused) = execute(self, instruction) {
                self.restore(before);
                return Err(refused.into_error(place));
            }
        }
        Ok(())
    }
}

/// Why an instruction was refused.
enum Refused {
    Program(TesseraError),
    Chain(ChainError),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Program(refusal.into())
    }
}

impl From<TesseraError> for Refused {
    fn from(error: TesseraError) -> Self {
        Self::Program(error)
    }
}

impl From<ChainError> for Refused {
    fn from(error: ChainError) -> Self {
        Self::Chain(error)
    }
}

impl From<anchor_lang::error::Error> for Refused {
    fn from(error: anchor_lang::error::Error) -> Self {
        Self::Chain(ChainError::Rejected { reason: error.to_string(), logs: Vec::new() })
    }
}

impl Refused {
    fn into_error(self, place: usize) -> ChainError {
        match self {
            Self::Chain(error) => error,
            Self::Program(error) => ChainError::Program(Box::new(ProgramFailure {
                program: tessera::ID,
                instruction: u8::try_from(place).unwrap_or(u8::MAX),
                code: error.into(),
                name: error.name(),
                message: error.to_string(),
                logs: Vec::new(),
            })),
        }
    }
}

type Outcome = Result<(), Refused>;

/// An instruction being executed.
struct Call<'a> {
    chain: &'a FakeChain,
    instruction: &'a Instruction,
    now: Moment,
}

fn execute(chain: &FakeChain, instruction: &Instruction) -> Outcome {
    let now = chain.lock().moment;
    let call = Call { chain, instruction, now };
    match instruction.data.get(..8).unwrap_or_default() {
        d if d == data::TaskClaim::DISCRIMINATOR => call.task_claim(),
        d if d == data::RunRelease::DISCRIMINATOR => call.run_release(),
        d if d == data::RunSeal::DISCRIMINATOR => call.run_seal(),
        d if d == data::RunReveal::DISCRIMINATOR => call.run_reveal(),
        d if d == data::RunSubmit::DISCRIMINATOR => call.run_submit(),
        d if d == data::AuditDraw::DISCRIMINATOR => call.audit_draw(),
        d if d == data::AuditClaim::DISCRIMINATOR => call.audit_claim(),
        d if d == data::AuditPost::DISCRIMINATOR => call.audit_post(),
        d if d == data::AuditOpen::DISCRIMINATOR => call.audit_open(),
        d if d == data::TaskSettle::DISCRIMINATOR => call.task_settle(),
        d if d == data::TaskExpire::DISCRIMINATOR => call.task_expire(),
        _ => Ok(()),
    }
}

impl Call<'_> {
    fn key(&self, place: usize) -> Pubkey {
        self.instruction.accounts.get(place).map(|account| account.pubkey).unwrap_or_default()
    }

    fn args<T: AnchorDeserialize>(&self) -> Result<T, Refused> {
        let mut bytes = self.instruction.data.get(8..).unwrap_or_default();
        T::deserialize(&mut bytes)
            .map_err(|error| ChainError::Rejected { reason: error.to_string(), logs: Vec::new() }.into())
    }

    fn stored<T>(&self, key: Pubkey, what: &str, pick: impl Fn(&Account) -> Option<T>) -> Result<T, Refused> {
        let state = self.chain.lock();
        let found = match state.accounts.get(&key) {
            Some((_, Stored::Watched(account))) => pick(account),
            _ => None,
        };
        found.ok_or_else(|| ChainError::NotFound { what: what.to_owned(), key }.into())
    }

    fn task(&self, key: Pubkey) -> Result<Task, Refused> {
        self.stored(key, "task", |account| match account {
            Account::Task(task) => Some((**task).clone()),
            _ => None,
        })
    }

    fn run(&self, key: Pubkey) -> Result<Run, Refused> {
        self.stored(key, "run", |account| match account {
            Account::Run(run) => Some((**run).clone()),
            _ => None,
        })
    }

    fn audit(&self, key: Pubkey) -> Result<Audit, Refused> {
        self.stored(key, "audit", |account| match account {
            Account::Audit(audit) => Some((**audit).clone()),
            _ => None,
        })
    }

    fn provider(&self, key: Pubkey) -> Result<Provider, Refused> {
        self.stored(key, "provider", |account| match account {
            Account::Provider(provider) => Some((**provider).clone()),
            _ => None,
        })
    }
}

/// Takes over what the rules made of a task.
fn take_over(task: &mut Task, next: &TaskView<[u8; 32]>) {
    task.state = next.state.into();
    task.reveal_from = next.reveal_from.map_or(Moment { unix: 0, slot: 0 }, Into::into);
    task.audit_until = next.audit_until.into();
    task.challenge_until = next.challenge_until.into();
    task.decision = next.decision.into();
    for (slot, next) in task.slots.iter_mut().zip(&next.slots) {
        slot.state = next.state.into();
        (slot.root, slot.agreeing, slot.differing) = (next.root, next.agreeing, next.differing);
        if slot.state == SlotState::Free {
            slot.provider = Pubkey::default();
        }
    }
}
