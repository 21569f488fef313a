//! Jobs on matrices and trained weights, from their files and command lines to their results.

use std::path::Path;

use tessera_chain::Pubkey;
use tessera_compute::CpuBackend;
use tessera_jobs::JobResult;
use tessera_tests::flow::{Agents, Scene};

// The small encoder of the jobs' own tests.
#[path = "../../../agents/jobs/tests/models/synthetic.rs"]
#[allow(dead_code)]
pub mod synthetic;

use synthetic::{Named, WIDTH, config, encoder_tensors, safetensors};

/// Writes a file and gives its path as typed.
fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

fn layer(name: &str, dims: &[usize], values: &[f32]) -> Named {
    Named { name: name.to_owned(), dims: dims.to_vec(), values: values.to_vec() }
}

#[tokio::test(flavor = "multi_thread")]
async fn products_networks_and_encoders_are_run_checked_and_read() {
    let files = tempfile::tempdir().unwrap();
    let folder = files.path();
    let left = file(folder, "left.csv", "1,2,3\n4,5,6\n");
    let right = file(folder, "right.csv", "7,8\n9,10\n11,12\n");
    // |x| as relu(x) + relu(-x), and a bias.
    let network = [layer("net.0.weight", &[2, 1], &[1.0, -1.0]), layer("net.2.weight", &[1, 2], &[1.0, 1.0])];
    let bias = layer("net.2.bias", &[1], &[0.5]);
    let weights = file(folder, "abs.safetensors", safetensors(&[&network[..], &[bias]].concat()));
    let data = file(folder, "x.csv", "x,target\n-3,9\n2,9\n0,9\n");
    file(folder, "model.safetensors", safetensors(&encoder_tensors()));
    file(folder, "config.json", config().to_string());
    file(folder, "tokenizer.json", synthetic::TOKENISER);
    let texts = file(folder, "texts.txt", "the cat sat on the mat.\n\nthe cat sat on the mat.\n");
    let encoder = folder.to_str().unwrap();

    let mut scene = Scene::open(&["requester", "provider", "verifier"]).await;
    scene.register_providers(&["provider"]).await;
    scene.register_verifiers(&["verifier"]).await;
    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    scene.start_verifier(&mut agents, "verifier", CpuBackend::new()).await;
    let mut tasks: Vec<Pubkey> = Vec::new();
    for job in [
        ["matmul", "--left", &left, "--right", &right].as_slice(),
        &["mlp", "--data", &data, "--weights", &weights],
        &["embedding", "--encoder", encoder, "--texts", &texts, "--precision", "i8"],
    ] {
        let typed = [&["tessera", "task", "submit"], job, &["--reward", "5"]].concat();
        tasks.push(scene.submit_as_typed("requester", &typed).await.task);
    }
    for &task in &tasks {
        scene.until("an audit agrees", |world| world.runs_of(task).find(|run| run.earning == 1).map(|_| ())).await;
    }
    scene.pass(|windows| windows.challenge_seconds).await;
    for &task in &tasks {
        scene.until_closed(task).await;
    }

    let mut results = Vec::new();
    for &task in &tasks {
        results.push(scene.result(task).await.unwrap());
    }
    let [JobResult::Matmul(product), JobResult::Mlp(network), JobResult::Embedding(vectors)] =
        [&results[0].result, &results[1].result, &results[2].result]
    else {
        panic!("{results:?}")
    };
    assert_eq!(product.rows, [[58.0, 64.0], [139.0, 154.0]]);
    assert_eq!(network.outputs, [[3.5], [2.5], [0.5]]);
    let [first, empty, last] = &vectors.vectors[..] else { panic!("{vectors:?}") };
    assert!(first == last && first != empty && first.len() == WIDTH);
    // As `task result` prints them.
    let shown: Vec<String> = results.iter().map(ToString::to_string).collect();
    for (shown, words) in shown.iter().zip(["matrix product: 2 rows", "network: 3 rows", "embedding: 3 texts"]) {
        assert!(shown.contains(words), "{shown}");
    }
    let json = serde_json::to_value(&results[1]).unwrap();
    assert_eq!((&json["result"]["job"], &json["state"]), (&"mlp".into(), &"settled".into()));
    scene.close(agents).await;
}
