//! Accounts as they might be, for tests: each test changes only the fields that it is about.

use anchor_lang::prelude::Pubkey;
use anchor_spl::token;
use tessera::state::{
    Audit, AuditState, BackendKind, Balance, Deadline, Decision, Differing, Draw, EpochPool, Hardware, LAYOUT_VERSION,
    Market, MarketParams, Moment, Opened, Policy, Provider, ProviderStatus, Reputation, Requirements, RewardSplits,
    Roles, Run, RunState, Share, Sink, SlashShares, Slot, SlotState, Stake, Task, TaskState, Terms, TicketChain,
    Unbonding, Windows,
};

use crate::address;

/// A moment without history.
const NEVER: Moment = Moment { unix: 0, slot: 0 };

/// The address made of 32 times `byte`.
#[must_use]
pub fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

/// The deadline at unix second `unix` and the slot twice that number.
#[must_use]
pub fn deadline(unix: u32) -> Deadline {
    Deadline { unix: i64::from(unix), slot: 2 * u64::from(unix) }
}

/// The moment at unix second `unix` and the slot twice that number: what a deadline waits for.
#[must_use]
pub fn moment(unix: u32) -> Moment {
    Moment { unix: i64::from(unix), slot: 2 * u64::from(unix) }
}

/// A market of `mint`, a mint of the Token program, with id 0, made by `creator`, with fee epochs of a day. Its verifiers
/// stake nothing.
#[must_use]
pub fn market(creator: Pubkey, mint: Pubkey) -> Market {
    Market {
        version: LAYOUT_VERSION,
        bump: 255,
        insurance_bump: 255,
        id: 0,
        creator,
        authority: creator,
        treasury: creator,
        mint,
        params: MarketParams {
            splits: RewardSplits { provider_bps: 8_000, treasury_bps: 1_500, model_bps: 500 },
            slash: SlashShares { challenger_bps: 4_000, requester_bps: 1_000, sink_bps: 5_000 },
            sink: Sink::Insurance,
            audit_rate_bps: 5_000,
            honest_auditors_bps: 9_000,
            min_lock_bps: 25_000,
            audit_lock_bps: 10_000,
            no_show_bps: 1_000,
            no_show_min: 1,
            min_reward: 1,
            max_open_seconds: 3_600,
            max_execution_seconds: 600,
            max_audit_seconds: 3_600,
            max_challenge_seconds: 7_200,
            unbonding_seconds: 604_800,
            reputation_decay_bps: 9_500,
            reputation_cap: 10,
            newcomer_weight: 0,
            draw_delay_slots: 4,
            agreed_challenge_seconds: 60,
            max_reveal_seconds: 600,
            max_grace_seconds: 60,
            timelock_seconds: 3_600,
            silence_bps: 5_000,
        },
        token_program: token::ID,
        unclaimed_bump: 255,
        paused: false,
        epoch_seconds: 86_400,
        verify_stake: 0,
        reserved: [0; 128],
        pending_authority: None,
        pending: None,
    }
}

/// An active provider that computes and verifies since time zero, with 1,000,000 base units of free stake, all of which
/// weigh in draws. It has committed to no ticket chain.
#[must_use]
pub fn provider(market: Pubkey, authority: Pubkey) -> Provider {
    Provider {
        version: LAYOUT_VERSION,
        bump: 255,
        vault_bump: 255,
        market,
        authority,
        status: ProviderStatus::Active,
        roles: Roles { compute: true, verify: true },
        ticket: TicketChain::NONE,
        ticket_since: NEVER,
        ticket_stake: 1_000_000,
        stake: Stake { free: 1_000_000, locked: 0, unbonding: [Unbonding { amount: 0, until: 0 }; 4] },
        hardware: Hardware {
            backend: BackendKind::Cpu,
            memory_mib: 1_024,
            compute_capability: 0,
            region: [0; 2],
            tier: 0,
        },
        price_floor: 0,
        reputation: Reputation { good: 0, bad: 0 },
        active_runs: 0,
        max_runs: 1,
        runs_unclosed: 0,
        active_audits: 0,
        reserved: [0; 128],
        endpoint: String::new(),
    }
}

