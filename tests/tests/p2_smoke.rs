#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use tessera::instructions::OpenedTree;
use tessera_tests::svm::*;

macro_rules! go {
    ($world:ident, $name:expr, $call:expr) => {{
        let call = $call;
        let sent = $world.send(call);
        println!("{:<44} {:>7} CU {:>5} bytes", $name, sent.compute_units, sent.size);
        sent
    }};
}

fn right_root(call: &mut Call<tessera::accounts::RunSubmit, tessera::instruction::RunSubmit>) {
    call.args.args.output_root = right();
}

fn right() -> [u8; 32] {
    tessera_tests::svm::outputs::trees(&Default::default()).plain.root().0
}

#[test]
fn optimistic() {
    let mut w = World::default();
    let task = TaskRef::of(w.requester, 1);
    go!(w, "task_create", w.task_create(TaskSpec::default()));
    go!(w, "task_claim", w.task_claim(task, w.provider));
    let run = RunRef::of(task, w.provider);
    go!(w, "run_submit", w.run_submit(run).with(right_root));
    w.warp(DRAW_SECONDS);
    go!(w, "audit_draw", w.audit_draw(run));
    let v = w.verifiers[0];
    go!(w, "audit_claim", w.audit_claim(run, v));
    let audit = AuditRef::of(run, v);
    go!(w, "audit_post agree", w.audit_post(audit, answer(v, CANDIDATE_ROOT)));
    w.warp(DRAW_SECONDS);
    go!(w, "audit_open output", w.audit_open(audit, OpenedTree::Output));
    go!(w, "audit_open keyed", w.audit_open(audit, OpenedTree::Keyed));
    w.warp(4_000);
    go!(w, "task_settle upheld, one audit", w.task_settle(run, &[audit]));
}

#[test]
fn upheld_without_audit() {
    let mut w = World::default();
    let run = w.submitted();
    w.warp(4_000);
    go!(w, "task_settle upheld, no audit", w.task_settle(run, &[]));
    let task = TaskRef::of(w.requester, 2);
    w.send(w.task_create(TaskSpec::nonce(2)));
    go!(w, "task_cancel", w.task_cancel(task));
    w.send(w.task_create(TaskSpec::nonce(2)));
    w.warp(4_000);
    go!(w, "task_expire open", w.task_expire(task));
    let run = w.claimed();
    go!(w, "run_release", w.run_release(run));
    w.send(w.task_cancel(run.task));
    let run = w.claimed();
    w.warp(601);
    go!(w, "task_expire no-show, reopens", w.run_expire(run));
    w.warp(4_000);
    w.send(w.task_expire(run.task));
    let run = w.claimed();
    w.warp(4_001);
    go!(w, "task_expire no-show, final", w.run_expire(run));
}

#[test]
fn slashed() {
    let mut w = World::default();
    let run = w.submitted();
    w.warp(DRAW_SECONDS);
    let a = w.audit(run, w.verifiers[0], OTHER_ROOT);
    let b = w.audit(run, w.verifiers[1], OTHER_ROOT);
    go!(w, "task_settle slashed, two audits", w.task_settle(run, &[a, b]));
    let mut w = World::default();
    let run = w.submitted();
    w.warp(DRAW_SECONDS);
    let c = w.audit(run, w.verifiers[2], CANDIDATE_ROOT);
    let a = w.audit(run, w.verifiers[0], OTHER_ROOT);
    let b = w.audit(run, w.verifiers[1], OTHER_ROOT);
    go!(w, "task_settle slashed, three audits", w.task_settle(run, &[a, b, c]));
    let mut w = World::default();
    let run = w.submitted();
    w.warp(DRAW_SECONDS);
    let c = w.audit(run, w.verifiers[2], CANDIDATE_ROOT);
    let a = w.audit(run, w.verifiers[0], OTHER_ROOT);
    let b = w.audit(run, w.verifiers[1], OTHER_ROOT);
    w.send(w.task_settle(run, &[a, b]));
    go!(w, "task_settle close one more", w.task_settle(run, &[c]));
    let mut w = World::default();
    let run = w.submitted();
    w.warp(DRAW_SECONDS);
    let a = w.audit_claimed(run, w.verifiers[0]);
    let b = w.audit(run, w.verifiers[1], OTHER_ROOT);
    w.warp(6_000);
    go!(w, "task_settle upheld, silent and wrong", w.task_settle(run, &[a, b]));
}

