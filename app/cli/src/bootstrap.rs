//! A chain inside this process with everything on it: program, market, funded wallets. For `localnet` and the demo.

use std::sync::Arc;
use std::time::Duration;

use tessera_chain::{
    Chain, Endpoints, FeedPolicy, Keypair, Outgoing, Pubkey, RpcChain, SendPolicy, Signer, address, ix, program,
};
use tessera_localnet::{Localnet, Options};
use tessera_migrations::{Migrated, MintChoice, Params, Wanted, migrate};

use crate::error::CliError;
use crate::session::{Session, SignedSession};

/// Decimals of the mint.
pub const DECIMALS: u8 = 6;
/// Lamports of each wallet: 100 SOL.
pub const LAMPORTS: u64 = 100_000_000_000;
/// Base units of each wallet: 1,000,000 tokens.
pub const BASE_UNITS: u64 = 1_000_000_000_000;

/// How the chain is started.
#[derive(Clone, Debug)]
pub struct Ports {
    /// RPC port; a free one when `None`.
    pub rpc: Option<u16>,
    /// Websocket port; a free one when `None`.
    pub ws: Option<u16>,
    /// Time between blocks.
    pub slot_time: Duration,
}

/// A chain with a market on it.
pub struct Bootstrap {
    /// The chain's servers.
    pub localnet: Localnet,
    /// A client of it.
    pub chain: Arc<dyn Chain>,
    /// The market and its mint, as `migrate` left them.
    pub migrated: Migrated,
}

impl Bootstrap {
    /// Starts the chain, deploys the program, creates mint and market, and gives each wallet [`LAMPORTS`] and
    /// [`BASE_UNITS`]. `operator` owns the market and the mint.
    ///
    /// # Errors
    /// [`CliError`] says which part failed; dropping what was started ends it.
    pub async fn start(ports: Ports, operator: &Keypair, wallets: &[Pubkey]) -> Result<Self, CliError> {
        let options = Options { rpc_port: ports.rpc, ws_port: ports.ws, slot_time: ports.slot_time };
        let funded: Vec<Pubkey> = std::iter::once(operator.pubkey()).chain(wallets.iter().copied()).collect();
        // Starting blocks for a fraction of a second and makes a runtime of its own, which cannot be done inside one.
        let localnet = blocking(move || {
            let localnet = Localnet::start(options)?;
            localnet.deploy(&program::ID, tessera_elf::ELF)?;
            for wallet in &funded {
                localnet.airdrop(wallet, LAMPORTS)?;
            }
            Ok(localnet)
        })
        .await?;
        let endpoints = Endpoints::new(vec![localnet.rpc_url().to_owned()], vec![localnet.ws_url().to_owned()]);
        let chain: Arc<dyn Chain> =
            Arc::new(RpcChain::connect(endpoints?, SendPolicy::default(), FeedPolicy::default())?);
        let migrated = furnish(chain.as_ref(), operator, wallets).await?;
        Ok(Self { localnet, chain, migrated })
    }

    /// The market, seen by a wallet.
    ///
    /// # Errors
    /// [`CliError::Chain`].
    pub async fn session(&self, wallet: &Keypair) -> Result<SignedSession, CliError> {
        let session = Session::of(self.chain.clone(), self.migrated.market).await?;
        Ok(SignedSession { session, wallet: Arc::new(wallet.insecure_clone()) })
    }

    /// Ends the chain and waits until its ports are free.
    ///
    /// # Errors
    /// [`CliError::Localnet`].
    pub async fn stop(self) -> Result<(), CliError> {
        let localnet = self.localnet;
        blocking(move || localnet.stop()).await
    }
}

/// Creates mint and market of `operator`, who pays, and gives each wallet [`BASE_UNITS`]. The program is there, and the operator
/// has lamports.
///
/// # Errors
/// [`CliError`] says which part failed; the next call finds what was done.
pub async fn furnish(chain: &dyn Chain, operator: &Keypair, wallets: &[Pubkey]) -> Result<Migrated, CliError> {
    let wanted = Wanted {
        id: 0,
        mint: MintChoice::OwnOrNew { decimals: DECIMALS },
        treasury: None,
        authority: None,
        params: Params::localnet().map_err(tessera_migrations::MigrationError::from)?,
    };
    let migrated = migrate(chain, operator, &wanted).await?;
    let (key, mint) = (operator.pubkey(), migrated.mint);
    for wallet in wallets {
        let account = address::associated_token(wallet, &mint, &ix::TOKEN_PROGRAM);
        let create = ix::ata_create(key, *wallet, mint, ix::TOKEN_PROGRAM);
        let instructions = vec![create, ix::mint_to(mint, account, key, BASE_UNITS, ix::TOKEN_PROGRAM)?];
        chain.send(Outgoing::new("mint_to", instructions), &[operator]).await?;
    }
    Ok(migrated)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, tessera_localnet::LocalnetError> + Send + 'static,
) -> Result<T, CliError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(e) => Err(CliError::failed(format!("the embedded chain failed: {e}"), "run the command again with -vv")),
    }
}
