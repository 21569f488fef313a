use anchor_lang::prelude::Pubkey;
use tessera::addresses::{provider_address, stake_vault_address};
use tessera::errors::TesseraError;
use tessera::hashes::chain_hour;
use tessera::state::{LAYOUT_VERSION, Provider, ProviderStatus, Reputation, Roles, Stake, TicketChain, Unbonding};

use super::{Fate, Model, Refused, fits};
use crate::fuzz::scene::Scene;
use crate::svm::HARDWARE;

/// The roles of a step's number.
pub(crate) fn roles(number: u8) -> Roles {
    Roles { compute: number & 1 != 0, verify: number & 2 != 0 }
}

/// What a provider changes: status, roles, price floor, maximum of runs.
pub(crate) fn update_args(change: u8) -> tessera::instructions::ProviderUpdateArgs {
    let nothing = tessera::instructions::ProviderUpdateArgs::default();
    match change {
        0 => tessera::instructions::ProviderUpdateArgs { status: Some(ProviderStatus::Draining), ..nothing },
        1 => tessera::instructions::ProviderUpdateArgs { status: Some(ProviderStatus::Active), ..nothing },
        2..=5 => tessera::instructions::ProviderUpdateArgs { roles: Some(roles(change - 2)), ..nothing },
        6 => tessera::instructions::ProviderUpdateArgs { price_floor: Some(u64::MAX), ..nothing },
        7 => tessera::instructions::ProviderUpdateArgs { price_floor: Some(0), max_runs: Some(1), ..nothing },
        8 => tessera::instructions::ProviderUpdateArgs { max_runs: Some(0), ..nothing },
        _ => tessera::instructions::ProviderUpdateArgs { max_runs: Some(4), ..nothing },
    }
}

impl Model {
    pub(super) fn register(&mut self, scene: &Scene, by: u8, number: u8, ticket: bool) -> Fate {
        let staker = scene.staker(by);
        let market = scene.markets[usize::from(scene.market_of(by))].key;
        let now = self.now;
        let (key, bump) = provider_address(&market, &staker.authority);
        let mut new = Provider {
            version: LAYOUT_VERSION,
            bump,
            vault_bump: stake_vault_address(&key).1,
            market,
            authority: staker.authority,
            status: ProviderStatus::Active,
            roles: roles(number),
            ticket: TicketChain::NONE,
            ticket_since: now,
            ticket_stake: 0,
            stake: Stake { free: 0, locked: 0, unbonding: [Unbonding { amount: 0, until: 0 }; 4] },
            hardware: HARDWARE,
            price_floor: 1_000_000,
            reputation: Reputation { good: 0, bad: 0 },
            active_runs: 0,
            max_runs: 4,
            runs_unclosed: 0,
            active_audits: 0,
            open_disputes: 0,
            reserved: [0; 126],
            endpoint: "https://node.example:7443".to_owned(),
        };
        if ticket {
            chain(&mut new, scene.chain(&key, now.unix, 1), now.unix)?;
        }
        if !new.roles.compute && !new.roles.verify {
            return Err(TesseraError::RolesMissing.into());
        }
        if self.accounts.providers.insert(key, new).is_some() {
            return Err(Refused::Code(0));
        }
        self.open_vault(staker.vault, key)
    }

    pub(super) fn update(&mut self, scene: &Scene, by: u8, change: u8) -> Fate {
        let key = scene.staker(by).provider;
        let args = update_args(change);
        let provider = self.provider(&key)?;
        let before = provider.draws();
        provider.status = args.status.unwrap_or(provider.status);
        provider.roles = args.roles.unwrap_or(provider.roles);
        provider.price_floor = args.price_floor.unwrap_or(provider.price_floor);
        provider.max_runs = args.max_runs.unwrap_or(provider.max_runs);
        let provider = provider.clone();
        if provider.draws() != before {
            self.weigh(&key)?;
        }
        if !provider.roles.compute && !provider.roles.verify {
            return Err(TesseraError::RolesMissing.into());
        }
        if provider.max_runs == 0 { Err(TesseraError::MaxRunsZero.into()) } else { Ok(()) }
    }

