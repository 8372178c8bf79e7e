//! What the configuration says of Terraform, for those who look for roots.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_policies::config::{Located, Terraform, TerraformAssume};
use portcullis_source::{Partial, Problem, RepoPath, Stage};
use portcullis_terraform::{
    module::{Assume, Dialect, ModuleCopy, Setup},
    roots::{self, Declared, DeclaredEnvironment, Root},
};

use super::evaluated::is_module;
use crate::settings::Settings;

/// The roots of a revision that paths may reach: those that are declared, and those that are found.
pub(crate) fn discover(settings: &Settings) -> Partial<Vec<Root>> {
    let declared = declared(settings);
    let mut found = roots::discover_with(&settings.revision, &declared, &|path| settings.config.excludes(path.as_str()));
    found.problems.extend(missing(settings));
    found
}

/// The root of a folder that may be called by others too.
pub(super) fn root(settings: &Settings, folder: &RepoPath) -> Partial<Root> {
    roots::root(&settings.revision, &declared(settings), folder)
}

/// How files of the repository are read.
pub(super) fn dialect(settings: &Settings) -> Dialect {
    match settings.config.terraform.dialect.as_ref().map(|dialect| &*dialect.value) {
        Some("terraform") => Dialect::Terraform,
        Some("opentofu") => Dialect::OpenTofu,
        _ => Dialect::Either,
    }
}

fn declared(settings: &Settings) -> Declared {
    let Terraform { dialect: _, roots, modules, assume } = &settings.config.terraform;
    let copies = modules.iter().map(|module| ModuleCopy {
        source: Arc::clone(&module.source.value),
        version: module.version.as_ref().map(|version| Arc::clone(&version.value)),
        folder: path(&module.path),
    });
    let setup = Arc::new(Setup { dialect: dialect(settings), copies: copies.collect(), assume: assumed(assume) });
    let roots: BTreeMap<RepoPath, Vec<DeclaredEnvironment>> = roots
        .iter()
        .map(|root| {
            let environments = root.environments.iter().map(|environment| DeclaredEnvironment {
                name: Arc::clone(&environment.name.value),
                var_files: environment.var_files.iter().map(path).collect(),
                named_at: environment.var_files.iter().filter_map(|file| Some((path(file), file.span?))).collect(),
                workspace: environment.workspace.as_ref().map(|workspace| Arc::clone(&workspace.value)),
            });
            (path(&root.path), environments.collect())
        })
        .collect();
    Declared { roots, setup }
}

/// A path that is none was refused with the configuration.
fn path(path: &Located<Arc<str>>) -> RepoPath {
    RepoPath::new(&path.value).unwrap_or_default()
}

/// The folders that are declared and are not there; of files of values the evaluation tells.
fn missing(settings: &Settings) -> Vec<Problem> {
    let Terraform { roots, modules, .. } = &settings.config.terraform;
    let folders = roots.iter().map(|root| &root.path).chain(modules.iter().map(|module| &module.path));
    let problem = |folder: &Located<Arc<str>>| {
        let message = format!("{} is no folder with configuration files", folder.value);
        Problem::new(Stage::Terraform, message, "correct its path in portcullis.yaml").at(folder.span)
    };
    folders.filter(|folder| !is_module(settings, &path(folder))).map(problem).collect()
}

/// What data sources are answered with.
fn assumed(assume: &TerraformAssume) -> Assume {
    let text = |value: &Option<Located<Arc<str>>>| value.as_ref().map(|value| Arc::clone(&value.value));
    Assume {
        partition: text(&assume.partition),
        region: text(&assume.region),
        zones: assume.zones.iter().map(|zone| Arc::clone(&zone.value)).collect(),
        account_id: text(&assume.account_id),
    }
}
