//! Agreement with scikit-learn: norm-wise within 1e-3 at full rank, else on predictions; components within 1e-3; k-means from the
//! same centres with the same labels; k-means++ at most 5 % above the median inertia. What is measured is far below; the bounds
//! of each test say how far, so that a loss of accuracy is noticed (`--nocapture` prints the numbers).

use serde_json::json;
use tessera_jobs::{JobResult, Table, prepare_from_centres};

use super::expected::{SETS, data, expected};
use super::{kmeans, pca, regression, result_of, spec};

fn norm(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Norm of the difference, relative to the norm of what is expected.
fn error(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    norm(found.iter().zip(expected).map(|(a, b)| a - b)) / norm(expected.iter().copied())
}

fn relative(found: f64, expected: f64) -> f64 {
    (found - expected).abs() / expected.abs()
}

fn names(table: &Table) -> Vec<String> {
    table.names().filter(|&name| name != "target").map(str::to_owned).collect()
}

#[test]
fn linear_regression_agrees_with_scikit_learn() {
    for set in SETS {
        let (table, expected) = (data(set), expected(set).linear_regression);
        let found = regression(json!({}), &table);
        let features = table.select(&names(&table)).unwrap();
        let predictions = features
            .chunks_exact(found.coefficients.len())
            .map(|row| {
                found.intercept + row.iter().zip(&found.coefficients).map(|(&x, c)| f64::from(x) * c).sum::<f64>()
            })
            .collect::<Vec<_>>();
        let coefficients = error(&found.coefficients, &expected.coefficients);
        let intercept = relative(found.intercept, expected.intercept);
        let predicted = error(&predictions, &expected.predictions);
        let mse = relative(found.mse, expected.mse);
        println!(
            "{set}: coefficients {coefficients:.1e}, intercept {intercept:.1e}, predictions {predicted:.1e}, mse {mse:.1e}"
        );
        assert!(predicted < 1e-5, "{set}: predictions differ by {predicted:e}");
        assert!(mse < 1e-5, "{set}: mean squared error differs by {mse:e}");
        assert!((found.r2.unwrap() - expected.r2).abs() < 1e-5, "{set}");
        if expected.full_rank {
            assert!(coefficients < 1e-5, "{set}: coefficients differ by {coefficients:e}");
            assert!(intercept < 1e-4, "{set}: intercept differs by {intercept:e}");
        }
    }
}

#[test]
fn ridge_agrees_with_scikit_learn() {
    for set in SETS {
        let (table, expected) = (data(set), expected(set).linear_regression.ridge);
        let found = regression(json!({"ridge": expected.alpha}), &table);
        let coefficients = error(&found.coefficients, &expected.coefficients);
        let intercept = relative(found.intercept, expected.intercept);
        println!("{set}: ridge coefficients {coefficients:.1e}, intercept {intercept:.1e}");
        assert!(coefficients < 1e-5, "{set}: coefficients differ by {coefficients:e}");
        assert!(intercept < 1e-4, "{set}: intercept differs by {intercept:e}");
    }
}

#[test]
fn principal_components_agree_with_scikit_learn() {
    for set in SETS {
        let (table, expected) = (data(set), expected(set).pca);
        let found = pca(json!({"components": expected.components.len()}), &table);
        let worst = |errors: &mut dyn Iterator<Item = f64>| errors.fold(0f64, f64::max);
        // Signs included: both sides orient a component by its largest coordinate.
        let component = worst(&mut found.components.iter().zip(&expected.components).map(|(a, b)| error(a, b)));
        let pairs = found.explained_variance.iter().zip(&expected.explained_variance);
        let variance = worst(&mut pairs.map(|(&a, &b)| relative(a, b)));
        let pairs = found.explained_variance_ratio.iter().zip(&expected.explained_variance_ratio);
        let ratio = worst(&mut pairs.map(|(&a, &b)| relative(a, b)));
        let mean = error(&found.mean, &expected.mean);
        println!("{set}: components {component:.1e}, variance {variance:.1e}, ratio {ratio:.1e}, mean {mean:.1e}");
        assert_eq!(found.components.len(), expected.components.len());
        assert!(component < 1e-4, "{set}: a component differs by {component:e}");
        assert!(variance < 1e-4 && ratio < 1e-4, "{set}: variances differ by {variance:e}, {ratio:e}");
        assert!(mean < 1e-6, "{set}: means differ by {mean:e}");
    }
}

#[test]
fn kmeans_from_given_centres_agrees_with_scikit_learn() {
    for set in SETS {
        let (table, expected) = (data(set), expected(set).kmeans);
        let names = names(&table);
        let initial = expected.initial.concat().iter().map(|&x| x as f32).collect();
        let initial = Table::from_values(&names.iter().map(String::as_str).collect::<Vec<_>>(), initial).unwrap();
        let parameters =
            json!({"clusters": expected.initial.len(), "iterations": expected.iterations, "start": "given"});
        let job = prepare_from_centres(&spec("kmeans", parameters), &table, &initial).unwrap();
        let JobResult::KMeans(found) = result_of(&job) else { panic!("another job") };
        let centres = error(&found.centres.concat(), &expected.centres.concat());
        let inertia = relative(found.inertia, expected.inertia);
        println!("{set}: centres {centres:.1e}, inertia {inertia:.1e}");
        assert_eq!(found.labels, expected.labels, "{set}: labels differ");
        assert!(centres < 1e-6, "{set}: centres differ by {centres:e}");
        assert!(inertia < 1e-5, "{set}: inertia differs by {inertia:e}");
    }
}

#[test]
fn kmeans_plus_plus_is_as_good_as_scikit_learns() {
    for set in SETS {
        let (table, expected) = (data(set), expected(set).kmeans);
        let found = kmeans(json!({"clusters": expected.centres.len()}), &table);
        let above = found.inertia / expected.median_inertia - 1.0;
        println!("{set}: inertia {:.2} % above the median", 100.0 * above);
        assert!(above <= 0.05, "{set}: inertia {} against {}", found.inertia, expected.median_inertia);
    }
}

#[test]
fn restarts_make_up_for_unlucky_draws() {
    // On wine, half of all single runs end 11 % above the best inertia.
    let (table, expected) = (data("wine"), expected("wine").kmeans);
    let inertia = |seed: u64, restarts: u32| {
        let start = json!({"plus_plus": {"seed": seed, "restarts": restarts}});
        kmeans(json!({"clusters": 3, "start": start}), &table).inertia
    };
    let seeds = (0..20).map(|seed| (inertia(seed, 1), inertia(seed, 4))).collect::<Vec<_>>();
    assert!(seeds.iter().all(|(one, four)| four <= one), "the first run is among the four");
    let good = |inertia: f64| inertia <= 1.05 * expected.median_inertia;
    assert!(seeds.iter().filter(|(one, _)| good(*one)).count() < 15);
    assert!(seeds.iter().filter(|(_, four)| good(*four)).count() >= 19);
}
