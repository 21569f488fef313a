//! Deploying the program to a cluster, with the Solana tools: they own the upload's many transactions and its resumption.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tessera_chain::{Chain, program};
use tokio::process::Command;

use crate::market::MigrationError;

/// What a deployment needs.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// RPC address of the cluster.
    pub url: String,
    /// Keypair file of the wallet that pays, and that may upgrade the program afterwards.
    pub payer: PathBuf,
    /// Keypair file of the program's address.
    pub program_keypair: PathBuf,
}

/// Whether the program had to be deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployed {
    /// It was there.
    Already,
    /// It is there now.
    Now,
}

/// Makes sure that the program is on the cluster.
///
/// # Errors
/// [`MigrationError::NotDeployed`] says exactly what is missing when it is not there and cannot be deployed.
pub async fn ensure_program(chain: &dyn Chain, deployment: &Deployment) -> Result<Deployed, MigrationError> {
    if chain.account_exists(program::ID).await? {
        return Ok(Deployed::Already);
    }
    let missing = |missing: String| MigrationError::NotDeployed { program: program::ID, missing };
    let keypair = &deployment.program_keypair;
    if !keypair.exists() {
        return Err(missing(format!(
            "its keypair is needed to deploy it, and there is no {}; whoever deployed it first has it, name it with \
             --program-keypair",
            keypair.display()
        )));
    }
    let mut elf = tempfile::NamedTempFile::with_suffix(".so")?;
    elf.write_all(tessera_elf::ELF)?;
    elf.flush()?;
    tracing::info!(program = %program::ID, cluster = deployment.url, "deploying");
    let status = solana_program_deploy(deployment, elf.path()).status().await.map_err(|error| {
        missing(format!(
            "deploying it needs Solana's command line, and `solana` does not start ({error}); install it from \
             https://docs.anza.xyz/cli/install and run this again"
        ))
    })?;
    if !status.success() {
        return Err(missing(format!(
            "`solana program deploy` failed ({status}), see its output above; it needs about {:.2} SOL in {} \
             (devnet: `solana airdrop 2`, or https://faucet.solana.com), and continues where it stopped when this is \
             run again",
            rent_in_sol(tessera_elf::ELF.len()),
            deployment.payer.display()
        )));
    }
    if chain.account_exists(program::ID).await? {
        Ok(Deployed::Now)
    } else {
        Err(missing(format!("{} is the keypair of another address", keypair.display())))
    }
}

fn solana_program_deploy(deployment: &Deployment, elf: &Path) -> Command {
    let mut command = Command::new("solana");
    command
        .args(["program", "deploy", "--url", &deployment.url, "--keypair"])
        .arg(&deployment.payer)
        .arg("--fee-payer")
        .arg(&deployment.payer)
        .arg("--program-id")
        .arg(&deployment.program_keypair)
        .arg(elf)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// An estimate for people: rent at 6,960 lamports a byte, the buffer's bytes only (they become the program's).
#[allow(clippy::cast_precision_loss, reason = "an estimate to two decimals")]
fn rent_in_sol(bytes: usize) -> f64 {
    bytes as f64 * 6_960.0 / 1e9
}
