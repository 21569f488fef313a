use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
use anchor_lang::{InstructionData, ToAccountMetas};

/// One instruction, its accounts and arguments still open to change.
#[derive(Debug)]
pub struct Call<A, D> {
    /// The accounts by name.
    pub accounts: A,
    /// The arguments by name.
    pub args: D,
    /// Accounts after the named ones.
    pub remaining: Vec<AccountMeta>,
    unsigned: Option<Pubkey>,
}

impl<A: ToAccountMetas, D: InstructionData> Call<A, D> {
    /// A call as an honest client would make it.
    pub fn new(accounts: A, args: D) -> Self {
        Self { accounts, args, remaining: Vec::new(), unsigned: None }
    }

    /// Changes accounts or arguments.
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The same without this account's signature.
    pub fn unsigned_by(mut self, signer: Pubkey) -> Self {
        self.unsigned = Some(signer);
        self
    }

    /// The instruction.
    pub fn instruction(&self) -> Instruction {
        let mut accounts = self.accounts.to_account_metas(None);
        accounts.extend(self.remaining.iter().cloned());
        for meta in &mut accounts {
            meta.is_signer &= self.unsigned != Some(meta.pubkey);
        }
        Instruction { program_id: tessera::ID, accounts, data: self.args.data() }
    }
}
