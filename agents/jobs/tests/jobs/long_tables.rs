//! Tables of more rows than one f32 fold takes (524,288).

use std::sync::LazyLock;

use serde_json::json;
use tessera_jobs::Table;

use super::{kmeans, pca, regression, table};

const ROWS: u32 = 530_000;

/// Numbers from -0.5 to 0.5.
fn noise(index: u32) -> f32 {
    index.wrapping_mul(2_654_435_761).rotate_left(13).wrapping_mul(747_796_405) as f32 / 4_294_967_296.0 - 0.5
}

/// Two columns in two clusters around (0, 0) and (10, 20), and what follows from them.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let row = |i: u32| {
        let side = if i.is_multiple_of(3) { 1.0 } else { 0.0 };
        let (a, b) = (10.0 * side + noise(i), 20.0 * side + noise(i + ROWS));
        [a, b, 2.0 * a - 3.0 * b + 7.0 + 0.1 * noise(i + 2 * ROWS)]
    };
    table(&["a", "b", "target"], (0..ROWS).flat_map(row).collect())
});

fn column(name: &str) -> Vec<f64> {
    TABLE.select(&[name]).unwrap().into_iter().map(f64::from).collect()
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found} instead of {expected}");
}

/// The columns less their means, in f64.
static CENTRED: LazyLock<[Vec<f64>; 3]> = LazyLock::new(|| {
    ["a", "b", "target"].map(|name| {
        let values = column(name);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.into_iter().map(|x| x - mean).collect()
    })
});

/// Covariance of two columns.
fn covariance(x: usize, y: usize) -> f64 {
    CENTRED[x].iter().zip(&CENTRED[y]).map(|(x, y)| x * y).sum::<f64>() / f64::from(ROWS - 1)
}

#[test]
fn a_long_regression_agrees_with_f64() {
    let found = regression(json!({}), &TABLE);
    let (aa, ab, bb) = (covariance(0, 0), covariance(0, 1), covariance(1, 1));
    let (at, bt) = (covariance(0, 2), covariance(1, 2));
    let determinant = aa * bb - ab * ab;
    near(found.coefficients[0], (at * bb - bt * ab) / determinant, 1e-5);
    near(found.coefficients[1], (bt * aa - at * ab) / determinant, 1e-5);
    let mean = |name: &str| column(name).iter().sum::<f64>() / f64::from(ROWS);
    let explained = found.coefficients[0] * mean("a") + found.coefficients[1] * mean("b");
    near(found.intercept, mean("target") - explained, 1e-5);
}

#[test]
fn a_long_kmeans_counts_every_row() {
    let found = kmeans(json!({"clusters": 2, "iterations": 2, "start": {"plus_plus": {"restarts": 1}}}), &TABLE);
    let mut sizes = found.sizes.clone();
    sizes.sort_unstable();
    assert_eq!(sizes, [ROWS / 3 + 1, ROWS - ROWS / 3 - 1].map(u64::from));
    let (a, b) = (column("a"), column("b"));
    for (cluster, centre) in found.centres.iter().enumerate() {
        for (values, &found_mean) in [&a, &b].into_iter().zip(centre) {
            let own = values.iter().zip(&found.labels).filter(|&(_, &label)| label as usize == cluster);
            let mean = own.clone().map(|(x, _)| x).sum::<f64>() / own.count() as f64;
            near(found_mean, mean, 1e-5);
        }
    }
    let distance = |i: usize| {
        let centre = &found.centres[found.labels[i] as usize];
        (a[i] - centre[0]).powi(2) + (b[i] - centre[1]).powi(2)
    };
    near(found.inertia, (0..a.len()).map(distance).sum(), 1e-5);
}

#[test]
fn a_long_pca_agrees_with_f64() {
    let found = pca(json!({"components": 2}), &TABLE);
    let (aa, ab, bb) = (covariance(0, 0), covariance(0, 1), covariance(1, 1));
    let (half, root) = ((aa + bb) / 2.0, (((aa - bb) / 2.0).powi(2) + ab * ab).sqrt());
    near(found.explained_variance[0], half + root, 1e-5);
    near(found.explained_variance[1], half - root, 1e-4);
}
