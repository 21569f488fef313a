//! The transactions of a dispute, and what was done in each.

use std::collections::BTreeSet;

use serde::Serialize;
use tessera_chain::program::events::{DisputeCause, DisputeClosed, DisputeEnded, DisputeSettled};
use tessera_chain::{Chain, ChainError, DisputePhase, Event, Pubkey, Recorded, address};

/// Transactions of one address, at most: more than a dispute can have.
const HISTORY_LIMIT: usize = 1_000;

/// What a dispute's transactions tell.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// All of them, refused ones and those that fill buffers included, oldest first.
    pub(super) moves: Vec<DisputeMove>,
    /// What ended it.
    pub(super) ended: Option<(DisputeEnded, DisputeMove)>,
    /// What carried its end out.
    pub(super) settled: Option<DisputeSettled>,
    /// What paid its winner.
    pub(super) closed: Option<DisputeClosed>,
    /// Its accounts.
    pub(super) accounts: Vec<Pubkey>,
}

/// A transaction of a dispute.
#[derive(Clone, Debug, Serialize)]
pub struct DisputeMove {
    /// Its instructions, as the events show them.
    pub what: String,
    /// Compute units used.
    pub compute_units: u64,
    /// Lamports paid as fee.
    pub fee_lamports: u64,
    /// Its signature.
    pub transaction: String,
    /// When its block was made, unix seconds, if the node knows.
    pub time: Option<i64>,
}

impl Told {
    /// Reads a dispute's transactions.
    ///
    /// # Errors
    /// [`ChainError`] when the node cannot give them.
    pub(super) async fn read(chain: &dyn Chain, dispute: Pubkey) -> Result<Self, ChainError> {
        let mut transactions = chain.history(dispute, HISTORY_LIMIT).await?;
        let movers: BTreeSet<Pubkey> = transactions.iter().flat_map(|past| movers(past, dispute)).collect();
        let buffers: Vec<Pubkey> = movers.iter().map(|mover| address::buffer(&dispute, mover)).collect();
        let mut known: BTreeSet<_> = transactions.iter().map(|past| past.signature).collect();
        for buffer in &buffers {
            let filled = chain.history(*buffer, HISTORY_LIMIT).await?;
            transactions.extend(filled.into_iter().filter(|past| known.insert(past.signature)));
        }
        transactions.reverse();
        // Within a slot what a node lists first is the younger one; the sort keeps that order.
        transactions.sort_by_key(|past| past.slot);
        let mut told = Self {
            moves: Vec::new(),
            ended: None,
            settled: None,
            closed: None,
            accounts: [dispute, address::bond_vault(&dispute)].into_iter().chain(buffers).collect(),
        };
        let mut phase = None;
        for past in &transactions {
            told.add(past, dispute, &mut phase);
        }
        Ok(told)
    }

    fn add(&mut self, past: &Recorded, dispute: Pubkey, phase: &mut Option<DisputePhase>) {
        let details = past.details.as_ref();
        let mut sent = DisputeMove {
            what: String::new(),
            compute_units: details.map_or(0, |details| details.compute_units),
            fee_lamports: details.map_or(0, |details| details.fee_lamports),
            transaction: past.signature.to_string(),
            time: past.time,
        };
        let (mut names, mut ended) = (Vec::new(), None);
        for event in details.iter().flat_map(|details| &details.events) {
            match event {
                Event::DisputeOpened(opened) if opened.dispute == dispute => {
                    names.push("dispute_open");
                    *phase = Some(opened.phase);
                }
                Event::DisputeMoved(moved) if moved.dispute == dispute => {
                    names.push(phase.map_or("dispute_move", |before| name(before, moved.phase)));
                    *phase = Some(moved.phase);
                }
                Event::DisputeEnded(end) if end.dispute == dispute => {
                    match end.because {
                        DisputeCause::Step => names.push("dispute_step"),
                        DisputeCause::Silence => names.push("dispute_timeout"),
                        DisputeCause::Padding | DisputeCause::Malformed => names.push("dispute_move"),
                        // Its settlement says so.
                        DisputeCause::Moot => {}
                    }
                    ended = Some(end.as_ref().clone());
                }
                Event::DisputeSettled(settled) if settled.dispute == dispute => {
                    names.push("dispute_settle");
                    self.settled = Some(settled.as_ref().clone());
                }
                Event::DisputeClosed(closed) if closed.dispute == dispute => {
                    names.push("dispute_close");
                    self.closed = Some(closed.as_ref().clone());
                }
                _ => {}
            }
        }
        sent.what = match (past.error.is_some(), names.is_empty()) {
            (true, _) => "refused".to_owned(),
            (false, true) => "buffer_write".to_owned(),
            (false, false) => names.join(", "),
        };
        if let (None, Some(ended)) = (&self.ended, ended) {
            self.ended = Some((ended, sent.clone()));
        }
        self.moves.push(sent);
    }
}

/// Who moved in a transaction.
fn movers(past: &Recorded, dispute: Pubkey) -> impl Iterator<Item = Pubkey> {
    past.details.iter().flat_map(|details| &details.events).filter_map(move |event| match event {
        Event::DisputeOpened(opened) if opened.dispute == dispute => Some(opened.challenger),
        Event::DisputeMoved(moved) if moved.dispute == dispute => Some(moved.mover),
        _ => None,
    })
}

/// The move that leads from a phase to the next.
fn name(before: DisputePhase, after: DisputePhase) -> &'static str {
    match (before, after) {
        (DisputePhase::Trace, _) => "dispute_trace",
        (DisputePhase::PickOperation, DisputePhase::RevealTrace)
        | (DisputePhase::PickLeaf, DisputePhase::RevealTensor) => "dispute_descend",
        (DisputePhase::PickOperation, _) => "dispute_operation",
        (DisputePhase::RevealTrace | DisputePhase::RevealTensor, _) => "dispute_reveal",
        (DisputePhase::OpenTensors, _) => "dispute_tensors",
        (DisputePhase::PickLeaf, _) => "dispute_leaf",
        (DisputePhase::OpenLeaf, _) => "dispute_show",
        (DisputePhase::PickElement, _) => "dispute_element",
        (DisputePhase::Parts, _) => "dispute_parts",
        (DisputePhase::PickPart, _) => "dispute_part",
        (DisputePhase::Step | DisputePhase::Over(_), _) => "dispute_step",
    }
}
