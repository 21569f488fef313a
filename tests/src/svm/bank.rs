use std::ops::RangeBounds;
use std::sync::{Mutex, OnceLock};

use anchor_lang::prelude::Pubkey;
use anchor_lang::pubkey;
use anchor_lang::{AnchorDeserialize, Discriminator, Event};
use base64::Engine;
use litesvm::LiteSVM;
use solana_account_4::{Account, ReadableAccount};
use solana_clock::Clock;
use solana_transaction_4::{Instruction, InstructionError, Message, Transaction, TransactionError};
use tessera::slot_hashes;
use tessera_compute::ContentId;

use super::parties::wallet;

/// When every world begins.
const START_UNIX: i64 = 1_800_000_000;
/// The slot in which every world begins.
const START_SLOT: u64 = 1_000;
/// Bytes of the largest transaction that a cluster takes.
const PACKET: usize = 1_232;
/// Bytes of a signature.
const SIGNATURE: usize = 64;
/// Pays every transaction's fee, and takes part in nothing else.
const FEE_PAYER: &str = "fee payer";
/// Owns the cluster's sysvars.
const SYSVARS: Pubkey = pubkey!("Sysvar1111111111111111111111111111111111111");
/// How many slot hashes a cluster remembers.
const SLOT_HASHES: u64 = 512;
/// What a cluster takes for each signature.
const LAMPORTS_PER_SIGNATURE: u64 = 5_000;

/// LiteSVM with the program loaded.
///
/// Who signed is said by an instruction's account metas; signatures themselves are the runtime's affair and not made.
#[derive(Clone)]
pub struct Bank {
    svm: LiteSVM,
    fee_payer: Pubkey,
}

/// What a successful transaction left behind.
#[derive(Debug)]
pub struct Sent {
    /// Compute units consumed.
    pub compute_units: u64,
    /// Bytes of the transaction.
    pub size: usize,
    /// Log lines.
    pub logs: Vec<String>,
}

/// Why a transaction failed.
#[derive(Debug)]
pub struct Failed {
    /// The runtime's error.
    pub error: TransactionError,
    /// Log lines.
    pub logs: Vec<String>,
}

/// The hash of a slot in every world, unless a test puts another.
pub fn slot_hash(slot: u64) -> [u8; 32] {
    ContentId::of(&slot.to_le_bytes()).0
}

/// The slots whose hashes a cluster remembers in `slot`, newest first.
fn slots_before(slot: u64) -> impl Iterator<Item = u64> {
    (slot.saturating_sub(SLOT_HASHES)..slot).rev()
}

impl Sent {
    /// The only event of this type. Panics when there is none or there are several.
    pub fn event<E: Event + Discriminator + AnchorDeserialize>(&self) -> E {
        let mut events = self.events::<E>();
        assert_eq!(events.len(), 1, "one such event was expected in {:#?}", self.logs);
        events.remove(0)
    }

    /// All events of this type, in order.
    pub fn events<E: Event + Discriminator + AnchorDeserialize>(&self) -> Vec<E> {
        let payloads = self.logs.iter().filter_map(|line| line.strip_prefix("Program data: "));
        payloads
            .map(|text| base64::engine::general_purpose::STANDARD.decode(text).expect("the runtime logs base64"))
            .filter_map(|bytes| {
                let body = bytes.strip_prefix(E::DISCRIMINATOR)?;
                Some(E::try_from_slice(body).expect("an event has the layout of its type"))
            })
            .collect()
    }
}

impl Failed {
    /// The program's error code, if a program refused.
    pub fn code(&self) -> Option<u32> {
        match self.error {
            TransactionError::InstructionError(_, InstructionError::Custom(code)) => Some(code),
            _ => None,
        }
    }
}

impl Default for Bank {
    /// Loading the program takes most of a test's time, so it is done once for all of them.
    fn default() -> Self {
        static LOADED: OnceLock<Mutex<Bank>> = OnceLock::new();
        LOADED.get_or_init(|| Mutex::new(Self::load())).lock().expect("cloning does not panic").clone()
    }
}

impl Bank {
    fn load() -> Self {
        let mut svm = LiteSVM::new().with_sigverify(false).with_transaction_history(0).with_log_bytes_limit(None);
        let fee_payer = wallet(FEE_PAYER);
        svm.airdrop(&fee_payer, 1_000_000_000_000).expect("an airdrop succeeds");
        let mut bank = Self { svm, fee_payer };
        bank.deploy(tessera::ID);
        bank.set_clock(START_UNIX, START_SLOT);
        bank
    }

