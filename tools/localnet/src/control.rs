//! What a test or a demo does to the chain from outside: deploy, fund, move time.

use std::{future::Future, time::Duration};

use crossbeam_channel::bounded;
use solana_pubkey::Pubkey;
use surfpool_core::surfnet::locker::SurfnetSvmLocker;
use surfpool_types::{SerialVmMutationResult, SerialVmMutationTask, SimnetCommand};

use crate::{Localnet, LocalnetError};

const OPERATION_LIMIT: Duration = Duration::from_secs(60);
/// Slots that a second of travelled time adds, as tenths: 2.5, as on clusters with 400 ms slots.
const TENTHS_OF_SLOTS_PER_SECOND: u64 = 25;

/// What the chain takes for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainTime {
    /// The current slot.
    pub slot: u64,
    /// `Clock::unix_timestamp`, in seconds.
    pub unix_seconds: i64,
}

impl Localnet {
    /// Puts a program at `program_id`, owned by the upgradeable loader, without a transaction. A program that is
    /// there already is replaced.
    ///
    /// # Errors
    /// The bytes are no program that this chain can load.
    pub fn deploy(&self, program_id: &Pubkey, elf: &[u8]) -> Result<(), LocalnetError> {
        let (program_id, elf) = (program_id.to_bytes().into(), elf.to_vec());
        self.exclusively("deploying the program", move |svm| async move {
            svm.write_program(program_id, None, 0, &elf, &None).await.map_err(|error| error.to_string())
        })
    }

    /// Gives `lamports` to `recipient`.
    ///
    /// # Errors
    /// The amount leaves the account below the rent-exempt minimum (890,880 lamports for an empty one).
    pub fn airdrop(&self, recipient: &Pubkey, lamports: u64) -> Result<(), LocalnetError> {
        let recipient = recipient.to_bytes().into();
        self.exclusively("the airdrop", move |svm| async move {
            svm.with_svm_writer(move |svm| svm.airdrop(&recipient, lamports))
                .map_err(|error| format!("{error:?}"))?
                .map(|_| ())
                .map_err(|failed| failed.err.to_string())
        })
    }

    /// Moves the chain's time by `seconds`, and its slot by 2.5 per second, in one step: to programs it looks as
    /// if no block had been produced in between. Returns the new time.
    ///
    /// # Errors
    /// Surfpool could not write the new time.
    pub fn advance(&self, seconds: u64) -> Result<ChainTime, LocalnetError> {
        self.exclusively("moving time", move |svm| async move {
            svm.with_svm_writer(move |svm| {
                // Transactions that wait for their block get it at the present slot.
                svm.confirm_current_block().map_err(|error| error.to_string())?;
                let slots = seconds.saturating_mul(TENTHS_OF_SLOTS_PER_SECOND).div_ceil(10);
                if slots > 0 {
                    // Closing the block below adds one slot and one slot time; it also writes Clock and SlotHashes.
                    svm.latest_epoch_info.absolute_slot = svm.latest_epoch_info.absolute_slot.saturating_add(slots - 1);
                    let target = svm.updated_at.saturating_add(seconds.saturating_mul(1_000));
                    svm.updated_at = target.saturating_sub(svm.slot_time);
                    svm.confirm_current_block().map_err(|error| error.to_string())?;
                }
                Ok(ChainTime {
                    slot: svm.latest_epoch_info.absolute_slot,
                    unix_seconds: i64::try_from(svm.updated_at / 1_000).unwrap_or(i64::MAX),
                })
            })
        })
    }

    /// Produces `count` blocks at once, each with its slot, blockhash and `SlotHashes` entry: 150 expire a blockhash,
    /// 512 a slot hash. Each moves time by one slot time. Returns the new time.
    ///
    /// # Errors
    /// Surfpool could not write a block.
    pub fn produce_blocks(&self, count: u32) -> Result<ChainTime, LocalnetError> {
        self.exclusively("producing blocks", move |svm| async move {
            svm.with_svm_writer(move |svm| {
                for _ in 0..count {
                    svm.confirm_current_block().map_err(|error| error.to_string())?;
                }
                Ok(ChainTime {
                    slot: svm.latest_epoch_info.absolute_slot,
                    unix_seconds: i64::try_from(svm.updated_at / 1_000).unwrap_or(i64::MAX),
                })
            })
        })
    }

    /// Runs `operation` between two transactions and waits for its result.
    fn exclusively<T, F, R>(&self, what: &'static str, operation: F) -> Result<T, LocalnetError>
    where
        T: Send + 'static,
        F: FnOnce(SurfnetSvmLocker) -> R + Send + 'static,
        R: Future<Output = Result<T, String>> + Send + 'static,
    {
        let (done, result) = bounded(1);
        let svm = self.svm.clone();
        let task = SerialVmMutationTask::new(move || {
            Box::pin(async move {
                // A caller that stopped waiting needs no result.
                let _ = done.send(operation(svm).await);
                SerialVmMutationResult::ProduceBlock
            })
        });
        self.commands
            .send(SimnetCommand::ProcessSerialVmMutation(task))
            .map_err(|_| LocalnetError::Ended("it takes no commands any more".into()))?;
        result
            .recv_timeout(OPERATION_LIMIT)
            .map_err(|_| LocalnetError::Timeout { what, limit: OPERATION_LIMIT })?
            .map_err(|reason| LocalnetError::Refused { what, reason })
    }
}
