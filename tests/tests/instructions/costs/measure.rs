use anchor_lang::prelude::Pubkey;
use anchor_lang::{InstructionData, ToAccountMetas};
use tessera::addresses::{fee_shard, model_address};
use tessera::instructions::{OpenedTree, ProviderUpdateArgs};
use tessera::seeds::FEE_SHARDS;
use tessera::state::{MarketParams, Sink};
use tessera_tests::svm::{
    AuditRef, CANDIDATE_ROOT, COMPUTE, Call, DRAW_SECONDS, OTHER_ROOT, RunRef, Staker, TaskSpec, VERIFY, World, answer,
    market_params, wallet,
};

use super::table::Row;

const MODEL_ROOT: [u8; 32] = [9; 32];

/// A world, and what its instructions have cost.
pub struct Meter {
    pub world: World,
    rows: Vec<Row>,
}

/// Every instruction on its usual path.
pub fn all() -> Vec<Row> {
    let mut meter = Meter { world: World::without_market(), rows: Vec::new() };
    meter.market();
    for chapter in [
        Meter::authority,
        Meter::stake,
        Meter::epochs,
        Meter::upheld,
        Meter::lottery,
        Meter::expired,
        Meter::redundant,
        Meter::balances,
        Meter::disputes,
    ] {
        meter = Meter { world: World::default(), ..meter };
        chapter(&mut meter);
    }
    for sink in [Sink::Insurance, Sink::Burn] {
        meter = Meter { world: World::with_params(|params| params.sink = sink), ..meter };
        meter.slashed(sink);
    }
    meter.rows
}

impl Meter {
    pub fn measure<A: ToAccountMetas, D: InstructionData>(&mut self, name: &str, call: Call<A, D>) {
        let before = self.purses();
        let sent = self.world.send(call);
        let rent = i64::try_from(before).unwrap() - i64::try_from(self.purses()).unwrap();
        self.rows.push(Row { name: name.to_owned(), compute_units: sent.compute_units, bytes: sent.size, rent });
    }

    /// The lamports of everyone but the fee payer.
    fn purses(&self) -> u64 {
        let world = &self.world;
        let stakers = world.verifiers.iter().chain([&world.provider]).map(|staker| staker.authority);
        let wallets = [world.requester, world.cranker, world.modeller].map(|wallet| wallet.key);
        let all: Vec<Pubkey> = stakers.chain(wallets).chain([world.market.creator]).collect();
        all.iter().map(|wallet| world.lamports(wallet)).sum()
    }

    fn market(&mut self) {
        let (market, [verifier, ..]) = (self.world.market, self.world.verifiers);
        self.measure("`market_init`", self.world.market_init(market, market_params()));
        let epoch = self.world.epoch();
        self.measure("`pool_open`", self.world.pool_open(epoch));
        self.measure("`fee_vault_open`", self.world.fee_vault_open(epoch, 0));
        self.measure("`provider_register`: a verifier", self.world.provider_register(verifier, VERIFY));
        self.measure("`model_register`", self.world.model_register(self.world.modeller, MODEL_ROOT));
    }

    fn authority(&mut self) {
        let params = MarketParams { reputation_cap: 11, ..market_params() };
        self.measure("`market_propose`", self.world.market_propose(params));
        self.measure("`market_withdraw`", self.world.market_withdraw());
        self.world.send(self.world.market_propose(params));
        self.world.warp(3_600);
        self.measure("`market_apply`", self.world.market_apply());
        self.measure("`market_pause`", self.world.market_pause(true));
        let successor = wallet("successor");
        self.measure("`authority_offer`", self.world.authority_offer(Some(successor)));
        self.measure("`authority_accept`", self.world.authority_accept(successor));
    }

    fn stake(&mut self) {
        let ([verifier, ..], chain) = (self.world.verifiers, self.world.verifiers[0].chain_at(self.world.bank.now().0));
        let update = self.world.provider_update(verifier, ProviderUpdateArgs::default());
        self.measure("`provider_update`", update);
        self.measure("`verifier_commit`", self.world.verifier_commit(verifier, chain));
        self.measure("`stake_deposit`", self.world.stake_deposit(verifier, 1_000));
        let free = self.world.provider_of(verifier).stake.free;
        self.measure("`stake_unbond`", self.world.stake_unbond(verifier, free));
        self.world.warp(market_params().unbonding_seconds);
        self.measure("`stake_withdraw`", self.world.stake_withdraw(verifier));
        self.measure("`provider_close`", self.world.provider_close(verifier));
    }

