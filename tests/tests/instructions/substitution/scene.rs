use anchor_lang::prelude::Pubkey;
use anchor_lang::system_program;
use tessera::addresses::{fee_shard, fee_vault_address, model_address};
use tessera::state::Sink;
use tessera_tests::svm::{
    AuditRef, CANDIDATE_ROOT, COMPUTE, MarketRef, OTHER_ROOT, RunRef, Staker, TaskRef, TaskSpec, VERIFY, Wallet, World,
    wallet,
};

const MODEL_ROOT: [u8; 32] = [9; 32];

/// A world with something of everything twice, and the names of its accounts.
pub struct Scene {
    /// The world.
    pub world: World,
    /// The task that instructions are about.
    pub task: TaskRef,
    /// A wallet that is no provider yet.
    pub candidate: Staker,
    /// Accounts to put in place of others, by name.
    pub accounts: Vec<(String, Pubkey)>,
    /// The requester's other task.
    sibling: TaskRef,
    /// A task of a stranger.
    foreign: TaskRef,
    stranger: Wallet,
    /// The stranger, as a provider of the same market.
    rival: Staker,
    other_market: MarketRef,
}

impl Scene {
    /// Three open tasks.
    pub fn open() -> Self {
        Self::with_sink(Sink::Insurance, false)
    }

    /// Three claimed ones.
    pub fn claimed() -> Self {
        let mut scene = Self::with_sink(Sink::Insurance, false);
        scene.claim_all();
        scene
    }

    /// Three submitted ones that name a model; the first and the stranger's have an agreeing and a differing audit.
    pub fn submitted(sink: Sink) -> Self {
        let mut scene = Self::with_sink(sink, true);
        scene.claim_all();
        let [agreeing, differing, _] = scene.world.verifiers;
        for run in scene.runs() {
            scene.world.send(scene.world.run_submit(run));
        }
        let [run, _, foreign] = scene.runs();
        for run in [run, foreign] {
            scene.world.audit(run, agreeing, CANDIDATE_ROOT);
            scene.world.audit(run, differing, OTHER_ROOT);
            for by in scene.world.verifiers {
                scene.name("an audit", AuditRef::of(run, by).key);
            }
        }
        scene
    }

    fn with_sink(sink: Sink, model: bool) -> Self {
        let mut world = World::with_params(|params| params.sink = sink);
        let other_market = world.other_market();
        for staker in [world.provider, world.verifiers[0]] {
            let own = Wallet { key: staker.authority, token: staker.token };
            world.enlist_in(&other_market, own, COMPUTE);
        }
        let stranger = world.endow("stranger");
        let rival = world.newcomer("rival", COMPUTE);
        let candidate = Staker::of(world.endow("candidate"), &world.market.key);
        world.newcomer("verifier 4", VERIFY);
        world.send(world.model_register(world.modeller, MODEL_ROOT));
        world.send(world.model_register(stranger, MODEL_ROOT));
        let task = TaskRef::of(&world.market, world.requester, 1);
        let sibling = TaskRef::of(&world.market, world.requester, 2);
        let foreign = TaskRef::of(&world.market, stranger, 1);
        let mut scene =
            Self { world, task, candidate, accounts: Vec::new(), sibling, foreign, stranger, rival, other_market };
        scene.open_all(model);
        scene.ripen();
        scene.name_all();
        scene
    }

    fn open_all(&mut self, model: bool) {
        let model = model.then(|| self.model().0);
        for nonce in [1, 2] {
            self.world.open_as(TaskSpec { model, ..self.spec(nonce) });
        }
        let (foreign, stranger) = (self.foreign, self.stranger);
        let call = self.world.task_create(TaskSpec { model, ..self.spec(1) }).with(|call| {
            call.accounts.requester = stranger.key;
            call.accounts.requester_token = stranger.token;
            call.accounts.task = foreign.key;
            call.accounts.task_vault = foreign.vault;
            call.accounts.fee_vault = foreign.fee_vault;
        });
        self.world.send(call);
    }

