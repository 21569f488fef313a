//! Bringing a market into being, and to the present layout. Each step looks first and does only what is missing.

use serde::Serialize;
use tessera_chain::{
    Chain, ChainError, Instruction, Keypair, MarketInitArgs, MintInfo, Outdated, OutdatedKind, Outgoing, Pubkey,
    Signer, address, ix, program,
};

use crate::differences::{Difference, differences};
use crate::params::{Params, ParamsError};

/// Accounts brought to the present layout by one transaction.
const MIGRATIONS_PER_TRANSACTION: usize = 8;
/// Wrapped SOL of either token program, which cannot be burned.
const NATIVE_MINTS: [Pubkey; 2] = [
    Pubkey::from_str_const("So11111111111111111111111111111111111111112"),
    Pubkey::from_str_const("9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXej9"),
];

/// Whether a market in this mint pays in wrapped SOL.
#[must_use]
pub fn is_native(mint: &Pubkey) -> bool {
    NATIVE_MINTS.contains(mint)
}

/// Which market is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Tells a creator's markets in one mint apart.
    pub id: u16,
    /// The mint in which tasks are paid.
    pub mint: MintChoice,
    /// Wallet that owns swept fees; the creator when `None`.
    pub treasury: Option<Pubkey>,
    /// Who may change parameters later; the creator when `None`.
    pub authority: Option<Pubkey>,
    /// The market's parameters.
    pub params: Params,
}

/// Where the market's mint comes from.
#[derive(Clone, Copy, Debug)]
pub enum MintChoice {
    /// This one.
    Existing(Pubkey),
    /// That of the creator's market with this id if there is one, else a new mint whose authority is the creator.
    OwnOrNew {
        /// Decimals of a new mint.
        decimals: u8,
    },
}

/// What was found and done. Running it again finds everything and does nothing.
#[derive(Clone, Debug, Serialize)]
pub struct Migrated {
    /// The market.
    #[serde(with = "crate::units::as_text")]
    pub market: Pubkey,
    /// Its mint.
    #[serde(with = "crate::units::as_text")]
    pub mint: Pubkey,
    /// The mint's decimals.
    pub decimals: u8,
    /// The mint was created now.
    pub mint_created: bool,
    /// The market was created now.
    pub market_created: bool,
    /// Accounts of an earlier layout that were brought to the present one now.
    pub accounts_migrated: usize,
    /// Parameters on chain that are not those wanted; they were left alone, their authority may propose others.
    pub differences: Vec<Difference>,
}

/// Why a market could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The parameters are wrong.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// The chain refused or could not be reached.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The program is not there.
    #[error("the program {program} is not deployed on this cluster: {missing}")]
    NotDeployed {
        /// Its address.
        program: Pubkey,
        /// What is needed to deploy it.
        missing: String,
    },
    /// The mint is not there.
    #[error("{0} is no mint of the Token or Token-2022 program on this cluster; give another one with --mint")]
    NoMint(Pubkey),
    /// A file of the deployment could not be written.
    #[error("cannot write the program to a temporary file: {0}")]
    File(#[from] std::io::Error),
}

