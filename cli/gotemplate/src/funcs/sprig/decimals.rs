//! Arithmetic on floats that goes through decimals, so that 0.1 and 0.2 make 0.3.

use std::cmp::Ordering;

use crate::{Call, Data, Failure, Function, Param, Value, funcs::cast::to_float};

const ONE: &[Param] = &[Param::Any];

/// Sums, differences, products and quotients.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("add1f", ONE, |call, args| fold(call, args, Decimal::one(), |total, number| Ok(total.add(number)))),
    Function::variadic("addf", &[], Param::Any, |call, args| fold(call, args, Decimal::default(), |total, number| Ok(total.add(number)))),
    Function::variadic("subf", ONE, Param::Any, |call, args| from_first(call, args, |total, number| Ok(total.add(&number.negated())))),
    Function::variadic("mulf", ONE, Param::Any, |call, args| from_first(call, args, |total, number| Ok(total.times(number)))),
    Function::variadic("divf", ONE, Param::Any, |call, args| from_first(call, args, Decimal::divided_by)),
];

/// The decimal places of a quotient.
const DIVISION_PRECISION: i64 = 16;

/// The most digits of a number in between.
const MAX_DIGITS: usize = 20_000;

type Step = fn(Decimal, &Decimal) -> Result<Decimal, Failure>;

fn fold(call: &mut Call<'_, '_>, args: Vec<Value>, start: Decimal, step: Step) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let total = args.iter().try_fold(start, |total, arg| {
        if total.digits.len() > MAX_DIGITS {
            return Err(Failure::limit(format!("a number of more than {MAX_DIGITS} digits")));
        }
        step(total, &Decimal::from_float(to_float(arg))?)
    })?;
    Ok(Value::new(Data::Float(total.to_float())).from(origin))
}

fn from_first(call: &mut Call<'_, '_>, args: Vec<Value>, step: Step) -> Result<Value, Failure> {
    let start = Decimal::from_float(args.first().map_or(0.0, to_float))?;
    let origin = call.join(&args);
    let rest = args.into_iter().skip(1).collect();
    fold(call, rest, start, step).map(|value| value.from(origin))
}

