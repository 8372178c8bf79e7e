//! Which applications a part of a run checks.

use std::{fmt, str::FromStr};

use sha2::{Digest as _, Sha256};

/// The most parts that a run may have.
const MAX_PARTS: u32 = 4096;

/// One of several parts, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    /// Which one.
    pub(crate) index: u32,
    /// How many there are.
    pub(crate) of: u32,
}

impl Part {
    /// Whether an application is its own; what belongs to no application is one part's too. The name alone decides, so that a new
    /// application moves no other.
    pub(crate) fn owns(self, application: Option<&str>) -> bool {
        let digest = Sha256::digest(application.unwrap_or_default().as_bytes());
        let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        number % u64::from(self.of.max(1)) + 1 == u64::from(self.index)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        let Some((index, of)) = numbers else { return Err("write it as PART/PARTS, such as 3/16".to_owned()) };
        if of == 0 || of > MAX_PARTS {
            return Err(format!("there may be 1 to {MAX_PARTS} parts"));
        }
        if index == 0 || index > of {
            return Err(format!("parts count from 1 to {of}"));
        }
        Ok(Self { index, of })
    }
}

#[cfg(test)]
mod tests {
    use super::Part;

    #[test]
    fn every_name_is_of_one_part() {
        for of in [1, 2, 3, 16, 97] {
            for name in [None, Some("a"), Some("tx-scoring-prod"), Some("ü")] {
                assert_eq!((1..=of).filter(|&index| Part { index, of }.owns(name)).count(), 1, "{name:?} of {of}");
            }
        }
    }

    #[test]
    fn parts_are_written_as_a_fraction() {
        assert_eq!("3/16".parse::<Part>(), Ok(Part { index: 3, of: 16 }));
        for wrong in ["", "3", "0/4", "5/4", "1/0", "-1/4", "1/9999999", "a/b", "1/2/3"] {
            assert!(wrong.parse::<Part>().is_err(), "{wrong}");
        }
    }
}
