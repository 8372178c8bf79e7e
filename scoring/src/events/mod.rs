//! Transactions from a broker, and decisions back to it: at least once, over AMQP 1.0, with whichever of the brokers is active.

mod broker;
pub(crate) mod consume;
pub(crate) mod publish;

pub use broker::{Broker, BrokerError};

use std::time::Duration;

/// How long a lost connection rests before it is made anew.
const PAUSE: Duration = Duration::from_millis(500);
