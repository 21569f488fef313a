//! Parsing: what is read, what is refused and what the refusal says.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use tessera_jobs::{CellProblem, MAX_LINE_BYTES, Table, TableError, prepare};

use super::spec;

fn csv_error(text: impl AsRef<[u8]>) -> TableError {
    Table::from_csv(text.as_ref()).unwrap_err()
}

fn cell(text: &str, column: &str) -> (u64, CellProblem) {
    match Table::from_csv(text.as_bytes()).unwrap().select(&[column]).unwrap_err() {
        TableError::Cell { line, problem, .. } => (line, problem),
        other => panic!("{other}"),
    }
}

#[test]
fn csv_is_read() {
    let table = Table::from_csv(b"\xef\xbb\xbfa, b ,\"c,d\"\r\n1,-2.5,1e3\r\n\r\n.5,+4,7").unwrap();
    assert_eq!(table.names().collect::<Vec<_>>(), ["a", "b", "c,d"]);
    assert_eq!(table.rows(), 2);
    assert_eq!(table.select(&["c,d", "a"]).unwrap(), [1e3, 1.0, 7.0, 0.5]);
}

#[test]
fn csv_without_a_header_gets_numbered_columns() {
    let table = Table::from_csv(b"1,2\n3,4\n").unwrap();
    assert_eq!(table.names().collect::<Vec<_>>(), ["x0", "x1"]);
    assert_eq!(table.select(&["x1"]).unwrap(), [2.0, 4.0]);
}

#[test]
fn an_empty_file_is_refused() {
    assert!(matches!(csv_error(""), TableError::Empty));
    assert!(matches!(csv_error("\n\n"), TableError::Empty));
    assert!(matches!(csv_error("a,b\n"), TableError::Empty));
}

#[test]
fn a_torn_or_ragged_row_is_refused_with_its_line() {
    let error = csv_error("a,b,c\n1,2,3\n4,5,6\n7,8");
    assert!(matches!(error, TableError::Ragged { line: 4, found: 2, expected: 3 }), "{error}");
    let error = csv_error("a,b\n1,2\n1,2,3\n");
    assert!(matches!(error, TableError::Ragged { line: 3, found: 3, expected: 2 }), "{error}");
}

#[test]
fn a_cell_that_is_no_number_is_refused_with_line_and_column() {
    assert_eq!(cell("a,b\n1,2\n3,x y\n", "b"), (3, CellProblem::Text("x y".to_owned())));
    assert_eq!(cell("a,b\n1,2\n,4\n", "a"), (3, CellProblem::Missing));
    assert_eq!(cell("a,b\nNaN,2\n", "a"), (2, CellProblem::NotFinite));
    assert_eq!(cell("a,b\n1,-inf\n", "b"), (2, CellProblem::NotFinite));
    assert_eq!(cell("a,b\n1,1e39\n", "b"), (2, CellProblem::OutOfRange));
    let message = Table::from_csv(b"a,b\n1,cat\n").unwrap().select(&["b"]).unwrap_err().to_string();
    assert!(message.contains("line 2, column \"b\": \"cat\" is not a number"), "{message}");
    assert!(message.contains("exclude"), "{message}");
}

#[test]
fn a_text_column_spoils_only_jobs_that_use_it() {
    let table = Table::from_csv(b"a,species\n1,setosa\n2,virginica\n").unwrap();
    assert!(prepare(&spec("kmeans", json!({"clusters": 1})), &table).is_err());
    assert!(prepare(&spec("kmeans", json!({"clusters": 1, "exclude": ["species"]})), &table).is_ok());
}

#[test]
fn a_long_line_is_refused() {
    let text = format!("a\n1\n{}\n", "1".repeat(MAX_LINE_BYTES + 1));
    assert!(matches!(csv_error(text), TableError::LongLine(3)));
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    assert!(matches!(csv_error(b"a,b\n1,2\n3,\xff\n"), TableError::NotText(3)));
}

#[test]
fn columns_need_distinct_names() {
    assert!(matches!(csv_error("a,,c\n1,2,3\n"), TableError::UnnamedColumn(2)));
    assert!(matches!(csv_error("a,b,a\n1,2,3\n"), TableError::DuplicateColumn(name) if name == "a"));
    let many = vec!["1"; 16_385].join(",");
    assert!(matches!(csv_error(many), TableError::TooManyColumns(16_385)));
}

#[test]
fn an_absent_column_is_reported_with_those_there_are() {
    let message = Table::from_csv(b"a,b\n1,2\n").unwrap().select(&["z"]).unwrap_err().to_string();
    assert!(message.contains("\"z\"") && message.contains("a, b"), "{message}");
}

