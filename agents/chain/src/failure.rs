//! Why a transaction failed: by error code, never by an error's text.

use std::fmt;

use anchor_lang::error::{ERROR_CODE_OFFSET, ErrorCode};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::error::InstructionError;
use anchor_spl::token::spl_token::error::TokenError;
use solana_transaction_error::TransactionError;
use tessera::errors::TesseraError;

use crate::error::{ChainError, ErrorKind};

/// A program's refusal of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramFailure {
    /// The program that the failing instruction called.
    pub program: Pubkey,
    /// Which instruction of the transaction failed, from 0.
    pub instruction: u8,
    /// The code: from 6000 on the program's own, from 100 Anchor's, below that of a token or system instruction inside.
    pub code: u32,
    /// The code's name, such as `DeadlinePassed`.
    pub name: String,
    /// What it means and what to do next.
    pub message: String,
    /// The log lines of the transaction, for debugging.
    pub logs: Vec<String>,
}

impl ProgramFailure {
    /// The error of the `tessera` program, if it is one.
    #[must_use]
    pub fn tessera(&self) -> Option<TesseraError> {
        (self.program == tessera::ID).then(|| TesseraError::from_code(self.code)).flatten()
    }

    /// What to do about it. Nearly always the state has moved on, or the plan was wrong: read it again and plan anew.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self.tessera() {
            // A matter of slots.
            Some(TesseraError::SlotHashNotYet) => ErrorKind::Retry,
            // Client and program are of different versions.
            Some(TesseraError::LayoutVersion | TesseraError::WrongTokenProgram | TesseraError::WrongSysvar) => {
                ErrorKind::Fatal
            }
            _ => ErrorKind::GiveUp,
        }
    }
}

impl fmt::Display for ProgramFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.name, self.code, self.message)
    }
}

impl std::error::Error for ProgramFailure {}

/// Turns the runtime's error into the client's. `programs[i]` is the program that instruction `i` calls; the instructions
/// in front that set the compute budget are the client's own and do not count in [`ProgramFailure::instruction`].
///
/// The funds of the payer are not known here: `InsufficientFundsForFee` and its like become [`ChainError::Rejected`],
/// and the sender, who can look, says how much is missing.
pub(crate) fn classify(error: &TransactionError, programs: &[Pubkey], logs: Vec<String>) -> ChainError {
    match error {
        TransactionError::InstructionError(index, InstructionError::Custom(code)) => {
            let program = programs.get(usize::from(*index)).copied().unwrap_or_default();
            let budget = programs.iter().take_while(|program| **program == solana_compute_budget_interface::ID).count();
            let instruction = index.saturating_sub(u8::try_from(budget).unwrap_or(u8::MAX));
            let (name, message) = name(program, *code);
            ChainError::Program(Box::new(ProgramFailure { program, instruction, code: *code, name, message, logs }))
        }
        TransactionError::AccountInUse
        | TransactionError::ClusterMaintenance
        | TransactionError::WouldExceedMaxBlockCostLimit
        | TransactionError::WouldExceedMaxAccountCostLimit
        | TransactionError::WouldExceedAccountDataBlockLimit
        | TransactionError::WouldExceedMaxVoteCostLimit
        | TransactionError::ProgramCacheHitMaxLimit
        | TransactionError::CommitCancelled
        | TransactionError::ResanitizationNeeded => ChainError::Busy { reason: error.to_string() },
        other => ChainError::Rejected { reason: other.to_string(), logs },
    }
}

/// Whether the payer could not pay: who asks can then look up how much it has.
pub(crate) fn is_lack_of_funds(error: &TransactionError) -> bool {
    matches!(
        error,
        TransactionError::InsufficientFundsForFee
            | TransactionError::AccountNotFound
            | TransactionError::InsufficientFundsForRent { account_index: 0 }
    )
}

/// The errors of the framework that a client meets: accounts that are gone, foreign or not yet there.
const FRAMEWORK: [ErrorCode; 14] = [
    ErrorCode::InstructionFallbackNotFound,
    ErrorCode::InstructionDidNotDeserialize,
    ErrorCode::ConstraintMut,
    ErrorCode::ConstraintHasOne,
    ErrorCode::ConstraintSigner,
    ErrorCode::ConstraintRaw,
    ErrorCode::ConstraintOwner,
    ErrorCode::ConstraintSeeds,
    ErrorCode::ConstraintAddress,
    ErrorCode::AccountDiscriminatorMismatch,
    ErrorCode::AccountNotEnoughKeys,
    ErrorCode::AccountOwnedByWrongProgram,
    ErrorCode::AccountNotInitialized,
    ErrorCode::DeclaredProgramIdMismatch,
];

