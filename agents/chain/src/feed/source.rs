//! One websocket endpoint's part of a feed: subscribe, pass on, reconnect.

use std::str::FromStr;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use futures::stream::{BoxStream, StreamExt, once, select_all};
use solana_account_decoder_client_types::UiAccountEncoding;
use solana_commitment_config::CommitmentConfig;
use solana_pubsub_client::nonblocking::pubsub_client::PubsubClient;
use solana_rpc_client_api::config::{RpcAccountInfoConfig, RpcProgramAccountsConfig};
use solana_rpc_client_api::response::{Response, RpcKeyedAccount};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{FeedPolicy, Message};
use crate::endpoints::shown;
use crate::error::ChainError;
use crate::filters::filters;
use crate::world::{Account, AccountKind, Update};

/// The longest that connecting and subscribing may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How many connections in a row said nothing useful.
type Failures = u32;

/// What a subscription says.
enum Said {
    Account(Box<Response<RpcKeyedAccount>>),
    /// A slot: the connection lives.
    Slot,
    /// The connection has ended.
    End,
}

/// A websocket endpoint to follow a market at.
pub(crate) struct Source {
    pub(crate) url: String,
    pub(crate) market: Pubkey,
    pub(crate) commitment: CommitmentConfig,
    pub(crate) policy: FeedPolicy,
}

impl Source {
    /// Passes on what the endpoint says, reconnecting whenever it falls silent or hangs up, until `cancel`.
    pub(crate) async fn follow(self, messages: mpsc::Sender<Message>, cancel: CancellationToken) {
        let mut failures: Failures = 0;
        loop {
            let ended = tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                ended = self.connection(&messages, &mut failures) => ended,
            };
            let Err(error) = ended else { return };
            failures = failures.saturating_add(1);
            let delay = self.policy.reconnect.delay(failures);
            tracing::warn!(%error, ?delay, "the subscription broke off; connecting again");
            tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(delay) => {}
            }
        }
    }

    /// One connection's life; `Ok` only once nobody listens any more.
    async fn connection(&self, messages: &mpsc::Sender<Message>, failures: &mut Failures) -> Result<(), ChainError> {
        let client = within(&self.url, "connecting", PubsubClient::new(self.url.as_str())).await?;
        let mut streams: Vec<BoxStream<'_, Said>> = Vec::new();
        let (slots, _) = within(&self.url, "slotSubscribe", client.slot_subscribe()).await?;
        streams.push(slots.map(|_| Said::Slot).chain(once(async { Said::End })).boxed());
        for kind in AccountKind::ALL {
            let config = self.config(kind);
            let (accounts, _) =
                within(&self.url, "programSubscribe", client.program_subscribe(&tessera::ID, Some(config))).await?;
            streams.push(accounts.map(|account| Said::Account(Box::new(account))).boxed());
        }
        if messages.send(Message::Subscribed).await.is_err() {
            return Ok(());
        }
        let mut said = select_all(streams);
        loop {
            let Ok(next) = timeout(self.policy.silence, said.next()).await else {
                return Err(ChainError::Timeout {
                    what: format!("the next slot from {}", shown(&self.url)),
                    seconds: self.policy.silence.as_secs(),
                });
            };
            match next {
                Some(Said::Slot) => *failures = 0,
                Some(Said::Account(notification)) => {
                    *failures = 0;
                    if let Some(update) = self.update(*notification)
                        && messages.send(Message::News(update)).await.is_err()
                    {
                        return Ok(());
                    }
                }
                Some(Said::End) | None => return Err(unreachable(&self.url, "the connection ended")),
            }
        }
    }

    fn config(&self, kind: AccountKind) -> RpcProgramAccountsConfig {
        RpcProgramAccountsConfig {
            filters: Some(filters(kind, self.market)),
            account_config: RpcAccountInfoConfig {
                encoding: Some(UiAccountEncoding::Base64),
                commitment: Some(self.commitment),
                ..RpcAccountInfoConfig::default()
            },
            ..RpcProgramAccountsConfig::default()
        }
    }

    /// What a notification means; `None` if it means nothing here or cannot be read, which the next sweep will report.
    fn update(&self, notification: Response<RpcKeyedAccount>) -> Option<Update> {
        let slot = notification.context.slot;
        let key = Pubkey::from_str(&notification.value.pubkey).ok()?;
        let account = notification.value.account;
        if account.lamports == 0 || account.owner != tessera::ID.to_string() {
            return Some(Update::Gone { key, slot });
        }
        match Account::decode(key, &account.data.decode()?) {
            Ok(account) => account.map(|account| Update::Account { key, slot, account }),
            Err(error) => {
                tracing::warn!(%error, "a notification cannot be read");
                None
            }
        }
    }
}

async fn within<T, E: std::fmt::Display>(
    url: &str,
    what: &str,
    call: impl Future<Output = Result<T, E>>,
) -> Result<T, ChainError> {
    match timeout(CONNECT, call).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(unreachable(url, &error.to_string())),
        Err(_) => Err(ChainError::Timeout { what: format!("{what} at {}", shown(url)), seconds: CONNECT.as_secs() }),
    }
}

fn unreachable(url: &str, reason: &str) -> ChainError {
    ChainError::Unreachable { url: shown(url), reason: reason.to_owned() }
}
