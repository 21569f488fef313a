use anchor_lang::prelude::*;
use tessera_rules::AuditStanding;

use crate::errors::TesseraError;
use crate::state::{Audit, AuditState, Moment, Provider, Run, Winners};
use crate::{ID, seeds};

/// An audit passed to a settlement, with everything that closing it needs.
pub(crate) struct PassedAudit<'info> {
    /// The audit.
    pub(crate) audit: Box<Account<'info, Audit>>,
    /// Its verifier's Provider account. Not serialised by the framework: call `exit` after changing it.
    pub(crate) verifier: Box<Account<'info, Provider>>,
    /// The verifier's stake vault.
    pub(crate) vault: &'info AccountInfo<'info>,
    /// The wallet that paid the audit's rent.
    pub(crate) wallet: &'info AccountInfo<'info>,
}

/// Reads groups of `[audit, verifier, stake vault, authority's wallet]`, and checks that each belongs together and to the
/// run, that the run's provider is not among the verifiers, and that nothing was passed twice.
#[inline(never)]
pub(crate) fn load_audits<'info>(
    accounts: &'info [AccountInfo<'info>],
    run: &Pubkey,
    provider: &Pubkey,
) -> Result<Vec<PassedAudit<'info>>> {
    let mut passed: Vec<PassedAudit<'info>> = Vec::with_capacity(accounts.len() / 4);
    let groups = accounts.chunks_exact(4);
    require!(groups.remainder().is_empty(), TesseraError::AuditGroups);
    for group in groups {
        let group = PassedAudit::load(group)?;
        require_keys_eq!(group.audit.run, *run, TesseraError::AuditOfOtherRun);
        // The verifier's account is written here and the provider's by the framework: as one account, one write is lost.
        require_keys_neq!(group.audit.verifier, *provider, TesseraError::DuplicateAccount);
        let seen = passed.iter().any(|other| other.audit.verifier == group.audit.verifier);
        require!(!seen, TesseraError::DuplicateAccount);
        passed.push(group);
    }
    Ok(passed)
}

impl<'info> PassedAudit<'info> {
    #[inline(never)]
    fn load(group: &'info [AccountInfo<'info>]) -> Result<Self> {
        let [audit, verifier, vault, wallet] = group else {
            return err!(TesseraError::AuditGroups);
        };
        require!(group.iter().all(|account| account.is_writable), ErrorCode::ConstraintMut);
        let audit: Box<Account<'info, Audit>> = Box::new(Account::try_from(audit)?);
        let verifier: Box<Account<'info, Provider>> = Box::new(Account::try_from(verifier)?);
        require_keys_eq!(verifier.key(), audit.verifier, TesseraError::WrongProvider);
        require_keys_eq!(*wallet.key, audit.authority, TesseraError::WrongWallet);
        require_keys_eq!(*vault.key, audit.vault, TesseraError::WrongVault);
        Ok(Self { audit, verifier, vault, wallet })
    }
}

/// The address of a provider's stake vault, by its stored bump.
pub(crate) fn stake_vault_of(provider: &Account<'_, Provider>) -> Result<Pubkey> {
    let key = provider.key();
    let seeds: [&[u8]; 3] = [seeds::STAKE, key.as_ref(), &[provider.vault_bump]];
    Ok(Pubkey::create_program_address(&seeds, &ID).map_err(|_| TesseraError::WrongVault)?)
}

/// The two verifiers that refute the run: those that were pinned when the second answered, or else the two earliest of the
/// passed audits that differ in the same way.
pub(crate) fn refuting_pair(run: &Run, passed: &[PassedAudit<'_>]) -> Option<Winners> {
    if run.winners.is_some() {
        return run.winners;
    }
    let mut differing: Vec<(u16, Pubkey, [u8; 32])> = passed
        .iter()
        .filter_map(|p| p.audit.differing_root().map(|root| (p.audit.ordinal, p.audit.verifier, root)))
        .collect();
    differing.sort_unstable();
    differing.iter().enumerate().find_map(|(i, (_, first, root))| {
        let rest = differing.get(i.saturating_add(1)..)?;
        let (_, second, _) = rest.iter().find(|(_, _, other)| other == root)?;
        Some(Winners { first: *first, second: *second })
    })
}

impl Audit {
    /// How far the verifier had got when the run was decided.
    pub(crate) fn standing(&self, decided_at: Moment) -> AuditStanding {
        match self.state {
            AuditState::Claimed if self.answer_until.passed(decided_at) => AuditStanding::Silent,
            AuditState::Claimed => AuditStanding::Unanswered,
            AuditState::Agreed { .. } if self.opened.both() => AuditStanding::Proven,
            AuditState::Agreed { .. } => AuditStanding::Agreed,
            AuditState::Differs { .. } => AuditStanding::Differed,
        }
    }
}
