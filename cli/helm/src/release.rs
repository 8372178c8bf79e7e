//! What a chart is released as, and the cluster that it is released to.

use std::sync::Arc;

use portcullis_gotemplate::{
    Chance, Machine, Templates, Value,
    funcs::{self, Compat},
};
use portcullis_source::Text;

use crate::RenderError;

/// The API versions that a helm without a cluster believes in.
const API_VERSIONS: &str = include_str!("../data/api-versions.txt");

/// The Kubernetes version that a helm without a cluster believes in.
const KUBE_VERSION: &str = "v1.37.0";

/// The longest name of a release.
const MAX_NAME: usize = 53;

/// What a chart is released as.
#[derive(Clone, Debug)]
pub struct Release {
    /// Its name; see [`check_name`].
    pub name: Arc<str>,
    /// The namespace.
    pub namespace: Arc<str>,
    /// Whether it is an upgrade rather than an installation.
    pub is_upgrade: bool,
    /// The number of the revision, 1 with `helm template`.
    pub revision: u32,
    /// The cluster.
    pub capabilities: Arc<Capabilities>,
}

/// What a chart may know about the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The version of Kubernetes, such as `v1.37.0`; with Helm 4 as it was given.
    pub kube_version: Arc<str>,
    /// The numbers of that version alone.
    pub plain_version: Arc<str>,
    /// Its major number.
    pub major: Arc<str>,
    /// Its minor number.
    pub minor: Arc<str>,
    /// The API versions, such as `apps/v1`.
    pub api_versions: Vec<Arc<str>>,
}

impl Capabilities {
    /// The cluster that helm believes in: another version of Kubernetes (`--kube-version`), further API versions (`--api-versions`).
    ///
    /// # Errors
    /// The version is none.
    pub fn new(kube_version: Option<&str>, api_versions: &[String], compat: Compat) -> Result<Self, RenderError> {
        let asked = kube_version.filter(|version| !version.is_empty()).unwrap_or(KUBE_VERSION);
        let numbers = numbers(asked).map_err(|fault| {
            let error = RenderError::new(format!("invalid kube version '{asked}': {fault}"));
            error.hint("a version of Kubernetes looks like 1.31.0")
        })?;
        let number = |index: usize| numbers.get(index).map_or_else(|| Arc::from("0"), |number| Arc::from(number.to_string()));
        let texts: Vec<String> = numbers.iter().map(u64::to_string).collect();
        let known = API_VERSIONS.lines().map(Arc::from);
        let further = api_versions.iter().map(|version| Arc::from(version.as_str()));
        let plain_version: Arc<str> = Arc::from(format!("v{}", texts.join(".")));
        Ok(Self {
            kube_version: match compat {
                Compat::Helm3 => Arc::clone(&plain_version),
                Compat::Helm4 if asked.starts_with('v') => Arc::from(asked),
                Compat::Helm4 => Arc::from(format!("v{asked}")),
            },
            plain_version,
            major: number(0),
            minor: number(1),
            api_versions: known.chain(further).collect(),
        })
    }
}

/// The numbers at the start of a version; what follows them is dropped, as Kubernetes does with a version that is not strict.
fn numbers(text: &str) -> Result<Vec<u64>, String> {
    let trimmed = text.trim_start();
    let digits = trimmed.strip_prefix('v').unwrap_or(trimmed);
    let end = digits.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(digits.len());
    let mut run = digits.get(..end).unwrap_or_default();
    if let Some(double) = run.find("..") {
        run = run.get(..double).unwrap_or_default();
    }
    let run = run.trim_end_matches('.');
    if run.is_empty() || run.starts_with('.') {
        return Err(format!("could not parse {text:?} as version"));
    }
    let components: Vec<&str> = run.split('.').collect();
    if components.len() < 2 {
        return Err(format!("illegal version string {text:?}"));
    }
    if let Some(first) = components.first().filter(|first| first.starts_with('0') && **first != "0") {
        return Err(format!("illegal zero-prefixed version component {first:?} in {text:?}"));
    }
    let number = |component: &&str| {
        let fault = || {
            format!(
                "illegal non-numeric version component {component:?} in {text:?}: strconv.ParseUint: parsing {component:?}: value out of range"
            )
        };
        component.parse::<u64>().map_err(|_| fault())
    };
    components.iter().map(number).collect()
}

/// What helm calls the template of a name.
const NAME_TEMPLATE: &str = "name-template";

/// The functions of Argo CD and helm that sprig does not have.
const NOT_SPRIG: [&str; 6] = ["toYaml", "fromYaml", "fromYamlArray", "normalize", "slugify", "toYamlPretty"];

/// The name that a template (`--name-template`) makes of nothing, with sprig's functions.
///
/// # Errors
/// It is no template, or fails.
pub fn release_name(template: &str, chance: Option<Chance>) -> Result<String, RenderError> {
    let mut templates = Templates::new(funcs::argo_functions().without(&NOT_SPRIG));
    templates.parse(NAME_TEMPLATE, &Text::nowhere(template.as_bytes())).map_err(|error| RenderError::new(error.to_string()))?;
    let settings = portcullis_gotemplate::Settings { chance, ..portcullis_gotemplate::Settings::default() };
    let made = Machine::new(&templates, settings).execute(NAME_TEMPLATE, Value::invalid());
    made.map(|name| name.lossy().into_owned()).map_err(|error| RenderError::new(error.message))
}

/// Checks the name of a release.
///
/// # Errors
/// It is none that helm takes.
pub fn check_name(name: &str) -> Result<(), RenderError> {
    if name.is_empty() {
        return Err(RenderError::new("release name \"\": no name provided"));
    }
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        let ends = bytes.first().zip(bytes.last());
        ends.is_some_and(|(&first, &last)| is_letter(first) && is_letter(last)) && bytes.iter().all(|&byte| is_letter(byte) || byte == b'-')
    };
    if name.len() > MAX_NAME || !name.split('.').all(is_label) {
        let regex = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
        let fault = format!("invalid release name, must match regex {regex} and the length must not be longer than {MAX_NAME}");
        return Err(RenderError::new(format!("release name {name:?}: {fault}")).hint("use lowercase letters, digits, - and ."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Capabilities, Compat, check_name};

    #[test]
    fn versions_lose_what_follows_their_numbers() {
        let of = |text: &str| {
            Capabilities::new(Some(text), &[], Compat::Helm3).map(|found| found.kube_version.to_string()).map_err(|error| error.message)
        };
        assert_eq!(of("v1.30.1-gke.5").as_deref(), Ok("v1.30.1"));
        assert_eq!(of("1.29").as_deref(), Ok("v1.29"));
        assert_eq!(of("1"), Err("invalid kube version '1': illegal version string \"1\"".to_owned()));
        assert_eq!(of("abc"), Err("invalid kube version 'abc': could not parse \"abc\" as version".to_owned()));
        assert_eq!(of("01.2").unwrap_err(), "invalid kube version '01.2': illegal zero-prefixed version component \"01\" in \"01.2\"");
    }

    #[test]
    fn names_are_those_of_dns() {
        for name in ["demo", "a.b-c", "0"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in ["", "Demo", "-a", "a-", "a..b", "a_b", &"a".repeat(54)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
