//! Zip archives, as saved plans are: names to bytes, and nothing that leads elsewhere.

use std::{collections::BTreeMap, io::Read as _};

use flate2::{Crc, bufread::DeflateDecoder};

use super::PlanError;
use crate::limits::{MAX_PLAN_BYTES, MAX_PLAN_ENTRIES, MAX_PLAN_RATIO};

const END: &[u8] = b"PK\x05\x06";
const CENTRAL: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
const END_LENGTH: usize = 22;
const CENTRAL_LENGTH: usize = 46;
const LOCAL_LENGTH: usize = 30;

/// How long a comment behind an archive may be.
const MAX_COMMENT: usize = u16::MAX as usize;

/// Files up to this size may be as small in the archive as they like.
const RATIO_FREE: u64 = 1 << 20;

/// The bits of a file's mode that say what it is, and those of a link, a folder and a file.
const MODE_KIND: u32 = 0o170_000;
const MODE_FOLDER: u32 = 0o040_000;
const MODE_FILE: u32 = 0o100_000;

/// An archive whose list of files was read.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    entries: BTreeMap<&'a str, Entry>,
    left: u64,
}

/// A file of an archive.
#[derive(Clone, Copy)]
struct Entry {
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    /// Where its bytes begin.
    start: usize,
}

impl<'a> Archive<'a> {
    /// Reads the list of an archive.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, PlanError> {
        let end = end_of(bytes).ok_or_else(|| broken("its list of files is missing: it was cut off, or is no zip"))?;
        let record = bytes.get(end..).unwrap_or_default();
        let (disks, own, count, size, start) =
            (short(record, 4)?, short(record, 8)?, short(record, 10)?, long(record, 12)?, long(record, 16)?);
        if disks != 0 || own != count || count == u16::MAX || size == u32::MAX || start == u32::MAX {
            return Err(broken("it is a zip of several parts, or of more than terraform writes"));
        }
        if usize::from(count) > MAX_PLAN_ENTRIES {
            return Err(PlanError::limit("MAX_PLAN_ENTRIES", format!("it holds {count} files")));
        }
        let (start, size) = (start as usize, size as usize);
        let list = start.checked_add(size).filter(|list_end| *list_end == end).and_then(|_| bytes.get(start..end));
        let list = list.ok_or_else(|| broken("its list of files lies elsewhere than it says"))?;
        let mut archive = Self { bytes, entries: BTreeMap::new(), left: MAX_PLAN_BYTES };
        archive.read_list(list, count, start)?;
        Ok(archive)
    }

    fn read_list(&mut self, list: &'a [u8], count: u16, limit: usize) -> Result<(), PlanError> {
        let mut at = 0;
        let mut ranges = Vec::new();
        for _ in 0..count {
            let header = list.get(at..).unwrap_or_default();
            if !header.starts_with(CENTRAL) {
                return Err(broken("its list of files is cut off"));
            }
            let lengths = [short(header, 28)?, short(header, 30)?, short(header, 32)?].map(usize::from);
            let [name_length, ..] = lengths;
            let name = header.get(CENTRAL_LENGTH..CENTRAL_LENGTH + name_length).ok_or_else(|| broken("a name in it is cut off"))?;
            let name = name_of(name)?;
            at += CENTRAL_LENGTH + lengths.iter().sum::<usize>();
            let kind = (long(header, 38)? >> 16) & MODE_KIND;
            if kind != 0 && kind != MODE_FILE && kind != MODE_FOLDER {
                return Err(broken(format!("{name:?} in it is a link or a device")));
            }
            if short(header, 8)? & 1 != 0 {
                return Err(broken(format!("{name:?} in it is encrypted")));
            }
            let (entry, range) = self.entry(header, name, limit)?;
            ranges.push(range);
            if self.entries.insert(name, entry).is_some() {
                return Err(broken(format!("{name:?} is in it twice")));
            }
        }
        if at != list.len() {
            return Err(broken("its list of files has more than it says"));
        }
        ranges.sort_unstable();
        // What lies within each other would be unpacked once for each.
        if ranges.windows(2).any(|pair| matches!(pair, [one, other] if one.1 > other.0)) {
            return Err(broken("files in it lie within each other"));
        }
        Ok(())
    }

    /// A file by its line in the list, and where it lies.
    fn entry(&self, header: &[u8], name: &str, limit: usize) -> Result<(Entry, (usize, usize)), PlanError> {
        let (method, crc) = (short(header, 10)?, long(header, 16)?);
        let (packed, size, local) = (u64::from(long(header, 20)?), u64::from(long(header, 24)?), long(header, 42)? as usize);
        if method != 0 && method != 8 {
            return Err(broken(format!("{name:?} in it is packed in a way that terraform does not use")));
        }
        let own = self.bytes.get(local..limit).filter(|own| own.starts_with(LOCAL));
        let own = own.ok_or_else(|| broken(format!("{name:?} does not lie where its list says")))?;
        let (name_length, extra) = (usize::from(short(own, 26)?), usize::from(short(own, 28)?));
        if own.get(LOCAL_LENGTH..LOCAL_LENGTH + name_length) != Some(name.as_bytes()) {
            return Err(broken(format!("{name:?} has another name where it lies")));
        }
        let start = local + LOCAL_LENGTH + name_length + extra;
        let end = usize::try_from(packed).ok().and_then(|packed| start.checked_add(packed)).filter(|end| *end <= limit);
        let end = end.ok_or_else(|| broken(format!("{name:?} is cut off")))?;
        Ok((Entry { method, crc, packed, size, start }, (local, end)))
    }

    /// The names of its files, sorted.
    pub(super) fn names(&self) -> Vec<&'a str> {
        self.entries.keys().copied().filter(|name| !name.ends_with('/')).collect()
    }

    /// The bytes of a file; none where there is no such file.
    pub(super) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, PlanError> {
        let Some(entry) = self.entries.get(name).copied() else { return Ok(None) };
        if entry.size > RATIO_FREE && entry.size > entry.packed.saturating_mul(MAX_PLAN_RATIO) {
            return Err(PlanError::limit("MAX_PLAN_RATIO", format!("{name:?} in it is {} bytes made of {}", entry.size, entry.packed)));
        }
        let left = self.left.checked_sub(entry.size);
        self.left = left.ok_or_else(|| PlanError::limit("MAX_PLAN_BYTES", "the files in it are larger than they may be together"))?;
        let packed = usize::try_from(entry.packed).ok().and_then(|packed| self.bytes.get(entry.start..entry.start + packed));
        let packed = packed.ok_or_else(|| broken(format!("{name:?} is cut off")))?;
        let mut bytes = Vec::new();
        // One byte more than it says shows that there is more.
        let done = match entry.method {
            0 => packed.take(entry.size + 1).read_to_end(&mut bytes),
            _ => DeflateDecoder::new(packed).take(entry.size + 1).read_to_end(&mut bytes),
        };
        let mut crc = Crc::new();
        crc.update(&bytes);
        if done.is_err() || bytes.len() as u64 != entry.size || crc.sum() != entry.crc {
            return Err(broken(format!("{name:?} in it is damaged")));
        }
        Ok(Some(bytes))
    }
}

