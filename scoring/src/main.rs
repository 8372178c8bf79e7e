//! The `scoring` command.

fn main() {}
