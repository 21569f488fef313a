//! A dispute of the demo: what was proven, and who was paid for it.

use std::fmt;

use serde::Serialize;
use tessera_chain::program::events::{DisputeCause, DisputeOpened, Payment, RunOutcome};
use tessera_chain::{Chain, DisputeVerdict, Pubkey};
use tessera_compute::referee::dispute::Claim;

use super::books::wrong;
use super::cast::Cast;
use super::dispute_moves::{DisputeMove, Told};
use super::witness::{Matter, Witness};
use crate::error::CliError;
use crate::output::{Columns, Lines};
use crate::story::Story;

/// How a run was proven wrong, or held.
#[derive(Clone, Debug, Serialize)]
pub struct DemoDispute {
    /// The task.
    pub task: String,
    /// The disputed run's provider: the Provider account.
    pub provider: String,
    /// The wallet that said that the run is wrong.
    pub challenger: String,
    /// The index of the operation that they came down to; none if it ended before.
    pub operation: Option<u16>,
    /// What the operation does.
    pub kind: Option<&'static str>,
    /// The element of its output, row-major; none if it ended before.
    pub element: Option<u64>,
    /// The segment of a fold that was replayed; none where the element was replayed whole.
    pub segment: Option<u64>,
    /// `challenger_won`, `provider_won` or `no_verdict`; none if the run was refuted by somebody else before.
    pub verdict: Option<&'static str>,
    /// What ended it: `step` (the program replayed it), `silence`, `padding`, `malformed` or `moot`.
    pub because: &'static str,
    /// How many, from the opening to the last payment.
    pub transactions: usize,
    /// Compute units of the transaction in which the program replayed the step.
    pub step_compute_units: Option<u64>,
    /// Compute units of all transactions.
    pub compute_units: u64,
    /// Fees of all transactions.
    pub fee_lamports: u64,
    /// Lamports that are left in its accounts: none, they are closed.
    pub rent_lost_lamports: u64,
    /// From the opening to the verdict, by the times of their blocks; none if the node does not know them.
    pub seconds: Option<i64>,
    /// Base units that the challenger had at stake; zero where a run of its own answered for it.
    pub bond: u64,
    /// Base units that the provider lost by it.
    pub slashed: u64,
    /// Who got these.
    pub payouts: Vec<DisputePayout>,
    /// Its transactions, oldest first.
    pub moves: Vec<DisputeMove>,
    #[serde(skip)]
    names: [&'static str; 2],
    #[serde(skip)]
    matter: Matter,
}

/// A part of a bond, or of a slashed lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DisputePayout {
    /// A wallet, or a Provider account whose stake grew; none for what was burned or insured.
    pub owner: Option<String>,
    /// Base units.
    pub amount: u64,
    /// For what.
    pub why: &'static str,
    #[serde(skip)]
    name: &'static str,
}

/// From what a dispute is told.
pub(super) struct Sources<'a> {
    pub(super) chain: &'a dyn Chain,
    pub(super) witness: &'a Witness,
    pub(super) cast: &'a Cast,
    pub(super) market: Pubkey,
}