    fn epochs(&mut self) {
        let (epoch, provider) = (self.world.epoch(), self.world.provider);
        self.measure("`pool_fund`", self.world.pool_fund(epoch, 1_000_000));
        self.measure("`share_open`", self.world.share_open(provider, epoch));
        let run = self.world.submitted();
        self.world.warp(3_600);
        self.measure("`task_settle`: upheld, no audit, a share is open, closes all", self.world.task_settle(run, &[]));
        self.world.end_epoch();
        let shard = fee_shard(&run.task.key);
        self.measure("`fee_sweep`", self.world.fee_sweep(epoch, shard));
        for other in (0..FEE_SHARDS).filter(|other| *other != shard) {
            self.world.send(self.world.fee_sweep(epoch, other));
        }
        self.measure("`pool_claim`", self.world.pool_claim(provider, epoch));
        self.world.warp(5 * tessera_tests::svm::EPOCH_SECONDS);
        self.measure("`pool_close`", self.world.pool_close(epoch));
    }

    fn upheld(&mut self) {
        let [a, b, _] = self.world.verifiers;
        self.measure("`task_create`", self.world.task_create(TaskSpec::default()));
        let task = tessera_tests::svm::TaskRef::of(self.world.requester, 1);
        self.measure("`task_cancel`", self.world.task_cancel(task));
        self.world.open();
        let provider: Staker = self.world.provider;
        self.measure("`task_claim`", self.world.task_claim(task, provider));
        self.measure("`run_release`", self.world.run_release(RunRef::of(task, provider)));

        self.world.send(self.world.model_register(self.world.modeller, MODEL_ROOT));
        let model = model_address(&self.world.modeller.key, &MODEL_ROOT).0;
        let task = self.world.open_as(TaskSpec { model: Some(model), ..TaskSpec::nonce(2) });
        let run = self.world.claim(task);
        self.measure("`run_submit`", self.world.run_submit(run));
        self.measure("`audit_force`", self.world.audit_force(run, 0));
        let audits = [self.agree_and_open(run, a), self.world.prove(run, b)];
        self.world.warp(3_600);
        let settle = self.with_model(run, model, &audits);
        self.measure("`task_settle`: upheld, a model, two audits that earn, closes all", settle);

        let run = self.world.submitted_as(TaskSpec { model: Some(model), ..TaskSpec::nonce(4) });
        self.world.send(self.world.audit_force(run, 0));
        let audits = [self.world.prove(run, a), self.world.audit_claimed(run, b)];
        self.world.warp(3_600);
        let settle = self.with_model(run, model, &audits);
        self.measure("`task_settle`: upheld, a model, an audit earns and one was silent, closes all", settle);

        let run = self.world.submitted_as(TaskSpec::nonce(3));
        self.world.warp(DRAW_SECONDS);
        self.world.send(self.world.audit_force(run, 0));
        let first = self.world.prove(run, a);
        let second = self.world.audit(run, b, OTHER_ROOT);
        self.world.warp(3_600);
        self.measure("`task_settle`: upheld, no audit passed", self.world.task_settle(run, &[]));
        let close = self.world.task_settle(run, &[first]);
        self.measure("`task_settle`: later, closes an audit", close);
        let last = self.world.task_settle(run, &[second]);
        self.measure("`task_settle`: later, closes the last audit, the run and the task", last);
        self.measure("`stake_recount`", self.world.stake_recount(b));
    }

    fn agree_and_open(&mut self, run: RunRef, by: Staker) -> AuditRef {
        self.measure("`audit_claim`: at the full rate", self.world.audit_claim(run, by));
        let audit = AuditRef::of(run, by);
        self.measure("`audit_post`: agrees", self.world.audit_post(audit, answer(by, CANDIDATE_ROOT)));
        self.world.warp(DRAW_SECONDS);
        self.measure("`audit_open`: the outputs' tree", self.world.audit_open(audit, OpenedTree::Output));
        self.measure("`audit_open`: the keyed tree", self.world.audit_open(audit, OpenedTree::Keyed));
        audit
    }

    fn with_model(
        &self,
        run: RunRef,
        model: Pubkey,
        audits: &[AuditRef],
    ) -> Call<tessera::accounts::TaskSettle, tessera::instruction::TaskSettle> {
        let payout = self.world.modeller.token;
        self.world.task_settle(run, audits).with(|call| {
            call.accounts.model = Some(model);
            call.accounts.model_token = Some(payout);
        })
    }

    /// A ticket is drawn after five days of silence: 120 steps along the chain.
    fn lottery(&mut self) {
        self.world = World::with_params(|params| params.newcomer_weight = 0);
        self.world.warp(120 * 3_600);
        let by = self.world.verifiers[0];
        let run = self.world.submitted();
        self.world.warp(DRAW_SECONDS);
        self.measure("`audit_draw`", self.world.audit_draw(run));
        for nonce in 2.. {
            let run = self.world.submitted_as(TaskSpec::nonce(nonce));
            self.world.warp(DRAW_SECONDS);
            let call = self.world.audit_claim(run, by);
            if self.world.clone().bank.send(&[call.instruction()]).is_ok() {
                self.measure("`audit_claim`: by a ticket, 121 hours along its chain", call);
                break;
            }
            self.world.warp(3_600);
            self.world.send(self.world.task_settle(run, &[]));
        }
    }

