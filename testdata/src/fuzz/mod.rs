//! Random values and random templates, rendered by helm and by this repository's library until something differs.
//!
//! 1. [`Random`] makes the same choices for the same seed.
//! 2. [`values`] changes what a chart's values say; [`grammar`] makes templates out of [`functions`].
//! 3. [`reach`] counts which kinds of arguments were given to what, and makes templates for the others.
//! 4. [`run`] compares, and [`shrink`] makes what differs small.

pub mod functions;
pub mod grammar;
mod random;
pub mod reach;
pub mod run;
pub mod shrink;
pub mod values;

pub use random::Random;
