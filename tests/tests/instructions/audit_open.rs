use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::AuditOpened;
use tessera::instructions::{Answer, AuditOpenArgs, OpenedTree};
use tessera::state::{Audit, Opened, Run, Task};
use tessera_tests::svm::outputs::{OUTPUT_COUNT, keyed_root, opening, picked, trees};
use tessera_tests::svm::{AuditRef, CANDIDATE_ROOT, DRAW_SECONDS, OTHER_ROOT, TaskSpec, World, answer, slot_hash};

const TREES: [OpenedTree; 2] = [OpenedTree::Output, OpenedTree::Keyed];

/// An agreeing audit whose leaf is picked already.
fn agreed() -> (World, AuditRef) {
    let mut world = World::default();
    let run = world.submitted();
    let audit = world.audit(run, world.verifiers[0], CANDIDATE_ROOT);
    world.warp(DRAW_SECONDS);
    (world, audit)
}

/// Leaves other than the picked one.
fn others(at: (u64, u64), audit: AuditRef) -> Vec<(u64, u64)> {
    let trees = trees(&audit.verifier.provider);
    let all = (0..u64::from(OUTPUT_COUNT)).flat_map(|output| {
        let leaves = trees.leaf_count(output).unwrap();
        (0..leaves).map(move |leaf| (output, leaf))
    });
    all.filter(|other| *other != at).collect()
}

fn pick(world: &World, audit: AuditRef) -> (u64, u64) {
    let slot = world.read::<Audit>(&audit.key).pick_slot;
    picked(&slot_hash(slot), &trees(&audit.verifier.provider))
}

#[test]
fn both_trees_are_opened_in_either_order_and_then_the_audit_earns() {
    for order in [TREES, [OpenedTree::Keyed, OpenedTree::Output]] {
        let (mut world, audit) = agreed();
        let event: AuditOpened = world.send(world.audit_open(audit, order[0])).event();
        assert_eq!((event.tree, event.earns), (order[0], false));
        let state: Audit = world.read(&audit.key);
        assert!(state.leaf.is_some() && !state.opened.both());
        assert_eq!(state.pick, Some(slot_hash(state.pick_slot)));
        assert_eq!(world.read::<Run>(&audit.run.key).earning, 0);
        let event: AuditOpened = world.send(world.audit_open(audit, order[1])).event();
        assert_eq!((event.tree, event.earns), (order[1], true));
        assert_eq!(world.read::<Audit>(&audit.key).opened, Opened { output: true, keyed: true });
        assert_eq!(world.read::<Run>(&audit.run.key).earning, 1);
    }
}

#[test]
fn each_tree_once() {
    let (mut world, audit) = agreed();
    for tree in TREES {
        world.send(world.audit_open(audit, tree));
        world.refuse(TesseraError::AlreadyOpened, world.audit_open(audit, tree));
    }
    assert_eq!(world.read::<Run>(&audit.run.key).earning, 1);
}

#[test]
fn refuses_until_the_pick_slot_is_recorded() {
    let mut world = World::default();
    let run = world.submitted();
    let audit = world.audit(run, world.verifiers[0], CANDIDATE_ROOT);
    let slot = world.read::<Audit>(&audit.key).pick_slot;
    let unix = world.bank.now().0;
    world.bank.set_clock(unix, slot);
    world.refuse(TesseraError::SlotHashNotYet, world.audit_open(audit, OpenedTree::Output));
    world.bank.set_clock(unix, slot + 1);
    world.send(world.audit_open(audit, OpenedTree::Output));
}

#[test]
fn refuses_a_pick_that_was_dropped_but_the_second_opening_may_come_later() {
    let (mut world, audit) = agreed();
    let mut late = world.clone();
    late.warp(300);
    late.refuse(TesseraError::SlotHashExpired, late.audit_open(audit, OpenedTree::Keyed));
    world.send(world.audit_open(audit, OpenedTree::Output));
    world.warp(300);
    world.send(world.audit_open(audit, OpenedTree::Keyed));
}

