use anchor_lang::Space;
use anchor_lang::error::ErrorCode as Anchor;
use anchor_lang::prelude::Pubkey;
use anchor_spl::token::spl_token::native_mint;
use anchor_spl::token_2022;
use tessera::errors::TesseraError;
use tessera::events::MarketInitialised;
use tessera::state::{Market, MarketParams, Sink};
use tessera_tests::svm::{EPOCH_SECONDS, MarketRef, World, market_params};

use crate::{ALREADY_IN_USE, Case, DISCRIMINATOR, TOKEN_ACCOUNT};

#[test]
fn makes_a_market_with_its_vaults() {
    let mut world = World::without_market();
    let market = world.market;
    let before = world.lamports(&market.creator);
    let sent = world.send(world.market_init(market, market_params()));

    let state: Market = world.read(&market.key);
    assert_eq!((state.version, state.id, state.creator, state.mint), (2, 0, market.creator, world.mint));
    assert_eq!((state.authority, state.treasury), (world.authority, world.treasury.key));
    assert_eq!((state.params, state.token_program), (market_params(), world.token_program));
    assert_eq!((state.paused, state.epoch_seconds, state.verify_stake), (false, EPOCH_SECONDS, 0));
    assert_eq!((state.pending, state.pending_authority), (None, None));
    assert_eq!((world.tokens(&market.insurance_vault), world.tokens(&market.unclaimed_vault)), (0, 0));
    let rent = world.bank.rent(DISCRIMINATOR + Market::INIT_SPACE) + 2 * world.bank.rent(TOKEN_ACCOUNT);
    assert_eq!(before - world.lamports(&market.creator), rent);
    let event: MarketInitialised = sent.event();
    assert_eq!((event.market, event.creator, event.params), (market.key, market.creator, market_params()));
}

#[test]
fn refuses_parameters_under_which_cheating_could_pay() {
    let cases: &[Case<MarketParams>] = &[
        (|p| p.splits.provider_bps += 1, TesseraError::SplitSum),
        (|p| p.splits.model_bps = u16::MAX, TesseraError::SplitSum),
        (
            |p| {
                p.splits.treasury_bps = 3_001;
                p.splits.provider_bps = 6_499;
            },
            TesseraError::TreasuryTooHigh,
        ),
        (|p| p.slash.requester_bps += 1, TesseraError::SlashSum),
        (
            |p| {
                p.slash.sink_bps = 0;
                p.slash.requester_bps = 6_000;
            },
            TesseraError::SlashSum,
        ),
        (|p| p.audit_rate_bps = 0, TesseraError::AuditRate),
        (|p| p.audit_rate_bps = 10_001, TesseraError::AuditRate),
        (|p| p.honest_auditors_bps = 0, TesseraError::HonestShare),
        (|p| p.honest_auditors_bps = 10_000, TesseraError::HonestShare),
        (|p| p.min_lock_bps = 24_999, TesseraError::MinLockTooLow),
        (|p| p.audit_lock_bps = 9_999, TesseraError::AuditLockTooLow),
        (|p| p.no_show_bps = 25_001, TesseraError::NoShowTooHigh),
        (|p| p.no_show_min = 0, TesseraError::NoShowZero),
        (|p| p.min_reward = 0, TesseraError::MinRewardZero),
        (|p| p.max_open_seconds = 0, TesseraError::WindowLimits),
        (|p| p.max_execution_seconds = 0, TesseraError::WindowLimits),
        (|p| p.max_audit_seconds = 2_399, TesseraError::WindowLimits),
        (|p| p.max_challenge_seconds = 2_399, TesseraError::WindowLimits),
        (|p| p.unbonding_seconds = 17_699, TesseraError::UnbondingTooShort),
        (|p| p.reputation_decay_bps = 0, TesseraError::ReputationParams),
        (|p| p.reputation_decay_bps = 10_001, TesseraError::ReputationParams),
        (|p| p.reputation_cap = 0, TesseraError::ReputationParams),
        (|p| p.draw_delay_slots = 0, TesseraError::DrawDelay),
        (|p| p.draw_delay_slots = 129, TesseraError::DrawDelay),
        (|p| p.agreed_challenge_seconds = 0, TesseraError::AgreedChallenge),
        (|p| p.agreed_challenge_seconds = 3, TesseraError::AgreedChallenge),
        (|p| p.agreed_challenge_seconds = 3_601, TesseraError::AgreedChallenge),
        (|p| p.timelock_seconds = 3_599, TesseraError::TimelockTooShort),
        (|p| p.silence_bps = 0, TesseraError::SilenceShare),
        (|p| p.silence_bps = 10_001, TesseraError::SilenceShare),
    ];
    let mut world = World::without_market();
    for (change, error) in cases {
        let mut params = market_params();
        change(&mut params);
        world.refuse(*error, world.market_init(world.market, params));
    }
    world.send(world.market_init(world.market, market_params()));
}

