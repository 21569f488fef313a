use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use tessera::hashes::{chain_hour, seal_hash};
use tessera::instructions::{Answer, AuditOpenArgs, OpenedTree};
use tessera::state::{Audit, Policy};
use tessera_compute::OutputTrees;

use super::model::{Model, create_args, proposal, roles, update_args};
use super::scene::Scene;
use super::step::{Spec, Step};
use crate::svm::outputs::{picked, trees};
use crate::svm::{AuditRef, CANDIDATE_ROOT, OTHER_ROOT, RunRef, SALT, TaskSpec, World, slot_hash};

/// The roots that are shown: the right one, and two others.
pub(crate) fn root_of(number: u8) -> [u8; 32] {
    match number {
        0 => CANDIDATE_ROOT,
        1 => OTHER_ROOT,
        _ => [0xe3; 32],
    }
}

fn trees_of(verifier: &Pubkey) -> Arc<OutputTrees> {
    static KNOWN: OnceLock<Mutex<BTreeMap<Pubkey, Arc<OutputTrees>>>> = OnceLock::new();
    let mut known = KNOWN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(*verifier).or_insert_with(|| Arc::new(trees(verifier))).clone()
}

/// What a verifier commits to that found the right outputs.
pub(crate) fn keyed_root_of(verifier: &Pubkey) -> [u8; 32] {
    trees_of(verifier).keyed.root().0
}

/// Header and leaf hash of the leaf that a slot hash picks.
pub(crate) fn picked_at(hash: &[u8; 32]) -> (Vec<u8>, [u8; 32]) {
    let trees = trees_of(&Pubkey::default());
    let (output, leaf) = picked(hash, &trees);
    let opening = trees.open_plain(output, leaf).expect("there is such a leaf");
    (opening.header, opening.leaf_hash)
}

fn opening_at(verifier: &Pubkey, tree: OpenedTree, hash: &[u8; 32]) -> AuditOpenArgs {
    let trees = trees_of(verifier);
    let (output, leaf) = picked(hash, &trees);
    let opened = match tree {
        OpenedTree::Output => trees.open_plain(output, leaf),
        OpenedTree::Keyed => trees.open_keyed(output, leaf),
    };
    let at = opened.expect("there is such a leaf");
    AuditOpenArgs {
        tree,
        header: at.header,
        output_proof: at.output_proof,
        leaf_hash: at.leaf_hash,
        leaf_proof: at.leaf_proof,
    }
}

/// Makes the instruction of a step as an honest client would. `None` for what happens past the program.
pub(crate) struct Caller<'a> {
    /// Whose builders are used; its market, requester and authority are set to those of the step.
    pub(crate) world: &'a mut World,
    pub(crate) scene: &'a Scene,
    pub(crate) model: &'a Model,
}

