//! Seeded sentences of common words.

use super::draws::Draws;

/// Words of one token and of several.
const WORDS: [&str; 48] = [
    "the",
    "a",
    "of",
    "and",
    "to",
    "in",
    "that",
    "it",
    "was",
    "for",
    "on",
    "with",
    "as",
    "his",
    "they",
    "at",
    "be",
    "this",
    "from",
    "have",
    "river",
    "mountain",
    "computer",
    "network",
    "provider",
    "verifier",
    "gradient",
    "descent",
    "matrix",
    "vector",
    "orchestra",
    "photosynthesis",
    "quickly",
    "silently",
    "runs",
    "jumped",
    "calculated",
    "remembers",
    "blue",
    "ancient",
    "electric",
    "beautiful",
    "seven",
    "hundred",
    "yesterday",
    "tomorrow",
    "nevertheless",
    "between",
];
/// Fewest and most words.
const LENGTHS: (usize, usize) = (5, 40);

/// `count` sentences, of lengths that differ.
pub(super) fn sentences(count: usize) -> Vec<String> {
    let mut draws = Draws::new(4);
    let sentence = |_| {
        let length = LENGTHS.0 + draws.below(LENGTHS.1 - LENGTHS.0 + 1);
        let words: Vec<&str> = (0..length).map(|_| WORDS[draws.below(WORDS.len())]).collect();
        format!("{}.", words.join(" "))
    };
    (0..count).map(sentence).collect()
}
