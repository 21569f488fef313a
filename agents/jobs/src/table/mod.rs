//! Tables of numbers and where they come from.

mod csv;
mod error;
mod npy;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub use error::{CellProblem, TableError};

/// Largest file that is read, in bytes (1 GiB).
pub const MAX_FILE_BYTES: u64 = 1 << 30;
/// Longest line of a CSV file, in bytes (1 MiB).
pub const MAX_LINE_BYTES: usize = 1 << 20;
/// Most columns of a table.
pub const MAX_COLUMNS: usize = 16_384;
/// Most values of a table (512 MiB of f32).
pub const MAX_VALUES: usize = 1 << 27;

/// A table of f32 numbers with named columns.
///
/// A column that holds something else than finite numbers (text, an empty cell, NaN) does not spoil the others: the
/// table remembers its first such cell, and only a job that selects the column is refused.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    /// Row-major, `rows x columns`; a cell that is no finite number holds NaN.
    values: Vec<f32>,
    rows: usize,
}

#[derive(Clone, Debug)]
struct Column {
    name: String,
    /// The first cell that is not a finite number.
    bad: Option<BadCell>,
}

#[derive(Clone, Debug)]
struct BadCell {
    /// Line of a CSV file or row of an array, both from 1.
    line: u64,
    problem: CellProblem,
}

impl Table {
    /// Reads `path`, as an array if its name ends in `.npy` and as CSV otherwise.
    ///
    /// # Errors
    /// The file cannot be read, is larger than [`MAX_FILE_BYTES`], or is not a table.
    pub fn read(path: &Path) -> Result<Self, TableError> {
        let unreadable = |source| TableError::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        let bytes = read_at_most(file, MAX_FILE_BYTES).map_err(unreadable)?.ok_or(TableError::FileTooLarge)?;
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy")) {
            Self::from_npy(&bytes)
        } else {
            Self::from_csv(&bytes)
        }
    }

    /// Parses comma-separated values (RFC 4180, UTF-8, decimal point). The first line names the columns; if all its fields are
    /// numbers, it is data and the columns are called `x0`, `x1`, ... Numbers are rounded to the nearest f32.
    ///
    /// # Errors
    /// Not a table: empty, ragged, a line over [`MAX_LINE_BYTES`], columns without a name or with the same one.
    pub fn from_csv(bytes: &[u8]) -> Result<Self, TableError> {
        within_file_limit(bytes)?;
        csv::parse(bytes)
    }

    /// Parses NumPy's `.npy` format, versions 1 to 3: one or two axes of little-endian f4, f8, i4, i8 or of u1, i1, in C or Fortran
    /// order. Columns are called `x0`, `x1`, ... Numbers are rounded to the nearest f32.
    ///
    /// # Errors
    /// Not such an array, or its length contradicts its header.
    pub fn from_npy(bytes: &[u8]) -> Result<Self, TableError> {
        within_file_limit(bytes)?;
        npy::parse(bytes)
    }

    /// A table of `names.len()` columns from row-major values.
    ///
    /// # Errors
    /// As for a file with these contents.
    pub fn from_values(names: &[&str], values: Vec<f32>) -> Result<Self, TableError> {
        let rows = values.len().checked_div(names.len()).unwrap_or(0);
        if rows * names.len() != values.len() {
            return Err(TableError::Ragged {
                line: rows as u64 + 1,
                found: (values.len() % names.len().max(1)) as u64,
                expected: names.len() as u64,
            });
        }
        let mut columns = named(names.iter().map(|&name| name.to_owned()))?;
        for (row, cells) in values.chunks(names.len().max(1)).enumerate() {
            for (column, &value) in columns.iter_mut().zip(cells) {
                if !value.is_finite() {
                    column.spoil(row as u64 + 1, CellProblem::NotFinite);
                }
            }
        }
        Self::checked(columns, values)
    }

    fn checked(columns: Vec<Column>, values: Vec<f32>) -> Result<Self, TableError> {
        let rows = values.len().checked_div(columns.len()).unwrap_or(0);
        if rows == 0 {
            return Err(TableError::Empty);
        }
        Ok(Self { columns, values, rows })
    }

    /// Number of rows, at least 1.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Names of the columns, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The columns with these names, row-major, in the order given.
    ///
    /// # Errors
    /// There is no such column, or it holds something else than finite numbers.
    pub fn select<S: AsRef<str>>(&self, names: &[S]) -> Result<Vec<f32>, TableError> {
        let picked = names.iter().map(|name| self.usable(name.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let rows = self.values.chunks_exact(self.columns.len());
        Ok(rows.flat_map(|row| picked.iter().map(move |&column| row[column])).collect())
    }

    fn usable(&self, name: &str) -> Result<usize, TableError> {
        let index = self.columns.iter().position(|column| column.name == name).ok_or_else(|| TableError::NoColumn {
            name: name.to_owned(),
            known: self.names().map(str::to_owned).collect(),
        })?;
        match &self.columns[index].bad {
            None => Ok(index),
            Some(bad) => {
                Err(TableError::Cell { line: bad.line, column: name.to_owned(), problem: bad.problem.clone() })
            }
        }
    }
}

impl Column {
    /// Remembers the first bad cell only.
    fn spoil(&mut self, line: u64, problem: CellProblem) {
        self.bad.get_or_insert(BadCell { line, problem });
    }
}

/// All bytes of `source`, or nothing if there are more than `limit`. Counts what it reads: a pipe or device has no length.
fn read_at_most(source: impl Read, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

fn within_file_limit(bytes: &[u8]) -> Result<(), TableError> {
    if bytes.len() as u64 > MAX_FILE_BYTES { Err(TableError::FileTooLarge) } else { Ok(()) }
}

/// Columns with these names, which must be given and distinct.
fn named(names: impl Iterator<Item = String>) -> Result<Vec<Column>, TableError> {
    let mut seen = std::collections::HashSet::new();
    let columns = names
        .enumerate()
        .map(|(index, name)| match name {
            name if name.is_empty() => Err(TableError::UnnamedColumn(index + 1)),
            name if !seen.insert(name.clone()) => Err(TableError::DuplicateColumn(name)),
            name => Ok(Column { name, bad: None }),
        })
        .collect::<Result<Vec<_>, _>>()?;
    if columns.len() > MAX_COLUMNS { Err(TableError::TooManyColumns(columns.len())) } else { Ok(columns) }
}

/// Columns `x0`, `x1`, ... for data that name none.
fn numbered(count: usize) -> Result<Vec<Column>, TableError> {
    // Before any name is made: a header can claim any number.
    if count > MAX_COLUMNS {
        return Err(TableError::TooManyColumns(count));
    }
    named((0..count).map(|index| format!("x{index}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::read_at_most;

    #[test]
    fn an_endless_source_is_not_swallowed() {
        assert_eq!(read_at_most(std::io::repeat(7), 1_000).unwrap(), None);
        assert_eq!(read_at_most(&[7; 1_000][..], 1_000).unwrap(), Some(vec![7; 1_000]));
    }
}
