//! Why a file is not a usable table.

use std::path::PathBuf;

use super::{MAX_COLUMNS, MAX_FILE_BYTES, MAX_LINE_BYTES, MAX_VALUES};

/// Why data could not be read as a table, or a column of it not used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The file is larger than [`MAX_FILE_BYTES`].
    #[error("the file is larger than {MAX_FILE_BYTES} bytes: split the table or drop columns")]
    FileTooLarge,
    /// There are more values than [`MAX_VALUES`].
    #[error("the table has more than {MAX_VALUES} values: split it or drop columns")]
    TooManyValues,
    /// There are more columns than [`MAX_COLUMNS`].
    #[error("{0} columns; a table has at most {MAX_COLUMNS}: drop some")]
    TooManyColumns(usize),
    /// No row of data.
    #[error("the table has no rows of data: check that the file was written completely")]
    Empty,
    /// A line of a CSV file is longer than [`MAX_LINE_BYTES`].
    #[error("line {0} is longer than {MAX_LINE_BYTES} bytes: check that the file is CSV with line breaks")]
    LongLine(u64),
    /// A row has another number of fields than the first.
    #[error(
        "line {line} has {found} fields where line 1 has {expected}: the row is torn or a field with a comma is not quoted"
    )]
    Ragged {
        /// Line, from 1.
        line: u64,
        /// Fields of this line.
        found: u64,
        /// Fields of the first line.
        expected: u64,
    },
    /// A CSV file is not UTF-8.
    #[error("line {0} is not UTF-8 text: save the file as UTF-8 CSV")]
    NotText(u64),
    /// A column of the header has no name.
    #[error("column {0} has no name: give every column a name in line 1")]
    UnnamedColumn(usize),
    /// Two columns have one name.
    #[error("two columns are called \"{0}\": rename one")]
    DuplicateColumn(String),
    /// The job names a column that the table has not.
    #[error("no column is called \"{name}\": the table has {}", known.join(", "))]
    NoColumn {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A cell of a column that the job uses is no finite number.
    #[error(
        "line {line}, column \"{column}\": {problem}; mend it, drop the row, or leave the column out with `exclude`"
    )]
    Cell {
        /// Line of a CSV file or row of an array, from 1.
        line: u64,
        /// Name of the column.
        column: String,
        /// What is there instead.
        problem: CellProblem,
    },
    /// The file is not an array that can be read.
    #[error("not a usable .npy file: {0}")]
    Npy(&'static str),
}

/// What a cell holds instead of a finite number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellProblem {
    /// Nothing.
    #[error("the cell is empty")]
    Missing,
    /// Text (its first characters).
    #[error("\"{0}\" is not a number")]
    Text(String),
    /// NaN or an infinity.
    #[error("the value is not finite")]
    NotFinite,
    /// A number beyond f32, 3.4e38.
    #[error("the value exceeds the range of f32 (3.4e38); rescale the column")]
    OutOfRange,
}
