//! What a process has found out about tasks. A restart loses it and nothing else: the chain says what is owed.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::backoff::Backoff;

/// Notes by key. `S` is the agent's own stage of a task; its default means "nothing known".
#[derive(Clone, Debug)]
pub struct Memory<K, S> {
    notes: BTreeMap<K, Note<S>>,
}

/// What is known of one task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note<S> {
    /// Hash of the terms that this is about: the same address with other terms is another task.
    pub terms: [u8; 32],
    /// How far it is.
    pub stage: S,
    /// Failures in a row at this stage.
    pub failures: u32,
    /// Uptime before which nothing is tried.
    pub not_before: Duration,
}

impl<K, S> Default for Memory<K, S> {
    fn default() -> Self {
        Self { notes: BTreeMap::new() }
    }
}

impl<K: Ord + Copy, S: Clone + Default> Memory<K, S> {
    /// Knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The note on `key` under these terms; a fresh one if there is none.
    pub fn note(&self, key: &K, terms: &[u8; 32]) -> Note<S> {
        match self.notes.get(key) {
            Some(note) if note.terms == *terms => note.clone(),
            _ => Note { terms: *terms, stage: S::default(), failures: 0, not_before: Duration::ZERO },
        }
    }

    /// Moves a task to a stage; its failures are forgotten.
    pub fn set(&mut self, key: K, terms: [u8; 32], stage: S) {
        self.notes.insert(key, Note { terms, stage, failures: 0, not_before: Duration::ZERO });
    }

    /// Moves a task to a stage in which nothing is tried before `until` (uptime): a transaction landed and the accounts
    /// that show it are on their way.
    pub fn set_until(&mut self, key: K, terms: [u8; 32], stage: S, until: Duration) {
        self.notes.insert(key, Note { terms, stage, failures: 0, not_before: until });
    }

    /// Puts a task back to `stage` after a failure, to be tried again when the backoff has passed. Returns the failures in
    /// a row, this one included.
    pub fn failed(&mut self, key: K, terms: [u8; 32], stage: S, uptime: Duration, backoff: &Backoff) -> u32 {
        let failures = self.note(&key, &terms).failures.saturating_add(1);
        let not_before = uptime.saturating_add(backoff.delay(failures));
        self.notes.insert(key, Note { terms, stage, failures, not_before });
        failures
    }

    /// Starts an attempt: the stage changes and the count of failures stays.
    pub fn begin(&mut self, key: K, terms: [u8; 32], stage: S) {
        let note = self.note(&key, &terms);
        self.notes.insert(key, Note { stage, ..note });
    }

    /// Forgets a task.
    pub fn forget(&mut self, key: &K) {
        self.notes.remove(key);
    }

    /// Forgets the tasks for which `keep` says no.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &S) -> bool) {
        self.notes.retain(|key, note| keep(key, &note.stage));
    }

    /// All notes.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &Note<S>)> {
        self.notes.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { first: Duration::from_secs(1), most: Duration::from_secs(4) };

    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    enum Stage {
        #[default]
        New,
        Busy,
        Done,
    }

    #[test]
    fn other_terms_are_another_task() {
        let mut memory = Memory::new();
        memory.set(7, [1; 32], Stage::Done);
        assert_eq!(memory.note(&7, &[1; 32]).stage, Stage::Done);
        assert_eq!(memory.note(&7, &[2; 32]).stage, Stage::New);
    }

    #[test]
    fn failures_count_through_attempts_and_end_with_success() {
        let mut memory = Memory::new();
        let (key, terms, hour) = (7, [1; 32], Duration::from_secs(3600));
        for (failures, wait) in [(1, 1), (2, 2), (3, 4), (4, 4)] {
            memory.begin(key, terms, Stage::Busy);
            assert_eq!(memory.failed(key, terms, Stage::New, hour, &BACKOFF), failures);
            let note = memory.note(&key, &terms);
            assert_eq!(note.not_before, hour + Duration::from_secs(wait));
            assert_eq!(note.stage, Stage::New);
        }
        memory.set(key, terms, Stage::Done);
        assert_eq!(memory.note(&key, &terms).failures, 0);
    }

    #[test]
    fn what_is_gone_is_forgotten() {
        let mut memory = Memory::new();
        memory.set(7, [1; 32], Stage::Done);
        memory.set(8, [1; 32], Stage::Busy);
        memory.retain(|_, stage| *stage == Stage::Busy);
        assert_eq!(memory.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [8]);
    }
}
