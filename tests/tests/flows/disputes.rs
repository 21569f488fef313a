use tessera_chain::rules::Phase;
use tessera_chain::{DisputePhase, DisputeVerdict, Pubkey, World};
use tessera_cli::error::CliError;
use tessera_jobs::{JobSpec, Prepared, Table, prepare};
use tessera_node::dispute::Fault;
use tessera_tests::flow::{Agents, Flipping, Scene};

use crate::models::synthetic::{Named, safetensors};
use crate::{IRIS, REWARD, kmeans, pca};

const DIGITS: &[u8] = include_bytes!("../../../data/digits.csv");

/// A job to be disputed.
enum Job {
    Csv(JobSpec, &'static [u8]),
    Typed(Vec<String>),
}

impl Job {
    fn prepared(&self) -> Prepared {
        match self {
            Self::Csv(spec, csv) => prepare(spec, &Table::from_csv(csv).unwrap()).unwrap(),
            Self::Typed(arguments) => Scene::prepared_as_typed(&words(arguments)),
        }
    }

    async fn submit(&self, scene: &Scene) -> Pubkey {
        match self {
            Self::Csv(spec, csv) => scene.submit("requester", spec, csv, REWARD).await.task,
            Self::Typed(arguments) => scene.submit_as_typed("requester", &words(arguments)).await.task,
        }
    }

    /// What one wrong bit makes of it, in the first operation from a part of the graph on that shows it.
    fn wrong(&self, from: impl Fn(u16) -> u16) -> Fault {
        let prepared = self.prepared();
        Flipping::seen(&prepared.graph, &prepared.inputs, from(prepared.graph.op_count()))
    }
}

fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

fn iris() -> Job {
    Job::Csv(kmeans(), IRIS)
}

/// How the only dispute of a task ended.
struct Decided {
    /// What the run locks.
    lock: u64,
    verdict: DisputeVerdict,
    moves: u16,
    /// That touched the dispute, until then: buffers' included.
    transactions: usize,
}

async fn decided(scene: &mut Scene, task: Pubkey) -> Decided {
    let lock = scene.until("a run", |world| world.runs_of(task).next().map(|run| run.lock)).await;
    let ended = scene.until("a verdict", |world| {
        world.disputes.values().find(|dispute| dispute.task == task).and_then(|dispute| match dispute.phase {
            DisputePhase::Over(verdict) => Some((dispute.key, verdict, dispute.moves)),
            _ => None,
        })
    });
    let (dispute, verdict, moves) = ended.await;
    let transactions = scene.chain.history(dispute, 100).await.unwrap();
    let transactions = transactions.iter().filter(|recorded| recorded.error.is_none()).count();
    Decided { lock, verdict, moves, transactions }
}

/// How a provider is wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// It answers on chain alone.
    Withholding,
    /// It serves its trace.
    Serving,
    /// It falls silent.
    Silent,
}

