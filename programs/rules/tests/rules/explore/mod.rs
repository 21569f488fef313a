//! Every reachable state of a task with one, two and three runs, by every event in every order.

mod disputed;
mod legal;
mod settle;
mod step;
mod world;

use std::collections::{HashMap, VecDeque};

use legal::{can_act, legal};
use step::{Edge, Event, claim, step};
use tessera_rules::*;
use world::{AUDITS, Audit, FOUND, ROOTS, Scenario, World};

/// All that was found.
struct Graph {
    /// Whether funds are held, by state.
    holds: Vec<bool>,
    /// From, to, and whether anyone may take it.
    edges: Vec<(u32, u32, bool)>,
    refusals: usize,
    worlds: Vec<World>,
}

fn events(scenario: &Scenario, world: &World) -> Vec<Event> {
    let mut all = vec![Event::Second, Event::Cancel, Event::Claim, Event::ExpireOpen];
    let claimed: usize = world.sides.iter().flat_map(|side| side.audits).filter(|audit| *audit != Audit::None).count();
    for i in 0..usize::from(scenario.policy.runs()) {
        all.extend([
            Event::Release(i),
            Event::Seal(i),
            Event::ExpireRun(i),
            Event::Settle(i, false),
            Event::Settle(i, true),
        ]);
        all.extend(ROOTS.into_iter().flat_map(|root| [Event::Submit(i, root), Event::Reveal(i, root)]));
        if scenario.force {
            all.push(Event::Force(i));
        }
        all.extend(disputed::events(scenario, world, i));
        let here = world.sides[i].audits;
        let fresh = here.iter().position(|audit| *audit == Audit::None);
        let more = here.iter().filter(|audit| **audit != Audit::None).count() < scenario.audits.0;
        if let Some(v) = fresh.filter(|_| more && claimed < scenario.audits.1) {
            all.push(Event::AuditClaim(i, v, true));
            if scenario.lazy {
                all.push(Event::AuditClaim(i, v, false));
            }
        }
        for v in (0..AUDITS).filter(|v| here[*v] != Audit::None) {
            all.extend([Event::Open(i, v), Event::CloseAudit(i, v), Event::Answer(i, v, None, false)]);
            let found = FOUND.into_iter().take(if scenario.lazy { 3 } else { 2 });
            all.extend(found.flat_map(|root| [false, true].map(|matching| Event::Answer(i, v, Some(root), matching))));
        }
    }
    all
}

/// Checks one event in one world; returns the edge if there is one.
fn check(world: &World, event: Event, refusals: &mut usize) -> Option<Edge> {
    let result = step(world, event)?;
    assert_eq!(result.is_ok(), legal(world, event), "{event:?} gave {result:?} in {world:#?}");
    let Ok(edge) = result else {
        *refusals += 1;
        return None;
    };
    let (before, after) = (world.held + world.locked() + edge.came, edge.next.held + edge.next.locked() + edge.went);
    assert_eq!(before, after, "{event:?} does not conserve tokens in {world:#?}");
    assert!(edge.next.kept <= edge.next.held);
    if let Some(lost) = edge.lost_by_silence {
        assert!(lost > 0, "{event:?}: silence cost nothing in {world:#?}");
    }
    if matches!(event, Event::AuditClaim(..)) && world.task.state == TaskState::Disputed {
        assert_eq!(edge.next.task.challenge_until, world.task.challenge_until, "a claim put a dispute off: {world:#?}");
    }
    disputed::check(world, event, &edge.next);
    let twice = match event {
        Event::Claim => claim(&edge.next, true).is_ok(),
        // Another second passes; others may open more disputes.
        Event::Second | Event::AuditClaim(..) | Event::Dispute(..) => false,
        again => matches!(step(&edge.next, again), Some(Ok(_))),
    };
    assert!(!twice, "{event:?} was possible twice in {world:#?}");
    Some(edge)
}

