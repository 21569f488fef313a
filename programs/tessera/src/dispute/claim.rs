use anchor_lang::prelude::*;
use tessera_referee::descriptor::Descriptor;
use tessera_referee::dispute::{Claim, Expect, expects};
use tessera_rules::Asks;

use crate::errors::TesseraError;
use crate::state::Dispute;

impl Dispute {
    /// What the provider claims.
    pub(crate) fn claimed(&self) -> Result<Claim> {
        Ok(Claim::decode(&self.claim).ok_or(TesseraError::Invariant)?)
    }

    /// What is owed for a claim.
    #[inline(never)]
    pub(crate) fn owed_for(&self, operation: &Descriptor, claim: &Claim) -> Result<Expect> {
        Ok(expects(operation, self.element, claim).map_err(|_| TesseraError::Invariant)?)
    }

    /// Takes a claim over; says what it asks for.
    pub(crate) fn claim(&mut self, operation: &Descriptor, claim: &Claim) -> Result<Asks> {
        let asks = match self.owed_for(operation, claim)? {
            Expect::Check => Asks::Step,
            Expect::Parts { .. } => Asks::Parts,
        };
        self.claim = claim.encode();
        Ok(asks)
    }
}
