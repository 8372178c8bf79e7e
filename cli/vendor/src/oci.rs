//! Charts of an OCI registry: tags are versions, a manifest names the blob of the packed chart.

use std::sync::Arc;

use portcullis_gotemplate::semver::{Range, Version};
use serde_json::Value;
use url::Url;

use crate::{
    Client, VendorError,
    client::{Get, Response, shown},
    credentials::{Credentials, Secret, Tls},
    packed,
};

/// The media types of a packed chart, the present one and that of old helms.
const CHART: [&str; 2] = ["application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip"];

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// The largest manifest, list of tags, or answer of a token service.
const MAX_METADATA: u64 = 4 * 1024 * 1024;

/// How many pages a list of tags may have.
const MAX_PAGES: usize = 100;

/// A repository of one registry, in which each chart is a repository of its own.
#[derive(Debug)]
pub(crate) struct Registry<'a> {
    client: &'a Client,
    credentials: &'a Credentials,
    /// `https://HOST/v2/PATH/`.
    base: Url,
    host: String,
    /// The path below the host.
    pub(crate) path: String,
}

impl<'a> Registry<'a> {
    /// Reads `oci://HOST/PATH`; a registry on this machine is asked over plain http, as docker does.
    pub(crate) fn new(client: &'a Client, credentials: &'a Credentials, url: &str) -> Result<Self, VendorError> {
        let bad = |reason: &str| {
            VendorError::new(format!("{url} is no registry: {reason}"), "write it as oci://HOST/PATH, without the chart's name")
        };
        let rest = url.strip_prefix("oci://").ok_or_else(|| bad("it does not start with oci://"))?.trim_end_matches('/');
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = if host == "docker.io" { "registry-1.docker.io" } else { host };
        let clean = |part: &str| !part.is_empty() && part != "." && part != ".." && part.chars().all(is_name);
        if host.is_empty() || host.contains('@') || !path.is_empty() && !path.split('/').all(clean) {
            return Err(bad("its host or path has characters that neither may have"));
        }
        let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.parse::<u16>().is_ok() { name } else { host });
        let scheme = if matches!(name, "localhost" | "127.0.0.1" | "[::1]") { "http" } else { "https" };
        let base = Url::parse(&format!("{scheme}://{host}/v2/")).map_err(|error| bad(&error.to_string()))?;
        Ok(Self { client, credentials, base, host: host.to_owned(), path: path.to_owned() })
    }

    /// The newest version that a range allows.
    pub(crate) fn newest(&self, name: &str, range: &Range) -> Result<Option<String>, VendorError> {
        let repository = self.repository(name)?;
        let mut best: Option<Version> = None;
        let mut token = None;
        let mut next = self.url(&format!("{repository}/tags/list"))?;
        for _ in 0..MAX_PAGES {
            let response = self.get(&next, &repository, "application/json", MAX_METADATA, &mut token)?;
            let link = link(&response, &next);
            let list: Value = json(&response.granted(&next)?, &next)?;
            let tags = list.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            // Helm takes whole versions only, without a letter before them.
            let versions =
                tags.filter_map(|tag| Version::new(&tag.replace('_', "+")).ok().filter(|_| tag.starts_with(|c: char| c.is_ascii_digit())));
            for version in versions.filter(|version| range.contains(version)) {
                if best.as_ref().is_none_or(|best| version.compare(best).is_gt()) {
                    best = Some(version);
                }
            }
            match link {
                Some(link) if link.origin() == next.origin() => next = link,
                _ => break,
            }
        }
        Ok(best.map(|version| version.original))
    }

    /// The packed chart of a version.
    pub(crate) fn fetch(&self, name: &str, version: &str, limit: u64) -> Result<Arc<[u8]>, VendorError> {
        let repository = self.repository(name)?;
        let mut token = None;
        let url = self.url(&format!("{repository}/manifests/{}", version.replace('+', "_")))?;
        let manifest: Value = json(&self.get(&url, &repository, MANIFEST, MAX_METADATA, &mut token)?.granted(&url)?, &url)?;
        let layers = manifest.get("layers").and_then(Value::as_array).into_iter().flatten();
        let text = |layer: &Value, key: &str| layer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let layer = layers.clone().find(|layer| CHART.contains(&text(layer, "mediaType").as_str()));
        let no_chart = || {
            VendorError::new(
                format!("{} is no chart: its manifest has no layer of a packed chart", shown(&url)),
                "name an artifact that `helm push` made",
            )
        };
        let digest = layer.map(|layer| text(layer, "digest")).ok_or_else(no_chart)?;
        let Some(wanted) =
            digest.strip_prefix("sha256:").filter(|digits| digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        else {
            return Err(VendorError::new(
                format!("{} names the digest {digest:?}, which is no SHA-256", shown(&url)),
                "ask whoever runs the registry",
            ));
        };
        let blob = self.url(&format!("{repository}/blobs/{digest}"))?;
        let bytes = self.get(&blob, &repository, "*/*", limit, &mut token)?.granted(&blob)?;
        let found = packed::digest(&bytes);
        if found != wanted.to_lowercase() {
            let message = format!("{} has the digest sha256:{found}, not that of its name", shown(&blob));
            return Err(VendorError::new(message, "try again, or ask whoever runs the registry"));
        }
        Ok(bytes)
    }

    fn repository(&self, name: &str) -> Result<String, VendorError> {
        if name.is_empty() || name.starts_with('.') || !name.chars().all(is_name) {
            return Err(VendorError::new(format!("{name:?} is no name of a chart in a registry"), "correct the name in Chart.yaml"));
        }
        Ok(if self.path.is_empty() { name.to_owned() } else { format!("{}/{name}", self.path) })
    }

    pub(crate) fn url(&self, path: &str) -> Result<Url, VendorError> {
        self.base
            .join(path)
            .map_err(|error| VendorError::new(format!("{path:?} is no path of a registry: {error}"), "correct the repository"))
    }

    /// Asks with what is known, and once more with what the registry then asks for.
    pub(crate) fn get(
        &self,
        url: &Url,
        repository: &str,
        accept: &str,
        limit: u64,
        token: &mut Option<Secret>,
    ) -> Result<Response, VendorError> {
        let tls = Tls::default();
        let ask = |secret: Option<&Secret>| self.client.get(Get { url: url.clone(), accept, secret, tls: &tls, limit });
        let response = ask(token.as_ref())?;
        if response.status != 401 {
            return Ok(response);
        }
        let secret = self.credentials.of_registry(&self.host).map_err(|helper| {
            let message = format!("the credentials of {} are kept by {helper}, and no other program is started", self.host);
            VendorError::new(message, format!("run `helm registry login {}`, which keeps them in helm's own file", self.host))
        })?;
        let challenge = response.header("www-authenticate").to_owned();
        *token = match challenge.split_once(' ') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => Some(self.token(rest, repository, secret)?),
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("basic") => secret.cloned(),
            _ => None,
        };
        if token.is_some() { ask(token.as_ref()) } else { Ok(response) }
    }

    /// Asks the registry's token service for a token to read one repository.
    fn token(&self, challenge: &str, repository: &str, secret: Option<&Secret>) -> Result<Secret, VendorError> {
        let realm = parameter(challenge, "realm").unwrap_or_default();
        let bad = |reason: &str| {
            VendorError::new(format!("{} names the token service {realm:?}, {reason}", self.host), "ask whoever runs the registry")
        };
        let mut url = Url::parse(&realm).map_err(|_| bad("which is no URL"))?;
        if url.scheme() != "https" && self.base.scheme() == "https" || !matches!(url.scheme(), "http" | "https") {
            return Err(bad("which is not encrypted"));
        }
        let scope = format!("repository:{repository}:pull");
        if let Some(service) = parameter(challenge, "service") {
            url.query_pairs_mut().append_pair("service", &service);
        }
        url.query_pairs_mut().append_pair("scope", &scope);
        if let Some(Secret::Bearer(token)) = secret {
            return Ok(Secret::Bearer(token.clone()));
        }
        let get = Get { url: url.clone(), accept: "application/json", secret, tls: &Tls::default(), limit: MAX_METADATA };
        let answer: Value = json(&self.client.get(get)?.granted(&url)?, &url)?;
        let text = |key: &str| answer.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let token = text("token").or_else(|| text("access_token")).ok_or_else(|| bad("which gives no token"))?;
        Ok(Secret::Bearer(token.to_owned()))
    }
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_')
}

