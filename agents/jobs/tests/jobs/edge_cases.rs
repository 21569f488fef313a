//! Data on which textbook formulas fail in f32.

use serde_json::json;
use tessera_jobs::{JobResult, prepare_from_centres};

use super::expected::{data, expected};
use super::{kmeans, pca, regression, result_of, spec, table};

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found} instead of {expected}");
}

#[test]
fn constant_columns_get_no_coefficient() {
    // y = 2a + 1, beside columns of 0.1 (whose mean in f32 is not 0.1) and 0.
    let values = (0..1_000u16).flat_map(|i| [f32::from(i), 0.1, 0.0, 2.0 * f32::from(i) + 1.0]).collect();
    let found = regression(json!({}), &table(&["a", "tenth", "zero", "target"], values));
    near(found.coefficients[0], 2.0, 1e-6);
    assert_eq!(found.coefficients[1..], [0.0, 0.0]);
    near(found.intercept, 1.0, 1e-4);
    near(found.r2.unwrap(), 1.0, 1e-6);
}

#[test]
fn a_column_that_varies_in_its_last_place_is_constant() {
    // What f32 left of a constant is not to be fitted: its coefficient would be millions, and so would the intercept.
    let values = (0..40u8).flat_map(|i| {
        let rounding = if i % 3 == 0 { f32::EPSILON } else { 0.0 };
        [f32::from(i), 1.0 + rounding, 2.0 * f32::from(i) + f32::from(i % 2)]
    });
    let found = regression(json!({}), &table(&["a", "one", "target"], values.collect()));
    assert_eq!(found.coefficients[1], 0.0);
    assert!(found.intercept.abs() < 2.0, "{}", found.intercept);
}

#[test]
fn repeated_columns_share_their_coefficient() {
    let values = (0..50u8).map(f32::from).flat_map(|i| [i, i, 3.0 * i]).collect();
    let found = regression(json!({}), &table(&["a", "again", "target"], values));
    near(found.coefficients[0] + found.coefficients[1], 3.0, 1e-5);
    near(found.mse, 0.0, 1e-6);
}

#[test]
fn a_single_row_predicts_itself() {
    let found = regression(json!({}), &table(&["a", "target"], vec![5.0, 7.0]));
    assert_eq!((found.coefficients[0], found.intercept, found.mse, found.r2), (0.0, 7.0, 0.0, None));
    let found = kmeans(json!({"clusters": 1}), &table(&["a", "b"], vec![5.0, 7.0]));
    assert_eq!((found.centres, found.labels, found.inertia), (vec![vec![5.0, 7.0]], vec![0], 0.0));
}

#[test]
fn a_constant_target_has_no_r2() {
    let found = regression(json!({}), &table(&["a", "target"], vec![1.0, 7.0, 2.0, 7.0, 3.0, 7.0]));
    assert_eq!((found.coefficients[0], found.intercept, found.r2), (0.0, 7.0, None));
}

#[test]
fn more_columns_than_rows_still_fit() {
    let values = vec![1.0, 2.0, 3.0, 4.0, 10.0, 2.0, 1.0, 0.5, 3.0, 20.0, 4.0, 4.0, 1.0, 1.0, 15.0];
    let found = regression(json!({}), &table(&["a", "b", "c", "d", "target"], values));
    near(found.mse, 0.0, 1e-6);
}

/// The iris measurements moved far from the origin: f32 keeps 3 digits after the point there.
fn far(offset: f32) -> tessera_jobs::Table {
    let iris = data("iris");
    let names = iris.names().filter(|&name| name != "target").collect::<Vec<_>>();
    let values = iris.select(&names).unwrap();
    table(&names, values.into_iter().map(|x| x + offset).collect())
}

#[test]
fn clusters_survive_an_offset() {
    let expected = expected("iris").kmeans;
    let near_zero = data("iris");
    let names = near_zero.names().filter(|&name| name != "target").collect::<Vec<_>>();
    let centres = expected.initial.concat().iter().map(|&x| x as f32 + 1e4).collect();
    let parameters = json!({"clusters": 3, "iterations": expected.iterations, "start": "given"});
    let job = prepare_from_centres(&spec("kmeans", parameters), &far(1e4), &table(&names, centres)).unwrap();
    let JobResult::KMeans(found) = result_of(&job) else { panic!("another job") };
    assert_eq!(found.labels, expected.labels);
    near(found.inertia, expected.inertia, 1e-3);
}

#[test]
fn components_survive_an_offset() {
    let expected = expected("iris").pca;
    let found = pca(json!({"components": 4}), &far(1e4));
    for (found, expected) in found.components.iter().flatten().zip(expected.components.iter().flatten()) {
        near(*found, *expected, 2e-3);
    }
    near(found.mean[0], 1e4 + expected.mean[0], 1e-7);
}

