//! `dispute show`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Dispute, Pubkey, Versioned};
use tessera_compute::referee::descriptor::Descriptor;

use super::phase::{owes_name, phase_name};
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::session::{Session, found};

pub(super) async fn run(config: &Config, dispute: Pubkey) -> Result<(), CliError> {
    let session = Session::open(config).await?;
    let account = found(session.chain.dispute(dispute).await?, "dispute", dispute)?;
    config.printer.report(&Report::new(&account, &session))
}

/// A dispute as it stands.
#[derive(Debug, Serialize)]
struct Report {
    dispute: String,
    task: String,
    run: String,
    challenger: String,
    provider: String,
    phase: &'static str,
    /// Who moves.
    owes: &'static str,
    /// Unix seconds.
    until: i64,
    /// Seconds.
    provider_left: u32,
    /// Seconds.
    challenger_left: u32,
    /// Base units.
    bond: u64,
    moves: u16,
    operations: u16,
    /// The picked one.
    operation: Option<u16>,
    kind: Option<&'static str>,
    leaf: u64,
    element: u64,
    #[serde(skip)]
    shown_bond: String,
}

impl Report {
    fn new(dispute: &Versioned<Dispute>, session: &Session) -> Self {
        let descriptor = Descriptor::decode(&dispute.descriptor).ok();
        Self {
            dispute: dispute.key.to_string(),
            task: dispute.task.to_string(),
            run: dispute.run.to_string(),
            challenger: dispute.challenger.to_string(),
            provider: dispute.provider.to_string(),
            phase: phase_name(dispute.phase),
            owes: owes_name(dispute.phase),
            until: dispute.clocks.until.unix,
            provider_left: dispute.clocks.provider_left,
            challenger_left: dispute.clocks.challenger_left,
            bond: dispute.bond,
            moves: dispute.moves,
            operations: dispute.operations,
            operation: descriptor.map(|_| dispute.operation),
            kind: descriptor.map(|descriptor| descriptor.kind.name()),
            leaf: dispute.leaf,
            element: dispute.element,
            shown_bond: session.tokens(dispute.bond),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (provider, challenger) = (self.provider_left, self.challenger_left);
        let operation = self.operation.zip(self.kind);
        Lines::new()
            .line("dispute", &self.dispute)
            .line("task", &self.task)
            .line("run", &self.run)
            .line("challenger", &self.challenger)
            .line("provider", &self.provider)
            .line("phase", self.phase)
            .line("to move", format_args!("{}, until {} (unix seconds)", self.owes, self.until))
            .line("clocks", format_args!("provider {provider} s, challenger {challenger} s"))
            .line("bond", format_args!("{} tokens", self.shown_bond))
            .line("moves", self.moves)
            .maybe("operation", operation.map(|(index, kind)| format!("{index} of {}, {kind}", self.operations)))
            .maybe("leaf, element", operation.map(|_| format!("{}, {}", self.leaf, self.element)))
            .fmt(f)
    }
}
