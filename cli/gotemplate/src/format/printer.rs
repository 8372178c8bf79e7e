//! One value under one verb, as Go's `fmt` prints it.

use std::io::Write as _;

use portcullis_source::OriginId;

use crate::{
    Data, List, Map, Object, Value,
    format::{
        complex::Complex,
        float::append_float,
        quote::{Keep, first_rune, push_quoted, rune_count, rune_quoted},
        rope::{Rope, View},
    },
    funcs::argument::is_nil,
};

/// The flags, width and precision between `%` and the verb.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    pub(super) sharp: bool,
    pub(super) zero: bool,
    pub(super) plus: bool,
    pub(super) minus: bool,
    pub(super) space: bool,
    /// `%#v`.
    pub(super) sharp_v: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

impl Flags {
    /// Whether nothing stands between `%` and the verb.
    const fn is_plain(self) -> bool {
        !(self.sharp || self.zero || self.plus || self.minus || self.space || self.sharp_v)
            && self.width.is_none()
            && self.precision.is_none()
    }
}

/// Writes values to a rope.
pub(super) struct Printer<'rope> {
    pub(super) out: &'rope mut Rope,
    pub(super) flags: Flags,
    /// What bytes without an origin of their own come from.
    pub(super) origin: OriginId,
}

/// Where everything lies that Go says the address of.
const ADDRESS: &str = "0xc000000000";
const ADDRESS_NUMBER: u64 = 0xc0_0000_0000;

/// How deep lists and maps are printed; only one that holds itself is deeper, and Go dies of it.
const MAX_DEPTH: usize = 500;

/// Beyond this many bytes nothing more is printed; functions refuse such a text.
pub(crate) const MAX_BYTES: usize = 16 << 20;

/// What Go prints for a nil.
pub const NIL_TEXT: &str = "<nil>";

