//! Tokens, one at a time: no token list is kept, so memory is bounded by what the parser keeps.

use super::MAX_NAME;
use crate::error::{At, ParseError};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tok<'a> {
    /// A name, with `%`, `$` and `_` in it.
    Name(&'a str),
    /// A word after a dot, `::` included: directives, modifiers, components.
    Word(&'a str),
    Int(u64),
    /// Bits of `0f...`.
    F32(u32),
    /// Bits of `0d...`, or of a decimal fraction.
    F64(u64),
    Text(&'a str),
    Punct(char),
    End,
}

#[derive(Clone, Copy, Debug)]
pub struct Token<'a> {
    pub tok: Tok<'a>,
    pub at: At,
    /// Byte offsets in the text.
    pub start: usize,
    pub end: usize,
}

pub struct Lexer<'a> {
    text: &'a str,
    offset: usize,
    line: u32,
    line_start: usize,
}

const fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$' | b'%')
}

const fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, offset: 0, line: 1, line_start: 0 }
    }

    pub fn text(&self) -> &'a str {
        self.text
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.offset + ahead).copied().unwrap_or(0)
    }

    fn here(&self) -> At {
        At { line: self.line, column: (self.offset - self.line_start + 1) as u32 }
    }

    fn step(&mut self) {
        if self.byte(0) == b'\n' {
            self.line += 1;
            self.line_start = self.offset + 1;
        }
        self.offset += 1;
    }

    /// Skips to the end of the line: the rest of a debugging directive.
    pub fn skip_line(&mut self) {
        while self.offset < self.text.len() && self.byte(0) != b'\n' {
            self.offset += 1;
        }
    }

    fn skip_blank(&mut self) -> Result<(), ParseError> {
        while self.offset < self.text.len() {
            match (self.byte(0), self.byte(1)) {
                (b' ' | b'\t' | b'\r' | b'\n', _) => self.step(),
                (b'/', b'/') => self.skip_line(),
                (b'/', b'*') => {
                    let at = self.here();
                    self.offset += 2;
                    while (self.byte(0), self.byte(1)) != (b'*', b'/') {
                        if self.offset >= self.text.len() {
                            return Err(at.syntax("a comment without its end `*/`"));
                        }
                        self.step();
                    }
                    self.offset += 2;
                }
                _ => break,
            }
        }
        Ok(())
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let start = self.offset;
        while wanted(self.byte(0)) {
            self.offset += 1;
        }
        self.text.get(start..self.offset).unwrap_or_default()
    }

    pub fn next(&mut self) -> Result<Token<'a>, ParseError> {
        self.skip_blank()?;
        let (at, start) = (self.here(), self.offset);
        let tok = match self.byte(0) {
            _ if self.offset >= self.text.len() => Tok::End,
            b'.' => {
                self.offset += 1;
                let word = self.word();
                if word.is_empty() {
                    return Err(at.syntax("a dot without a word behind it"));
                }
                Tok::Word(word)
            }
            b'0'..=b'9' => self.number(at)?,
            b'"' => {
                self.offset += 1;
                let text = self.take_while(|byte| !matches!(byte, b'"' | b'\n' | 0));
                if self.byte(0) != b'"' {
                    return Err(at.syntax("a string without its closing quote"));
                }
                self.offset += 1;
                Tok::Text(text)
            }
            byte if starts_name(byte) => {
                self.offset += 1;
                self.take_while(in_name);
                let name = self.text.get(start..self.offset).unwrap_or_default();
                if name.len() > MAX_NAME {
                    return Err(at.limit("bytes in a name", MAX_NAME as u64));
                }
                Tok::Name(name)
            }
            byte @ (b',' | b';' | b':' | b'{' | b'}' | b'[' | b']' | b'(' | b')' | b'<' | b'>' | b'|' | b'!' | b'@'
            | b'+' | b'-' | b'=') => {
                self.offset += 1;
                Tok::Punct(byte as char)
            }
            byte => return Err(at.syntax(format!("a byte that PTX does not use: {byte:#04x}"))),
        };
        Ok(Token { tok, at, start, end: self.offset })
    }

    /// Letters and digits, with `::` between (as in `L2::128B`).
    fn word(&mut self) -> &'a str {
        let start = self.offset;
        loop {
            self.take_while(in_name);
            if (self.byte(0), self.byte(1)) == (b':', b':') {
                self.offset += 2;
            } else {
                break;
            }
        }
        self.text.get(start..self.offset).unwrap_or_default()
    }

    fn number(&mut self, at: At) -> Result<Tok<'a>, ParseError> {
        let bad = |what: &str| at.syntax(format!("`{what}` is not a number"));
        let prefix = self.byte(1).to_ascii_lowercase();
        if self.byte(0) == b'0' && matches!(prefix, b'f' | b'd') {
            self.offset += 2;
            let digits = self.take_while(|byte| byte.is_ascii_alphanumeric());
            let bits = u64::from_str_radix(digits, 16).map_err(|_| bad(digits))?;
            return match (prefix, digits.len()) {
                (b'f', 8) => Ok(Tok::F32(bits as u32)),
                (b'd', 16) => Ok(Tok::F64(bits)),
                _ => Err(at.syntax("a float literal has 8 (0f) or 16 (0d) hexadecimal digits")),
            };
        }
        let whole = self.take_while(|byte| byte.is_ascii_alphanumeric());
        if self.byte(0) == b'.' && self.byte(1).is_ascii_digit() {
            let start = self.offset - whole.len();
            self.offset += 1;
            self.take_while(|byte| byte.is_ascii_alphanumeric());
            let text = self.text.get(start..self.offset).unwrap_or_default();
            return text.parse::<f64>().map(|value| Tok::F64(value.to_bits())).map_err(|_| bad(text));
        }
        let digits = whole.strip_suffix('U').unwrap_or(whole);
        let parsed = match digits.as_bytes() {
            [b'0', b'x' | b'X', ..] => u64::from_str_radix(&digits[2..], 16),
            [b'0', b'b' | b'B', ..] => u64::from_str_radix(&digits[2..], 2),
            [b'0', _, ..] => u64::from_str_radix(&digits[1..], 8),
            _ => digits.parse(),
        };
        parsed.map(Tok::Int).map_err(|_| bad(whole))
    }
}
