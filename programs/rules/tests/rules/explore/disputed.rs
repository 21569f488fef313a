//! Disputes in a world: opened by strangers for a bond or by another run's provider for none, owed by either side, over
//! with each verdict, settled, and closed once the slash has paid the winner.
//!
//! Of the phases two stand for all: one that the challenger owes and one that the provider owes. The table's own test
//! covers the others. Every deadline is a second away.

use tessera_rules::*;

use super::step::{Edge, Event};
use super::world::*;
use crate::fixtures::{NOW, units};

/// Most disputes of a run at once.
pub const DISPUTES: usize = 2;

/// One dispute of a run. `bond`: what its challenger put in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dispute {
    #[default]
    None,
    Live {
        phase: Phase,
        expired: bool,
        bond: u64,
    },
    Over {
        verdict: DisputeVerdict,
        bond: u64,
    },
    /// It refuted the run. `share`: what the slash paid into its bond vault; zero before.
    Won {
        bond: u64,
        share: u64,
    },
}

/// What may happen to a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Play {
    /// The challenger picks, and both sides move on to the step.
    Pick,
    Malformed,
    Step(bool),
    Timeout,
    Settle,
    Close,
}

/// A second for each move: no deadline is further away than the unbonding period.
const TERMS: DisputeTerms = DisputeTerms { execution_seconds: 1, trace_bytes: 0, unbonding_seconds: 1 };

impl Dispute {
    pub fn later(self) -> Self {
        match self {
            Self::Live { phase, bond, .. } => Self::Live { phase, expired: true, bond },
            other => other,
        }
    }

    /// Whether the run counts it.
    pub fn is_unsettled(self) -> bool {
        matches!(self, Self::Live { .. } | Self::Over { .. })
    }

    /// What its bond vault holds.
    pub fn vault(self) -> u64 {
        match self {
            Self::None => 0,
            Self::Live { bond, .. } | Self::Over { bond, .. } => bond,
            Self::Won { bond, share } => bond + share,
        }
    }

    /// What the slash pays, if it refuted the run.
    pub fn share(&mut self) -> Option<&mut u64> {
        if let Self::Won { share, .. } = self { Some(share) } else { None }
    }

    fn phase(self) -> Option<Phase> {
        match self {
            Self::Live { phase, .. } => Some(phase),
            Self::Over { verdict, .. } => Some(Phase::Over(verdict)),
            Self::None | Self::Won { .. } => None,
        }
    }

    fn view(self) -> Option<DisputeView> {
        let Self::Live { phase, expired, .. } = self else {
            return None;
        };
        let fresh = plan_dispute_start(TERMS, true, 0, false, NOW).unwrap();
        let until = if expired { NOW.at_once() } else { fresh.clocks.until };
        Some(DisputeView { phase, clocks: Clocks { until, ..fresh.clocks }, ..fresh })
    }

    fn at(self, phase: Phase) -> Self {
        let bond = self.vault();
        match phase.verdict() {
            Some(verdict) => Self::Over { verdict, bond },
            None => Self::Live { phase, expired: false, bond },
        }
    }
}

pub fn events(scenario: &Scenario, world: &World, i: usize) -> Vec<Event> {
    let used = usize::from(scenario.policy.runs());
    let here = world.sides[i].disputes;
    let count = |side: &RunFacts| side.disputes.iter().filter(|dispute| **dispute != Dispute::None).count();
    let mut all = vec![];
    if count(&world.sides[i]) < scenario.disputes.0
        && world.sides.iter().map(count).sum::<usize>() < scenario.disputes.1
    {
        let others = (0..used).map(Some).filter(|own| *own != Some(i));
        all.extend([None].into_iter().chain(others).map(|own| Event::Dispute(i, own)));
    }
    let plays =
        [Play::Pick, Play::Malformed, Play::Step(true), Play::Step(false), Play::Timeout, Play::Settle, Play::Close];
    for d in (0..DISPUTES).filter(|d| here[*d] != Dispute::None) {
        all.extend(plays.map(|play| Event::Game(i, d, play)));
    }
    all
}

/// A challenger opens a dispute; `own`: the slot of its own run.
pub fn open(world: &World, i: usize, own: Option<usize>) -> Option<Result<Edge, Refusal>> {
    let here = &world.sides[i].disputes;
    let d = here.iter().position(|dispute| *dispute == Dispute::None)?;
    let unsettled = here.iter().filter(|dispute| dispute.is_unsettled()).count() as u16;
    Some(plan_dispute_open(&world.task, i, unsettled, NOW).and_then(|count| {
        assert_eq!(count, unsettled + 1);
        let view = plan_dispute_start(TERMS, true, 0, false, NOW)?;
        let bond = bond(units(REWARD), is_bond_free(&world.task, i, own)?).get();
        let mut next = *world;
        next.sides[i].disputes[d] = Dispute::Live { phase: view.phase, expired: false, bond };
        Ok(Edge { next, came: bond, went: 0, lost_by_silence: None })
    }))
}

