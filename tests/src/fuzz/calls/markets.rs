use anchor_lang::solana_program::instruction::Instruction;

use super::Caller;
use crate::fuzz::model::proposal;
use crate::fuzz::step::Step;
use crate::svm::wallet;

impl Caller<'_> {
    pub(super) fn governing(&mut self, step: &Step) -> Instruction {
        let scene = self.scene;
        match *step {
            Step::Propose { market, variant, by_stranger } => {
                self.at_market(market);
                if by_stranger {
                    self.world.authority = wallet("a stranger");
                }
                self.world.market_propose(proposal(market, variant)).instruction()
            }
            Step::Apply { market } => {
                self.at_market(market);
                self.world.market_apply().instruction()
            }
            Step::DropProposal { market } => {
                self.at_market(market);
                self.world.market_withdraw().instruction()
            }
            Step::Pause { market, paused } => {
                self.at_market(market);
                self.world.market_pause(paused).instruction()
            }
            Step::Offer { market, to } => {
                self.at_market(market);
                let to = to.map(|wallet| scene.wallets[usize::from(wallet)].key);
                self.world.authority_offer(to).instruction()
            }
            Step::Accept { market, wallet } => {
                self.at_market(market);
                self.world.authority_accept(scene.wallets[usize::from(wallet)].key).instruction()
            }
            Step::MarketInit { market } => {
                self.at_market(market);
                self.world.market_init(self.world.market, proposal(market, 0)).instruction()
            }
            _ => self.world.model_register(self.world.modeller, [9; 32]).instruction(),
        }
    }
}
