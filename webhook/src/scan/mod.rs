//! What is in the cluster already, judged by the same bundle in the background; no review waits for it or needs it.
//!
//! 1. [`settings`] say whether and how; [`thread`] is where everything below runs, apart from the reviews.
//! 2. [`discover`] finds which of the kinds that rules read the server has; [`follow`] watches each of them.
//! 3. [`keep`] makes what is kept of an object as small as rules allow; [`shelf`] holds it.
//! 4. [`judge`] asks the gate about what is new; [`gather`] brings what it says of pods together at their owners.
//! 5. [`report`] writes that down; [`publish`] brings it to the server; [`events`] tell the owners; [`gauges`] count.
//! 6. [`session`] does all that for as long as this replica leads.

pub(crate) mod discover;
pub(crate) mod events;
pub(crate) mod follow;
pub(crate) mod gather;
pub(crate) mod gauges;
pub(crate) mod judge;
pub(crate) mod keep;
pub(crate) mod publish;
pub(crate) mod report;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod shelf;
pub(crate) mod thread;
