//! Finding a network's layers among named tensors.
//!
//! Layers are called `PREFIX N.weight` `[outputs, inputs]` and, if they have one, `PREFIX N.bias` `[outputs]`, with one prefix for all
//! (`layers.`, `net.`, or none) and run in the order of N. Numbers may be left out: `torch.nn.Sequential` counts activations too.

use std::collections::BTreeMap;

use crate::model::{Dense, ModelError, Parameters, Weights};
use crate::spec::Precision;

/// Most layers: what a graph's 64 inputs hold, each weight being one.
const MAX_LAYERS: usize = 60;

/// The layers, bound as parameters, and the number of inputs of the first.
pub(super) fn read(
    weights: &Weights<'_>,
    precision: Precision,
    parameters: &mut Parameters,
) -> Result<(Vec<Dense>, usize), ModelError> {
    let names = find(weights)?;
    let mut layers = Vec::with_capacity(names.len());
    let mut width: Option<usize> = None;
    let mut first = 0;
    for name in names.values() {
        let dims = weights.dims(&format!("{name}.weight")).unwrap_or_default();
        let [outputs, inputs] = dims[..] else {
            return Err(ModelError::Layers(format!("\"{name}.weight\" has shape {dims:?}, no matrix")));
        };
        let expected = [outputs, width.unwrap_or(inputs)];
        let matrix = weights.read(&format!("{name}.weight"), &expected)?;
        if matrix.is_empty() {
            return Err(ModelError::Layers(format!("\"{name}.weight\" is empty")));
        }
        let bias = format!("{name}.bias");
        let bias = match weights.dims(&bias) {
            Some(_) => Some(parameters.vector(&weights.read(&bias, &[outputs])?)),
            None => None,
        };
        let weight =
            parameters.matrix(matrix, inputs, precision).map_err(|error| ModelError::Layers(error.to_string()))?;
        layers.push(Dense { weight, bias });
        if width.is_none() {
            first = inputs;
        }
        width = Some(outputs);
    }
    Ok((layers, first))
}

/// Names of layers by their number.
fn find(weights: &Weights<'_>) -> Result<BTreeMap<u32, String>, ModelError> {
    let mut layers = BTreeMap::new();
    let mut common: Option<String> = None;
    for tensor in weights.names() {
        let (name, part) = tensor.rsplit_once('.').unwrap_or(("", tensor));
        if !matches!(part, "weight" | "bias") {
            return Err(ModelError::Layers(format!("\"{tensor}\" is neither a weight nor a bias")));
        }
        let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (prefix, number) = name.split_at(name.len() - digits);
        let number = number.parse().map_err(|_| ModelError::Layers(format!("\"{tensor}\" has no layer number")))?;
        if common.get_or_insert_with(|| prefix.to_owned()) != prefix {
            return Err(ModelError::Layers(format!("\"{tensor}\" has another prefix than the other layers")));
        }
        // `1` and `01` would be one layer.
        if layers.insert(number, name.to_owned()).is_some_and(|before| before != name) {
            return Err(ModelError::Layers(format!("two layers have the number {number}")));
        }
    }
    match layers.len() {
        0 => Err(ModelError::Layers("the file has no tensors".to_owned())),
        count if count > MAX_LAYERS => {
            Err(ModelError::Layers(format!("{count} layers, at most {MAX_LAYERS} fit a graph")))
        }
        _ => Ok(layers),
    }
}
