//! Which accounts of the program a request is about: filters that the node applies.

use anchor_lang::Discriminator;
use anchor_lang::prelude::Pubkey;
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};

use crate::versioned::Stored;
use crate::world::AccountKind;

/// Where `Provider::market` stands: behind the discriminator, version and two bumps.
const PROVIDER_MARKET: usize = 8 + 3;
/// Where `Task::terms.market` stands: behind the discriminator, version, three bumps, state, escrow, deadline, count,
/// hash and reserve.
const TASK_MARKET: usize = 8 + 4 + 1 + 8 + 16 + 2 + 32 + 64;
/// Where `Run::task` stands: behind the discriminator, version and bump.
pub(crate) const RUN_TASK: usize = 8 + 2;
/// Where `Audit::run` stands: behind the discriminator, version and bump.
pub(crate) const AUDIT_RUN: usize = 8 + 2;

/// The accounts of a kind that concern a market; of runs and audits, which name no market, all.
pub(crate) fn filters(kind: AccountKind, market: Pubkey) -> Vec<RpcFilterType> {
    let discriminator = bytes(0, kind.discriminator());
    match kind {
        AccountKind::Provider => vec![discriminator, bytes(PROVIDER_MARKET, market.as_ref())],
        AccountKind::Task => vec![discriminator, bytes(TASK_MARKET, market.as_ref())],
        AccountKind::Run | AccountKind::Audit => vec![discriminator],
    }
}

/// The accounts of type `T`.
pub(crate) fn of<T: Stored + Discriminator>() -> Vec<RpcFilterType> {
    vec![bytes(0, T::DISCRIMINATOR)]
}

/// The accounts of type `T` that hold `key` at `offset`.
pub(crate) fn of_with<T: Stored + Discriminator>(offset: usize, key: Pubkey) -> Vec<RpcFilterType> {
    vec![bytes(0, T::DISCRIMINATOR), bytes(offset, key.as_ref())]
}

fn bytes(offset: usize, bytes: &[u8]) -> RpcFilterType {
    RpcFilterType::Memcmp(Memcmp::new_base58_encoded(offset, bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use anchor_lang::AccountSerialize;
    use tessera::state::{Audit, Provider, Run, Task, Verdict};

    use super::*;
    use crate::fake::fixture::{self, key};

    fn at(account: &impl AccountSerialize, offset: usize) -> Pubkey {
        let mut bytes = Vec::new();
        account.try_serialize(&mut bytes).unwrap();
        Pubkey::try_from(&bytes[offset..offset + 32]).unwrap()
    }

    #[test]
    fn offsets_are_where_the_program_writes_the_keys() {
        let run: Run = fixture::run(key(2), key(3), key(4));
        let audit: Audit = fixture::audit(key(5), key(1), key(4), [0; 32], Verdict::Agrees);
        let provider: Provider = fixture::provider(key(1), key(4));
        let task: Task = fixture::task(key(1), key(4), 0);
        assert_eq!(at(&provider, PROVIDER_MARKET), key(1));
        assert_eq!(at(&task, TASK_MARKET), key(1));
        assert_eq!(at(&run, RUN_TASK), key(2));
        assert_eq!(at(&audit, AUDIT_RUN), key(5));
    }
}
