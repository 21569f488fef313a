//! What a provider earned and lost, by epoch: from its shares, and from the events of its past transactions.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use tessera_chain::program::events::RunOutcome;
use tessera_chain::{Chain, Event, Pubkey, Recorded, Share, Signature, Versioned};

use crate::error::CliError;
use crate::output::Columns;
use crate::session::Session;

/// Transactions read at once.
const PAGE: usize = 100;

/// A provider's earnings, base units.
#[derive(Clone, Debug, Serialize)]
pub struct Earnings {
    /// The Provider account.
    pub provider: String,
    /// Whether all of its past was read; else there are earlier transactions.
    pub complete: bool,
    /// Newest first.
    pub epochs: Vec<Epoch>,
    /// All epochs together; its `epoch` is none.
    pub total: Epoch,
    #[serde(skip)]
    decimals: u8,
}

/// What one epoch brought, base units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Epoch {
    /// Its number.
    pub epoch: Option<u64>,
    /// Rewards of upheld runs, the provider's part.
    pub rewards: u64,
    /// Rewards of audits.
    pub audit_rewards: u64,
    /// Parts of slashed locks, as a challenger.
    pub challenges: u64,
    /// Locks of verifiers that accused it in vain.
    pub accusations: u64,
    /// Fees that its upheld runs brought the market.
    pub fees: u64,
    /// Of these, what its open share counts; it is paid by them from the epoch's pool.
    pub share: u64,
    /// Paid from the epoch's pool.
    pub pool: u64,
    /// Locks lost by wrong or unshown runs.
    pub slashed: u64,
    /// Lost by not delivering.
    pub no_shows: u64,
    /// Locks lost by wrong or silent audits.
    pub audits_lost: u64,
}

impl Epoch {
    /// Everything that came in.
    #[must_use]
    pub fn earned(&self) -> u64 {
        let all = [self.rewards, self.audit_rewards, self.challenges, self.accusations, self.pool];
        all.into_iter().fold(0, u64::saturating_add)
    }

    /// Everything that was lost.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.slashed.saturating_add(self.no_shows).saturating_add(self.audits_lost)
    }

    fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.rewards, other.rewards),
            (&mut self.audit_rewards, other.audit_rewards),
            (&mut self.challenges, other.challenges),
            (&mut self.accusations, other.accusations),
            (&mut self.fees, other.fees),
            (&mut self.share, other.share),
            (&mut self.pool, other.pool),
            (&mut self.slashed, other.slashed),
            (&mut self.no_shows, other.no_shows),
            (&mut self.audits_lost, other.audits_lost),
        ];
        for (sum, amount) in pairs {
            *sum = sum.saturating_add(amount);
        }
    }
}

impl Earnings {
    /// Reads at most `limit` transactions of a provider, the newest, and its open shares.
    ///
    /// # Errors
    /// [`CliError::NotFound`] for what never was a provider, [`CliError::Chain`].
    pub async fn read(session: &Session, provider: Pubkey, limit: usize) -> Result<Self, CliError> {
        let chain = session.chain.as_ref();
        let (past, complete) = past(chain, provider, limit).await?;
        let mut shares = chain.shares(session.market.key).await?;
        shares.retain(|share| share.provider == provider);
        if past.is_empty() && shares.is_empty() {
            return Err(CliError::NotFound { what: "provider", key: provider });
        }
        let account = chain.provider(provider).await?;
        let owners = account.map_or([provider; 2], |account| [provider, account.authority]);
        Ok(Self::of(owners, &past, &shares, session.market.epoch_seconds, complete, session.mint.decimals))
    }

    /// Adds up a provider's past. `owners`: its Provider account, and the wallet to which its payments go when its vault
    /// cannot receive.
    fn of(
        owners: [Pubkey; 2],
        past: &[Recorded],
        shares: &[Versioned<Share>],
        epoch_seconds: u32,
        complete: bool,
        decimals: u8,
    ) -> Self {
        let [provider, _] = owners;
        let mut epochs: BTreeMap<u64, Epoch> = BTreeMap::new();
        for recorded in past.iter().filter(|recorded| recorded.error.is_none()) {
            let now = tessera_chain::rules::epoch_of(recorded.time.unwrap_or(0), epoch_seconds);
            for event in recorded.details.iter().flat_map(|details| &details.events) {
                let epoch = match event {
                    Event::ShareClaimed(share) => share.epoch,
                    _ => now,
                };
                let found = told(owners, event);
                if found != Epoch::default() {
                    epochs.entry(epoch).or_default().add(&found);
                }
            }
        }
        for share in shares {
            epochs.entry(share.epoch).or_default().share = share.fees;
        }
        let mut total = Epoch::default();
        let mut epochs: Vec<Epoch> = epochs
            .into_iter()
            .map(|(number, epoch)| {
                total.add(&epoch);
                Epoch { epoch: Some(number), ..epoch }
            })
            .collect();
        epochs.reverse();
        Self { provider: provider.to_string(), complete, epochs, total, decimals }
    }
}

