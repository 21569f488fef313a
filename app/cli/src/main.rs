//! The binary `tessera`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(tessera_cli::main(std::env::args_os()))
}
