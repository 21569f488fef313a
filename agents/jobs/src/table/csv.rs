//! Comma-separated values.

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::{CellProblem, MAX_LINE_BYTES, MAX_VALUES, Table, TableError, named, numbered};

/// Characters of a cell's text that an error shows.
const SHOWN: usize = 24;

pub(super) fn parse(bytes: &[u8]) -> Result<Table, TableError> {
    // Before the parser sees the file, so that a gigabyte without a line break costs no second copy.
    if let Some(line) = bytes.split(|&byte| byte == b'\n').position(|line| line.len() > MAX_LINE_BYTES) {
        return Err(TableError::LongLine(line as u64 + 1));
    }
    let mut reader = ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(bytes);
    let mut record = StringRecord::new();
    if !next(&mut reader, &mut record)? {
        return Err(TableError::Empty);
    }
    let headless = record.iter().all(|field| number(field).is_ok());
    let mut columns = if headless { numbered(record.len())? } else { named(record.iter().map(str::to_owned))? };
    let mut values = Vec::new();
    let mut pending = headless;
    while pending || next(&mut reader, &mut record)? {
        pending = false;
        if values.len() + columns.len() > MAX_VALUES {
            return Err(TableError::TooManyValues);
        }
        let line = record.position().map_or(0, csv::Position::line);
        for (column, field) in columns.iter_mut().zip(&record) {
            values.push(number(field).unwrap_or_else(|problem| {
                column.spoil(line, problem);
                f32::NAN
            }));
        }
    }
    Table::checked(columns, values)
}

/// Reads a record; false at the end.
fn next(reader: &mut Reader<&[u8]>, record: &mut StringRecord) -> Result<bool, TableError> {
    reader.read_record(record).map_err(|error| {
        let line = error.position().map_or(0, csv::Position::line);
        match error.kind() {
            ErrorKind::UnequalLengths { expected_len, len, .. } => {
                TableError::Ragged { line, found: *len, expected: *expected_len }
            }
            // From a byte slice, with no type to deserialise into, text is all that can be wrong besides.
            _ => TableError::NotText(line),
        }
    })
}

fn number(field: &str) -> Result<f32, CellProblem> {
    if field.is_empty() {
        return Err(CellProblem::Missing);
    }
    let value: f32 = field.parse().map_err(|_| CellProblem::Text(field.chars().take(SHOWN).collect()))?;
    // Rust reads both "inf" and "1e39" as infinity; only the first was written as one.
    match value.is_finite() {
        true => Ok(value),
        false if field.bytes().any(|byte| byte.is_ascii_digit()) => Err(CellProblem::OutOfRange),
        false => Err(CellProblem::NotFinite),
    }
}
