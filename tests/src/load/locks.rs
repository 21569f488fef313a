//! Which accounts the transactions write-locked, and how often: a chain runs transactions side by side only if they lock
//! nothing in common.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use tessera_chain::program::seeds::FEE_SHARDS;
use tessera_chain::{Keypair, Pubkey, Signer, address};
use tessera_migrations::Migrated;

use super::books::Books;
use super::crowd::Crowd;
use super::ledger::Ledger;
use super::transactions::Recorded;

/// Accounts that are shown one by one.
const SHOWN: usize = 15;
/// Of the tasks, one in so many may lock the same account of the market's: there are sixteen fee vaults, and chance.
const TASKS_PER_SHARED_LOCK: usize = 8;
/// What opening an epoch's books, its fee vaults and everybody's shares may lock beside.
const OPENINGS: usize = 64;
/// Of the tasks, one in so many may name an account without need: an agent reads a vault and its task one after the other.
const TASKS_PER_UNNEEDED_LOCK: usize = 100;
/// The same, of few tasks.
const UNNEEDED: usize = 2;

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Signs, pays the fees of its own transactions, and is paid rent.
    RequesterWallet,
    /// As above.
    ProviderWallet,
    /// As above.
    VerifierWallet,
    /// As above.
    OperatorWallet,
    /// A wallet's token account.
    WalletToken,
    /// A provider's account.
    Provider,
    /// A provider's stake.
    ProviderStake,
    /// A verifier's account.
    Verifier,
    /// A verifier's stake.
    VerifierStake,
    /// A provider's share of an epoch.
    Share,
    /// A task.
    Task,
    /// Its escrow.
    TaskVault,
    /// A run.
    Run,
    /// An audit.
    Audit,
    /// The market.
    Market,
    /// Its mint.
    Mint,
    /// What was slashed or was dust.
    InsuranceVault,
    /// Payments that could not be delivered.
    UnclaimedVault,
    /// An epoch's books.
    Pool,
    /// What was given for an epoch.
    PoolVault,
    /// One of an epoch's sixteen.
    FeeVault,
    /// Anything else.
    Other,
}

impl Kind {
    /// Whether it is a party's own, so that it limits only that party.
    fn is_wallet(self) -> bool {
        matches!(self, Self::RequesterWallet | Self::ProviderWallet | Self::VerifierWallet | Self::OperatorWallet)
    }

    /// Whether all parties of a market have it in common.
    fn is_shared(self) -> bool {
        matches!(
            self,
            Self::Market
                | Self::Mint
                | Self::InsuranceVault
                | Self::UnclaimedVault
                | Self::Pool
                | Self::PoolVault
                | Self::FeeVault
                | Self::Other
        )
    }

    /// Whether work without slashes and undeliverable payments never locks it.
    fn is_unneeded(self) -> bool {
        matches!(self, Self::Market | Self::Mint | Self::InsuranceVault)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RequesterWallet => "requester's wallet (pays fees)",
            Self::ProviderWallet => "provider's wallet (pays fees)",
            Self::VerifierWallet => "verifier's wallet (pays fees)",
            Self::OperatorWallet => "operator's wallet",
            Self::WalletToken => "token account of a wallet",
            Self::Provider => "provider",
            Self::ProviderStake => "provider's stake vault",
            Self::Verifier => "verifier",
            Self::VerifierStake => "verifier's stake vault",
            Self::Share => "share of an epoch",
            Self::Task => "task",
            Self::TaskVault => "task's vault",
            Self::Run => "run",
            Self::Audit => "audit",
            Self::Market => "market",
            Self::Mint => "mint",
            Self::InsuranceVault => "insurance vault",
            Self::UnclaimedVault => "unclaimed vault",
            Self::Pool => "books of an epoch",
            Self::PoolVault => "pool of an epoch",
            Self::FeeVault => "fee vault",
            Self::Other => "other",
        })
    }
}

/// One account.
#[derive(Clone, Debug, Serialize)]
pub struct AccountLocks {
    /// Its address.
    pub account: String,
    /// What it is.
    pub kind: Kind,
    /// Transactions that locked it.
    pub transactions: usize,
    /// Of those, the ones that landed.
    pub landed: usize,
    /// Of all transactions, in percent.
    pub percent: f64,
}

/// All accounts of a kind.
#[derive(Clone, Debug, Serialize)]
pub struct KindLocks {
    /// What they are.
    pub kind: Kind,
    /// How many were locked.
    pub accounts: usize,
    /// Locks of them all.
    pub locks: usize,
    /// Transactions that locked the most locked one.
    pub most: usize,
    /// Transactions that landed and locked the most needed one. The others were refused: somebody was faster.
    pub most_landed: usize,
    /// Of all transactions, in percent.
    pub most_percent: f64,
}

/// What was write-locked.
#[derive(Clone, Debug, Serialize)]
pub struct Locks {
    /// By kind, all of them.
    pub kinds: Vec<KindLocks>,
    /// The most locked accounts.
    pub top: Vec<AccountLocks>,
    /// The most locked account that is no wallet.
    pub highest: Option<AccountLocks>,
}

