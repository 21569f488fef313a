//! A market on a cluster, seen by one wallet: what nearly every command begins with.

use std::sync::Arc;

use tessera_chain::{Chain, Keypair, Market, MintInfo, Pubkey, Signer, Versioned, address};
use tessera_migrations::units::{Amount, tokens};

use crate::config::Config;
use crate::error::CliError;
use crate::wallet::LocalWallet;

/// The market, its mint and the chain they are on.
#[derive(Clone)]
pub struct Session {
    /// The chain.
    pub chain: Arc<dyn Chain>,
    /// The market.
    pub market: Versioned<Market>,
    /// Its mint.
    pub mint: MintInfo,
}

impl Session {
    /// Connects and reads the configured market.
    ///
    /// # Errors
    /// [`CliError`] when no market is configured, it is not on this cluster, or the cluster is unreachable.
    pub async fn open(config: &Config) -> Result<Self, CliError> {
        let key = config.market()?;
        Self::of(Arc::new(config.chain()?), key).await
    }

    /// Reads a market of a chain.
    ///
    /// # Errors
    /// [`CliError::NotFound`] or [`CliError::Chain`].
    pub async fn of(chain: Arc<dyn Chain>, market: Pubkey) -> Result<Self, CliError> {
        let market = chain.market(market).await?.ok_or(CliError::NotFound { what: "market", key: market })?;
        let mint = chain.mint(market.mint).await?.ok_or(CliError::NotFound { what: "mint", key: market.mint })?;
        Ok(Self { chain, market, mint })
    }

    /// A typed amount in base units of the market's mint.
    ///
    /// # Errors
    /// [`CliError::Amount`] when the mint cannot express it.
    pub fn base_units(&self, amount: Amount) -> Result<u64, CliError> {
        Ok(amount.base_units(self.mint.decimals)?)
    }

    /// Base units as tokens, for people.
    #[must_use]
    pub fn tokens(&self, base_units: u64) -> String {
        tokens(base_units, self.mint.decimals)
    }

    /// The address of a wallet's Provider account in this market.
    #[must_use]
    pub fn provider_of(&self, wallet: &Pubkey) -> Pubkey {
        address::provider(&self.market.key, wallet)
    }

    /// The associated token account of `owner`, and the instruction by which `payer` makes sure that it is there.
    #[must_use]
    pub fn token_account_of(&self, owner: Pubkey, payer: Pubkey) -> (Pubkey, tessera_chain::Instruction) {
        let market = &self.market;
        let create = tessera_chain::ix::ata_create(payer, owner, market.mint, market.token_program);
        (address::market_token(&owner, market), create)
    }

    /// A token account of the wallet with at least `amount` base units, before anything is sent.
    ///
    /// # Errors
    /// [`CliError::Config`] says what the wallet has and what it needs, in SOL and in tokens.
    pub async fn token_account_with(&self, wallet: &Pubkey, amount: u64) -> Result<Pubkey, CliError> {
        if self.chain.lamports(*wallet).await? == 0 {
            return Err(CliError::config(
                format!("the wallet {wallet} has no SOL to pay for transactions"),
                "send it SOL (devnet: `solana airdrop 2`), or use another wallet with --keypair",
            ));
        }
        let mut accounts = self.chain.token_accounts(*wallet, self.market.mint).await?;
        accounts.retain(|account| !account.frozen);
        match accounts.iter().max_by_key(|account| account.amount) {
            Some(account) if account.amount >= amount => Ok(account.key),
            richest => Err(CliError::config(
                format!(
                    "the wallet {wallet} has {} tokens of mint {} in one account and needs {}",
                    self.tokens(richest.map_or(0, |account| account.amount)),
                    self.market.mint,
                    self.tokens(amount)
                ),
                "send it tokens of that mint, or use another wallet with --keypair",
            )),
        }
    }
}

/// A session and the wallet that signs.
#[derive(Clone)]
pub struct SignedSession {
    /// The market.
    pub session: Session,
    /// The wallet.
    pub wallet: Arc<Keypair>,
}

impl SignedSession {
    /// Opens a session with the configured wallet; the wallet is read first, so that a missing one needs no network.
    ///
    /// # Errors
    /// As [`Session::open`] and [`Config::wallet`].
    pub async fn open(config: &Config, role: LocalWallet) -> Result<Self, CliError> {
        let wallet = Arc::new(config.wallet(role)?);
        Ok(Self { session: Session::open(config).await?, wallet })
    }

    /// The wallet's address.
    #[must_use]
    pub fn key(&self) -> Pubkey {
        self.wallet.pubkey()
    }

    /// The wallet's Provider account.
    ///
    /// # Errors
    /// [`CliError::Config`] when it is not registered in this market.
    pub async fn provider(&self) -> Result<Versioned<tessera_chain::Provider>, CliError> {
        let key = self.session.provider_of(&self.key());
        self.session.chain.provider(key).await?.ok_or_else(|| {
            CliError::config(
                format!("the wallet {} is not registered in market {}", self.key(), self.session.market.key),
                "register it with `tessera provider register` (to check runs: --verify)",
            )
        })
    }

    /// Refuses what only the market's authority may do, before anything is sent.
    ///
    /// # Errors
    /// [`CliError::Config`] that names the authority.
    pub fn require_authority(&self) -> Result<(), CliError> {
        let authority = self.session.market.authority;
        if authority == self.key() {
            return Ok(());
        }
        Err(CliError::config(
            format!("only the market's authority {authority} may do this, and the wallet is {}", self.key()),
            "name the authority's wallet with --keypair; a multisig sends the instruction through its own program",
        ))
    }

    /// The instruction that makes sure that the wallet has its associated token account, and that account.
    #[must_use]
    pub fn own_token_account(&self) -> (Pubkey, tessera_chain::Instruction) {
        self.session.token_account_of(self.key(), self.key())
    }
}

/// Turns the answer "no such account" into the command line's error.
pub(crate) fn found<T>(account: Option<T>, what: &'static str, key: Pubkey) -> Result<T, CliError> {
    account.ok_or(CliError::NotFound { what, key })
}
