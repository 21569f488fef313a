#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use tessera::instructions::OpenedTree;
use tessera_tests::svm::*;
#[test]
fn prof() {
    let mut w = World::default();
    let task = w.open();
    let run = w.claim(task);
    w.send(w.run_submit(run).with(|c| c.args.args.output_root = outputs::trees(&Default::default()).plain.root().0));
    w.warp(DRAW_SECONDS);
    let mut audits = vec![];
    for v in &w.verifiers.clone()[..2] {
        let a = w.audit(run, *v, CANDIDATE_ROOT);
        w.warp(DRAW_SECONDS);
        w.send(w.audit_open(a, OpenedTree::Output));
        w.send(w.audit_open(a, OpenedTree::Keyed));
        audits.push(a);
    }
    w.warp(4_000);
    let sent = w.send(w.task_settle(run, &audits));
    for l in sent.logs { println!("{l}"); }
}
