//! One request to stop, shared by everything in the process.

use std::future::Future;

use tokio_util::sync::CancellationToken;

/// A cloneable request to stop.
///
/// The first Ctrl-C or SIGTERM asks every agent to stop claiming work and to finish or abandon what it has within its
/// grace period; a second one ends the wait at once.
#[derive(Clone, Debug, Default)]
pub struct Shutdown(CancellationToken);

/// The user signalled twice: the work was dropped without waiting for its end.
#[derive(Debug, thiserror::Error)]
#[error("interrupted twice: stopped without waiting; the next start continues from what the chain says")]
pub struct Interrupted;

impl Shutdown {
    /// A shutdown that nobody has asked for yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for the shutdown; asking again changes nothing.
    pub fn request(&self) {
        self.0.cancel();
    }

    /// Whether somebody asked.
    pub fn is_requested(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Resolves when somebody asked. Cancel safe.
    pub async fn requested(&self) {
        self.0.cancelled().await;
    }

    /// A token that is cancelled with this shutdown, for code that takes tokens. Cancelling it stops only its holder.
    pub fn child_token(&self) -> CancellationToken {
        self.0.child_token()
    }

    /// Runs `work` to its end while listening for signals: the first requests the shutdown (and `work` is expected to
    /// end by itself), the second drops `work`.
    ///
    /// # Errors
    /// [`Interrupted`] after the second signal. If signals cannot be listened for, `work` runs without them.
    pub async fn guard<T>(&self, work: impl Future<Output = T>) -> Result<T, Interrupted> {
        let signals = async {
            let mut signals = match Signals::listen() {
                Ok(signals) => signals,
                Err(error) => {
                    tracing::warn!(%error, "cannot listen for signals; stop this process with SIGKILL");
                    return std::future::pending().await;
                }
            };
            signals.next().await;
            tracing::info!("stopping; signal again to stop without waiting");
            self.request();
            signals.next().await;
        };
        tokio::select! {
            biased;
            value = work => Ok(value),
            () = signals => Err(Interrupted),
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
