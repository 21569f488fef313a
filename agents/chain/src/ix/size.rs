//! How large a transaction becomes.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_transaction::Transaction;

/// Bytes that a transaction may have, with its signatures.
pub const MAX_TRANSACTION: usize = 1_232;

/// Bytes of the transaction with these instructions, and with those that set the compute budget and its price, as the
/// client adds them. `payer` pays.
#[must_use]
pub fn transaction_size(instructions: &[Instruction], payer: &Pubkey) -> usize {
    let budget =
        [ComputeBudgetInstruction::set_compute_unit_limit(1), ComputeBudgetInstruction::set_compute_unit_price(1)];
    let all: Vec<_> = budget.into_iter().chain(instructions.iter().cloned()).collect();
    let transaction = Transaction::new_with_payer(&all, Some(payer));
    bincode::serialized_size(&transaction).map_or(usize::MAX, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
}

/// The same instructions in as few transactions as they fit into in their order. One that fits into none is alone in its own.
#[must_use]
pub fn packed(instructions: Vec<Instruction>, payer: &Pubkey) -> Vec<Vec<Instruction>> {
    let mut transactions: Vec<Vec<Instruction>> = Vec::new();
    for instruction in instructions {
        let fits = |open: &Vec<Instruction>| {
            let both: Vec<_> = open.iter().chain([&instruction]).cloned().collect();
            transaction_size(&both, payer) <= MAX_TRANSACTION
        };
        match transactions.last_mut().filter(|open| fits(open)) {
            Some(open) => open.push(instruction),
            None => transactions.push(vec![instruction]),
        }
    }
    transactions
}
