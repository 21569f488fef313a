use super::{Slot, SlotState, TaskView};
use crate::{Action, Deadline, Moment, Refusal};

/// Until when sealed runs must be revealed; `None` while the reveal is not open.
///
/// It opens when nobody executes any more and nobody can claim: by the transition that brought this about, or by the end
/// of the open window. So no root is public while somebody could still seal it.
pub fn reveal_phase<R: Copy + Eq>(task: &TaskView<R>, now: Moment) -> Result<Option<Deadline>, Refusal> {
    if !task.any(SlotState::Sealed) || task.any(SlotState::Claimed) {
        return Ok(None);
    }
    let seconds = task.windows.reveal_seconds;
    match task.reveal_from {
        Some(from) => from.after(seconds).map(Some),
        None if task.open_until.passed(now) => task.open_until.after(seconds).map(Some),
        None => Ok(None),
    }
}

/// A sealed run shows its root in time; the program has checked it against the seal. The last one starts the windows.
pub fn plan_reveal<R: Copy + Eq>(
    task: &TaskView<R>,
    slot: usize,
    root: Option<R>,
    now: Moment,
) -> Result<TaskView<R>, Refusal> {
    let run = task.slot_in(slot, SlotState::Sealed)?;
    let next = task.moved(Action::Reveal)?;
    let until = reveal_phase(task, now)?.ok_or(Refusal::RevealNotOpen)?;
    if until.passed(now) {
        return Err(Refusal::TooLate);
    }
    let root = root.ok_or(Refusal::RootZero)?;
    let shown = next.with_slot(slot, Slot { state: SlotState::Submitted, root, ..run })?;
    if shown.any(SlotState::Sealed) { Ok(shown) } else { shown.with_windows(now) }
}

impl<R: Copy + Eq> TaskView<R> {
    /// Opens the reveal if nobody executes and nobody can claim any more.
    pub(crate) fn opened_reveal(mut self, now: Moment) -> Self {
        let ready = self.any(SlotState::Sealed) && !self.any(SlotState::Claimed) && self.claims_closed(now);
        if ready && self.reveal_from.is_none() {
            self.reveal_from = Some(now);
        }
        self
    }

    /// Starts audit and challenge window: nobody executes, nobody has anything to reveal, a root is public.
    ///
    /// Equal roots shorten both, or waive them where the requester named its providers; a lone root has the full ones;
    /// different roots are a dispute from the start.
    pub(crate) fn with_windows(self, now: Moment) -> Result<Self, Refusal> {
        let mut roots = self.used().filter(|slot| slot.state == SlotState::Submitted).map(|slot| slot.root);
        let first = roots.next().ok_or(Refusal::WrongState)?;
        let (mut others, mut split) = (false, false);
        for root in roots {
            others = true;
            split |= root != first;
        }
        let full = self.windows;
        let (audit, challenge) = match (split, others) {
            (false, true) if self.waive_window => (0, 0),
            (false, true) => {
                let challenge = self.agreed_challenge_seconds.min(full.challenge_seconds);
                (challenge.min(full.audit_seconds), challenge)
            }
            _ => (full.audit_seconds, full.challenge_seconds),
        };
        let mut next = self.moved(if split { Action::Split } else { Action::Submit })?;
        next.audit_until = now.after(audit)?;
        next.challenge_until = now.after(challenge)?;
        Ok(next)
    }
}
