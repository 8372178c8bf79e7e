//! The plans that the command line names, each to the root and the environment that it is of.

use std::{convert::Infallible, path::PathBuf, str::FromStr, sync::Arc};

use portcullis_source::{RepoPath, read_named_bytes};
use portcullis_terraform::{
    plan::{self, Form, Plan},
    roots::Root,
};

use super::{declared, discover, evaluated::is_module, roots as asked};
use crate::{
    error::Error,
    settings::{Settings, Surroundings, within},
};

/// `[ROOT[@ENVIRONMENT]=]FILE` of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlanFile {
    /// The folder of the root, as it is written; without one there must be one root alone.
    root: Option<PathBuf>,
    /// The environment; without one the root must have one alone.
    environment: Option<String>,
    /// The file.
    file: PathBuf,
}

impl FromStr for PlanFile {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let (head, file) = text.split_once('=').map_or((None, text), |(head, file)| (Some(head), file));
        let (root, environment) = match head.map(|head| head.rsplit_once('@').map_or((head, None), |(root, name)| (root, Some(name)))) {
            Some((root, environment)) => (Some(root).filter(|root| !root.is_empty()), environment),
            None => (None, None),
        };
        Ok(Self { root: root.map(PathBuf::from), environment: environment.map(str::to_owned), file: PathBuf::from(file) })
    }
}

/// Plans by root and environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plans(Vec<(RepoPath, Arc<str>, Arc<Plan>)>);

impl Plans {
    /// What is planned for a root in an environment.
    pub(crate) fn of(&self, folder: &RepoPath, environment: &str) -> Option<Arc<Plan>> {
        let found = self.0.iter().find(|(root, name, _)| root == folder && &**name == environment);
        found.map(|(.., plan)| Arc::clone(plan))
    }

    /// What is said of them beside a report.
    pub(crate) fn notes(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(folder, environment, plan)| {
            let folder = if folder.as_str().is_empty() { "." } else { folder.as_str() };
            let only = match (&plan.packed, &plan.shown) {
                (Some(_), None) => "; it has modules, and no values: give `terraform show -json FILE` of it too",
                _ => "",
            };
            format!("{folder} in {environment} is taken together with its plan {}{only}", plan.names.join(" and "))
        })
    }

    fn add(&mut self, (folder, environment): (RepoPath, Arc<str>), name: &str, form: Form) -> Result<(), Error> {
        let at = self.0.iter().position(|(root, known, _)| *root == folder && *known == environment);
        let mut plan = at.map(|at| self.0.remove(at).2).map(|plan| Plan::clone(&plan)).unwrap_or_default();
        let is_second = match &form {
            Form::Packed(_) => plan.packed.is_some(),
            Form::Shown(_) => plan.shown.is_some(),
        };
        if is_second {
            let message = format!("{folder} in {environment} is given two plans of the same form, {} and {name}", plan.names.join(" and "));
            return Err(Error::usage(message, "give one saved plan and the same one as JSON at most"));
        }
        plan.names.push(Arc::from(name));
        match form {
            Form::Packed(packed) => plan.packed = Some(packed),
            Form::Shown(shown) => plan.shown = Some(shown),
        }
        self.0.push((folder, environment, Arc::new(plan)));
        Ok(())
    }
}

/// Reads plans, and lays the modules that they have of other places where `terraform init` would.
pub(crate) fn open(settings: &mut Settings, files: &[PlanFile], surroundings: &Surroundings) -> Result<(), Error> {
    if files.is_empty() {
        return Ok(());
    }
    let (all, asked) = (discover(settings).value, asked(settings).value);
    let mut plans = Plans::default();
    for given in files {
        let name = given.file.to_string_lossy();
        let place = place(given, settings, (&all, &asked), surroundings)?;
        let bytes = read_named_bytes(&surroundings.directory.join(&given.file), settings.revision.sources())?;
        let form = plan::read(&bytes).map_err(|error| Error::usage(format!("{name}: {error}"), error.hint.clone()))?;
        plans.add(place, &name, form)?;
    }
    for (folder, _, plan) in &plans.0 {
        settings.revision.lay(plan.files(folder));
    }
    settings.plans = plans;
    Ok(())
}

/// The root and environment that a plan is of.
fn place(
    given: &PlanFile,
    settings: &Settings,
    (all, asked): (&[Root], &[Root]),
    surroundings: &Surroundings,
) -> Result<(RepoPath, Arc<str>), Error> {
    let file = given.file.display();
    let root = match &given.root {
        None => match asked {
            [root] => root.clone(),
            _ => {
                let hint =
                    format!("say which one it is of: --plan ROOT={file}; there is {}", list(asked.iter().map(|root| folder(&root.folder))));
                return Err(Error::usage(format!("there are {} root modules, and {file} is the plan of one", asked.len()), hint));
            }
        },
        Some(path) => {
            let path = within(&settings.root, &surroundings.directory.join(path))?;
            let known = all.iter().find(|root| root.folder == path).cloned();
            // A folder that others call may be planned by itself too.
            let other = || is_module(settings, &path).then(|| declared::root(settings, &path).value);
            known.or_else(other).ok_or_else(|| {
                let hint = format!("there is {}", list(all.iter().map(|root| folder(&root.folder))));
                Error::usage(format!("{} is no folder with .tf files, and {file} would be the plan of it", folder(&path)), hint)
            })?
        }
    };
    let names = || list(root.environments.iter().map(|environment| &*environment.name));
    let environment = match &given.environment {
        Some(name) => root.environments.iter().find(|environment| *environment.name == **name).ok_or_else(|| {
            let message = format!("{} has no environment {name}, which {file} would be the plan of", folder(&root.folder));
            Error::usage(message, format!("there is {}", names()))
        })?,
        None => {
            let is_asked = |name: &str| settings.environments.is_empty() || settings.environments.iter().any(|asked| asked == name);
            let mut asked = root.environments.iter().filter(|environment| is_asked(&environment.name));
            match (asked.next(), asked.next()) {
                (Some(environment), None) => environment,
                _ => {
                    let path = folder(&root.folder);
                    let message = format!("{path} has the environments {}, and {file} is the plan of one", names());
                    let written = given.root.as_ref().map(|root| root.display().to_string()).unwrap_or_default();
                    return Err(Error::usage(message, format!("say which one: --environment NAME, or --plan {written}@NAME={file}")));
                }
            }
        }
    };
    if !settings.environments.is_empty() && !settings.environments.iter().any(|asked| **asked == *environment.name) {
        let message = format!("{file} is the plan of {}, which --environment leaves out", environment.name);
        return Err(Error::usage(message, "leave the plan out too, or name its environment"));
    }
    Ok((root.folder.clone(), Arc::clone(&environment.name)))
}

fn folder(folder: &RepoPath) -> &str {
    if folder.as_str().is_empty() { "." } else { folder.as_str() }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::PlanFile;

    #[test]
    fn plans_are_of_a_root_and_an_environment() {
        let told = |text: &str| {
            let PlanFile { root, environment, file } = text.parse().unwrap();
            format!("{:?} {:?} {}", root.map(|root| root.display().to_string()), environment, file.display())
        };
        assert_eq!(told("p.json"), "None None p.json");
        assert_eq!(told("a/b=p.json"), "Some(\"a/b\") None p.json");
        assert_eq!(told("a/b@prod=p=1.json"), "Some(\"a/b\") Some(\"prod\") p=1.json");
        assert_eq!(told("@prod=p.json"), "None Some(\"prod\") p.json");
    }
}
