//! Numbers as Terraform computes them: binary floating point with 512 bits, printed as the shortest decimal that reads as the same.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};

use crate::limits::{MAX_NUMBER_DIGITS, MAX_NUMBER_EXPONENT};

/// The precision of numbers that are written, or read from text.
const WRITTEN: u32 = 512;
/// The precision of numbers that functions count.
const COUNTED: u32 = 64;
/// The precision of numbers that functions compute with the machine's floats.
const FLOAT: u32 = 53;

/// A number: `mantissa * 2^exponent`, rounded to its precision.
#[derive(Clone, Debug)]
pub struct Number {
    negative: bool,
    /// Odd, or zero.
    mantissa: BigUint,
    exponent: i64,
    precision: u32,
}

impl Number {
    fn rounded(negative: bool, mantissa: BigUint, exponent: i64, precision: u32, inexact: bool) -> Option<Self> {
        let (mut mantissa, mut exponent) = (mantissa, exponent);
        let excess = mantissa.bits().saturating_sub(u64::from(precision));
        if excess > 0 {
            let kept = &mantissa >> excess;
            let rest = &mantissa - (&kept << excess);
            let half = BigUint::from(1_u8) << (excess - 1);
            let up = match rest.cmp(&half) {
                Ordering::Greater => true,
                Ordering::Less => false,
                Ordering::Equal => inexact || kept.bit(0),
            };
            mantissa = if up { kept + 1_u8 } else { kept };
            exponent += excess as i64;
        }
        let zeros = mantissa.trailing_zeros().unwrap_or(0);
        if zeros > 0 {
            mantissa >>= zeros;
            exponent += zeros as i64;
        }
        if mantissa.bits() == 0 {
            exponent = 0;
        }
        let negative = negative && mantissa.bits() > 0;
        (exponent.abs() <= MAX_NUMBER_EXPONENT).then_some(Self { negative, mantissa, exponent, precision })
    }

    /// A number that counts something.
    #[must_use]
    pub fn integer(value: i64) -> Self {
        let mantissa = BigUint::from(value.unsigned_abs());
        Self::rounded(value < 0, mantissa, 0, COUNTED, false).unwrap_or_else(Self::zero)
    }

    fn zero() -> Self {
        Self { negative: false, mantissa: BigUint::ZERO, exponent: 0, precision: COUNTED }
    }

    /// A whole number of any size, with the precision of one that is written.
    #[must_use]
    pub fn whole(value: &BigInt) -> Option<Self> {
        let precision = u32::try_from(value.bits()).ok()?.max(WRITTEN);
        Self::rounded(value.sign() == Sign::Minus, value.magnitude().clone(), 0, precision, false)
    }

    /// What a computation with the machine's floats gave; none where that is no number.
    #[must_use]
    pub fn float(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let bits = value.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let power = i64::try_from((bits >> 52) & 0x7FF).ok()?;
        let (mantissa, exponent) = if power == 0 { (fraction, -1074) } else { (fraction | 1 << 52, power - 1075) };
        Self::rounded(value < 0.0, BigUint::from(mantissa), exponent, FLOAT, false)
    }

