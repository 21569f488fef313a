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

fn snake_case(name: &str) -> String {
    let spaced: String = name
        .chars()
        .flat_map(|c| c.is_uppercase().then_some('_').into_iter().chain([c.to_ascii_lowercase()]))
        .collect();
    spaced.trim_start_matches('_').to_owned()
}

/// Reads the struct after `#[derive(Accounts)]` in the instruction's file.
pub fn declared(instruction: &str) -> Vec<Declared> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/instructions").join(instruction).with_extension("rs");
    let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let Some((_, after)) = source.split_once("#[derive(Accounts)]") else {
        // Moves share their accounts.
        let (_, after) = source.split_once("Context<").unwrap();
        let (shared, _) = after.split_once('>').unwrap();
        return declared(&snake_case(shared));
    };
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
