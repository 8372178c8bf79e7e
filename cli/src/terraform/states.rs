//! Which roots, in which environments, keep their state in the same place.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::RepoPath;
use portcullis_terraform::roots::{Environment, Purpose, Root};

/// A root in an environment.
type Keeper = (RepoPath, Arc<str>);

/// The places of states, as far as the files of a repository name them, and who keeps one there.
pub(super) struct States(BTreeMap<String, Vec<Keeper>>);

/// The workspace that counts as none.
const DEFAULT: &str = "default";

/// The file that a state is kept in where nobody says otherwise.
const LOCAL: &str = "terraform.tfstate";

impl States {
    /// Those of roots that are planned by themselves.
    pub(super) fn of(roots: &[Root]) -> Self {
        let mut places: BTreeMap<String, Vec<Keeper>> = BTreeMap::new();
        for root in roots.iter().filter(|root| root.purpose == Purpose::Planned) {
            for environment in &root.environments {
                if let Some(place) = place(root, environment) {
                    places.entry(place).or_default().push((root.folder.clone(), Arc::clone(&environment.name)));
                }
            }
        }
        places.retain(|_, keepers| keepers.len() > 1);
        Self(places)
    }

    /// Who else keeps a state where a root does.
    pub(super) fn shared_with(&self, folder: &RepoPath, environment: &str) -> Vec<Keeper> {
        let is_own = |keeper: &Keeper| keeper.0 == *folder && &*keeper.1 == environment;
        let keepers = self.0.values().find(|keepers| keepers.iter().any(is_own));
        keepers.into_iter().flatten().filter(|keeper| !is_own(keeper)).cloned().collect()
    }
}

/// Where a root keeps its state, as a text that two roots have alike only if that is one place; none where files do not say all of it.
fn place(root: &Root, environment: &Environment) -> Option<String> {
    let Some(backend) = &root.backend else { return Some(local(root, environment, LOCAL)) };
    let said = |name: &str| backend.settings.get(name).map(|text| &**text);
    let place: Vec<&str> = match &*backend.kind {
        "s3" => vec![said("endpoint").unwrap_or_default(), said("bucket")?, said("workspace_key_prefix").unwrap_or_default(), said("key")?],
        "gcs" => vec![said("bucket")?, said("prefix").unwrap_or_default()],
        "azurerm" => vec![said("storage_account_name")?, said("container_name")?, said("key")?],
        "http" => return Some(format!("http {}", said("address")?)),
        "local" => return Some(local(root, environment, said("path").unwrap_or(LOCAL))),
        _ => return None,
    };
    Some(format!("{} {place:?} {}", backend.kind, workspace(environment)))
}

fn local(root: &Root, environment: &Environment, path: &str) -> String {
    let file = root.folder.join(path).map_or_else(|_| path.to_owned(), |file| file.to_string());
    // Files of several workspaces lie beside each other in the folder of the root.
    match workspace(environment) {
        DEFAULT => format!("local {file}"),
        name => format!("local {}/{name}", root.folder),
    }
}

/// Who asks for the workspace is planned in any of them, that which counts as none among them.
fn workspace(environment: &Environment) -> &str {
    environment.inputs.workspace.as_deref().unwrap_or(DEFAULT)
}

#[cfg(test)]
mod tests {
    use portcullis_terraform::{module::Inputs, roots::Backend};

    use super::*;

    fn root(folder: &str, settings: Option<&[(&str, &str)]>, workspaces: &[(&str, Option<&str>)]) -> Root {
        let texts = |settings: &[(&str, &str)]| settings.iter().map(|(name, text)| (Arc::from(*name), Arc::from(*text))).collect();
        let environment = |(name, workspace): &(&str, Option<&str>)| Environment {
            name: Arc::from(*name),
            inputs: Inputs { workspace: workspace.map(Arc::from), ..Inputs::default() },
        };
        Root {
            folder: RepoPath::new(folder).unwrap(),
            purpose: Purpose::Planned,
            backend: settings.map(|settings| Backend { kind: Arc::from("s3"), settings: texts(settings) }),
            environments: workspaces.iter().map(environment).collect(),
        }
    }

    fn shared(roots: &[Root]) -> Vec<String> {
        let states = States::of(roots);
        let all = roots.iter().flat_map(|root| root.environments.iter().map(move |environment| (root, environment)));
        let told = all.flat_map(|(root, environment)| {
            let others = states.shared_with(&root.folder, &environment.name);
            let own = format!("{} {}", root.folder, environment.name);
            others.into_iter().map(move |(folder, name)| format!("{own} = {folder} {name}"))
        });
        told.collect()
    }

    #[test]
    fn one_key_in_one_workspace_is_one_place() {
        let place: &[(&str, &str)] = &[("bucket", "states"), ("key", "data")];
        let both = [("dev", Some("dev")), ("prod", Some("prod"))];
        let copied = [root("data", Some(place), &both), root("network", Some(place), &[("prod", Some("prod"))])];
        assert_eq!(shared(&copied), ["data prod = network prod", "network prod = data prod"]);
        let one_workspace = [root("data", Some(place), &[("dev", Some("default")), ("prod", Some("default"))])];
        assert_eq!(shared(&one_workspace), ["data dev = data prod", "data prod = data dev"]);
        let unknown = [root("data", Some(place), &[("default", None)]), root("copy", Some(place), &[("default", Some("default"))])];
        assert_eq!(shared(&unknown), ["data default = copy default", "copy default = data default"]);
    }

    #[test]
    fn what_files_do_not_say_is_no_place() {
        let named = |key: &'static str| -> Vec<(&'static str, &'static str)> { vec![("bucket", "states"), ("key", key)] };
        let own =
            [root("data", Some(&named("data")), &[("default", None)]), root("network", Some(&named("network")), &[("default", None)])];
        assert_eq!(shared(&own), Vec::<String>::new());
        // `-backend-config` says the rest.
        let half: &[(&str, &str)] = &[("bucket", "states")];
        let completed = [root("data", Some(half), &[("default", None)]), root("network", Some(half), &[("default", None)])];
        assert_eq!(shared(&completed), Vec::<String>::new());
        let here = [root("data", None, &[("default", None)]), root("network", None, &[("default", None)])];
        assert_eq!(shared(&here), Vec::<String>::new());
    }
}
