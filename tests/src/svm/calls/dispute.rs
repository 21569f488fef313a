use anchor_lang::InstructionData;
use anchor_lang::prelude::Pubkey;
use tessera::instructions::{
    BufferWriteArgs, DisputeInputArgs, DisputeOpenArgs, DisputeOperationArgs, DisputePartsArgs, DisputeRevealArgs,
    DisputeShowArgs, DisputeStepArgs, DisputeTensorsArgs, DisputeTraceArgs,
};
use tessera::{accounts, instruction};

use super::SYSTEM;
use crate::svm::{Call, DisputeRef, RunRef, Wallet, World};

/// A move by `mover`, with what it says in the transaction.
fn made<D: InstructionData>(dispute: DisputeRef, mover: Pubkey, args: D) -> Call<accounts::DisputeMove, D> {
    Call::new(accounts::DisputeMove { mover, dispute: dispute.key, buffer: None }, args)
}

/// A pick by the challenger.
fn picked<D: InstructionData>(dispute: DisputeRef, args: D) -> Call<accounts::DisputePick, D> {
    Call::new(accounts::DisputePick { mover: dispute.challenger.key, dispute: dispute.key }, args)
}

impl World {
    /// A wallet disputes a run, for a bond.
    pub fn dispute_open(
        &self,
        run: RunRef,
        by: Wallet,
        args: DisputeOpenArgs,
    ) -> Call<accounts::DisputeOpen, instruction::DisputeOpen> {
        let dispute = DisputeRef::of(run, by);
        Call::new(
            accounts::DisputeOpen {
                challenger: by.key,
                market: self.market.key,
                mint: self.mint,
                task: run.task.key,
                run: run.key,
                provider: run.provider.provider,
                own_run: None,
                dispute: dispute.key,
                bond_vault: dispute.vault,
                challenger_token: by.token,
                buffer: None,
                token_program: self.token_program,
                system_program: SYSTEM,
            },
            instruction::DisputeOpen { args: Some(args) },
        )
    }

    /// The provider shows the trace's root.
    pub fn dispute_trace(
        &self,
        dispute: DisputeRef,
        args: DisputeTraceArgs,
    ) -> Call<accounts::DisputeTrace, instruction::DisputeTrace> {
        let (mover, run) = (dispute.run.provider.authority, dispute.run.key);
        let accounts = accounts::DisputeTrace { mover, dispute: dispute.key, run, buffer: None };
        Call::new(accounts, instruction::DisputeTrace { args: Some(args) })
    }

    /// The challenger picks an operation.
    pub fn dispute_operation(
        &self,
        dispute: DisputeRef,
        args: DisputeOperationArgs,
    ) -> Call<accounts::DisputeMove, instruction::DisputeOperation> {
        made(dispute, dispute.challenger.key, instruction::DisputeOperation { args: Some(args) })
    }

    /// The challenger asks for hashes.
    pub fn dispute_descend(
        &self,
        dispute: DisputeRef,
        child: Option<u8>,
    ) -> Call<accounts::DisputePick, instruction::DisputeDescend> {
        picked(dispute, instruction::DisputeDescend { child })
    }

    /// The provider shows them.
    pub fn dispute_reveal(
        &self,
        dispute: DisputeRef,
        hashes: Vec<[u8; 32]>,
    ) -> Call<accounts::DisputeMove, instruction::DisputeReveal> {
        let args = Some(DisputeRevealArgs { hashes });
        made(dispute, dispute.run.provider.authority, instruction::DisputeReveal { args })
    }

    /// The provider opens tensors.
    pub fn dispute_tensors(
        &self,
        dispute: DisputeRef,
        args: DisputeTensorsArgs,
    ) -> Call<accounts::DisputeMove, instruction::DisputeTensors> {
        made(dispute, dispute.run.provider.authority, instruction::DisputeTensors { args: Some(args) })
    }

    /// A stranger shows that an input is not what the graph says.
    pub fn dispute_input(
        &self,
        dispute: DisputeRef,
        args: DisputeInputArgs,
    ) -> Call<accounts::DisputeMove, instruction::DisputeInput> {
        made(dispute, self.cranker.key, instruction::DisputeInput { args: Some(args) })
    }

    /// The challenger picks a leaf.
    pub fn dispute_leaf(
        &self,
        dispute: DisputeRef,
        leaf: u64,
    ) -> Call<accounts::DisputePick, instruction::DisputeLeaf> {
        picked(dispute, instruction::DisputeLeaf { leaf })
    }