/// Makes sure that the market wanted exists and that it, its providers and all models have the present layout; `creator`
/// signs and pays for what is missing. Fee vaults are opened by the settlements that need them.
///
/// # Errors
/// [`MigrationError`]. What was done before the error stays and is found by the next call.
pub async fn migrate(chain: &dyn Chain, creator: &Keypair, wanted: &Wanted) -> Result<Migrated, MigrationError> {
    if !chain.account_exists(program::ID).await? {
        return Err(MigrationError::NotDeployed {
            program: program::ID,
            missing: "`cargo run -p tessera-migrations` deploys it".to_owned(),
        });
    }
    let key = creator.pubkey();
    let new_mint = Keypair::new();
    let (mint, mint_created) = match wanted.mint {
        MintChoice::Existing(mint) => (known(chain, mint).await?, false),
        MintChoice::OwnOrNew { decimals } => match own_mint(chain, key, wanted.id).await? {
            Some(mint) => (known(chain, mint).await?, false),
            None => (MintInfo { key: new_mint.pubkey(), decimals, supply: 0, program: ix::TOKEN_PROGRAM }, true),
        },
    };
    let native = is_native(&mint.key);
    let params = wanted.params.on_chain(mint.decimals, native)?;
    let epoch_seconds = wanted.params.epoch_seconds()?;
    let address = address::market(&mint.key, &key, wanted.id);

    let outdated = chain.outdated(address).await?;
    bring_up_to_date(chain, creator, mint.key, &outdated).await?;
    let existing = chain.market(address).await?;
    if existing.is_none() {
        let mut instructions: Vec<Instruction> = Vec::new();
        if mint_created {
            let rent = chain.rent_exempt(ix::MINT_BYTES).await?;
            instructions.extend(ix::mint_create(key, mint.key, key, mint.decimals, rent)?);
        }
        let (authority, treasury) = (wanted.authority.unwrap_or(key), wanted.treasury.unwrap_or(key));
        let args = MarketInitArgs { id: wanted.id, authority, treasury, epoch_seconds, params };
        instructions.push(ix::market_init(key, mint.key, mint.program, args));
        let signers: &[&Keypair] = if mint_created { &[creator, &new_mint] } else { &[creator] };
        chain.send(Outgoing::new("market_init", instructions), signers).await?;
    }
    let mut found = existing.as_ref().map(|market| differences(&params, &market.params)).unwrap_or_default();
    if let Some(market) = existing.as_ref().filter(|market| market.epoch_seconds != epoch_seconds) {
        let (wanted, on_chain) = (epoch_seconds.to_string(), market.epoch_seconds.to_string());
        found.push(Difference { name: "epoch_seconds", wanted, on_chain });
    }
    Ok(Migrated {
        market: address,
        mint: mint.key,
        decimals: mint.decimals,
        mint_created,
        market_created: existing.is_none(),
        accounts_migrated: outdated.len(),
        differences: found,
    })
}

/// The mint of the market with this id that `creator` has, in whatever layout.
async fn own_mint(chain: &dyn Chain, creator: Pubkey, id: u16) -> Result<Option<Pubkey>, MigrationError> {
    let markets = chain.markets().await?;
    if let Some(market) = markets.iter().find(|market| market.creator == creator && market.id == id) {
        return Ok(Some(market.mint));
    }
    let earlier = chain.outdated_markets().await?;
    Ok(earlier.iter().find(|market| market.creator == creator && market.id == id).map(|market| market.mint))
}

async fn known(chain: &dyn Chain, mint: Pubkey) -> Result<MintInfo, MigrationError> {
    chain.mint(mint).await?.ok_or(MigrationError::NoMint(mint))
}

