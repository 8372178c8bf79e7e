//! What a repository shows to the text of its configuration; what nobody can know stands there as a comment.

use std::{collections::BTreeSet, fmt::Write as _};

use super::survey::{Environment, Survey};

/// The file of the schema, for editors.
pub(super) const SCHEMA_FILE: &str = "portcullis.schema.json";

/// The text of portcullis.yaml.
pub(crate) fn config(survey: &Survey) -> String {
    let mut text = format!(
        "# yaml-language-server: $schema={SCHEMA_FILE}\n\
         # What portcullis cannot read from the repository itself. `portcullis rule` lists what it checks, `portcullis schema config` what may stand here.\n\
         version: 1\n"
    );
    for part in [
        environments(survey),
        zones(survey),
        registries(survey),
        SCORING.to_owned(),
        repositories(survey),
        clusters(survey),
        argocd(survey),
        layers(survey),
        exclude(survey),
        RULES.to_owned(),
    ] {
        text.push('\n');
        text.push_str(&part);
    }
    text
}

const SCORING: &str = "\
# Which pods are latency-sensitive: rules about interruptions and zones are stricter there.
# scoring:
#   namespaces: [scoring]
#   labels:
#     example.com/workload-class: scoring
";

const RULES: &str = "\
# Levels and parameters of rules: deny fails the run, warn is reported, off is silent.
# rules:
#   missing-pre-stop:
#     level: warn
#     environments:
#       prod: {level: deny}
";

fn environments(survey: &Survey) -> String {
    if survey.environments.is_empty() {
        return "# In the order of promotion; an application belongs to an environment by its label `environment`, the end of its name, or as said here.\n\
             # environments:\n#   - name: dev\n#   - name: prod\n#     clusters: [prod]\n"
            .to_owned();
    }
    let mut text = "# In the order of promotion; an application belongs to an environment by its label `environment`, the end of its name, or as said here \
         (applications, namespaces, clusters).\nenvironments:\n"
        .to_owned();
    for Environment { name, clusters, namespaces } in &survey.environments {
        let _ = writeln!(text, "  - name: {}", scalar(name));
        for (key, names) in [("clusters", clusters), ("namespaces", namespaces)] {
            if !names.is_empty() {
                let _ = writeln!(text, "    {key}: {}", list(names));
            }
        }
    }
    text
}

fn zones(survey: &Survey) -> String {
    let about = "# The availability zones that pods spread over.\n";
    if survey.zones.is_empty() {
        return format!("{about}# zones: [eu-west-1a, eu-west-1b]\n");
    }
    format!("{about}zones: {}\n", list(&survey.zones))
}

fn registries(survey: &Survey) -> String {
    let about = "# The ECR registries that images may come from; without any, rules about registries are silent.\n";
    if survey.registries.is_empty() {
        return format!("{about}# registries:\n#   - account: \"111122223333\"\n#     region: eu-west-1\n");
    }
    let mut text = format!("{about}registries:\n");
    for (account, region) in &survey.registries {
        let _ = writeln!(text, "  - account: \"{account}\"\n    region: {region}");
    }
    text
}

fn repositories(survey: &Survey) -> String {
    let about = "# The repoURLs of Argo CD sources that stand for this repository; with any, all others lie elsewhere.\n";
    if survey.repositories.is_empty() {
        return format!("{about}# repositories:\n#   - url: https://git.example.com/platform.git\n");
    }
    let urls: String = survey.repositories.iter().map(|url| format!("  - url: {}\n", scalar(url))).collect();
    format!("{about}repositories:\n{urls}")
}

/// Argo CD keeps its clusters in the cluster, so that nothing in a repository says what they are.
fn clusters(survey: &Survey) -> String {
    let mut text =
        "# The clusters as Argo CD knows them (`argocd cluster list`), for cluster generators and for charts that ask for versions.\n"
            .to_owned();
    if survey.wants_clusters {
        text.push_str("# ApplicationSets here ask for them: until they are listed, what these would deploy is not checked.\n");
    }
    text.push_str("# clusters:\n");
    let names: Vec<&str> = survey.environments.iter().map(|environment| environment.name.as_str()).collect();
    for name in if names.is_empty() { vec!["prod"] } else { names } {
        let _ = write!(text, "#   - name: {name}\n#     server: https://{name}.example.com\n#     kubernetesVersion: \"1.33\"\n");
        // A label that names the environment has its name; what others say nobody knows.
        let value = |label: &String| if says_environment(label) { name } else { survey.selectors.get(label).map_or("", String::as_str) };
        let labels: BTreeSet<&String> = survey.selectors.keys().chain(&survey.cluster_labels).collect();
        let labels: Vec<(&String, &str)> = labels.into_iter().map(|label| (label, value(label))).collect();
        if !labels.is_empty() {
            text.push_str("#     labels:\n");
        }
        for (label, value) in labels {
            let _ = writeln!(text, "#       {label}: {}", scalar(value));
        }
    }
    text
}

fn says_environment(label: &str) -> bool {
    matches!(label.rsplit(['/', '.']).next(), Some("environment" | "env" | "stage"))
}

fn argocd(survey: &Survey) -> String {
    let about = "# Argo CD itself; from version 3.5 on it renders charts as Helm 4 does.\n";
    match &survey.argocd {
        Some(namespace) => format!("{about}argocd:\n  # version: \"3.2\"\n  namespace: {}\n", scalar(namespace)),
        None => format!("{about}# argocd:\n#   version: \"3.2\"\n#   namespace: argocd\n"),
    }
}

fn layers(survey: &Survey) -> String {
    let about = "# What reports call the layers of values, from the widest to the narrowest; the first glob that matches a file counts.\n";
    if survey.layers.is_empty() {
        return format!(
            "{about}# layers:\n#   - name: base\n#     files: values/base.yaml\n#   - name: environment\n#     files: values/environments/*.yaml\n"
        );
    }
    let layers: String =
        survey.layers.iter().map(|layer| format!("  - name: {}\n    files: {}\n", scalar(&layer.name), scalar(&layer.files))).collect();
    format!("{about}layers:\n{layers}")
}

fn exclude(survey: &Survey) -> String {
    let about = "# What is no part of the platform.\n";
    if survey.excluded.is_empty() {
        return format!("{about}# exclude:\n#   - testdata\n");
    }
    let folders: String = survey.excluded.iter().map(|folder| format!("  - {}\n", scalar(folder))).collect();
    format!("{about}exclude:\n{folders}")
}

fn list<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| scalar(name)).collect();
    format!("[{}]", names.join(", "))
}

fn scalar(text: &str) -> String {
    portcullis_policies::waiver::scalar(text)
}
