//! The program's events, read from the logs of a transaction.

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AnchorDeserialize, Discriminator};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tessera::events;

/// One event of each kind, by what it is about.
macro_rules! events {
    (market { $($market:ident,)* } task { $($task:ident,)* } run { $($run:ident,)* }) => {
        /// An event of the program; see [`tessera::events`].
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $(#[doc = concat!("See [`tessera::events::", stringify!($market), "`].")] $market(Box<events::$market>),)*
            $(#[doc = concat!("See [`tessera::events::", stringify!($task), "`].")] $task(Box<events::$task>),)*
            $(#[doc = concat!("See [`tessera::events::", stringify!($run), "`].")] $run(Box<events::$run>),)*
        }

        impl Event {
            /// The event's name.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$market(_) => stringify!($market),)*
                    $(Self::$task(_) => stringify!($task),)*
                    $(Self::$run(_) => stringify!($run),)*
                }
            }

            /// The task that it is about, if it is about one.
            #[must_use]
            pub fn task(&self) -> Option<Pubkey> {
                match self {
                    $(Self::$market(_) => None,)*
                    $(Self::$task(event) => Some(event.task),)*
                    $(Self::$run(event) => Some(event.task),)*
                }
            }

            /// The run that it is about, if it is about one.
            #[must_use]
            pub fn run(&self) -> Option<Pubkey> {
                match self {
                    $(Self::$market(_) => None,)*
                    $(Self::$task(_) => None,)*
                    $(Self::$run(event) => Some(event.run),)*
                }
            }

            /// Decodes an event; `None` if it is of a kind that this client does not know.
            #[must_use]
            pub fn decode(bytes: &[u8]) -> Option<Self> {
                $(events!(@decode $market bytes);)*
                $(events!(@decode $task bytes);)*
                $(events!(@decode $run bytes);)*
                None
            }
        }
    };
    (@decode $name:ident $bytes:ident) => {
        if let Some(body) = $bytes.strip_prefix(events::$name::DISCRIMINATOR) {
            let event = events::$name::deserialize(&mut &*body).ok()?;
            return Some(Self::$name(Box::new(event)));
        }
    };
}

events! {
    market {
        MarketInitialised,
        ParamsProposed,
        ParamsApplied,
        ParamsWithdrawn,
        MarketPaused,
        AuthorityOffered,
        AuthorityAccepted,
        AccountMigrated,
        BalanceClaimed,
        ModelRegistered,
        PoolOpened,
        PoolFunded,
        ShareOpened,
        FeeVaultOpened,
        FeesSwept,
        ShareClaimed,
        PoolClosed,
        ProviderRegistered,
        ProviderUpdated,
        ProviderClosed,
        TicketChainCommitted,
        StakeDeposited,
        StakeUnbonded,
        StakeWithdrawn,
        StakeRecounted,
        ReputationChanged,
    }
    task {
        TaskCreated,
        TaskCancelled,
        WindowsStarted,
        TaskExpired,
        TaskClosed,
    }
    run {
        TaskClaimed,
        RunReleased,
        RunSealed,
        RunSubmitted,
        RunAbandoned,
        RunSilent,
        AuditDrawn,
        AuditClaimed,
        AuditPosted,
        AuditOpened,
        AuditForced,
        DisputeOpened,
        DisputeMoved,
        DisputeEnded,
        DisputeSettled,
        DisputeClosed,
        TaskSettled,
        AuditClosed,
    }
}

/// What the program says in a transaction's log, in order. Data that another program logs is another's, even if it looks
/// the same; a log that was cut short gives the events before the cut.
#[must_use]
pub fn events(logs: &[String]) -> Vec<Event> {
    let program = tessera::ID.to_string();
    let mut calls: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in logs {
        if let Some(data) = line.strip_prefix("Program data: ") {
            if calls.last().is_some_and(|caller| *caller == program) {
                let bytes = BASE64_STANDARD.decode(data).ok();
                found.extend(bytes.and_then(|bytes| Event::decode(&bytes)));
            }
        } else if let Some((called, rest)) = line.strip_prefix("Program ").and_then(|line| line.split_once(' ')) {
            // A program's own lines begin with "Program log: ", so that it cannot pretend to be called or to return.
            if called.parse::<Pubkey>().is_ok() {
                if rest.starts_with("invoke [") {
                    calls.push(called);
                } else if rest == "success" || rest.starts_with("failed") {
                    calls.pop();
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use anchor_lang::AnchorSerialize;

    use super::*;

    fn swept(shard: u8) -> events::FeesSwept {
        events::FeesSwept {
            market: Pubkey::new_from_array([1; 32]),
            epoch: 7,
            shard,
            payment: events::Payment { owner: Pubkey::new_from_array([2; 32]), amount: 5, kept: false },
            total_fees: 5,
        }
    }

    fn data(shard: u8) -> String {
        let mut bytes = events::FeesSwept::DISCRIMINATOR.to_vec();
        swept(shard).serialize(&mut bytes).unwrap();
        format!("Program data: {}", BASE64_STANDARD.encode(bytes))
    }

    fn log(lines: &[&str]) -> Vec<String> {
        lines
            .iter()
            .map(|line| {
                line.replace("US", &tessera::ID.to_string()).replace("THEM", "11111111111111111111111111111111")
            })
            .collect()
    }

    #[test]
    fn events_are_decoded_in_order() {
        let logs = log(&[
            "Program US invoke [1]",
            "Program log: Instruction: FeeSweep",
            &data(1),
            &data(2),
            "Program US success",
        ]);
        assert_eq!(events(&logs), [Event::FeesSwept(Box::new(swept(1))), Event::FeesSwept(Box::new(swept(2)))]);
        assert_eq!(events(&logs)[0].name(), "FeesSwept");
    }

    #[test]
    fn what_another_program_logs_is_not_ours() {
        let forged = log(&[
            "Program THEM invoke [1]",
            &data(1),
            "Program log: Program US invoke [1]",
            &data(2),
            "Program THEM success",
            &data(3),
        ]);
        assert_eq!(events(&forged), []);
        let inside =
            log(&["Program US invoke [1]", "Program THEM invoke [2]", &data(1), "Program THEM success", &data(2)]);
        assert_eq!(events(&inside), [Event::FeesSwept(Box::new(swept(2)))]);
    }

    #[test]
    fn unknown_and_broken_data_are_passed_over() {
        let logs = log(&["Program US invoke [1]", "Program data: !!", "Program data: AAAA", &data(1)[..40], &data(4)]);
        assert_eq!(events(&logs), [Event::FeesSwept(Box::new(swept(4)))]);
    }

    #[test]
    fn an_event_names_the_task_and_the_run_that_it_is_about() {
        let key = |byte| Pubkey::new_from_array([byte; 32]);
        let closed = Event::TaskClosed(Box::new(events::TaskClosed { task: key(1), dust: 0 }));
        assert_eq!((closed.task(), closed.run()), (Some(key(1)), None));
        let forced = Event::AuditForced(Box::new(events::AuditForced { task: key(1), run: key(2), paid: 3 }));
        assert_eq!((forced.task(), forced.run()), (Some(key(1)), Some(key(2))));
        let swept = Event::FeesSwept(Box::new(swept(1)));
        assert_eq!((swept.task(), swept.run()), (None, None));
    }
}
