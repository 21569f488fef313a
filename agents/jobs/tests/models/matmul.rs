//! Products of two matrices.

use tessera_jobs::{JobError, JobResult, JobSpec, Matmul, Precision, Table, prepare, prepare_matmul};

use super::synthetic::Numbers;
use super::{result_of, table};

fn product(precision: Precision, left: &Table, right: &Table) -> Vec<Vec<f32>> {
    let result = result_of(&prepare_matmul(&Matmul { precision }, left, right).unwrap());
    let JobResult::Matmul(result) = result else { panic!("another job") };
    result.rows
}

#[test]
fn small_integers_are_exact() {
    let (left, right) = (table(3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), table(2, vec![7.0, 8.0, 9.0, 10.0, 11.0, 12.0]));
    assert_eq!(product(Precision::F32, &left, &right), [[58.0, 64.0], [139.0, 154.0]]);
}

#[test]
fn csv_and_npy_are_read_alike() {
    let csv = Table::from_csv(b"1,2\n3,4\n").unwrap();
    let mut npy = b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }".to_vec();
    npy.resize(128, b' ');
    npy.extend([5f32, 6.0, 7.0, 8.0].iter().flat_map(|x| x.to_le_bytes()));
    let npy = Table::from_npy(&npy).unwrap();
    assert_eq!(product(Precision::F32, &csv, &npy), [[19.0, 22.0], [43.0, 50.0]]);
}

#[test]
fn i8_is_off_by_its_rounding_alone() {
    let mut numbers = Numbers(3);
    let mut values = |count: usize| (0..count).map(|_| numbers.next()).collect::<Vec<_>>();
    let (left, right) = (table(200, values(9 * 200)), table(11, values(200 * 11)));
    let (exact, quantised) = (product(Precision::F32, &left, &right), product(Precision::I8, &left, &right));
    let norm = |rows: &[Vec<f32>]| rows.iter().flatten().map(|x| x * x).sum::<f32>().sqrt();
    let error: Vec<Vec<f32>> =
        exact.iter().zip(&quantised).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - b).collect()).collect();
    let relative = norm(&error) / norm(&exact);
    assert!(relative > 1e-4 && relative < 0.01, "{relative}");
}

#[test]
fn a_row_of_zeros_stays_zero_in_i8() {
    let rows = product(Precision::I8, &table(2, vec![0.0, 0.0, 127.0, -127.0]), &table(1, vec![1.0, 0.0]));
    assert_eq!(rows, [[0.0], [127.0]]);
}

#[test]
fn matrices_that_have_no_product_are_refused() {
    let (left, right) = (table(3, vec![1.0; 6]), table(2, vec![1.0; 4]));
    let error = prepare_matmul(&Matmul::default(), &left, &right).unwrap_err();
    assert!(matches!(error, JobError::MatrixShapes { left: [2, 3], right: [2, 2] }), "{error}");
    let text = Table::from_csv(b"a,b\n1,x\n2,3\n").unwrap();
    assert!(prepare_matmul(&Matmul::default(), &text, &right).unwrap_err().to_string().contains("\"x\""));
}

#[test]
fn jobs_that_take_more_than_a_table_say_so() {
    for name in ["matmul", "mlp", "embedding"] {
        let spec = JobSpec::from_name(name, serde_json::Map::new()).unwrap();
        assert_eq!(spec.name(), name);
        let error = prepare(&spec, &table(1, vec![1.0])).unwrap_err();
        assert!(matches!(error, JobError::Sources { job, .. } if job == name), "{error}");
    }
}