#[test]
fn largest_settlement() {
    let mut w = World::default();
    let root = [9; 32];
    w.send(w.model_register(w.modeller, root));
    let model = tessera::addresses::model_address(&w.modeller.key, &root).0;
    let task = w.open_as(TaskSpec { model: Some(model), ..TaskSpec::default() });
    let run = w.claim(task);
    w.send(w.run_submit(run).with(right_root));
    w.warp(DRAW_SECONDS);
    let a = w.prove(run, w.verifiers[0]);
    let b = w.prove(run, w.verifiers[1]);
    w.warp(4_000);
    let call = w.task_settle_with_all(run, &[a, b], model).with(|call| {
        call.accounts.burn_mint = None;
        call.accounts.treasury_balance = None;
        call.accounts.model_balance = None;
    });
    go!(w, "task_settle upheld, all accounts, two audits", call);
}

#[test]
fn redundant() {
    for (name, roots) in [("equal", [right(); 2]), ("split", [right(), OTHER_ROOT])] {
        let mut w = World::default();
        let other = w.newcomer("p2", COMPUTE);
        w.warp(100);
        let task = w.open_as(TaskSpec::redundant(2));
        let runs = [w.claim(task), w.claim_by(task, other)];
        for (run, root) in runs.iter().zip(roots) {
            go!(w, "run_seal", w.run_seal(*run, root));
        }
        for (run, root) in runs.iter().zip(roots) {
            go!(w, "run_reveal", w.run_reveal(*run, root));
        }
        w.warp(DRAW_SECONDS);
        let mut audits = vec![];
        if name == "split" {
            audits.push(w.prove(runs[0], w.verifiers[0]));
        }
        w.warp(4_000);
        go!(w, format!("settle {name} 1"), w.task_settle(runs[0], &audits));
        go!(w, format!("settle {name} 2"), w.task_settle(runs[1], &[]));
        assert!(w.is_closed(&task.key));
    }
}

#[test]
fn tie_and_silence() {
    let mut w = World::default();
    let other = w.newcomer("p2", COMPUTE);
    w.warp(100);
    let runs = w.revealed(TaskSpec::redundant(2), [w.provider, other], [CANDIDATE_ROOT, OTHER_ROOT]);
    w.warp(DRAW_SECONDS);
    let idle = w.audit_claimed(runs[0], w.verifiers[0]);
    w.warp(4_000);
    go!(w, "settle void 1", w.task_settle(runs[0], &[idle]));
    go!(w, "settle void 2", w.task_settle(runs[1], &[]));
    assert!(w.is_closed(&runs[0].task.key));
    let task = w.open_as(TaskSpec::redundant(2));
    let runs = [w.claim(task), w.claim_by(task, other)];
    w.send(w.run_seal(runs[0], CANDIDATE_ROOT));
    w.send(w.run_seal(runs[1], CANDIDATE_ROOT));
    w.send(w.run_reveal(runs[0], CANDIDATE_ROOT));
    w.warp(301);
    go!(w, "task_expire silent", w.run_expire(runs[1]));
    w.warp(DRAW_SECONDS);
    go!(w, "audit_force", w.audit_force(runs[0], 0));
    w.warp(4_000);
    go!(w, "settle lone", w.task_settle(runs[0], &[]));
    assert!(w.is_closed(&task.key));
    let task = w.open_as(TaskSpec::redundant(2));
    let runs = [w.claim(task), w.claim_by(task, other)];
    w.send(w.run_seal(runs[0], CANDIDATE_ROOT));
    w.send(w.run_seal(runs[1], CANDIDATE_ROOT));
    w.warp(301);
    go!(w, "task_expire silent", w.run_expire(runs[1]));
    go!(w, "task_expire silent, final", w.run_expire(runs[0]));
    assert!(w.is_closed(&task.key));
}

#[test]
fn undrawn_and_refusals() {
    let mut w = World::default();
    let run = w.submitted();
    w.warp(DRAW_SECONDS);
    // A difference, then an agreeing audit in the dispute: at the full rate it is drawn all the same.
    let a = w.audit(run, w.verifiers[0], OTHER_ROOT);
    let b = w.audit_claimed(run, w.verifiers[1]);
    w.refuse(tessera::TesseraError::AnsweredAlready, w.audit_post(a, answer(w.verifiers[0], OTHER_ROOT)));
    w.send(w.audit_post(b, answer(w.verifiers[1], OTHER_ROOT)));
    w.refuse(tessera::TesseraError::WinnersMissing, w.task_settle(run, &[a]));
    w.refuse(tessera::TesseraError::DuplicateAccount, w.task_settle(run, &[a, a]));
    w.send(w.task_settle(run, &[b, a]));
    assert!(w.is_closed(&run.task.key));
}

fn freeze(account: &mut anchor_spl::token::spl_token::state::Account) {
    account.state = anchor_spl::token::spl_token::state::AccountState::Frozen;
}

