//! Amounts of money, exact in the minor units of their currency.

use std::str::FromStr as _;

use iso_currency::Currency;

/// The most digits that an amount may have before its point.
pub const MAX_DIGITS: usize = 12;

/// An amount of a currency, 0 or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    minor: u64,
    currency: Currency,
}

/// What is wrong with an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// NaN or an infinity.
    #[error("the amount is not finite")]
    NotFinite,
    /// Below 0.
    #[error("the amount is negative")]
    Negative,
    /// Anything but digits and one point.
    #[error("the amount is no decimal number")]
    NotDecimal,
    /// Too many digits.
    #[error("the amount has more than {MAX_DIGITS} digits before its point")]
    TooLarge,
    /// More decimals than the currency has.
    #[error("the amount has more than {decimals} decimals, which {currency} does not have")]
    TooFine {
        /// How many the currency has.
        decimals: u16,
        /// The code of the currency.
        currency: &'static str,
    },
}

/// The currency of a code of ISO 4217 that money can be paid in; metals, tests and "no currency" are none.
#[must_use]
pub fn currency(code: &str) -> Option<Currency> {
    let currency = Currency::from_str(code).ok().filter(|currency| currency.code() == code)?;
    currency.exponent().map(|_| currency)
}

impl Amount {
    /// Reads a decimal number such as `129.90`.
    ///
    /// # Errors
    /// It is no amount of the currency.
    pub fn read(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let bare = text.trim_start_matches(['+', '-']);
        if ["nan", "inf", "infinity"].iter().any(|word| bare.eq_ignore_ascii_case(word)) {
            return Err(AmountError::NotFinite);
        }
        if text.starts_with('-') {
            return Err(AmountError::Negative);
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || text.ends_with('.') {
            return Err(AmountError::NotDecimal);
        }
        if whole.len() > MAX_DIGITS {
            return Err(AmountError::TooLarge);
        }
        let decimals = currency.exponent().unwrap_or(0);
        let width = usize::from(decimals);
        if fraction.len() > width {
            return Err(AmountError::TooFine { decimals, currency: currency.code() });
        }
        let minor = format!("{whole}{fraction:0<width$}").parse().map_err(|_| AmountError::TooLarge)?;
        Ok(Self { minor, currency })
    }

    /// The currency.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// In the smallest units of the currency.
    #[must_use]
    pub fn minor(&self) -> u64 {
        self.minor
    }

    /// In whole units of the currency, as near as 64 bits come.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "features are no bookkeeping")]
    pub fn units(&self) -> f64 {
        self.minor as f64 / 10_f64.powi(i32::from(self.currency.exponent().unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Amount, AmountError, currency};

    fn read(text: &str, code: &str) -> Result<u64, AmountError> {
        Amount::read(text, currency(code).unwrap()).map(|amount| amount.minor())
    }

    #[test]
    fn amounts_are_exact() {
        assert_eq!(read("129.9", "EUR"), Ok(12_990));
        assert_eq!(read("0", "EUR"), Ok(0));
        assert_eq!(read("1000", "JPY"), Ok(1_000));
        assert_eq!(read("1.234", "TND"), Ok(1_234));
        assert_eq!(read("999999999999.99", "EUR"), Ok(99_999_999_999_999));
    }

    #[test]
    fn what_is_no_amount_is_refused_with_its_reason() {
        for text in ["NaN", "nan", "Infinity", "-inf", "+Infinity"] {
            assert_eq!(read(text, "EUR"), Err(AmountError::NotFinite), "{text}");
        }
        assert_eq!(read("-1", "EUR"), Err(AmountError::Negative));
        for text in ["", ".", "1.", ".5", "1e5", "0x10", "1,5", " 1", "1 ", "+1", "١"] {
            assert_eq!(read(text, "EUR"), Err(AmountError::NotDecimal), "{text}");
        }
        assert_eq!(read("1000000000000", "EUR"), Err(AmountError::TooLarge));
        assert_eq!(read("1.5", "JPY"), Err(AmountError::TooFine { decimals: 0, currency: "JPY" }));
    }

    #[test]
    fn currencies_are_those_of_the_standard() {
        assert!(currency("EUR").is_some());
        for code in ["eur", "EURO", "XXY", "", "BTC", "XAU", "XXX"] {
            assert!(currency(code).is_none(), "{code}");
        }
    }
}
