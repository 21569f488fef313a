use anchor_lang::Space;
use anchor_lang::error::ErrorCode as Anchor;
use anchor_lang::prelude::Pubkey;
use tessera::addresses::model_address;
use tessera::errors::TesseraError;
use tessera::events::TaskCreated;
use tessera::instructions::TaskCreateArgs;
use tessera::state::{BackendNeed, Deadline, Decision, Policy, Requirements, Slot, Task, TaskState, Windows};
use tessera_tests::svm::{TaskRef, TaskSpec, World, market_params, redundant_args, task_args, wallet};

use crate::{ALREADY_IN_USE, Case, DISCRIMINATOR, NOT_ITS_OWNER, OTHER_MINT, TOKEN_ACCOUNT, TOO_FEW_TOKENS};

#[test]
fn escrows_the_whole_and_pins_the_terms() {
    let mut world = World::default();
    let (args, who) = (task_args(), world.requester);
    let (lamports, tokens, now) = (world.lamports(&who.key), world.tokens(&who.token), world.bank.now());
    let sent = world.send(world.task_create(TaskSpec::default()));

    let task = TaskRef::of(who, 1);
    let state: Task = world.read(&task.key);
    let escrow = args.reward + args.audit_reward + args.crank_bounty;
    assert_eq!((state.version, state.state, state.escrow, state.runs_open), (2, TaskState::Open, escrow, 0));
    assert_eq!((state.runs, state.slots, state.decision, state.owed), (1, [Slot::FREE; 3], Decision::Undecided, 0));
    let open = args.windows.open_seconds;
    let deadline = Deadline { unix: now.0 + i64::from(open), slot: now.1 + u64::from(open) * 2 };
    assert_eq!((state.open_until, state.excluded.len()), (deadline, 0));
    assert_eq!(world.tokens(&task.vault), escrow);
    assert_eq!(tokens - world.tokens(&who.token), escrow);
    let rent = world.bank.rent(DISCRIMINATOR + Task::INIT_SPACE) + world.bank.rent(TOKEN_ACCOUNT);
    assert_eq!(lamports - world.lamports(&who.key), rent);

    let terms = &state.terms;
    assert_eq!((terms.market, terms.requester, terms.nonce, terms.model), (world.market.key, who.key, 1, None));
    assert_eq!(
        (terms.splits, terms.slash, terms.sink),
        (market_params().splits, market_params().slash, market_params().sink)
    );
    assert_eq!((terms.created_at, terms.created_slot), now);
    // 2.5 x the reward, the whole reward, and a tenth of it, rounded up.
    assert_eq!((terms.run_lock, terms.audit_lock, terms.no_show_slash), (12_500_008, 5_000_003, 500_001));
    let params = market_params();
    assert_eq!((terms.audit_rate_bps, terms.newcomer_weight), (params.audit_rate_bps, params.newcomer_weight));
    assert_eq!((terms.silence_bps, terms.draw_delay_slots), (params.silence_bps, params.draw_delay_slots));
    assert_eq!(terms.agreed_challenge_seconds, params.agreed_challenge_seconds);
    assert_eq!(state.terms_hash, terms.hash().unwrap());
    let event: TaskCreated = sent.event();
    assert_eq!((event.task, event.terms_hash, &event.terms), (task.key, state.terms_hash, terms));
}

#[test]
fn refuses_what_cannot_be_computed_or_found() {
    let cases: &[Case<TaskCreateArgs>] = &[
        (|a| a.graph_root = [0; 32], TesseraError::RootZero),
        (|a| a.inputs_root = [0; 32], TesseraError::RootZero),
        (|a| a.manifest_id = [0; 32], TesseraError::RootZero),
        (|a| a.op_count = 0, TesseraError::OperationCount),
        (|a| a.op_count = 4_097, TesseraError::OperationCount),
        (|a| a.output_count = 0, TesseraError::OutputCount),
        (|a| a.output_count = 17, TesseraError::OutputCount),
        (|a| a.manifest_locator.clear(), TesseraError::LocatorMissing),
        (|a| a.manifest_locator = "l".repeat(97), TesseraError::LocatorTooLong),
    ];
    refuses_each(cases);
}

#[test]
fn refuses_windows_out_of_order_or_too_long() {
    let cases: &[Case<TaskCreateArgs>] = &[
        (|a| a.windows.open_seconds = 0, TesseraError::WindowZero),
        (|a| a.windows.execution_seconds = 0, TesseraError::WindowZero),
        (|a| a.windows.audit_seconds = 1_199, TesseraError::WindowOrder),
        (|a| a.windows.challenge_seconds = 1_199, TesseraError::WindowOrder),
        (|a| a.windows.open_seconds = 7_201, TesseraError::WindowTooLong),
        (|a| a.windows = windows(1_201, 2_402, 3_600), TesseraError::WindowTooLong),
        (|a| a.windows = windows(600, 2_401, 3_600), TesseraError::WindowTooLong),
        (|a| a.windows = windows(600, 1_200, 3_601), TesseraError::WindowTooLong),
        (|a| a.windows = windows(1, 3, 3), TesseraError::WindowBelowDraw),
        (|a| a.windows.grace_seconds = 301, TesseraError::WindowTooLong),
        (|a| a.windows = Windows { grace_seconds: 300, ..windows(300, 600, 600) }, TesseraError::GraceTooLong),
        (|a| a.windows.exclusive_seconds = 1, TesseraError::ExclusiveWindowInvalid),
        (|a| a.windows.reveal_seconds = 1, TesseraError::RevealWindowInvalid),
    ];
    refuses_each(cases);
}

