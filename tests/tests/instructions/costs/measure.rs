use anchor_lang::prelude::Pubkey;
use anchor_lang::{InstructionData, ToAccountMetas};
use tessera::addresses::{fee_shard, model_address};
use tessera::instructions::ProviderUpdateArgs;
use tessera::state::Sink;
use tessera_tests::svm::{
    AuditRef, CANDIDATE_ROOT, COMPUTE, Call, OTHER_ROOT, RunRef, Staker, TaskRef, TaskSpec, World, market_params,
};

use super::table::Row;

const MODEL_ROOT: [u8; 32] = [9; 32];

/// A world, and what its instructions have cost.
struct Meter {
    world: World,
    rows: Vec<Row>,
}

/// Every instruction on its usual path.
pub fn all() -> Vec<Row> {
    let mut meter = Meter { world: World::without_market(), rows: Vec::new() };
    meter.market();
    let mut meter = Meter { world: World::default(), ..meter };
    meter.stake();
    let mut meter = Meter { world: World::default(), ..meter };
    meter.upheld();
    let mut meter = Meter { world: World::default(), ..meter };
    meter.expired();
    for sink in [Sink::Insurance, Sink::Burn] {
        meter = Meter { world: World::with_params(|params| params.sink = sink), ..meter };
        meter.slashed(sink);
    }
    meter.rows
}

impl Meter {
    fn measure<A: ToAccountMetas, D: InstructionData>(&mut self, name: &str, call: Call<A, D>) {
        let before = self.purses();
        let compute_units = self.world.send(call).compute_units;
        let rent = i64::try_from(before).unwrap() - i64::try_from(self.purses()).unwrap();
        self.rows.push(Row { name: name.to_owned(), compute_units, rent });
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
        let (market, provider) = (self.world.market, self.world.provider);
        self.measure("`market_init`", self.world.market_init(market, market_params()));
        self.measure("`fee_vault_open`", self.world.fee_vault_open(0));
        self.measure("`provider_register`", self.world.provider_register(provider, COMPUTE));
        self.measure("`model_register`", self.world.model_register(self.world.modeller, MODEL_ROOT));
    }

    fn stake(&mut self) {
        let provider = self.world.provider;
        let update = self.world.provider_update(provider, ProviderUpdateArgs::default());
        self.measure("`provider_update`", update);
        self.measure("`stake_deposit`", self.world.stake_deposit(provider, 1_000));
        self.measure("`stake_unbond`", self.world.stake_unbond(provider, 1_000));
        self.world.warp(market_params().unbonding_seconds);
        self.measure("`stake_withdraw`", self.world.stake_withdraw(provider));
    }

    fn upheld(&mut self) {
        let [a, b, _] = self.world.verifiers;
        self.measure("`task_create`", self.world.task_create(TaskSpec::default()));
        let task = self.task(1);
        self.measure("`task_cancel`", self.world.task_cancel(task));
        self.world.open();
        let run = self.claim_and_submit(task);
        self.measure("`audit_post`: first, agrees", self.world.audit_post(run, a, CANDIDATE_ROOT));
        self.world.audit(run, b, OTHER_ROOT);
        self.world.warp(3_600);
        self.measure("`task_settle`: upheld, no audit passed", self.world.task_settle(run, &[]));
        let close = self.world.task_settle(run, &[AuditRef::of(run, a)]);
        self.measure("`task_settle`: later, closes an audit", close);
        let last = self.world.task_settle(run, &[AuditRef::of(run, b)]);
        self.measure("`task_settle`: later, closes the last audit, the run and the task", last);

        self.world.send(self.world.model_register(self.world.modeller, MODEL_ROOT));
        let model = model_address(&self.world.modeller.key, &MODEL_ROOT).0;
        let run = self.world.submitted_as(TaskSpec { nonce: 2, model: Some(model), ..TaskSpec::default() });
        let audit = self.world.audit(run, a, CANDIDATE_ROOT);
        self.world.warp(3_600);
        let payout = self.world.modeller.token;
        let settle = self.world.task_settle(run, &[audit]).with(|call| {
            call.accounts.model = Some(model);
            call.accounts.model_token = Some(payout);
        });
        self.measure("`task_settle`: upheld, a model, one audit, closes all", settle);
        let sweep = self.world.fee_sweep(fee_shard(&run.task.key));
        self.measure("`fee_sweep`", sweep);
    }

    fn claim_and_submit(&mut self, task: TaskRef) -> RunRef {
        let provider: Staker = self.world.provider;
        self.measure("`task_claim`", self.world.task_claim(task, provider));
        let run = RunRef::of(task, provider);
        self.measure("`run_submit`", self.world.run_submit(run));
        run
    }

    fn expired(&mut self) {
        let run = self.world.claimed();
        self.world.warp(600);
        self.measure("`task_expire`: no-show, the task is open again", self.world.run_expire(run));
        self.world.warp(3_600);
        self.measure("`task_expire`: unclaimed", self.world.task_expire(run.task));
        let second = self.world.open_as(TaskSpec { nonce: 2, ..TaskSpec::default() });
        self.world.warp(3_500);
        let run = self.world.claim(second);
        self.world.warp(600);
        self.measure("`task_expire`: no-show, the task ends", self.world.run_expire(run));
    }

    fn slashed(&mut self, sink: Sink) {
        let [a, b, _] = self.world.verifiers;
        let run = self.world.submitted();
        let first = self.world.audit(run, a, OTHER_ROOT);
        let second = self.world.audit_post(run, b, OTHER_ROOT).with(|call| call.accounts.matching = Some(first.key));
        let mint = self.world.mint;
        let audits = [first, AuditRef::of(run, b)];
        match sink {
            Sink::Insurance => {
                self.measure("`audit_post`: refutes with a matching one", second);
                let settle = self.world.task_settle(run, &audits);
                self.measure("`task_settle`: slashed, insured, two audits, closes all", settle);
            }
            Sink::Burn => {
                self.world.send(second);
                let settle = self.world.task_settle(run, &audits).with(|call| call.accounts.burn_mint = Some(mint));
                self.measure("`task_settle`: slashed, burned, two audits, closes all", settle);
            }
        }
    }

    fn task(&self, nonce: u64) -> TaskRef {
        TaskRef::of(&self.world.market, self.world.requester, nonce)
    }
}
