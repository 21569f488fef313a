use crate::{BaseUnits, Refusal, SlashShares, SlotState, TaskView, halves};

/// Whether a challenger needs no bond on the run in `slot`: it has another run of the task (`own`) that is submitted,
/// not refuted, with another root. That run's lock answers for it.
pub fn is_bond_free<R: Copy + Eq>(task: &TaskView<R>, slot: usize, own: Option<usize>) -> Result<bool, Refusal> {
    let disputed = task.slot(slot)?;
    let Some(own) = own else {
        return Ok(false);
    };
    let run = task.slot(own)?;
    Ok(own != slot && run.state == SlotState::Submitted && run.root != disputed.root)
}

/// What a challenger puts at stake: the task's reward.
pub const fn bond(reward: BaseUnits, bond_free: bool) -> BaseUnits {
    if bond_free { BaseUnits::ZERO } else { reward }
}

/// What becomes of a bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BondEnd {
    /// The challenger gets it back.
    Back,
    /// The challenger lost.
    Lost,
}

/// Who gets what of a bond. The parts sum to the bond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BondPayout {
    /// Back to the challenger.
    pub challenger: BaseUnits,
    /// Into the provider's stake.
    pub provider: BaseUnits,
    /// Burned or insured.
    pub sink: BaseUnits,
}

/// Shares a bond: a lost one goes half to the provider, rounded up, and half to the sink.
pub fn bond_payout(bond: BaseUnits, end: BondEnd) -> Result<BondPayout, Refusal> {
    let nothing = BondPayout::default();
    Ok(match end {
        BondEnd::Back => BondPayout { challenger: bond, ..nothing },
        BondEnd::Lost => {
            let (provider, sink) = halves(bond)?;
            BondPayout { provider, sink, ..nothing }
        }
    })
}

/// Divides the challengers' share of a slash between the winning challenger and the first auditor that differed, if there
/// is one that is not the challenger's own: half of it, rounded down, whoever finished first.
pub fn challenger_shares(share: BaseUnits, has_auditor: bool) -> Result<(BaseUnits, BaseUnits), Refusal> {
    if has_auditor { halves(share) } else { Ok((share, BaseUnits::ZERO)) }
}

/// Who gets what of the lock of a run that a dispute refuted. The parts sum to the lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DisputeSlashPayout {
    /// Into the bond vault of the dispute that won.
    pub challenger: BaseUnits,
    /// Into the stake of the first auditor that differed.
    pub auditor: BaseUnits,
    /// To the requester.
    pub requester: BaseUnits,
    /// Burned or insured.
    pub sink: BaseUnits,
}

/// Shares the lock of a run that a dispute refuted; [`slash_payout`](crate::slash_payout) shares every other one.
pub fn dispute_slash_payout(
    lock: BaseUnits,
    shares: &SlashShares,
    has_auditor: bool,
) -> Result<DisputeSlashPayout, Refusal> {
    let slash = shares.split(lock)?;
    let (challenger, auditor) = challenger_shares(slash.challenger, has_auditor)?;
    Ok(DisputeSlashPayout { challenger, auditor, requester: slash.requester, sink: slash.sink })
}
