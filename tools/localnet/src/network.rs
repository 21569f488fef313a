use std::{thread, time::Duration};

use crossbeam_channel::{Sender, bounded, unbounded};
use surfpool_core::surfnet::{
    locker::SurfnetSvmLocker,
    svm::{SurfnetSvm, SurfnetSvmConfig},
};
use surfpool_types::{BlockProductionMode, ClockCommand, RpcConfig, SimnetCommand, SimnetConfig, SurfpoolConfig};

use crate::{LocalnetError, Options, ports, watch};

/// Starting takes about 0.2 s; the rest is for busy machines.
const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// The slot time that puts surfpool's clock thread, which has no end, to sleep.
const ASLEEP: Duration = Duration::from_secs(365 * 24 * 3_600);

/// A running local network. Dropping it shuts it down without waiting; [`stop`](Self::stop) waits.
pub struct Localnet {
    rpc_url: String,
    ws_url: String,
    pub(crate) commands: Sender<SimnetCommand>,
    pub(crate) svm: SurfnetSvmLocker,
    watch: Option<watch::Watch>,
    runloop: Option<thread::JoinHandle<()>>,
}

impl Localnet {
    /// Starts a network and returns when it serves. It blocks for a fraction of a second.
    ///
    /// # Errors
    /// A chosen port is in use, the slot time is out of range, or surfpool does not come up.
    pub fn start(options: Options) -> Result<Self, LocalnetError> {
        // Another process may take a port between its choice and its use; then other ones are chosen.
        let mut attempts_left = if options.rpc_port.is_none() || options.ws_port.is_none() { 2 } else { 0 };
        loop {
            match Self::start_once(&options) {
                Err(LocalnetError::Ended(_)) if attempts_left > 0 => attempts_left -= 1,
                result => return result,
            }
        }
    }

    fn start_once(options: &Options) -> Result<Self, LocalnetError> {
        let slot_time = slot_time_ms(options.slot_time)?;
        let ports = ports::choose(options.rpc_port, options.ws_port)?;
        let (svm, events, geyser_events) = SurfnetSvm::new(SurfnetSvmConfig {
            slot_time,
            instruction_profiling_enabled: false,
            ..SurfnetSvmConfig::default()
        })
        .map_err(|error| LocalnetError::Ended(error.to_string()))?;
        let svm = SurfnetSvmLocker::new(svm);
        let (commands, commands_rx) = unbounded();
        let (started, started_rx) = bounded(1);
        let watch = watch::watch(events, started.clone())?;
        let config = surfpool_config(ports, slot_time);
        let (runloop_svm, runloop_commands) = (svm.clone(), commands.clone());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(LocalnetError::Thread)?;
        let runloop = thread::Builder::new()
            .name("localnet".into())
            .spawn(move || {
                let run = surfpool_core::runloops::start_local_surfnet_runloop(
                    runloop_svm,
                    config,
                    runloop_commands,
                    commands_rx,
                    geyser_events,
                );
                if let Err(error) = runtime.block_on(run) {
                    tracing::debug!(target: "localnet", "the local network ended: {error}");
                    // Only a start that fails is waited for.
                    let _ = started.try_send(Err(LocalnetError::Ended(error.to_string())));
                }
            })
            .map_err(LocalnetError::Thread)?;
        let localnet = Self {
            rpc_url: format!("http://127.0.0.1:{}", ports.rpc),
            ws_url: format!("ws://127.0.0.1:{}", ports.ws),
            commands,
            svm,
            watch: Some(watch),
            runloop: Some(runloop),
        };
        started_rx
            .recv_timeout(START_LIMIT)
            .map_err(|_| LocalnetError::Timeout { what: "start", limit: START_LIMIT })??;
        Ok(localnet)
    }

    /// The JSON-RPC endpoint.
    pub fn rpc_url(&self) -> &str {
        &self.rpc_url
    }

    /// The websocket endpoint.
    pub fn ws_url(&self) -> &str {
        &self.ws_url
    }

    /// Ends the network and waits until its ports are free and its threads have ended (but for surfpool's clock
    /// thread, which has no end and is left asleep).
    ///
    /// # Errors
    /// The servers did not close in time; their ports may still be bound.
    pub fn stop(mut self) -> Result<(), LocalnetError> {
        self.terminate();
        if let Some(watch) = self.watch.take() {
            watch
                .closed
                .recv_timeout(STOP_LIMIT)
                .map_err(|_| LocalnetError::Timeout { what: "shut down", limit: STOP_LIMIT })?;
            join(watch.thread)?;
        }
        self.runloop.take().map_or(Ok(()), join)
    }

    /// Sends the end; a network that has ended by itself no longer listens, which is as good.
    fn terminate(&self) {
        let asleep = u64::try_from(ASLEEP.as_millis()).unwrap_or(u64::MAX);
        let _ = self.commands.send(SimnetCommand::CommandClock(None, ClockCommand::UpdateSlotInterval(asleep)));
        let _ = self.commands.send(SimnetCommand::Terminate(None));
    }
}

impl Drop for Localnet {
    fn drop(&mut self) {
        if self.runloop.is_some() {
            self.terminate();
        }
    }
}

fn join(thread: thread::JoinHandle<()>) -> Result<(), LocalnetError> {
    thread.join().map_err(|_| LocalnetError::Ended("one of its threads panicked".into()))
}

fn slot_time_ms(slot_time: Duration) -> Result<u64, LocalnetError> {
    u64::try_from(slot_time.as_millis())
        .ok()
        .filter(|ms| (1..=60_000).contains(ms))
        .ok_or(LocalnetError::SlotTime(slot_time))
}

fn surfpool_config(ports: ports::Ports, slot_time: u64) -> SurfpoolConfig {
    SurfpoolConfig {
        simnets: vec![SimnetConfig {
            offline_mode: true,
            remote_rpc_url: None,
            slot_time,
            block_production_mode: BlockProductionMode::Clock,
            instruction_profiling_enabled: false,
            ..SimnetConfig::default()
        }],
        rpc: RpcConfig {
            bind_host: "127.0.0.1".into(),
            bind_port: ports.rpc,
            ws_port: ports.ws,
            ..RpcConfig::default()
        },
        ..SurfpoolConfig::default()
    }
}
