//! How tasks end: a task's money, payout legs, the audits passed to a settlement, its outcomes, silences, and returning rent.

mod audits;
mod bond;
mod close;
mod counters;
mod drain;
mod legs;
mod lose;
mod money;
mod receivers;
mod rent;
mod silence;
mod uphold;

pub(crate) use audits::{PassedAudit, load_audits, refuting_pair, stake_vault_of};
pub(crate) use bond::BondMoney;
pub(crate) use drain::Drain;
pub(crate) use legs::{Leg, Route, Source, Unclaimed, pay_leg};
pub(crate) use money::TaskMoney;
pub(crate) use receivers::{Decided, info};
pub(crate) use rent::{close_account, rent_receiver};
pub(crate) use silence::{Silenced, SilentParty};
