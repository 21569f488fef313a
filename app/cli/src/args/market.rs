//! `market init|show|params|authority|pause|resume|sweep|pool`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};
use tessera_chain::Pubkey;
use tessera_migrations::units::{Amount, Window};

/// Create, show and keep a market.
#[derive(Debug, Subcommand)]
pub enum MarketCommand {
    /// Create a market; done twice, it changes nothing
    Init(MarketInit),
    /// Show a market: mint, parameters, epoch, authority
    Show,
    /// Propose, apply, withdraw or show parameters
    #[command(subcommand)]
    Params(ParamsCommand),
    /// Hand the authority over
    #[command(subcommand)]
    Authority(AuthorityCommand),
    /// Take no new tasks and claims; what is under way goes on. The authority's
    Pause,
    /// Take tasks and claims again. The authority's
    Resume,
    /// Move the fees of epochs that are over to the treasury; anyone may
    Sweep,
    /// Epochs' books and what was given to their providers
    #[command(subcommand)]
    Pool(PoolCommand),
}

/// Flags of `market init`.
#[derive(Debug, Args)]
pub struct MarketInit {
    /// Mint in which tasks are paid, of the Token or the Token-2022 program
    #[arg(long, value_name = "ADDRESS")]
    pub mint: Pubkey,
    /// Parameters, in the form of migrations/params.devnet.toml [default: those of that file]
    #[arg(long, value_name = "FILE")]
    pub params: Option<PathBuf>,
    /// How long a fee epoch lasts, 1h to 31days, fixed for good [default: as in the parameters]
    #[arg(long, value_name = "DURATION")]
    pub epoch: Option<Window>,
    /// Tells a wallet's markets in one mint apart
    #[arg(long, default_value_t = 0)]
    pub id: u16,
    /// Wallet that owns swept fees [default: the creator]
    #[arg(long, value_name = "ADDRESS")]
    pub treasury: Option<Pubkey>,
    /// Who may propose parameters and pause, meant to be a multisig [default: the creator]
    #[arg(long, value_name = "ADDRESS")]
    pub authority: Option<Pubkey>,
}

/// Parameters of a market.
#[derive(Debug, Subcommand)]
pub enum ParamsCommand {
    /// Propose parameters; they can be applied after the market's timelock. The authority's
    Propose {
        /// All parameters, in the form of migrations/params.devnet.toml; `[fees]` is fixed and must be the market's
        #[arg(long, value_name = "FILE")]
        params: PathBuf,
    },
    /// Put the proposed parameters into force once they have waited; anyone may
    Apply,
    /// Drop the proposed parameters. The authority's
    Withdraw,
    /// Show the parameters in force and those proposed
    Show,
}

/// The authority's place.
#[derive(Debug, Subcommand)]
pub enum AuthorityCommand {
    /// Offer it, or take the offer back
    #[command(group = clap::ArgGroup::new("whom").required(true))]
    Offer {
        /// To this wallet or program's address
        #[arg(group = "whom")]
        to: Option<Pubkey>,
        /// Take the offer back
        #[arg(long, group = "whom")]
        withdraw: bool,
    },
    /// Accept the offer, with the wallet to which it was made
    Accept,
}

/// Books of epochs.
#[derive(Debug, Subcommand)]
pub enum PoolCommand {
    /// Open an epoch's books; whoever settles a task does it otherwise
    Open {
        /// `current`, `next`, or a number up to 52 epochs ahead
        #[arg(long, default_value_t = EpochChoice::Current)]
        epoch: EpochChoice,
    },
    /// Give tokens to the providers of an epoch, shared by the fees that they bring; opens its books if needed
    Fund {
        /// How many
        tokens: Amount,
        /// `current`, `next`, or a number up to 52 epochs ahead
        #[arg(long, default_value_t = EpochChoice::Current)]
        epoch: EpochChoice,
    },
    /// Pay the shares of epochs that are over into their providers' stakes; anyone may
    Claim {
        /// Only of this epoch
        #[arg(long, value_name = "N")]
        epoch: Option<u64>,
        /// Only of this Provider account
        #[arg(long, value_name = "ADDRESS")]
        provider: Option<Pubkey>,
    },
    /// Close the books of epochs that ended four epochs ago; what is left goes to the insurance vault
    Close {
        /// Only of this epoch
        #[arg(long, value_name = "N")]
        epoch: Option<u64>,
    },
    /// Show the books that are open
    Show {
        /// Only of this epoch
        #[arg(long, value_name = "N")]
        epoch: Option<u64>,
    },
}

/// An epoch, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochChoice {
    /// The one that the chain's clock is in.
    Current,
    /// The one after it.
    Next,
    /// By its number.
    Number(u64),
}

impl EpochChoice {
    /// Its number, where `current` is the current one's.
    #[must_use]
    pub const fn number(self, current: u64) -> u64 {
        match self {
            Self::Current => current,
            Self::Next => current.saturating_add(1),
            Self::Number(number) => number,
        }
    }
}

impl FromStr for EpochChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "current" => Ok(Self::Current),
            "next" => Ok(Self::Next),
            number => number
                .parse()
                .map(Self::Number)
                .map_err(|_| format!("`{text}` is no epoch: write current, next or a number")),
        }
    }
}

impl std::fmt::Display for EpochChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Current => f.write_str("current"),
            Self::Next => f.write_str("next"),
            Self::Number(number) => number.fmt(f),
        }
    }
}
