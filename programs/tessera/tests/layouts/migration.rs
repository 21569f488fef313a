//! Accounts as version 1 wrote them, and what they become. The bytes are those that its own test froze.

use anchor_lang::prelude::AnchorDeserialize;
use anchor_lang::{AccountSerialize, Discriminator, Space};
use tessera::state::*;

use crate::frozen::{key, unfold};

const MARKET: &str = "
    dbbed53700e3c69a 01 f1 f2 f4f3 [a1*32] [a2*32] [a3*32] [a4*32] 0101 0202 0303 0404 0505 0606 01 0707
    0808 0909 0a0a 0b0b 0c0c000000000000 0d0d000000000000 0e0e0000 0f0f0000 10100000 11110000 12120000 1313
    14140000 [00*128]
";

const PROVIDER: &str = "
    a4b447114bd850c3 01 f1 f2 [a1*32] [a2*32] 01 01 00 feffffffffffffff 2120000000000000 2322000000000000
    0100000000000000 1100000000000000 0200000000000000 1200000000000000 0300000000000000 1300000000000000
    0400000000000000 1400000000000000 01 31300000 5a00 4140000000000000 5150000000000000 5352000000000000
    6160 6362 [00*128] 09000000 68747470733a2f2f61
";

const MODEL: &str = "
    98ddf77ab97ddf97 01 f1 [a1*32] [a2*32] [a3*32] [00*64]
";

/// The content after the discriminator, which version 1 shares with the present account `T`.
fn read<V1: AnchorDeserialize + Space, T: Discriminator>(text: &str) -> V1 {
    let digits = unfold(text);
    let bytes: Vec<u8> =
        (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect();
    let (discriminator, mut content) = bytes.split_at(8);
    assert_eq!(discriminator, T::DISCRIMINATOR);
    assert_eq!(content[0], v1::VERSION);
    assert!(content.len() <= V1::INIT_SPACE);
    let account = V1::deserialize(&mut content).unwrap();
    assert!(content.is_empty());
    account
}

fn grows<V1: Space, T: Space + AccountSerialize>(_: &V1, _: &T) {
    assert!(T::INIT_SPACE >= V1::INIT_SPACE, "account_migrate only grows accounts");
}

#[test]
fn a_market_keeps_what_it_knew() {
    let old: v1::Market = read::<_, Market>(MARKET);
    let new = old.migrated(0xf5);
    grows(&old, new.as_ref());
    assert_eq!((new.version, new.bump, new.insurance_bump, new.id), (LAYOUT_VERSION, 0xf1, 0xf2, 0xf3f4));
    assert_eq!([new.creator, new.authority, new.treasury, new.mint], [key(0xa1), key(0xa2), key(0xa3), key(0xa4)]);
    assert_eq!((new.params.no_show_min, new.params.max_challenge_seconds), (0x0c0c, 0x1111));
    assert_eq!(new.token_program, anchor_spl::token::ID);
    assert_eq!((new.unclaimed_bump, new.paused, new.verify_stake), (0xf5, false, 0));
    assert_eq!((new.pending, new.pending_authority), (None, None));
    new.invariant().unwrap();
}

/// The smallest windows and the longest: whatever version 1 accepted is accepted.
#[test]
fn migrated_parameters_are_valid() {
    for (execution, audit, challenge) in [(1, 2, 2), (600, 1_200, 3_600), (86_400, 172_800, 259_200)] {
        let old = v1::MarketParams {
            splits: RewardSplits { provider_bps: 8_000, treasury_bps: 1_500, model_bps: 500 },
            slash: SlashShares { challenger_bps: 4_000, requester_bps: 1_000, sink_bps: 5_000 },
            sink: Sink::Insurance,
            audit_rate_bps: 1_000,
            honest_auditors_bps: 5_000,
            min_lock_bps: 25_000,
            audit_lock_bps: 10_000,
            no_show_bps: 500,
            no_show_min: 1,
            min_reward: 1,
            max_open_seconds: 600,
            max_execution_seconds: execution,
            max_audit_seconds: audit,
            max_challenge_seconds: challenge,
            unbonding_seconds: 600 + execution + audit + challenge,
            reputation_decay_bps: 9_900,
            reputation_cap: 100,
        };
        let new: tessera_rules::MarketParams = old.migrated().into();
        assert_eq!(new.validate(false), Ok(()), "execution {execution}");
    }
}

#[test]
fn a_provider_keeps_what_it_knew_and_draws_nothing() {
    let old: v1::Provider = read::<_, Provider>(PROVIDER);
    let new = old.migrated();
    grows(&old, new.as_ref());
    assert_eq!((new.version, new.bump, new.vault_bump), (LAYOUT_VERSION, 0xf1, 0xf2));
    assert_eq!((new.market, new.authority), (key(0xa1), key(0xa2)));
    assert_eq!((new.status, new.roles), (ProviderStatus::Draining, Roles { compute: true, verify: false }));
    assert_eq!((new.stake, new.reputation), (old.stake, old.reputation));
    assert_eq!((new.hardware.memory_mib, new.hardware.region, new.hardware.tier), (0x3031, [0; 2], 0));
    assert_eq!((new.active_runs, new.runs_unclosed, new.max_runs), (0x6061, 0x6061, 0x6263));
    assert_eq!((new.ticket, new.ticket_stake), (TicketChain::NONE, 0));
    assert_eq!(new.endpoint, "https://a");
    new.invariant().unwrap();
}

#[test]
fn a_model_only_gets_the_version() {
    let old: v1::Model = read::<_, Model>(MODEL);
    let new = old.migrated();
    grows(&old, new.as_ref());
    assert_eq!((new.version, new.bump), (LAYOUT_VERSION, 0xf1));
    assert_eq!((new.creator, new.model_root, new.payout), (key(0xa1), [0xa2; 32], key(0xa3)));
}
