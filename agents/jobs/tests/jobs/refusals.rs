//! Jobs that cannot be done are refused when they are prepared, and the refusal says what to do.

use serde_json::{Value, json};
use tessera_compute::Tensor;
use tessera_jobs::{JobError, JobSpec, Start, Table, decode, prepare, prepare_from_centres};

use super::{execute, spec, table};

fn small() -> Table {
    table(&["a", "b", "target"], vec![1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 7.0, 9.0, 9.0])
}

fn refusal(name: &str, parameters: Value) -> JobError {
    prepare(&spec(name, parameters), &small()).unwrap_err()
}

fn bad_parameters(name: &str, parameters: Value) -> String {
    JobSpec::from_name(name, parameters.as_object().cloned().unwrap()).unwrap_err().to_string()
}

#[test]
fn an_unknown_job_is_refused_with_the_known_ones() {
    let message = bad_parameters("k-means", json!({}));
    assert_eq!(
        message,
        "no job is called \"k-means\": there are linear-regression, kmeans, pca, matmul, mlp, embedding"
    );
}

#[test]
fn parameters_must_be_known_and_complete() {
    assert!(bad_parameters("kmeans", json!({})).contains("missing field `clusters`"));
    assert!(bad_parameters("kmeans", json!({"clusters": 0})).contains("nonzero"));
    assert!(bad_parameters("pca", json!({"components": 2, "clusters": 3})).contains("unknown field `clusters`"));
    assert!(bad_parameters("pca", json!({"components": "two"})).contains("parameters of pca"));
    let start = json!({"plus_plus": {"seed": 1, "restarts": 0}});
    assert!(bad_parameters("kmeans", json!({"clusters": 3, "start": start})).contains("nonzero"));
}

#[test]
fn a_label_round_trips_and_a_foreign_one_is_refused() {
    let job = prepare(&spec("kmeans", json!({"clusters": 2})), &small()).unwrap();
    let read = JobSpec::from_label(&job.label).unwrap();
    assert_eq!(read, job.spec);
    let JobSpec::KMeans(kmeans) = read else { panic!("another job") };
    assert_eq!(kmeans.columns.unwrap(), ["a", "b"], "target is left out unless it is named");
    assert_eq!(kmeans.start, Start::default());
    assert!(JobSpec::from_label("{\"job\":\"mine-bitcoin\"}").is_err());
    assert!(JobSpec::from_label("").is_err());
}

#[test]
fn target_is_used_where_it_is_named() {
    let job = prepare(&spec("pca", json!({"components": 2, "columns": ["target", "a"]})), &small()).unwrap();
    assert_eq!(job.inputs[0].as_f32().unwrap(), [3.0, 1.0, 7.0, 4.0, 9.0, 7.0]);
}

#[test]
fn columns_must_exist_and_be_named_once() {
    let absent = refusal("kmeans", json!({"clusters": 1, "columns": ["a", "z"]})).to_string();
    assert!(absent.contains("\"z\"") && absent.contains("a, b, target"), "{absent}");
    let absent = refusal("kmeans", json!({"clusters": 1, "exclude": ["z"]})).to_string();
    assert!(absent.contains("\"z\""), "{absent}");
    assert!(refusal("linear-regression", json!({"target": "y"})).to_string().contains("\"y\""));
    assert!(matches!(
        refusal("kmeans", json!({"clusters": 1, "columns": ["a", "a"]})),
        JobError::RepeatedColumn(name) if name == "a"
    ));
    assert!(matches!(
        refusal("linear-regression", json!({"columns": ["a", "target"]})),
        JobError::RepeatedColumn(name) if name == "target"
    ));
    assert!(matches!(refusal("pca", json!({"components": 1, "exclude": ["a", "b"]})), JobError::NoFeatures));
}

#[test]
fn more_clusters_than_rows_are_refused() {
    assert!(matches!(refusal("kmeans", json!({"clusters": 4})), JobError::TooManyClusters { clusters: 4, rows: 3 }));
}

#[test]
fn more_components_than_rows_or_columns_are_refused() {
    assert!(matches!(refusal("pca", json!({"components": 3})), JobError::TooManyComponents { most: 2, .. }));
    let single = table(&["a", "b"], vec![1.0, 2.0]);
    let error = prepare(&spec("pca", json!({"components": 2})), &single).unwrap_err();
    assert!(matches!(error, JobError::TooManyComponents { most: 1, .. }), "{error}");
}

#[test]
fn pca_of_equal_rows_is_refused() {
    for rows in [1, 5] {
        let same = table(&["a", "b"], [1.5, 2.5].repeat(rows));
        let error = prepare(&spec("pca", json!({"components": 1})), &same).unwrap_err();
        assert!(matches!(error, JobError::NothingVaries), "{error}");
    }
}

#[test]
fn more_iterations_than_a_graph_holds_are_refused() {
    let error = refusal("kmeans", json!({"clusters": 2, "iterations": 5_000}));
    assert!(matches!(error, JobError::GraphTooLarge(_)), "{error}");
    assert!(error.to_string().contains("lower `iterations`"), "{error}");
}