/// What an event means for the provider.
fn told(owners: [Pubkey; 2], event: &Event) -> Epoch {
    let [provider, _] = owners;
    let mut epoch = Epoch::default();
    match event {
        Event::TaskSettled(run) => {
            if run.provider == provider && run.outcome == RunOutcome::Upheld {
                (epoch.rewards, epoch.fees) = (run.provider_paid.amount, run.treasury_paid.amount);
            }
            if run.provider == provider {
                epoch.slashed = run.slashed;
            }
            let mine = run.challengers_paid.iter().filter(|payment| owners.contains(&payment.owner));
            epoch.challenges = mine.fold(0, |sum, payment| sum.saturating_add(payment.amount));
        }
        Event::AuditClosed(audit) => {
            if audit.verifier == provider {
                epoch.audit_rewards = audit.paid;
                epoch.audits_lost = audit.sunk.saturating_add(audit.provider_paid.amount);
            } else if owners.contains(&audit.provider_paid.owner) {
                epoch.accusations = audit.provider_paid.amount;
            }
        }
        Event::RunAbandoned(run) if run.provider == provider => epoch.no_shows = run.requester_compensated.amount,
        Event::RunSilent(run) if run.provider == provider => epoch.slashed = run.slashed,
        Event::ShareClaimed(share) if share.provider == provider => epoch.pool = share.payment.amount,
        _ => {}
    }
    epoch
}

/// The newest transactions of an account, and whether these are all.
async fn past(chain: &dyn Chain, key: Pubkey, limit: usize) -> Result<(Vec<Recorded>, bool), CliError> {
    let mut past = Vec::new();
    let mut before: Option<Signature> = None;
    loop {
        let left = limit.saturating_sub(past.len());
        if left == 0 {
            return Ok((past, false));
        }
        let page = chain.history_page(key, before, left.min(PAGE)).await?;
        past.extend(page.transactions);
        before = page.next;
        if before.is_none() {
            return Ok((past, true));
        }
    }
}

impl fmt::Display for Earnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |base_units| match base_units {
            0 => "-".to_owned(),
            amount => tessera_migrations::units::tokens(amount, self.decimals),
        };
        writeln!(f, "provider {}", self.provider)?;
        if !self.complete {
            writeln!(f, "(earlier transactions were not read: raise --limit)")?;
        }
        let mut columns = Columns::new(&[
            "epoch",
            "runs",
            "audits",
            "challenges",
            "accusations",
            "pool",
            "slashed",
            "no-shows",
            "audits lost",
            "fees brought",
            "share open",
        ]);
        for epoch in self.epochs.iter().chain(std::iter::once(&self.total)) {
            let mut row = vec![epoch.epoch.map_or_else(|| "all".to_owned(), |number| number.to_string())];
            row.extend(
                [
                    epoch.rewards,
                    epoch.audit_rewards,
                    epoch.challenges,
                    epoch.accusations,
                    epoch.pool,
                    epoch.slashed,
                    epoch.no_shows,
                    epoch.audits_lost,
                    epoch.fees,
                    epoch.share,
                ]
                .map(shown),
            );
            columns.row(row);
        }
        columns.fmt(f)?;
        writeln!(f, "earned {}, lost {}", shown(self.total.earned()), shown(self.total.lost()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use tessera_chain::fake::fixture::key;
    use tessera_chain::program::events::{Payment, RunAbandoned, ShareClaimed};
    use tessera_chain::{ChainError, Details};

    use super::*;

    fn recorded(time: i64, event: Event) -> Recorded {
        let details = Details { events: vec![event], ..Details::default() };
        Recorded { signature: Signature::default(), slot: 1, time: Some(time), error: None, details: Some(details) }
    }

    fn no_show(provider: u8, amount: u64) -> Event {
        Event::RunAbandoned(Box::new(RunAbandoned {
            task: key(1),
            run: key(2),
            provider: key(provider),
            requester_compensated: Payment { owner: key(9), amount, kept: false },
            from_unbonding: 0,
            released: 0,
            cranker_paid: 0,
            reopened: false,
        }))
    }

    fn claimed(epoch: u64, amount: u64) -> Event {
        Event::ShareClaimed(Box::new(ShareClaimed {
            market: key(8),
            epoch,
            provider: key(3),
            fees: 7,
            payment: Payment { owner: key(3), amount, kept: false },
        }))
    }

    #[test]
    fn losses_belong_to_the_epoch_of_their_time_and_pool_payouts_to_the_pools() {
        let past = [recorded(7_300, claimed(1, 40)), recorded(3_700, no_show(3, 5)), recorded(3_700, no_show(4, 9))];
        let found = Earnings::of([key(3), key(30)], &past, &[], 3_600, true, 6);
        let epoch = Epoch { epoch: Some(1), no_shows: 5, pool: 40, ..Epoch::default() };
        assert_eq!(found.epochs, [epoch]);
        assert_eq!((found.total.earned(), found.total.lost()), (40, 5));
    }

    #[test]
    fn what_was_refused_and_undone_does_not_count() {
        let failed = Some(ChainError::Timeout { what: "task_expire".into(), seconds: 1 });
        let past = [Recorded { error: failed, ..recorded(10, no_show(3, 5)) }];
        assert!(Earnings::of([key(3), key(30)], &past, &[], 3_600, true, 6).epochs.is_empty());
    }
}
