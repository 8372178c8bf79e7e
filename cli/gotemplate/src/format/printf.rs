//! `fmt.Sprintf`: verbs with flags, width, precision and argument indexes, and what Go writes where they do not fit.

use portcullis_source::OriginId;

use super::{
    printer::{Flags, NIL_TEXT, Printer},
    quote::first_rune,
    rope::{Rope, View},
};
use crate::{Data, Str, Value};

/// The largest width or precision that Go takes.
const MAX_NUMBER: i64 = 1_000_000;

/// Formats with a format of the engine's own.
#[must_use]
pub fn sprintf(format: &Str, args: &[Value]) -> Str {
    formatted(View::new(format, OriginId::NONE), args).into_str()
}

/// Formats with a format that is a value: its literal text keeps its origin. A value that is no string formats as nothing.
#[must_use]
pub fn sprintf_value(format: &Value, args: &[Value]) -> Value {
    let Data::String(text) = &format.data else { return Value::string("") };
    formatted(View::new(text, format.origin), args).into_value(format.origin)
}

fn formatted(format: View<'_>, args: &[Value]) -> Rope {
    let mut rope = Rope::with_capacity(format.bytes().len() + 32);
    let mut state = State { format, at: 0, args, next: 0, indexed: false, index_fits: true, reordered: false };
    state.run(&mut rope);
    rope
}

struct State<'a> {
    format: View<'a>,
    at: usize,
    args: &'a [Value],
    /// The argument that the next verb takes.
    next: usize,
    /// The item before was an index such as `[3]`.
    indexed: bool,
    index_fits: bool,
    reordered: bool,
}

impl State<'_> {
    fn run(&mut self, out: &mut Rope) {
        let bytes = self.format.bytes();
        while self.at < bytes.len() {
            self.index_fits = true;
            let start = self.at;
            let rest = bytes.get(start..).unwrap_or_default();
            self.at += rest.iter().position(|&byte| byte == b'%').unwrap_or(rest.len());
            out.push_part(self.format, start..self.at);
            if self.at >= bytes.len() {
                break;
            }
            let origin = self.format.origin_at(self.at);
            self.at += 1;
            let mut printer = Printer { out, flags: Flags::default(), origin };
            self.directive(&mut printer);
        }
        let extra = self.args.get(self.next..).unwrap_or_default();
        if !self.reordered && !extra.is_empty() {
            let mut printer = Printer { out, flags: Flags::default(), origin: OriginId::NONE };
            extra_arguments(&mut printer, extra);
        }
    }

    fn peek(&self) -> Option<u8> {
        self.format.bytes().get(self.at).copied()
    }

    fn directive(&mut self, printer: &mut Printer<'_>) {
        self.flags(printer);
        self.index();
        self.width(printer);
        self.precision(printer);
        if !self.indexed {
            self.index();
        }
        let Some((rune, width)) = self.format.bytes().get(self.at..).and_then(first_rune) else {
            return printer.text("%!(NOVERB)");
        };
        let verb = rune.unwrap_or(char::REPLACEMENT_CHARACTER);
        self.at += width;
        match self.args.get(self.next) {
            _ if verb == '%' => printer.text("%"),
            _ if !self.index_fits => printer.text(&format!("%!{verb}(BADINDEX)")),
            None => printer.text(&format!("%!{verb}(MISSING)")),
            Some(arg) => {
                if verb == 'v' {
                    printer.flags.sharp_v = std::mem::take(&mut printer.flags.sharp);
                    printer.flags.plus = false;
                }
                printer.argument(arg, verb);
                self.next += 1;
            }
        }
    }

    fn flags(&mut self, printer: &mut Printer<'_>) {
        self.indexed = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => printer.flags.sharp = true,
                b'0' => printer.flags.zero = true,
                b'+' => printer.flags.plus = true,
                b'-' => printer.flags.minus = true,
                b' ' => printer.flags.space = true,
                _ => return,
            }
            self.at += 1;
        }
    }

    fn width(&mut self, printer: &mut Printer<'_>) {
        if self.peek() == Some(b'*') {
            self.at += 1;
            let number = self.number_argument();
            if number.is_none() {
                printer.text("%!(BADWIDTH)");
            }
            let number = number.unwrap_or(0);
            if number < 0 {
                printer.flags.minus = true;
                printer.flags.zero = false;
            }
            printer.flags.width = usize::try_from(number.abs()).ok().filter(|&width| width > 0);
            self.indexed = false;
        } else {
            printer.flags.width = self.number();
            if self.indexed && printer.flags.width.is_some() {
                self.index_fits = false;
            }
        }
    }

    fn precision(&mut self, printer: &mut Printer<'_>) {
        if self.peek() != Some(b'.') {
            return;
        }
        self.at += 1;
        if self.indexed {
            self.index_fits = false;
        }
        self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            let number = self.number_argument();
            printer.flags.precision = number.and_then(|number| usize::try_from(number).ok());
            if printer.flags.precision.is_none() {
                printer.text("%!(BADPREC)");
            }
            self.indexed = false;
        } else {
            printer.flags.precision = Some(self.number().unwrap_or(0));
        }
    }

    /// An explicit argument index, `[n]`.
    fn index(&mut self) {
        self.indexed = false;
        let bytes = self.format.bytes();
        let Some(rest) = bytes.get(self.at..).filter(|rest| rest.first() == Some(&b'[')) else { return };
        self.reordered = true;
        let close = rest.iter().position(|&byte| byte == b']').filter(|_| rest.len() >= 3);
        let Some(close) = close else {
            self.index_fits = false;
            self.at += 1;
            return;
        };
        self.at += close + 1;
        let digits = rest.get(1..close).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default();
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse::<i64>().ok().filter(|&number| plain && number <= MAX_NUMBER);
        self.indexed = number.is_some();
        match number.and_then(|number| usize::try_from(number - 1).ok()).filter(|&index| index < self.args.len()) {
            Some(index) => self.next = index,
            None => self.index_fits = false,
        }
    }

    /// Digits; a number beyond what Go takes ends the format, as there.
    fn number(&mut self) -> Option<usize> {
        let start = self.at;
        let mut value = 0_i64;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            if value > MAX_NUMBER {
                self.at = self.format.bytes().len();
                return None;
            }
            value = value * 10 + i64::from(digit - b'0');
            self.at += 1;
        }
        usize::try_from(value).ok().filter(|_| self.at > start)
    }

    /// The integer argument that `*` takes.
    fn number_argument(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        match arg.data {
            Data::Int(number) | Data::Int64(number) => Some(number).filter(|number| number.abs() <= MAX_NUMBER),
            Data::Uint8(number) => Some(i64::from(number)),
            Data::Nil
            | Data::Bool(_)
            | Data::Float(_)
            | Data::String(_)
            | Data::Bytes(_)
            | Data::List(_)
            | Data::Map(_)
            | Data::Object(_) => None,
        }
    }
}