impl Sources<'_> {
    /// The disputes over a task's runs, in the order in which they were opened.
    ///
    /// # Errors
    /// [`CliError`] when the chain cannot be read, a dispute has not ended, or its sums do not agree.
    pub(super) async fn disputes(&self, story: &Story) -> Result<Vec<DemoDispute>, CliError> {
        let mut disputes = Vec::new();
        for opened in story.disputes() {
            disputes.push(self.dispute(story, opened).await?);
        }
        Ok(disputes)
    }

    async fn dispute(&self, story: &Story, opened: &DisputeOpened) -> Result<DemoDispute, CliError> {
        let told = Told::read(self.chain, opened.dispute).await?;
        let mut rent_lost_lamports = 0_u64;
        for account in &told.accounts {
            rent_lost_lamports = rent_lost_lamports.saturating_add(self.chain.lamports(*account).await?);
        }
        let (ended, at) = told.ended.as_ref().ok_or_else(|| {
            CliError::failed(format!("the dispute {} has not ended", opened.dispute), "run the demo again with -vv")
        })?;
        let matter = self.witness.matter(&opened.dispute);
        let begun = told.moves.first().and_then(|sent| sent.time);
        let (slashed, payouts) = self.payouts(story, opened, &told);
        let paid = payouts.iter().try_fold(0_u64, |sum, payout| sum.checked_add(payout.amount));
        if paid != slashed.checked_add(opened.bond) {
            let bond = opened.bond;
            return Err(wrong(format!("{paid:?} base units were paid of a bond of {bond} and {slashed} slashed")));
        }
        Ok(DemoDispute {
            task: opened.task.to_string(),
            provider: opened.provider.to_string(),
            challenger: opened.challenger.to_string(),
            operation: matter.operation.map(|(index, _)| index),
            kind: matter.operation.map(|(_, descriptor)| descriptor.kind.name()),
            element: matter.claim.map(|(element, _)| element),
            segment: matter.claim.and_then(|(_, claim)| segment(&claim)),
            verdict: ended.verdict.map(verdict_name),
            because: cause_name(ended.because),
            transactions: told.moves.len(),
            step_compute_units: (ended.because == DisputeCause::Step).then_some(at.compute_units),
            compute_units: told.moves.iter().map(|sent| sent.compute_units).sum(),
            fee_lamports: told.moves.iter().map(|sent| sent.fee_lamports).sum(),
            rent_lost_lamports,
            seconds: begun.zip(at.time).map(|(begun, ended)| ended.saturating_sub(begun)),
            bond: opened.bond,
            slashed,
            payouts,
            names: [self.name(&opened.provider), self.name(&opened.challenger)],
            matter,
            moves: told.moves,
        })
    }

    fn name(&self, owner: &Pubkey) -> &'static str {
        self.cast.called(&self.market, owner).unwrap_or("somebody else")
    }

    /// What the run's provider lost by this dispute, and who got that and the bond.
    fn payouts(&self, story: &Story, opened: &DisputeOpened, told: &Told) -> (u64, Vec<DisputePayout>) {
        let owned = |payment: &Payment, why| DisputePayout {
            owner: Some(payment.owner.to_string()),
            amount: payment.amount,
            why,
            name: self.name(&payment.owner),
        };
        let sunk = |amount, why| DisputePayout { owner: None, amount, why, name: "the sink" };
        let (mut slashed, mut payouts) = (0, Vec::new());
        if let Some(settled) = &told.settled {
            payouts.push(owned(&settled.challenger_paid, "its bond, given back"));
            payouts.push(owned(&settled.provider_paid, "half of the bond: its run was disputed in vain"));
            payouts.push(sunk(settled.sunk, "half of the bond of a challenger that lost"));
        }
        let lost = story.settled().find(|run| run.run == opened.run && run.outcome == RunOutcome::Slashed);
        let refutes = told.settled.as_ref().is_some_and(|settled| settled.refutes);
        if let Some(run) = lost.filter(|_| refutes) {
            slashed = run.slashed;
            // What goes into the bond's vault is paid with the bond.
            let others = run.challengers_paid.iter().filter(|payment| payment.owner != opened.dispute);
            payouts
                .extend(others.map(|payment| owned(payment, "part of the slashed lock: it was the first to differ")));
            payouts.push(owned(&run.requester_compensated, "part of the slashed lock: its task was run wrongly"));
            payouts.push(sunk(run.sunk, "the rest of the slashed lock"));
        }
        if let Some(closed) = &told.closed {
            let why = match opened.bond {
                0 => "part of the slashed lock: it proved the run wrong",
                _ => "its bond, and part of the slashed lock: it proved the run wrong",
            };
            payouts.push(owned(&closed.challenger_paid, why));
        }
        payouts.retain(|payout| payout.amount > 0);
        (slashed, payouts)
    }
}

