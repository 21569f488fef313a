//! Inference of multilayer perceptrons.

use serde_json::json;
use tessera_jobs::{
    Activation, JobError, JobResult, JobSpec, Mlp, ModelError, OutputActivation, Precision, Table, Weights, prepare_mlp,
};

use super::encoder_f64::gelu;
use super::synthetic::{Named, Numbers, safetensors};
use super::{cosine, result_of, table};

fn named(name: &str, dims: &[usize], values: &[f32]) -> Named {
    Named { name: name.to_owned(), dims: dims.to_vec(), values: values.to_vec() }
}

fn infer(spec: &Mlp, table: &Table, tensors: &[Named]) -> Vec<Vec<f32>> {
    let bytes = safetensors(tensors);
    let job = prepare_mlp(spec, table, &Weights::from_bytes(&bytes).unwrap()).unwrap();
    let JobResult::Mlp(result) = result_of(&job) else { panic!("another job") };
    result.outputs
}

/// 6 inputs, 20 and 9 hidden, 4 outputs; layer 10 comes after layer 2, and the last has no bias.
fn network() -> Vec<Named> {
    let mut numbers = Numbers(11);
    vec![
        numbers.tensor("net.0.weight", &[20, 6], 0.0, 1.0),
        numbers.tensor("net.0.bias", &[20], 0.0, 0.5),
        numbers.tensor("net.2.weight", &[9, 20], 0.0, 1.0),
        numbers.tensor("net.2.bias", &[9], 0.0, 0.5),
        numbers.tensor("net.10.weight", &[4, 9], 0.0, 2.0),
    ]
}

fn rows() -> Table {
    let mut numbers = Numbers(5);
    table(6, (0..6 * 13).map(|_| 4.0 * numbers.next()).collect())
}

fn in_f64(tensors: &[Named], row: &[f32], activate: fn(f64) -> f64) -> Vec<f64> {
    let layer = |weight: &Named, bias: Option<&Named>, x: &[f64]| -> Vec<f64> {
        let rows = weight.values.chunks(weight.dims[1]).enumerate();
        rows.map(|(i, row)| {
            let bias = bias.map_or(0.0, |bias| f64::from(bias.values[i]));
            row.iter().zip(x).map(|(&w, x)| f64::from(w) * x).sum::<f64>() + bias
        })
        .collect()
    };
    let x: Vec<f64> = row.iter().copied().map(f64::from).collect();
    let x: Vec<f64> = layer(&tensors[0], Some(&tensors[1]), &x).into_iter().map(activate).collect();
    let x: Vec<f64> = layer(&tensors[2], Some(&tensors[3]), &x).into_iter().map(activate).collect();
    layer(&tensors[4], None, &x)
}

#[test]
fn outputs_agree_with_f64() {
    type Function = fn(f64) -> f64;
    let activations: [(Activation, Function); 3] =
        [(Activation::Relu, |x| x.max(0.0)), (Activation::Gelu, gelu), (Activation::Tanh, f64::tanh)];
    let values = rows().select(&["c0", "c1", "c2", "c3", "c4", "c5"]).unwrap();
    for (activation, function) in activations {
        let found = infer(&Mlp { activation, ..Mlp::default() }, &rows(), &network());
        for (row, outputs) in values.chunks(6).zip(&found) {
            for (&found, expected) in outputs.iter().zip(in_f64(&network(), row, function)) {
                let error = (f64::from(found) - expected).abs();
                assert!(error < 1e-5, "{activation:?}: {found} instead of {expected}");
            }
        }
    }
}

#[test]
fn softmax_gives_probabilities_and_tanh_bounds() {
    let logits = infer(&Mlp::default(), &rows(), &network());
    let softmax = infer(&Mlp { output: OutputActivation::Softmax, ..Mlp::default() }, &rows(), &network());
    let tanh = infer(&Mlp { output: OutputActivation::Tanh, ..Mlp::default() }, &rows(), &network());
    for ((logits, probabilities), bounded) in logits.iter().zip(&softmax).zip(&tanh) {
        assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        for ((&x, &p), &t) in logits.iter().zip(probabilities).zip(bounded) {
            let ratio = (x - logits[0]).exp();
            assert!((p / probabilities[0] / ratio - 1.0).abs() < 1e-5);
            assert!((t - x.tanh()).abs() < 1e-6);
        }
    }
}

