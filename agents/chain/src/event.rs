//! The program's events, read from the logs of a transaction.

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AnchorDeserialize, Discriminator};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tessera::events;

/// One event of each kind.
macro_rules! events {
    ($($name:ident,)*) => {
        /// An event of the program; see [`tessera::events`].
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $(
                #[doc = concat!("See [`tessera::events::", stringify!($name), "`].")]
                $name(Box<events::$name>),
            )*
        }

        impl Event {
            /// The event's name.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }

            /// Decodes an event; `None` if it is of a kind that this client does not know.
            #[must_use]
            pub fn decode(bytes: &[u8]) -> Option<Self> {
                $(
                    if let Some(body) = bytes.strip_prefix(events::$name::DISCRIMINATOR) {
                        let event = events::$name::deserialize(&mut &*body).ok()?;
                        return Some(Self::$name(Box::new(event)));
                    }
                )*
                None
            }
        }
    };
}

events! {
    MarketInitialised,
    FeeVaultOpened,
    FeesSwept,
    ProviderRegistered,
    ProviderUpdated,
    StakeDeposited,
    StakeUnbonded,
    StakeWithdrawn,
    ModelRegistered,
    TaskCreated,
    TaskCancelled,
    TaskClaimed,
    RunSubmitted,
    AuditPosted,
    TaskSettled,
    AuditClosed,
    TaskExpired,
    RunAbandoned,
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
            shard,
            amount: 5,
            to: Pubkey::new_from_array([2; 32]),
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
}
