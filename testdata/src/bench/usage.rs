//! Reads what a process has spent so far.

use std::fs::read_to_string;
use std::time::Duration;

use crate::tools::Error;

/// The kernel counts time for `/proc` in hundredths of a second, whatever it counts in itself.
const TICK: Duration = Duration::from_millis(10);

/// What a process has spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Time on a processor, its own and the kernel's for it.
    pub cpu: Duration,
    /// The most memory that it ever had resident, in KiB.
    pub peak_memory: u64,
}

/// Reads it.
///
/// # Errors
/// If there is no such process.
pub fn of(process: u32) -> Result<Usage, Error> {
    let read = |file: &str| {
        let path = format!("/proc/{process}/{file}");
        read_to_string(&path).map_err(|source| Error::file(path.as_ref(), source))
    };
    let (stat, status) = (read("stat")?, read("status")?);
    let unknown = || Error::Unexpected(format!("/proc/{process}: not as it is known"));
    // The name in brackets may hold spaces; utime and stime are the twelfth and thirteenth words after it.
    let words: Vec<&str> = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).unwrap_or_default();
    let ticks = |i: usize| words.get(i).and_then(|word| word.parse::<u32>().ok());
    let ticks = ticks(11).zip(ticks(12)).map(|(user, system)| user.saturating_add(system)).ok_or_else(unknown)?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
    Ok(Usage { cpu: TICK * ticks, peak_memory: peak.ok_or_else(unknown)? })
}
