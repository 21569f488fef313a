//! What may happen in a world, and what happens then: the very functions that the program calls, and the tokens that move.

use tessera_rules::*;

use super::disputed::Play;
use super::world::*;
use crate::fixtures::{NOW, bps, params, units};

/// Something that may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Second,
    Cancel,
    Claim,
    Release(usize),
    Submit(usize, Root),
    Seal(usize),
    Reveal(usize, Root),
    ExpireOpen,
    ExpireRun(usize),
    /// With a winning ticket, or without any.
    AuditClaim(usize, usize, bool),
    Answer(usize, usize, Option<Root>, bool),
    Open(usize, usize),
    Force(usize),
    /// By a stranger, or by the provider of another run.
    Dispute(usize, Option<usize>),
    /// Something happens to a dispute of a run.
    Game(usize, usize, Play),
    Settle(usize, bool),
    CloseAudit(usize, usize),
}

impl Event {
    /// Whether anyone may bring it about: a crank, or time.
    pub fn is_permissionless(self) -> bool {
        matches!(
            self,
            Self::Second
                | Self::ExpireOpen
                | Self::ExpireRun(_)
                | Self::Game(_, _, Play::Timeout | Play::Settle | Play::Close)
                | Self::Settle(..)
                | Self::CloseAudit(..)
        )
    }
}

/// What an event did: the next world, and the tokens that came in and went out.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    pub next: World,
    /// Into escrow or locks.
    pub came: u64,
    /// Out of escrow and locks: paid, freed or burned.
    pub went: u64,
    /// Of that, what the party whose silence ended here has lost.
    pub lost_by_silence: Option<u64>,
}

/// Tries an event. Outer `None`: it makes no sense here (no such audit, nothing to show).
pub fn step(world: &World, event: Event) -> Option<Result<Edge, Refusal>> {
    let plain = |task| Edge { next: World { task, ..*world }, came: 0, went: 0, lost_by_silence: None };
    let task = &world.task;
    Some(match event {
        Event::Second => Ok(Edge { next: world.later(), came: 0, went: 0, lost_by_silence: None }),
        Event::Cancel => plan_cancel(task).map(|task| {
            let next = World { task, held: 0, ..*world };
            Edge { next, came: 0, went: world.held, lost_by_silence: None }
        }),
        Event::Claim => claim(world, false),
        Event::Release(i) => plan_release(task, i, world.sides[i].claimed_at, NOW).map(|task| {
            let mut edge = Edge { went: RUN_LOCK, ..plain(task) };
            edge.next.sides[i] = RunFacts::default();
            edge
        }),
        Event::Submit(i, root) => plan_submit(task, i, world.sides[i].execute_until, Some(root), NOW).map(plain),
        Event::Seal(i) => plan_seal(task, i, world.sides[i].execute_until, NOW).map(plain),
        Event::Reveal(i, root) => plan_reveal(task, i, Some(root), NOW).map(plain),
        Event::ExpireOpen => plan_expire(task, None, NOW).map(|step| expired(world, step, None)),
        Event::ExpireRun(i) => {
            let run = SilentRun { slot: i, execute_until: world.sides[i].execute_until };
            plan_expire(task, Some(run), NOW).map(|step| expired(world, step, Some(i)))
        }
        Event::AuditClaim(i, v, drawn) => return audit_claim(world, i, v, drawn),
        Event::Answer(i, v, differs, matching) => return answer(world, i, v, differs, matching),
        Event::Open(i, v) => {
            let (verdict, opened) = match world.sides[i].audits[v] {
                Audit::None | Audit::Closed | Audit::AgreedUndrawn => return None,
                Audit::Claimed(..) => (None, false),
                Audit::Agreed => (Some(Verdict::Agrees), false),
                Audit::Proven => (Some(Verdict::Agrees), true),
                Audit::Differed(_) => (Some(Verdict::Differs), false),
            };
            plan_audit_open(task, i, verdict, opened, NOW).map(|()| {
                let mut edge = plain(*task);
                edge.next.sides[i].audits[v] = Audit::Proven;
                edge
            })
        }
        Event::Force(i) => {
            let paid = if world.sides[i].forced { AUDIT_REWARD } else { 0 };
            let (reward, least) = (units(AUDIT_REWARD), params().min_reward);
            plan_audit_force(task, i, units(paid), reward, units(0), least, NOW).map(|amount| {
                let mut edge = Edge { came: amount.get(), ..plain(*task) };
                edge.next.sides[i].forced = true;
                edge.next.held += amount.get();
                edge
            })
        }
        Event::Dispute(i, own) => return super::disputed::open(world, i, own),
        Event::Game(i, d, play) => return super::disputed::play(world, i, d, play),
        Event::Settle(i, pair_shown) => return super::settle::settle(world, i, pair_shown),
        Event::CloseAudit(i, v) => return super::settle::close_audit(world, i, v),
    })
}