fn broken(what: impl Into<String>) -> PlanError {
    PlanError::new(format!("it is no saved plan that can be read: {}", what.into()), "save it again with `terraform plan -out=FILE`")
}

/// Where the record at the end of an archive begins.
fn end_of(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END_LENGTH)?;
    let first = last.saturating_sub(MAX_COMMENT);
    (first..=last).rev().find(|at| {
        let record = bytes.get(*at..).unwrap_or_default();
        record.starts_with(END) && short(record, 20).is_ok_and(|comment| at + END_LENGTH + usize::from(comment) == bytes.len())
    })
}

/// A name that leads to a file within the archive and nowhere else.
fn name_of(name: &[u8]) -> Result<&str, PlanError> {
    let name = std::str::from_utf8(name).map_err(|_| broken("a name in it is no text"))?;
    let file = name.strip_suffix('/').unwrap_or(name);
    let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
    if file.contains(['\\', '\0', ':']) || !file.split('/').all(is_part) {
        return Err(broken(format!("the name {name:?} in it leads out of it")));
    }
    Ok(name)
}

fn short(bytes: &[u8], at: usize) -> Result<u16, PlanError> {
    let two = bytes.get(at..at + 2).and_then(|two| <[u8; 2]>::try_from(two).ok());
    two.map(u16::from_le_bytes).ok_or_else(|| broken("it is cut off"))
}

fn long(bytes: &[u8], at: usize) -> Result<u32, PlanError> {
    let four = bytes.get(at..at + 4).and_then(|four| <[u8; 4]>::try_from(four).ok());
    four.map(u32::from_le_bytes).ok_or_else(|| broken("it is cut off"))
}