#[test]
fn skipped_slots_are_picked_by_the_next() {
    let (mut world, audit) = agreed();
    let slot = world.read::<Audit>(&audit.key).pick_slot;
    world.warp(5);
    world.bank.skip_slots(slot..slot + 2);
    let verifier = audit.verifier.provider;
    let at = picked(&slot_hash(slot + 2), &trees(&verifier));
    let call = world.audit_open(audit, OpenedTree::Keyed);
    world.send(call.with(|call| call.args.args = opening(&verifier, OpenedTree::Keyed, at)));
    assert_eq!(world.read::<Audit>(&audit.key).pick, Some(slot_hash(slot + 2)));
}

#[test]
fn every_leaf_but_the_picked_one_is_refused() {
    let (mut world, audit) = agreed();
    let at = pick(&world, audit);
    let verifier = audit.verifier.provider;
    for tree in TREES {
        for other in others(at, audit) {
            let call = world.audit_open(audit, tree);
            let failed = world.fail(call.with(|call| call.args.args = opening(&verifier, tree, other)));
            let wrong = [TesseraError::OpeningWrong, TesseraError::OpeningMalformed].map(u32::from);
            assert!(failed.code().is_some_and(|code| wrong.contains(&code)), "leaf {other:?}: {failed:#?}");
        }
    }
}

#[test]
fn every_leaf_can_be_picked_and_opened() {
    let (world, audit) = agreed();
    let (verifier, slot) = (audit.verifier.provider, world.read::<Audit>(&audit.key).pick_slot);
    let trees = trees(&verifier);
    for (output, leaf) in others((u64::MAX, 0), audit) {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&output.to_le_bytes());
        hash[8..16].copy_from_slice(&leaf.to_le_bytes());
        assert_eq!(picked(&hash, &trees), (output, leaf));
        let mut world = world.clone();
        world.bank.put_slot_hashes(&[(slot, hash), (slot - 1, [0; 32])]);
        for tree in TREES {
            let call = world.audit_open(audit, tree);
            world.send(call.with(|call| call.args.args = opening(&verifier, tree, (output, leaf))));
        }
    }
}

#[test]
fn refuses_changed_proofs_headers_and_leaves() {
    type Change = fn(&mut AuditOpenArgs);
    let cases: [(Change, TesseraError); 7] = [
        (|a| a.leaf_hash[0] ^= 1, TesseraError::OpeningWrong),
        (|a| a.output_proof[0][0] ^= 1, TesseraError::OpeningWrong),
        (|a| a.output_proof.push([0; 32]), TesseraError::OpeningMalformed),
        (|a| a.output_proof.clear(), TesseraError::OpeningMalformed),
        (|a| a.leaf_proof.push([0; 32]), TesseraError::OpeningMalformed),
        (|a| a.header.clear(), TesseraError::OpeningMalformed),
        (|a| a.header.push(0), TesseraError::OpeningMalformed),
    ];
    let (mut world, audit) = agreed();
    for tree in TREES {
        for (change, error) in cases {
            world.refuse(error, world.audit_open(audit, tree).with(|call| change(&mut call.args.args)));
        }
    }
}

#[test]
fn a_keyed_tree_cannot_be_made_of_hashes_alone() {
    // A lazy verifier copies the run's root: it has no tree that leads there with its own key.
    let mut world = World::default();
    let [lazy, honest, _] = world.verifiers;
    let run = world.submitted();
    let audit = world.audit_claimed(run, lazy);
    world.send(world.audit_post(audit, Answer::Agree { keyed_root: CANDIDATE_ROOT }));
    world.warp(DRAW_SECONDS);
    world.refuse(TesseraError::OpeningWrong, world.audit_open(audit, OpenedTree::Keyed));
    let at = pick(&world, audit);
    let plain = opening(&lazy.provider, OpenedTree::Output, at);
    let plain = AuditOpenArgs { tree: OpenedTree::Keyed, ..plain };
    world.refuse(
        TesseraError::OpeningWrong,
        world.audit_open(audit, OpenedTree::Keyed).with(|call| call.args.args = plain.clone()),
    );
    // Nor is another verifier's keyed root its own.
    let mut world = World::default();
    let run = world.submitted();
    let audit = world.audit_claimed(run, lazy);
    world.send(world.audit_post(audit, Answer::Agree { keyed_root: keyed_root(&honest.provider) }));
    world.warp(DRAW_SECONDS);
    let stolen = opening(&honest.provider, OpenedTree::Keyed, pick(&world, audit));
    let call = world.audit_open(audit, OpenedTree::Keyed);
    world.refuse(TesseraError::OpeningWrong, call.with(|call| call.args.args = stolen.clone()));
}