fn npy(version: u8, descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([version, 0]);
    match version {
        1 => bytes.extend((header.len() as u16).to_le_bytes()),
        _ => bytes.extend((header.len() as u32).to_le_bytes()),
    }
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

#[test]
fn npy_is_read_in_every_version_type_and_order() {
    let f4 = [1f32, 2.0, 3.0, 4.0, 5.0, 6.0].map(f32::to_le_bytes).concat();
    let f8 = [1f64, 2.0, 3.0, 4.0, 5.0, 6.0].map(f64::to_le_bytes).concat();
    let i4 = [1i32, 2, 3, 4, 5, 6].map(i32::to_le_bytes).concat();
    let i8 = [1i64, 2, 3, 4, 5, 6].map(i64::to_le_bytes).concat();
    let one = [1u8, 2, 3, 4, 5, 6];
    for (descr, data) in [("<f4", &f4[..]), ("<f8", &f8), ("<i4", &i4), ("<i8", &i8), ("|i1", &one), ("|u1", &one)] {
        for version in 1..=3 {
            let table = Table::from_npy(&npy(version, descr, "False", "(3, 2)", data)).unwrap();
            assert_eq!(table.select(&["x0"]).unwrap(), [1.0, 3.0, 5.0], "{descr}");
            let table = Table::from_npy(&npy(version, descr, "True", "(3, 2)", data)).unwrap();
            assert_eq!(table.select(&["x0"]).unwrap(), [1.0, 2.0, 3.0], "{descr}");
        }
    }
    let table = Table::from_npy(&npy(1, "<f4", "False", "(6,)", &f4)).unwrap();
    assert_eq!((table.rows(), table.names().len()), (6, 1));
}

#[test]
fn npy_that_is_torn_or_of_another_kind_is_refused() {
    let good = npy(1, "<f4", "False", "(3, 2)", &[0; 24]);
    for length in 0..good.len() {
        assert!(Table::from_npy(&good[..length]).is_err(), "{length} bytes");
    }
    let longer = [&good[..], &[0]].concat();
    for bytes in [
        longer,
        npy(4, "<f4", "False", "(3, 2)", &[0; 24]),
        npy(1, ">f4", "False", "(3, 2)", &[0; 24]),
        npy(1, "<c8", "False", "(3, 1)", &[0; 24]),
        npy(1, "<f4", "Maybe", "(3, 2)", &[0; 24]),
        npy(1, "<f4", "False", "()", &[0; 4]),
        npy(1, "<f4", "False", "(1, 3, 2)", &[0; 24]),
        npy(1, "<f4", "False", "(3, -2)", &[0; 24]),
        npy(1, "<f4", "False", "(4294967296, 4294967296)", &[]),
        npy(1, "<f4", "False", "(0, 2)", &[]),
        npy(1, "<f4", "False", "(2, 0)", &[]),
        npy(1, "<f4", "False", "(0, 9999999999999999999)", &[]),
        npy(1, "<f4", "False", "(9999999999999999999, 0)", &[]),
        npy(1, "<f4", "False", "(1, 100000000)", &[0; 4]),
    ] {
        assert!(Table::from_npy(&bytes).is_err());
    }
}

#[test]
fn npy_numbers_must_be_finite_in_f32() {
    let data = [1f64, f64::NAN, 1e300, 4.0].map(f64::to_le_bytes).concat();
    let table = Table::from_npy(&npy(2, "<f8", "False", "(2, 2)", &data)).unwrap();
    let error = table.select(&["x1"]).unwrap_err();
    assert!(matches!(error, TableError::Cell { line: 1, problem: CellProblem::NotFinite, .. }), "{error}");
    let error = table.select(&["x0"]).unwrap_err();
    assert!(matches!(error, TableError::Cell { line: 2, problem: CellProblem::OutOfRange, .. }), "{error}");
}

#[test]
fn the_files_name_tells_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.NPY");
    std::fs::write(&path, npy(1, "|u1", "False", "(2,)", &[7, 8])).unwrap();
    assert_eq!(Table::read(&path).unwrap().select(&["x0"]).unwrap(), [7.0, 8.0]);
    let message = Table::read(&folder.path().join("absent.csv")).unwrap_err().to_string();
    assert!(message.contains("absent.csv"), "{message}");
}

proptest! {
    #[test]
    fn any_bytes_are_a_table_or_an_error(bytes in vec(any::<u8>(), 0..300)) {
        let _ = Table::from_csv(&bytes);
        let _ = Table::from_npy(&bytes);
    }

    #[test]
    fn any_npy_header_is_a_table_or_an_error(
        header in "[{}'(), 0-9:a-z<|_]{0,80}",
        shape in "\\([0-9]{0,20},? ?[0-9]{0,20}\\)",
        data in vec(any::<u8>(), 0..64),
    ) {
        let _ = Table::from_npy(&npy(1, "<f4", "False", &shape, &data));
        let bytes = [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), &data].concat();
        let _ = Table::from_npy(&bytes);
    }

    #[test]
    fn numbers_survive_being_written_as_csv(values in vec(-1e30f32..1e30, 1..40)) {
        let text = values.iter().map(|x| format!("{x:e},1\n")).collect::<String>();
        prop_assert_eq!(Table::from_csv(text.as_bytes()).unwrap().select(&["x0"]).unwrap(), values);
    }
}
