//! Which functions the templates of Helm charts and of ApplicationSets may call.

use super::{argo, core, helm, sprig, text};
use crate::Functions;

/// The Helm that a chart is rendered as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compat {
    /// Helm 3.
    #[default]
    Helm3,
    /// Helm 4.
    Helm4,
}

/// What a chart may call: Go's own functions, sprig without the environment, and Helm's.
#[must_use]
pub fn helm_functions(compat: Compat) -> Functions {
    let functions = sprig_functions().with(helm::nested::FUNCTIONS).with(helm::json::FUNCTIONS).with(helm::yaml::FUNCTIONS);
    let functions = functions.with(helm::toml::FUNCTIONS);
    match compat {
        Compat::Helm3 => functions,
        Compat::Helm4 => functions.with(helm::yaml::HELM_4).with(helm::toml::HELM_4).with(helm::durations::FUNCTIONS),
    }
}

/// What the templates of an ApplicationSet may call: sprig without environment and network, and Argo CD's.
#[must_use]
pub fn argo_functions() -> Functions {
    const HELM_ONLY: &[&str] =
        &["getHostByName", "include", "tpl", "required", "lookup", "toToml", "fromToml", "toYamlPretty", "fromJsonArray"];
    sprig_functions().with(helm::yaml::ARGO).with(argo::FUNCTIONS).without(HELM_ONLY)
}

fn sprig_functions() -> Functions {
    Functions::default()
        .with(core::FUNCTIONS)
        .with(helm::json::SPRIG)
        .with(text::FUNCTIONS)
        .with(sprig::cases::FUNCTIONS)
        .with(sprig::certificates::FUNCTIONS)
        .with(sprig::ciphers::FUNCTIONS)
        .with(sprig::dates::FUNCTIONS)
        .with(sprig::decimals::FUNCTIONS)
        .with(sprig::defaults::FUNCTIONS)
        .with(sprig::dicts::FUNCTIONS)
        .with(sprig::encoding::FUNCTIONS)
        .with(sprig::flow::FUNCTIONS)
        .with(sprig::hashes::FUNCTIONS)
        .with(sprig::lists::FUNCTIONS)
        .with(sprig::numbers::FUNCTIONS)
        .with(sprig::paths::FUNCTIONS)
        .with(sprig::random::FUNCTIONS)
        .with(sprig::reflect::FUNCTIONS)
        .with(sprig::regex::FUNCTIONS)
        .with(sprig::semver::FUNCTIONS)
        .with(sprig::strings::FUNCTIONS)
        .with(sprig::url::FUNCTIONS)
        .with(sprig::words::FUNCTIONS)
}