    /// Reads a decimal text such as `-1.5e3`; none where it is none, or beyond the limits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, power) = match rest.find(['e', 'E']) {
            Some(at) => (rest.get(..at)?, rest.get(at + 1..)?.parse::<i64>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) || rest.len() > MAX_NUMBER_DIGITS {
            return None;
        }
        let power = power.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        if power.abs() > MAX_NUMBER_DIGITS as i64 {
            return None;
        }
        let mantissa = BigUint::parse_bytes(format!("{whole}{fraction}").as_bytes(), 10)?;
        let scale = BigUint::from(10_u8).pow(u32::try_from(power.unsigned_abs()).ok()?);
        if power >= 0 {
            return Self::rounded(negative, mantissa * scale, 0, WRITTEN, false);
        }
        Self::quotient(negative, (&mantissa, 0), (&scale, 0), WRITTEN)
    }

    fn quotient(negative: bool, left: (&BigUint, i64), right: (&BigUint, i64), precision: u32) -> Option<Self> {
        let shift = (u64::from(precision) + 2 + right.0.bits()).saturating_sub(left.0.bits());
        let numerator = left.0 << shift;
        let quotient = &numerator / right.0;
        let inexact = &quotient * right.0 != numerator;
        // A bit that stands for the rest of the division, so that ties are told from what is above them.
        let (quotient, exponent) = ((quotient << 1_u8) + u8::from(inexact), left.1 - right.1 - shift as i64 - 1);
        Self::rounded(negative, quotient, exponent, precision, inexact)
    }

    fn signed(&self, exponent: i64) -> BigInt {
        let mantissa = &self.mantissa << (self.exponent - exponent).unsigned_abs();
        BigInt::from_biguint(if self.negative { Sign::Minus } else { Sign::Plus }, mantissa)
    }

    /// The sum.
    #[must_use]
    pub fn add(&self, other: &Self) -> Option<Self> {
        let exponent = self.exponent.min(other.exponent);
        let sum = self.signed(exponent) + other.signed(exponent);
        let precision = self.precision.max(other.precision);
        Self::rounded(sum.sign() == Sign::Minus, sum.magnitude().clone(), exponent, precision, false)
    }

    /// The negative.
    #[must_use]
    pub fn negate(&self) -> Self {
        Self { negative: !self.negative && self.mantissa.bits() > 0, ..self.clone() }
    }

    /// Without the sign.
    #[must_use]
    pub fn absolute(&self) -> Self {
        Self { negative: false, ..self.clone() }
    }

    /// The product, with as many more bits as it needs up to those of written numbers.
    #[must_use]
    pub fn multiply(&self, other: &Self) -> Option<Self> {
        let product = &self.mantissa * &other.mantissa;
        let negative = self.negative != other.negative && product.bits() > 0;
        let exact = Self::rounded(negative, product, self.exponent + other.exponent, WRITTEN, false)?;
        let needed = u32::try_from(exact.mantissa.bits()).ok()?;
        Some(Self { precision: self.precision.max(other.precision).max(needed), ..exact })
    }

    /// The quotient; none where the divisor is zero.
    #[must_use]
    pub fn divide(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let precision = self.precision.max(other.precision);
        let negative = self.negative != other.negative && !self.is_zero();
        Self::quotient(negative, (&self.mantissa, self.exponent), (&other.mantissa, other.exponent), precision)
    }

    /// What is left of a division, with the sign of the dividend; none where the divisor is zero.
    #[must_use]
    pub fn remainder(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let exponent = self.exponent.min(other.exponent);
        let rest = self.signed(exponent) % other.signed(exponent);
        let precision = self.precision.max(other.precision);
        Self::rounded(rest.sign() == Sign::Minus, rest.magnitude().clone(), exponent, precision, false)
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.mantissa.bits() == 0
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Whether it has no fraction.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.exponent >= 0
    }

    /// The whole part, the fraction cut off.
    #[must_use]
    pub fn truncated(&self) -> BigInt {
        let shift = self.exponent.unsigned_abs();
        let magnitude = if self.exponent >= 0 { &self.mantissa << shift } else { &self.mantissa >> shift };
        BigInt::from_biguint(if self.negative { Sign::Minus } else { Sign::Plus }, magnitude)
    }

    /// The largest whole number that is not above it.
    #[must_use]
    pub fn floor(&self) -> BigInt {
        let whole = self.truncated();
        if self.negative && !self.is_whole() { whole - 1 } else { whole }
    }

    /// The smallest whole number that is not below it.
    #[must_use]
    pub fn ceiling(&self) -> BigInt {
        let whole = self.truncated();
        if self.negative || self.is_whole() { whole } else { whole + 1 }
    }

    /// The same as an integer of the machine, where it is one.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        self.is_whole().then(|| i64::try_from(self.truncated()).ok()).flatten()
    }

    /// The nearest float of the machine.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.text().parse().unwrap_or(f64::NAN)
    }

    /// The shortest decimal that reads as this number at its precision.
    #[must_use]
    pub fn text(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let whole = self.truncated();
        if self.is_whole() && whole.bits() <= u64::from(self.precision) {
            return format!("{sign}{}", whole.magnitude());
        }
        let (digits, scale) = self.shortest();
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }

    /// The digits of a fraction, and how many of them stand behind the point.
    fn shortest(&self) -> (String, usize) {
        let spare = u64::from(self.precision + 1).saturating_sub(self.mantissa.bits());
        let mantissa = &self.mantissa << spare;
        let exponent = self.exponent - spare as i64;
        let scale = match u32::try_from(exponent) {
            Ok(power) => BigUint::from(1_u8) << power,
            Err(_) => BigUint::from(5_u8).pow(u32::try_from(exponent.unsigned_abs()).unwrap_or(0)),
        };
        let exponent = exponent.min(0).unsigned_abs();
        let inclusive = !mantissa.bit(1);
        let texts = [&mantissa - 1_u8, mantissa.clone(), &mantissa + 1_u8].map(|number| (number * &scale).to_string());
        let width = texts.iter().map(String::len).max().unwrap_or(0);
        let [lower, own, upper] = texts.map(|text| format!("{text:0>width$}").into_bytes());
        let (lower_length, upper_length) = (significant(&lower), significant(&upper));
        for (at, ((&low, &digit), &high)) in lower.iter().zip(&own).zip(&upper).enumerate() {
            let down = low != digit || inclusive && at + 1 == lower_length;
            let up = digit != high && (inclusive || digit + 1 < high || at + 1 < upper_length);
            let kept = match (down, up) {
                (false, false) => continue,
                (true, false) => cut(&own, at + 1, false),
                (false, true) => cut(&own, at + 1, true),
                (true, true) => cut(&own, at + 1, rounds_up(&own, at + 1)),
            };
            return (kept, exponent as usize);
        }
        (String::from_utf8_lossy(&own).into_owned(), exponent as usize)
    }
}

fn significant(digits: &[u8]) -> usize {
    digits.iter().rposition(|&digit| digit != b'0').map_or(0, |at| at + 1)
}

fn rounds_up(digits: &[u8], at: usize) -> bool {
    match digits.get(at) {
        Some(b'5') if significant(digits) == at + 1 => digits.get(at - 1).is_some_and(|digit| digit % 2 == 1),
        Some(&digit) => digit >= b'5',
        None => false,
    }
}

/// The digits up to a place, with zeros for those behind it.
fn cut(digits: &[u8], at: usize, up: bool) -> String {
    let mut kept: Vec<u8> = digits.iter().enumerate().map(|(place, &digit)| if place < at { digit } else { b'0' }).collect();
    if up {
        for digit in kept.iter_mut().take(at).rev() {
            if *digit == b'9' {
                *digit = b'0';
            } else {
                *digit += 1;
                return String::from_utf8_lossy(&kept).into_owned();
            }
        }
        kept.insert(0, b'1');
    }
    String::from_utf8_lossy(&kept).into_owned()
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.exponent == other.exponent {
            return self.signed(self.exponent).cmp(&other.signed(self.exponent));
        }
        let exponent = self.exponent.min(other.exponent);
        self.signed(exponent).cmp(&other.signed(exponent))
    }
}
