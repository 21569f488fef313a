//! Why a text was not loaded.

/// A place in a PTX text, both from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// Line.
    pub line: u32,
    /// Column in bytes.
    pub column: u32,
}

/// A text that is not loaded, and where the reason stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct ParseError {
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1.
    pub column: u32,
    /// What is wrong there.
    pub reason: Reason,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The text is not PTX.
    #[error("{0}")]
    Syntax(String),
    /// An instruction that the interpreter does not know; nothing of the module is run.
    #[error("unknown instruction `{0}`: the interpreter runs only what its documentation lists")]
    UnknownInstruction(String),
    /// A modifier that the instruction does not have, or whose result differs between devices.
    #[error("{modifier} is not supported in `{text}`: {hint}")]
    Modifier {
        /// The modifier.
        modifier: String,
        /// The instruction.
        text: String,
        /// What to write instead.
        hint: &'static str,
    },
    /// Operands that do not fit the instruction.
    #[error("{what} in `{text}`")]
    Operand {
        /// What does not fit.
        what: String,
        /// The instruction.
        text: String,
    },
    /// A name that is not declared, or declared twice.
    #[error("{0}")]
    Name(String),
    /// More than the interpreter takes.
    #[error("more than {limit} {what}: split the module")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much is taken.
        limit: u64,
    },
}

impl At {
    /// An error at this place.
    pub fn error(self, reason: Reason) -> ParseError {
        ParseError { line: self.line, column: self.column, reason }
    }

    /// A syntax error at this place.
    pub fn syntax(self, message: impl Into<String>) -> ParseError {
        self.error(Reason::Syntax(message.into()))
    }

    /// An error about a name at this place.
    pub fn name(self, message: impl Into<String>) -> ParseError {
        self.error(Reason::Name(message.into()))
    }

    /// An exceeded limit at this place.
    pub fn limit(self, what: &'static str, limit: u64) -> ParseError {
        self.error(Reason::Limit { what, limit })
    }
}

/// A part of the text for a message: one line, at most 100 bytes.
pub fn excerpt(text: &str) -> String {
    let line = text.split(['\n', '\r']).next().unwrap_or_default().trim();
    let end = (0..=line.len().min(100)).rev().find(|&at| line.is_char_boundary(at)).unwrap_or(0);
    line[..end].to_owned()
}
