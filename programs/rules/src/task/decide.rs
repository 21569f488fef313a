use super::{Decision, SlotState, TaskView};

/// How a group of equal roots must weigh at least to win against another.
const WINNING_WEIGHT: u32 = 2;

/// Decides between the runs that are submitted and not refuted, after the challenge window.
///
/// **Interim rule** until the referee replaces it. Runs with the same root are a group; it weighs its runs and the audits
/// that agree with them. The only group wins. Among several the heaviest wins if it weighs two at least and no other
/// weighs as much; else nobody can say and the task is void.
pub fn decide<R: Copy + Eq>(task: &TaskView<R>) -> Decision<R> {
    let surviving = || task.used().filter(|slot| slot.state == SlotState::Submitted);
    let weight = |root: R| {
        surviving()
            .filter(|slot| slot.root == root)
            .fold(0_u32, |sum, slot| sum.saturating_add(1).saturating_add(u32::from(slot.agreeing)))
    };
    let Some(heaviest) = surviving().map(|slot| slot.root).max_by_key(|root| weight(*root)) else {
        return Decision::Undecided;
    };
    let best = weight(heaviest);
    let (mut alone, mut tied) = (true, false);
    for slot in surviving().filter(|slot| slot.root != heaviest) {
        alone = false;
        tied |= weight(slot.root) >= best;
    }
    if alone || (best >= WINNING_WEIGHT && !tied) { Decision::Root(heaviest) } else { Decision::Void }
}

impl<R: Copy + Eq> TaskView<R> {
    /// The same with every submitted run of this root refuted: bits that are wrong in one run are wrong in all, so that a
    /// thief's second run falls with its first.
    pub(crate) fn refuted(mut self, root: R) -> Self {
        for slot in &mut self.slots {
            if slot.state == SlotState::Submitted && slot.root == root {
                slot.state = SlotState::Refuted;
            }
        }
        self
    }

    /// The same with a run ended in this state, and the task ended with its last run.
    pub(crate) fn with_end(self, index: usize, end: SlotState) -> Result<Self, crate::Refusal> {
        let ended = self.with_slot(index, self.slot(index)?.with_state(end))?;
        let action = match end {
            _ if ended.has_live_run() => crate::Action::SettleRun,
            _ if ended.any(SlotState::Upheld) => crate::Action::Settle,
            _ => crate::Action::Refund,
        };
        ended.moved(action)
    }
}
