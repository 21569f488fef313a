//! The encoder once more, text by text in f64 and with nothing in common with the graph: what its vectors are compared with.

use std::collections::HashMap;

use super::synthetic::{EPSILON, HEADS, LAYERS, Named, WIDTH};

type Rows = Vec<Vec<f64>>;

pub struct EncoderF64(HashMap<String, (Vec<usize>, Vec<f64>)>);

impl EncoderF64 {
    pub fn new(tensors: &[Named]) -> Self {
        let wide = |tensor: &Named| tensor.values.iter().copied().map(f64::from).collect();
        Self(tensors.iter().map(|tensor| (tensor.name.clone(), (tensor.dims.clone(), wide(tensor)))).collect())
    }

    pub fn vector(&self, tokens: &[u32]) -> Vec<f64> {
        let row = |name: &str, index: usize| self.rows(name)[index].clone();
        let sum = |(place, &token): (usize, &u32)| {
            let parts = [
                row("embeddings.word_embeddings.weight", token as usize),
                row("embeddings.position_embeddings.weight", place),
                row("embeddings.token_type_embeddings.weight", 0),
            ];
            (0..WIDTH).map(|i| parts.iter().map(|part| part[i]).sum()).collect()
        };
        let mut x = self.norm("embeddings.LayerNorm", &tokens.iter().enumerate().map(sum).collect());
        for layer in (0..LAYERS).map(|index| format!("encoder.layer.{index}")) {
            let attended = self.attend(&format!("{layer}.attention.self"), &x);
            let projected = self.dense(&format!("{layer}.attention.output.dense"), &attended);
            x = self.norm(&format!("{layer}.attention.output.LayerNorm"), &add(&projected, &x));
            let wide = self.dense(&format!("{layer}.intermediate.dense"), &x);
            let wide = wide.iter().map(|row| row.iter().map(|&x| gelu(x)).collect()).collect();
            let narrow = self.dense(&format!("{layer}.output.dense"), &wide);
            x = self.norm(&format!("{layer}.output.LayerNorm"), &add(&narrow, &x));
        }
        let mean: Vec<f64> = (0..WIDTH).map(|i| x.iter().map(|row| row[i]).sum::<f64>() / x.len() as f64).collect();
        let length = mean.iter().map(|x| x * x).sum::<f64>().sqrt();
        mean.iter().map(|x| x / length).collect()
    }

    fn rows(&self, name: &str) -> Rows {
        let (dims, values) = &self.0[name];
        values.chunks(dims[1]).map(<[f64]>::to_vec).collect()
    }

    fn dense(&self, name: &str, x: &Rows) -> Rows {
        let (weight, bias) = (self.rows(&format!("{name}.weight")), &self.0[&format!("{name}.bias")].1);
        x.iter().map(|row| weight.iter().zip(bias).map(|(weight, bias)| dot(row, weight) + bias).collect()).collect()
    }

    fn norm(&self, name: &str, x: &Rows) -> Rows {
        let (weight, bias) = (&self.0[&format!("{name}.weight")].1, &self.0[&format!("{name}.bias")].1);
        let normed = |row: &Vec<f64>| {
            let mean = row.iter().sum::<f64>() / row.len() as f64;
            let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / row.len() as f64;
            let scale = (variance + f64::from(EPSILON)).sqrt();
            (0..row.len()).map(|i| (row[i] - mean) / scale * weight[i] + bias[i]).collect()
        };
        x.iter().map(normed).collect()
    }

    fn attend(&self, name: &str, x: &Rows) -> Rows {
        let [query, key, value] = ["query", "key", "value"].map(|part| self.dense(&format!("{name}.{part}"), x));
        let size = WIDTH / HEADS;
        let one_head = |own: &[f64], head: usize| -> Vec<f64> {
            let part = |row: &[f64]| row[head * size..][..size].to_vec();
            let score = |key: &Vec<f64>| (dot(&part(own), &part(key)) / (size as f64).sqrt()).exp();
            let powers: Vec<f64> = key.iter().map(score).collect();
            let sum: f64 = powers.iter().sum();
            let weighted = |i: usize| powers.iter().zip(&value).map(|(p, row)| p / sum * row[head * size + i]).sum();
            (0..size).map(weighted).collect()
        };
        query.iter().map(|own| (0..HEADS).flat_map(|head| one_head(own, head)).collect()).collect()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(a: &Rows, b: &Rows) -> Rows {
    a.iter().zip(b).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + b).collect()).collect()
}

pub fn gelu(x: f64) -> f64 {
    // Series of erf, exact enough for |x| < 6.
    let z = x / std::f64::consts::SQRT_2;
    if z.abs() > 4.0 {
        return if x > 0.0 { x } else { 0.0 };
    }
    let (mut term, mut sum) = (z, z);
    for n in 1..120 {
        term *= -z * z / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    0.5 * x * (1.0 + sum * 2.0 / std::f64::consts::PI.sqrt())
}
