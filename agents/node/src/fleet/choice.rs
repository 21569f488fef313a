//! Which backend an operator wants.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Which backend executes. As text: `auto`, `cpu`, `cuda`, or `cuda:` and the GPUs' numbers, as in `cuda:0,1`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum BackendChoice {
    /// The GPUs that can be used, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// These GPUs, in the driver's order from 0; none named: all of them. They must be there.
    Cuda(Vec<usize>),
}

/// A text that names no backend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no backend: write auto, cpu, cuda, or cuda: and the numbers of GPUs, as in cuda:0,1")]
pub struct ChoiceError(String);

impl FromStr for BackendChoice {
    type Err = ChoiceError;

    fn from_str(text: &str) -> Result<Self, ChoiceError> {
        let wrong = || ChoiceError(text.to_owned());
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda(Vec::new())),
            _ => {
                let list = text.strip_prefix("cuda:").ok_or_else(wrong)?;
                let mut ordinals = Vec::new();
                for number in list.split(',') {
                    let ordinal = number.parse().map_err(|_| wrong())?;
                    if ordinals.contains(&ordinal) {
                        return Err(wrong());
                    }
                    ordinals.push(ordinal);
                }
                Ok(Self::Cuda(ordinals))
            }
        }
    }
}

impl fmt::Display for BackendChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(ordinals) if ordinals.is_empty() => f.write_str("cuda"),
            Self::Cuda(ordinals) => {
                let list: Vec<String> = ordinals.iter().map(usize::to_string).collect();
                write!(f, "cuda:{}", list.join(","))
            }
        }
    }
}

impl TryFrom<String> for BackendChoice {
    type Error = ChoiceError;

    fn try_from(text: String) -> Result<Self, ChoiceError> {
        text.parse()
    }
}

impl From<BackendChoice> for String {
    fn from(choice: BackendChoice) -> Self {
        choice.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_choices_correspond() {
        for (text, choice) in [
            ("auto", BackendChoice::Auto),
            ("cpu", BackendChoice::Cpu),
            ("cuda", BackendChoice::Cuda(vec![])),
            ("cuda:1", BackendChoice::Cuda(vec![1])),
            ("cuda:2,0", BackendChoice::Cuda(vec![2, 0])),
        ] {
            assert_eq!(text.parse(), Ok(choice.clone()));
            assert_eq!(choice.to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_refused_with_an_example() {
        for text in ["", "gpu", "cuda:", "cuda:x", "cuda:0,", "cuda:-1", "cuda:1,1", "CPU"] {
            let error = text.parse::<BackendChoice>().err().map(|error| error.to_string());
            assert!(error.is_some_and(|error| error.contains("cuda:0,1")), "{text}");
        }
    }
}
