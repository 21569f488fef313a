//! Bytes that an interface description allows: every field gets a value of its own, in the order of the description.

use serde_json::Value;

/// Writes samples by the description's types.
pub struct Sampler<'a> {
    idl: &'a Value,
    next: u8,
    /// What was written so far.
    pub bytes: Vec<u8>,
    /// Names of fields, in the order in which they were written.
    pub names: Vec<String>,
}

impl<'a> Sampler<'a> {
    pub fn new(idl: &'a Value) -> Self {
        Self { idl, next: 0, bytes: Vec::new(), names: Vec::new() }
    }

    /// Writes a type that the description defines. Of an enum, the `variant`th variant, counted round.
    pub fn defined(&mut self, name: &str, variant: usize) {
        let types = self.idl["types"].as_array().unwrap();
        let found = types.iter().find(|t| t["name"] == name).unwrap_or_else(|| panic!("no type {name}"));
        match found["type"]["kind"].as_str().unwrap() {
            "struct" => self.fields(&found["type"]["fields"], variant),
            "enum" => {
                let variants = found["type"]["variants"].as_array().unwrap();
                let chosen = variant % variants.len();
                self.bytes.push(u8::try_from(chosen).unwrap());
                self.fields(&variants[chosen]["fields"], variant);
            }
            kind => panic!("{name} is of kind {kind}"),
        }
    }

    /// Writes fields, with their names or without.
    pub fn fields(&mut self, fields: &Value, variant: usize) {
        for field in fields.as_array().into_iter().flatten() {
            match field.get("name").zip(field.get("type")) {
                Some((name, kind)) => {
                    self.names.push(name.as_str().unwrap().to_owned());
                    self.value(kind, variant);
                }
                None => self.value(field, variant),
            }
        }
    }

    fn value(&mut self, kind: &Value, variant: usize) {
        match kind.as_str() {
            Some("bool") => self.bytes.push(u8::from(variant.is_multiple_of(2))),
            Some("u8" | "i8") => self.number(1),
            Some("u16" | "i16") => self.number(2),
            Some("u32" | "i32") => self.number(4),
            Some("u64" | "i64") => self.number(8),
            Some("pubkey") => self.number(32),
            Some("bytes") => {
                self.length(4);
                self.number(4);
            }
            Some("string") => {
                self.length(3);
                self.bytes.extend(*b"abc");
            }
            Some(other) => panic!("no sample of {other}"),
            None => self.compound(kind, variant),
        }
    }

    fn compound(&mut self, kind: &Value, variant: usize) {
        if let Some(inner) = kind.get("option") {
            let some = variant.is_multiple_of(2);
            self.bytes.push(u8::from(some));
            if some {
                self.value(inner, variant);
            }
        } else if let Some(inner) = kind.get("vec") {
            self.length(2);
            self.value(inner, variant);
            self.value(inner, variant);
        } else if let Some(array) = kind.get("array") {
            for _ in 0..array[1].as_u64().unwrap() {
                self.value(&array[0], variant);
            }
        } else {
            self.defined(kind["defined"]["name"].as_str().unwrap(), variant);
        }
    }

    fn number(&mut self, width: usize) {
        self.next = self.next % 250 + 1;
        self.bytes.extend(std::iter::repeat_n(self.next, width));
    }

    fn length(&mut self, items: u32) {
        self.bytes.extend(items.to_le_bytes());
    }
}
