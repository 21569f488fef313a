//! Statements and operands.

use super::declare::declared_space;
use super::lex::{Lexer, Tok, Token};
use super::{Instruction, Literal, MAX_DEPTH, MAX_LIST, MAX_STATEMENTS, Operand, Statement};
use crate::error::{At, ParseError};

/// A parser with one token of lookahead.
pub struct Parser<'a> {
    lexer: Lexer<'a>,
    ahead: Option<Token<'a>>,
    /// Where the last taken token ended.
    end: usize,
    /// Statements so far.
    statements: usize,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { lexer: Lexer::new(text), ahead: None, end: 0, statements: 0 }
    }

    pub fn peek(&mut self) -> Result<Token<'a>, ParseError> {
        match self.ahead {
            Some(token) => Ok(token),
            None => Ok(*self.ahead.insert(self.lexer.next()?)),
        }
    }

    pub fn next(&mut self) -> Result<Token<'a>, ParseError> {
        let token = self.peek()?;
        self.ahead = None;
        self.end = token.end;
        Ok(token)
    }

    /// Skips the rest of the line after the last taken token.
    pub fn skip_line(&mut self) {
        self.ahead = None;
        self.lexer.skip_line();
    }

    pub fn accept(&mut self, wanted: char) -> Result<bool, ParseError> {
        let found = self.peek()?.tok == Tok::Punct(wanted);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    pub fn expect(&mut self, wanted: char) -> Result<(), ParseError> {
        let at = self.peek()?.at;
        if self.accept(wanted)? { Ok(()) } else { Err(at.syntax(format!("expected `{wanted}` here"))) }
    }

    pub fn name(&mut self) -> Result<(&'a str, At), ParseError> {
        let token = self.next()?;
        match token.tok {
            Tok::Name(name) => Ok((name, token.at)),
            _ => Err(token.at.syntax("expected a name here")),
        }
    }

    pub fn integer(&mut self, what: &str) -> Result<u64, ParseError> {
        let token = self.next()?;
        match token.tok {
            Tok::Int(value) => Ok(value),
            _ => Err(token.at.syntax(format!("expected {what} here"))),
        }
    }

    pub fn small(&mut self, what: &str, most: u32) -> Result<u32, ParseError> {
        let at = self.peek()?.at;
        let value = self.integer(what)?;
        u32::try_from(value)
            .ok()
            .filter(|value| *value <= most)
            .ok_or_else(|| at.syntax(format!("{what} is at most {most}")))
    }

    pub fn literal(&mut self) -> Result<Literal, ParseError> {
        let negative = self.accept('-')?;
        let token = self.next()?;
        match (token.tok, negative) {
            (Tok::Int(value), false) => Ok(Literal::Int(value)),
            (Tok::Int(value), true) => Ok(Literal::Int(value.wrapping_neg())),
            (Tok::F32(bits), _) => Ok(Literal::F32(bits ^ (u32::from(negative) << 31))),
            (Tok::F64(bits), _) => Ok(Literal::F64(bits ^ (u64::from(negative) << 63))),
            _ => Err(token.at.syntax("expected a number here")),
        }
    }

    /// A function's body, behind its opening brace, up to its closing one.
    pub fn body(&mut self) -> Result<Vec<Statement<'a>>, ParseError> {
        let (mut statements, mut depth) = (Vec::new(), 0usize);
        loop {
            let token = self.next()?;
            self.statements += 1;
            if self.statements > MAX_STATEMENTS {
                return Err(token.at.limit("statements", MAX_STATEMENTS as u64));
            }
            match token.tok {
                Tok::Punct('{') if depth >= MAX_DEPTH => return Err(token.at.limit("nested scopes", MAX_DEPTH as u64)),
                Tok::Punct('{') => {
                    depth += 1;
                    statements.push(Statement::Open);
                }
                Tok::Punct('}') if depth == 0 => return Ok(statements),
                Tok::Punct('}') => {
                    depth -= 1;
                    statements.push(Statement::Close);
                }
                Tok::Punct(';') => {}
                Tok::Word("loc" | "file") => self.skip_line(),
                Tok::Word("pragma") => {
                    self.next()?;
                    self.expect(';')?;
                }
                Tok::Word(word) => {
                    let space = declared_space(word)
                        .ok_or_else(|| token.at.syntax(format!("the directive .{word} is not known in a function")))?;
                    statements.extend(self.declarations(space, false)?.into_iter().map(Statement::Declare));
                }
                Tok::Punct('@') => {
                    let negated = self.accept('!')?;
                    let (guard, _) = self.name()?;
                    let (opcode, at) = self.name()?;
                    let instruction = self.instruction(Some((guard, negated)), opcode, at, token.start)?;
                    statements.push(Statement::Instruction(instruction));
                }
                Tok::Name(name) if self.peek()?.tok == Tok::Punct(':') => {
                    self.next()?;
                    statements.push(Statement::Label(name, token.at));
                }
                Tok::Name(name) => {
                    let instruction = self.instruction(None, name, token.at, token.start)?;
                    statements.push(Statement::Instruction(instruction));
                }
                Tok::End => return Err(token.at.syntax("the text ends within a function")),
                _ => return Err(token.at.syntax("expected a statement here")),
            }
        }
    }

    fn instruction(
        &mut self,
        guard: Option<(&'a str, bool)>,
        opcode: &'a str,
        at: At,
        start: usize,
    ) -> Result<Instruction<'a>, ParseError> {
        let mut modifiers = Vec::new();
        while let Tok::Word(word) = self.peek()?.tok {
            self.next()?;
            modifiers.push(word);
            if modifiers.len() > MAX_LIST {
                return Err(at.limit("modifiers", MAX_LIST as u64));
            }
        }
        let operands = if self.peek()?.tok == Tok::Punct(';') { Vec::new() } else { self.operands()? };
        let text = self.lexer.text().get(start..self.end).unwrap_or_default();
        self.expect(';')?;
        Ok(Instruction { guard, opcode, modifiers, operands, at, text })
    }

    fn operands(&mut self) -> Result<Vec<Operand<'a>>, ParseError> {
        let mut found = Vec::new();
        loop {
            found.push(self.operand()?);
            if !self.accept(',')? {
                return Ok(found);
            }
            if found.len() >= MAX_LIST {
                return Err(self.peek()?.at.limit("operands", MAX_LIST as u64));
            }
        }
    }

    fn operand(&mut self) -> Result<Operand<'a>, ParseError> {
        if self.accept('[')? {
            let (base, offset) = match self.simple()? {
                Operand::Name { name, component, offset } => (Operand::Name { name, component, offset: 0 }, offset),
                Operand::Literal(Literal::Int(value)) => (Operand::Literal(Literal::Int(value)), self.offset()?),
                _ => return Err(self.peek()?.at.syntax("an address is a name or a number, and an offset")),
            };
            self.expect(']')?;
            return Ok(Operand::Address(Box::new(base), offset));
        }
        for (open, close) in [('{', '}'), ('(', ')')] {
            if self.accept(open)? {
                let list = self.simple_list(close)?;
                return Ok(if open == '{' { Operand::Vector(list) } else { Operand::List(list) });
            }
        }
        if self.accept('!')? {
            return Ok(Operand::Not(Box::new(self.simple()?)));
        }
        let first = self.simple()?;
        if self.accept('|')? {
            return Ok(Operand::Pair(Box::new(first), Box::new(self.simple()?)));
        }
        Ok(first)
    }

    fn simple_list(&mut self, close: char) -> Result<Vec<Operand<'a>>, ParseError> {
        let mut list = Vec::new();
        while !self.accept(close)? {
            if !list.is_empty() {
                self.expect(',')?;
            }
            if list.len() >= MAX_LIST {
                return Err(self.peek()?.at.limit("elements in an operand", MAX_LIST as u64));
            }
            list.push(self.simple()?);
        }
        Ok(list)
    }

    /// A name with component and offset, or a literal.
    fn simple(&mut self) -> Result<Operand<'a>, ParseError> {
        let Tok::Name(name) = self.peek()?.tok else { return Ok(Operand::Literal(self.literal()?)) };
        self.next()?;
        let mut component = None;
        if let Tok::Word(word) = self.peek()?.tok {
            self.next()?;
            component = Some(word);
        }
        Ok(Operand::Name { name, component, offset: self.offset()? })
    }

    /// `+n`, `-n`, `+-n`, or nothing.
    fn offset(&mut self) -> Result<i64, ParseError> {
        let plus = self.accept('+')?;
        let minus = self.accept('-')?;
        if !plus && !minus {
            return Ok(0);
        }
        let value = i64::from(self.small("an offset", i32::MAX as u32)?);
        Ok(if minus { -value } else { value })
    }
}