impl Printer<'_> {
    /// Prints an argument.
    pub(super) fn argument(&mut self, value: &Value, verb: char) {
        let outer = self.enter(value);
        match (verb, &value.data) {
            ('T' | 'v', Data::Nil) => self.pad_text(NIL_TEXT),
            (_, Data::Nil) => self.bad_verb(value, verb),
            ('T', _) => self.pad_text(value.type_name()),
            ('p', Data::List(_) | Data::Map(_) | Data::Bytes(_)) => self.pad_text(ADDRESS),
            ('p', Data::Object(object)) if matches!(object.kind(), "ptr" | "map" | "slice") => self.pad_text(ADDRESS),
            ('p', _) => self.bad_verb(value, verb),
            _ => self.value(value, verb, 0),
        }
        self.origin = outer;
    }

    /// Writes text as it is.
    pub(super) fn text(&mut self, text: &str) {
        self.out.push(text.as_bytes(), self.origin);
    }

    fn enter(&mut self, value: &Value) -> OriginId {
        let outer = self.origin;
        if !value.origin.is_none() {
            self.origin = value.origin;
        }
        outer
    }

    fn value(&mut self, value: &Value, verb: char, depth: usize) {
        if depth > MAX_DEPTH || self.out.bytes().len() > MAX_BYTES {
            return;
        }
        let outer = self.enter(value);
        match &value.data {
            Data::Nil if self.flags.sharp_v => self.text("interface {}(nil)"),
            Data::Nil => self.text(NIL_TEXT),
            Data::Bool(truth) if matches!(verb, 't' | 'v') => self.pad_text(if *truth { "true" } else { "false" }),
            Data::Int(number) | Data::Int64(number) => self.integer(value, number.unsigned_abs(), *number < 0, verb),
            Data::Uint8(number) if self.flags.sharp_v => self.text(&format!("{number:#x}")),
            Data::Uint8(number) => self.integer(value, u64::from(*number), false, verb),
            Data::Float(number) => self.float(value, *number, verb),
            Data::String(text) => self.string(value, View::new(text, self.origin), verb),
            Data::Bytes(bytes) => self.bytes(value, bytes, verb, depth),
            Data::List(list) => self.list(value, list, verb, depth),
            Data::Map(map) => self.map(value, map, verb, depth),
            Data::Object(object) if depth > 0 && object.is_address() => self.address(value, verb),
            Data::Object(object) => self.object(value, &**object, verb, depth),
            Data::Bool(_) => self.bad_verb(value, verb),
        }
        self.origin = outer;
    }

    fn object(&mut self, value: &Value, object: &dyn Object, verb: char, depth: usize) {
        if let Some(complex) = Complex::of(object) {
            return self.complex(value, complex, verb);
        }
        let items = object.items();
        match items.as_ref().map(|items| &items.data) {
            Some(Data::List(list)) => return self.list(value, list, verb, depth),
            Some(Data::Map(map)) => return self.map(value, map, verb, depth),
            _ => {}
        }
        if let Some(fields) = object.printed() {
            return self.fields(value, object, fields, verb, depth);
        }
        match object.integer() {
            _ if matches!(verb, 'v' | 's' | 'q' | 'x' | 'X') => {
                let (text, origin) = (object.display(), self.origin);
                let verb = if verb == 'v' { 's' } else { verb };
                self.string(value, View::plain(text.as_bytes(), origin), verb);
            }
            Some(number) => self.integer(value, number.unsigned_abs(), number < 0, verb),
            None => self.bad_verb(value, verb),
        }
    }

    fn fields(&mut self, value: &Value, object: &dyn Object, fields: Vec<(&'static str, Value)>, verb: char, depth: usize) {
        let sharp = self.flags.sharp_v;
        if object.kind() == "ptr" {
            self.text("&");
        }
        if sharp {
            self.text(value.type_name().trim_start_matches('*'));
        }
        self.text("{");
        for (index, (name, field)) in fields.into_iter().enumerate() {
            if index > 0 {
                self.text(if sharp { ", " } else { " " });
            }
            if sharp {
                self.text(&format!("{name}:"));
            }
            self.value(&field, verb, depth + 1);
        }
        self.text("}");
    }

    /// Where a pointer points to, which is another place in each run of Go.
    fn address(&mut self, value: &Value, verb: char) {
        match verb {
            'v' if self.flags.sharp_v => self.text(&format!("({})({ADDRESS})", value.type_name())),
            'v' | 'p' => self.pad_text(ADDRESS),
            'b' | 'o' | 'd' | 'x' | 'X' => self.integer(value, ADDRESS_NUMBER, false, verb),
            _ => self.bad_verb(value, verb),
        }
    }

    fn complex(&mut self, value: &Value, complex: Complex, verb: char) {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return self.bad_verb(value, verb);
        }
        self.text("(");
        self.float(value, complex.real, verb);
        // The imaginary part always has a sign.
        let plus = std::mem::replace(&mut self.flags.plus, true);
        self.float(value, complex.imaginary, verb);
        self.flags.plus = plus;
        self.text("i)");
    }

    fn bad_verb(&mut self, value: &Value, verb: char) {
        self.text(&format!("%!{verb}("));
        if matches!(value.data, Data::Nil) {
            self.text(NIL_TEXT);
        } else {
            self.text(&format!("{}=", value.type_name()));
            self.value(value, 'v', 0);
        }
        self.text(")");
    }

    fn list(&mut self, value: &Value, list: &List, verb: char, depth: usize) {
        let (open, between, close) = if self.flags.sharp_v { ("{", ", ", "}") } else { ("[", " ", "]") };
        if self.flags.sharp_v {
            self.text(value.type_name());
            if is_nil(list.shared()) {
                return self.text("(nil)");
            }
        }
        self.text(open);
        for (index, item) in list.items().iter().enumerate() {
            if index > 0 {
                self.text(between);
            }
            self.value(item, verb, depth + 1);
        }
        self.text(close);
    }

    fn map(&mut self, value: &Value, map: &Map, verb: char, depth: usize) {
        let (open, between, close) = if self.flags.sharp_v { ("{", ", ", "}") } else { ("map[", " ", "]") };
        if self.flags.sharp_v {
            self.text(value.type_name());
            if map.is_nil() {
                return self.text("(nil)");
            }
        }
        self.text(open);
        for (index, (key, item)) in map.entries.borrow().iter().enumerate() {
            if index > 0 {
                self.text(between);
            }
            let origin = if item.origin.is_none() { self.origin } else { item.origin };
            self.string(&Value::string(&**key).from(origin), View::plain(key.as_bytes(), origin), verb);
            self.text(":");
            self.value(item, verb, depth + 1);
        }
        self.text(close);
    }

    fn bytes(&mut self, value: &Value, bytes: &[u8], verb: char, depth: usize) {
        match verb {
            'v' | 'd' if self.flags.sharp_v => {
                let items: Vec<String> = bytes.iter().map(|byte| format!("{byte:#x}")).collect();
                // Go prints bytes in a map of them by their reflected type.
                let name = if depth > 0 { "[]uint8" } else { "[]byte" };
                self.text(&format!("{name}{{{}}}", items.join(", ")));
            }
            's' | 'q' | 'x' | 'X' => {
                let origin = self.origin;
                self.string(value, View::plain(bytes, origin), verb);
            }
            'v' | 'd' if self.flags.is_plain() => self.out.push_written(self.origin, |out| push_numbers(out, bytes)),
            _ => {
                self.text("[");
                for (index, byte) in bytes.iter().enumerate() {
                    if index > 0 {
                        self.text(" ");
                    }
                    self.value(&Value::new(Data::Uint8(*byte)), verb, depth + 1);
                }
                self.text("]");
            }
        }
    }

    fn string(&mut self, value: &Value, view: View<'_>, verb: char) {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(view),
            'v' | 's' => self.pad(view, self.cut(view.bytes())),
            'q' => self.quoted(view),
            'x' | 'X' => self.hexadecimal(view, verb),
            _ => self.bad_verb(value, verb),
        }
    }

    /// How many bytes of a text the precision leaves.
    fn cut(&self, bytes: &[u8]) -> usize {
        let Some(precision) = self.flags.precision else { return bytes.len() };
        let mut at = 0;
        for _ in 0..precision {
            let Some((_, width)) = bytes.get(at..).and_then(first_rune) else { break };
            at += width;
        }
        at
    }

    fn quoted(&mut self, view: View<'_>) {
        let end = self.cut(view.bytes());
        let mut cut = Rope::default();
        cut.push_part(view, 0..end);
        let mut rope = Rope::default();
        let piece = cut.into_value(view.origin_at(0));
        let Data::String(text) = &piece.data else { return };
        let raw = std::str::from_utf8(&text.bytes).ok().filter(|text| self.flags.sharp && can_backquote(text));
        let keep = if self.flags.plus { Keep::Ascii } else { Keep::Printable };
        match raw {
            Some(raw) => rope.push(format!("`{raw}`").as_bytes(), piece.origin),
            None => push_quoted(&mut rope, View::new(text, piece.origin), keep),
        }
        let quoted = rope.into_value(self.origin);
        if let Data::String(text) = &quoted.data {
            self.pad(View::new(text, quoted.origin), text.bytes.len());
        }
    }

    fn hexadecimal(&mut self, view: View<'_>, verb: char) {
        let bytes = view.bytes();
        let bytes = bytes.get(..self.flags.precision.unwrap_or(usize::MAX).min(bytes.len())).unwrap_or_default();
        let prefix = if verb == 'X' { "0X" } else { "0x" };
        let mut text = String::new();
        for (index, byte) in bytes.iter().enumerate() {
            if index > 0 && self.flags.space {
                text.push(' ');
            }
            if self.flags.sharp && (index == 0 || self.flags.space) {
                text.push_str(prefix);
            }
            text.push_str(&if verb == 'X' { format!("{byte:02X}") } else { format!("{byte:02x}") });
        }
        self.pad(View::plain(text.as_bytes(), view.origin_at(0)), text.len());
    }

    fn integer(&mut self, value: &Value, number: u64, negative: bool, verb: char) {
        if matches!(verb, 'v' | 'd') && self.flags.is_plain() {
            let sign = if negative { "-" } else { "" };
            // A vector takes all that is written to it.
            return self.out.push_written(self.origin, |out| write!(out, "{sign}{number}").unwrap_or_default());
        }
        let digits = match verb {
            'v' | 'd' => number.to_string(),
            'b' => format!("{number:b}"),
            'o' | 'O' => format!("{number:o}"),
            'x' => format!("{number:x}"),
            'X' => format!("{number:X}"),
            'c' | 'q' | 'U' => return self.rune(number, negative, verb),
            _ => return self.bad_verb(value, verb),
        };
        let flags = self.flags;
        let signed = negative || flags.plus || flags.space;
        let least = match (flags.precision, flags.width) {
            (Some(0), _) if number == 0 => {
                self.fill(flags.width.unwrap_or(0), b' ');
                return;
            }
            (Some(precision), _) => precision,
            (None, Some(width)) if flags.zero && !flags.minus => width - usize::from(signed && width > 0),
            (None, _) => 0,
        };
        let mut text = String::new();
        match () {
            () if negative => text.push('-'),
            () if flags.plus => text.push('+'),
            () if flags.space => text.push(' '),
            () => {}
        }
        let padded = format!("{}{digits}", "0".repeat(least.saturating_sub(digits.len())));
        match verb {
            'O' => text.push_str("0o"),
            'b' if flags.sharp => text.push_str("0b"),
            'o' if flags.sharp && !padded.starts_with('0') => text.push('0'),
            'x' if flags.sharp => text.push_str("0x"),
            'X' if flags.sharp => text.push_str("0X"),
            _ => {}
        }
        text.push_str(&padded);
        self.pad_unzeroed(text.as_bytes());
    }

    fn rune(&mut self, number: u64, negative: bool, verb: char) {
        let rune = Some(number).filter(|_| !negative).and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32);
        let rune = rune.unwrap_or(char::REPLACEMENT_CHARACTER);
        let text = match verb {
            'c' => rune.to_string().into_bytes(),
            'q' => rune_quoted(rune, if self.flags.plus { Keep::Ascii } else { Keep::Printable }),
            _ => {
                let code = if negative { number.wrapping_neg() } else { number };
                let digits = self.flags.precision.unwrap_or(4).max(4);
                let shown = if self.flags.sharp && super::is_print(rune) { format!(" '{rune}'") } else { String::new() };
                let text = format!("U+{code:0digits$X}{shown}");
                return self.pad_unzeroed(text.as_bytes());
            }
        };
        let origin = self.origin;
        self.pad(View::plain(&text, origin), text.len());
    }

    fn float(&mut self, value: &Value, number: f64, verb: char) {
        let (form, default) = match verb {
            'v' => (b'g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb as u8, None),
            'e' | 'E' | 'f' => (verb as u8, Some(6)),
            'F' => (b'f', Some(6)),
            _ => return self.bad_verb(value, verb),
        };
        let flags = self.flags;
        let precision = flags.precision.or(default);
        let mut text = Vec::new();
        append_float(&mut text, number, form, precision);
        let (sign, mut body) = match text.split_first() {
            Some((sign @ (b'-' | b'+'), rest)) => (*sign, rest.to_vec()),
            Some(_) | None => (b'+', text),
        };
        if !number.is_finite() {
            if number.is_infinite() || flags.plus || flags.space {
                body.insert(0, if sign == b'+' && flags.space && !flags.plus { b' ' } else { sign });
            }
            return self.pad_unzeroed(&body);
        }
        if flags.sharp && verb != 'b' {
            body = with_point(&body, verb, precision);
        }
        let sign = if sign == b'+' && flags.space && !flags.plus { b' ' } else { sign };
        if !(flags.plus || sign != b'+') {
            let origin = self.origin;
            return self.pad(View::plain(&body, origin), body.len());
        }
        let width = flags.width.unwrap_or(0);
        if flags.zero && !flags.minus && width > body.len() + 1 {
            body.splice(0..0, std::iter::repeat_n(b'0', width - body.len() - 1));
        }
        body.insert(0, sign);
        self.pad_unzeroed(&body);
    }

    fn pad_text(&mut self, text: &str) {
        let origin = self.origin;
        let cut = self.cut(text.as_bytes());
        self.pad(View::plain(text.as_bytes(), origin), if text == NIL_TEXT { text.len() } else { cut.max(text.len()) });
    }

    fn pad_unzeroed(&mut self, bytes: &[u8]) {
        let zero = std::mem::take(&mut self.flags.zero);
        let origin = self.origin;
        self.pad(View::plain(bytes, origin), bytes.len());
        self.flags.zero = zero;
    }

    /// Writes the first bytes of a text, filled up to the width.
    fn pad(&mut self, view: View<'_>, end: usize) {
        let Some(width) = self.flags.width else { return self.out.push_part(view, 0..end) };
        let missing = width.saturating_sub(rune_count(view.bytes().get(..end).unwrap_or_default()));
        if self.flags.minus {
            self.out.push_part(view, 0..end);
            self.fill(missing, b' ');
        } else {
            self.fill(missing, if self.flags.zero { b'0' } else { b' ' });
            self.out.push_part(view, 0..end);
        }
    }

    fn fill(&mut self, count: usize, byte: u8) {
        self.out.push(&vec![byte; count], self.origin);
    }
}

