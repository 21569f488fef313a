//! NumPy's array format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.
//!
//! The crates that read it bring a parser of Python literals and arbitrary-precision integers for its header; of all that,
//! three fields of fixed form are needed here.

use super::{CellProblem, MAX_VALUES, Table, TableError, numbered};

const MAGIC: &[u8] = b"\x93NUMPY";
/// NumPy writes headers of 128 bytes; structured types, which are refused, have longer ones.
const MAX_HEADER_BYTES: usize = 4_096;

pub(super) fn parse(bytes: &[u8]) -> Result<Table, TableError> {
    let (header, data) = split(bytes)?;
    let element = Element::named(value_of(header, "descr")?)?;
    let fortran = match value_of(header, "fortran_order")? {
        text if text.starts_with("True") => true,
        text if text.starts_with("False") => false,
        _ => return Err(TableError::Npy("`fortran_order` is neither True nor False")),
    };
    let (rows, width) = shape(value_of(header, "shape")?)?;
    if rows == 0 || width == 0 {
        return Err(TableError::Empty);
    }
    let count = rows.checked_mul(width).filter(|&n| n <= MAX_VALUES).ok_or(TableError::TooManyValues)?;
    if data.len() != count * element.size() {
        return Err(TableError::Npy(
            "the data are shorter or longer than the header says: the file is torn, fetch it again",
        ));
    }
    let mut columns = numbered(width)?;
    let mut values = Vec::with_capacity(count);
    for row in 0..rows {
        for (index, column) in columns.iter_mut().enumerate() {
            let at = if fortran { index * rows + row } else { row * width + index } * element.size();
            values.push(element.read(&data[at..]).unwrap_or_else(|problem| {
                column.spoil(row as u64 + 1, problem);
                f32::NAN
            }));
        }
    }
    Table::checked(columns, values)
}

/// The header's text and the data after it.
fn split(bytes: &[u8]) -> Result<(&str, &[u8]), TableError> {
    const TORN: TableError = TableError::Npy("the file ends within its header: it is torn, fetch it again");
    let rest = bytes.strip_prefix(MAGIC).ok_or(TableError::Npy("it does not begin with \\x93NUMPY"))?;
    let ([version, _minor], rest) = rest.split_first_chunk::<2>().ok_or(TORN)?;
    let (length, rest) = match version {
        1 => rest.split_first_chunk().map(|(&length, rest)| (u32::from(u16::from_le_bytes(length)), rest)),
        2 | 3 => rest.split_first_chunk().map(|(&length, rest)| (u32::from_le_bytes(length), rest)),
        _ => return Err(TableError::Npy("its format version is none of 1, 2, 3")),
    }
    .ok_or(TORN)?;
    if length as usize > MAX_HEADER_BYTES {
        return Err(TableError::Npy("its header is too long for an array of plain numbers"));
    }
    let (header, data) = rest.split_at_checked(length as usize).ok_or(TORN)?;
    let header = std::str::from_utf8(header).map_err(|_| TableError::Npy("its header is not text"))?;
    Ok((header, data))
}

/// What stands behind `'key':` in the header's dictionary.
fn value_of<'a>(header: &'a str, key: &str) -> Result<&'a str, TableError> {
    header
        .split_once(&format!("'{key}':"))
        .map(|(_, value)| value.trim_start())
        .ok_or(TableError::Npy("its header lacks `descr`, `fortran_order` or `shape`"))
}

/// Rows and columns of `(rows,)` or `(rows, columns)`.
fn shape(text: &str) -> Result<(usize, usize), TableError> {
    const AXES: TableError = TableError::Npy("it must have one or two axes: reshape the array to (rows, columns)");
    let dims = text.strip_prefix('(').and_then(|text| text.split_once(')')).ok_or(AXES)?.0;
    let dims = dims
        .split(',')
        .map(str::trim)
        .filter(|dim| !dim.is_empty())
        .map(|dim| dim.parse().map_err(|_| TableError::Npy("its `shape` holds something else than lengths")))
        .collect::<Result<Vec<usize>, _>>()?;
    match dims[..] {
        [rows] => Ok((rows, 1)),
        [rows, columns] => Ok((rows, columns)),
        _ => Err(AXES),
    }
}

#[derive(Clone, Copy)]
enum Element {
    F4,
    F8,
    I4,
    I8,
    I1,
    U1,
}

impl Element {
    /// The element type that `descr` begins with, a quoted type string such as `'<f4'`.
    fn named(descr: &str) -> Result<Self, TableError> {
        match descr.trim_start_matches('\'').split('\'').next() {
            Some("<f4") => Ok(Self::F4),
            Some("<f8") => Ok(Self::F8),
            Some("<i4") => Ok(Self::I4),
            Some("<i8") => Ok(Self::I8),
            Some("|i1") => Ok(Self::I1),
            Some("|u1") => Ok(Self::U1),
            _ => Err(TableError::Npy(
                "its numbers are not f4, f8, i4 or i8 in little-endian order: save array.astype('<f4')",
            )),
        }
    }

    fn size(self) -> usize {
        match self {
            Self::F8 | Self::I8 => 8,
            Self::F4 | Self::I4 => 4,
            Self::I1 | Self::U1 => 1,
        }
    }

    /// The number at the beginning of `bytes`, rounded to the nearest f32.
    fn read(self, bytes: &[u8]) -> Result<f32, CellProblem> {
        // The caller checked the length; a short slice would read as a missing cell.
        fn first<const N: usize>(bytes: &[u8]) -> Result<[u8; N], CellProblem> {
            bytes.first_chunk().copied().ok_or(CellProblem::Missing)
        }
        let value = match self {
            Self::F4 => f32::from_le_bytes(first(bytes)?),
            Self::F8 => {
                let wide = f64::from_le_bytes(first(bytes)?);
                if wide.is_finite() && !(wide as f32).is_finite() {
                    return Err(CellProblem::OutOfRange);
                }
                wide as f32
            }
            Self::I4 => i32::from_le_bytes(first(bytes)?) as f32,
            Self::I8 => i64::from_le_bytes(first(bytes)?) as f32,
            Self::I1 => f32::from(i8::from_le_bytes(first(bytes)?)),
            Self::U1 => f32::from(u8::from_le_bytes(first(bytes)?)),
        };
        if value.is_finite() { Ok(value) } else { Err(CellProblem::NotFinite) }
    }
}
