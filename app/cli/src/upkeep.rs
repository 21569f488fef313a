//! A market's own transitions that anyone may send: fees of epochs that are over, shares of pools, old books. Looked up at once,
//! without following the market.

use tessera_chain::due::{Crank, Due, of_market};
use tessera_chain::{Account, AccountKind, Receipt, Update, Versioned, World, crank};

use crate::error::CliError;
use crate::session::{Session, SignedSession};

/// What the chain shows of a market, apart from its tasks.
///
/// # Errors
/// [`CliError::Chain`].
pub async fn look(session: &Session) -> Result<World, CliError> {
    let (chain, market) = (session.chain.as_ref(), session.market.key);
    let mut world = World::new(market);
    world.apply(Update::Moment(chain.moment().await?));
    let at = session.market.slot;
    world.apply(Update::Account {
        key: market,
        slot: at,
        account: Account::Market(Box::new(session.market.data.clone())),
    });
    let providers = chain.providers(market).await?;
    list(&mut world, AccountKind::Provider, providers, |data| Account::Provider(Box::new(data)));
    let pools = chain.pools(market).await?;
    list(&mut world, AccountKind::Pool, pools, |data| Account::Pool(Box::new(data)));
    let shares = chain.shares(market).await?;
    list(&mut world, AccountKind::Share, shares, |data| Account::Share(Box::new(data)));
    Ok(world)
}

fn list<T>(world: &mut World, kind: AccountKind, accounts: Vec<Versioned<T>>, account: impl Fn(T) -> Account) {
    let Some(slot) = accounts.iter().map(|account| account.slot).max() else { return };
    let accounts = accounts.into_iter().map(|versioned| (versioned.key, account(versioned.data))).collect();
    world.apply(Update::Listing { kind, slot, accounts });
}

/// Sends all that is due of the kinds that `wanted` picks, in turn; the wallet signs and pays. Returns each with its receipt.
///
/// # Errors
/// [`CliError::Chain`]; what was sent before it has taken effect.
pub async fn send_due(
    signed: &SignedSession,
    world: &World,
    wanted: impl Fn(&Crank) -> bool,
) -> Result<Vec<(Due, Receipt)>, CliError> {
    let chain = signed.session.chain.as_ref();
    let mut sent = Vec::new();
    for due in of_market(world, world.moment).into_iter().filter(|due| wanted(&due.crank)) {
        for outgoing in crank(chain, world, &due, signed.key()).await? {
            let receipt = chain.send(outgoing, &[&signed.wallet]).await?;
            sent.push((due, receipt));
        }
    }
    Ok(sent)
}