fn extra_arguments(printer: &mut Printer<'_>, extra: &[Value]) {
    printer.text("%!(EXTRA ");
    for (index, arg) in extra.iter().enumerate() {
        if index > 0 {
            printer.text(", ");
        }
        if matches!(arg.data, Data::Nil) {
            printer.text(NIL_TEXT);
        } else {
            printer.text(&format!("{}=", arg.type_name()));
            printer.argument(arg, 'v');
        }
    }
    printer.text(")");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: &str, args: &[Value], expected: &str) {
        assert_eq!(sprintf(&Str::from(format), args).lossy(), expected, "{format}");
    }

    fn int(number: i64) -> Value {
        Value::new(Data::Int(number))
    }

    fn float(number: f64) -> Value {
        Value::new(Data::Float(number))
    }

    fn text(text: &str) -> Value {
        Value::string(text)
    }

    #[test]
    fn integers_and_characters() {
        check("%v %d %x %X %#x %o %b %+d", &[5, 5, 255, 255, 255, 8, 5, 5].map(int), "5 5 ff FF 0xff 10 101 +5");
        check("%5d|%05d|% d|%03d|%#08x|%+08d|%.5d", &[42, 42, 5, -5, 255, 42, 42].map(int), "   42|00042| 5|-05|0x000000ff|+0000042|00042");
        check("%q %c %U %5c|%U|%#U", &[65, 65, 9731, 120, 0x1F600, 0x1F600].map(int), "'A' A U+2603     x|U+1F600|U+1F600 '😀'");
    }

    #[test]
    fn floats_take_an_exponent_early() {
        check(
            "%v %.2f %e %g %f %8.3f|",
            &[1e6, 1.5, 1234.5, 1e21, 1.0, 3.25].map(float),
            "1e+06 1.50 1.234500e+03 1e+21 1.000000    3.250|",
        );
        check("%.3g %.0f %v %v %v", &[123456.0, 2.5, 0.00001, 100000.0, 123456789.5].map(float), "1.23e+05 2 1e-05 100000 1.234567895e+08");
        check(
            "%x %b %g %G %#g %+.2e|%08.3f",
            &[1.5, 1.0, -0.0, 1e-7, 1.5, 1.5, 3.25].map(float),
            "0x1.8p+00 4503599627370496p-52 -0 1E-07 1.50000 +1.50e+00|0003.250",
        );
    }

    #[test]
    fn strings_are_cut_padded_and_quoted() {
        check("%s|%-5s|%05s|%6.2s|%-8q|", &["s", "ab", "a", "abc", "a"].map(text), "s|ab   |0000a|    ab|\"a\"     |");
        check(
            "%q %q %+q %#q %#v",
            &["q\"", "é☃\0\u{7}\u{200b}😀\t\n\\", "é", "a", "x"].map(text),
            "\"q\\\"\" \"é☃\\x00\\a\\u200b😀\\t\\n\\\\\" \"\\u00e9\" `a` \"x\"",
        );
        check("%x|% x|%# x", &["hi", "hi", "hi"].map(text), "6869|68 69|0x68 0x69");
    }

    #[test]
    fn containers_print_each_element_under_the_verb() {
        let list = Value::list(vec![int(1), text("a"), Value::invalid()]);
        check("%s", &[Value::list(vec![float(1.0), text("two"), Value::invalid()])], "[%!s(float64=1) two <nil>]");
        check(
            "%v|%5v|%#v",
            &[list.clone(), list.clone(), list],
            "[1 a <nil>]|[    1     a <nil>]|[]interface {}{1, \"a\", interface {}(nil)}",
        );
    }

    #[test]
    fn what_does_not_fit_is_said_in_the_text() {
        check(
            "%d %s %v %t %T",
            &[float(1e6), Value::invalid(), Value::invalid(), int(1), int(1)],
            "%!d(float64=1e+06) %!s(<nil>) <nil> %!t(int=1) int",
        );
        check("%s %s", &[text("a")], "a %!s(MISSING)");
        check("%s", &[text("a"), text("b")], "a%!(EXTRA string=b)");
        check("%z %", &[int(1)], "%!z(int=1) %!(NOVERB)");
        check("%!", &[], "%!!(MISSING)");
        check("%*d %[3]s %-8q| % d", &[int(5), int(42), text("abc"), text("a")], "   42 abc \"a\"     | %!d(MISSING)");
    }
}
