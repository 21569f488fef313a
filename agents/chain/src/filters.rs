//! Which accounts of the program a request is about: filters that the node applies.

use anchor_lang::Discriminator;
use anchor_lang::prelude::Pubkey;
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};
use tessera::state::LAYOUT_VERSION;

use crate::versioned::Stored;
use crate::world::AccountKind;

/// Where `Provider::market` stands: behind the discriminator, version and two bumps.
pub(crate) const PROVIDER_MARKET: usize = 8 + 3;
/// Where `Task::terms.market` stands: behind the discriminator and all fixed fields of the task.
const TASK_MARKET: usize = 398;
/// Where the market stands in accounts that name it first: behind the discriminator, version and bump.
const MARKET: usize = 8 + 2;
/// Where `Run::task`, `Audit::run` and `Dispute::run` stand: behind the market.
pub(crate) const PARENT: usize = MARKET + 32;

/// The accounts of a kind that belong to a market, of the present layout.
pub(crate) fn filters(kind: AccountKind, market: Pubkey) -> Vec<RpcFilterType> {
    let offset = match kind {
        AccountKind::Provider => PROVIDER_MARKET,
        AccountKind::Task => TASK_MARKET,
        AccountKind::Run
        | AccountKind::Audit
        | AccountKind::Dispute
        | AccountKind::Pool
        | AccountKind::Share
        | AccountKind::Balance => MARKET,
    };
    vec![head(kind.discriminator(), LAYOUT_VERSION), bytes(offset, market.as_ref())]
}

/// The accounts of type `T` of a layout version.
pub(crate) fn of<T: Stored + Discriminator>(version: u8) -> Vec<RpcFilterType> {
    vec![head(T::DISCRIMINATOR, version)]
}

/// The accounts of type `T` of a layout version that hold `key` at `offset`.
pub(crate) fn of_with<T: Stored + Discriminator>(version: u8, offset: usize, key: Pubkey) -> Vec<RpcFilterType> {
    vec![head(T::DISCRIMINATOR, version), bytes(offset, key.as_ref())]
}

fn head(discriminator: &[u8], version: u8) -> RpcFilterType {
    bytes(0, &[discriminator, &[version]].concat())
}

fn bytes(offset: usize, bytes: &[u8]) -> RpcFilterType {
    RpcFilterType::Memcmp(Memcmp::new_base58_encoded(offset, bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use anchor_lang::AccountSerialize;
    use tessera::state::AuditState;

    use super::*;
    use crate::fake::fixture::{self, key};

    fn written(account: &impl AccountSerialize) -> Vec<u8> {
        let mut bytes = Vec::new();
        account.try_serialize(&mut bytes).unwrap();
        bytes
    }

    fn at(account: &impl AccountSerialize, offset: usize) -> Pubkey {
        Pubkey::try_from(&written(account)[offset..offset + 32]).unwrap()
    }

    #[test]
    fn offsets_are_where_the_program_writes_the_keys() {
        let run = fixture::run(key(1), key(2), key(3), key(4));
        let audit = fixture::audit(key(5), key(1), key(4), AuditState::Claimed);
        let dispute = fixture::dispute(&fixture::submitted(key(1), key(2), key(3), key(4)), key(5), key(6));
        assert_eq!((at(&dispute, MARKET), at(&dispute, PARENT)), (key(1), key(5)));
        assert_eq!(at(&fixture::provider(key(1), key(4)), PROVIDER_MARKET), key(1));
        assert_eq!(at(&fixture::task(key(1), key(4), 0), TASK_MARKET), key(1));
        assert_eq!((at(&run, MARKET), at(&run, PARENT)), (key(1), key(2)));
        assert_eq!((at(&audit, MARKET), at(&audit, PARENT)), (key(1), key(5)));
        assert_eq!(at(&fixture::pool(key(1), 7), MARKET), key(1));
        assert_eq!(at(&fixture::share(key(1), key(3), 7), MARKET), key(1));
        assert_eq!(at(&fixture::balance(key(1), key(9)), MARKET), key(1));
    }

    #[test]
    fn the_version_follows_the_discriminator() {
        let bytes = written(&fixture::run(key(1), key(2), key(3), key(4)));
        let RpcFilterType::Memcmp(memcmp) = &filters(AccountKind::Run, key(1))[0] else { panic!("no comparison") };
        assert_eq!(memcmp.bytes().unwrap().as_slice(), &bytes[..9]);
    }
}