fn explore(scenario: &Scenario) -> Graph {
    let start = World::new(scenario).canonical();
    let mut graph = Graph { holds: vec![true], edges: vec![], refusals: 0, worlds: vec![start] };
    let mut known = HashMap::from([(start.key(), 0_u32)]);
    let mut queue = VecDeque::from([0_u32]);
    while let Some(from) = queue.pop_front() {
        let world = graph.worlds[from as usize];
        assert!(can_act(&world, |event| matches!(step(&world, event), Some(Ok(_)))), "{world:#?}");
        for event in events(scenario, &world) {
            let Some(edge) = check(&world, event, &mut graph.refusals) else {
                continue;
            };
            let next = edge.next.canonical();
            let to = *known.entry(next.key()).or_insert_with(|| {
                let id = u32::try_from(graph.worlds.len()).unwrap();
                graph.worlds.push(next);
                graph.holds.push(next.holds_funds());
                queue.push_back(id);
                id
            });
            if to != from {
                graph.edges.push((from, to, event.is_permissionless()));
            }
        }
    }
    graph
}

/// From every state that holds funds, what anyone may do (and time) leads to one that holds none.
fn everything_gets_out(graph: &Graph) {
    let mut into: Vec<Vec<u32>> = vec![vec![]; graph.holds.len()];
    for (from, to, free) in &graph.edges {
        if *free {
            into[*to as usize].push(*from);
        }
    }
    let mut out: Vec<bool> = graph.holds.iter().map(|holds| !holds).collect();
    let mut queue: Vec<u32> = (0..out.len() as u32).filter(|id| out[*id as usize]).collect();
    while let Some(id) = queue.pop() {
        for from in std::mem::take(&mut into[id as usize]) {
            if !std::mem::replace(&mut out[from as usize], true) {
                queue.push(from);
            }
        }
    }
    if let Some(stuck) = out.iter().position(|out| !out) {
        panic!("no way out of {:#?}", graph.worlds[stuck]);
    }
}

fn explored(name: &str, scenario: &Scenario) {
    let graph = explore(scenario);
    everything_gets_out(&graph);
    let over = graph.worlds.iter().filter(|world| !world.task.state.holds_funds()).count();
    assert!(graph.worlds.iter().all(|world| world.task.state.holds_funds() || world.held == world.kept));
    println!(
        "explore {name}: {} states ({over} of an ended task), {} edges, {} refusals",
        graph.worlds.len(),
        graph.edges.len(),
        graph.refusals
    );
}

fn scenario(policy: Policy) -> Scenario {
    let windows = Windows {
        open_seconds: 2,
        execution_seconds: 1,
        audit_seconds: 2,
        challenge_seconds: 2,
        exclusive_seconds: 0,
        grace_seconds: 1,
        reveal_seconds: u32::from(policy.is_redundant()),
    };
    Scenario {
        policy,
        windows,
        agreed_challenge_seconds: 1,
        waive_window: false,
        excluded: 6,
        audits: (3, 3),
        force: true,
        disputes: (1, 1),
        lazy: true,
    }
}

#[test]
fn one_run() {
    explored("1 run", &scenario(Policy::Optimistic));
}

#[test]
fn two_runs() {
    explored("2 runs", &Scenario { audits: (2, 2), ..scenario(Policy::Redundant { runs: 2 }) });
}

#[test]
fn two_runs_that_waive_their_windows() {
    explored(
        "2 runs, waived",
        &Scenario { audits: (1, 1), waive_window: true, ..scenario(Policy::Redundant { runs: 2 }) },
    );
}

#[test]
fn one_run_in_two_disputes() {
    explored("1 run, 2 disputes", &Scenario { audits: (2, 2), disputes: (2, 2), ..scenario(Policy::Optimistic) });
}

#[test]
fn two_runs_in_disputes() {
    let two = scenario(Policy::Redundant { runs: 2 });
    explored("2 runs, disputes", &Scenario { audits: (1, 1), disputes: (2, 2), lazy: false, ..two });
}

#[test]
fn three_runs() {
    let three = scenario(Policy::Redundant { runs: 3 });
    explored("3 runs", &Scenario { audits: (2, 3), disputes: (0, 0), lazy: false, ..three });
}

#[test]
fn three_runs_in_dispute() {
    let three = scenario(Policy::Redundant { runs: 3 });
    let (audits, disputes) = ((1, 1), (1, 2));
    explored("3 runs, disputes", &Scenario { audits, disputes, lazy: false, force: false, ..three });
}
