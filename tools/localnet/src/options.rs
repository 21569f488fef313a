use std::time::Duration;

/// How a [`Localnet`](crate::Localnet) is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// JSON-RPC port on 127.0.0.1; a free one when `None`.
    pub rpc_port: Option<u16>,
    /// Websocket port on 127.0.0.1; a free one when `None`. Solana's clients expect it at the RPC port + 1.
    pub ws_port: Option<u16>,
    /// Time between blocks, also the chain time that one block adds. At least one millisecond; clusters have 400 ms.
    pub slot_time: Duration,
}

impl Default for Options {
    /// Free ports, 50 ms slots: fast to confirm, and a blockhash still lives 7.5 s.
    fn default() -> Self {
        Self { rpc_port: None, ws_port: None, slot_time: Duration::from_millis(50) }
    }
}
