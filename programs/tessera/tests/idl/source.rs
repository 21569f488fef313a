//! The accounts of an instruction, as its source declares them.

use std::path::Path;

/// One account of an instruction.
#[derive(Debug, PartialEq, Eq)]
pub struct Declared {
    pub name: String,
    pub writable: bool,
    pub signer: bool,
    pub optional: bool,
}

/// Reads the struct after `#[derive(Accounts)]` in the instruction's file.
pub fn declared(instruction: &str) -> Vec<Declared> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/instructions").join(instruction).with_extension("rs");
    let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (_, after) = source.split_once("#[derive(Accounts)]").unwrap();
    let (_, after) = after.split_once(" {\n").unwrap();
    let (body, _) = after.split_once("\n}\n").unwrap();
    let mut accounts = Vec::new();
    let mut attributes = String::new();
    for line in body.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
        let Some((name, kind)) = line.strip_prefix("pub ").and_then(|field| field.split_once(": ")) else {
            attributes.push_str(line);
            continue;
        };
        let words = attributes.split(|c: char| !c.is_alphanumeric());
        accounts.push(Declared {
            name: name.to_owned(),
            writable: words.into_iter().any(|word| word == "mut"),
            signer: kind.starts_with("Signer<"),
            optional: kind.starts_with("Option<"),
        });
        attributes.clear();
    }
    accounts
}
