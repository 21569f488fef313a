//! Jobs on real and on nasty data. `CpuBackend` runs them: its bits are the referee's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod agreement;
mod edge_cases;
mod expected;
mod long_tables;
mod refusals;
mod roots;
mod tables;

use serde_json::Value;
use tessera_compute::{Backend, Cancel, CpuBackend, Tensor};
use tessera_jobs::{
    JobResult, JobSpec, KMeansResult, LinearRegressionResult, PcaResult, Prepared, Table, decode, prepare,
};

fn spec(name: &str, parameters: Value) -> JobSpec {
    JobSpec::from_name(name, parameters.as_object().cloned().unwrap()).unwrap()
}

fn table(columns: &[&str], values: Vec<f32>) -> Table {
    Table::from_values(columns, values).unwrap()
}

fn execute(job: &Prepared) -> Vec<Tensor> {
    CpuBackend::new().run(&job.graph, &job.inputs, &Cancel::new()).unwrap()
}

/// Runs the job and decodes it from its label alone, as a stranger would.
fn result_of(job: &Prepared) -> JobResult {
    let outputs = execute(job);
    decode(&JobSpec::from_label(&job.label).unwrap(), &outputs).unwrap()
}

fn run(name: &str, parameters: Value, table: &Table) -> JobResult {
    result_of(&prepare(&spec(name, parameters), table).unwrap())
}

fn regression(parameters: Value, table: &Table) -> LinearRegressionResult {
    let JobResult::LinearRegression(result) = run("linear-regression", parameters, table) else {
        panic!("another job")
    };
    result
}

fn kmeans(parameters: Value, table: &Table) -> KMeansResult {
    let JobResult::KMeans(result) = run("kmeans", parameters, table) else { panic!("another job") };
    result
}

fn pca(parameters: Value, table: &Table) -> PcaResult {
    let JobResult::Pca(result) = run("pca", parameters, table) else { panic!("another job") };
    result
}
