//! `completions <shell>`.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;

/// Prints the completion script of a shell to stdout.
pub fn print(shell: Shell) {
    clap_complete::generate(shell, &mut Cli::command(), "tessera", &mut std::io::stdout());
}
