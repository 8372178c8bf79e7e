//! Where people meet portcullis: a commit by the real pre-commit, a pull request by the action's own steps, the examples for other CIs.
#![expect(clippy::expect_used, clippy::panic, clippy::disallowed_methods, reason = "a test fails by panicking, and starts the tools")]

#[path = "people/action.rs"]
mod action;
#[path = "people/examples.rs"]
mod examples;
#[path = "people/hooks.rs"]
mod hooks;
#[path = "people/hub.rs"]
mod hub;
#[path = "people/place.rs"]
mod place;
