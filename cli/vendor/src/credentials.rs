//! Who may read from which repository: helm's repositories.yaml, and the configuration files of registries.

use base64::{Engine, engine::general_purpose::STANDARD};
use portcullis_source::{Node, SourceFile, Text, yaml};
use url::Url;

use crate::{VendorError, repository::percent_decoded};

/// A repository that helm knows by a name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The name.
    pub name: String,
    /// The URL.
    pub url: String,
    username: String,
    password: String,
    everywhere: bool,
    insecure: bool,
    /// The files with certificates, each as repositories.yaml names them: authority, certificate, key.
    pub files: [String; 3],
}

/// How to log in to a registry.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    host: String,
    secret: Option<Secret>,
    /// The program that would know, which is not started.
    helper: Option<String>,
}

/// Everything that is known of repositories and registries.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The repositories of repositories.yaml.
    pub repositories: Vec<Known>,
    /// The registries, the more telling file first.
    pub registries: Vec<Login>,
    /// The contents of the files that repositories name, by their paths.
    pub files: Vec<(String, Vec<u8>)>,
}

/// What is sent to prove who asks; its text is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Secret {
    Basic {
        username: String,
        password: String,
    },
    Bearer(String),
    /// A token that a registry's own service turns into another.
    Identity(String),
}

/// How a connection is secured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tls {
    pub(crate) authority: Option<Vec<u8>>,
    pub(crate) client: Option<(Vec<u8>, Vec<u8>)>,
    pub(crate) insecure: bool,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Known").field("name", &self.name).field("url", &self.url).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Login").field("host", &self.host).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret")
    }
}

impl Secret {
    /// The `Authorization` header.
    pub(crate) fn header(&self) -> String {
        match self {
            Self::Basic { username, password } => format!("Basic {}", STANDARD.encode(format!("{username}:{password}"))),
            Self::Bearer(token) | Self::Identity(token) => format!("Bearer {token}"),
        }
    }
}

impl Known {
    /// The repositories of a repositories.yaml.
    ///
    /// # Errors
    /// It is no YAML.
    pub fn read(file: &SourceFile) -> Result<Vec<Self>, VendorError> {
        let text = Text::of_file(file);
        let stream = yaml::parse(&text);
        if let Some(error) = stream.error {
            let message = format!("{} is no YAML: {}", file.path(), error.message);
            return Err(VendorError::new(message, "mend it, or let `helm repo add` write it"));
        }
        let root = stream.documents.first().map(|document| &document.root);
        let list = root.and_then(|root| root.get("repositories")).map(Node::items).unwrap_or_default();
        Ok(list.iter().map(Self::entry).collect())
    }

    fn entry(node: &Node) -> Self {
        let text = |key: &str| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
        let flag = |key: &str| node.get(key).is_some_and(|node| matches!(node.data, portcullis_source::Data::Bool(true)));
        Self {
            name: text("name"),
            url: text("url"),
            username: text("username"),
            password: text("password"),
            everywhere: flag("pass_credentials_all"),
            insecure: flag("insecure_skip_tls_verify"),
            files: [text("caFile"), text("certFile"), text("keyFile")],
        }
    }
}

impl Login {
    /// The registries of a docker configuration file; helm's has the same form.
    ///
    /// # Errors
    /// It is no JSON.
    pub fn read(file: &SourceFile) -> Result<Vec<Self>, VendorError> {
        let broken = |error: serde_json::Error| {
            VendorError::new(format!("{} is no JSON: {error}", file.path()), "mend it, or let `helm registry login` write it")
        };
        let root: serde_json::Value = serde_json::from_slice(file.bytes()).map_err(broken)?;
        let map = |key: &str| root.get(key).and_then(serde_json::Value::as_object).into_iter().flatten();
        let mut logins: Vec<Self> =
            map("auths").map(|(host, auth)| Self { host: bare(host), secret: secret(auth), helper: None }).collect();
        let helper =
            |name: &serde_json::Value| name.as_str().filter(|name| !name.is_empty()).map(|name| format!("docker-credential-{name}"));
        logins.retain(|login| login.secret.is_some());
        logins.extend(map("credHelpers").map(|(host, name)| Self { host: bare(host), secret: None, helper: helper(name) }));
        if let Some(name) = root.get("credsStore").and_then(helper) {
            logins.extend(map("auths").map(|(host, _)| Self { host: bare(host), secret: None, helper: Some(name.clone()) }));
        }
        Ok(logins)
    }
}

