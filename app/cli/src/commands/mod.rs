//! One file per noun, one function per verb.

pub mod account;
pub mod agents;
pub mod authority;
pub mod balance;
pub mod bench;
pub mod commit;
pub mod completions;
pub mod demo;
pub mod dispute;
pub mod localnet;
pub mod market;
pub mod model;
pub mod params;
pub mod pool;
pub mod provider;
pub mod stake;
pub mod sweep;
pub mod task;
pub mod wallet;

use crate::args::Command;
use crate::config::Config;
use crate::error::CliError;

/// Carries out a command.
///
/// # Errors
/// [`CliError`], with what to do next and the exit code.
pub async fn run(command: Command, config: &Config) -> Result<(), CliError> {
    match command {
        Command::Demo => demo::run(config).await,
        Command::Localnet(args) => localnet::run(config, args).await,
        Command::Market(command) => market::run(config, command).await,
        Command::Provider(command) => provider::run(config, command).await,
        Command::Stake(command) => stake::run(config, command).await,
        Command::Verifier(command) => agents::verifier(config, command).await,
        Command::Dispute(command) => dispute::run(config, command).await,
        Command::Task(command) => task::run(config, command).await,
        Command::Model(command) => model::run(config, command).await,
        Command::Balance(command) => balance::run(config, command).await,
        Command::Account(command) => account::run(config, command).await,
        Command::Wallet(args) => wallet::run(config, args).await,
        Command::Bench(args) => bench::run(config, args).await,
        Command::Completions { shell } => {
            completions::print(shell);
            Ok(())
        }
    }
}
