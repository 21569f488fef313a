use anchor_lang::prelude::*;

use super::mirror::mirror;
use super::{LAYOUT_VERSION, MAX_LOCATOR, Moment, Stake};
use crate::errors::TesseraError;

mirror! {
    /// Decayed weights of counted runs, in millionths.
    pub struct Reputation = tessera_rules::Reputation {
        /// Good runs.
        pub good: u64,
        /// Bad runs.
        pub bad: u64,
    }
}

/// What a provider does.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Claims tasks.
    pub compute: bool,
    /// Audits runs.
    pub verify: bool,
}

/// What executes a provider's runs.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackendKind {
    /// A processor.
    Cpu,
    /// An NVIDIA GPU.
    Cuda,
}

/// What a provider says it has. Claims are checked against it.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardware {
    /// What executes.
    pub backend: BackendKind,
    /// Memory for tensors, MiB.
    pub memory_mib: u32,
    /// CUDA compute capability times ten (sm_90 is 90); 0 for a CPU.
    pub compute_capability: u16,
    /// Where it stands, ISO 3166 letters (`DE`); zeros: unsaid.
    pub region: [u8; 2],
    /// 0 unsaid, 1 consumer, 2 professional, 3 data centre.
    pub tier: u8,
}

impl Hardware {
    /// Checks what can be checked of what a provider says.
    pub(crate) fn validate(&self) -> Result<()> {
        tessera_rules::validate_region(self.region).map_err(TesseraError::from)?;
        tessera_rules::validate_tier(self.tier).map_err(TesseraError::from)?;
        Ok(())
    }
}

/// A hash chain of audit tickets that a verifier commits to: the element of one hour hashes to that of the hour before.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketChain {
    /// The element of `hour`.
    pub head: [u8; 32],
    /// Hours since 1970.
    pub hour: i64,
}

impl TicketChain {
    /// No chain: no element hashes to it, so that it wins no ticket.
    pub const NONE: Self = Self { head: [0; 32], hour: 0 };
}

/// Whether a provider takes new work.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderStatus {
    /// Takes new claims and audits.
    Active,
    /// Finishes what it has.
    Draining,
}

/// A provider or verifier of a market. Address: "provider", market, authority.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Provider {
    /// [`LAYOUT_VERSION`].
    pub version: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Bump of the stake vault.
    pub vault_bump: u8,
    /// Its market.
    pub market: Pubkey,
    /// Who acts for it, and receives its rent and withdrawals.
    pub authority: Pubkey,
    /// Whether it takes new work.
    pub status: ProviderStatus,
    /// What it does.
    pub roles: Roles,
    /// Its ticket chain; its head moves forward with the audits that it claims.
    pub ticket: TicketChain,
    /// When its chain was committed or its ticket weight last grew. Only later submissions are its to audit.
    pub ticket_since: Moment,
    /// Its weight in draws, base units: free and locked stake when it last deposited, unbonded or changed its role. Zero
    /// unless it verifies and is active.
    pub ticket_stake: u64,
    /// Its stake.
    pub stake: Stake,
    /// What it has.
    pub hardware: Hardware,
    /// Lowest reward it takes, base units.
    pub price_floor: u64,
    /// How its runs ended.
    pub reputation: Reputation,
    /// Runs that are claimed or undecided.
    pub active_runs: u16,
    /// Runs it will have open at most.
    pub max_runs: u16,
    /// Run accounts of it that are not closed, decided ones included. It cannot leave before.
    pub runs_unclosed: u16,
    /// Audit accounts of it that are not closed. It cannot leave before.
    pub active_audits: u16,
    /// Disputes over its runs that are open: the more there are, the more time it has in each.
    pub open_disputes: u16,
    /// Zero.
    pub reserved: [u8; 126],
    /// Where it can be reached; may be empty.
    #[max_len(96)]
    pub endpoint: String,
}

impl Provider {
    /// Its stake as a value of the rules.
    pub fn stake(&self) -> tessera_rules::Stake {
        self.stake.into()
    }

    /// Whether it takes new work.
    pub fn is_active(&self) -> bool {
        self.status == ProviderStatus::Active
    }

    /// What holds of every provider.
    pub fn invariant(&self) -> Result<()> {
        require_eq!(self.version, LAYOUT_VERSION, TesseraError::LayoutVersion);
        require!(self.endpoint.len() <= MAX_LOCATOR, TesseraError::LocatorTooLong);
        require!(self.roles.compute || self.roles.verify, TesseraError::RolesMissing);
        require_gte!(self.max_runs, 1, TesseraError::MaxRunsZero);
        require_gte!(self.runs_unclosed, self.active_runs, TesseraError::Invariant);
        require!(self.ticket_stake == 0 || (self.roles.verify && self.is_active()), TesseraError::Invariant);
        self.stake().total().map_err(TesseraError::from)?;
        Ok(())
    }
}
