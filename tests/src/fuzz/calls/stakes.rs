use anchor_lang::solana_program::instruction::Instruction;

use super::Caller;
use crate::fuzz::model::{roles, update_args};
use crate::fuzz::step::Step;

impl Caller<'_> {
    pub(super) fn staking(&mut self, step: &Step) -> Instruction {
        let scene = self.scene;
        let mut at = |by: u8| {
            self.at_market(scene.market_of(by));
            scene.staker(by)
        };
        match *step {
            Step::Register { by, roles: number, ticket } => {
                let staker = at(by);
                let chain = scene.chain(&staker.provider, self.model.now.unix, 1);
                let call = self.world.provider_register(staker, roles(number));
                call.with(|call| call.args.args.ticket = ticket.then_some(chain)).instruction()
            }
            Step::Update { by, change } => {
                let staker = at(by);
                self.world.provider_update(staker, update_args(change)).instruction()
            }
            Step::Leave { by } => {
                let staker = at(by);
                self.world.provider_close(staker).instruction()
            }
            Step::Commit { by, hours_ago } => {
                let staker = at(by);
                let chain = scene.chain(&staker.provider, self.model.now.unix, hours_ago);
                self.world.verifier_commit(staker, chain).instruction()
            }
            Step::Deposit { by, amount } => {
                let staker = at(by);
                self.world.stake_deposit(staker, amount).instruction()
            }
            Step::Unbond { by, amount } => {
                let staker = at(by);
                self.world.stake_unbond(staker, amount).instruction()
            }
            Step::Withdraw { by, elsewhere } => {
                let staker = at(by);
                let to = if elsewhere { self.world.cranker.token } else { staker.token };
                self.world.stake_withdraw(staker).with(|call| call.accounts.authority_token = to).instruction()
            }
            Step::Recount { by } => {
                let staker = at(by);
                self.world.stake_recount(staker).instruction()
            }
            Step::Migrate { by } => {
                let staker = at(by);
                self.world.account_migrate(staker.provider).instruction()
            }
            _ => unreachable!("a provider's step"),
        }
    }
}
