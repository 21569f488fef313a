use anchor_lang::prelude::Pubkey;
use anchor_lang::system_program;
use anchor_spl::token::spl_token::state::AccountState;
use anchor_spl::{token, token_2022};
use tessera::addresses::{fee_shard, model_address};
use tessera::slot_hashes;
use tessera::state::Sink;
use tessera_tests::svm::{
    AuditRef, CANDIDATE_ROOT, COMPUTE, EPOCH_SECONDS, MarketRef, OTHER_ROOT, RunRef, Staker, TaskRef, TaskSpec, VERIFY,
    Wallet, World, wallet,
};

const MODEL_ROOT: [u8; 32] = [9; 32];
/// Whoever has tokens in a scene.
const WALLETS: [&str; 9] =
    ["requester", "provider", "verifier 1", "verifier 2", "cranker", "modeller", "treasury", "stranger", "rival"];

/// A world with something of everything twice, and the names of its accounts.
pub struct Scene {
    /// The world.
    pub world: World,
    /// The task that instructions are about.
    pub task: TaskRef,
    /// A wallet that is no provider yet.
    pub candidate: Staker,
    /// The epoch before: funded, with a share and fees, not swept.
    pub past: u64,
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
        Self::of(Sink::Insurance, TaskSpec::default())
    }

    /// Three claimed ones.
    pub fn claimed() -> Self {
        let mut scene = Self::open();
        scene.claim_all();
        scene
    }

    /// Three redundant ones with a claimed run each.
    pub fn redundant() -> Self {
        let mut scene = Self::of(Sink::Insurance, TaskSpec::redundant(2));
        scene.claim_all();
        scene
    }

    /// Three submitted ones that name a model; the first and the stranger's have an agreeing and a differing audit.
    pub fn submitted(sink: Sink) -> Self {
        let mut scene = Self::of(sink, TaskSpec { model: Some(Self::model_key()), ..TaskSpec::default() });
        scene.claim_all();
        let [agreeing, differing, _] = scene.world.verifiers;
        for run in scene.runs() {
            scene.world.send(scene.world.run_submit(run));
        }
        let [run, _, foreign] = scene.runs();
        for (name, run) in [("task", run), ("foreign task", foreign)] {
            scene.world.audit(run, agreeing, CANDIDATE_ROOT);
            scene.world.audit(run, differing, OTHER_ROOT);
            for (number, by) in (1..).zip(scene.world.verifiers) {
                scene.name(&format!("audit {number} of the {name}"), AuditRef::of(run, by).key);
            }
        }
        // Slots that draw and pick, so that only accounts are at fault.
        let (unix, slot) = scene.world.bank.now();
        scene.world.bank.set_clock(unix, slot + 10);
        scene
    }

    fn of(sink: Sink, spec: TaskSpec) -> Self {
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
        let [task, sibling] = [1, 2].map(|nonce| TaskRef::of(world.requester, nonce));
        let (foreign, past) = (TaskRef::of(stranger, 1), world.epoch());
        let accounts = Vec::new();
        let mut scene =
            Self { world, task, candidate, past, accounts, sibling, foreign, stranger, rival, other_market };
        scene.ripen();
        scene.open_all(&spec);
        scene.name_all();
        scene
    }

    fn open_all(&mut self, spec: &TaskSpec) {
        for nonce in [1, 2] {
            self.world.open_as(TaskSpec { nonce, ..spec.clone() });
        }
        let own = self.world.requester;
        self.world.requester = self.stranger;
        self.world.open_as(spec.clone());
        self.world.requester = own;
    }

    /// Something to withdraw, to sweep and to claim, in an epoch that is over.
    fn ripen(&mut self) {
        let (staker, past) = (self.world.provider, self.past);
        self.world.send(self.world.stake_unbond(staker, 1_000));
        self.world.send(self.world.pool_fund(past, 1_000));
        for by in [staker, self.rival] {
            self.world.send(self.world.share_open(by, past));
        }
        for shard in [self.shard(), (self.shard() + 1) % 16] {
            let vault = self.world.fee_vault_at(past, shard);
            self.world.gift_tokens(vault, 500);
        }
        self.world.end_epoch();
        self.world.open_epoch();
        let own = self.world.market;
        self.world.market = self.other_market;
        self.world.open_epoch();
        self.world.market = own;
    }

    fn claim_all(&mut self) {
        for (name, run) in ["task", "sibling", "foreign task"].into_iter().zip(self.runs()) {
            self.world.send(self.world.task_claim(run.task, run.provider));
            self.name(&format!("run of the {name}"), run.key);
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

    /// The audits of the run by the first verifiers.
    pub fn audits(&self) -> [AuditRef; 3] {
        self.world.verifiers.map(|by| AuditRef::of(self.run(), by))
    }

    /// The shard of the task.
    pub fn shard(&self) -> u8 {
        fee_shard(&self.task.key)
    }

    /// The tasks' model.
    pub fn model_key() -> Pubkey {
        model_address(&wallet("modeller"), &MODEL_ROOT).0
    }

    /// Seconds after which every window and wait of the scene has passed.
    pub fn wait(&mut self) {
        self.world.warp(20_000);
        assert_eq!(self.world.epoch(), self.past + 1, "the epoch is the same: {EPOCH_SECONDS} seconds are longer");
    }

    /// Freezes the associated token account of a wallet, or a vault.
    pub fn freeze(&mut self, token: Pubkey) {
        self.world.bank.edit_token(token, |state| state.state = AccountState::Frozen);
    }

    fn name(&mut self, name: &str, key: Pubkey) {
        self.accounts.push((name.to_owned(), key));
    }

    fn name_all(&mut self) {
        let (shard, own) = (self.shard(), self.world.market);
        for (market_name, market) in [("market", own), ("other market", self.other_market)] {
            self.world.market = market;
            self.name(market_name, market.key);
            self.name(&format!("{market_name}'s insurance"), market.insurance_vault);
            self.name(&format!("{market_name}'s unclaimed vault"), market.unclaimed_vault);
            for (when, epoch) in [("past", self.past), ("present", self.past + 1)] {
                self.name(&format!("{market_name}'s {when} pool"), self.world.pool(epoch));
                self.name(&format!("{market_name}'s {when} pool vault"), self.world.pool_vault(epoch));
                for (which, shard) in [("own", shard), ("next", (shard + 1) % 16)] {
                    let vault = self.world.fee_vault_at(epoch, shard);
                    self.name(&format!("{market_name}'s {when} fee vault of the {which} shard"), vault);
                }
                for (name, by) in [("provider", self.world.provider), ("rival", self.rival)] {
                    self.name(&format!("{name}'s {when} share"), self.world.share(by, epoch));
                }
            }
        }
        self.world.market = own;
        self.name_wallets();
        for (name, task) in [("task", self.task), ("sibling", self.sibling), ("foreign task", self.foreign)] {
            self.name(name, task.key);
            self.name(&format!("{name}'s vault"), task.vault);
        }
        self.name("model", Self::model_key());
        self.name("stranger's model", model_address(&self.stranger.key, &MODEL_ROOT).0);
        self.name_programs();
    }

    fn name_wallets(&mut self) {
        for name in WALLETS {
            let own = self.world.wallet(name);
            self.name(name, own.key);
            self.name(&format!("{name}'s tokens"), own.token);
            let second = self.world.another_token(own.key, 1);
            self.world.bank.mint_to(second, 100_000_000);
            self.name(&format!("{name}'s second tokens"), second);
            self.name(&format!("{name}'s balance"), self.world.balance_of(&own.key));
            for (market_name, market) in [("market", self.world.market), ("other market", self.other_market)] {
                let staker = Staker::of(own, &market.key);
                if !self.world.is_closed(&staker.provider) {
                    self.name(&format!("{name} as a provider of the {market_name}"), staker.provider);
                    self.name(&format!("{name}'s stake in the {market_name}"), staker.vault);
                }
            }
        }
    }

    fn name_programs(&mut self) {
        let (other_mint, other_token) = (wallet("other mint"), wallet("other token"));
        self.world.bank.make_mint(other_mint);
        self.world.bank.make_token(other_token, self.world.requester.key, other_mint, 0);
        self.name("mint", self.world.mint);
        self.name("other mint", other_mint);
        self.name("requester's tokens of the other mint", other_token);
        self.name("token program", token::ID);
        self.name("other token program", token_2022::ID);
        self.name("system program", system_program::ID);
        self.name("slot hashes", slot_hashes::SYSVAR);
        self.name("nothing", wallet("nothing"));
    }
}