#[test]
fn both_trees_must_show_the_same_leaf() {
    // The keyed tree holds something else at the picked place: it opens by itself, but not beside the run's tree.
    let (mut world, audit) = agreed();
    world.send(world.audit_open(audit, OpenedTree::Output));
    let mut account = world.bank.account(&audit.key).unwrap();
    let mut state: Audit = world.read(&audit.key);
    state.leaf = Some([7; 32]);
    let mut data = Vec::new();
    anchor_lang::AccountSerialize::try_serialize(&state, &mut data).unwrap();
    account.data[..data.len()].copy_from_slice(&data);
    world.bank.put(audit.key, account);
    world.refuse(TesseraError::OpeningsDiffer, world.audit_open(audit, OpenedTree::Keyed));
}

#[test]
fn a_run_whose_root_is_wrong_opens_in_no_tree() {
    let mut world = World::default();
    let task = world.open();
    let run = world.claim(task);
    world.send(world.run_submit(run).with(|call| call.args.args.output_root = OTHER_ROOT));
    let audit = world.audit(run, world.verifiers[0], CANDIDATE_ROOT);
    world.warp(DRAW_SECONDS);
    world.refuse(TesseraError::OpeningWrong, world.audit_open(audit, OpenedTree::Output));
}

#[test]
fn refuses_who_differs_or_has_not_answered() {
    let mut world = World::default();
    let [a, b, _] = world.verifiers;
    let run = world.submitted();
    let claimed = world.audit_claimed(run, b);
    let differing = world.audit(run, a, OTHER_ROOT);
    world.warp(DRAW_SECONDS);
    for audit in [claimed, differing] {
        world.refuse(TesseraError::NotAgreed, world.audit_open(audit, OpenedTree::Output));
    }
}

#[test]
fn refuses_when_the_challenge_window_has_passed_on_both_clocks() {
    let mut world = World::default();
    let run = world.submitted();
    let by = world.verifiers[0];
    let audit = world.audit_claimed(run, by);
    world.warp(1_190);
    world.send(world.audit_post(audit, answer(by, CANDIDATE_ROOT)));
    world.warp(DRAW_SECONDS);
    world.send(world.audit_open(audit, OpenedTree::Output));
    let until = world.read::<Task>(&run.task.key).challenge_until;
    world.bank.set_clock(until.unix, until.slot);
    world.refuse(TesseraError::TooLate, world.audit_open(audit, OpenedTree::Keyed));
    world.bank.set_clock(until.unix, until.slot - 1);
    world.send(world.audit_open(audit, OpenedTree::Keyed));
}

#[test]
fn refuses_a_run_that_is_refuted_or_decided() {
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let run = world.submitted();
    let agreed = world.audit(run, a, CANDIDATE_ROOT);
    world.warp(DRAW_SECONDS);
    let first = world.audit(run, b, OTHER_ROOT);
    let second = world.refute(run, c, first);
    world.refuse(TesseraError::WrongRunState, world.audit_open(agreed, OpenedTree::Output));
    world.send(world.task_settle(run, &[first, second]));
    world.refuse(TesseraError::WrongState, world.audit_open(agreed, OpenedTree::Output));
}

#[test]
fn refuses_anyone_but_the_verifier_and_others_accounts() {
    let (mut world, audit) = agreed();
    let stranger = world.cranker.key;
    let second = world.submitted_as(TaskSpec::nonce(2));
    let foreign = world.audit(second, audit.verifier, CANDIDATE_ROOT);
    world.warp(DRAW_SECONDS);
    let call = || world.audit_open(audit, OpenedTree::Output);
    let calls = [
        (TesseraError::WrongAuthority.into(), call().with(|call| call.accounts.authority = stranger)),
        (TesseraError::AuditOfOtherRun.into(), call().with(|call| call.accounts.audit = foreign.key)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.task = second.task.key)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.run = second.key)),
        (TesseraError::WrongSysvar.into(), call().with(|call| call.accounts.slot_hashes = stranger)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(audit.verifier.authority)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}
