//! Declarations of variables, registers and parameters.

use super::lex::Tok;
use super::statement::Parser;
use super::{Count, Declare, Literal, MAX_LIST, MAX_VARIABLE, Space};
use crate::error::ParseError;
use crate::types::Type;

/// The space of a declaring directive.
pub fn declared_space(word: &str) -> Option<Space> {
    Some(match word {
        "reg" => Space::Reg,
        "param" => Space::Param,
        "local" => Space::Local,
        "shared" => Space::Shared,
        "global" => Space::Global,
        "const" => Space::Const,
        _ => return None,
    })
}

impl<'a> Parser<'a> {
    /// What follows `.space`: alignment, type, names. A list of names ends with `;` unless `single`, for parameters.
    pub fn declarations(&mut self, space: Space, single: bool) -> Result<Vec<Declare<'a>>, ParseError> {
        let (mut align, mut ty) = (None, None);
        loop {
            let token = self.peek()?;
            let Tok::Word(word) = token.tok else { break };
            self.next()?;
            match word {
                "align" => align = Some(self.small("an alignment", 1 << 12)?),
                // A parameter that is a pointer: hints on what it points to.
                "ptr" if space == Space::Param => {}
                "global" | "shared" | "const" | "local" if space == Space::Param => {}
                word => {
                    ty = Some(Type::named(word).ok_or_else(|| {
                        token.at.syntax(format!(
                            "the type .{word} is not supported; there are b, u, s (8 to 64), f32, f64, pred"
                        ))
                    })?)
                }
            }
        }
        let at = self.peek()?.at;
        let ty = ty.ok_or_else(|| at.syntax("a declaration without a type"))?;
        if ty == Type::Pred && space != Space::Reg {
            return Err(at.syntax("predicates live in registers only"));
        }
        let align = align.unwrap_or(ty.bytes()).max(1);
        if !align.is_power_of_two() {
            return Err(at.syntax("an alignment is a power of two"));
        }
        let mut found = Vec::new();
        loop {
            let (name, at) = self.name()?;
            let count = self.count()?;
            let bytes = match count {
                Count::Array(n) => n.saturating_mul(u64::from(ty.bytes())),
                _ => 0,
            };
            if bytes > MAX_VARIABLE {
                return Err(at.limit("bytes in a variable", MAX_VARIABLE));
            }
            let init = if self.accept('=')? { self.initialiser(count)? } else { Vec::new() };
            found.push(Declare { space, ty, align, name, count, init, at });
            if single || !self.accept(',')? {
                break;
            }
            if found.len() >= MAX_LIST {
                return Err(at.limit("names in one declaration", MAX_LIST as u64));
            }
        }
        if !single {
            self.expect(';')?;
        }
        Ok(found)
    }

    /// `<n>`, `[n]`, `[n][m]`, `[]`, or nothing.
    fn count(&mut self) -> Result<Count, ParseError> {
        if self.accept('<')? {
            let n = self.integer("a number of registers")?;
            self.expect('>')?;
            return Ok(Count::Numbered(n));
        }
        let mut count = Count::One;
        while self.accept('[')? {
            if self.accept(']')? {
                return Ok(Count::Unsized);
            }
            let n = self.integer("an array's length")?;
            self.expect(']')?;
            count = match count {
                Count::Array(before) => Count::Array(before.saturating_mul(n)),
                _ => Count::Array(n),
            };
        }
        Ok(count)
    }

    /// A literal or nested braces of literals, flattened.
    fn initialiser(&mut self, count: Count) -> Result<Vec<Literal>, ParseError> {
        let most = match count {
            Count::Array(n) => n as usize,
            // The values give its length.
            Count::Unsized => MAX_VARIABLE as usize,
            _ => 1,
        };
        let (mut values, mut depth) = (Vec::new(), 0usize);
        loop {
            let token = self.peek()?;
            match token.tok {
                Tok::Punct('{') => {
                    self.next()?;
                    depth += 1;
                }
                Tok::Punct('}') if depth > 0 => {
                    self.next()?;
                    depth -= 1;
                }
                Tok::Punct(',') if depth > 0 => {
                    self.next()?;
                }
                _ => {
                    if values.len() >= most {
                        return Err(token.at.syntax("more values than the variable has elements"));
                    }
                    values.push(self.literal()?);
                }
            }
            if depth == 0 {
                return Ok(values);
            }
        }
    }
}