/// An open optimistic task, created at time zero, with a reward of 1,000 base units, to be claimed until second 600, and
/// windows of 60 (execution), 300 (audit) and 600 (challenge) seconds.
#[must_use]
pub fn task(market: Pubkey, requester: Pubkey, nonce: u64) -> Task {
    Task {
        version: LAYOUT_VERSION,
        bump: 255,
        vault_bump: 255,
        runs: 1,
        state: TaskState::Open,
        escrow: 1_116,
        open_until: deadline(600),
        runs_open: 0,
        terms_hash: [9; 32],
        owed: 0,
        reveal_from: NEVER,
        audit_until: deadline(0),
        challenge_until: deadline(0),
        slots: [Slot::FREE; 3],
        vault: address::task_vault(&address::task(&requester, nonce)),
        reserved: [0; 32],
        terms: terms(market, requester, nonce),
        decision: Decision::Undecided,
        excluded: Vec::new(),
    }
}

/// [`task`] with `runs` (2 or 3) sealed runs and a reveal window of 60 seconds.
#[must_use]
pub fn redundant(market: Pubkey, requester: Pubkey, nonce: u64, runs: u8) -> Task {
    let mut task = task(market, requester, nonce);
    task.runs = runs;
    task.escrow = u64::from(runs) * 1_100 + 16;
    task.terms.policy = Policy::Redundant { runs };
    task.terms.windows.reveal_seconds = 60;
    task
}

fn terms(market: Pubkey, requester: Pubkey, nonce: u64) -> Terms {
    Terms {
        market,
        requester,
        nonce,
        graph_root: [1; 32],
        inputs_root: [2; 32],
        manifest_id: [3; 32],
        op_count: 1,
        output_count: 1,
        policy: Policy::Optimistic,
        reward: 1_000,
        audit_reward: 100,
        crank_bounty: 16,
        windows: Windows {
            open_seconds: 600,
            execution_seconds: 60,
            audit_seconds: 300,
            challenge_seconds: 600,
            exclusive_seconds: 0,
            grace_seconds: 0,
            reveal_seconds: 0,
        },
        splits: RewardSplits { provider_bps: 8_000, treasury_bps: 1_500, model_bps: 500 },
        slash: SlashShares { challenger_bps: 4_000, requester_bps: 1_000, sink_bps: 5_000 },
        sink: Sink::Insurance,
        run_lock: 2_500,
        audit_lock: 1_000,
        no_show_slash: 100,
        audit_rate_bps: 5_000,
        newcomer_weight: 0,
        silence_bps: 5_000,
        draw_delay_slots: 4,
        agreed_challenge_seconds: 60,
        requirements: Requirements::NONE,
        named_only: false,
        waive_window: false,
        created_slot: 0,
        created_at: 0,
        model: None,
        manifest_locator: "file:///data".to_owned(),
        shortlist: Vec::new(),
    }
}

/// A run claimed at time zero by the provider account `provider` of `authority`, to be submitted until second 60.
#[must_use]
pub fn run(market: Pubkey, task: Pubkey, provider: Pubkey, authority: Pubkey) -> Run {
    Run {
        version: LAYOUT_VERSION,
        bump: 255,
        market,
        task,
        provider,
        authority,
        state: RunState::Claimed,
        lock: 2_500,
        seal: [0; 32],
        output_root: [0; 32],
        output_id: [0; 32],
        trace_root: [0; 32],
        claimed_at: NEVER,
        execute_until: deadline(60),
        submitted_at: NEVER,
        decided_at: NEVER,
        verify_stake: 0,
        audit_rate_bps: 0,
        draw_slot: 0,
        forced: 0,
        audits_open: 0,
        earning: 0,
        open_disputes: 0,
        differed: [Differing::NONE; 2],
        reserved: [0; 64],
        draw: Draw::Pending,
        winners: None,
        output_locator: String::new(),
    }
}

/// [`run`] after its seal.
#[must_use]
pub fn sealed(market: Pubkey, task: Pubkey, provider: Pubkey, authority: Pubkey) -> Run {
    Run { state: RunState::Sealed, seal: [4; 32], ..run(market, task, provider, authority) }
}

