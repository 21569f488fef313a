//! `docs/operations.md` says of every operation what it is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use tessera_referee::DType;
use tessera_referee::bytes::Reader;

use super::{OpKind, Operation};
use crate::{Shape, TensorType};

const PAGE: &str = include_str!("../../../../docs/operations.md");

/// Every operation that the decoder accepts, by its code; attributes are zero.
fn known() -> BTreeMap<u16, OpKind> {
    let zeros = [0; 64];
    (0..=u16::MAX).filter_map(|code| Some((code, OpKind::read(code, &mut Reader::new(&zeros)).ok()?))).collect()
}

/// The page's rows by their code.
fn rows() -> BTreeMap<u16, Vec<&'static str>> {
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
    let lines: Vec<_> = PAGE.lines().filter(|line| line.starts_with("| 0x")).collect();
    let rows: BTreeMap<_, _> =
        lines.iter().map(|line| (u16::from_str_radix(&line[4..8], 16).unwrap(), cells(line))).collect();
    assert_eq!(rows.len(), lines.len(), "a code has two rows");
    rows
}

#[test]
fn codes_and_kinds_are_one_to_one() {
    for (code, kind) in known() {
        assert_eq!(kind.code(), code, "{}", kind.name());
    }
}

#[test]
fn the_page_of_operations_has_a_row_for_each_and_no_other() {
    let (known, rows) = (known(), rows());
    assert!(known.keys().eq(rows.keys()), "docs/operations.md: {:x?} and {:x?}", known.keys(), rows.keys());
    for (code, kind) in known {
        let [_, name, operands, _, element, _, cost] = rows[&code][..] else {
            panic!("{}: a row has seven cells: {:?}", kind.name(), rows[&code]);
        };
        assert_eq!(name, format!("`{}`", kind.name()));
        assert!(!element.is_empty() && !cost.is_empty(), "{name}");
        if !matches!(kind, OpKind::Concat(_)) {
            assert_eq!(count_operands(operands), kind.arity(0), "{name}: {operands}");
        }
        if let Ok(each) = cost.parse::<u64>() {
            assert_eq!(each, flops_of_one(kind), "{name}");
        }
    }
}

/// Operands are separated by commas outside of brackets, and each begins with its name.
fn count_operands(cell: &str) -> usize {
    const NAMES: [&str; 15] =
        ["x", "a", "b", "c", "A", "B", "L", "V", "X", "X^T", "C", "c2", "table", "index", "labels"];
    let mut depth = 0;
    let outside: String = cell
        .chars()
        .filter(|&c| {
            depth += i32::from(c == '[') - i32::from(c == ']');
            depth == 0 && c != ']'
        })
        .collect();
    outside.split(',').filter(|part| part.split_whitespace().next().is_some_and(|word| NAMES.contains(&word))).count()
}

/// The cost of one element of an operation whose cost depends on no length.
fn flops_of_one(kind: OpKind) -> u64 {
    let one = TensorType { dtype: DType::F32, shape: Shape::new(&[1, 1]).unwrap() };
    let operand_types = vec![one; kind.arity(1)];
    Operation { kind, operands: Vec::new(), operand_types, output: one, trace_bytes: 0 }.flops()
}
