use std::process::{Command, Output};

use serde_json::Value;

use super::Scene;

/// What a command printed, and how its process ended.
#[derive(Clone, Debug)]
pub struct Typed {
    line: String,
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Typed {
    /// Runs a command to its end.
    pub(super) fn run(mut command: Command) -> Self {
        let line = format!("{:?}", command.get_args().collect::<Vec<_>>());
        let Output { status, stdout, stderr } = command.output().expect("the binary can be started");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        let code = status.code().expect("it ended by itself");
        Self { line, code, stdout: text(stdout), stderr: text(stderr) }
    }

    /// The report of a command that did what it was asked to.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{} printed no JSON ({e}): {self:?}", self.line))
    }

    /// The same for people.
    pub fn human(&self) -> &str {
        assert_eq!(self.code, 0, "{self:?}");
        &self.stdout
    }

    /// The exit code and the error of a command that did not, with `--output json`.
    pub fn refusal(&self) -> (i32, Value) {
        assert!(self.code != 0 && self.stdout.is_empty(), "{self:?}");
        let error = serde_json::from_str(&self.stderr);
        (self.code, error.unwrap_or_else(|e| panic!("{} printed no JSON error ({e}): {self:?}", self.line)))
    }
}

impl Scene {
    /// Types a command with a wallet, for the binary at `binary`. None of this machine's settings count.
    pub async fn command(&self, binary: &str, wallet: &str, arguments: &[&str]) -> Typed {
        let (rpc, ws) = self.network.urls();
        let home = self.files.path().join("home");
        let keypair = serde_json::to_vec(&self.wallet(wallet).to_bytes().to_vec()).expect("numbers");
        let mut command = Command::new(binary);
        command.args(arguments).args(["--url", &rpc, "--market", &self.market.to_string()]);
        command.args(["--keypair", &self.file(&format!("{wallet}.json"), keypair)]);
        command.args(ws.iter().flat_map(|ws| ["--ws-url", ws]));
        command.env("HOME", &home).env("TESSERA_HOME", home.join("tessera")).env_remove("RUST_LOG");
        tokio::task::spawn_blocking(|| Typed::run(command)).await.expect("no panic")
    }

    /// Writes a file and gives its path as typed.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).expect("writable");
        path
    }

    /// A path of this scene as typed; nothing is made there.
    pub fn path(&self, name: &str) -> String {
        self.files.path().join(name).to_str().expect("text").to_owned()
    }
}
