//! A verifier's ticket chain: a secret for every hour of a year, each the hash of the next, of which the chain learns the
//! first. It follows from a signature of the verifier's authority, so that it needs no file and survives every restart.

use tessera_chain::program::hashes::{MAX_CHAIN_STEPS, chain_hour, chain_step, ticket_hash};
use tessera_chain::{Draw, Pubkey, Run, TicketChain, Versioned};

use crate::secrets::Secrets;

/// Hours that one chain serves.
pub const CHAIN_HOURS: u16 = 365 * 24;
/// A chain is renewed this many hours before its end, and this many before the gap that it may leave.
const MARGIN_HOURS: i64 = 24;

/// A chain, with all its secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Tickets {
    first: i64,
    /// By hour, from the first.
    elements: Vec<[u8; 32]>,
}

impl Tickets {
    /// The chain of this authority that begins at `hour`: its last element is the secret of "tessera/tickets", `verifier`
    /// and the hour (64 bits, little-endian). Hashes once for each hour of a year.
    pub fn derive(secrets: &Secrets, verifier: &Pubkey, hour: i64) -> Self {
        let mut element = last_element(secrets, verifier, hour);
        let mut elements = vec![element];
        for _ in 0..CHAIN_HOURS {
            element = chain_step(&element);
            elements.push(element);
        }
        elements.reverse();
        Self { first: hour, elements }
    }

    /// Finds the chain that `committed` belongs to, by trying every hour at which it may have begun, the latest first;
    /// `None` if this authority did not derive it so. Takes seconds where there is none.
    pub fn find(secrets: &Secrets, verifier: &Pubkey, committed: &TicketChain) -> Option<Self> {
        if *committed == TicketChain::NONE {
            return None;
        }
        let begins = (0..=i64::from(CHAIN_HOURS)).map(|hours| committed.hour.saturating_sub(hours));
        begins
            .filter(|begin| *begin >= 0)
            .find(|begin| {
                let steps = i64::from(CHAIN_HOURS).saturating_sub(committed.hour.saturating_sub(*begin));
                let last = last_element(secrets, verifier, *begin);
                (0..steps).fold(last, |element, _| chain_step(&element)) == committed.head
            })
            .map(|begin| Self::derive(secrets, verifier, begin))
    }

    /// What is committed to: the first element, which is public from then on.
    pub fn commitment(&self) -> TicketChain {
        TicketChain { head: self.elements.first().copied().unwrap_or_default(), hour: self.first }
    }

    /// Whether this is the chain of which the program knows this element.
    pub fn holds(&self, committed: &TicketChain) -> bool {
        self.element(committed.hour) == Some(committed.head)
    }

    /// The element of an hour since 1970.
    pub fn element(&self, hour: i64) -> Option<[u8; 32]> {
        let place = usize::try_from(hour.checked_sub(self.first)?).ok()?;
        self.elements.get(place).copied()
    }

    /// The ticket for a run, if its draw is recorded and the program can check the element from what it knows of the chain.
    pub fn ticket(&self, run: &Versioned<Run>, committed: &TicketChain) -> Option<Ticket> {
        let Draw::Hash(draw) = run.draw else { return None };
        let hour = chain_hour(run.submitted_at.unix);
        if !self.holds(committed) || hour.abs_diff(committed.hour) > MAX_CHAIN_STEPS {
            return None;
        }
        let element = self.element(hour)?;
        let hash = ticket_hash(&run.key, &element, &draw);
        let number = u64::from_le_bytes(*hash.first_chunk::<8>()?);
        Some(Ticket { element, number })
    }

    /// Whether it is time for another chain: this one is not what the program knows, ends, or was not used for so long that
    /// the program soon could not check an element.
    pub fn is_spent(&self, committed: &TicketChain, now_unix: i64) -> bool {
        let hour = chain_hour(now_unix);
        let last = self.first.saturating_add(CHAIN_HOURS.into());
        let gap = i64::try_from(MAX_CHAIN_STEPS).unwrap_or(i64::MAX);
        !self.holds(committed)
            || hour >= last.saturating_sub(MARGIN_HOURS)
            || hour.saturating_sub(committed.hour) >= gap.saturating_sub(MARGIN_HOURS)
    }
}

/// Only what is public is shown.
impl std::fmt::Debug for Tickets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tickets").field("first", &self.first).finish_non_exhaustive()
    }
}

/// A draw of a verifier for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// What is shown to the program.
    pub element: [u8; 32],
    /// What it draws.
    pub number: u64,
}

/// The hour at which a chain that is committed to now begins: the one that has passed, so that no secret of this hour is
/// public.
pub fn first_hour(now_unix: i64) -> i64 {
    chain_hour(now_unix).saturating_sub(1)
}

fn last_element(secrets: &Secrets, verifier: &Pubkey, hour: i64) -> [u8; 32] {
    secrets.of(&[b"tessera/tickets", verifier.as_ref(), &hour.to_le_bytes()])
}