/// Brings accounts of an earlier layout to the present one, the market first.
async fn bring_up_to_date(
    chain: &dyn Chain,
    payer: &Keypair,
    mint: Pubkey,
    outdated: &[Outdated],
) -> Result<(), MigrationError> {
    let mut outdated = outdated.to_vec();
    outdated.sort_by_key(|account| account.kind);
    for chunk in outdated.chunks(MIGRATIONS_PER_TRANSACTION) {
        let migrate = |account: &Outdated| match account.kind {
            OutdatedKind::Market => ix::market_migrate(payer.pubkey(), account.key, mint),
            OutdatedKind::Provider | OutdatedKind::Model => ix::account_migrate(payer.pubkey(), account.key),
        };
        let instructions: Vec<_> = chunk.iter().map(migrate).collect();
        chain.send(Outgoing::new("account_migrate", instructions), &[payer]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use tessera_chain::fake::{FakeChain, fixture};

    use super::*;

    fn wanted(mint: MintChoice) -> Wanted {
        Wanted { id: 0, mint, treasury: None, authority: None, params: Params::localnet().unwrap() }
    }

    /// A chain with the program, on which a sent `market_init` makes the market that it should.
    fn chain() -> FakeChain {
        let chain = FakeChain::new();
        chain.set_lamports(program::ID, 1);
        chain.on_send(|chain, outgoing, signers| {
            let init = outgoing.instructions.iter().find(|_| outgoing.label == "market_init");
            if let Some(init) = init.map(|_| outgoing.instructions.last().unwrap()) {
                let (mint, market) = (init.accounts[1].pubkey, init.accounts[2].pubkey);
                let program = init.accounts[5].pubkey;
                chain.put_mint(MintInfo { key: mint, decimals: 6, supply: 0, program });
                let params = Params::localnet().unwrap();
                let mut content = fixture::market(signers[0], mint);
                content.params = params.on_chain(6, false).unwrap();
                content.epoch_seconds = params.epoch_seconds().unwrap();
                content.token_program = program;
                chain.put_market(market, content);
            }
            chain.set_outdated(&[]);
            Ok(())
        });
        chain
    }

    #[tokio::test]
    async fn a_market_with_its_mint_is_made_once() {
        let (chain, creator) = (chain(), Keypair::new());
        let first = migrate(&chain, &creator, &wanted(MintChoice::OwnOrNew { decimals: 6 })).await.unwrap();
        assert!(first.mint_created && first.market_created && first.differences.is_empty());
        let again = migrate(&chain, &creator, &wanted(MintChoice::OwnOrNew { decimals: 6 })).await.unwrap();
        assert_eq!((again.market, again.mint), (first.market, first.mint));
        assert!(!again.mint_created && !again.market_created && again.differences.is_empty());
        assert_eq!(chain.sent_labels(), ["market_init"]);
    }

    #[tokio::test]
    async fn a_market_belongs_to_the_token_program_of_its_mint() {
        let (chain, creator) = (chain(), Keypair::new());
        let (mint, token_2022) = (fixture::key(7), fixture::key(8));
        chain.put_mint(MintInfo { key: mint, decimals: 6, supply: 0, program: token_2022 });
        migrate(&chain, &creator, &wanted(MintChoice::Existing(mint))).await.unwrap();
        assert_eq!(chain.sent()[0].instructions[0].accounts[5].pubkey, token_2022);
        let unknown = migrate(&chain, &creator, &wanted(MintChoice::Existing(fixture::key(9)))).await;
        assert!(matches!(unknown, Err(MigrationError::NoMint(_))));
    }

    #[tokio::test]
    async fn accounts_of_an_earlier_layout_are_brought_up_to_date_market_first_and_once() {
        let (chain, creator) = (chain(), Keypair::new());
        migrate(&chain, &creator, &wanted(MintChoice::OwnOrNew { decimals: 6 })).await.unwrap();
        let provider = |n| Outdated { key: fixture::key(n), kind: OutdatedKind::Provider };
        let mut outdated: Vec<_> = (10..20).map(provider).collect();
        outdated.push(Outdated { key: fixture::key(3), kind: OutdatedKind::Market });
        chain.set_outdated(&outdated);
        let migrated = migrate(&chain, &creator, &wanted(MintChoice::OwnOrNew { decimals: 6 })).await.unwrap();
        assert_eq!(migrated.accounts_migrated, 11);
        let sent = chain.sent();
        assert_eq!(chain.sent_labels(), ["market_init", "account_migrate", "account_migrate"]);
        assert_eq!(sent[1].instructions[0].accounts[1].pubkey, fixture::key(3), "the market first");
        assert_eq!((sent[1].instructions.len(), sent[2].instructions.len()), (8, 3));
        for transaction in &sent[1..] {
            assert!(ix::transaction_size(&transaction.instructions, &creator.pubkey()) <= ix::MAX_TRANSACTION);
        }
        let again = migrate(&chain, &creator, &wanted(MintChoice::OwnOrNew { decimals: 6 })).await.unwrap();
        assert_eq!(again.accounts_migrated, 0);
    }
}
