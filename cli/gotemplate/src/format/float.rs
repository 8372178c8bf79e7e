//! Floating point numbers as Go's strconv writes them.

/// From this decimal exponent on, the shortest form has an exponent.
const SHORTEST_LIMIT: i32 = 6;

/// More digits than any number has; what follows them is zeros.
const MAX_DIGITS: usize = 1_100;

/// Decimal digits without trailing zeros, and where the point stands: `0.digits × 10^point`.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

/// `%v` of a number: the shortest digits that give it back, with an exponent below -4 or from 6 on.
#[must_use]
pub fn float_text(value: f64) -> String {
    let mut out = Vec::new();
    append_float(&mut out, value, b'g', None);
    String::from_utf8_lossy(&out).into_owned()
}

/// Writes a number in the form `e E f g G b x X`; without a precision, as many digits as give the number back.
pub fn append_float(out: &mut Vec<u8>, value: f64, form: u8, precision: Option<usize>) {
    if value.is_nan() {
        return out.extend_from_slice(b"NaN");
    }
    if value.is_infinite() {
        return out.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let value = value.abs();
    match form {
        b'b' => binary(out, value),
        b'x' | b'X' => hexadecimal(out, value, form, precision),
        b'e' | b'E' => {
            let text = precision.map_or_else(
                || format!("{value:e}"),
                |digits| {
                    let digits = digits.min(MAX_DIGITS);
                    format!("{value:.digits$e}")
                },
            );
            let decimal = Decimal::parse(&text);
            let precision = precision.unwrap_or_else(|| decimal.digits.len().saturating_sub(1));
            decimal.exponent(out, precision, form);
        }
        b'f' => match precision {
            Some(digits) => {
                let shown = digits.min(MAX_DIGITS);
                out.extend_from_slice(format!("{value:.shown$}").as_bytes());
                out.extend(std::iter::repeat_n(b'0', digits - shown));
            }
            None => out.extend_from_slice(format!("{value}").as_bytes()),
        },
        _ => general(out, value, form, precision),
    }
}

fn general(out: &mut Vec<u8>, value: f64, form: u8, precision: Option<usize>) {
    let exponent_form = if form == b'G' { b'E' } else { b'e' };
    let (decimal, mut precision, limit) = match precision {
        None => {
            let decimal = Decimal::parse(&format!("{value:e}"));
            let digits = decimal.digits.len() as i32;
            (decimal, digits, SHORTEST_LIMIT)
        }
        Some(digits) => {
            let digits = digits.max(1);
            let decimal = Decimal::parse(&format!("{value:.*e}", (digits - 1).min(MAX_DIGITS)));
            let held = decimal.digits.len() as i32;
            let limit = if digits as i32 > held && held >= decimal.point { held } else { digits as i32 };
            (decimal, digits as i32, limit)
        }
    };
    let held = decimal.digits.len() as i32;
    let exponent = decimal.point - 1;
    if exponent < -4 || exponent >= limit {
        decimal.exponent(out, (precision.min(held) - 1).max(0) as usize, exponent_form);
    } else {
        if precision > decimal.point {
            precision = held;
        }
        decimal.fixed(out, (precision - decimal.point).max(0) as usize);
    }
}

impl Decimal {
    /// Takes `d.ddde-x` apart.
    fn parse(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let point = if digits.is_empty() { 0 } else { exponent + 1 };
        Self { digits, point }
    }

    fn digit(&self, index: i32) -> u8 {
        usize::try_from(index).ok().and_then(|index| self.digits.get(index)).copied().unwrap_or(b'0')
    }

    fn exponent(&self, out: &mut Vec<u8>, precision: usize, form: u8) {
        out.push(self.digit(0));
        if precision > 0 {
            out.push(b'.');
            out.extend((1..=precision as i32).map(|index| self.digit(index)));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        out.push(form);
        out.extend_from_slice(format!("{sign}{:02}", exponent.abs()).as_bytes());
    }

    fn fixed(&self, out: &mut Vec<u8>, precision: usize) {
        if self.point > 0 {
            out.extend((0..self.point).map(|index| self.digit(index)));
        } else {
            out.push(b'0');
        }
        if precision > 0 {
            out.push(b'.');
            out.extend((0..precision as i32).map(|index| self.digit(self.point + index)));
        }
    }
}

fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7FF) as i32;
    let fraction = bits & ((1 << 52) - 1);
    if exponent == 0 { (fraction, -1022) } else { (fraction | 1 << 52, exponent - 1023) }
}

fn binary(out: &mut Vec<u8>, value: f64) {
    let (mantissa, exponent) = parts(value);
    out.extend_from_slice(format!("{mantissa}p{:+}", exponent - 52).as_bytes());
}

fn hexadecimal(out: &mut Vec<u8>, value: f64, form: u8, precision: Option<usize>) {
    const TOP: u64 = 1 << 60;
    let (mut mantissa, mut exponent) = parts(value);
    if mantissa == 0 {
        exponent = 0;
    }
    mantissa <<= 8;
    while mantissa != 0 && mantissa & TOP == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if let Some(digits) = precision.filter(|&digits| digits < 15) {
        let shift = digits as u32 * 4;
        let extra = (mantissa << shift) & (TOP - 1);
        mantissa >>= 60 - shift;
        if extra | (mantissa & 1) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & (TOP << 1) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let mut text = format!("0x{}", (mantissa >> 60) & 1);
    mantissa <<= 4;
    let digits = precision.unwrap_or(if mantissa == 0 { 0 } else { 16 - mantissa.trailing_zeros() as usize / 4 });
    if digits > 0 {
        text.push('.');
    }
    for _ in 0..digits {
        text.push(char::from_digit((mantissa >> 60) as u32 & 15, 16).unwrap_or('0'));
        mantissa <<= 4;
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    text.push_str(&format!("p{sign}{:02}", exponent.abs()));
    out.extend_from_slice(if form == b'X' { text.to_uppercase() } else { text }.as_bytes());
}
