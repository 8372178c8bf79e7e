//! How much each client may ask.

use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::problem::Problem;

/// From how many clients on those that have been quiet are forgotten.
const MANY: usize = 10_000;

/// Counts requests of clients.
pub struct Limits(DefaultKeyedRateLimiter<String>);

impl Limits {
    /// Lets each client ask so often a second, as many at once.
    #[must_use]
    pub fn new(each_second: NonZeroU32) -> Self {
        Self(RateLimiter::keyed(Quota::per_second(each_second)))
    }

    /// Counts a request.
    ///
    /// # Errors
    /// The client has asked too often (429).
    pub fn check(&self, client: &str) -> Result<(), Problem> {
        if self.0.len() > MANY {
            self.0.retain_recent();
        }
        self.0.check_key(&client.to_owned()).map_err(|_| Problem::rate())
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Limits")
    }
}
