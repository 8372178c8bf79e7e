//! The log of decisions: one JSON object on each line, which names the hash of the line before it.

use std::io::BufRead;

use serde_json::{Map, Value, json};

use super::seal::{seal, sorted};

/// What the first line of a log names as the one before it.
pub const START: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// The longest line of a log, its end included.
pub const MAX_LINE: usize = 1 << 20;

/// The end of a log, to which the next line is chained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The number of the last line.
    pub sequence: u64,
    /// The hash of the last line.
    pub hash: String,
}

impl Default for Chain {
    fn default() -> Self {
        Self { sequence: 0, hash: START.to_owned() }
    }
}

impl Chain {
    /// The line of a record with its end, and the chain after it.
    #[must_use]
    pub fn line(&self, record: Map<String, Value>) -> (String, Self) {
        let mut record = Value::Object(record);
        let sequence = self.sequence + 1;
        if let Some(map) = record.as_object_mut() {
            map.insert("sequence".to_owned(), sequence.into());
            map.insert("previous".to_owned(), self.hash.as_str().into());
        }
        let record = sorted(record);
        let hash = seal(&record);
        let line = sorted(with(record, "hash", &hash)).to_string();
        (format!("{line}\n"), Self { sequence, hash })
    }

    /// The chain after a line.
    ///
    /// # Errors
    /// It is no line of this log, or not the one that follows.
    pub fn follow(&self, line: &str) -> Result<Self, String> {
        let after = Self::end(line)?;
        let record: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let previous = record.get("previous").and_then(Value::as_str).unwrap_or_default();
        if previous != self.hash {
            return Err(format!("it follows {previous}, not {}", self.hash));
        }
        if after.sequence != self.sequence + 1 {
            return Err(format!("its number is {}, not {}", after.sequence, self.sequence + 1));
        }
        Ok(after)
    }

    /// The chain that ends with a line, whatever came before it.
    ///
    /// # Errors
    /// It is no line of a log.
    pub fn end(line: &str) -> Result<Self, String> {
        let mut record: Value = serde_json::from_str(line).map_err(|error| format!("it is no JSON: {error}"))?;
        let Some(map) = record.as_object_mut() else { return Err("it is no object".to_owned()) };
        let Some(Value::String(hash)) = map.remove("hash") else { return Err("it has no hash".to_owned()) };
        let Some(sequence) = map.get("sequence").and_then(Value::as_u64) else { return Err("it has no number".to_owned()) };
        let record = sorted(record);
        let found = seal(&record);
        if found != hash {
            return Err(format!("it was changed: its hash is {found}, not {hash}"));
        }
        // A key that stands twice, or anything else that is lost in reading, is no part of the hash.
        let written = sorted(with(record, "hash", &hash)).to_string();
        if written != line {
            return Err("it was changed: it is not written as lines are".to_owned());
        }
        Ok(Self { sequence, hash })
    }
}

fn with(mut record: Value, key: &str, value: &str) -> Value {
    if let Some(map) = record.as_object_mut() {
        map.insert(key.to_owned(), value.into());
    }
    record
}

/// What is known of a whole log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// How many lines are whole and in order.
    pub lines: u64,
    /// How many records the log says itself that it lost.
    pub lost: u64,
    /// The end of the chain.
    pub end: Chain,
    /// The first line that is wrong, and why.
    pub broken: Option<(u64, String)>,
}

impl Audit {
    /// Reads a log from its very beginning to its end or to the first line that is wrong.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(log: impl BufRead) -> std::io::Result<Self> {
        Self::read_after(START, log)
    }

    /// Reads a log that goes on from the line of a hash, as one does that was rotated, to its end or to the first line that is wrong.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read_after(start: &str, mut log: impl BufRead) -> std::io::Result<Self> {
        let mut audit = Self { end: Chain { sequence: 0, hash: start.to_owned() }, ..Self::default() };
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = std::io::Read::take(&mut log, MAX_LINE as u64).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(audit);
            }
            let result = match (line.strip_suffix(b"\n"), std::str::from_utf8(&line)) {
                (None, _) => Err("it has no end: it was cut, or is longer than any".to_owned()),
                (_, Err(_)) => Err("it is no UTF-8".to_owned()),
                (Some(_), Ok(text)) => audit.next(text.trim_end_matches('\n')),
            };
            if let Err(reason) = result {
                audit.broken = Some((audit.lines + 1, reason));
                return Ok(audit);
            }
        }
    }

    fn next(&mut self, line: &str) -> Result<(), String> {
        // How many lines came before those of this file is told by its first one alone.
        if self.lines == 0 && self.end.hash != START {
            self.end.sequence = Chain::end(line)?.sequence.saturating_sub(1);
        }
        self.end = self.end.follow(line)?;
        self.lines += 1;
        let record: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        self.lost += record.get("lost").and_then(Value::as_u64).unwrap_or(0);
        Ok(())
    }

    /// The result for programs.
    #[must_use]
    pub fn as_json(&self) -> Value {
        let broken = self.broken.as_ref().map(|(line, reason)| json!({"line": line, "reason": reason}));
        json!({"broken": broken, "end": self.end.hash, "lines": self.lines, "lost": self.lost, "sequence": self.end.sequence})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::{Audit, Chain};

    fn log() -> String {
        let mut chain = Chain::default();
        let mut text = String::new();
        for number in 0..5 {
            let record: Map<String, Value> = [("uid".to_owned(), Value::from(number))].into_iter().collect();
            let (line, next) = chain.line(record);
            text.push_str(&line);
            chain = next;
        }
        text
    }

    #[test]
    fn a_whole_log_is_whole() {
        let audit = Audit::read(log().as_bytes()).unwrap();
        assert_eq!((audit.lines, audit.broken), (5, None));
    }

    #[test]
    fn every_change_is_found() {
        let log = log();
        let lines: Vec<&str> = log.lines().collect();
        let broken = |text: String| Audit::read(text.as_bytes()).unwrap().broken.map(|(line, _)| line);
        assert_eq!(broken(log.replace("\"uid\":2", "\"uid\":7")), Some(3));
        assert_eq!(broken(format!("{}\n{}\n", lines[0], lines[2])), Some(2));
        assert_eq!(broken(format!("{}\n{}\n{}\n", lines[0], lines[2], lines[1])), Some(2));
        assert_eq!(broken(log[..log.len() - 1].to_owned()), Some(5));
        assert_eq!(broken(log[..log.len() - 9].to_owned()), Some(5));
        // What comes before the first line must be named.
        let rest = format!("{}\n{}\n", lines[2], lines[3]);
        assert_eq!(broken(rest.clone()), Some(1));
        let second = Chain::end(lines[1]).unwrap().hash;
        assert_eq!(Audit::read_after(&second, rest.as_bytes()).unwrap().broken, None);
        assert_eq!(Audit::read_after(&second, log.as_bytes()).unwrap().broken.map(|(line, _)| line), Some(1));
        // A hash says nothing of what is lost in reading: the first of two keys, and space.
        for forged in [
            log.replace("\"uid\":2", "\"uid\":9,\"uid\":2"),
            log.replace("\"uid\":2", "\"uid\": 2"),
            log.replace("\"uid\":2", "\"u\\u0069d\":2"),
        ] {
            assert_eq!(broken(forged), Some(3));
        }
        // What is cut at the end in whole lines shows only by the hash that somebody wrote down.
        assert_eq!(broken(format!("{}\n", lines[0])), None);
    }
}
