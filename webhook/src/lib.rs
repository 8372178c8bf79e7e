//! The validating admission webhook.
//!
//! 1. [`Options`] are the flags, each of which may stand in the environment too.
//! 2. [`Certificates`] are read from mounted files, again whenever these change, or made by a CA of our own.
//! 3. [`Gates`] hold the bundle that is judged by, and take a new one in when it is better than none.
//! 4. [`Handler`] turns an HTTP request into an answer; [`admit`] is the part of it that judges.
//! 5. [`serve`] accepts connections and, when told to stop, lets nobody down on the way out.
//! 6. [`Decisions`] keep what was decided; [`Metrics`] count it, [`Traces`] tell how long it took.
//! 7. `scan` judges what is in the cluster already, beside the reviews; [`cluster`] is the API server as its client sees it.

mod admit;
mod arrivals;
mod authority;
mod body;
mod certificates;
mod clock;
pub mod cluster;
mod connections;
mod decisions;
mod gates;
mod handler;
mod logging;
mod metrics;
mod options;
mod probe;
mod recent;
mod scan;
mod serve;
mod signing;
mod start;
mod timeout;
mod traces;
mod watch;

pub use admit::{Admitted, Admitter};
pub use certificates::{CertificateError, Certificates};
pub use clock::Clock;
pub use decisions::Decisions;
pub use gates::{Gates, LoadError};
pub use handler::{Bounds, Handler, Parts};
pub use metrics::Metrics;
pub use options::{Command, Configuration, Options, Program, Verbosity};
pub use scan::{
    settings::{Reports, Scanning},
    thread::Scanner,
};
pub use serve::{Phase, serve};
pub use signing::Signing;
pub use start::{Failure, configure, start, tls};
pub use traces::Traces;
