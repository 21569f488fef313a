//! Accounts for tests of agents; a test names only what it varies.
#![allow(dead_code, reason = "each test uses a part")]

use tessera_chain::fake::fixture;
pub use tessera_chain::fake::fixture::key;
use tessera_chain::{
    Audit, AuditState, Deadline, Draw, Market, Moment, Opened, Policy, Provider, Pubkey, Run, RunState, Sink, Slot,
    SlotState, Stake, Task, TaskState, Versioned, Windows, address,
};

pub const NOW: Moment = Moment { unix: 1_000, slot: 2_000 };
pub const SOON: Deadline = Deadline { unix: 1_100, slot: 2_200 };
pub const PAST: Deadline = Deadline { unix: 990, slot: 1_980 };

/// What runs are submitted with.
pub const ROOT: [u8; 32] = [7; 32];

pub fn market_key() -> Pubkey {
    key(1)
}

pub fn requester() -> Pubkey {
    key(2)
}

pub fn at<T>(key: Pubkey, slot: u64, data: T) -> Versioned<T> {
    Versioned { key, slot, data }
}

/// With fee epochs of a day: `NOW` is in epoch 0.
pub fn market() -> Market {
    fixture::market(key(3), key(4))
}

/// Active, both roles, 1,000 base units of free stake of which 50 weigh in draws, four runs at most.
pub fn provider(authority: Pubkey) -> Provider {
    let base = fixture::provider(market_key(), authority);
    Provider { stake: Stake { free: 1_000, ..base.stake }, ticket_stake: 50, max_runs: 4, ..base }
}

/// Open until `SOON`, reward 100, a run locks 250, an audit 100.
pub fn task(nonce: u8) -> Task {
    let mut task = fixture::task(market_key(), requester(), nonce.into());
    (task.escrow, task.open_until, task.terms_hash) = (120, SOON, [nonce; 32]);
    let terms = &mut task.terms;
    (terms.reward, terms.audit_reward, terms.crank_bounty) = (100, 10, 10);
    (terms.run_lock, terms.audit_lock, terms.no_show_slash) = (250, 100, 10);
    (terms.created_slot, terms.created_at) = (1_900, 950);
    (terms.op_count, terms.sink) = (2, Sink::Burn);
    terms.manifest_locator = "file:///nowhere".into();
    terms.windows = Windows {
        open_seconds: 100,
        execution_seconds: 100,
        audit_seconds: 200,
        challenge_seconds: 200,
        exclusive_seconds: 0,
        grace_seconds: 0,
        reveal_seconds: 0,
    };
    task
}

/// The same with this many sealed runs, to be revealed within 100 seconds.
pub fn redundant(nonce: u8, runs: u8) -> Task {
    let mut task = task(nonce);
    (task.runs, task.terms.policy) = (runs, Policy::Redundant { runs });
    task.escrow = u64::from(runs) * 110 + 10;
    task.terms.windows.reveal_seconds = 100;
    task
}

/// Claimed, to be submitted until `SOON`.
pub fn run(task: Pubkey, provider: Pubkey, authority: Pubkey) -> Run {
    Run {
        lock: 250,
        claimed_at: Moment { unix: 960, slot: 1_920 },
        execute_until: SOON,
        ..fixture::run(market_key(), task, provider, authority)
    }
}

/// Sealed with something.
pub fn sealed(task: Pubkey, provider: Pubkey, authority: Pubkey) -> Run {
    Run { state: RunState::Sealed, seal: [6; 32], ..run(task, provider, authority) }
}

/// Submitted with [`ROOT`]; every eligible verifier may audit it.
pub fn submitted(task: Pubkey, provider: Pubkey, authority: Pubkey) -> Run {
    Run {
        state: RunState::Submitted,
        output_root: ROOT,
        output_id: [8; 32],
        submitted_at: Moment { unix: 970, slot: 1_940 },
        verify_stake: 1_000,
        audit_rate_bps: 10_000,
        draw_slot: 1_944,
        draw: Draw::Hash([3; 32]),
        output_locator: "file:///nowhere".into(),
        ..run(task, provider, authority)
    }
}

/// Gives a run its slot in its task: the one that its provider has, else the first free one; and moves the task on. Windows
/// that begin end at `SOON`.
pub fn seat(task: &mut Task, run: &Run) {
    let used = usize::from(task.runs);
    let state = match run.state {
        RunState::Claimed => SlotState::Claimed,
        RunState::Sealed => SlotState::Sealed,
        RunState::Submitted => SlotState::Submitted,
        RunState::Upheld => SlotState::Upheld,
        RunState::Slashed => SlotState::Slashed,
        RunState::Void => SlotState::Void,
        RunState::Abandoned => SlotState::Free,
    };
    let place = task.slot_of(&run.provider).ok();
    let free = task.slots.iter().position(|slot| slot.state == SlotState::Free);
    let slot = &mut task.slots[place.or(free).expect("a free slot")];
    *slot = Slot { provider: run.provider, state, root: run.output_root, ..*slot };
    task.runs_open += u16::from(place.is_none());
    let slots = &task.slots[..used];
    if slots.iter().any(|slot| slot.state == SlotState::Free) {
        return;
    }
    let shown = slots.iter().all(|slot| !matches!(slot.state, SlotState::Claimed | SlotState::Sealed));
    if !shown {
        task.state = TaskState::Claimed;
        return;
    }
    let split = slots.iter().any(|slot| slot.root != slots[0].root);
    task.state = if split { TaskState::Disputed } else { TaskState::Submitted };
    (task.audit_until, task.challenge_until) = (SOON, SOON);
}

/// The `ordinal`-th audit of a run, drawn, with this root; what agreed has been opened.
pub fn audit(run: Pubkey, authority: Pubkey, root: [u8; 32], ordinal: u16) -> Audit {
    let agrees = root == ROOT;
    let state = if agrees { AuditState::Agreed { keyed_root: [1; 32] } } else { AuditState::Differs { root } };
    Audit {
        lock: 100,
        ordinal,
        claimed_at: Moment { unix: 975, slot: 1_950 },
        answer_until: SOON,
        posted_at: Moment { unix: 980, slot: 1_960 },
        pick_slot: if agrees { 1_964 } else { 0 },
        opened: Opened { output: agrees, keyed: agrees },
        ..fixture::audit(run, market_key(), authority, state)
    }
}

/// An audit that is owed until `SOON`.
pub fn owed_audit(run: Pubkey, authority: Pubkey) -> Audit {
    let base = audit(run, authority, ROOT, 0);
    let state = AuditState::Claimed;
    Audit { state, posted_at: Moment { unix: 0, slot: 0 }, pick_slot: 0, opened: Opened::default(), ..base }
}

/// The Provider account of an authority.
pub fn account_of(authority: &Pubkey) -> Pubkey {
    address::provider(&market_key(), authority)
}
