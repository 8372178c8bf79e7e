//! Requests of an API server: what is asked, what the rules say of it, and what is answered.
//!
//! 1. A [`Bundle`] carries rules, configuration and facts from the repository to the cluster.
//! 2. A [`Gate`] is a bundle that has been compiled and has passed its own tests.
//! 3. A [`Review`] is one request; [`Gate::judge`] turns it into a [`Verdict`], which both gates share.
//! 4. A [`Verdict`] is printed as an AdmissionReview within the limits of Kubernetes.
//! 5. [`stored`] judges what is in a cluster already, by the same function.
//! 6. [`registration`] tells the API server what to ask about; [`chain`] keeps what was answered.

pub mod chain;
pub mod registration;
pub mod stamp;
pub mod stored;

mod bundle;
mod change;
mod emergency;
mod gate;
mod kinds;
mod limits;
mod request;
mod review;
mod seal;
mod verdict;
mod words;

pub use bundle::{Bundle, BundleError, FactObject, InlineWaiver, Origin, Vector};
pub use gate::{Circumstances, Gate};
pub use kinds::{SYSTEM_NAMESPACES, group_of};
pub use request::review_of;
pub use review::{Identified, MAX_DEPTH, MAX_VALUES, Malformed, Review, User};
pub(crate) use seal::sorted;
pub use verdict::{Judged, Outcome, Pass, Verdict};
