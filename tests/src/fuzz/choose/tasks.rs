use tessera::state::{AuditState, RunState, SlotState, Task, TaskState};

use super::{AMOUNTS, Chooser};
use crate::fuzz::scene::{MARKETS, ROOTS};
use crate::fuzz::step::{Spec, Step};
use crate::svm::AuditRef;

impl Chooser<'_> {
    pub(super) fn spec(&mut self) -> Spec {
        let random = &mut self.random;
        let sane = random.chance(88);
        Spec {
            runs: random.of(&[0, 0, 0, 2, 2, 3]),
            reward: if sane { random.of(&[5_000_003, 1_000_000, 2_000_001]) } else { random.of(&AMOUNTS) },
            audit_reward: if sane { random.of(&[0, 1, 500_001]) } else { random.of(&AMOUNTS) },
            bounty: if sane { random.of(&[0, 100_003, 17]) } else { random.of(&AMOUNTS) },
            model: random.chance(25),
            listed: random.of(&[0, 0, 0, 0, 1, 2, 3]),
            needs: if sane { random.of(&[0, 0, 0, 1]) } else { random.byte(5) },
            grace: random.chance(70),
            spoilt: if random.chance(4) { random.byte(10) } else { 0 },
        }
    }

    /// Something that fits where a task stands.
    pub(super) fn task(&mut self) -> Step {
        let task = self.a_task();
        let Some(account) = self.model.accounts.tasks.get(&self.scene.tasks[usize::from(task)].key).cloned() else {
            return Step::Create { task, market: self.random.byte(MARKETS), spec: self.spec() };
        };
        let market = u8::from(account.terms.market != self.scene.markets[0].key);
        let providers = self.runs_of(&account);
        match account.state {
            TaskState::Open | TaskState::Claimed => self.executing(task, market, &account, &providers),
            _ if providers.is_empty() => Step::Expire { task, run: None, bare: false },
            _ => {
                let run = self.random.of(&providers);
                self.auditing(task, run, market)
            }
        }
    }

    /// The providers that have runs, by their numbers.
    fn runs_of(&self, account: &Task) -> Vec<u8> {
        let taken = account.slots.iter().filter(|slot| slot.state != SlotState::Free);
        let number = |key| self.scene.stakers.iter().position(|staker| staker.provider == key);
        taken.filter_map(|slot| number(slot.provider)).filter_map(|at| u8::try_from(at).ok()).collect()
    }

    fn executing(&mut self, task: u8, market: u8, account: &Task, providers: &[u8]) -> Step {
        let by = self.of_market(market, &[0, 1, 2, 6]);
        let root = if self.random.chance(75) { 0 } else { self.random.byte(ROOTS) };
        let run = if providers.is_empty() { by } else { self.random.of(providers) };
        let state = self.model.accounts.runs.get(&self.scene.run(task, run).key).map(|run| run.state);
        match (self.random.number() % 12, state) {
            (0, _) => Step::Expire { task, run: (!providers.is_empty()).then_some(run), bare: self.random.chance(20) },
            (1, _) if self.random.chance(40) => Step::Cancel { task },
            (2, Some(_)) if self.random.chance(40) => Step::Release { task, run },
            (3..9, Some(RunState::Claimed)) if account.runs == 1 => Step::Submit { task, run, root },
            (3..9, Some(RunState::Claimed)) => {
                let as_of = if self.random.chance(95) { run } else { self.a_provider() };
                Step::Seal { task, run, root, as_of }
            }
            (3..9, Some(RunState::Sealed)) => Step::Reveal { task, run, root },
            _ => Step::Claim { task, by, stale_terms: self.random.chance(3) },
        }
    }

    fn auditing(&mut self, task: u8, run: u8, market: u8) -> Step {
        let auditor = self.of_market(market, &[3, 4, 5, 6]);
        let at = self.scene.run(task, run);
        let audit = AuditRef::of(at, self.scene.staker(auditor)).key;
        let audit = self.model.accounts.audits.get(&audit).map(|audit| audit.state);
        let element = self.random.chance(85);
        let claim = Step::AuditClaim { task, run, auditor, element };
        match (self.random.number() % 12, audit) {
            (0, _) => Step::Draw { task, run },
            (1, _) => Step::AuditForce { task, run, amount: self.random.of(&[0, 1, 1_000_000, 2_000_000, u64::MAX]) },
            (2..5, _) => {
                let auditors = self.some_auditors(market);
                Step::Settle { task, run, auditors, bare: self.random.chance(15) }
            }
            (_, None) => claim,
            (_, Some(AuditState::Claimed)) => {
                let root = self.random.of(&[0, 0, 1, 1, 2]);
                let matching = self.random.chance(30).then(|| self.of_market(market, &[3, 4, 5, 6]));
                Step::AuditPost { task, run, auditor, root, matching }
            }
            (5..10, Some(AuditState::Agreed { .. })) => {
                Step::AuditOpen { task, run, auditor, keyed: self.random.chance(50), wrong: self.random.chance(5) }
            }
            _ => claim,
        }
    }

    /// None, one or two of a market's verifiers, as bits.
    fn some_auditors(&mut self, market: u8) -> u16 {
        let bit = |by: u8| 1_u16 << by;
        match self.random.number() % 4 {
            0 => 0,
            1 => bit(self.of_market(market, &[3, 4, 5, 6])),
            _ => bit(self.of_market(market, &[3, 4, 5, 6])) | bit(self.of_market(market, &[3, 4, 5, 6])),
        }
    }
}