impl Locks {
    /// Counts the locks of these transactions, refused ones included: they lock as much.
    pub(super) fn count(
        transactions: &[Recorded],
        crowd: &Crowd,
        migrated: &Migrated,
        ledger: &Ledger,
        books: &Books,
    ) -> Self {
        let kinds = kinds(crowd, migrated, ledger, books);
        let mut counts: BTreeMap<Pubkey, (usize, usize)> = BTreeMap::new();
        for recorded in transactions {
            for key in &recorded.write_locked {
                let (all, landed) = counts.entry(*key).or_default();
                *all += 1;
                *landed += usize::from(recorded.error.is_none());
            }
        }
        let percent = |count: usize| 100.0 * count as f64 / transactions.len().max(1) as f64;
        let mut accounts: Vec<AccountLocks> = counts
            .into_iter()
            .map(|(key, (transactions, landed))| AccountLocks {
                account: key.to_string(),
                kind: kinds.get(&key).copied().unwrap_or(Kind::Other),
                transactions,
                landed,
                percent: percent(transactions),
            })
            .collect();
        accounts.sort_by_key(|account| Reverse(account.transactions));
        let mut by_kind: BTreeMap<Kind, Vec<(usize, usize)>> = BTreeMap::new();
        for account in &accounts {
            by_kind.entry(account.kind).or_default().push((account.transactions, account.landed));
        }
        let kind = |(kind, counts): (Kind, Vec<(usize, usize)>)| {
            let most = counts.iter().map(|(all, _)| *all).max().unwrap_or(0);
            KindLocks {
                kind,
                accounts: counts.len(),
                locks: counts.iter().map(|(all, _)| *all).sum(),
                most,
                most_landed: counts.iter().map(|(_, landed)| *landed).max().unwrap_or(0),
                most_percent: percent(most),
            }
        };
        let highest = accounts.iter().find(|account| !account.kind.is_wallet()).cloned();
        accounts.truncate(SHOWN);
        Self { kinds: by_kind.into_iter().map(kind).collect(), top: accounts, highest }
    }

    /// Accounts that stand in the way of everybody: what work without slashes has no need to lock, and what all parties
    /// share and too many of so many tasks' transactions need. Refused ones do not count: how many agents send the same
    /// transition at once depends on how time is moved.
    pub(super) fn violations(&self, tasks: usize, ledger: &Ledger) -> Vec<String> {
        let (shared, unneeded) = (tasks / TASKS_PER_SHARED_LOCK + OPENINGS, tasks / TASKS_PER_UNNEEDED_LOCK + UNNEEDED);
        let mut found = Vec::new();
        for kind in &self.kinds {
            let KindLocks { kind, most_landed, .. } = *kind;
            let limit = match (kind.is_unneeded() && ledger.sunk == 0, kind.is_shared()) {
                (true, _) => unneeded,
                (_, true) => shared,
                _ => continue,
            };
            if most_landed > limit {
                found.push(format!(
                    "bottleneck: one {kind} was write-locked by {most_landed} transactions, over {limit}"
                ));
            }
        }
        found
    }
}

fn kinds(crowd: &Crowd, migrated: &Migrated, ledger: &Ledger, books: &Books) -> BTreeMap<Pubkey, Kind> {
    let market = migrated.market;
    let mut kinds = BTreeMap::from([
        (market, Kind::Market),
        (migrated.mint, Kind::Mint),
        (address::insurance_vault(&market), Kind::InsuranceVault),
        (address::unclaimed_vault(&market), Kind::UnclaimedVault),
        (crowd.operator.pubkey(), Kind::OperatorWallet),
    ]);
    let wallets = [(&crowd.requesters, Kind::RequesterWallet), (&crowd.verifiers, Kind::VerifierWallet)];
    for (keypairs, kind) in wallets.into_iter().chain([(&crowd.providers, Kind::ProviderWallet)]) {
        for wallet in keypairs.iter().map(Signer::pubkey) {
            let provider = address::provider(&market, &wallet);
            let (account, stake) = match kind {
                Kind::VerifierWallet => (Kind::Verifier, Kind::VerifierStake),
                _ => (Kind::Provider, Kind::ProviderStake),
            };
            kinds.insert(wallet, kind);
            kinds.insert(address::market_token(&wallet, &books.market), Kind::WalletToken);
            kinds.insert(provider, account);
            kinds.insert(address::stake_vault(&provider), stake);
            kinds.extend(books.epochs.iter().map(|epoch| (address::share(&provider, *epoch), Kind::Share)));
        }
    }
    kinds.insert(address::market_token(&crowd.operator.pubkey(), &books.market), Kind::WalletToken);
    for &epoch in &books.epochs {
        kinds.insert(address::pool(&market, epoch), Kind::Pool);
        kinds.insert(address::pool_vault(&market, epoch), Kind::PoolVault);
        let shards = (0..FEE_SHARDS).map(|shard| (address::fee_vault(&market, epoch, shard), Kind::FeeVault));
        kinds.extend(shards);
    }
    for task in ledger.tasks.keys() {
        kinds.insert(*task, Kind::Task);
        kinds.insert(address::task_vault(task), Kind::TaskVault);
    }
    // Also runs and audits whose creation was refused: somebody was faster.
    let account = |keypair: &Keypair| address::provider(&market, &keypair.pubkey());
    let (providers, verifiers): (Vec<_>, Vec<_>) =
        (crowd.providers.iter().map(account).collect(), crowd.verifiers.iter().map(account).collect());
    for task in ledger.tasks.keys() {
        kinds.extend(providers.iter().map(|provider| (address::run(task, provider), Kind::Run)));
    }
    for run in &ledger.runs {
        kinds.extend(verifiers.iter().map(|verifier| (address::audit(run, verifier), Kind::Audit)));
    }
    kinds
}
