//! What commands print: reports on stdout, errors on stderr, for people or for programs.

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};

use clap::ValueEnum;
use serde::Serialize;

use crate::error::{CliError, ErrorReport};

/// For whom output is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: aligned text, amounts in tokens.
    #[default]
    Human,
    /// For programs: one JSON value, amounts in base units.
    Json,
}

/// Prints reports and errors in one format.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    format: Format,
}

impl Printer {
    /// A printer for one format.
    #[must_use]
    pub const fn new(format: Format) -> Self {
        Self { format }
    }

    /// Whether a person reads along, so that progress may be drawn on stderr.
    #[must_use]
    pub fn shows_progress(self) -> bool {
        self.format == Format::Human && io::stderr().is_terminal()
    }

    /// Prints a report to stdout: its `Display` for people, its JSON for programs.
    ///
    /// # Errors
    /// [`CliError::File`] when stdout cannot be written; a reader that went away is no error.
    pub fn report<R: Display + Serialize>(self, report: &R) -> Result<(), CliError> {
        let text = match self.format {
            Format::Human => report.to_string(),
            Format::Json => serde_json::to_string_pretty(report)
                .map_err(|e| CliError::failed(format!("the report has no JSON form: {e}"), "use --output human"))?,
        };
        write_line(io::stdout().lock(), &text).map_err(|e| CliError::file("write", "standard output", e))
    }

    /// Prints a line for people only: what goes on, what to do next.
    pub fn note(self, line: impl Display) {
        if self.format == Format::Human {
            // Nobody is left to be told when stderr is closed.
            let _ = write_line(io::stderr().lock(), &line.to_string());
        }
    }

    /// Prints an error to stderr.
    pub fn error(self, error: &CliError) {
        self.error_report(&error.report());
    }

    pub(crate) fn error_report(self, report: &ErrorReport) {
        let text = match self.format {
            Format::Human => match &report.hint {
                Some(hint) => format!("error: {}\n  hint: {hint}", report.error),
                None => format!("error: {}", report.error),
            },
            // Three strings always have a JSON form.
            Format::Json => serde_json::to_string(report).unwrap_or_else(|_| report.error.clone()),
        };
        // Nobody is left to be told when stderr is closed.
        let _ = write_line(io::stderr().lock(), &text);
    }
}

fn write_line(mut to: impl Write, text: &str) -> io::Result<()> {
    match writeln!(to, "{}", text.trim_end()).and_then(|()| to.flush()) {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Lines of `label  value`, values aligned, for the human form of a report.
#[derive(Debug, Default)]
pub struct Lines(Vec<(String, String)>);

impl Lines {
    /// No line yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    #[must_use]
    pub fn line(mut self, label: impl Into<String>, value: impl Display) -> Self {
        self.0.push((label.into(), value.to_string()));
        self
    }

    /// Adds a line if there is something to say.
    #[must_use]
    pub fn maybe(self, label: impl Into<String>, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.line(label, value),
            None => self,
        }
    }
}

impl Display for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let width = self.0.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        for (label, value) in &self.0 {
            let mut rows = value.lines();
            writeln!(f, "{label:width$}  {}", rows.next().unwrap_or_default())?;
            for row in rows {
                writeln!(f, "{:width$}  {row}", "")?;
            }
        }
        Ok(())
    }
}

/// Rows under a header, columns aligned, for the human form of lists.
#[derive(Debug)]
pub struct Columns {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Columns {
    /// A table with these column titles.
    #[must_use]
    pub fn new(header: &[&str]) -> Self {
        Self { header: header.iter().map(ToString::to_string).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

impl Display for Columns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = || std::iter::once(&self.header).chain(&self.rows);
        let widths: Vec<usize> = (0..self.header.len())
            .map(|i| all().filter_map(|row| row.get(i)).map(|cell| cell.chars().count()).max().unwrap_or(0))
            .collect();
        for row in all() {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            writeln!(f, "{}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_align_their_values() {
        let lines = Lines::new().line("a", 1).line("long", "two\nrows").maybe("none", None::<u8>);
        assert_eq!(lines.to_string(), "a     1\nlong  two\n      rows\n");
    }

    #[test]
    fn columns_align_under_their_header() {
        let mut columns = Columns::new(&["task", "state"]);
        columns.row(vec!["x".into(), "open".into()]);
        assert_eq!(columns.to_string(), "task  state\nx     open\n");
    }
}