/// `±digits × 10^exponent`, the digits from the last to the first.
#[derive(Clone, Debug, Default)]
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn one() -> Self {
        Self { negative: false, digits: vec![1], exponent: 0 }
    }

    fn from_float(number: f64) -> Result<Self, Failure> {
        if !number.is_finite() {
            return Err(Failure::new(format!("Cannot create a Decimal from {}", crate::format::float_text(number))));
        }
        let text = format!("{:e}", number.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits: Vec<u8> = mantissa.bytes().rev().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect();
        let exponent = exponent.parse::<i64>().unwrap_or(0) + 1 - digits.len() as i64;
        Ok(Self { negative: number < 0.0, digits, exponent }.trimmed())
    }

    fn to_float(&self) -> f64 {
        let digits: String = self.digits.iter().rev().map(|&digit| char::from(b'0' + digit)).collect();
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}e{}", if digits.is_empty() { "0" } else { &digits }, self.exponent).parse().unwrap_or(0.0)
    }

    /// Without zeros before the first digit.
    fn trimmed(mut self) -> Self {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        self.negative &= !self.digits.is_empty();
        self
    }

    fn negated(&self) -> Self {
        Self { negative: !self.negative && !self.digits.is_empty(), ..self.clone() }
    }

    /// The digits as of a smaller exponent.
    fn at(&self, exponent: i64) -> Vec<u8> {
        let zeros = usize::try_from(self.exponent - exponent).unwrap_or(0);
        std::iter::repeat_n(0, zeros).chain(self.digits.iter().copied()).collect()
    }

    fn add(self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        let (left, right) = (self.at(exponent), other.at(exponent));
        if self.negative == other.negative {
            return Self { negative: self.negative, digits: sum(&left, &right), exponent }.trimmed();
        }
        let (negative, digits) = match compare(&left, &right) {
            Ordering::Less => (other.negative, difference(&right, &left)),
            Ordering::Equal | Ordering::Greater => (self.negative, difference(&left, &right)),
        };
        Self { negative, digits, exponent }.trimmed()
    }

    fn times(self, other: &Self) -> Self {
        let mut columns = vec![0_u32; self.digits.len() + other.digits.len() + 1];
        for (shift, &left) in self.digits.iter().enumerate() {
            let mut carry = 0;
            for (column, &right) in columns.iter_mut().skip(shift).zip(other.digits.iter().chain(std::iter::repeat(&0))) {
                let total = *column + u32::from(left) * u32::from(right) + carry;
                *column = total % 10;
                carry = total / 10;
            }
        }
        let digits = columns.into_iter().map(|column| column as u8).collect();
        Self { negative: self.negative != other.negative, digits, exponent: self.exponent + other.exponent }.trimmed()
    }

    /// The quotient to 16 places, rounded away from zero at the half.
    fn divided_by(self, other: &Self) -> Result<Self, Failure> {
        if other.digits.is_empty() {
            return Err(Failure::new("decimal division by 0"));
        }
        let shift = self.exponent - other.exponent + DIVISION_PRECISION;
        let raised = |digits: &[u8], by: i64| {
            std::iter::repeat_n(0, usize::try_from(by).unwrap_or(0)).chain(digits.iter().copied()).collect::<Vec<u8>>()
        };
        let (dividend, divisor) = (raised(&self.digits, shift), raised(&other.digits, -shift));
        let (mut quotient, mut rest) = (Vec::new(), Vec::new());
        for &digit in dividend.iter().rev() {
            rest.insert(0, digit);
            let mut times = 0;
            while compare(&rest, &divisor).is_ge() {
                rest = difference(&rest, &divisor);
                times += 1;
            }
            quotient.push(times);
        }
        quotient.reverse();
        if compare(&sum(&rest, &rest), &divisor).is_ge() {
            quotient = sum(&quotient, &[1]);
        }
        Ok(Self { negative: self.negative != other.negative, digits: quotient, exponent: -DIVISION_PRECISION }.trimmed())
    }
}

fn significant(digits: &[u8]) -> &[u8] {
    let length = digits.iter().rposition(|&digit| digit != 0).map_or(0, |last| last + 1);
    digits.get(..length).unwrap_or(digits)
}

fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let (left, right) = (significant(left), significant(right));
    left.len().cmp(&right.len()).then_with(|| left.iter().rev().cmp(right.iter().rev()))
}

fn sum(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    (0..left.len().max(right.len()) + 1)
        .map(|index| {
            let total = left.get(index).unwrap_or(&0) + right.get(index).unwrap_or(&0) + carry;
            carry = total / 10;
            total % 10
        })
        .collect()
}

/// The larger less the smaller.
fn difference(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    left.iter()
        .enumerate()
        .map(|(index, &digit)| {
            let taken = right.get(index).unwrap_or(&0) + borrow;
            borrow = u8::from(digit < taken);
            digit + 10 * borrow - taken
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: f64) -> Decimal {
        Decimal::from_float(value).unwrap()
    }

    #[test]
    fn decimals_do_not_show_how_floats_are_stored() {
        assert_eq!(number(0.1).add(&number(0.2)).to_float(), 0.3);
        assert_eq!(number(7.5).add(&number(2.0).negated()).add(&number(3.0).negated()).to_float(), 2.5);
        assert_eq!(number(1.0).add(&number(3.0).negated()).to_float(), -2.0);
        assert_eq!(number(1.1).times(&number(3.0)).to_float(), 3.3);
        assert_eq!(number(10.0).divided_by(&number(3.0)).unwrap().to_float(), 3.333_333_333_333_333_5);
        assert_eq!(number(-2.0).divided_by(&number(3.0)).unwrap().to_float(), -0.666_666_666_666_666_7);
        assert_eq!(number(1e300).times(&number(1e-300)).to_float(), 1.0);
    }
}
