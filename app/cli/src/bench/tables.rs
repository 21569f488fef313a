//! The jobs on tables: seeded data for us and, as `.npy`, for the peers.

use std::num::NonZeroU32;
use std::path::Path;

use tessera_jobs::{
    JobSpec, KMeans, LinearRegression, Pca, Start, TARGET, Table, TableError, prepare, prepare_from_centres,
};

use super::contest::Contest;
use super::draws::Draws;
use super::{BenchError, Name, PeerJob, Sizes, npy};

/// What the jobs agree to with a computation in f64 (`agents/jobs/tests/jobs/agreement.rs` holds tighter bounds).
const TOLERANCE: f64 = 1e-3;

/// Clusters near each other, so that no iteration is the last, but not so near that rounding decides where rows go and centres then drift
/// apart (with a spread of 3, scikit-learn itself moves by 6.5e-3 when its data change by 3e-7). The first rows are the initial centres.
pub(super) fn kmeans(sizes: &Sizes, folder: &Path) -> Result<Contest, BenchError> {
    /// Of the rows around their centres, by the spread of the centres.
    const SPREAD: f32 = 2.0;
    let (rows, columns, clusters, iterations) = sizes.kmeans;
    let mut draws = Draws::new(1);
    let around = draws.many(clusters as usize * columns);
    let mut values = Vec::with_capacity(rows * columns);
    for _ in 0..rows {
        let own = draws.below(clusters as usize) * columns;
        values.extend(around[own..][..columns].iter().map(|centre| centre + SPREAD * draws.centred()));
    }
    let initial = values[..clusters as usize * columns].to_vec();
    let (data, centres) = (folder.join("kmeans.npy"), folder.join("centres.npy"));
    npy::write(&data, &values, Some(columns))?;
    npy::write(&centres, &initial, Some(columns))?;
    let spec = JobSpec::KMeans(KMeans {
        clusters: count(clusters),
        iterations,
        start: Start::Given,
        columns: None,
        exclude: Vec::new(),
    });
    Ok(Contest {
        name: Name::Kmeans,
        shape: format!("{rows}x{columns}, k = {clusters}, {iterations} iterations"),
        prepared: prepare_from_centres(&spec, &table(columns, values)?, &table(columns, initial)?)?,
        job: PeerJob::Kmeans { data, centres, iterations },
        tolerance: TOLERANCE,
    })
}

/// Columns of falling variance, each mixed with its neighbour, so that every component is a direction of its own.
pub(super) fn pca(sizes: &Sizes, folder: &Path) -> Result<Contest, BenchError> {
    /// From one column to the next.
    const DECAY: f32 = 0.93;
    let (rows, columns, components) = sizes.pca;
    let mut draws = Draws::new(2);
    let scales: Vec<f32> = (0..columns).map(|column| DECAY.powi(column as i32)).collect();
    let mut values = Vec::with_capacity(rows * columns);
    for _ in 0..rows {
        let own = draws.many(columns + 1);
        values.extend(scales.iter().zip(own.windows(2)).map(|(scale, pair)| scale * (pair[0] + 0.5 * pair[1])));
    }
    let data = folder.join("pca.npy");
    npy::write(&data, &values, Some(columns))?;
    let spec = JobSpec::Pca(Pca { components: count(components), columns: None, exclude: Vec::new() });
    Ok(Contest {
        name: Name::Pca,
        shape: format!("{rows}x{columns}, {components} components"),
        prepared: prepare(&spec, &table(columns, values)?)?,
        job: PeerJob::Pca { data, components },
        tolerance: TOLERANCE,
    })
}

/// A linear function with noise.
pub(super) fn linear_regression(sizes: &Sizes, folder: &Path) -> Result<Contest, BenchError> {
    /// Of the target, by its own.
    const NOISE: f32 = 0.1;
    let (rows, columns) = sizes.linear_regression;
    let mut draws = Draws::new(3);
    let weights = draws.many(columns);
    let (mut features, mut target, mut both) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rows {
        let row = draws.many(columns);
        let exact: f32 = row.iter().zip(&weights).map(|(x, weight)| x * weight).sum();
        let y = exact + 1.0 + NOISE * draws.centred();
        features.extend(&row);
        target.push(y);
        both.extend(row);
        both.push(y);
    }
    let (data, answers) = (folder.join("regression.npy"), folder.join("target.npy"));
    npy::write(&data, &features, Some(columns))?;
    npy::write(&answers, &target, None)?;
    let mut names = column_names(columns);
    names.push(TARGET.to_owned());
    let spec = JobSpec::LinearRegression(LinearRegression {
        target: TARGET.to_owned(),
        ridge: 0.0,
        columns: None,
        exclude: Vec::new(),
    });
    Ok(Contest {
        name: Name::LinearRegression,
        shape: format!("{rows}x{columns}"),
        prepared: prepare(&spec, &named(&names, both)?)?,
        job: PeerJob::LinearRegression { data, target: answers },
        tolerance: TOLERANCE,
    })
}

fn table(columns: usize, values: Vec<f32>) -> Result<Table, BenchError> {
    named(&column_names(columns), values)
}

fn named(names: &[String], values: Vec<f32>) -> Result<Table, BenchError> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Table::from_values(&names, values).map_err(|error: TableError| BenchError::Job(error.into()))
}

fn column_names(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("x{index}")).collect()
}

fn count(of: u32) -> NonZeroU32 {
    NonZeroU32::new(of).unwrap_or(NonZeroU32::MIN)
}
