//! What a provider sees in a table's row.

use std::time::Duration;

use tessera_chain::due::{Crank, Due};
use tessera_chain::rules::Outcome;
use tessera_chain::{Provider, Pubkey, Run, Task, World, address};
use tessera_node::{CrankLimits, Errand, ErrandMemory, Memory};
use tessera_provider::Limits;
use tessera_provider::plan::{Action, Stage, View, plan};

use crate::accounts::{NOW, PAST, at, key, market, market_key, provider, seat, task};

pub const AUTHORITY: u8 = 9;
/// The provider's account, and tasks. A task's terms hash is its number 32 times.
pub const ME: u8 = 10;
pub const A: u8 = 20;
pub const B: u8 = 21;
pub const STRANGER: u8 = 40;

pub struct Scene {
    pub world: World,
    pub memory: Memory<Pubkey, Stage>,
    pub errands: ErrandMemory,
    pub limits: Limits,
    pub uptime: Duration,
    pub stopping: bool,
}

impl Scene {
    pub fn new() -> Self {
        let mut world = World::new(market_key());
        world.moment = NOW;
        world.market = Some(at(market_key(), 1, market()));
        world.providers.insert(key(ME), at(key(ME), 1, provider(key(AUTHORITY))));
        let cranks = CrankLimits { others: false, after: Duration::from_secs(30), at_once: 4 };
        let limits = Limits { max_runs: 1, min_reward: 0, prefetch: 2, open_shares: false, cranks };
        Self {
            world,
            memory: Memory::new(),
            errands: Memory::new(),
            limits,
            uptime: Duration::from_secs(100),
            stopping: false,
        }
    }

    /// An optimistic task.
    pub fn task(self, number: u8, change: impl FnOnce(&mut Task)) -> Self {
        self.put(number, task(number), change)
    }

    pub fn put(mut self, number: u8, mut task: Task, change: impl FnOnce(&mut Task)) -> Self {
        change(&mut task);
        self.world.tasks.insert(key(number), at(key(number), 50, task));
        self
    }

    /// Changes a task once its runs have their slots.
    pub fn alter(mut self, number: u8, change: impl FnOnce(&mut Task)) -> Self {
        change(&mut self.world.tasks.get_mut(&key(number)).unwrap().data);
        self
    }

    pub fn run(mut self, run: Run) -> Self {
        seat(&mut self.world.tasks.get_mut(&run.task).unwrap().data, &run);
        let address = address::run(&run.task, &run.provider);
        self.world.runs.insert(address, at(address, 50, run));
        self
    }

    pub fn me(mut self, change: impl FnOnce(&mut Provider)) -> Self {
        change(&mut self.world.providers.get_mut(&key(ME)).unwrap().data);
        self
    }

    pub fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
    }

    pub fn knows(mut self, number: u8, stage: Stage) -> Self {
        self.memory.set(key(number), [number; 32], stage);
        self
    }

    pub fn stopping(mut self) -> Self {
        self.stopping = true;
        self
    }

    pub fn view(&self) -> View<'_> {
        View {
            world: &self.world,
            me: key(ME),
            memory: &self.memory,
            errands: &self.errands,
            limits: &self.limits,
            uptime: self.uptime,
            stopping: self.stopping,
        }
    }

    pub fn plan(&self) -> Vec<Action> {
        plan(&self.view(), NOW)
    }
}

/// The run of task A by this provider account.
pub fn run_key(provider: u8) -> Pubkey {
    address::run(&key(A), &key(provider))
}

fn due(crank: Crank, since: i64) -> Action {
    Action::Errand(Errand::Due(Due { crank, since }))
}

/// Settles the run of task A by this provider, whose window ended at `PAST`.
pub fn settle(provider: u8, outcome: Outcome) -> Action {
    due(Crank::Settle { task: key(A), run: run_key(provider), outcome }, PAST.unix)
}

pub fn uphold(provider: u8) -> Action {
    settle(provider, Outcome::Upheld)
}

pub fn expire(run: Option<Pubkey>, since: i64) -> Action {
    due(Crank::Expire { task: key(A), run }, since)
}

pub fn draw(provider: u8, since: i64) -> Action {
    due(Crank::Draw { task: key(A), run: run_key(provider) }, since)
}