/// The host of a registry, which docker may write with a scheme and a path.
fn bare(host: &str) -> String {
    let host = host.split_once("://").map_or(host, |(_, rest)| rest);
    host.split('/').next().unwrap_or(host).to_lowercase()
}

fn secret(auth: &serde_json::Value) -> Option<Secret> {
    let text = |key: &str| auth.get(key).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
    if let Some(token) = text("identitytoken") {
        return Some(Secret::Identity(token.to_owned()));
    }
    if let Some(token) = text("registrytoken") {
        return Some(Secret::Bearer(token.to_owned()));
    }
    if let (Some(username), Some(password)) = (text("username"), text("password")) {
        return Some(Secret::Basic { username: username.to_owned(), password: password.to_owned() });
    }
    let decoded = String::from_utf8(STANDARD.decode(text("auth")?).ok()?).ok()?;
    let (username, password) = decoded.trim_end_matches('\0').split_once(':')?;
    Some(Secret::Basic { username: username.to_owned(), password: password.to_owned() })
}

impl Credentials {
    /// The URL behind a name of helm's.
    #[must_use]
    pub fn alias(&self, name: &str) -> Option<&str> {
        self.repositories.iter().find(|known| known.name == name).map(|known| known.url.as_str())
    }

    fn known(&self, repository: &Url) -> Option<&Known> {
        self.repositories.iter().find(|known| Url::parse(&known.url).is_ok_and(|url| same(&url, repository)))
    }

    /// What a request of a repository is sent with: credentials go to the repository's own origin, unless helm was told otherwise.
    pub(crate) fn of_repository(&self, repository: &Url, request: &Url) -> Option<Secret> {
        let known = self.known(repository);
        let everywhere = known.is_some_and(|known| known.everywhere);
        if request.origin() != repository.origin() && !everywhere {
            return None;
        }
        if !repository.username().is_empty() {
            let username = percent_decoded(repository.username());
            let password = percent_decoded(repository.password().unwrap_or_default());
            return Some(Secret::Basic { username, password });
        }
        let known = known.filter(|known| !known.username.is_empty() && !known.password.is_empty())?;
        Some(Secret::Basic { username: known.username.clone(), password: known.password.clone() })
    }

    /// How connections to a repository are secured.
    pub(crate) fn tls(&self, repository: &Url) -> Result<Tls, VendorError> {
        let Some(known) = self.known(repository) else { return Ok(Tls::default()) };
        let [authority, certificate, key] = &known.files;
        let content = |path: &str| -> Result<Option<Vec<u8>>, VendorError> {
            if path.is_empty() {
                return Ok(None);
            }
            let found = self.files.iter().find(|(name, _)| name == path).map(|(_, content)| content.clone());
            let missing =
                || VendorError::new(format!("{path} of repositories.yaml cannot be read"), "run `helm repo add` again with other files");
            found.ok_or_else(missing).map(Some)
        };
        let client = content(certificate)?.zip(content(key)?);
        Ok(Tls { authority: content(authority)?, client, insecure: known.insecure })
    }

    /// How to log in to a registry; the error says which program would know.
    pub(crate) fn of_registry(&self, host: &str) -> Result<Option<&Secret>, String> {
        let host = host.to_lowercase();
        let alias = if matches!(host.as_str(), "registry-1.docker.io" | "docker.io") { "index.docker.io" } else { &host };
        let mut logins = self.registries.iter().filter(|login| login.host == host || login.host == alias);
        let mut helper = None;
        for login in logins.by_ref() {
            if login.secret.is_some() {
                return Ok(login.secret.as_ref());
            }
            helper = helper.or(login.helper.clone());
        }
        helper.map_or(Ok(None), Err)
    }
}

/// Whether two URLs name one repository: a slash at the end makes no difference.
fn same(left: &Url, right: &Url) -> bool {
    let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
    left.origin() == right.origin() && path(left) == path(right)
}
