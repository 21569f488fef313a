#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use solana_keypair::Keypair;
use solana_signer::Signer;
use tessera::hashes::{chain_hour, seal_hash};
use tessera::instructions::{Answer, AuditOpenArgs, OpenedTree, RunRevealArgs};
use tessera::state::{AuditState, Draw, Market, RunState, SlotState, TaskState};

use super::*;
use crate::address;
use crate::chain::Chain;
use crate::fake::fixture::{self, key, moment};
use crate::ix::{self, Payee, Settlement};
use crate::versioned::Versioned;

const MARKET: u8 = 1;
const TASK: u8 = 2;

struct Bench {
    chain: FakeChain,
    provider: Keypair,
    verifier: Keypair,
}

fn bench(task: Task) -> Bench {
    let chain = FakeChain::new();
    chain.play();
    let mut market = fixture::market(key(5), key(6));
    market.verify_stake = 1_000_000;
    chain.put_market(key(MARKET), market);
    chain.put_task(key(TASK), task);
    let bench = Bench { chain, provider: Keypair::new(), verifier: Keypair::new() };
    for authority in [bench.provider.pubkey(), bench.verifier.pubkey()] {
        let provider = fixture::provider(key(MARKET), authority);
        bench.chain.put_provider(address::provider(&key(MARKET), &authority), provider);
    }
    bench.chain.set_moment(moment(100));
    bench
}

impl Bench {
    async fn send(&self, signer: &Keypair, instruction: Instruction) -> Result<(), ChainError> {
        self.chain.send(Outgoing::new("step", [instruction]), &[signer]).await.map(|_| ())
    }

    async fn task(&self) -> Versioned<Task> {
        self.chain.task(key(TASK)).await.unwrap().unwrap()
    }

    async fn run(&self, of: &Keypair) -> Versioned<Run> {
        let run = address::run(&key(TASK), &address::provider(&key(MARKET), &of.pubkey()));
        self.chain.run(run).await.unwrap().unwrap()
    }

