use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::TicketChainCommitted;
use tessera::state::{Moment, TicketChain};
use tessera_tests::svm::{TaskSpec, World};

#[test]
fn commits_from_the_element_of_this_hour_or_the_one_before() {
    let mut world = World::default();
    let by = world.verifiers[0];
    world.warp(7_200);
    let (unix, slot) = world.bank.now();
    let chain = by.chain_at(unix);
    let since = Moment { unix, slot };
    let event: TicketChainCommitted = world.send(world.verifier_commit(by, chain)).event();
    assert_eq!(event, TicketChainCommitted { provider: by.provider, chain, since });
    let provider = world.provider_of(by);
    assert_eq!((provider.ticket, provider.ticket_since), (chain, since));
    for (hour, error) in [(chain.hour - 1, TesseraError::TicketHour), (chain.hour + 2, TesseraError::TicketHour)] {
        world.refuse(error, world.verifier_commit(by, TicketChain { hour, ..chain }));
    }
    world.send(world.verifier_commit(by, TicketChain { hour: chain.hour + 1, ..chain }));
}

#[test]
fn only_later_submissions_are_its_to_audit() {
    let mut world = World::default();
    let by = world.verifiers[0];
    let run = world.submitted();
    let chain = by.chain_at(world.bank.now().0);
    world.audit_claimed(run, world.verifiers[1]);
    world.send(world.verifier_commit(by, chain));
    world.refuse(TesseraError::VerifierTooYoung, world.audit_claim(run, by));
    world.warp(60);
    let later = world.submitted_as(TaskSpec::nonce(2));
    world.audit_claimed(later, by);
}

#[test]
fn the_weight_stays() {
    let mut world = World::default();
    let by = world.verifiers[0];
    let before = world.provider_of(by).ticket_stake;
    let chain = by.chain_at(world.bank.now().0);
    world.send(world.verifier_commit(by, chain));
    assert_eq!(world.provider_of(by).ticket_stake, before);
}

#[test]
fn refuses_zeros_who_does_not_verify_and_strangers() {
    let mut world = World::default();
    let (by, unix, stranger) = (world.verifiers[0], world.bank.now().0, world.requester.key);
    let chain = by.chain_at(unix);
    let zeros = TicketChain { head: [0; 32], ..chain };
    let calls = [
        (TesseraError::RootZero.into(), world.verifier_commit(by, zeros)),
        (TesseraError::RoleMissing.into(), world.verifier_commit(world.provider, chain)),
        (
            TesseraError::WrongAuthority.into(),
            world.verifier_commit(by, chain).with(|call| call.accounts.authority = stranger),
        ),
        (Anchor::AccountNotSigner as u32, world.verifier_commit(by, chain).unsigned_by(by.authority)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}
