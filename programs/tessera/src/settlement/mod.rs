//! How tasks end: a task's money, the audits passed to a settlement, the two outcomes, and returning rent.

mod audits;
mod close;
mod legs;
mod money;
mod rent;
mod slash;
mod uphold;

pub(crate) use audits::{PassedAudit, load_audits, refuting_pair, stake_vault_of};
pub(crate) use legs::{Leg, Route, Source, Unclaimed, pay_leg};
pub(crate) use money::TaskMoney;
pub(crate) use rent::{close_account, rent_receiver};
