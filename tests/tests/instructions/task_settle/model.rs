use tessera::addresses::model_address;
use tessera::errors::TesseraError;
use tessera::events::TaskSettled;
use tessera_tests::svm::{TaskRef, TaskSpec, World, task_args};

use super::{MODEL, TREASURY, paid_to};

#[test]
fn the_models_creator_takes_part() {
    let mut world = World::default();
    world.send(world.model_register(world.modeller, [9; 32]));
    let model = model_address(&world.modeller.key, &[9; 32]).0;
    let run = world.submitted_as(TaskSpec { model: Some(model), ..TaskSpec::default() });
    world.warp(1_800);
    let payout = world.another_token(world.modeller.key, 1);
    let call = || world.task_settle(run, &[]);
    let both = |model, token| {
        call().with(|call| {
            call.accounts.model = Some(model);
            call.accounts.model_token = Some(token);
        })
    };
    let stranger = world.cranker.token;
    let calls = [
        (TesseraError::ModelMissing, call()),
        (TesseraError::ModelMissing, call().with(|call| call.accounts.model = Some(model))),
        (TesseraError::ModelMissing, call().with(|call| call.accounts.model_token = Some(payout))),
        (TesseraError::WrongTokenAccount, both(model, stranger)),
    ];
    let allowed = both(model, payout);
    for (error, call) in calls {
        world.refuse(error, call);
    }
    world.send(world.model_register(world.requester, [9; 32]));
    let other = model_address(&world.requester.key, &[9; 32]).0;
    let own = world.requester.token;
    let call = world.task_settle(run, &[]).with(|call| {
        call.accounts.model = Some(other);
        call.accounts.model_token = Some(own);
    });
    world.refuse(TesseraError::WrongModel, call);

    let event: TaskSettled = world.send(allowed).event();
    assert_eq!((event.model_paid, event.treasury_paid.amount), (paid_to(world.modeller.key, MODEL), TREASURY));
    assert_eq!(event.provider_paid.amount, task_args().reward - TREASURY - MODEL);
    assert_eq!(world.tokens(&payout), MODEL);
}

#[test]
fn a_model_that_pays_into_the_tasks_own_vault_cannot_block_it() {
    let mut world = World::default();
    let task = TaskRef::of(world.requester, 1);
    world.send(world.model_register(world.modeller, [9; 32]).with(|call| call.args.payout = task.key));
    let model = model_address(&world.modeller.key, &[9; 32]).0;
    let run = world.submitted_as(TaskSpec { model: Some(model), ..TaskSpec::default() });
    world.warp(1_800);
    let with = |world: &World, token| {
        world.task_settle(run, &[]).with(|call| {
            call.accounts.model = Some(model);
            call.accounts.model_token = Some(token);
        })
    };
    world.refuse(TesseraError::DuplicateAccount, with(&world, task.vault));
    let elsewhere = world.another_token(task.key, 1);
    world.send(with(&world, elsewhere));
    assert_eq!(world.tokens(&elsewhere), MODEL);
}

#[test]
fn a_task_without_a_model_pays_none() {
    let mut world = World::default();
    world.send(world.model_register(world.modeller, [9; 32]));
    let (model, token) = (model_address(&world.modeller.key, &[9; 32]).0, world.modeller.token);
    let before = world.tokens(&token);
    let run = world.submitted();
    world.warp(1_800);
    let call = world.task_settle(run, &[]).with(|call| {
        call.accounts.model = Some(model);
        call.accounts.model_token = Some(token);
    });
    assert_eq!(world.send(call).event::<TaskSettled>().model_paid.amount, 0);
    assert_eq!(world.tokens(&token), before);
}
