use tessera::hashes::{CHAIN_SECONDS, chain_walk};
use tessera::state::TicketChain;

use super::parties::Staker;

/// The hour whose element a verifier's chain is made from.
const LAST_HOUR: i64 = 502_000;

impl Staker {
    /// The element of this verifier's ticket chain that serves an hour (hours since 1970).
    pub fn element(&self, hour: i64) -> [u8; 32] {
        let steps = u64::try_from(LAST_HOUR - hour).expect("worlds end before their chains do");
        chain_walk(&self.provider.to_bytes(), steps)
    }

    /// The chain that it commits to in an hour: from the element of the hour before, which no draw needs any more.
    pub fn chain_at(&self, unix: i64) -> TicketChain {
        let hour = unix / CHAIN_SECONDS - 1;
        TicketChain { head: self.element(hour), hour }
    }
}