fn json(bytes: &[u8], url: &Url) -> Result<Value, VendorError> {
    serde_json::from_slice(bytes)
        .map_err(|error| VendorError::new(format!("{} is no JSON: {error}", shown(url)), "ask whoever runs the registry"))
}

/// A parameter of a challenge, in quotes or bare.
fn parameter(challenge: &str, name: &str) -> Option<String> {
    let mut rest = challenge;
    while let Some((key, after)) = rest.split_once('=') {
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if key.trim_matches([',', ' ']).eq_ignore_ascii_case(name) {
            return Some(value.to_owned());
        }
        rest = after;
    }
    None
}

/// The next page of a list.
fn link(response: &Response, url: &Url) -> Option<Url> {
    let (target, relation) = response.header("link").split_once('>')?;
    relation.contains("next").then(|| url.join(target.trim_start().strip_prefix('<')?).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{Registry, parameter};
    use crate::{Client, Credentials, Proxy};

    #[test]
    fn challenges_are_read() {
        let challenge = r#"realm="https://auth.example.com/token",service="registry, one",scope=repository:a:pull"#;
        assert_eq!(parameter(challenge, "realm").as_deref(), Some("https://auth.example.com/token"));
        assert_eq!(parameter(challenge, "service").as_deref(), Some("registry, one"));
        assert_eq!(parameter(challenge, "scope").as_deref(), Some("repository:a:pull"));
        assert_eq!(parameter(challenge, "other"), None);
    }

    #[test]
    fn registries_that_lead_elsewhere_are_refused() {
        let (client, credentials) = (Client::new(Proxy::Never, None), Credentials::default());
        for url in ["oci://", "oci://user@host/x", "oci://host/../x", "oci://host/a//b", "https://host"] {
            assert!(Registry::new(&client, &credentials, url).is_err(), "{url}");
        }
        let registry = Registry::new(&client, &credentials, "oci://host/charts/").unwrap();
        for name in ["../../x", "a/b", "", ".x", "a?b"] {
            assert!(registry.repository(name).is_err(), "{name}");
        }
        assert_eq!(registry.base.as_str(), "https://host/v2/");
        assert_eq!(Registry::new(&client, &credentials, "oci://localhost:5000").unwrap().base.as_str(), "http://localhost:5000/v2/");
    }
}