#[test]
fn a_negative_ridge_is_refused() {
    assert!(matches!(refusal("linear-regression", json!({"ridge": -1.0})), JobError::Ridge(_)));
}

#[test]
fn magnitudes_whose_squares_leave_f32_are_refused() {
    for extreme in [1e13, 1e-13] {
        let table = table(&["a"], vec![extreme, 0.0, -extreme]);
        let error = prepare(&spec("kmeans", json!({"clusters": 1})), &table).unwrap_err();
        assert!(matches!(error, JobError::Magnitude { .. }), "{error}");
    }
}

#[test]
fn initial_centres_and_start_must_go_together() {
    let given = spec("kmeans", json!({"clusters": 2, "start": "given"}));
    let centres = table(&["a", "b"], vec![1.0, 2.0, 7.0, 9.0]);
    assert!(matches!(prepare(&given, &small()).unwrap_err(), JobError::Start));
    let drawn = spec("kmeans", json!({"clusters": 2}));
    assert!(matches!(prepare_from_centres(&drawn, &small(), &centres).unwrap_err(), JobError::Start));
    let one = table(&["a", "b"], vec![1.0, 2.0]);
    let error = prepare_from_centres(&given, &small(), &one).unwrap_err();
    assert!(matches!(error, JobError::InitialCentres { rows: 1, clusters: 2 }), "{error}");
    let other = table(&["a", "c"], vec![1.0, 2.0, 7.0, 9.0]);
    assert!(prepare_from_centres(&given, &small(), &other).unwrap_err().to_string().contains("\"b\""));
    assert!(prepare_from_centres(&given, &small(), &centres).is_ok());
}

#[test]
fn more_features_than_a_job_takes_are_refused() {
    let names: Vec<String> = (0..=tessera_jobs::MAX_FEATURES).map(|index| format!("c{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let wide = table(&names, vec![1.0; names.len()]);
    let error = prepare(&spec("kmeans", json!({"clusters": 1})), &wide).unwrap_err();
    assert!(matches!(error, JobError::TooManyFeatures { columns: 4_097, most: 4_096 }), "{error}");
}

#[test]
fn more_rows_than_f32_counts_are_refused() {
    let tall = table(&["a"], vec![1.0; tessera_jobs::MAX_ROWS + 1]);
    let error = prepare(&spec("kmeans", json!({"clusters": 1})), &tall).unwrap_err();
    assert!(matches!(error, JobError::TooManyRows { .. }), "{error}");
}

#[test]
fn a_label_too_long_for_its_columns_goes_without_them() {
    let names = (0..400).map(|index| format!("a_rather_long_column_name_{index}")).collect::<Vec<_>>();
    let names = names.iter().map(String::as_str).collect::<Vec<_>>();
    let wide = table(&names, (0..800u16).map(f32::from).collect());
    let job = prepare(&spec("kmeans", json!({"clusters": 1, "iterations": 1})), &wide).unwrap();
    assert!(job.label.len() <= tessera_compute::MAX_LABEL_BYTES);
    let tessera_jobs::JobResult::KMeans(result) = super::result_of(&job) else { panic!("another job") };
    assert_eq!(result.columns[399], "x399");
    let name = "y".repeat(5_000);
    let long = table(&["a", &name], vec![1.0, 2.0, 3.0, 4.0]);
    let error = prepare(&spec("linear-regression", json!({"target": name})), &long).unwrap_err();
    assert!(matches!(error, JobError::LongLabel(_)), "{error}");
}

#[test]
fn outputs_of_another_job_are_refused() {
    let specs = [
        spec("linear-regression", json!({})),
        spec("kmeans", json!({"clusters": 2})),
        spec("pca", json!({"components": 1})),
    ];
    for (index, spec) in specs.iter().enumerate() {
        let job = prepare(spec, &small()).unwrap();
        let outputs = execute(&job);
        assert!(decode(&job.spec, &outputs).is_ok());
        assert!(decode(&specs[(index + 1) % 3], &outputs).is_err());
        for missing in 0..outputs.len() {
            let mut fewer = outputs.clone();
            fewer.remove(missing);
            assert!(decode(&job.spec, &fewer).is_err());
        }
    }
}

#[test]
fn outputs_out_of_range_are_refused() {
    let job = prepare(&spec("kmeans", json!({"clusters": 2})), &small()).unwrap();
    let outputs = execute(&job);
    for label in [-1, 2] {
        let mut wrong = outputs.clone();
        wrong[2] = Tensor::i32(&[3], vec![0, label, 1]).unwrap();
        assert!(decode(&job.spec, &wrong).is_err());
    }
    let mut wrong = outputs;
    wrong[0] = Tensor::f32(&[2, 2], vec![0.0, f32::NAN, 0.0, 0.0]).unwrap();
    assert!(matches!(decode(&job.spec, &wrong).unwrap_err(), JobError::NotFinite));
}