#[test]
fn refuses_amounts_beyond_their_limits() {
    let cases: &[Case<TaskCreateArgs>] = &[
        (|a| a.reward = 0, TesseraError::RewardTooLow),
        (|a| a.reward = 999_999, TesseraError::RewardTooLow),
        (|a| a.reward = u64::MAX, TesseraError::Overflow),
        (|a| a.audit_reward = u64::MAX, TesseraError::Overflow),
        // A sixteenth of it is one unit more than the slash of a no-show.
        (|a| a.crank_bounty = 16 * 500_002, TesseraError::BountyTooHigh),
    ];
    refuses_each(cases);
}

#[track_caller]
fn refuses_each(cases: &[Case<TaskCreateArgs>]) {
    let mut world = World::default();
    for (change, error) in cases {
        let mut args = task_args();
        change(&mut args);
        world.refuse(*error, world.task_create(TaskSpec::asking(args)));
    }
    world.open();
}

fn windows(execution_seconds: u32, audit_seconds: u32, challenge_seconds: u32) -> Windows {
    let rest = Windows { grace_seconds: 0, ..task_args().windows };
    Windows { open_seconds: 7_200, execution_seconds, audit_seconds, challenge_seconds, ..rest }
}

#[test]
fn accepts_everything_at_its_limit() {
    let mut world = World::default();
    let most = TaskCreateArgs {
        op_count: 4_096,
        output_count: 16,
        manifest_locator: "l".repeat(96),
        windows: Windows { grace_seconds: 300, exclusive_seconds: 7_200, ..windows(1_200, 2_400, 3_600) },
        requirements: Requirements {
            backend: BackendNeed::Cuda,
            min_memory_mib: u32::MAX,
            min_compute_capability: u16::MAX,
            region: *b"ZZ",
            min_tier: 3,
            min_score: 1_000_000,
        },
        shortlist: (1..=4).map(|byte| Pubkey::new_from_array([byte; 32])).collect(),
        named_only: true,
        reward: 1_000_000,
        audit_reward: 0,
        crank_bounty: 16 * 100_000,
        ..task_args()
    };
    world.open_as(TaskSpec::asking(most));
    let least = TaskCreateArgs {
        op_count: 1,
        output_count: 1,
        manifest_locator: "l".to_owned(),
        // The audit window covers the draw delay.
        windows: Windows {
            open_seconds: 1,
            execution_seconds: 1,
            audit_seconds: 4,
            challenge_seconds: 4,
            grace_seconds: 0,
            ..task_args().windows
        },
        crank_bounty: 0,
        ..task_args()
    };
    world.open_as(TaskSpec { nonce: u64::MAX, ..TaskSpec::asking(least) });
}

#[test]
fn refuses_a_nonce_in_use() {
    let mut world = World::default();
    world.open();
    world.refuse(ALREADY_IN_USE, world.task_create(TaskSpec::default()));
    world.open_as(TaskSpec::nonce(2));
}

#[test]
fn refuses_more_than_the_requester_has_or_anothers_tokens() {
    let mut world = World::default();
    let all = world.tokens(&world.requester.token);
    let too_much = TaskCreateArgs { reward: all, ..task_args() };
    world.refuse(TOO_FEW_TOKENS, world.task_create(TaskSpec::asking(too_much)));
    let (mint, token) = (wallet("other mint"), wallet("other token"));
    world.bank.make_mint(mint);
    world.bank.make_token(token, world.requester.key, mint, all);
    let foreign = world.cranker.token;
    for (wrong, code) in [(foreign, NOT_ITS_OWNER), (token, OTHER_MINT)] {
        let call = world.task_create(TaskSpec::default());
        world.refuse(code, call.with(|call| call.accounts.requester_token = wrong));
    }
    let call = world.task_create(TaskSpec::default());
    world.refuse(TesseraError::WrongMint, call.with(|call| call.accounts.mint = mint));
}

#[test]
fn a_redundant_task_escrows_every_run() {
    for runs in [2, 3] {
        let mut world = World::default();
        let task = world.open_as(TaskSpec::redundant(runs));
        let (args, state) = (redundant_args(runs), world.read::<Task>(&task.key));
        let escrow = u64::from(runs) * (args.reward + args.audit_reward) + args.crank_bounty;
        assert_eq!((state.runs, state.escrow, world.tokens(&task.vault)), (runs, escrow, escrow));
    }
}

