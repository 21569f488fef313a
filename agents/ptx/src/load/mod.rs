//! From a text's structure to an image: names become numbers, and every instruction is known or refused.

mod arithmetic;
mod body;
mod control;
mod conversion;
mod form;
mod memory;
mod names;
mod special;
mod variable;
mod warp;

use std::collections::HashMap;

use crate::error::{At, ParseError};
use crate::image::{Function, Image};
use crate::op::Place;
use crate::syntax::{Count, Declare, FunctionText, Source, Space};

/// Greatest size of a function's parameters, of what its calls pass, and of its local memory, in bytes.
pub const MAX_FRAME: u32 = 1 << 20;
/// Most functions and variables of a module.
pub const MAX_ITEMS: usize = 4096;

/// A function as its callers see it.
pub struct Signature {
    pub index: u32,
    pub entry: bool,
    pub defined: bool,
    pub params: Vec<Place>,
    pub returns: Vec<Place>,
}

/// What function bodies see of their module.
pub struct Names<'a> {
    pub functions: HashMap<&'a str, Signature>,
    pub variables: HashMap<&'a str, u32>,
}

/// Resolves a text.
pub fn load(source: &Source<'_>) -> Result<Image, ParseError> {
    let start = At { line: 1, column: 1 };
    if source.functions.len() > MAX_ITEMS || source.variables.len() > MAX_ITEMS {
        return Err(start.limit("functions or variables", MAX_ITEMS as u64));
    }
    let mut image =
        Image { version: source.version, target: source.target.clone(), functions: Vec::new(), variables: Vec::new() };
    let mut names = Names { functions: HashMap::new(), variables: HashMap::new() };
    for declare in &source.variables {
        let index = variable::add(&mut image, declare)?;
        if names.variables.insert(declare.name, index).is_some() {
            return Err(declare.at.name(format!("{} is declared twice", declare.name)));
        }
    }
    for function in &source.functions {
        declare(&mut names, function)?;
    }
    let mut indexed: Vec<&FunctionText<'_>> = source.functions.iter().filter(|text| text.body.is_some()).collect();
    indexed.sort_by_key(|text| names.functions.get(text.name).map_or(u32::MAX, |signature| signature.index));
    for text in indexed {
        let function = body::lower(text, &names, &mut image)?;
        image.functions.push(function);
    }
    Ok(image)
}

/// Only functions with a body get an index: a call of another is refused.
fn declare<'a>(names: &mut Names<'a>, text: &FunctionText<'a>) -> Result<(), ParseError> {
    let (params, returns) = places(text)?;
    let defined = names.functions.values().filter(|signature| signature.defined).count() as u32;
    let body = text.body.is_some();
    match names.functions.get_mut(text.name) {
        Some(known) if known.params != params || known.returns != returns || known.entry != text.entry => {
            Err(text.at.name(format!("{} is declared with other parameters before", text.name)))
        }
        Some(known) if known.defined && body => Err(text.at.name(format!("{} is defined twice", text.name))),
        Some(known) => {
            if body {
                (known.defined, known.index) = (true, defined);
            }
            Ok(())
        }
        None => {
            let signature = Signature { index: defined, entry: text.entry, defined: body, params, returns };
            names.functions.insert(text.name, signature);
            Ok(())
        }
    }
}

/// Where parameters and returned values lie: in order, parameters first, registers numbered from 0.
pub fn places(text: &FunctionText<'_>) -> Result<(Vec<Place>, Vec<Place>), ParseError> {
    let (mut bytes, mut registers) = (0, 0);
    let mut place = |declare: &Declare<'_>| {
        if declare.space == Space::Reg {
            if text.entry || declare.count != Count::One {
                return Err(declare.at.syntax("a register parameter is one register of a .func"));
            }
            registers += 1;
            return Ok(Place::Reg { reg: registers - 1, bits: declare.ty.bits() });
        }
        let (offset, size) = param_place(declare, &mut bytes)?;
        Ok(Place::Param { offset, size })
    };
    let params = text.params.iter().map(&mut place).collect::<Result<_, _>>()?;
    let returns = text.returns.iter().map(&mut place).collect::<Result<_, _>>()?;
    Ok((params, returns))
}

/// The next place for a variable among a frame's `bytes`.
pub fn param_place(declare: &Declare<'_>, bytes: &mut u32) -> Result<(u32, u32), ParseError> {
    let elements = match declare.count {
        Count::One => 1,
        Count::Array(n) => n,
        Count::Unsized | Count::Numbered(_) => return Err(declare.at.syntax("an array here has a length")),
    };
    let size = elements.saturating_mul(u64::from(declare.ty.bytes()));
    let offset = bytes.next_multiple_of(declare.align);
    let end = u64::from(offset).saturating_add(size);
    if end > u64::from(MAX_FRAME) {
        return Err(declare.at.limit("bytes of parameters or local memory", u64::from(MAX_FRAME)));
    }
    *bytes = end as u32;
    Ok((offset, size as u32))
}

impl Function {
    /// An empty function with its interface.
    fn new(text: &FunctionText<'_>) -> Result<Self, ParseError> {
        let (params, returns) = places(text)?;
        let all = || params.iter().chain(&returns);
        let param_bytes = all()
            .map(|place| match place {
                Place::Param { offset, size } => offset + size,
                Place::Reg { .. } => 0,
            })
            .max()
            .unwrap_or(0);
        let registers = all().filter(|place| matches!(place, Place::Reg { .. })).count() as u32;
        Ok(Self {
            name: text.name.to_owned(),
            entry: text.entry,
            code: Vec::new(),
            registers,
            param_bytes,
            local_bytes: 0,
            params,
            returns,
            shared: Vec::new(),
            calls: Vec::new(),
            required_threads: text.required_threads,
            most_threads: text.most_threads,
        })
    }
}
