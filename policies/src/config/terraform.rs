//! What a configuration says of Terraform.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_source::{Node, RepoPath};

use super::{ConfigError, Located, Terraform, TerraformAssume, TerraformEnvironment, TerraformModule, TerraformRoot, read::Reader};

impl Reader<'_> {
    pub(super) fn terraform(&self, node: &Node) -> Terraform {
        let list = |key: &str| node.get(key).map(Node::items).unwrap_or_default();
        let environment = |node: &Node| TerraformEnvironment {
            name: self.text(node, "name"),
            var_files: self.texts(node, "varFiles"),
            workspace: self.some_text(node, "workspace"),
        };
        let root = |node: &Node| TerraformRoot {
            path: self.text(node, "path"),
            environments: node.get("environments").map(Node::items).unwrap_or_default().iter().map(environment).collect(),
        };
        let module = |node: &Node| TerraformModule {
            source: self.text(node, "source"),
            version: self.some_text(node, "version"),
            path: self.text(node, "path"),
        };
        let assume = |node: &Node| TerraformAssume {
            partition: self.some_text(node, "partition"),
            region: self.some_text(node, "region"),
            zones: self.texts(node, "availabilityZones"),
            account_id: self.some_text(node, "accountId"),
        };
        Terraform {
            dialect: self.some_text(node, "dialect"),
            roots: list("roots").iter().map(root).collect(),
            modules: list("modules").iter().map(module).collect(),
            assume: node.get("assume").map(assume).unwrap_or_default(),
        }
    }
}

impl Terraform {
    /// What no schema can say: paths that lead out of the repository, and what is there twice.
    pub(super) fn faults(&self) -> Vec<ConfigError> {
        let files = self.roots.iter().flat_map(|root| root.environments.iter().flat_map(|environment| &environment.var_files));
        let paths = self.roots.iter().map(|root| &root.path).chain(self.modules.iter().map(|module| &module.path)).chain(files);
        let mut faults: Vec<ConfigError> = paths.filter_map(outside).collect();
        faults.extend(twice("root", "", self.roots.iter().map(|root| &root.path)));
        for root in &self.roots {
            let of = format!(" of {}", root.path.value);
            faults.extend(twice("environment", &of, root.environments.iter().map(|environment| &environment.name)));
        }
        faults
    }
}

fn outside(path: &Located<Arc<str>>) -> Option<ConfigError> {
    let error = RepoPath::new(&path.value).err()?;
    let hint = Some("name a path of this repository, from its root".to_owned());
    Some(ConfigError { message: format!("terraform: {error}"), span: path.span, hint })
}

fn twice<'a>(what: &str, of: &str, names: impl Iterator<Item = &'a Located<Arc<str>>>) -> Vec<ConfigError> {
    let mut seen = BTreeSet::new();
    let again = names.filter(|name| !seen.insert(&name.value));
    let error = |name: &Located<Arc<str>>| ConfigError {
        message: format!("terraform: {what} {}{of} is there twice", name.value),
        span: name.span,
        hint: Some("join the two".to_owned()),
    };
    again.map(error).collect()
}
