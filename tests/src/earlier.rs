//! Accounts of layout version 1, made of those of today.

use anchor_lang::{AnchorSerialize, Discriminator, Space};
use tessera::state::{Market, Model, Provider, v1};

/// Bytes that tell kinds of accounts apart.
const DISCRIMINATOR: usize = 8;

/// The content of the account that today is a `T`, of the size that version 1 gave it.
pub fn content<V1: AnchorSerialize + Space, T: Discriminator>(old: &V1) -> Vec<u8> {
    let mut data = T::DISCRIMINATOR.to_vec();
    old.serialize(&mut data).expect("it can be written");
    data.resize(DISCRIMINATOR + V1::INIT_SPACE, 0);
    data
}

/// A market of version 1.
pub fn market(new: &Market) -> v1::Market {
    let params = new.params;
    v1::Market {
        version: v1::VERSION,
        bump: new.bump,
        insurance_bump: new.insurance_bump,
        id: new.id,
        creator: new.creator,
        authority: new.authority,
        treasury: new.treasury,
        mint: new.mint,
        params: v1::MarketParams {
            splits: params.splits,
            slash: params.slash,
            sink: params.sink,
            audit_rate_bps: params.audit_rate_bps,
            honest_auditors_bps: params.honest_auditors_bps,
            min_lock_bps: params.min_lock_bps,
            audit_lock_bps: params.audit_lock_bps,
            no_show_bps: params.no_show_bps,
            no_show_min: params.no_show_min,
            min_reward: params.min_reward,
            max_open_seconds: params.max_open_seconds,
            max_execution_seconds: params.max_execution_seconds,
            max_audit_seconds: params.max_audit_seconds,
            max_challenge_seconds: params.max_challenge_seconds,
            unbonding_seconds: 14_400,
            reputation_decay_bps: params.reputation_decay_bps,
            reputation_cap: params.reputation_cap,
        },
        reserved: [0; 128],
    }
}

/// A provider of version 1.
pub fn provider(new: &Provider) -> v1::Provider {
    let hardware = new.hardware;
    v1::Provider {
        version: v1::VERSION,
        bump: new.bump,
        vault_bump: new.vault_bump,
        market: new.market,
        authority: new.authority,
        status: new.status,
        roles: new.roles,
        verify_since: 0,
        stake: new.stake,
        hardware: v1::Hardware {
            backend: hardware.backend,
            memory_mib: hardware.memory_mib,
            compute_capability: hardware.compute_capability,
        },
        price_floor: new.price_floor,
        reputation: new.reputation,
        active_runs: new.active_runs,
        max_runs: new.max_runs,
        reserved: [0; 128],
        endpoint: new.endpoint.clone(),
    }
}

/// A model of version 1.
pub fn model(new: &Model) -> v1::Model {
    let Model { bump, creator, model_root, payout, reserved, .. } = *new;
    v1::Model { version: v1::VERSION, bump, creator, model_root, payout, reserved }
}