#[test]
fn hostile_accounts() {
    let mut w = World::default();
    let root = [9; 32];
    w.send(w.model_register(w.modeller, root));
    let model = tessera::addresses::model_address(&w.modeller.key, &root).0;
    let task = w.open_as(TaskSpec { model: Some(model), ..TaskSpec::default() });
    let run = w.claim(task);
    w.send(w.run_submit(run).with(right_root));
    w.warp(DRAW_SECONDS);
    let a = w.prove(run, w.verifiers[0]);
    w.warp(4_000);
    // Everything that can be frozen or closed is.
    let (vault, fees, insurance) = (w.provider.vault, w.fee_vault(task), w.market.insurance_vault);
    for account in [vault, fees, insurance, w.verifiers[0].vault, w.requester.token] {
        w.bank.edit_token(account, freeze);
    }
    w.bank.close_token(w.modeller.token);
    let full = |w: &World| w.task_settle_with_all(run, &[], model).with(|call| {
        call.accounts.burn_mint = None;
    });
    let bare = w.task_settle(run, &[]).with(|call| {
        call.accounts.model = Some(model);
        call.accounts.model_token = Some(w.modeller.token);
    });
    w.refuse(tessera::TesseraError::BalanceMissing, bare);
    let call = full(&w);
    go!(w, "settle with every leg in a balance", call);
    let call = full(&w).with(|call| call.remaining = a.group().to_vec());
    go!(w, "close with a frozen verifier", call);
    assert!(w.is_closed(&task.key));
}

#[test]
fn burns() {
    let mut w = World::with_params(|params| params.sink = tessera::state::Sink::Burn);
    let run = w.submitted();
    w.warp(DRAW_SECONDS);
    let a = w.audit(run, w.verifiers[0], OTHER_ROOT);
    let b = w.audit(run, w.verifiers[1], OTHER_ROOT);
    w.refuse(tessera::TesseraError::BurnMintMissing, w.task_settle(run, &[a, b]));
    let call = w.task_settle(run, &[a, b]).with(|call| call.accounts.burn_mint = Some(w.mint));
    go!(w, "settle slashed, burned", call);
}

#[test]
fn token_2022() {
    let mut w = World::of_token_2022(&[]);
    let task = w.open();
    let run = w.claim(task);
    w.send(w.run_submit(run).with(right_root));
    w.warp(DRAW_SECONDS);
    let a = w.prove(run, w.verifiers[0]);
    w.warp(4_000);
    go!(w, "Token-2022: settle upheld, one audit", w.task_settle(run, &[a]));
}

#[test]
fn trusted_provider_lottery() {
    let mut w = World::default();
    let mut claimed = 0;
    for nonce in 1..8 {
        let task = w.open_as(TaskSpec::nonce(nonce));
        let run = w.claim(task);
        w.send(w.run_submit(run).with(right_root));
        let rate = w.read::<tessera::state::Run>(&run.key).audit_rate_bps;
        w.refuse_all(run);
        w.warp(DRAW_SECONDS);
        let mut audits = vec![];
        for v in w.verifiers {
            match w.bank.send(&[w.audit_claim(run, v).instruction()]) {
                Ok(_) => {
                    claimed += 1;
                    let audit = AuditRef::of(run, v);
                    w.send(w.audit_post(audit, answer(v, CANDIDATE_ROOT)));
                    w.warp(DRAW_SECONDS);
                    w.send(w.audit_open(audit, OpenedTree::Keyed));
                    w.send(w.audit_open(audit, OpenedTree::Output));
                    audits.push(audit);
                }
                Err(failed) => assert_eq!(failed.code(), Some(tessera::TesseraError::TicketLost.into()), "{failed:#?}"),
            }
        }
        println!("rate {rate}: {} of 3 win", audits.len());
        w.warp(4_000);
        let sent = w.send(w.task_settle(run, &audits[..audits.len().min(2)]));
        println!("settle with {}: {} CU {} bytes", audits.len().min(2), sent.compute_units, sent.size);
        if audits.len() == 3 {
            w.send(w.task_settle(run, &audits[2..]));
        }
        assert!(w.is_closed(&task.key));
    }
    assert!(claimed > 0);
}

trait RefuseAll {
    fn refuse_all(&mut self, run: RunRef);
}

impl RefuseAll for World {
    /// Before the draw slot is made nobody can claim below the full rate; an audit of one's own never.
    fn refuse_all(&mut self, run: RunRef) {
        if self.read::<tessera::state::Run>(&run.key).audit_rate_bps < 10_000 {
            self.refuse(tessera::TesseraError::SlotHashNotYet, self.audit_claim(run, self.verifiers[0]));
        }
        self.refuse(tessera::TesseraError::SlotHashNotYet, self.audit_draw(run));
    }
}
