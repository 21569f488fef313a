//! What a verifier sees in a table's row.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tessera_chain::due::{Crank, Due};
use tessera_chain::{
    Account, AccountKind, Audit, Keypair, Moment, Provider, Pubkey, Run, Task, Update, Versioned, World, address,
};
use tessera_node::{CrankLimits, Errand, ErrandMemory, Memory, Secrets, Tickets};
use tessera_verifier::Limits;
use tessera_verifier::plan::{Action, AuditStage, Committed, Roots, Stage, View, plan};

use crate::accounts::{NOW, ROOT, account_of, at, audit, key, market, market_key, provider, seat, submitted, task};

pub const AUTHORITY: u8 = 9;
pub const A: u8 = 20;
pub const B: u8 = 21;
/// The provider account of the run's owner, and another verifier's authority.
pub const OWNER: u8 = 40;
pub const OTHER: u8 = 50;
pub const SAME: Roots = Roots { output: ROOT, keyed: [1; 32] };
pub const DIFFERENT: Roots = Roots { output: [6; 32], keyed: [2; 32] };
pub const SHORT: Duration = Duration::from_secs(1);

/// The verifier's chain, from the hour of all these tests on.
pub static TICKETS: LazyLock<Tickets> =
    LazyLock::new(|| Tickets::derive(&Secrets::new(Arc::new(Keypair::new_from_array([7; 32]))), &me(), 0));

/// The verifier's account.
pub fn me() -> Pubkey {
    account_of(&key(AUTHORITY))
}

pub struct Scene {
    pub world: World,
    pub tasks: Memory<Pubkey, Stage>,
    pub audits: Memory<Pubkey, AuditStage>,
    pub errands: ErrandMemory,
    pub limits: Limits,
    pub chain: Committed<'static>,
    pub stopping: bool,
}

impl Scene {
    pub fn new() -> Self {
        let mut world = World::new(market_key());
        world.moment = NOW;
        world.market = Some(at(market_key(), 1, market()));
        let account = Provider { ticket: TICKETS.commitment(), ..provider(key(AUTHORITY)) };
        world.providers.insert(me(), at(me(), 1, account));
        let cranks = CrankLimits { others: false, after: Duration::from_secs(30), at_once: 4 };
        Self {
            world,
            tasks: Memory::new(),
            audits: Memory::new(),
            errands: Memory::new(),
            limits: Limits { max_audits: 1, disputes: true, watch: tessera_verifier::Watch::Audits, cranks },
            chain: Committed::Known(&TICKETS),
            stopping: false,
        }
    }

    pub fn task(self, number: u8) -> Self {
        self.put(number, task(number))
    }

    pub fn put(mut self, number: u8, task: Task) -> Self {
        self.world.tasks.insert(key(number), at(key(number), 50, task));
        self
    }

    pub fn alter(mut self, change: impl FnOnce(&mut Task)) -> Self {
        change(&mut self.world.tasks.get_mut(&key(A)).unwrap().data);
        self
    }

    pub fn run(mut self, run: Run) -> Self {
        seat(&mut self.world.tasks.get_mut(&run.task).unwrap().data, &run);
        let address = address::run(&run.task, &run.provider);
        self.world.runs.insert(address, at(address, 50, run));
        self
    }

    pub fn alter_run(mut self, change: impl FnOnce(&mut Run)) -> Self {
        change(&mut self.world.runs.get_mut(&run_key()).unwrap().data);
        self
    }

    /// An audit of task A's run.
    pub fn audit(mut self, account: Audit) -> Self {
        let address = address::audit(&account.run, &account.verifier);
        self.world.audits.insert(address, at(address, 50, account));
        self
    }

    pub fn me(mut self, change: impl FnOnce(&mut Provider)) -> Self {
        change(&mut self.world.providers.get_mut(&me()).unwrap().data);
        self
    }

    /// What is known of task A's outputs.
    pub fn knows(mut self, stage: Stage) -> Self {
        self.tasks.set(key(A), [A; 32], stage);
        self
    }

    /// What was sent about the audit of task A's run.
    pub fn sent(mut self, stage: AuditStage) -> Self {
        self.audits.set(run_key(), [A; 32], stage);
        self
    }

    /// All audits were listed in this slot.
    pub fn listed(mut self, slot: u64) -> Self {
        let audit = |account: &Versioned<Audit>| Account::Audit(Box::new(account.data.clone()));
        let accounts = self.world.audits.values().map(|account| (account.key, audit(account))).collect();
        self.world.apply(Update::Listing { kind: AccountKind::Audit, slot, accounts });
        self
    }

    pub fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
    }

    pub fn stopping(mut self) -> Self {
        self.stopping = true;
        self
    }

    pub fn view(&self) -> View<'_> {
        View {
            world: &self.world,
            me: me(),
            chain: self.chain,
            tasks: &self.tasks,
            audits: &self.audits,
            errands: &self.errands,
            limits: &self.limits,
            uptime: Duration::from_secs(100),
            stopping: self.stopping,
        }
    }

    pub fn plan_at(&self, now: Moment) -> Vec<Action> {
        plan(&self.view(), now)
    }

    pub fn plan(&self) -> Vec<Action> {
        self.plan_at(NOW)
    }
}

/// The run of task A by its owner.
pub fn run_key() -> Pubkey {
    address::run(&key(A), &key(OWNER))
}

pub fn run() -> Run {
    submitted(key(A), key(OWNER), key(OWNER + 100))
}

/// Task A with a submitted run of a stranger, which every eligible verifier may audit.
pub fn submission() -> Scene {
    Scene::new().task(A).run(run())
}

/// An answered audit of the run.
pub fn answered(authority: u8, root: [u8; 32], ordinal: u16) -> Audit {
    audit(run_key(), key(authority), root, ordinal)
}

/// The same, disputed by another verifier.
pub fn disputed() -> Scene {
    submission()
        .alter(|task| (task.state, task.slots[0].differing) = (tessera_chain::TaskState::Disputed, 1))
        .alter_run(|run| run.audits_open = 1)
        .audit(answered(OTHER, DIFFERENT.output, 0))
}

pub fn due(crank: Crank, since: i64) -> Action {
    Action::Errand(Errand::Due(Due { crank, since }))
}

pub fn claim(element: Option<[u8; 32]>) -> Vec<Action> {
    vec![Action::Claim { run: run_key(), element }]
}

pub fn post(roots: Roots) -> Vec<Action> {
    vec![Action::Post { run: run_key(), roots }]
}