/// A provider with this fault against a verifier that is right. Returns the moves that were made.
async fn is_found_and_slashed(job: &Job, fault: Fault, manner: Manner) -> u16 {
    let silent = manner == Manner::Silent;
    let mut scene = Scene::open(&["requester", "cheat", "verifier"]).await;
    match manner {
        Manner::Serving => scene.register_serving_provider("cheat").await,
        Manner::Withholding | Manner::Silent => scene.register_providers(&["cheat"]).await,
    }
    scene.register_verifiers(&["verifier"]).await;
    let before = scene.count().await;
    let cheat_before = scene.stake("cheat").await.0;
    let (stake_before, tokens_before) = (scene.stake("verifier").await.0, scene.tokens("verifier").await);

    let mut agents = Agents::default();
    scene.start_disputed_provider(&mut agents, "cheat", fault).await;
    scene.start_challenger(&mut agents, "verifier", Fault::default()).await;
    let task = job.submit(&scene).await;
    if silent {
        let silent_in = |world: &World| {
            let dispute = world.disputes.values().find(|dispute| dispute.task == task)?;
            (dispute.phase == DisputePhase::OpenTensors).then_some(dispute.clocks.until.unix)
        };
        let until = scene.until("the phase of its silence", silent_in).await;
        let left = until - scene.chain.moment().await.unwrap().unix;
        scene.pass_seconds(u32::try_from(left).unwrap() + 60).await;
    }
    let Decided { lock, verdict, moves, transactions } = decided(&mut scene, task).await;
    assert_eq!(verdict, DisputeVerdict::ChallengerWon);
    println!("{moves} moves, {transactions} transactions");
    // Where nothing is served both sides may show the same step at the same time.
    let most = if manner == Manner::Serving { 24 } else { 32 };
    assert!(transactions <= most, "{moves} moves, {transactions} transactions");
    scene.until_closed(task).await;
    scene.until("the dispute is closed", |world| world.disputes.is_empty().then_some(())).await;

    scene.until_no_buffers(task, "cheat", "verifier").await;
    assert_eq!(scene.stake("cheat").await, (cheat_before - lock, 0));
    // The first auditor that differed and the challenger are the same.
    let gained = scene.stake("verifier").await.0 - stake_before + scene.tokens("verifier").await - tokens_before;
    let bounty = REWARD / 100 / 2;
    assert!([0, bounty].contains(&(gained - lock * 40 / 100)), "{gained} of {lock}");
    assert!(matches!(scene.result(task).await, Err(CliError::NoResult { .. })));
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
    moves
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wrong_bit_in_the_midst_of_kmeans_is_found_and_slashed_whether_the_trace_is_served_or_not() {
    let fault = iris().wrong(|operations| operations / 2);
    let withheld = is_found_and_slashed(&iris(), fault.clone(), Manner::Withholding).await;
    let served = is_found_and_slashed(&iris(), fault, Manner::Serving).await;
    // Served data spare the descents.
    assert!(served < withheld, "{served} moves, {withheld} without");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wrong_bit_in_pca_of_digits_is_found_and_slashed() {
    let digits = Job::Csv(pca(), DIGITS);
    let fault = digits.wrong(|operations| operations / 3);
    is_found_and_slashed(&digits, fault, Manner::Withholding).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wrong_bit_in_a_network_is_found_and_slashed() {
    let files = tempfile::tempdir().unwrap();
    let layer = |name: &str, out: usize, width: usize| Named {
        name: name.to_owned(),
        dims: vec![out, width],
        values: (0..out * width).map(|i| ((i * 37 % 101) as f32 - 50.0) / 100.0).collect(),
    };
    let network = safetensors(&[layer("net.0.weight", 300, 4), layer("net.2.weight", 3, 300)]);
    let (data, weights) = (files.path().join("iris.csv"), files.path().join("net.safetensors"));
    std::fs::write(&data, IRIS).unwrap();
    std::fs::write(&weights, network).unwrap();
    let [data, weights] = [data, weights].map(|path| path.to_str().unwrap().to_owned());
    let typed = ["tessera", "task", "submit", "mlp", "--data", &data, "--weights", &weights, "--reward", "5"];
    let network = Job::Typed(typed.map(str::to_owned).to_vec());
    let fault = network.wrong(|_| 0);
    is_found_and_slashed(&network, fault, Manner::Serving).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_silent_in_a_dispute_is_slashed() {
    let fault = Fault { silent: Some(Phase::OpenTensors), ..iris().wrong(|operations| operations / 2) };
    is_found_and_slashed(&iris(), fault, Manner::Silent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_run_survives_a_wrong_challenger_who_pays_for_it() {
    let mut scene = Scene::open(&["requester", "provider", "mistaken"]).await;
    scene.register_providers(&["provider"]).await;
    scene.register_verifiers(&["mistaken"]).await;
    let before = scene.count().await;
    let provider_before = scene.stake("provider").await.0;
    let (stake_before, tokens_before) = (scene.stake("mistaken").await.0, scene.tokens("mistaken").await);

    let mut agents = Agents::default();
    scene.start_disputed_provider(&mut agents, "provider", Fault::default()).await;
    let fault = iris().wrong(|operations| operations / 2);
    scene.start_challenger(&mut agents, "mistaken", fault).await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    let Decided { verdict, .. } = decided(&mut scene, task).await;
    assert_eq!(verdict, DisputeVerdict::ProviderWon);
    scene.until("the dispute is closed", |world| world.disputes.is_empty().then_some(())).await;
    let audit_lock = scene.until("the audit", |world| {
        let run = world.runs_of(task).next()?;
        world.audits_of(run.key).next().map(|audit| audit.lock)
    });
    let audit_lock = audit_lock.await;
    scene.pass(|windows| windows.challenge_seconds.max(windows.audit_seconds)).await;
    scene.until_closed(task).await;

    scene.until_no_buffers(task, "provider", "mistaken").await;
    let bond = REWARD;
    // Whoever settles the run gets half of the crank bounty.
    let (lost, bounty) = (tokens_before - scene.tokens("mistaken").await, REWARD / 100 / 2);
    assert!([0, bounty].contains(&(bond - lost)), "{lost} of {bond}");
    assert_eq!(scene.stake("mistaken").await, (stake_before - audit_lock, 0));
    let earned = REWARD * 85 / 100 + audit_lock + bond.div_ceil(2);
    assert_eq!(scene.stake("provider").await, (provider_before + earned, 0));
    scene.result(task).await.unwrap();
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_restarted_in_a_dispute_goes_on_with_it() {
    let mut scene = Scene::open(&["requester", "provider", "mistaken"]).await;
    scene.register_providers(&["provider"]).await;
    scene.register_verifiers(&["mistaken"]).await;
    let before = scene.count().await;

    let (mut first, mut agents) = (Agents::default(), Agents::default());
    scene.start_disputed_provider(&mut first, "provider", Fault::default()).await;
    let fault = iris().wrong(|operations| operations / 2);
    scene.start_challenger(&mut agents, "mistaken", fault).await;
    let task = iris().submit(&scene).await;
    scene.until("a dispute", |world| world.disputes.values().any(|found| found.task == task).then_some(())).await;
    first.end().await;
    scene.start_disputed_provider(&mut agents, "provider", Fault::default()).await;
    assert_eq!(decided(&mut scene, task).await.verdict, DisputeVerdict::ProviderWon);
    scene.until("the dispute is closed", |world| world.disputes.is_empty().then_some(())).await;
    scene.pass(|windows| windows.challenge_seconds.max(windows.audit_seconds)).await;
    scene.until_closed(task).await;
    scene.until_no_buffers(task, "provider", "mistaken").await;
    scene.result(task).await.unwrap();
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}
