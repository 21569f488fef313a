//! An event of a task as a sentence.

use tessera_chain::program::events::Because;
use tessera_chain::program::instructions::OpenedTree;
use tessera_chain::{AuditState, Draw, Event, TaskState};
use tessera_compute::Root;
use tessera_migrations::units::Percent;

use crate::args::{Need, PolicyChoice};
use crate::story::outcome_name;

/// The sentence; `tokens` shows base units.
pub(super) fn of(event: &Event, tokens: &dyn Fn(u64) -> String) -> String {
    match event {
        Event::TaskCreated(created) => {
            let terms = &created.terms;
            let needs: Vec<String> = Need::of(&terms.requirements).iter().map(ToString::to_string).collect();
            let needs = if needs.is_empty() { String::new() } else { format!(", for {}", needs.join(", ")) };
            format!(
                "created by {} ({}{needs}): {} for a run, {} for its checks, {} bounty",
                created.requester,
                PolicyChoice::from(terms.policy),
                tokens(terms.reward),
                tokens(terms.audit_reward),
                tokens(terms.crank_bounty),
            )
        }
        Event::TaskClaimed(run) => format!("claimed by {}, which locked {}", run.provider, tokens(run.lock)),
        Event::RunReleased(run) => format!("given back by {} in its grace period, unharmed", run.provider),
        Event::RunSealed(run) if run.reveal_from.slot > 0 => {
            format!("{} sealed its result, the last one: the reveal is open", run.provider)
        }
        Event::RunSealed(run) => format!("{} sealed its result", run.provider),
        Event::RunSubmitted(run) => format!(
            "{} showed the result {}; audited at a rate of {}, drawn by slot {}",
            run.provider,
            Root(run.output_root),
            Percent::from_bps(run.audit_rate_bps),
            run.draw_slot,
        ),
        Event::WindowsStarted(windows) if windows.state == TaskState::Disputed => {
            "all results are shown, and they differ: the windows begin".to_owned()
        }
        Event::WindowsStarted(_) => "all results are shown: the windows for audits and challenges begin".to_owned(),
        Event::AuditDrawn(drawn) => match drawn.draw {
            Draw::Hash(_) => "the slot that draws the auditors was recorded".to_owned(),
            Draw::Expired => "nobody recorded the draw in time: every verifier may audit".to_owned(),
            Draw::Pending => "the draw is not there yet".to_owned(),
        },
        Event::AuditForced(forced) => {
            format!("the requester paid {} for an audit: every verifier may take it", tokens(forced.paid))
        }
        Event::AuditClaimed(audit) => {
            let how = if audit.drawn { "was drawn and took the audit on" } else { "took an audit on without a ticket" };
            format!("{} {how}, which locked {}", audit.verifier, tokens(audit.lock))
        }
        Event::AuditPosted(audit) => match (audit.state, audit.refutes) {
            (AuditState::Differs { root }, true) => {
                format!("{} found {} too: the run is refuted", audit.verifier, Root(root))
            }
            (AuditState::Differs { root }, false) => format!("{} found {} instead", audit.verifier, Root(root)),
            (AuditState::Agreed { .. }, _) => format!("{} found the same", audit.verifier),
            (AuditState::Claimed, _) => format!("{} owes an answer", audit.verifier),
        },
        Event::AuditOpened(audit) => {
            let tree = match audit.tree {
                OpenedTree::Output => "the output's tree",
                OpenedTree::Keyed => "its own tree",
            };
            let earns = if audit.earns { ": it has earned its reward if the run is upheld" } else { "" };
            format!("{} opened the picked leaf in {tree}{earns}", audit.verifier)
        }
        Event::TaskSettled(run) => {
            let how = outcome_name(run.outcome);
            let slashed = if run.slashed > 0 { format!(", which lost {}", tokens(run.slashed)) } else { String::new() };
            format!("the run of {} was decided: {how}{slashed}", run.provider)
        }
        Event::AuditClosed(audit) => match audit.state {
            AuditState::Claimed => format!("the audit of {} was closed; it never answered", audit.verifier),
            AuditState::Agreed { .. } | AuditState::Differs { .. } => {
                format!("the audit of {} was closed, {} of its lock freed", audit.verifier, tokens(audit.released))
            }
        },
        Event::RunAbandoned(run) => {
            let next = if run.reopened { "; its slot is free again" } else { "" };
            format!("{} did not deliver in time{next}", run.provider)
        }
        Event::RunSilent(run) => {
            format!("{} did not show what it had sealed, and lost {}", run.provider, tokens(run.slashed))
        }
        Event::TaskExpired(_) => "ended without a result".to_owned(),
        Event::TaskCancelled(_) => "taken back by its requester".to_owned(),
        Event::TaskClosed(_) => "its last account was closed".to_owned(),
        Event::ReputationChanged(change) => {
            let because = match change.because {
                Because::Upheld => "a checked run was upheld",
                Because::Slashed => "its run was slashed",
                Because::NoShow => "it did not deliver",
                Because::Silent => "it did not show what it had sealed",
            };
            let score = tessera_migrations::units::tokens(change.score, 6);
            format!("{} has a score of {score} now: {because}", change.provider)
        }
        other => other.name().to_owned(),
    }
}