    async fn market(&self) -> Versioned<Market> {
        self.chain.market(key(MARKET)).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn an_optimistic_task_runs_its_course() {
    let bench = bench(fixture::task(key(MARKET), key(9), 0));
    let (provider, verifier) = (&bench.provider, &bench.verifier);
    bench.send(provider, ix::task_claim(provider.pubkey(), &bench.task().await)).await.unwrap();
    assert_eq!((bench.task().await.state, bench.run(provider).await.state), (TaskState::Claimed, RunState::Claimed));
    let submit = ix::run_submit(provider.pubkey(), &bench.task().await, [5; 32], [6; 32], "file:///".into());
    bench.send(provider, submit).await.unwrap();
    let run = bench.run(provider).await;
    assert_eq!((run.state, run.draw_slot, run.audit_rate_bps), (RunState::Submitted, 204, 6_250));
    assert_eq!(bench.task().await.state, TaskState::Submitted);

    // The slot that draws must have been made; the verifier holds all the stake, and its ticket decides.
    let early = bench.send(verifier, ix::audit_draw(run.key)).await.unwrap_err();
    assert_eq!(early.tessera(), Some(TesseraError::SlotHashNotYet));
    bench.chain.set_slot_hashes(&[(200, [1; 32]), (204, [2; 32]), (230, [3; 32])]);
    bench.send(verifier, ix::audit_draw(run.key)).await.unwrap();
    assert_eq!(bench.run(provider).await.draw, Draw::Hash([2; 32]));
    let verifier_key = address::provider(&key(MARKET), &verifier.pubkey());
    let mut content = bench.chain.provider(verifier_key).await.unwrap().unwrap().data;
    let element = (0..=255)
        .map(|byte| [byte; 32])
        .find(|element| {
            let hash = tessera::hashes::ticket_hash(&run.key, element, &[2; 32]);
            u64::from_le_bytes(*hash.first_chunk().unwrap()) < 1 << 63
        })
        .unwrap();
    (content.ticket.head, content.ticket.hour) = (element, chain_hour(100));
    bench.chain.put_provider(verifier_key, content);
    let wrong = ix::audit_claim(verifier.pubkey(), &run, Some([77; 32]));
    let error = bench.send(verifier, wrong).await.unwrap_err();
    assert_eq!(error.tessera(), Some(TesseraError::ChainElementWrong));
    bench.send(verifier, ix::audit_claim(verifier.pubkey(), &run, Some(element))).await.unwrap();

    bench.chain.set_moment(moment(110));
    let agree = Answer::Agree { keyed_root: [8; 32] };
    bench.send(verifier, ix::audit_post(verifier.pubkey(), &run, agree, None)).await.unwrap();
    for tree in [OpenedTree::Output, OpenedTree::Keyed] {
        let (header, leaf_hash) = (vec![], [0; 32]);
        let args = AuditOpenArgs { tree, header, output_proof: vec![], leaf_hash, leaf_proof: vec![] };
        bench.send(verifier, ix::audit_open(verifier.pubkey(), &run, args)).await.unwrap();
    }
    let audit = bench.chain.audits(run.key).await.unwrap().remove(0);
    assert_eq!((audit.state, audit.opened.both()), (AuditState::Agreed { keyed_root: [8; 32] }, true));
    assert_eq!(bench.run(provider).await.earning, 1);

    bench.chain.set_moment(moment(800));
    let (task, run, market) = (bench.task().await, bench.run(provider).await, bench.market().await);
    let settle = ix::task_settle(&Settlement {
        cranker: verifier.pubkey(),
        market: &market,
        epoch: 0,
        task: &task,
        run: &run,
        outcome: tessera_rules::Outcome::Upheld,
        requester: Payee::to(key(9), key(12)),
        model: None,
        cranker_token: None,
        provider_balance: false,
        dust: false,
        treasury_balance: false,
        audits: &[&audit],
    });
    bench.send(verifier, settle).await.unwrap();
    assert!(bench.chain.task(key(TASK)).await.unwrap().is_none());
    assert!(bench.chain.run(run.key).await.unwrap().is_none());
    for authority in [provider, verifier] {
        let at = address::provider(&key(MARKET), &authority.pubkey());
        let left = bench.chain.provider(at).await.unwrap().unwrap();
        assert_eq!((left.stake.free, left.stake.locked), (1_000_000, 0));
        assert_eq!((left.active_runs, left.runs_unclosed, left.active_audits), (0, 0, 0));
    }
}

#[tokio::test]
async fn seals_are_opened_by_what_they_hide_alone() {
    let bench = bench(fixture::redundant(key(MARKET), key(9), 0, 2));
    let wallets = [&bench.provider, &bench.verifier];
    for wallet in wallets {
        bench.send(wallet, ix::task_claim(wallet.pubkey(), &bench.task().await)).await.unwrap();
    }
    assert_eq!(bench.task().await.state, TaskState::Claimed);
    for wallet in wallets {
        let provider = address::provider(&key(MARKET), &wallet.pubkey());
        let seal = seal_hash(&key(TASK), &provider, &[5; 32], &[9; 32]);
        bench.send(wallet, ix::run_seal(wallet.pubkey(), &bench.task().await, seal)).await.unwrap();
    }
    for (wallet, root, salt, error) in [
        (wallets[0], [5; 32], [8; 32], Some(TesseraError::SealWrong)),
        (wallets[0], [5; 32], [9; 32], None),
        (wallets[1], [5; 32], [9; 32], None),
    ] {
        let args = RunRevealArgs { output_root: root, salt, output_id: [6; 32], output_locator: "file:///".to_owned() };
        let sent = bench.send(wallet, ix::run_reveal(wallet.pubkey(), &bench.task().await, args)).await;
        assert_eq!(sent.err().and_then(|error| error.tessera()), error);
    }
    let task = bench.task().await;
    assert_eq!((task.state, task.challenge_until), (TaskState::Submitted, fixture::deadline(160)));
    assert!(task.slots[..2].iter().all(|slot| slot.state == SlotState::Submitted));
}

#[tokio::test]
async fn a_released_slot_is_free_again_and_its_provider_excluded() {
    let mut task = fixture::task(key(MARKET), key(9), 0);
    task.terms.windows.grace_seconds = 10;
    let bench = bench(task);
    let provider = &bench.provider;
    bench.send(provider, ix::task_claim(provider.pubkey(), &bench.task().await)).await.unwrap();
    bench.send(provider, ix::run_release(provider.pubkey(), &bench.task().await)).await.unwrap();
    let task = bench.task().await;
    assert_eq!((task.state, task.runs_open, task.excluded.len()), (TaskState::Open, 0, 1));
    let again = bench.send(provider, ix::task_claim(provider.pubkey(), &task)).await.unwrap_err();
    assert_eq!(again.tessera(), Some(TesseraError::ProviderExcluded));
}

#[tokio::test]
async fn a_transaction_that_fails_leaves_nothing_behind() {
    let bench = bench(fixture::task(key(MARKET), key(9), 0));
    let claim = ix::task_claim(bench.provider.pubkey(), &bench.task().await);
    let twice = Outgoing::new("twice", [claim.clone(), claim]);
    let error = bench.chain.send(twice, &[&bench.provider]).await.unwrap_err();
    assert_eq!(error.program_failure().unwrap().instruction, 1);
    assert_eq!((bench.task().await.state, bench.task().await.runs_open), (TaskState::Open, 0));
    assert!(bench.chain.runs(key(TASK)).await.unwrap().is_empty());
}