/// Each byte as a number with a space after it, and how many bytes that takes.
#[expect(clippy::indexing_slicing, reason = "each index is below the length")]
const NUMBERS: [([u8; 4], usize); 256] = {
    let mut numbers = [([b' '; 4], 0); 256];
    let mut byte = 0;
    while byte < numbers.len() {
        let (hundreds, tens, ones) = (b'0' + (byte / 100) as u8, b'0' + (byte / 10 % 10) as u8, b'0' + (byte % 10) as u8);
        numbers[byte] = match byte {
            0..10 => ([ones, b' ', 0, 0], 2),
            10..100 => ([tens, ones, b' ', 0], 3),
            _ => ([hundreds, tens, ones, b' '], 4),
        };
        byte += 1;
    }
    numbers
};

/// Writes bytes as a list of numbers. Templates that print their whole context print every file of the chart so.
fn push_numbers(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'[');
    out.reserve(bytes.len() * 4);
    let mut part = [0; 1024];
    for some in bytes.chunks(part.len() / 4) {
        let mut end = 0;
        for &byte in some {
            let Some((digits, width)) = NUMBERS.get(usize::from(byte)) else { continue };
            // All four are written, and the next number begins after those that count.
            if let Some(room) = part.get_mut(end..end + 4) {
                room.copy_from_slice(digits);
            }
            end += width;
        }
        out.extend_from_slice(part.get(..end).unwrap_or_default());
    }
    if !bytes.is_empty() {
        // The space after the last one.
        out.pop();
    }
    out.push(b']');
}

fn can_backquote(text: &str) -> bool {
    text.chars().all(|rune| rune == '\t' || (rune >= ' ' && rune != '`' && rune != '\u{7F}' && rune != '\u{FEFF}'))
}

/// The point and the trailing zeros that `#` forces.
fn with_point(body: &[u8], verb: char, precision: Option<usize>) -> Vec<u8> {
    let counted = matches!(verb, 'v' | 'g' | 'G' | 'x');
    let mut digits = if counted { precision.map_or(6, |digits| digits as i64) } else { 0 };
    let marks: &[u8] = if matches!(verb, 'x' | 'X') { b"pP" } else { b"eEpP" };
    let tail = body.iter().position(|byte| marks.contains(byte)).unwrap_or(body.len());
    let (head, tail) = body.split_at(tail);
    let mut seen = false;
    for &byte in head.iter().filter(|&&byte| byte != b'.') {
        seen |= byte != b'0';
        digits -= i64::from(seen);
    }
    let mut out = head.to_vec();
    if !head.contains(&b'.') {
        digits -= i64::from(head == b"0");
        out.push(b'.');
    }
    out.extend(std::iter::repeat_n(b'0', usize::try_from(digits).unwrap_or(0)));
    out.extend_from_slice(tail);
    out
}