    fn expired(&mut self) {
        let run = self.world.claimed();
        self.world.warp(600);
        self.measure("`task_expire`: no-show, the task is open again", self.world.run_expire(run));
        self.world.warp(3_600);
        self.measure("`task_expire`: unclaimed", self.world.task_expire(run.task));
        let second = self.world.open_as(TaskSpec::nonce(2));
        self.world.warp(3_500);
        let run = self.world.claim(second);
        self.world.warp(600);
        self.measure("`task_expire`: no-show, the task ends", self.world.run_expire(run));
    }

    fn redundant(&mut self) {
        let providers = ["provider 2", "provider 3"].map(|name| self.world.newcomer(name, COMPUTE));
        let spec = TaskSpec::redundant(3);
        self.measure("`task_create`: three runs", self.world.task_create(spec.clone()));
        let task = tessera_tests::svm::TaskRef::of(self.world.requester, spec.nonce);
        let [a, b, c] = [self.world.provider, providers[0], providers[1]].map(|by| RunRef::of(task, by));
        for run in [b, a] {
            self.world.send(self.world.task_claim(task, run.provider));
        }
        self.measure("`task_claim`: the last of three runs", self.world.task_claim(task, c.provider));
        self.measure("`run_seal`", self.world.run_seal(a, CANDIDATE_ROOT));
        for run in [b, c] {
            self.world.send(self.world.run_seal(run, CANDIDATE_ROOT));
        }
        self.world.send(self.world.run_reveal(b, CANDIDATE_ROOT));
        self.measure("`run_reveal`", self.world.run_reveal(a, CANDIDATE_ROOT));
        self.world.warp(300);
        self.measure("`task_expire`: a seal that was not opened, starts the windows", self.world.run_expire(c));
        self.world.warp(600);
        self.measure("`task_settle`: the first of two runs, pins the decision", self.world.task_settle(a, &[]));
        self.measure("`task_settle`: the last run, closes all", self.world.task_settle(b, &[]));

        let by = [self.world.provider, providers[0]];
        let runs =
            self.world.revealed(TaskSpec { nonce: 2, ..TaskSpec::redundant(2) }, by, [CANDIDATE_ROOT, OTHER_ROOT]);
        self.world.warp(1_800);
        self.measure("`task_settle`: void, of two runs", self.world.task_settle(runs[0], &[]));
    }

    /// Nobody can receive anything.
    fn balances(&mut self) {
        self.world.send(self.world.model_register(self.world.modeller, MODEL_ROOT));
        let model = model_address(&self.world.modeller.key, &MODEL_ROOT).0;
        let run = self.world.submitted_as(TaskSpec { model: Some(model), ..TaskSpec::default() });
        self.world.warp(1_800);
        let fee_vault = self.world.fee_vault(run.task);
        let [requester, modeller] = [self.world.requester, self.world.modeller];
        for token in [requester.token, modeller.token, run.provider.vault, fee_vault] {
            self.world.bank.edit_token(token, |state| {
                state.state = anchor_spl::token::spl_token::state::AccountState::Frozen;
            });
        }
        let settle = self.world.task_settle_with_all(run, &[], model);
        self.measure("`task_settle`: upheld, all four payments become new balances", settle);
        let to = self.world.another_token(requester.key, 1);
        let claim = self.world.balance_claim(requester).with(|call| call.accounts.to = to);
        self.measure("`balance_claim`", claim);
    }

    fn slashed(&mut self, sink: Sink) {
        let [a, b, _] = self.world.verifiers;
        let run = self.world.submitted();
        let first = self.world.audit(run, a, OTHER_ROOT);
        let second = self.world.audit_claimed(run, b);
        let post = self.world.audit_post(second, answer(b, OTHER_ROOT));
        let mint = self.world.mint;
        let audits = [first, second];
        match sink {
            Sink::Insurance => {
                self.measure("`audit_post`: differs, and refutes", post);
                let settle = self.world.task_settle(run, &audits);
                self.measure("`task_settle`: slashed, insured, two audits, closes all", settle);
            }
            Sink::Burn => {
                self.world.send(post);
                let settle = self.world.task_settle(run, &audits).with(|call| call.accounts.burn_mint = Some(mint));
                self.measure("`task_settle`: slashed, burned, two audits, closes all", settle);
            }
        }
    }
}
