//! Values without a format, as Go's `Print` family writes them.

use portcullis_source::OriginId;

use super::{
    printer::{Flags, Printer},
    rope::Rope,
};
use crate::{Data, Value};

pub use super::printer::NIL_TEXT;

/// Writes a value as `%v` does; nil as [`NIL_TEXT`].
pub fn write_value(value: &Value, out: &mut Vec<u8>) {
    match &value.data {
        Data::String(text) => out.extend_from_slice(&text.bytes),
        Data::Nil
        | Data::Bool(_)
        | Data::Int(_)
        | Data::Int64(_)
        | Data::Uint8(_)
        | Data::Float(_)
        | Data::Bytes(_)
        | Data::List(_)
        | Data::Map(_)
        | Data::Object(_) => {
            let mut rope = Rope::default();
            push_value(&mut rope, value, OriginId::NONE);
            out.extend_from_slice(rope.bytes());
        }
    }
}

/// The text of a value as `%v` writes it, with the origins of its parts.
#[must_use]
pub fn value_text(value: &Value) -> Value {
    if let Data::String(_) = &value.data {
        return Value { boxed: false, ..value.clone() };
    }
    let mut rope = Rope::default();
    push_value(&mut rope, value, OriginId::NONE);
    rope.into_value(value.origin)
}

/// Appends a value as `%v` writes it.
pub(crate) fn push_value(out: &mut Rope, value: &Value, origin: OriginId) {
    Printer { out, flags: Flags::default(), origin }.argument(value, 'v');
}

/// `fmt.Sprint`: a space between two operands of which neither is a string.
#[must_use]
pub fn sprint(args: &[Value]) -> Value {
    let mut rope = Rope::default();
    let mut after_string = true;
    for (index, arg) in args.iter().enumerate() {
        let is_string = matches!(arg.data, Data::String(_));
        if index > 0 && !is_string && !after_string {
            rope.push(b" ", OriginId::NONE);
        }
        push_value(&mut rope, arg, OriginId::NONE);
        after_string = is_string;
    }
    rope.into_value(OriginId::NONE)
}

/// `fmt.Sprintln`: a space between all operands and a newline at the end.
#[must_use]
pub fn sprintln(args: &[Value]) -> Value {
    let mut rope = Rope::default();
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            rope.push(b" ", OriginId::NONE);
        }
        push_value(&mut rope, arg, OriginId::NONE);
    }
    rope.push(b"\n", OriginId::NONE);
    rope.into_value(OriginId::NONE)
}