    /// The provider shows the leaf.
    pub fn dispute_show(
        &self,
        dispute: DisputeRef,
        args: DisputeShowArgs,
    ) -> Call<accounts::DisputeMove, instruction::DisputeShow> {
        made(dispute, dispute.run.provider.authority, instruction::DisputeShow { args: Some(args) })
    }

    /// The challenger picks an element.
    pub fn dispute_element(
        &self,
        dispute: DisputeRef,
        element: u64,
    ) -> Call<accounts::DisputePick, instruction::DisputeElement> {
        picked(dispute, instruction::DisputeElement { element })
    }

    /// The provider says what its claim is made of.
    pub fn dispute_parts(
        &self,
        dispute: DisputeRef,
        parts: Vec<u8>,
    ) -> Call<accounts::DisputeMove, instruction::DisputeParts> {
        let args = Some(DisputePartsArgs { parts });
        made(dispute, dispute.run.provider.authority, instruction::DisputeParts { args })
    }

    /// The challenger picks a part.
    pub fn dispute_part(
        &self,
        dispute: DisputeRef,
        part: u16,
    ) -> Call<accounts::DisputePick, instruction::DisputePart> {
        picked(dispute, instruction::DisputePart { part })
    }

    /// The provider shows what the step reads.
    pub fn dispute_step(
        &self,
        dispute: DisputeRef,
        args: DisputeStepArgs,
    ) -> Call<accounts::DisputeMove, instruction::DisputeStep> {
        made(dispute, dispute.run.provider.authority, instruction::DisputeStep { args: Some(args) })
    }

    /// Somebody reports a silence.
    pub fn dispute_timeout(&self, dispute: DisputeRef) -> Call<accounts::DisputeTimeout, instruction::DisputeTimeout> {
        Call::new(accounts::DisputeTimeout { dispute: dispute.key }, instruction::DisputeTimeout {})
    }

    /// The cranker carries a dispute's end out. Every token account can receive.
    pub fn dispute_settle(&self, dispute: DisputeRef) -> Call<accounts::DisputeSettle, instruction::DisputeSettle> {
        let run = dispute.run;
        Call::new(
            accounts::DisputeSettle {
                cranker: self.cranker.key,
                market: self.market.key,
                mint: self.mint,
                task: run.task.key,
                run: run.key,
                provider: run.provider.provider,
                stake_vault: run.provider.vault,
                dispute: dispute.key,
                bond_vault: dispute.vault,
                challenger: dispute.challenger.key,
                challenger_token: dispute.challenger.token,
                insurance_vault: Some(self.market.insurance_vault),
                burn_mint: None,
                unclaimed_vault: None,
                challenger_balance: None,
                provider_balance: None,
                treasury_balance: None,
                token_program: self.token_program,
                system_program: SYSTEM,
            },
            instruction::DisputeSettle {},
        )
    }

    /// The cranker pays the winner of a dispute.
    pub fn dispute_close(&self, dispute: DisputeRef) -> Call<accounts::DisputeClose, instruction::DisputeClose> {
        Call::new(
            accounts::DisputeClose {
                cranker: self.cranker.key,
                market: self.market.key,
                mint: self.mint,
                run: dispute.run.key,
                dispute: dispute.key,
                bond_vault: dispute.vault,
                challenger: dispute.challenger.key,
                challenger_token: dispute.challenger.token,
                unclaimed_vault: None,
                challenger_balance: None,
                token_program: self.token_program,
                system_program: SYSTEM,
            },
            instruction::DisputeClose {},
        )
    }

    /// A part of a payload for a dispute.
    pub fn buffer_write(
        &self,
        writer: Pubkey,
        dispute: Pubkey,
        length: usize,
        offset: usize,
        bytes: &[u8],
    ) -> Call<accounts::BufferWrite, instruction::BufferWrite> {
        let buffer = tessera::addresses::buffer_address(&dispute, &writer).0;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let args = BufferWriteArgs { length: number(length), offset: number(offset), bytes: bytes.to_vec() };
        let accounts = accounts::BufferWrite { writer, dispute, buffer, system_program: SYSTEM };
        Call::new(accounts, instruction::BufferWrite { args })
    }

    /// Closes a buffer.
    pub fn buffer_close(
        &self,
        writer: Pubkey,
        dispute: Pubkey,
    ) -> Call<accounts::BufferClose, instruction::BufferClose> {
        let buffer = tessera::addresses::buffer_address(&dispute, &writer).0;
        Call::new(accounts::BufferClose { writer, buffer }, instruction::BufferClose {})
    }
}