fn name(program: Pubkey, code: u32) -> (String, String) {
    if code >= ERROR_CODE_OFFSET
        && program == tessera::ID
        && let Some(error) = TesseraError::from_code(code)
    {
        return (error.name(), error.to_string());
    }
    if (100..ERROR_CODE_OFFSET).contains(&code) {
        return FRAMEWORK.into_iter().find(|known| u32::from(*known) == code).map_or_else(
            || {
                (
                    format!("AnchorError{code}"),
                    "an account or argument does not fit; read the accounts again".to_owned(),
                )
            },
            |known| {
                (
                    known.name(),
                    format!(
                        "{known}; read the accounts again, and check that program and client have the same version"
                    ),
                )
            },
        );
    }
    if code < 100
        && let Ok(error) = TokenError::try_from(code)
    {
        // Inside an instruction of this program, code 1 comes from a token transfer or from the creation of an account:
        // both mean that somebody's balance is too small.
        let name = if code == 1 { "InsufficientFunds".to_owned() } else { format!("{error:?}") };
        return (
            name,
            format!("a token or system instruction failed ({error}); check the balances and the token accounts"),
        );
    }
    (format!("Error{code}"), format!("program {program} failed; see its logs"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::error::ErrorKind;

    fn custom(program: Pubkey, code: u32) -> ChainError {
        let error = TransactionError::InstructionError(1, InstructionError::Custom(code));
        classify(&error, &[solana_compute_budget_interface::ID, program], vec!["line".into()])
    }

    #[test]
    fn every_code_of_the_program_is_named_and_carries_its_message_and_logs() {
        for (index, error) in TesseraError::ALL.iter().enumerate() {
            let code = ERROR_CODE_OFFSET + u32::try_from(index).unwrap();
            let classified = custom(tessera::ID, code);
            let failure = classified.program_failure().unwrap();
            assert_eq!((failure.code, failure.instruction), (code, 0));
            assert_eq!((&failure.name, &failure.message), (&error.name(), &error.to_string()));
            assert_eq!(failure.tessera().unwrap().name(), error.name());
            assert_eq!(classified.logs(), ["line"]);
        }
    }

    #[test]
    fn a_slot_that_is_not_made_yet_is_worth_a_retry_and_versions_that_do_not_fit_are_fatal() {
        for (error, kind) in [
            (TesseraError::SlotHashNotYet, ErrorKind::Retry),
            (TesseraError::LayoutVersion, ErrorKind::Fatal),
            (TesseraError::WrongTokenProgram, ErrorKind::Fatal),
            (TesseraError::TooEarly, ErrorKind::GiveUp),
            (TesseraError::BalanceMissing, ErrorKind::GiveUp),
            (TesseraError::SlotHashExpired, ErrorKind::GiveUp),
        ] {
            assert_eq!(custom(tessera::ID, u32::from(error)).kind(), kind, "{error}");
        }
        let foreign = custom(Pubkey::new_from_array([7; 32]), u32::from(TesseraError::SlotHashNotYet));
        assert_eq!(foreign.kind(), ErrorKind::GiveUp);
    }

    #[test]
    fn a_code_of_another_program_is_not_taken_for_ours() {
        let classified = custom(Pubkey::new_from_array([7; 32]), ERROR_CODE_OFFSET);
        let failure = classified.program_failure().unwrap();
        assert_eq!(failure.name, "Error6000");
        assert!(failure.tessera().is_none());
    }

    #[test]
    fn framework_and_token_codes_are_named() {
        for (code, name) in [
            (3012, "AccountNotInitialized"),
            (2006, "ConstraintSeeds"),
            (2999, "AnchorError2999"),
            (1, "InsufficientFunds"),
            (17, "AccountFrozen"),
        ] {
            assert_eq!(custom(tessera::ID, code).program_failure().unwrap().name, name);
        }
    }

    #[test]
    fn a_busy_cluster_is_worth_a_retry_and_a_rejection_is_not() {
        assert_eq!(classify(&TransactionError::AccountInUse, &[], vec![]).kind(), ErrorKind::Retry);
        assert_eq!(classify(&TransactionError::SignatureFailure, &[], vec![]).kind(), ErrorKind::GiveUp);
        let other = TransactionError::InstructionError(0, InstructionError::MissingRequiredSignature);
        assert_eq!(classify(&other, &[], vec![]).kind(), ErrorKind::GiveUp);
    }
}