impl Caller<'_> {
    fn at_market(&mut self, market: u8) {
        self.world.market = self.scene.markets[usize::from(market)];
        let account = self.model.accounts.markets.get(&self.world.market.key);
        self.world.authority = account.map_or(self.world.authority, |market| market.authority);
    }

    /// The market of a task; that of `otherwise` where there is no task.
    fn at_task(&mut self, task: u8, otherwise: u8) {
        let key = self.scene.tasks[usize::from(task)].key;
        let own = self.model.accounts.tasks.get(&key).map(|task| task.terms.market);
        let index = self.scene.markets.iter().position(|market| Some(market.key) == own);
        self.at_market(index.map_or(self.scene.market_of(otherwise), |index| index as u8));
    }

    fn run(&mut self, task: u8, run: u8) -> RunRef {
        self.at_task(task, run);
        self.scene.run(task, run)
    }

    fn audit(&mut self, task: u8, run: u8, auditor: u8) -> AuditRef {
        AuditRef::of(self.run(task, run), self.scene.staker(auditor))
    }

    pub(crate) fn instruction(&mut self, step: &Step) -> Option<Instruction> {
        let scene = self.scene;
        Some(match *step {
            Step::Create { task, market, spec } => self.create(task, market, &spec),
            Step::Cancel { task } => {
                self.at_task(task, 0);
                self.world.task_cancel(scene.tasks[usize::from(task)]).instruction()
            }
            Step::Claim { task, by, stale_terms } => {
                let run = self.run(task, by);
                let call = self.world.task_claim(run.task, run.provider);
                call.with(|call| call.args.terms_hash[0] ^= u8::from(stale_terms)).instruction()
            }
            Step::Release { task, run } => {
                let run = self.run(task, run);
                self.world.run_release(run).instruction()
            }
            Step::Seal { task, run, root, as_of } => {
                let run = self.run(task, run);
                let seal = seal_hash(&run.task.key, &scene.staker(as_of).provider, &root_of(root), &SALT);
                self.world.run_seal(run, root_of(root)).with(|call| call.args.seal = seal).instruction()
            }
            Step::Reveal { task, run, root } => {
                let run = self.run(task, run);
                self.world.run_reveal(run, root_of(root)).instruction()
            }
            Step::Submit { task, run, root } => {
                let run = self.run(task, run);
                self.world.run_submit(run).with(|call| call.args.args.output_root = root_of(root)).instruction()
            }
            Step::Draw { task, run } => {
                let run = self.run(task, run);
                self.world.audit_draw(run).instruction()
            }
            Step::AuditClaim { .. } | Step::AuditPost { .. } | Step::AuditOpen { .. } | Step::AuditForce { .. } => {
                self.auditing(step)
            }
            Step::Settle { task, run, auditors, bare } => self.settle(task, run, auditors, bare),
            Step::Expire { task, run, bare } => self.expire(task, run, bare),
            Step::Register { .. }
            | Step::Update { .. }
            | Step::Leave { .. }
            | Step::Commit { .. }
            | Step::Deposit { .. }
            | Step::Unbond { .. }
            | Step::Withdraw { .. }
            | Step::Recount { .. }
            | Step::Migrate { .. } => self.staking(step),
            Step::PoolOpen { .. }
            | Step::PoolFund { .. }
            | Step::PoolClaim { .. }
            | Step::PoolClose { .. }
            | Step::ShareOpen { .. }
            | Step::FeeVaultOpen { .. }
            | Step::FeeSweep { .. }
            | Step::BalanceClaim { .. } => self.epochs(step),
            Step::Propose { .. }
            | Step::Apply { .. }
            | Step::DropProposal { .. }
            | Step::Pause { .. }
            | Step::Offer { .. }
            | Step::Accept { .. }
            | Step::MarketInit { .. }
            | Step::ModelRegister => self.governing(step),
            Step::Token { .. }
            | Step::Dust { .. }
            | Step::Lamports { .. }
            | Step::Warp { .. }
            | Step::SkipSlots { .. } => return None,
        })
    }

    fn create(&mut self, task: u8, market: u8, spec: &Spec) -> Instruction {
        self.at_market(market);
        self.world.requester = self.scene.tasks[usize::from(task)].requester;
        let mut args = create_args(self.scene, market, spec);
        if spec.runs > 0 {
            args.policy = Policy::Redundant { runs: spec.runs };
        }
        let model = spec.model.then_some(self.scene.model);
        self.world.task_create(TaskSpec { nonce: u64::from(task) / 4 + 1, model, args }).instruction()
    }

    fn auditing(&mut self, step: &Step) -> Instruction {
        let scene = self.scene;
        match *step {
            Step::AuditClaim { task, run, auditor, element } => {
                let run = self.run(task, run);
                let by = scene.staker(auditor);
                let hour = self.model.accounts.runs.get(&run.key).map_or(0, |run| chain_hour(run.submitted_at.unix));
                let shown = element.then(|| scene.element(&by.provider, hour).unwrap_or([7; 32]));
                // The builder's own chain is another one, and ends earlier.
                let accounts = tessera::accounts::AuditClaim {
                    authority: by.authority,
                    verifier: by.provider,
                    task: run.task.key,
                    run: run.key,
                    audit: AuditRef::of(run, by).key,
                    slot_hashes: tessera::slot_hashes::SYSVAR,
                    system_program: anchor_lang::system_program::ID,
                };
                crate::svm::Call::new(accounts, tessera::instruction::AuditClaim { element: shown }).instruction()
            }
            Step::AuditPost { task, run, auditor, root, matching } => {
                let audit = self.audit(task, run, auditor);
                let answer = match root {
                    0 => Answer::Agree { keyed_root: keyed_root_of(&audit.verifier.provider) },
                    other => Answer::Differ { root: root_of(other) },
                };
                let call = self.world.audit_post(audit, answer);
                let matching = matching.map(|by| AuditRef::of(audit.run, scene.staker(by)).key);
                call.with(|call| call.accounts.matching = matching).instruction()
            }
            Step::AuditForce { task, run, amount } => {
                let run = self.run(task, run);
                self.world.audit_force(run, amount).instruction()
            }
            Step::AuditOpen { task, run, auditor, keyed, wrong } => {
                let audit = self.audit(task, run, auditor);
                let tree = if keyed { OpenedTree::Keyed } else { OpenedTree::Output };
                let hash = self.pick(&audit.key);
                let mut args = opening_at(&audit.verifier.provider, tree, &hash);
                args.leaf_hash[0] ^= u8::from(wrong);
                let accounts = tessera::accounts::AuditOpen {
                    authority: audit.verifier.authority,
                    task: audit.run.task.key,
                    run: audit.run.key,
                    audit: audit.key,
                    slot_hashes: tessera::slot_hashes::SYSVAR,
                };
                crate::svm::Call::new(accounts, tessera::instruction::AuditOpen { args }).instruction()
            }
            _ => unreachable!("an audit's step"),
        }
    }

    /// The slot hash that picks an audit's leaf, as far as it is known.
    fn pick(&self, audit: &Pubkey) -> [u8; 32] {
        let Some(account): Option<&Audit> = self.model.accounts.audits.get(audit) else {
            return [0; 32];
        };
        let slot = self.model.slot_at_or_after(account.pick_slot).ok().flatten();
        account.pick.unwrap_or_else(|| slot.map_or([0; 32], slot_hash))
    }

    fn settle(&mut self, task: u8, run: u8, auditors: u16, bare: bool) -> Instruction {
        let by = self.run(task, run);
        let passed = self.model.passed(self.scene, by, auditors);
        let audits: Vec<AuditRef> = passed.into_iter().map(|staker| AuditRef::of(by, staker)).collect();
        let names_model = self.model.accounts.tasks.get(&by.task.key).is_some_and(|task| task.terms.model.is_some());
        let needed = |owner: Pubkey, account: Pubkey, holder: Pubkey| {
            (!bare && !self.model.payable(&account, &holder)).then(|| self.world.balance_of(&owner))
        };
        let (requester, modeller, market) = (by.task.requester, self.world.modeller, self.world.market);
        let requester_balance = needed(requester.key, requester.token, requester.key);
        let model_balance = needed(modeller.key, modeller.token, modeller.key).filter(|_| names_model);
        let provider_balance = needed(by.provider.authority, by.provider.vault, by.provider.provider);
        let fee_vault = self.world.fee_vault(by.task);
        let fees = needed(self.world.treasury.key, fee_vault, market.key);
        let treasury_balance = fees.or(needed(self.world.treasury.key, market.insurance_vault, market.key));
        let any = [requester_balance, model_balance, provider_balance, treasury_balance].iter().any(Option::is_some);
        let call = self.world.task_settle(by, &audits).with(|call| {
            call.accounts.model = names_model.then_some(self.scene.model);
            call.accounts.model_token = names_model.then_some(modeller.token);
            call.accounts.burn_mint = Some(market.mint);
            call.accounts.unclaimed_vault = any.then_some(market.unclaimed_vault);
            call.accounts.requester_balance = requester_balance;
            call.accounts.provider_balance = provider_balance;
            call.accounts.model_balance = model_balance;
            call.accounts.treasury_balance = treasury_balance;
        });
        call.instruction()
    }

    fn expire(&mut self, task: u8, run: Option<u8>, bare: bool) -> Instruction {
        let named = self.run(task, run.unwrap_or(0));
        let call = match run {
            Some(_) => self.world.run_expire(named),
            None => self.world.task_expire(named.task),
        };
        let balance = |owner: &Pubkey| (!bare).then(|| self.world.balance_of(owner));
        let (requester, treasury) = (balance(&named.task.requester.key), balance(&self.world.treasury.key));
        let market = self.world.market;
        let call = call.with(|call| {
            call.accounts.burn_mint = Some(market.mint);
            call.accounts.unclaimed_vault = (!bare).then_some(market.unclaimed_vault);
            call.accounts.requester_balance = requester;
            call.accounts.treasury_balance = treasury;
        });
        call.instruction()
    }

    fn staking(&mut self, step: &Step) -> Instruction {
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

    fn epochs(&mut self, step: &Step) -> Instruction {
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

    fn governing(&mut self, step: &Step) -> Instruction {
        let scene = self.scene;
        match *step {
            Step::Propose { market, variant, by_stranger } => {
                self.at_market(market);
                if by_stranger {
                    self.world.authority = crate::svm::wallet("a stranger");
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