pub fn play(world: &World, i: usize, d: usize, play: Play) -> Option<Result<Edge, Refusal>> {
    let dispute = world.sides[i].disputes[d];
    let moved = |view: DisputeView| {
        let mut next = *world;
        next.sides[i].disputes[d] = dispute.at(view.phase);
        Edge { next, came: 0, went: 0, lost_by_silence: None }
    };
    Some(match play {
        Play::Settle => return settle(world, i, d),
        Play::Close => return close(world, i, d),
        Play::Timeout => plan_timeout(&dispute.view()?, NOW).map(moved),
        Play::Pick => pick(dispute.view()?).map(moved),
        Play::Malformed => plan_move(&dispute.view()?, Some(Side::Challenger), Move::Malformed, NOW).map(moved),
        Play::Step(right) => plan_move(&dispute.view()?, None, Move::Step { right }, NOW).map(moved),
    })
}

/// From the choice of an operation to the step, both sides moving at once.
fn pick(view: DisputeView) -> Result<DisputeView, Refusal> {
    let (challenger, provider) = (Some(Side::Challenger), Some(Side::Provider));
    let moves = [
        (challenger, Move::Operation),
        (provider, Move::Tensors { all: true }),
        (challenger, Move::Leaf),
        (provider, Move::Show { clean: true }),
        (challenger, Move::Element(Asks::Step)),
    ];
    moves.into_iter().try_fold(view, |view, (by, mv)| plan_move(&view, by, mv, NOW))
}

fn settle(world: &World, i: usize, d: usize) -> Option<Result<Edge, Refusal>> {
    let dispute = world.sides[i].disputes[d];
    let phase = dispute.phase()?;
    let unsettled = world.sides[i].disputes.iter().filter(|dispute| dispute.is_unsettled()).count() as u16;
    Some(plan_dispute_settle(&world.task, i, phase, unsettled).map(|step| {
        assert_eq!(step.open_disputes, unsettled - 1);
        let mut next = World { task: step.task, ..*world };
        let bond = dispute.vault();
        let paid = bond_payout(units(bond), step.end.bond()).unwrap();
        assert_eq!(paid.challenger.get() + paid.provider.get() + paid.sink.get(), bond);
        let lost = bond - paid.challenger.get();
        assert_eq!(lost, if step.end == DisputeEnd::Lost { bond } else { 0 });
        let won = step.end.waits_for_slash();
        next.sides[i].disputes[d] = if won { Dispute::Won { bond, share: 0 } } else { Dispute::None };
        Edge { next, came: 0, went: if won { 0 } else { bond }, lost_by_silence: None }
    }))
}

fn close(world: &World, i: usize, d: usize) -> Option<Result<Edge, Refusal>> {
    let Dispute::Won { bond, share } = world.sides[i].disputes[d] else {
        return None;
    };
    let run = match world.task.slots[i].state {
        SlotState::Slashed => RunState::Slashed,
        _ => RunState::Submitted,
    };
    Some(plan_dispute_close(run).map(|()| {
        assert!(share > 0, "a dispute is closed without its share: {world:?}");
        let mut next = *world;
        next.sides[i].disputes[d] = Dispute::None;
        Edge { next, came: 0, went: bond + share, lost_by_silence: None }
    }))
}

/// What holds of every edge: what is in dispute is not decided, what is refuted is slashed and nothing else, and silence
/// gives the other side the verdict.
pub fn check(world: &World, event: Event, next: &World) {
    let disputed = world.sides.iter().flat_map(|side| side.disputes).any(Dispute::is_unsettled);
    for (i, side) in world.sides.iter().enumerate() {
        let (before, after) = (world.task.slots[i].state, next.task.slots[i].state);
        if side.disputes.iter().any(|dispute| dispute.is_unsettled()) {
            assert!(matches!(after, SlotState::Submitted | SlotState::Refuted), "{event:?} decided {world:#?}");
        }
        // Another run's dispute may refute this root too, or what would outvote it.
        if disputed && after != before {
            assert!(!matches!(after, SlotState::Upheld | SlotState::Void), "{event:?} decided {world:#?}");
        }
        if before == SlotState::Refuted {
            assert!(matches!(after, SlotState::Refuted | SlotState::Slashed), "{event:?} spared {world:#?}");
        }
        if before == SlotState::Slashed {
            assert_eq!(after, before, "{event:?} in {world:#?}");
        }
        let winners = next.sides[i].disputes.iter().filter(|dispute| matches!(dispute, Dispute::Won { .. })).count();
        assert!(winners <= 1, "{event:?}: two disputes won in {next:#?}");
        assert!(winners == 0 || matches!(after, SlotState::Refuted | SlotState::Slashed), "{event:?} in {world:#?}");
    }
    if let Event::Game(i, d, Play::Timeout) = event {
        let (Some(before), Dispute::Over { verdict, .. }) =
            (world.sides[i].disputes[d].phase(), next.sides[i].disputes[d])
        else {
            panic!("a timeout ends a dispute: {world:#?}");
        };
        let other = match owes(before) {
            Some(Side::Provider) => DisputeVerdict::ChallengerWon,
            _ => DisputeVerdict::ProviderWon,
        };
        assert_eq!(verdict, other, "silence paid in {world:#?}");
    }
}