    /// Something to withdraw and to sweep.
    fn ripen(&mut self) {
        let staker = self.world.provider;
        self.world.send(self.world.stake_unbond(staker, 1_000));
        let (unix, slot) = self.world.bank.now();
        // Only unix time counts for unbonding; the slot stays, so that no window passes.
        self.world.bank.set_clock(unix + 14_400, slot);
        let vault = self.task.fee_vault;
        self.world.gift_tokens(vault, 500);
    }

    fn claim_all(&mut self) {
        for run in self.runs() {
            self.world.send(self.world.task_claim(run.task, run.provider));
            self.name("a run", run.key);
        }
    }

    fn runs(&self) -> [RunRef; 3] {
        let provider = self.world.provider;
        [(self.task, provider), (self.sibling, provider), (self.foreign, self.rival)]
            .map(|(task, by)| RunRef::of(task, by))
    }

    /// The run that instructions are about.
    pub fn run(&self) -> RunRef {
        self.runs()[0]
    }

    /// The shard of the task.
    pub fn shard(&self) -> u8 {
        fee_shard(&self.task.key)
    }

    /// A task like the others; `nonce` 77 names the model.
    pub fn spec(&self, nonce: u64) -> TaskSpec {
        let model = (nonce == 77).then(|| self.model().0);
        TaskSpec { nonce, model, ..TaskSpec::default() }
    }

    /// The tasks' model, and its creator's token account.
    pub fn model(&self) -> (Pubkey, Pubkey) {
        (model_address(&self.world.modeller.key, &MODEL_ROOT).0, self.world.modeller.token)
    }

    fn name(&mut self, name: &str, key: Pubkey) {
        self.accounts.push((name.to_owned(), key));
    }

    fn name_all(&mut self) {
        let (shard, mint) = (self.shard(), self.world.mint);
        let markets = [("market", self.world.market), ("other market", self.other_market)];
        for (name, market) in markets {
            self.name(name, market.key);
            self.name(&format!("{name}'s insurance"), market.insurance_vault);
            for shard in [shard, (shard + 1) % 16] {
                self.name(&format!("{name}'s fee vault"), fee_vault_address(&market.key, shard).0);
            }
        }
        for name in [
            "requester",
            "provider",
            "verifier 1",
            "verifier 2",
            "cranker",
            "modeller",
            "treasury",
            "stranger",
            "rival",
        ] {
            let own = Wallet::named(name, &mint);
            self.name(name, own.key);
            self.name(&format!("{name}'s tokens"), own.token);
            let second = self.world.another_token(own.key, 1);
            self.world.bank.mint_to(second, 100_000_000);
            self.name(&format!("{name}'s second tokens"), second);
            for (market_name, market) in markets {
                let staker = Staker::of(own, &market.key);
                if !self.world.is_closed(&staker.provider) {
                    self.name(&format!("{name} as a provider of the {market_name}"), staker.provider);
                    self.name(&format!("{name}'s stake in the {market_name}"), staker.vault);
                }
            }
        }
        for (name, task) in [("task", self.task), ("sibling", self.sibling), ("foreign task", self.foreign)] {
            self.name(name, task.key);
            self.name(&format!("{name}'s vault"), task.vault);
        }
        self.name("model", self.model().0);
        self.name("stranger's model", model_address(&self.stranger.key, &MODEL_ROOT).0);
        let (other_mint, other_token) = (wallet("other mint"), wallet("other token"));
        self.world.bank.make_mint(other_mint);
        self.world.bank.make_token(other_token, self.world.requester.key, other_mint, 0);
        self.name("mint", mint);
        self.name("other mint", other_mint);
        self.name("requester's tokens of the other mint", other_token);
        self.name("token program", anchor_spl::token::ID);
        self.name("system program", system_program::ID);
        self.name("nothing", wallet("nothing"));
    }
}
