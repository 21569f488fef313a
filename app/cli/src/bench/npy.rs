//! Writing NumPy's array format, version 1.0: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use std::path::Path;

use super::BenchError;

/// Writes f32 numbers, row-major; `columns` of `None` is an array of one axis.
pub(super) fn write(path: &Path, values: &[f32], columns: Option<usize>) -> Result<(), BenchError> {
    std::fs::write(path, encode(values, columns)).map_err(|source| BenchError::file("write", path, source))
}

fn encode(values: &[f32], columns: Option<usize>) -> Vec<u8> {
    let shape = match columns {
        Some(columns) => format!("({}, {columns})", values.len().checked_div(columns).unwrap_or(0)),
        None => format!("({},)", values.len()),
    };
    let dictionary = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    // Magic, version, length and the dictionary, padded with spaces to a multiple of 64, end with a newline.
    let header = (10 + dictionary.len() + 1).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header as u16).to_le_bytes());
    bytes.extend(format!("{dictionary:<width$}\n", width = header - 1).bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tessera_jobs::Table;

    use super::encode;

    #[test]
    fn tables_read_what_was_written() {
        let table = Table::from_npy(&encode(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.5], Some(2))).unwrap();
        assert_eq!((table.rows(), table.names().len()), (3, 2));
        assert_eq!(table.select(&["x1"]).unwrap(), [2.0, 4.0, 6.5]);
        assert_eq!(Table::from_npy(&encode(&[1.0, 2.0], None)).unwrap().rows(), 2);
        assert_eq!(encode(&[], None).len() % 64, 0);
    }
}