#[test]
fn refuses_to_burn_wrapped_sol() {
    let mut world = World::without_market();
    let mint = Pubkey::new_from_array(native_mint::ID.to_bytes());
    world.bank.make_mint(mint);
    let market = MarketRef::of(mint, world.market.creator, 0);
    let burning = MarketParams { sink: Sink::Burn, ..market_params() };
    world.refuse(TesseraError::BurnOfNativeMint, world.market_init(market, burning));
    world.send(world.market_init(market, market_params()));
}

#[test]
fn refuses_a_missing_authority_or_treasury() {
    let mut world = World::without_market();
    let call = world.market_init(world.market, market_params());
    world.refuse(TesseraError::KeyMissing, call.with(|call| call.args.args.authority = Pubkey::default()));
    let call = world.market_init(world.market, market_params());
    world.refuse(TesseraError::KeyMissing, call.with(|call| call.args.args.treasury = Pubkey::default()));
}

#[test]
fn refuses_the_market_itself_as_treasury() {
    // Its vaults would count as the treasury's accounts.
    let mut world = World::without_market();
    let market = world.market;
    let call = world.market_init(market, market_params());
    world.refuse(TesseraError::WrongWallet, call.with(|call| call.args.args.treasury = market.key));
}

#[test]
fn an_epoch_lasts_an_hour_to_31_days() {
    let mut world = World::without_market();
    let mut id = 0;
    for (seconds, allowed) in [(3_599, false), (3_600, true), (2_678_400, true), (2_678_401, false)] {
        id += 1;
        let market = MarketRef::of(world.mint, world.market.creator, id);
        let call = world.market_init(market, market_params()).with(|call| call.args.args.epoch_seconds = seconds);
        if allowed {
            world.send(call);
        } else {
            world.refuse(TesseraError::EpochLength, call);
        }
    }
}

#[test]
fn refuses_a_second_one_under_the_same_id() {
    let mut world = World::default();
    world.refuse(ALREADY_IN_USE, world.market_init(world.market, market_params()));
    world.other_market();
}

#[test]
fn refuses_a_creator_who_did_not_sign() {
    let mut world = World::without_market();
    let call = world.market_init(world.market, market_params());
    let creator = world.market.creator;
    world.refuse(Anchor::AccountNotSigner, call.unsigned_by(creator));
}

#[test]
fn refuses_anothers_addresses() {
    let mut world = World::without_market();
    let stranger = world.requester.key;
    let call = |world: &World| world.market_init(world.market, market_params());
    let other = MarketRef::of(world.mint, stranger, 0);
    // A market made under the creator's address by a stranger would carry the creator's name.
    world.refuse(Anchor::ConstraintSeeds, call(&world).with(|call| call.accounts.creator = stranger));
    world.refuse(Anchor::ConstraintSeeds, call(&world).with(|call| call.accounts.market = other.key));
    world.refuse(
        Anchor::ConstraintSeeds,
        call(&world).with(|call| call.accounts.insurance_vault = other.insurance_vault),
    );
    world.refuse(
        Anchor::ConstraintSeeds,
        call(&world).with(|call| call.accounts.unclaimed_vault = other.unclaimed_vault),
    );
    world.refuse(Anchor::ConstraintSeeds, call(&world).with(|call| call.args.args.id = 7));
}

#[test]
fn refuses_what_is_no_mint_of_its_token_program() {
    let mut world = World::without_market();
    let wallet = world.requester;
    let market = |mint| MarketRef::of(mint, world.market.creator, 0);
    let calls = [
        (TesseraError::WrongTokenProgram, world.market_init(market(wallet.key), market_params())),
        (TesseraError::WrongMint, world.market_init(market(wallet.token), market_params())),
    ];
    for (error, call) in calls {
        world.refuse(error, call);
    }
    let call = || world.market_init(world.market, market_params());
    let (no_program, other) = (
        call().with(|call| call.accounts.token_program = tessera::ID),
        call().with(|call| call.accounts.token_program = token_2022::ID),
    );
    world.refuse(Anchor::InvalidProgramId, no_program);
    world.refuse(TesseraError::WrongTokenProgram, other);
}

#[test]
fn lamports_sent_to_its_addresses_before_do_not_prevent_it() {
    for gift in [1, 900_000, 100_000_000] {
        let mut world = World::without_market();
        let market = world.market;
        world.gift_lamports(market.key, gift);
        world.gift_lamports(market.insurance_vault, gift);
        world.gift_lamports(market.unclaimed_vault, gift);
        world.send(world.market_init(market, market_params()));
        assert_eq!(world.read::<Market>(&market.key).params, market_params());
        assert_eq!(world.tokens(&market.insurance_vault), 0);
    }
}
