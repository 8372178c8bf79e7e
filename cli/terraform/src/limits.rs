//! The limits that keep a hostile module from costing more than its size.

/// The largest configuration file, or file that a function reads, in bytes.
pub const MAX_FILE_BYTES: usize = 8 << 20;

/// How deep expressions, templates and blocks may lie within each other.
pub const MAX_DEPTH: usize = 100;

/// How many errors of one file are reported.
pub const MAX_FILE_PROBLEMS: usize = 50;

/// How deep evaluation may follow expressions and references.
pub const MAX_EVALUATION_DEPTH: usize = 1_500;

/// The stack of an evaluation, in bytes: [`MAX_EVALUATION_DEPTH`] of the largest frames.
pub const STACK_BYTES: usize = 256 << 20;

/// How many steps the evaluation of one root may take.
pub const MAX_STEPS: u64 = 10_000_000;

/// How many instances of resources and modules one root may have.
pub const MAX_INSTANCES: usize = 10_000;

/// How deep modules may call each other.
pub const MAX_MODULE_DEPTH: usize = 64;

/// The longest string, in bytes.
pub const MAX_STRING_BYTES: usize = 4 << 20;

/// How many items a collection may have.
pub const MAX_ITEMS: usize = 200_000;

/// How many items and bytes of strings one evaluation may make, all in all.
pub const MAX_MADE: u64 = 1 << 30;

/// How deep values may lie within each other.
pub const MAX_VALUE_DEPTH: usize = 100;

/// How many digits a number may be written with, and its decimal exponent be.
pub const MAX_NUMBER_DIGITS: usize = 5_000;

/// The largest binary exponent of a number, either way.
pub const MAX_NUMBER_EXPONENT: i64 = 40_000;

/// How many problems one evaluation reports.
pub const MAX_PROBLEMS: usize = 1_000;

/// How many values may lie within one value, each counted as often as it is there.
pub const MAX_WEIGHT: usize = 2_000_000;

/// How many operators of one rank may follow each other without parentheses.
pub const MAX_CHAIN: usize = 500;

/// How many names a template may be given.
pub const MAX_NAMES: usize = 1_000;

/// How many roots may read each other's state, one for the other.
pub const MAX_LAYERS: usize = 32;

/// How many folders with modules are looked at.
pub const MAX_FOLDERS: usize = 20_000;

/// How deep values may lie within each other in what rules see.
pub const MAX_DOCUMENT_DEPTH: usize = 60;

/// How many files a saved plan may hold.
pub const MAX_PLAN_ENTRIES: usize = 20_000;

/// How many bytes the files of a saved plan that are read may have, all in all.
pub const MAX_PLAN_BYTES: u64 = 128 << 20;

/// How many times larger than in the saved plan a file may be, beyond the first bytes.
pub const MAX_PLAN_RATIO: u64 = 200;

/// How many values a plan as JSON may have.
pub const MAX_PLAN_VALUES: usize = 4_000_000;

/// How many resources a plan may have.
pub const MAX_PLAN_RESOURCES: usize = 20_000;
