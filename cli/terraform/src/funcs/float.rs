//! Logarithms and powers to the last bit as Go computes them.

/// The natural logarithm of two, its upper bits and the rest.
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];

/// The polynomial that stands for the rest of the series, the lowest power first.
const SERIES: [f64; 7] = [
    6.666_666_666_666_735e-1,
    3.999_999_999_940_942e-1,
    2.857_142_874_366_239e-1,
    2.222_219_843_214_978_4e-1,
    1.818_357_216_161_805e-1,
    1.531_383_769_920_937_3e-1,
    1.479_819_860_511_658_6e-1,
];

/// A number as a fraction between a half and one, and a power of two.
fn split(value: f64) -> (f64, i32) {
    if value == 0.0 || !value.is_finite() {
        return (value, 0);
    }
    let (value, shift) = if value.abs() < f64::MIN_POSITIVE { (value * 2_f64.powi(52), -52) } else { (value, 0) };
    let bits = value.to_bits();
    let power = i32::try_from((bits >> 52) & 0x7FF).unwrap_or(0) - 1022;
    (f64::from_bits(bits & !(0x7FF << 52) | 1022 << 52), power + shift)
}

/// The natural logarithm.
pub(super) fn logarithm(value: f64) -> f64 {
    if value.is_nan() || value < 0.0 {
        return f64::NAN;
    }
    if value == 0.0 {
        return f64::NEG_INFINITY;
    }
    if value.is_infinite() {
        return value;
    }
    let (mut fraction, mut power) = split(value);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        power -= 1;
    }
    let above = fraction - 1.0;
    let power = f64::from(power);
    let ratio = above / (2.0 + above);
    let square = ratio * ratio;
    let fourth = square * square;
    let [one, two, three, four, five, six, seven] = SERIES;
    let odd = square * (one + fourth * (three + fourth * (five + fourth * seven)));
    let even = fourth * (two + fourth * (four + fourth * six));
    let half = 0.5 * above * above;
    power * LN_2[0] - ((half - (ratio * (half + (odd + even)) + power * LN_2[1])) - above)
}

/// A power: the whole part of the exponent by squaring, the rest by the logarithm.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    if exponent == 0.0 || base == 1.0 {
        return 1.0;
    }
    if !base.is_finite() || !exponent.is_finite() || base == 0.0 || exponent.abs() >= 9.0e18 {
        return base.powf(exponent);
    }
    if exponent == 0.5 {
        return base.sqrt();
    }
    if exponent == -0.5 {
        return 1.0 / base.sqrt();
    }
    let (mut whole, mut rest) = (exponent.abs().trunc(), exponent.abs().fract());
    if rest != 0.0 && base < 0.0 {
        return f64::NAN;
    }
    let (mut made, mut scale) = (1.0, 0_i64);
    if rest != 0.0 {
        if rest > 0.5 {
            rest -= 1.0;
            whole += 1.0;
        }
        made = (rest * logarithm(base)).exp();
    }
    let (mut factor, power) = split(base);
    let mut power = i64::from(power);
    let mut left = whole as u64;
    while left != 0 {
        if power.abs() > 1 << 12 {
            scale += power;
            break;
        }
        if left & 1 == 1 {
            made *= factor;
            scale += power;
        }
        factor *= factor;
        power <<= 1;
        if factor < 0.5 {
            factor += factor;
            power -= 1;
        }
        left >>= 1;
    }
    if exponent < 0.0 {
        (made, scale) = (1.0 / made, -scale);
    }
    // In two steps, so that neither leaves the range alone.
    let scale = i32::try_from(scale.clamp(-2_200, 2_200)).unwrap_or(0);
    made * 2_f64.powi(scale / 2) * 2_f64.powi(scale - scale / 2)
}
