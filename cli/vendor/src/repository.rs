//! A repository of charts, over http or in an OCI registry.

use std::sync::Arc;

use portcullis_gotemplate::semver::{Range, Version};
use portcullis_helm::file_name;
use url::Url;

use crate::{
    Client, Credentials, VendorError,
    client::{Get, shown},
    credentials::Tls,
    index::{Entry, Index},
    oci::Registry,
    packed::{self, inspect},
};

/// The largest packed chart.
const MAX_CHART: u64 = 100 * 1024 * 1024;

/// The largest index.
const MAX_INDEX: u64 = 100 * 1024 * 1024;

/// What helm accepts of a server.
const ACCEPT: &str = "application/gzip,application/octet-stream";

/// A repository that is ready to be asked.
#[derive(Debug)]
pub struct Repository<'a> {
    kind: Kind<'a>,
}

#[derive(Debug)]
enum Kind<'a> {
    Http(Box<Http<'a>>),
    Oci(Registry<'a>),
}

#[derive(Debug)]
struct Http<'a> {
    client: &'a Client,
    credentials: &'a Credentials,
    url: Url,
    tls: Tls,
    index: Index,
}

/// A packed chart that was fetched and found to be what was asked for.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The name that helm would give its file.
    pub file: String,
    /// The version in its Chart.yaml.
    pub version: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

/// Opens a repository; one over http is asked for its index.
///
/// # Errors
/// The URL is none, or its index can't be fetched or read.
pub fn open<'a>(client: &'a Client, credentials: &'a Credentials, repository: &str) -> Result<Repository<'a>, VendorError> {
    if repository.starts_with("oci://") {
        return Ok(Repository { kind: Kind::Oci(Registry::new(client, credentials, repository)?) });
    }
    let bad = |reason: String| VendorError::new(reason, "write the repository as https://HOST/PATH, oci://HOST/PATH, file://PATH or @NAME");
    let url = Url::parse(repository).map_err(|error| bad(format!("the repository {repository:?} is no URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad(format!("the repository {} is neither http nor https nor oci", shown(&url))));
    }
    let tls = credentials.tls(&url)?;
    let index_url = below(&url, "index.yaml")?;
    let secret = credentials.of_repository(&url, &index_url);
    let get = Get { url: index_url.clone(), accept: "*/*", secret: secret.as_ref(), tls: &tls, limit: MAX_INDEX };
    let bytes = client.get(get)?.granted(&index_url)?;
    let index = Index::parse(&bytes, &shown(&index_url))?;
    Ok(Repository { kind: Kind::Http(Box::new(Http { client, credentials, url, tls, index })) })
}

impl Repository<'_> {
    /// The newest version of a chart that a range allows.
    ///
    /// # Errors
    /// There is none, or the range is none.
    pub fn choose(&self, name: &str, range: &str) -> Result<String, VendorError> {
        let parsed = Range::new(range).map_err(|error| {
            VendorError::new(format!("{range:?} is no range of versions: {error}"), "correct the version in Chart.yaml")
        })?;
        let found = match &self.kind {
            Kind::Http(http) => http.index.newest(name, &parsed).map(|entry| entry.version),
            // A whole version is taken as it is, without asking for the tags.
            Kind::Oci(_) if Version::new(range).is_ok() => Some(range.to_owned()),
            Kind::Oci(registry) => registry.newest(name, &parsed)?,
        };
        found.ok_or_else(|| VendorError::new(format!("the repository has no {name} {range}"), self.hint(name)))
    }

    /// Fetches one version of a chart, and refuses what is something else.
    ///
    /// # Errors
    /// It does not exist, its digest differs, or it is no chart of that name and version.
    pub fn fetch(&self, name: &str, version: &str) -> Result<Fetched, VendorError> {
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0', ':']) {
            return Err(VendorError::new(format!("{name:?} is no name of a chart"), "correct the name in Chart.yaml"));
        }
        let wanted = Version::new(version)
            .map_err(|error| VendorError::new(format!("{version:?} is no version: {error}"), "correct the version"))?;
        let (file, bytes) = match &self.kind {
            Kind::Http(http) => {
                let entry = http.index.exactly(name, version);
                let entry = entry.ok_or_else(|| VendorError::new(format!("the repository has no {name} {version}"), self.hint(name)))?;
                http.fetch(&entry)?
            }
            Kind::Oci(registry) => (file_name(name, version), registry.fetch(name, version, MAX_CHART)?),
        };
        let found = inspect(&file, &bytes)?;
        let equal = Version::new(&found.version).is_ok_and(|found| found.compare(&wanted).is_eq());
        if found.name != name || !equal {
            let message = format!("{file} holds the chart {} {}, not {name} {version}", found.name, found.version);
            return Err(VendorError::new(message, "ask whoever runs the repository"));
        }
        Ok(Fetched { file, version: found.version, bytes })
    }

    fn hint(&self, name: &str) -> String {
        let Kind::Http(http) = &self.kind else { return "correct the version in Chart.yaml, or push the chart".to_owned() };
        let versions = http.index.versions(name);
        match versions.as_slice() {
            [] => "correct the chart's name or its repository".to_owned(),
            [newest, ..] => format!("it has {} versions, the newest is {newest}; correct the version", versions.len()),
        }
    }
}