/// The segment, or the first of several that were checked at once.
const fn segment(claim: &Claim) -> Option<u64> {
    match *claim {
        Claim::Segment { segment, .. } => Some(segment as u64),
        Claim::Range { first, .. } => Some(first),
        Claim::Element { .. } | Claim::Chain { .. } | Claim::Score { .. } | Claim::Finalise { .. } => None,
    }
}

/// What was replayed of the element.
fn part(claim: &Claim) -> String {
    match *claim {
        Claim::Element { .. } => "the whole element".to_owned(),
        Claim::Chain { chain, .. } => format!("its chain {chain}"),
        Claim::Range { first, .. } => format!("its segment {first}"),
        Claim::Segment { segment, .. } => format!("its segment {segment}"),
        Claim::Score { centre, .. } => format!("its score of centre {centre}"),
        Claim::Finalise { .. } => "what is made of its sum".to_owned(),
    }
}

const fn verdict_name(verdict: DisputeVerdict) -> &'static str {
    match verdict {
        DisputeVerdict::ChallengerWon => "challenger_won",
        DisputeVerdict::ProviderWon => "provider_won",
        DisputeVerdict::NoVerdict => "no_verdict",
    }
}

const fn cause_name(cause: DisputeCause) -> &'static str {
    match cause {
        DisputeCause::Step => "step",
        DisputeCause::Silence => "silence",
        DisputeCause::Padding => "padding",
        DisputeCause::Malformed => "malformed",
        DisputeCause::Moot => "moot",
    }
}

impl DemoDispute {
    fn outcome(&self) -> String {
        let [provider, challenger] = self.names;
        let how = match self.because {
            "step" => "the program replayed the step",
            "silence" => "a side was silent",
            "padding" => "padding was not zero",
            "malformed" => "the task is malformed",
            _ => return "none: the run was refuted by another dispute before".to_owned(),
        };
        match self.verdict {
            Some("challenger_won") => format!("{how}: the run of {provider} is wrong"),
            Some("provider_won") => format!("{how}: it is right, and {challenger} was wrong"),
            _ => format!("{how}: nobody is right"),
        }
    }
}

impl fmt::Display for DemoDispute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [provider, challenger] = self.names;
        let operations = self.matter.operations;
        let operation = self.operation.zip(self.kind);
        let paid: Vec<String> = self
            .payouts
            .iter()
            .map(|payout| format!("{} base units to {}: {}", payout.amount, payout.name, payout.why))
            .collect();
        let mut moves = Columns::new(&["transaction", "compute units", "lamports"]);
        for sent in &self.moves {
            moves.row(vec![sent.what.clone(), sent.compute_units.to_string(), sent.fee_lamports.to_string()]);
        }
        let seconds = self.seconds.map(|seconds| format!(", {seconds} s from the opening to the verdict"));
        writeln!(
            f,
            "dispute: {challenger} ({}) says that the run of {provider} ({}) is wrong",
            self.challenger, self.provider
        )?;
        Lines::new()
            .maybe("  operation", operation.map(|(index, kind)| format!("{index} of {operations}, {kind}")))
            .maybe(
                "  element",
                self.matter.claim.map(|(element, claim)| format!("{element}; checked: {}", part(&claim))),
            )
            .line("  verdict", self.outcome())
            .maybe("  slashed", (self.slashed > 0).then(|| format!("{} base units of {provider}", self.slashed)))
            .maybe("  paid", (!paid.is_empty()).then(|| paid.join("\n")))
            .line("  moves", moves)
            .line(
                "  cost",
                format_args!(
                    "{} transactions, {} compute units, {} lamports in fees, {} of rent lost{}",
                    self.transactions,
                    self.compute_units,
                    self.fee_lamports,
                    self.rent_lost_lamports,
                    seconds.unwrap_or_default(),
                ),
            )
            .fmt(f)
    }
}
