//! Which parameters on chain are not those of the file.

use serde::Serialize;
use tessera_chain::MarketParams;

/// A parameter that is not as wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its name on chain.
    pub name: &'static str,
    /// What the file says, in base units.
    pub wanted: String,
    /// What the chain says.
    pub on_chain: String,
}

/// All parameters that differ.
#[must_use]
pub fn differences(wanted: &MarketParams, on_chain: &MarketParams) -> Vec<Difference> {
    let mut found = Vec::new();
    macro_rules! compare {
        ($($field:ident)*) => {
            // Names every field, so that a new one cannot be forgotten here.
            let MarketParams { $($field: _),* } = wanted;
            $(if wanted.$field != on_chain.$field {
                found.push(Difference {
                    name: stringify!($field),
                    wanted: format!("{:?}", wanted.$field),
                    on_chain: format!("{:?}", on_chain.$field),
                });
            })*
        };
    }
    compare! {
        splits slash sink audit_rate_bps honest_auditors_bps min_lock_bps audit_lock_bps no_show_bps no_show_min min_reward
        max_open_seconds max_execution_seconds max_audit_seconds max_challenge_seconds unbonding_seconds
        reputation_decay_bps reputation_cap newcomer_weight draw_delay_slots agreed_challenge_seconds max_reveal_seconds
        max_grace_seconds timelock_seconds silence_bps
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::Params;

    #[test]
    fn only_what_differs_is_named() {
        let wanted = Params::localnet().unwrap().on_chain(6, false).unwrap();
        assert!(differences(&wanted, &wanted).is_empty());
        let mut on_chain = wanted;
        on_chain.min_reward += 1;
        let found = differences(&wanted, &on_chain);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].name, found[0].wanted.as_str(), found[0].on_chain.as_str()),
            ("min_reward", "10000", "10001")
        );
    }
}