#[test]
fn the_class_is_the_greatest_output_and_the_first_among_equals() {
    let identity = [named("0.weight", &[3, 3], &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0])];
    let bytes = safetensors(&identity);
    let table = table(3, vec![1.0, 5.0, 2.0, 7.0, 7.0, 1.0]);
    let job = prepare_mlp(&Mlp::default(), &table, &Weights::from_bytes(&bytes).unwrap()).unwrap();
    let JobResult::Mlp(result) = result_of(&job) else { panic!("another job") };
    assert_eq!(result.outputs, [[1.0, 5.0, 2.0], [7.0, 7.0, 1.0]]);
    assert_eq!(result.classes(), [1, 0]);
}

#[test]
fn i8_is_near_f32() {
    let single = infer(&Mlp::default(), &rows(), &network());
    let quantised = infer(&Mlp { precision: Precision::I8, ..Mlp::default() }, &rows(), &network());
    for (a, b) in single.iter().zip(&quantised) {
        assert!(cosine(a, b) > 0.999, "{a:?} {b:?}");
    }
}

#[test]
fn columns_are_chosen_and_spelt_out() {
    let table = Table::from_csv(b"id,a,target,b\n1,2,9,3\n2,4,9,5\n").unwrap();
    let bytes = safetensors(&[named("0.weight", &[1, 2], &[10.0, 1.0])]);
    let JobSpec::Mlp(spec) =
        JobSpec::from_name("mlp", json!({"exclude": ["id"]}).as_object().cloned().unwrap()).unwrap()
    else {
        panic!("another job")
    };
    let job = prepare_mlp(&spec, &table, &Weights::from_bytes(&bytes).unwrap()).unwrap();
    assert!(job.label.contains(r#""columns":["a","b"]"#), "{}", job.label);
    let JobResult::Mlp(result) = result_of(&job) else { panic!("another job") };
    assert_eq!(result.outputs, [[23.0], [45.0]]);
    let all = prepare_mlp(&Mlp::default(), &table, &Weights::from_bytes(&bytes).unwrap()).unwrap_err();
    assert!(matches!(all, JobError::NetworkInputs { inputs: 2, columns: 3 }), "{all}");
}

#[test]
fn weights_that_are_no_network_are_refused() {
    let refusal = |tensors: &[Named]| {
        let bytes = safetensors(tensors);
        prepare_mlp(&Mlp::default(), &rows(), &Weights::from_bytes(&bytes).unwrap()).unwrap_err()
    };
    let matrix = |name: &str, dims: [usize; 2]| named(name, &dims, &vec![1.0; dims[0] * dims[1]]);
    assert!(refusal(&[]).to_string().contains("no tensors"));
    assert!(refusal(&[matrix("0.gamma", [2, 6])]).to_string().contains("neither a weight nor a bias"));
    assert!(refusal(&[matrix("linear.weight", [2, 6])]).to_string().contains("no layer number"));
    assert!(refusal(&[matrix("a0.weight", [2, 6]), matrix("b1.weight", [2, 2])]).to_string().contains("prefix"));
    assert!(refusal(&[matrix("1.weight", [2, 6]), matrix("01.weight", [2, 2])]).to_string().contains("number 1"));
    assert!(refusal(&[named("0.bias", &[2], &[1.0; 2])]).to_string().contains("no matrix"));
    assert!(matches!(
        refusal(&[matrix("0.weight", [2, 6]), matrix("1.weight", [2, 3])]),
        JobError::Model(ModelError::TensorShape { expected, .. }) if expected == [2, 2]
    ));
    assert!(matches!(
        refusal(&[named("0.weight", &[1, 6], &[f32::NAN; 6])]),
        JobError::Model(ModelError::NotFinite(name)) if name == "0.weight"
    ));
}
