//! Directives at module level.

use super::declare::declared_space;
use super::lex::Tok;
use super::statement::Parser;
use super::{Declare, FunctionText, MAX_LIST, MAX_TEXT, Source, Space};
use crate::error::{At, ParseError};

/// The structure of a text of at most [`MAX_TEXT`] bytes.
pub fn parse(text: &str) -> Result<Source<'_>, ParseError> {
    if text.len() > MAX_TEXT {
        return Err(At { line: 1, column: 1 }.limit("bytes of text", MAX_TEXT as u64));
    }
    let mut parser = Parser::new(text);
    let version = parser.version()?;
    let target = parser.target()?;
    let mut source = Source { version, target, variables: Vec::new(), functions: Vec::new() };
    loop {
        let token = parser.next()?;
        match token.tok {
            Tok::End => return Ok(source),
            Tok::Word("address_size") => {
                let at = parser.peek()?.at;
                if parser.integer("64")? != 64 {
                    return Err(at.syntax("only .address_size 64 is supported"));
                }
            }
            Tok::Word("visible" | "extern" | "weak" | "common") => {}
            Tok::Word("entry") => source.functions.push(parser.function(true)?),
            Tok::Word("func") => source.functions.push(parser.function(false)?),
            Tok::Word("file" | "loc") => parser.skip_line(),
            Tok::Word("pragma") => {
                parser.next()?;
                parser.expect(';')?;
            }
            Tok::Word("section") => parser.skip_section()?,
            Tok::Word(word) => {
                let space = declared_space(word)
                    .filter(|space| matches!(space, Space::Shared | Space::Global | Space::Const))
                    .ok_or_else(|| token.at.syntax(format!("the directive .{word} is not known at module level")))?;
                source.variables.extend(parser.declarations(space, false)?);
            }
            _ => return Err(token.at.syntax("expected a directive here")),
        }
    }
}

impl<'a> Parser<'a> {
    /// `.version 6.4`, the first directive; the lexer reads the number as a fraction.
    fn version(&mut self) -> Result<(u32, u32), ParseError> {
        let first = self.next()?;
        if first.tok != Tok::Word("version") {
            return Err(first.at.syntax("a PTX text begins with .version"));
        }
        let token = self.next()?;
        let Tok::F64(bits) = token.tok else {
            return Err(token.at.syntax("expected a version such as 6.4"));
        };
        let tenths = (f64::from_bits(bits) * 10.0).round();
        if !(10.0..100.0).contains(&tenths) {
            return Err(token.at.syntax("a PTX version is in 1.0 to 9.9"));
        }
        Ok((tenths as u32 / 10, tenths as u32 % 10))
    }

    /// `.target sm_75, options`.
    fn target(&mut self) -> Result<String, ParseError> {
        let first = self.next()?;
        if first.tok != Tok::Word("target") {
            return Err(first.at.syntax("expected .target behind the version"));
        }
        let (name, at) = self.name()?;
        if !name.starts_with("sm_") {
            return Err(at.syntax("a target is sm_ and a number"));
        }
        while self.accept(',')? {
            self.name()?;
        }
        Ok(name.to_owned())
    }

    fn function(&mut self, entry: bool) -> Result<FunctionText<'a>, ParseError> {
        let mut returns = Vec::new();
        if !entry && self.accept('(')? {
            returns = self.formals()?;
        }
        let (name, at) = self.name()?;
        let params = if self.accept('(')? { self.formals()? } else { Vec::new() };
        let mut function =
            FunctionText { name, entry, returns, params, required_threads: None, most_threads: None, body: None, at };
        loop {
            let token = self.next()?;
            match token.tok {
                Tok::Word("reqntid") => function.required_threads = Some(self.extent()?),
                Tok::Word("maxntid") => function.most_threads = Some(self.extent()?),
                Tok::Word("minnctapersm" | "maxnreg") => {
                    self.integer("a number")?;
                }
                Tok::Word("noreturn") => {}
                Tok::Word("pragma") => {
                    self.next()?;
                    self.expect(';')?;
                }
                Tok::Punct(';') => return Ok(function),
                Tok::Punct('{') => {
                    function.body = Some(self.body()?);
                    return Ok(function);
                }
                _ => return Err(token.at.syntax("expected the function's body here")),
            }
        }
    }

    /// Parameters up to the closing bracket.
    fn formals(&mut self) -> Result<Vec<Declare<'a>>, ParseError> {
        let mut found = Vec::new();
        while !self.accept(')')? {
            if !found.is_empty() {
                self.expect(',')?;
            }
            let token = self.next()?;
            let space = match token.tok {
                Tok::Word("param") => Space::Param,
                Tok::Word("reg") => Space::Reg,
                _ => return Err(token.at.syntax("expected .param or .reg here")),
            };
            if found.len() >= MAX_LIST {
                return Err(token.at.limit("parameters", MAX_LIST as u64));
            }
            found.extend(self.declarations(space, true)?);
        }
        Ok(found)
    }

    fn extent(&mut self) -> Result<[u32; 3], ParseError> {
        let mut extent = [1; 3];
        for axis in &mut extent {
            *axis = self.small("a number of threads", 1024)?;
            if !self.accept(',')? {
                break;
            }
        }
        Ok(extent)
    }

    /// A debugging section, which nothing here reads.
    fn skip_section(&mut self) -> Result<(), ParseError> {
        while self.next()?.tok != Tok::Punct('{') {
            if self.peek()?.tok == Tok::End {
                return Err(self.peek()?.at.syntax("a section without a body"));
            }
        }
        loop {
            let token = self.next()?;
            match token.tok {
                Tok::Punct('}') => return Ok(()),
                Tok::End => return Err(token.at.syntax("the text ends within a section")),
                _ => {}
            }
        }
    }
}
