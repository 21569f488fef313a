//! Bringing a market into being: mint, market account, fee vaults. Each step looks first and does only what is missing.

use serde::Serialize;
use tessera_chain::{
    Chain, ChainError, Instruction, Keypair, Market, MarketInitArgs, Outgoing, Pubkey, Signer, Versioned, address, ix,
    program,
};

use crate::differences::{Difference, differences};
use crate::params::{Params, ParamsError};

/// Fee vaults that fit one transaction with room to spare.
const VAULTS_PER_TRANSACTION: usize = 4;
/// Wrapped SOL, which cannot be burned.
const NATIVE_MINT: Pubkey = Pubkey::from_str_const("So11111111111111111111111111111111111111112");
/// Bytes of a mint account.
const MINT_BYTES: usize = 82;

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
    /// Fee vaults that were opened now.
    pub fee_vaults_opened: usize,
    /// Parameters on chain that are not those wanted; they were left alone.
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
    /// The mint is not there, or is no SPL Token mint.
    #[error("{0} is no SPL Token mint on this cluster; give another one with --mint")]
    NoMint(Pubkey),
    /// A file of the deployment could not be written.
    #[error("cannot write the program to a temporary file: {0}")]
    File(#[from] std::io::Error),
}

/// Makes sure that the market wanted exists with all its fee vaults; `creator` signs and pays for what is missing.
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
    let own = match wanted.mint {
        MintChoice::Existing(_) => None,
        MintChoice::OwnOrNew { .. } => {
            let markets = chain.markets().await?;
            markets.into_iter().find(|market| market.creator == key && market.id == wanted.id)
        }
    };
    let new_mint = Keypair::new();
    let (mint, decimals, mint_created) = match (wanted.mint, &own) {
        (MintChoice::Existing(mint), _) => (mint, decimals_of(chain, mint).await?, false),
        (MintChoice::OwnOrNew { .. }, Some(market)) => (market.mint, decimals_of(chain, market.mint).await?, false),
        (MintChoice::OwnOrNew { decimals }, None) => (new_mint.pubkey(), decimals, true),
    };
    let params = wanted.params.on_chain(decimals, mint == NATIVE_MINT)?;
    let address = address::market(&mint, &key, wanted.id);

    let existing = chain.market(address).await?;
    let market_created = existing.is_none();
    let differences = existing.as_ref().map(|market| differences(&params, &market.params)).unwrap_or_default();
    if market_created {
        let treasury = wanted.treasury.unwrap_or(key);
        let authority = wanted.authority.unwrap_or(key);
        let mut instructions: Vec<Instruction> = Vec::new();
        if mint_created {
            let rent = chain.rent_exempt(MINT_BYTES).await?;
            instructions.extend(ix::mint_create(key, mint, key, decimals, rent)?);
        }
        instructions.push(ix::market_init(key, mint, MarketInitArgs { id: wanted.id, authority, treasury, params }));
        let signers: &[&Keypair] = if mint_created { &[creator, &new_mint] } else { &[creator] };
        chain.send(Outgoing::new("market_init", instructions), signers).await?;
    }
    let market = match existing {
        Some(market) => market,
        None => chain.market(address).await?.ok_or(ChainError::NotFound { what: "market".to_owned(), key: address })?,
    };
    let fee_vaults_opened = open_fee_vaults(chain, creator, &market).await?;
    Ok(Migrated { market: address, mint, decimals, mint_created, market_created, fee_vaults_opened, differences })
}

async fn decimals_of(chain: &dyn Chain, mint: Pubkey) -> Result<u8, MigrationError> {
    Ok(chain.mint(mint).await?.ok_or(MigrationError::NoMint(mint))?.decimals)
}

async fn open_fee_vaults(
    chain: &dyn Chain,
    payer: &Keypair,
    market: &Versioned<Market>,
) -> Result<usize, MigrationError> {
    let mut missing = Vec::new();
    for shard in 0..program::seeds::FEE_SHARDS {
        if !chain.account_exists(address::fee_vault(&market.key, shard)).await? {
            missing.push(ix::fee_vault_open(payer.pubkey(), market, shard));
        }
    }
    for chunk in missing.chunks(VAULTS_PER_TRANSACTION) {
        chain.send(Outgoing::new("fee_vault_open", chunk.to_vec()), &[payer]).await?;
    }
    Ok(missing.len())
}
