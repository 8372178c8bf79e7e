//! Measures admission webhooks side by side: the same reviews, equivalent rules, the same machine.
//!
//! 1. [`reviews`] are what a real API server asks about the platform, and variants that break one rule each.
//! 2. [`contenders`] starts each server with its rules and says how to reach it.
//! 3. [`load`] sends reviews at a constant rate, whatever the server does; [`usage`] reads what the server spends.
//! 4. [`webhook`] puts them into one table.

pub mod contenders;
pub mod load;
pub mod reviews;
pub mod usage;
pub mod webhook;
