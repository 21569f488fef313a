//! The `cargo-build-sbf` that builds the program, and how it is run.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::progress::Progress;

/// Variables by which the outer cargo (or clippy) would change the nested build.
const OUTER_BUILD: [&str; 10] = [
    "CARGO",
    "RUSTC",
    "RUSTDOC",
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_TARGET",
    "CLIPPY_ARGS",
    "CLIPPY_CONF_DIR",
];

/// Prefixes of variables that cargo sets for a build script about its own package.
const PACKAGE_PREFIXES: [&str; 5] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CFG_", "CARGO_FEATURE_", "DEP_"];

/// A `cargo-build-sbf` executable.
pub struct Builder {
    command: PathBuf,
}

impl Builder {
    /// The one on `PATH`, else the project's own.
    pub fn find(workspace: &Path) -> Self {
        let on_path = env::var_os("PATH").and_then(|path| {
            env::split_paths(&path).map(|folder| folder.join("cargo-build-sbf")).find(|command| command.is_file())
        });
        Self { command: on_path.unwrap_or_else(|| workspace.join("tools/sbf/cargo-build-sbf")) }
    }

    /// What tells one builder's output from another's: its version line and the compiler's.
    pub fn identity(&self) -> Result<String, String> {
        let version = |mut command: Command| -> Result<String, String> {
            let name = command.get_program().display().to_string();
            let output = clean(&mut command)
                .arg("--version")
                .output()
                .map_err(|error| format!("{name}: {error}; it must be executable and bash must be installed"))?;
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        };
        Ok(version(Command::new(&self.command))? + &version(Command::new("rustc"))?)
    }

    /// Builds `programs/tessera` in `target` and returns the path of `tessera.so`.
    pub fn build(&self, workspace: &Path, target: &Path, progress: &mut Progress) -> Result<PathBuf, String> {
        progress.say(&format!(
            "tessera-elf: building the program with {} (half a minute; once more to install tools)",
            self.command.display()
        ));
        let out = target.join("deploy");
        let log_path = target.join("build.log");
        let mut log = fs::File::create(&log_path).map_err(|error| format!("{}: {error}", log_path.display()))?;
        let mut command = Command::new(&self.command);
        clean(&mut command)
            .current_dir(workspace)
            .env("CARGO_TARGET_DIR", target)
            .arg("--manifest-path")
            .arg(workspace.join("programs/tessera/Cargo.toml"))
            .arg("--sbf-out-dir")
            .arg(&out)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", self.command.display()))?;
        if let Some(stderr) = child.stderr.take() {
            for line in BufReader::new(stderr).split(b'\n') {
                let line = line.map_err(|error| format!("reading the build's output: {error}"))?;
                let line = String::from_utf8_lossy(&line);
                writeln!(log, "{line}").map_err(|error| format!("{}: {error}", log_path.display()))?;
                if line.starts_with("sbf: ") {
                    progress.say(&line);
                }
            }
        }
        let status = child.wait().map_err(|error| format!("waiting for {}: {error}", self.command.display()))?;
        let elf = out.join("tessera.so");
        if status.success() && elf.is_file() {
            return Ok(elf);
        }
        Err(format!(
            "the program was not built ({status}). The end of {}:\n{}\n\
             Mend what it names, or set TESSERA_PROGRAM_SO to a tessera.so built elsewhere (tools/sbf/README.md).",
            log_path.display(),
            tail(&log_path)
        ))
    }
}

/// Removes from `command` what belongs to the outer build.
fn clean(command: &mut Command) -> &mut Command {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if OUTER_BUILD.contains(&text.as_ref()) || PACKAGE_PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}

/// From the first compiler error on, else the last lines.
fn tail(log: &Path) -> String {
    const LINES: usize = 60;
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let start =
        lines.iter().position(|line| line.starts_with("error")).unwrap_or_else(|| lines.len().saturating_sub(LINES));
    lines[start..].iter().take(LINES).copied().collect::<Vec<_>>().join("\n")
}
