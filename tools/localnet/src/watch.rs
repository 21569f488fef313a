//! Follows surfpool's events: they tell when it is ready and when its servers are closed, and must be drained.

use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use surfpool_types::SimnetEvent;

use crate::LocalnetError;

/// The servers that announce their end: HTTP and websocket.
const SERVERS: usize = 2;

/// The event thread and what it reports.
pub(crate) struct Watch {
    /// Both servers are closed; their ports are free.
    pub(crate) closed: Receiver<()>,
    pub(crate) thread: thread::JoinHandle<()>,
}

/// Whether the network serves, or why it does not; the first message counts.
pub(crate) type Started = Sender<Result<(), LocalnetError>>;

/// Starts the event thread; it ends when both servers are closed or surfpool is gone.
pub(crate) fn watch(events: Receiver<SimnetEvent>, started: Started) -> Result<Watch, LocalnetError> {
    let (closed_tx, closed) = bounded(1);
    let thread = thread::Builder::new()
        .name("localnet-events".into())
        .spawn(move || {
            let mut open = SERVERS;
            for event in events {
                match event {
                    SimnetEvent::CoreStarted(_) => {
                        let _ = started.try_send(Ok(()));
                    }
                    SimnetEvent::Aborted(reason) => {
                        let _ = started.try_send(Err(LocalnetError::Ended(reason)));
                    }
                    SimnetEvent::Shutdown => open = open.saturating_sub(1),
                    SimnetEvent::ErrorLog(_, text) => tracing::debug!(target: "localnet", "{text}"),
                    _ => {}
                }
                if open == 0 {
                    break;
                }
            }
            // Receivers that are gone no longer want to know.
            let _ = started.try_send(Err(LocalnetError::Ended("it was shut down while starting".into())));
            let _ = closed_tx.try_send(());
        })
        .map_err(LocalnetError::Thread)?;
    Ok(Watch { closed, thread })
}
