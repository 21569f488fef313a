//! The text's structure, before names are resolved. Scopes stay flat (`Open`, `Close`), so nothing here recurses.

mod declare;
mod lex;
mod module;
mod statement;

pub use module::parse;

use crate::error::At;
use crate::types::Type;

/// Greatest size of a text, in bytes.
pub const MAX_TEXT: usize = 4 << 20;
/// Most statements of a text.
pub const MAX_STATEMENTS: usize = 1 << 19;
/// Greatest length of a name.
pub const MAX_NAME: usize = 1024;
/// Greatest depth of scopes.
pub const MAX_DEPTH: usize = 64;
/// Most operands of one instruction, elements of one operand, parameters of one function.
pub const MAX_LIST: usize = 256;
/// Greatest size of one variable, in bytes.
pub const MAX_VARIABLE: u64 = 16 << 20;

/// Where a variable lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    Reg,
    Param,
    Local,
    Shared,
    Global,
    Const,
    /// Addresses that tell their space themselves.
    Generic,
}

#[derive(Clone, Debug)]
pub struct Source<'a> {
    pub version: (u32, u32),
    pub target: String,
    pub variables: Vec<Declare<'a>>,
    pub functions: Vec<FunctionText<'a>>,
}

#[derive(Clone, Debug)]
pub struct FunctionText<'a> {
    pub name: &'a str,
    pub entry: bool,
    pub returns: Vec<Declare<'a>>,
    pub params: Vec<Declare<'a>>,
    /// `.reqntid` and `.maxntid`.
    pub required_threads: Option<[u32; 3]>,
    pub most_threads: Option<[u32; 3]>,
    /// None for a declaration without a body.
    pub body: Option<Vec<Statement<'a>>>,
    pub at: At,
}

/// How many elements a declaration has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    One,
    Array(u64),
    /// `name[]`, dynamic shared memory.
    Unsized,
    /// `%r<n>`: registers `%r0` to `%r(n - 1)`.
    Numbered(u64),
}

#[derive(Clone, Debug)]
pub struct Declare<'a> {
    pub space: Space,
    pub ty: Type,
    /// In bytes.
    pub align: u32,
    pub name: &'a str,
    pub count: Count,
    pub init: Vec<Literal>,
    pub at: At,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal {
    /// Two's complement.
    Int(u64),
    F32(u32),
    F64(u64),
}

#[derive(Clone, Debug)]
pub enum Statement<'a> {
    Open,
    Close,
    Label(&'a str, At),
    Declare(Declare<'a>),
    Instruction(Instruction<'a>),
}

#[derive(Clone, Debug)]
pub struct Instruction<'a> {
    /// Predicate, and whether it is negated.
    pub guard: Option<(&'a str, bool)>,
    pub opcode: &'a str,
    pub modifiers: Vec<&'a str>,
    pub operands: Vec<Operand<'a>>,
    pub at: At,
    /// From its first byte to its last, for messages.
    pub text: &'a str,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Operand<'a> {
    /// A register, variable, label or special register (with its component, as in `%tid.x`), plus an offset.
    Name {
        name: &'a str,
        component: Option<&'a str>,
        offset: i64,
    },
    Literal(Literal),
    /// `[base + offset]`; the base is a name or a literal.
    Address(Box<Operand<'a>>, i64),
    /// `{a, b}`
    Vector(Vec<Operand<'a>>),
    /// `(a, b)`
    List(Vec<Operand<'a>>),
    /// `d|p`
    Pair(Box<Operand<'a>>, Box<Operand<'a>>),
    /// `!p`
    Not(Box<Operand<'a>>),
}
