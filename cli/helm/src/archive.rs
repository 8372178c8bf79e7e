//! The files of a packed chart (`.tgz`).

use std::{io::Read, sync::Arc};

use flate2::read::GzDecoder;
use portcullis_source::{SourceFile, Sources};
use tar::{Archive, Entry, EntryType};

use crate::{
    ChartError,
    loader::{ChartFile, MAX_FILE_BYTES, trim_mark},
};

/// The most bytes of all files of a packed chart together.
const MAX_CHART_BYTES: u64 = 100 * 1024 * 1024;

/// The most bytes that are unpacked at all, headers and padding included.
const MAX_UNPACKED_BYTES: u64 = 2 * MAX_CHART_BYTES;

/// The most entries of a packed chart.
const MAX_ENTRIES: usize = 50_000;

/// How many bytes tell helm what a file is; a shorter one, filled up with zeros, counts as binary.
const SNIFFED: usize = 512;

/// Unpacks a chart in memory; its first folder is taken off the paths.
pub(crate) fn files(packed: &SourceFile, sources: &Sources) -> Result<Vec<ChartFile>, ChartError> {
    let place = Some(packed.span());
    if !packed.bytes().starts_with(b"\x1F\x8B") {
        return Err(not_packed(packed).at(place));
    }
    let unpacked = GzDecoder::new(&packed.bytes()[..]).take(MAX_UNPACKED_BYTES);
    let mut archive = Archive::new(unpacked);
    let entries = archive.entries().map_err(|error| broken(&error).at(place))?;
    let mut found = Vec::new();
    let mut remaining = MAX_CHART_BYTES;
    for (index, entry) in entries.enumerate() {
        if index >= MAX_ENTRIES {
            return Err(ChartError::new(format!("the packed chart has more than {MAX_ENTRIES} entries")).at(place));
        }
        let mut entry = entry.map_err(|error| broken(&error).at(place))?;
        if let Some((name, bytes)) = file(&mut entry, &mut remaining).map_err(|error| error.at(place))? {
            let shown = format!("{}/{name}", packed.path());
            found.push(ChartFile { name, file: sources.add_once(shown, trim_mark(&bytes)) });
        }
    }
    if found.is_empty() {
        return Err(ChartError::new("no files in chart archive").at(place));
    }
    Ok(found)
}

fn not_packed(packed: &SourceFile) -> ChartError {
    let path = packed.path();
    if path.ends_with(".yaml") || path.ends_with(".yml") {
        return ChartError::new(format!("file '{path}' seems to be a YAML file, but expected a gzipped archive"));
    }
    let kind = if packed.bytes().len() < SNIFFED { "application/octet-stream" } else { "text/plain; charset=utf-8" };
    ChartError::new(format!("file '{path}' does not appear to be a gzipped archive; got '{kind}'"))
}

fn broken(error: &std::io::Error) -> ChartError {
    ChartError::new(format!("the packed chart cannot be read: {error}"))
}

/// The name and content of a file.
type Unpacked = (String, Arc<[u8]>);

/// What an entry holds, where it is a file.
fn file(entry: &mut Entry<'_, impl Read>, remaining: &mut u64) -> Result<Option<Unpacked>, ChartError> {
    let kind = entry.header().entry_type();
    let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    if kind == EntryType::Directory || path.ends_with('/') || matches!(kind, EntryType::XGlobalHeader | EntryType::XHeader) {
        return Ok(None);
    }
    let name = name(&path)?;
    let size = entry.size();
    if size > *remaining {
        return Err(ChartError::new(format!("decompressed chart is larger than the maximum file size {MAX_CHART_BYTES}")));
    }
    if size > MAX_FILE_BYTES {
        return Err(ChartError::new(format!("decompressed chart file {path:?} is larger than the maximum file size {MAX_FILE_BYTES}")));
    }
    let mut bytes = Vec::new();
    entry.take(*remaining).read_to_end(&mut bytes).map_err(|error| broken(&error))?;
    *remaining -= (bytes.len() as u64).min(*remaining);
    if (bytes.len() as u64) < size || *remaining == 0 {
        return Err(ChartError::new(format!("decompressed chart is larger than the maximum file size {MAX_CHART_BYTES}")));
    }
    Ok(Some((name, Arc::from(bytes))))
}

/// The path of an entry from the chart's root; none may lead out of it.
fn name(path: &str) -> Result<String, ChartError> {
    let path = if path.contains('\\') { path.replace('/', "\0").replace('\\', "/") } else { path.to_owned() };
    let (first, rest) = path.split_once('/').unwrap_or((&path, ""));
    let rest = rest.replace('\0', "/");
    if rest.starts_with('/') {
        return Err(ChartError::new("chart illegally contains absolute paths"));
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Err(ChartError::new("chart illegally references parent directory"));
                }
            }
            part => parts.push(part),
        }
    }
    let name = parts.join("/");
    if name.is_empty() {
        return Err(ChartError::new(format!("chart illegally contains content outside the base directory: {path:?}")));
    }
    if name.starts_with("..") {
        return Err(ChartError::new("chart illegally references parent directory"));
    }
    if let [letter, b':', b'/', ..] = name.as_bytes()
        && letter.is_ascii_alphabetic()
    {
        return Err(ChartError::new("chart contains illegally named files"));
    }
    if first == "Chart.yaml" {
        return Err(ChartError::new("chart yaml not in base directory"));
    }
    Ok(name)
}