/// A provider claims; `again`: it has a slot already.
pub fn claim(world: &World, again: bool) -> Result<Edge, Refusal> {
    let terms = ClaimTerms {
        reward: units(REWARD),
        run_lock: units(RUN_LOCK),
        requirements: Requirements::default(),
        named_only: false,
        exclusive_until: NOW.at_once(),
        paused: false,
    };
    let by = Claimant { has_slot: again, ..crate::fixtures::claimant() };
    let by = Claimant { price_floor: units(0), ..by };
    plan_claim(&world.task, &terms, &by, NOW).map(|step| {
        let mut next = World { task: step.task, ..*world };
        next.sides[step.slot] = RunFacts { execute_until: step.execute_until, claimed_at: NOW, ..RunFacts::default() };
        Edge { next, came: step.lock.get(), went: 0, lost_by_silence: None }
    })
}

fn expired(world: &World, step: ExpireStep<Root>, run: Option<usize>) -> Edge {
    let last = step.is_final();
    let money = world.escrow(run);
    let paid = refund_payout(&money, step.ending, last, true).unwrap();
    assert_eq!(paid.kept.get() == 0, last || world.held == 0, "{world:?}");
    let mut next = World { task: step.task, held: paid.kept.get(), ..*world };
    let mut edge_went = paid.cranker.get() + paid.requester.get();
    let lost = run.map(|i| {
        next.sides[i] = RunFacts::default();
        let stake = Stake { locked: units(RUN_LOCK), ..Stake::default() };
        match step.ending {
            Ending::NoShow => {
                let (after, slash) = stake.slash_liveness(units(RUN_LOCK), units(NO_SHOW)).unwrap();
                edge_went += slash.slashed.get() + after.free.get();
                slash.slashed.get()
            }
            Ending::Silent => {
                let parts = slash_payout(units(RUN_LOCK), &params().slash, 0).unwrap();
                assert!(parts.first_auditor.is_zero() && parts.second_auditor.is_zero());
                edge_went += parts.requester.get() + parts.sink.get();
                RUN_LOCK
            }
            Ending::Unclaimed => panic!("a run ended as unclaimed: {world:?}"),
        }
    });
    Edge { next, came: 0, went: edge_went, lost_by_silence: lost }
}

fn audit_claim(world: &World, i: usize, v: usize, drawn: bool) -> Option<Result<Edge, Refusal>> {
    if world.sides[i].audits[v] != Audit::None {
        return None;
    }
    let rate = bps(if world.sides[i].forced { FULL_BPS } else { 5_000 });
    let run = AuditedRun { slot: i, submitted_at: NOW, rate, verify_stake: units(1_000), draw_delay_slots: 1 };
    Some(plan_audit_claim(&world.task, &run, &crate::fixtures::auditor(), drawn.then_some(0), NOW).map(|claim| {
        let mut next = World { task: claim.task, ..*world };
        next.sides[i].audits[v] = Audit::Claimed(claim.answer_until, claim.paid);
        Edge { next, came: AUDIT_LOCK, went: 0, lost_by_silence: None }
    }))
}

fn answer(world: &World, i: usize, v: usize, differs: Option<Root>, matching: bool) -> Option<Result<Edge, Refusal>> {
    let Audit::Claimed(until, paid) = world.sides[i].audits[v] else {
        return None;
    };
    let earlier = differs.is_some_and(|root| world.sides[i].audits.contains(&Audit::Differed(root)));
    if matching && !earlier || differs == Some(world.task.slots[i].root) {
        return None;
    }
    Some(plan_audit(&world.task, i, until, differs, matching, NOW).map(|step| {
        let mut next = World { task: step.task, ..*world };
        next.sides[i].audits[v] = match differs {
            Some(root) => Audit::Differed(root),
            None if paid => Audit::Agreed,
            None => Audit::AgreedUndrawn,
        };
        Edge { next, came: 0, went: 0, lost_by_silence: None }
    }))
}

impl World {
    /// The money that an ending of this run shares.
    pub fn escrow(&self, run: Option<usize>) -> Escrow {
        let forced = run.is_some_and(|i| self.sides[i].forced);
        Escrow {
            held: units(self.held),
            kept_for_auditors: units(self.kept),
            reward: units(REWARD),
            audit_reward: units(if forced { 2 * AUDIT_REWARD } else { AUDIT_REWARD }),
            crank_bounty: units(BOUNTY),
            runs: self.task.policy.runs(),
        }
    }
}
