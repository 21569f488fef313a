//! A verifier's weight in the draws of auditors, and its ticket chain.
//!
//! The weight is what a verifier had staked when it last deposited, unbonded or changed its role. Between these it stays as
//! it is, slashes and rewards included, so that the market's sum of weights is written by few transactions and nobody can
//! raise its chance for a run that was submitted already. What slashes leave too high, `stake_recount` lowers.

use anchor_lang::prelude::*;

use super::{Market, Moment, Provider, TicketChain};
use crate::errors::TesseraError;
use crate::hashes::chain_hour;

impl Provider {
    /// Whether it takes part in draws: it verifies and takes new work.
    pub fn draws(&self) -> bool {
        self.roles.verify && self.is_active()
    }

    /// Counts its weight anew, and makes its age begin now where it takes part.
    pub(crate) fn weigh(&mut self, market: &mut Market, now: Moment) -> Result<()> {
        let mut weight = 0;
        if self.draws() {
            weight = self.stake_at_risk()?;
            self.ticket_since = now;
        }
        self.set_weight(market, weight)
    }

    /// Lowers its weight to its stake, if that is less; its age stays.
    pub(crate) fn weigh_less(&mut self, market: &mut Market) -> Result<()> {
        let weight = self.ticket_stake.min(self.stake_at_risk()?);
        self.set_weight(market, weight)
    }

    /// Takes its weight out of the draws.
    pub(crate) fn weigh_nothing(&mut self, market: &mut Market) -> Result<()> {
        self.set_weight(market, 0)
    }

    /// Commits to a ticket chain, whose age begins now. Its first element is public from here on: a careful verifier begins
    /// with the hour that has passed.
    pub(crate) fn commit(&mut self, chain: TicketChain, now: Moment) -> Result<()> {
        require!(self.roles.verify, TesseraError::RoleMissing);
        require!(chain.head != [0; 32], TesseraError::RootZero);
        let hour = chain_hour(now.unix);
        require!(chain.hour == hour || Some(chain.hour) == hour.checked_sub(1), TesseraError::TicketHour);
        self.ticket = chain;
        self.ticket_since = now;
        Ok(())
    }

    fn stake_at_risk(&self) -> Result<u64> {
        Ok(self.stake.free.checked_add(self.stake.locked).ok_or(TesseraError::Overflow)?)
    }

    fn set_weight(&mut self, market: &mut Market, weight: u64) -> Result<()> {
        let others = market.verify_stake.checked_sub(self.ticket_stake).ok_or(TesseraError::Invariant)?;
        market.verify_stake = others.checked_add(weight).ok_or(TesseraError::Overflow)?;
        self.ticket_stake = weight;
        Ok(())
    }
}
