use anchor_lang::solana_program::instruction::Instruction;

use super::Caller;
use crate::fuzz::step::Step;

impl Caller<'_> {
    pub(super) fn epochs(&mut self, step: &Step) -> Instruction {
        let scene = self.scene;
        match *step {
            Step::PoolOpen { market, epoch } => {
                self.at_market(market);
                self.world.pool_open(scene.epoch(epoch)).instruction()
            }
            Step::PoolFund { market, epoch, amount } => {
                self.at_market(market);
                self.world.pool_fund(scene.epoch(epoch), amount).instruction()
            }
            Step::PoolClaim { by, epoch, bare } => {
                self.at_market(scene.market_of(by));
                let (staker, vault) = (scene.staker(by), self.world.market.unclaimed_vault);
                let balance = self.world.balance_of(&staker.authority);
                let call = self.world.pool_claim(staker, scene.epoch(epoch)).with(|call| {
                    call.accounts.unclaimed_vault = (!bare).then_some(vault);
                    call.accounts.provider_balance = (!bare).then_some(balance);
                });
                call.instruction()
            }
            Step::PoolClose { market, epoch } => {
                self.at_market(market);
                self.world.pool_close(scene.epoch(epoch)).instruction()
            }
            Step::ShareOpen { by, epoch } => {
                self.at_market(scene.market_of(by));
                self.world.share_open(scene.staker(by), scene.epoch(epoch)).instruction()
            }
            Step::FeeVaultOpen { market, epoch, shard } => {
                self.at_market(market);
                self.world.fee_vault_open(scene.epoch(epoch), shard).instruction()
            }
            Step::FeeSweep { market, epoch, shard, bare } => {
                self.at_market(market);
                let vault = self.world.market.unclaimed_vault;
                let balance = self.world.balance_of(&self.world.treasury.key);
                let call = self.world.fee_sweep(scene.epoch(epoch), shard).with(|call| {
                    call.accounts.unclaimed_vault = (!bare).then_some(vault);
                    call.accounts.treasury_balance = (!bare).then_some(balance);
                });
                call.instruction()
            }
            Step::BalanceClaim { market, wallet, elsewhere } => {
                self.at_market(market);
                let owner = scene.wallets[usize::from(wallet)];
                let to = if elsewhere { self.world.cranker.token } else { owner.token };
                self.world.balance_claim(owner).with(|call| call.accounts.to = to).instruction()
            }
            _ => unreachable!("a step of an epoch"),
        }
    }
}