/// [`run`] after its submission at second 30, audited at a rate of one half of the verifiers' stake of 1,000,000 base units,
/// which the hash of slot 64 draws. The windows stand in the task, see [`with_run`].
#[must_use]
pub fn submitted(market: Pubkey, task: Pubkey, provider: Pubkey, authority: Pubkey) -> Run {
    Run {
        state: RunState::Submitted,
        output_root: [5; 32],
        output_id: [6; 32],
        submitted_at: moment(30),
        verify_stake: 1_000_000,
        audit_rate_bps: 5_000,
        draw_slot: 64,
        output_locator: "file:///data".to_owned(),
        ..run(market, task, provider, authority)
    }
}

/// Gives `run` the first free slot of `task`, in the state that the run says, and moves the task on: to claimed with the
/// last slot, and where everything is submitted to its windows, which count from second 30.
pub fn with_run(task: &mut Task, run: &Run) {
    let (state, root) = match run.state {
        RunState::Claimed => (SlotState::Claimed, [0; 32]),
        RunState::Sealed => (SlotState::Sealed, [0; 32]),
        RunState::Submitted => (SlotState::Submitted, run.output_root),
        RunState::Upheld => (SlotState::Upheld, run.output_root),
        RunState::Slashed => (SlotState::Slashed, run.output_root),
        RunState::Void => (SlotState::Void, run.output_root),
        RunState::Abandoned => (SlotState::Free, [0; 32]),
    };
    let used = usize::from(task.runs);
    let Some(slot) = task.slots.iter_mut().take(used).find(|slot| slot.state == SlotState::Free) else { return };
    *slot = Slot { provider: run.provider, state, root, agreeing: 0, differing: 0 };
    task.runs_open += 1;
    let slots = || task.slots.iter().take(used);
    if slots().all(|slot| slot.state == SlotState::Submitted) {
        let split = slots().any(|slot| slot.root != root);
        task.state = if split { TaskState::Disputed } else { TaskState::Submitted };
        (task.audit_until, task.challenge_until) = (deadline(330), deadline(630));
    } else if slots().all(|slot| slot.state != SlotState::Free) {
        task.state = TaskState::Claimed;
    }
}

/// An audit in this state, claimed with a winning ticket by the verifier of `authority` in `market` at second 40,
/// to be answered until second 160. Agreeing, its leaf is picked by slot 84.
#[must_use]
pub fn audit(run: Pubkey, market: Pubkey, authority: Pubkey, state: AuditState) -> Audit {
    let answered = state != AuditState::Claimed;
    let agreed = matches!(state, AuditState::Agreed { .. });
    Audit {
        version: LAYOUT_VERSION,
        bump: 255,
        market,
        run,
        verifier: address::provider(&market, &authority),
        authority,
        lock: 1_000,
        ordinal: 0,
        claimed_at: moment(40),
        answer_until: deadline(160),
        posted_at: if answered { moment(40) } else { NEVER },
        pick_slot: if agreed { 84 } else { 0 },
        opened: Opened { output: false, keyed: false },
        drawn: true,
        vault: address::stake_vault(&address::provider(&market, &authority)),
        reserved: [0; 32],
        state,
        pick: None,
        leaf: None,
    }
}

/// The books of an epoch whose fee vaults are not open yet.
#[must_use]
pub fn pool(market: Pubkey, epoch: u64) -> EpochPool {
    EpochPool {
        version: LAYOUT_VERSION,
        bump: 255,
        market,
        epoch,
        payer: key(90),
        vault_bump: 255,
        opened: 0,
        swept: 0,
        shares_open: 0,
        funded: 0,
        paid: 0,
        total_fees: 0,
        fee_payers: [Pubkey::new_from_array([0; 32]); 16],
        reserved: [0; 64],
    }
}

/// The share of a provider in an epoch, without fees.
#[must_use]
pub fn share(market: Pubkey, provider: Pubkey, epoch: u64) -> Share {
    Share { version: LAYOUT_VERSION, bump: 255, market, provider, epoch, payer: key(90), fees: 0, reserved: [0; 32] }
}

/// 50 base units that `owner` can claim.
#[must_use]
pub fn balance(market: Pubkey, owner: Pubkey) -> Balance {
    Balance { version: LAYOUT_VERSION, bump: 255, market, owner, payer: key(90), amount: 50, reserved: [0; 32] }
}