#[test]
fn refuses_a_redundant_task_of_other_than_two_or_three_runs_or_without_a_reveal() {
    let mut world = World::default();
    for runs in [0, 1, 4, 255] {
        world.refuse(TesseraError::RunCount, world.task_create(TaskSpec::redundant(runs)));
    }
    let cases = [(0, TesseraError::RevealWindowInvalid), (901, TesseraError::WindowTooLong)];
    for (reveal_seconds, error) in cases {
        let windows = Windows { reveal_seconds, ..task_args().windows };
        let args = TaskCreateArgs { windows, policy: Policy::Redundant { runs: 2 }, ..task_args() };
        world.refuse(error, world.task_create(TaskSpec::asking(args)));
    }
}

#[test]
fn refuses_shortlists_with_doubles_too_many_or_too_few_names() {
    let key = |byte| Pubkey::new_from_array([byte; 32]);
    let named = |policy, shortlist| TaskCreateArgs { policy, shortlist, named_only: true, ..task_args() };
    let two = Policy::Redundant { runs: 2 };
    let mut redundant = named(two, vec![key(1)]);
    redundant.windows.reveal_seconds = 300;
    let cases = [
        (named(Policy::Optimistic, (1..=5).map(key).collect()), TesseraError::ShortlistTooLong),
        (named(Policy::Optimistic, vec![key(1), key(2), key(1)]), TesseraError::ShortlistDuplicate),
        (named(Policy::Optimistic, Vec::new()), TesseraError::ShortlistTooShort),
        (redundant, TesseraError::ShortlistTooShort),
    ];
    let mut world = World::default();
    for (args, error) in cases {
        world.refuse(error, world.task_create(TaskSpec::asking(args)));
    }
}

#[test]
fn only_named_providers_of_a_redundant_task_may_waive_its_windows() {
    let mut world = World::default();
    let shortlist: Vec<_> = world.verifiers.iter().map(|staker| staker.provider).collect();
    let waived = |args: TaskCreateArgs| TaskCreateArgs { waive_window: true, shortlist: shortlist.clone(), ..args };
    let refused =
        [waived(redundant_args(2)), waived(task_args()), TaskCreateArgs { named_only: true, ..waived(task_args()) }];
    for args in refused {
        world.refuse(TesseraError::WaiveRefused, world.task_create(TaskSpec::asking(args)));
    }
    world.open_as(TaskSpec::asking(TaskCreateArgs { named_only: true, ..waived(redundant_args(2)) }));
}

#[test]
fn refuses_requirements_that_nobody_can_meet() {
    let cases: &[Case<TaskCreateArgs>] = &[
        (|a| a.requirements.region = *b"de", TesseraError::RegionInvalid),
        (|a| a.requirements.region = *b"D\0", TesseraError::RegionInvalid),
        (|a| a.requirements.min_tier = 4, TesseraError::TierInvalid),
        (|a| a.requirements.min_score = 1_000_001, TesseraError::ScoreTooLow),
    ];
    refuses_each(cases);
}

#[test]
fn needs_no_fee_vault() {
    let mut bare = World::without_market();
    let market = bare.market;
    bare.make_market(market, market_params());
    bare.open();
}

#[test]
fn refuses_anothers_addresses_or_signature() {
    let mut world = World::default();
    let (requester, other) = (world.requester.key, TaskRef::of(world.cranker, 1));
    let call = |world: &World| world.task_create(TaskSpec::default());
    world.refuse(Anchor::AccountNotSigner, call(&world).unsigned_by(requester));
    world.refuse(Anchor::ConstraintSeeds, call(&world).with(|call| call.accounts.task = other.key));
    world.refuse(Anchor::ConstraintSeeds, call(&world).with(|call| call.accounts.task_vault = other.vault));
    world.refuse(Anchor::ConstraintSeeds, call(&world).with(|call| call.args.nonce = 2));
}

#[test]
fn names_a_model_and_refuses_what_is_none() {
    let mut world = World::default();
    world.send(world.model_register(world.modeller, [9; 32]));
    let model = model_address(&world.modeller.key, &[9; 32]).0;
    let task = world.open_as(TaskSpec { model: Some(model), ..TaskSpec::default() });
    assert_eq!(world.read::<Task>(&task.key).terms.model, Some(model));

    let spec = |model| TaskSpec { nonce: 2, model: Some(model), ..TaskSpec::default() };
    let (provider, stranger) = (world.provider.provider, world.cranker.key);
    world.refuse(Anchor::AccountDiscriminatorMismatch, world.task_create(spec(provider)));
    world.refuse(Anchor::AccountOwnedByWrongProgram, world.task_create(spec(stranger)));
}

#[test]
fn lamports_sent_to_its_addresses_before_do_not_prevent_it() {
    let mut world = World::default();
    let task = TaskRef::of(world.requester, 1);
    world.gift_lamports(task.key, 1);
    world.gift_lamports(task.vault, 3_000_000);
    world.open();
}