    pub(super) fn leave(&mut self, scene: &Scene, by: u8) -> Fate {
        let staker = scene.staker(by);
        let provider = self.provider(&staker.provider)?.clone();
        tessera_rules::plan_leave(&provider.stake(), provider.runs_unclosed, provider.active_audits)?;
        self.set_weight(&staker.provider, 0)?;
        let insurance = scene.markets[usize::from(scene.market_of(by))].insurance_vault;
        self.pay(&staker.vault, &insurance, self.coins(&staker.vault))?;
        self.close_vault(&staker.vault)?;
        self.accounts.providers.remove(&staker.provider);
        Ok(())
    }

    pub(super) fn commit(&mut self, scene: &Scene, by: u8, hours_ago: u8) -> Fate {
        let (key, now) = (scene.staker(by).provider, self.now);
        let provider = self.provider(&key)?;
        chain(provider, scene.chain(&key, now.unix, hours_ago), now.unix)?;
        provider.ticket_since = now;
        Ok(())
    }

    pub(super) fn deposit(&mut self, scene: &Scene, by: u8, amount: u64) -> Fate {
        let staker = scene.staker(by);
        let provider = self.provider(&staker.provider)?;
        if amount == 0 {
            return Err(TesseraError::AmountZero.into());
        }
        provider.stake = provider.stake().credit(amount.into())?.into();
        if provider.draws() {
            self.weigh(&staker.provider)?;
        }
        self.take_coins(&staker.token, &staker.vault, &staker.authority, amount)
    }

    pub(super) fn unbond(&mut self, scene: &Scene, by: u8, amount: u64) -> Fate {
        let (key, now) = (scene.staker(by).provider, self.now);
        let market = scene.markets[usize::from(scene.market_of(by))].key;
        let wait = self.market(&market)?.params.unbonding_seconds;
        let provider = self.provider(&key)?;
        provider.stake = provider.stake().unbond(amount.into(), now.unix + i64::from(wait))?.into();
        self.weigh_less(&key)
    }

    pub(super) fn withdraw(&mut self, scene: &Scene, by: u8, elsewhere: bool) -> Fate {
        let (staker, now) = (scene.staker(by), self.now);
        let provider = self.provider(&staker.provider)?;
        let (stake, matured) = provider.stake().withdraw(now.unix)?;
        provider.stake = stake.into();
        let to = if elsewhere { scene.wallets[9].token } else { staker.token };
        self.pay(&staker.vault, &to, matured.get())
    }

    pub(super) fn recount(&mut self, scene: &Scene, by: u8) -> Fate {
        let key = scene.staker(by).provider;
        let before = self.provider(&key)?.ticket_stake;
        self.weigh_less(&key)?;
        let after = self.provider(&key)?.ticket_stake;
        if after < before { Ok(()) } else { Err(TesseraError::NothingToRecount.into()) }
    }

    /// A weight is counted anew where stake grows or a role changes, and is young then.
    fn weigh(&mut self, key: &Pubkey) -> Fate {
        let now = self.now;
        let provider = self.provider(key)?;
        let mut weight = 0;
        if provider.draws() {
            weight = fits(provider.stake.free.checked_add(provider.stake.locked))?;
            provider.ticket_since = now;
        }
        self.set_weight(key, weight)
    }

    fn weigh_less(&mut self, key: &Pubkey) -> Fate {
        let provider = self.provider(key)?;
        let stake = fits(provider.stake.free.checked_add(provider.stake.locked))?;
        let weight = provider.ticket_stake.min(stake);
        self.set_weight(key, weight)
    }

    /// The market's sum is always that of its providers' weights.
    fn set_weight(&mut self, key: &Pubkey, weight: u64) -> Fate {
        let provider = self.provider(key)?;
        provider.ticket_stake = weight;
        let market = provider.market;
        let own = self.accounts.providers.values().filter(|provider| provider.market == market);
        let sum = own.map(|provider| provider.ticket_stake).sum();
        self.market(&market)?.verify_stake = sum;
        Ok(())
    }
}

fn chain(provider: &mut Provider, chain: TicketChain, unix: i64) -> Fate {
    if !provider.roles.verify {
        return Err(TesseraError::RoleMissing.into());
    }
    if !(0..=1).contains(&(chain_hour(unix) - chain.hour)) {
        return Err(TesseraError::TicketHour.into());
    }
    provider.ticket = chain;
    Ok(())
}
