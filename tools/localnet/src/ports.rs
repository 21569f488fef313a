//! Which ports the servers get.

use std::{io, net::TcpListener};

use crate::LocalnetError;

/// The ports of both servers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    pub(crate) rpc: u16,
    pub(crate) ws: u16,
}

/// Chosen ports are checked; missing ones are chosen by the system. Both are held open while choosing, so that they differ.
pub(crate) fn choose(rpc: Option<u16>, ws: Option<u16>) -> Result<Ports, LocalnetError> {
    let (rpc, ws) = (open(rpc)?, open(ws)?);
    Ok(Ports { rpc: port(&rpc)?, ws: port(&ws)? })
}

fn open(wanted: Option<u16>) -> Result<TcpListener, LocalnetError> {
    TcpListener::bind(("127.0.0.1", wanted.unwrap_or(0))).map_err(|error| match (wanted, error.kind()) {
        (Some(port), io::ErrorKind::AddrInUse) => LocalnetError::PortInUse { port },
        _ => LocalnetError::Port(error),
    })
}

fn port(listener: &TcpListener) -> Result<u16, LocalnetError> {
    Ok(listener.local_addr().map_err(LocalnetError::Port)?.port())
}
