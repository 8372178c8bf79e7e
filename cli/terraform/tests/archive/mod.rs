//! Archives as terraform writes them, and as it never would.

use std::io::Write as _;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// A file of an archive, and what the archive says of it that is not so.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) mode: u32,
    pub(crate) flags: u16,
    pub(crate) method: Option<u16>,
    pub(crate) size: Option<u32>,
    /// Whether it lies where the file before it does.
    pub(crate) same_place: bool,
}

impl Entry {
    pub(crate) fn new(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), bytes: bytes.to_vec(), mode: 0, flags: 0, method: None, size: None, same_place: false }
    }
}

/// An archive of files.
pub(crate) fn packed(entries: &[Entry]) -> Vec<u8> {
    let (mut out, mut list) = (Vec::new(), Vec::new());
    let mut place = 0_u32;
    for entry in entries {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&entry.bytes).unwrap();
        let deflated = if entry.method == Some(0) { entry.bytes.clone() } else { encoder.finish().unwrap() };
        let mut crc = Crc::new();
        crc.update(&entry.bytes);
        let size = entry.size.unwrap_or(u32::try_from(entry.bytes.len()).unwrap());
        let mut shared = Vec::new();
        shared.extend([20, 0]);
        shared.extend(entry.flags.to_le_bytes());
        shared.extend(entry.method.unwrap_or(8).to_le_bytes());
        shared.extend([0; 4]);
        for number in [crc.sum(), u32::try_from(deflated.len()).unwrap(), size] {
            shared.extend(number.to_le_bytes());
        }
        shared.extend(u16::try_from(entry.name.len()).unwrap().to_le_bytes());
        shared.extend([0, 0]);
        if !entry.same_place {
            place = u32::try_from(out.len()).unwrap();
            out.extend(b"PK\x03\x04");
            out.extend(&shared);
            out.extend(entry.name.as_bytes());
            out.extend(&deflated);
        }
        list.extend(b"PK\x01\x02\x14\x03");
        list.extend(&shared);
        list.extend([0; 6]);
        list.extend((entry.mode << 16).to_le_bytes());
        list.extend(place.to_le_bytes());
        list.extend(entry.name.as_bytes());
    }
    let (start, length, count) = (out.len(), list.len(), u16::try_from(entries.len()).unwrap().to_le_bytes());
    out.extend(list);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend(u32::try_from(length).unwrap().to_le_bytes());
    out.extend(u32::try_from(start).unwrap().to_le_bytes());
    out.extend([0, 0]);
    out
}