impl Http<'_> {
    fn fetch(&self, entry: &Entry) -> Result<(String, Arc<[u8]>), VendorError> {
        let url = match Url::parse(&entry.url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => url,
            Ok(url) => {
                return Err(VendorError::new(
                    format!("the index names {}, which is neither http nor https", shown(&url)),
                    "ask whoever runs the repository",
                ));
            }
            Err(_) => below(&self.url, &entry.url)?,
        };
        let file = file_of(&url)?;
        let secret = self.credentials.of_repository(&self.url, &url);
        let get = Get { url: url.clone(), accept: ACCEPT, secret: secret.as_ref(), tls: &self.tls, limit: MAX_CHART };
        let bytes = self.client.get(get)?.granted(&url)?;
        let digest = packed::digest(&bytes);
        if let Some(wanted) = entry.digest.as_ref().filter(|wanted| **wanted != digest) {
            let message = format!("{} has the digest sha256:{digest}, but the index says sha256:{wanted}", shown(&url));
            return Err(VendorError::new(message, "try again; if it stays so, ask whoever runs the repository"));
        }
        Ok((file, bytes))
    }
}

/// A path below a repository's own, without what Go's `path.Join` takes out.
fn below(repository: &Url, path: &str) -> Result<Url, VendorError> {
    let bad =
        || VendorError::new(format!("{path:?} is no path of the repository {}", shown(repository)), "ask whoever runs the repository");
    let mut base = repository.clone();
    base.set_fragment(None);
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let mut parts: Vec<&str> = base.path().split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let joined = format!("/{}", parts.join("/"));
    base.set_path(&joined);
    if let Some(query) = query {
        base.set_query(Some(query));
    }
    if base.cannot_be_a_base() { Err(bad()) } else { Ok(base) }
}

/// The last part of a URL's path, which helm names the file by.
fn file_of(url: &Url) -> Result<String, VendorError> {
    let last = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let decoded = percent_decoded(last);
    let name = decoded.rsplit('/').next().unwrap_or_default();
    let good = name.ends_with(".tgz") && !name.starts_with('.') && !name.contains(['\\', '\0']) && !name.chars().any(char::is_control);
    if good {
        return Ok(name.to_owned());
    }
    Err(VendorError::new(format!("{} names no .tgz file", shown(url)), "ask whoever runs the repository"))
}

/// The text that `%41` and the like stand for.
pub(crate) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let byte = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(b'%'));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{below, file_of};

    #[test]
    fn urls_of_an_index_are_joined_as_helm_joins_them() {
        let joined = |base: &str, path: &str| below(&Url::parse(base).unwrap(), path).unwrap().to_string();
        assert_eq!(joined("https://x/charts", "a-1.tgz"), "https://x/charts/a-1.tgz");
        assert_eq!(joined("https://x/charts/", "/b/a-1.tgz"), "https://x/charts/b/a-1.tgz");
        assert_eq!(joined("https://x/charts?token=1", "a.tgz"), "https://x/charts/a.tgz?token=1");
        assert_eq!(joined("https://x/c", "../../../a.tgz"), "https://x/a.tgz");
    }

    #[test]
    fn files_have_the_last_name_of_the_url() {
        let name = |url: &str| file_of(&Url::parse(url).unwrap()).ok();
        assert_eq!(name("https://x/a/redis-1.0.0%2Bb.tgz?x=y").as_deref(), Some("redis-1.0.0+b.tgz"));
        assert_eq!(name("https://x/a/..%2f..%2fx.tgz").as_deref(), Some("x.tgz"));
        assert_eq!(name("https://x/a/%2e%2e").as_deref(), None);
        assert_eq!(name("https://x/a/.tgz"), None);
        assert_eq!(name("https://x/a/x%5C.tgz"), None);
    }
}
