use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;

use super::scene::Scene;
use super::step::{Attack, Step};

/// The transaction as an attacker alters it; `None` where that would only be another honest call, or changes nothing.
pub(crate) fn altered(scene: &Scene, step: &Step, mut honest: Instruction, attack: Attack) -> Option<Instruction> {
    let metas = honest.accounts.len();
    let before = honest.accounts.clone();
    match attack {
        Attack::None => return Some(honest),
        Attack::Unsigned(at) => {
            let signers: Vec<Pubkey> =
                honest.accounts.iter().filter(|meta| meta.is_signer).map(|meta| meta.pubkey).collect();
            let key = *signers.get(usize::from(at) % signers.len().max(1))?;
            for meta in honest.accounts.iter_mut().filter(|meta| meta.pubkey == key) {
                meta.is_signer = false;
            }
        }
        Attack::ReadOnly(at) => honest.accounts[usize::from(at) % metas].is_writable = false,
        Attack::Replaced { at, by } => {
            let at = usize::from(at) % metas;
            if is_free(scene, step, at, honest.accounts[at].is_signer, &honest.accounts[at].pubkey) {
                return None;
            }
            let other = stranger(scene, by);
            if is_governed(scene, step, &other) {
                return None;
            }
            honest.accounts[at].pubkey = other;
        }
        Attack::Doubled { at, from } => {
            let (at, from) = (usize::from(at) % metas, usize::from(from) % metas);
            if is_free(scene, step, at, honest.accounts[at].is_signer, &honest.accounts[at].pubkey) {
                return None;
            }
            honest.accounts[at].pubkey = honest.accounts[from].pubkey;
        }
    }
    (honest.accounts != before).then_some(honest)
}

/// Whether the step with this account would be the same one in another market, which may have the same authority.
fn is_governed(scene: &Scene, step: &Step, other: &Pubkey) -> bool {
    let governs = matches!(
        step,
        Step::Propose { .. }
            | Step::DropProposal { .. }
            | Step::Pause { .. }
            | Step::Offer { .. }
            | Step::Accept { .. }
    );
    governs && scene.markets.iter().any(|market| market.key == *other)
}

/// Whether anybody may choose this account: another choice is another honest call.
fn is_free(scene: &Scene, step: &Step, at: usize, signs: bool, key: &Pubkey) -> bool {
    match step {
        Step::Draw { .. }
        | Step::Recount { .. }
        | Step::Apply { .. }
        | Step::Commit { .. }
        | Step::Migrate { .. }
        | Step::MarketInit { .. }
        | Step::ModelRegister => true,
        Step::Settle { .. } | Step::Expire { .. } => signs || *key == scene.wallets[9].token,
        Step::PoolOpen { .. }
        | Step::FeeVaultOpen { .. }
        | Step::ShareOpen { .. }
        | Step::FeeSweep { .. }
        | Step::PoolClaim { .. }
        | Step::PoolClose { .. } => signs,
        Step::Withdraw { .. } | Step::BalanceClaim { .. } => at == 5,
        // A requester chooses its market, and a model or none.
        Step::Create { .. } => at == 1 || at == 6,
        _ => false,
    }
}

/// Accounts that an attacker may have: everybody's.
fn stranger(scene: &Scene, number: u8) -> Pubkey {
    let mut all = vec![tessera::ID, scene.model];
    for staker in &scene.stakers {
        all.extend([staker.provider, staker.vault]);
    }
    for wallet in &scene.wallets {
        all.extend([wallet.key, wallet.token]);
    }
    for market in &scene.markets {
        all.extend([market.key, market.insurance_vault, market.unclaimed_vault, market.mint]);
    }
    for task in &scene.tasks {
        all.extend([task.key, task.vault]);
    }
    for (task, by) in [(0, 0), (0, 1), (1, 0), (2, 6), (4, 0), (5, 8)] {
        all.push(scene.run(task, by).key);
    }
    all[usize::from(number) % all.len()]
}
