//! Go's formatting: `fmt` and `strconv` over template values, keeping what every byte came from.

mod complex;
mod float;
mod number;
mod print;
mod printable;
mod printer;
mod printf;
mod quote;
mod rope;

pub(crate) use complex::Complex;
pub use float::{append_float, float_text};
pub use number::{NumberError, parse_float, parse_int};
pub use print::{NIL_TEXT, sprint, sprintln, value_text, write_value};
pub(crate) use printer::MAX_BYTES;
pub use printf::{sprintf, sprintf_value};
pub(crate) use quote::{first_rune, push_quoted_text};
pub use quote::{is_print, quote, quote_ascii, quote_rune};
pub use rope::{Rope, View};
