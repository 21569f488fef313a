//! `dispute list|show|open|play`.

use clap::Subcommand;
use tessera_chain::Pubkey;

/// Challenge wrong runs, and defend right ones, move by move.
#[derive(Debug, Subcommand)]
pub enum DisputeCommand {
    /// List the market's open disputes
    List {
        /// Only those in which the wallet is a side
        #[arg(long)]
        mine: bool,
    },
    /// Show one dispute: sides, clocks, what is claimed
    Show {
        /// The dispute's address
        dispute: Pubkey,
    },
    /// Compute a submitted run again and, if it is wrong, open a dispute and play it to its end
    Open {
        /// The run's address
        run: Pubkey,
    },
    /// Play the wallet's disputes to their ends, as provider or challenger
    Play {
        /// Only this one
        dispute: Option<Pubkey>,
    },
}