#[test]
fn a_regression_survives_an_offset() {
    let values = (0..200u8).flat_map(|i| {
        let (a, b) = (f32::from(i), f32::from(i % 11));
        [a + 1e4, b - 1e4, 0.5 * a - 3.0 * b + 1e4]
    });
    let found = regression(json!({}), &table(&["a", "b", "target"], values.collect()));
    near(found.coefficients[0], 0.5, 1e-5);
    near(found.coefficients[1], -3.0, 1e-5);
    near(found.intercept, 1e4 - 0.5e4 - 3e4, 1e-5);
}

#[test]
fn extreme_magnitudes_within_the_bounds_stay_finite() {
    for unit in [1e12, 1e-12] {
        let values = [1.0, 0.1, 0.9, 0.2, -0.4, 0.3, -1.0, 0.7, 0.5, -1.0].map(|x| x * unit).to_vec();
        let table = table(&["a", "target"], values);
        near(regression(json!({}), &table).coefficients[0], -0.364_238_41, 1e-4);
        let columns = json!(["a", "target"]);
        assert_eq!(pca(json!({"components": 2, "columns": columns}), &table).components.len(), 2);
        assert_eq!(kmeans(json!({"clusters": 2, "columns": columns}), &table).sizes.iter().sum::<u64>(), 5);
    }
}

#[test]
fn an_empty_cluster_keeps_its_centre() {
    let points = table(&["a"], vec![0.0, 1.0, 2.0]);
    let centres = table(&["a"], vec![1.0, 50.0]);
    let parameters = json!({"clusters": 2, "start": "given"});
    let job = prepare_from_centres(&spec("kmeans", parameters), &points, &centres).unwrap();
    let JobResult::KMeans(found) = result_of(&job) else { panic!("another job") };
    assert_eq!(found.centres, [[1.0], [50.0]]);
    assert_eq!((found.sizes, found.inertia), (vec![3, 0], 2.0));
}

#[test]
fn more_clusters_than_distinct_points_are_harmless() {
    let found = kmeans(json!({"clusters": 4}), &table(&["a", "b"], [1.0, 2.0, 3.0, 4.0].repeat(3)));
    assert_eq!(found.inertia, 0.0);
    assert_eq!(found.sizes.iter().sum::<u64>(), 6);
}

#[test]
fn as_many_clusters_as_points_take_one_each() {
    let found = kmeans(json!({"clusters": 5}), &table(&["a"], vec![1.0, 2.0, 4.0, 8.0, 16.0]));
    assert_eq!(found.sizes, [1; 5], "a drawn row is not drawn again");
    assert_eq!(found.inertia, 0.0);
}

#[test]
fn another_seed_draws_other_centres() {
    let first = |seed: u64| {
        let start = json!({"plus_plus": {"seed": seed, "restarts": 1}});
        kmeans(json!({"clusters": 3, "iterations": 0, "start": start}), &data("iris")).centres
    };
    assert_eq!(first(3), first(3));
    assert_ne!(first(3), first(4));
}

#[test]
fn one_column_has_one_component() {
    let found = pca(json!({"components": 1}), &table(&["a"], vec![1.0, 2.0, 4.0]));
    assert_eq!(found.components, [[1.0]]);
    near(found.explained_variance[0], 7.0 / 3.0, 1e-6);
    near(found.explained_variance_ratio[0], 1.0, 1e-6);
}

#[test]
fn constant_columns_have_no_weight_in_components() {
    let values = (0..60u8).flat_map(|i| [f32::from(i), 0.1, f32::from(i % 17)]).collect();
    let found = pca(json!({"components": 2}), &table(&["a", "tenth", "b"], values));
    for component in &found.components {
        near(component[1], 0.0, 1e-5);
    }
    near(found.explained_variance_ratio.iter().sum(), 1.0, 1e-5);
}

#[test]
fn components_of_noise_are_eigenvectors() {
    // No direction stands out, so the subspace iteration leaves nearly all the work to Jacobi.
    let (rows, columns) = (150, 30);
    let names = (0..columns).map(|index| format!("n{index}")).collect::<Vec<_>>();
    let mut state = 1u32;
    let values = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as f32 / 65_536.0
    });
    let values = values.take(rows * columns).collect::<Vec<_>>();
    let found = pca(
        json!({"components": columns}),
        &table(&names.iter().map(String::as_str).collect::<Vec<_>>(), values.clone()),
    );
    for (component, variance) in found.components.iter().zip(&found.explained_variance) {
        // Covariance times component, in f64.
        let mut image = vec![0.0; columns];
        for row in values.chunks(columns) {
            let centred = row.iter().zip(&found.mean).map(|(&x, mean)| f64::from(x) - mean).collect::<Vec<_>>();
            let score: f64 = centred.iter().zip(component).map(|(x, weight)| x * weight).sum();
            for (sum, x) in image.iter_mut().zip(&centred) {
                *sum += score * x / (rows - 1) as f64;
            }
        }
        for (image, weight) in image.iter().zip(component) {
            near(*image, variance * weight, 1e-6);
        }
    }
}