    /// Sends one transaction with these instructions. Panics when it is larger than a cluster takes, or when lamports
    /// appear or vanish.
    pub fn send(&mut self, instructions: &[Instruction]) -> Result<Sent, Failed> {
        let size = Self::size_of(instructions);
        assert!(size <= PACKET, "a transaction of {size} bytes, {PACKET} at most");
        let blockhash = self.svm.latest_blockhash();
        let message = Message::new_with_blockhash(instructions, Some(&self.fee_payer), &blockhash);
        let fee = u64::from(message.header.num_required_signatures) * LAMPORTS_PER_SIGNATURE;
        let before = self.all_lamports();
        let result = self.svm.send_transaction(Transaction::new_unsigned(message));
        assert_eq!(self.all_lamports() + fee, before, "lamports appeared or vanished");
        match result {
            Ok(meta) => Ok(Sent { compute_units: meta.compute_units_consumed, size, logs: meta.logs }),
            Err(failed) => Err(Failed { error: failed.err, logs: failed.meta.logs }),
        }
    }

    /// Bytes of a transaction with these instructions, whose fee a client's first signer would pay.
    pub fn size_of(instructions: &[Instruction]) -> usize {
        let mut metas = instructions.iter().flat_map(|instruction| &instruction.accounts);
        let payer = metas.find(|meta| meta.is_signer).map_or_else(|| wallet(FEE_PAYER), |meta| meta.pubkey);
        let message = Message::new(instructions, Some(&payer));
        let signers = usize::from(message.header.num_required_signatures);
        1 + signers * SIGNATURE + message.serialize().len()
    }

    fn all_lamports(&self) -> u64 {
        self.svm.accounts_db().inner.values().map(ReadableAccount::lamports).sum()
    }

    /// Unix seconds and slot.
    pub fn now(&self) -> (i64, u64) {
        let clock = self.svm.get_sysvar::<Clock>();
        (clock.unix_timestamp, clock.slot)
    }

    /// Moves either clock, also apart from the other.
    pub fn set_clock(&mut self, unix: i64, slot: u64) {
        let mut clock = self.svm.get_sysvar::<Clock>();
        clock.unix_timestamp = unix;
        clock.slot = slot;
        self.svm.set_sysvar(&clock);
        self.put_slot_hashes(&slots_before(slot).map(|slot| (slot, slot_hash(slot))).collect::<Vec<_>>());
    }

    /// Replaces the SlotHashes sysvar until a clock moves: entries of a slot and its hash, newest first.
    pub fn put_slot_hashes(&mut self, entries: &[(u64, [u8; 32])]) {
        let mut data = (entries.len() as u64).to_le_bytes().to_vec();
        for (slot, hash) in entries {
            data.extend(slot.to_le_bytes());
            data.extend(hash);
        }
        let id = slot_hashes::SYSVAR;
        let lamports = self.rent(data.len()).max(self.lamports(&id));
        self.put(id, Account { lamports, data, owner: SYSVARS, executable: false, rent_epoch: 0 });
    }

    /// As if no block had been made in these slots: their hashes are missing until a clock moves.
    pub fn skip_slots(&mut self, skipped: impl RangeBounds<u64>) {
        let slots = slots_before(self.now().1).filter(|slot| !skipped.contains(slot));
        let entries: Vec<_> = slots.map(|slot| (slot, slot_hash(slot))).collect();
        self.put_slot_hashes(&entries);
    }

    /// Lets time pass, at 2.5 slots a second.
    pub fn warp(&mut self, seconds: u32) {
        let (unix, slot) = self.now();
        self.set_clock(unix + i64::from(seconds), slot + u64::from(seconds) * 5 / 2);
    }

    /// An account, `None` where there is none.
    pub fn account(&self, address: &Pubkey) -> Option<Account> {
        self.svm.get_account(address).filter(|account| account.lamports > 0)
    }

    /// The lamports of an address.
    pub fn lamports(&self, address: &Pubkey) -> u64 {
        self.svm.get_balance(address).unwrap_or(0)
    }

    /// All accounts of a program.
    pub fn owned_by(&self, program: &Pubkey) -> Vec<(Pubkey, Account)> {
        let accounts = self.svm.get_program_accounts(program).into_iter();
        accounts.filter(|(_, account)| account.lamports > 0).collect()
    }

    /// Puts an account in place, past every program.
    pub fn put(&mut self, address: Pubkey, account: Account) {
        self.svm.set_account(address, account).expect("any account can be put in place");
    }

    /// Puts a program at an address, in place of what is there.
    pub fn deploy(&mut self, address: Pubkey) {
        self.svm.add_program(address, tessera_elf::ELF).expect("the program loads");
    }

    /// The rent of an account of this size.
    pub fn rent(&self, size: usize) -> u64 {
        self.svm.minimum_balance_for_rent_exemption(size)
    }
}
