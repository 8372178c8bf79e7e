//! `portcullis rule new`: the folder of a rule that is whole, to go on from.

use std::{fmt::Write as _, fs, path::Path};

use portcullis_policies::{Kind, group_of};

use super::{Done, Outcome};
use crate::{
    args,
    error::Error,
    report::to_file,
    root,
    settings::{Settings, Surroundings},
};

/// The folder where the configuration names none.
const USUAL: &str = "policies";

/// Writes the folder.
pub(crate) fn run(arguments: &args::RuleNew, surroundings: &Surroundings) -> Outcome {
    let id = &arguments.id;
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !id.split('-').all(is_word) {
        return Err(Error::usage(
            format!("{id} is no name of a rule"),
            "say what is wrong in lowercase words joined by hyphens, such as missing-owner",
        ));
    }
    let root = root::find(&surroundings.directory);
    let settings = Settings::open(&args::Scope::default(), surroundings)?;
    if settings.library.rule(id).is_ok() {
        return Err(Error::usage(format!("there is a rule {id} already"), "`portcullis rule` lists all of them"));
    }
    let named: Vec<&str> = settings.config.library.iter().map(|folder| &*folder.value).collect();
    let into = match &arguments.into {
        Some(folder) => surroundings.directory.join(folder),
        None => root.join(named.first().copied().unwrap_or(USUAL)),
    };
    let folder = into.join(id);
    if folder.exists() {
        return Err(Error::usage(format!("{} is there already", folder.display()), "take another id, or go on with what is there"));
    }
    let files = files(arguments);
    for (name, text) in &files {
        make(&folder.join(name), text)?;
    }
    let shown = |path: &Path| path.strip_prefix(&root).unwrap_or(path).display().to_string();
    let mut done = Done::default();
    for (name, _) in &files {
        let _ = writeln!(done.notes, "{} written", shown(&folder.join(name)));
    }
    let place = shown(&into);
    if !named.contains(&place.as_str()) {
        let add = match &settings.config_file {
            Some(file) => format!("add `library: [{place}]` to {}", file.path()),
            None => format!("write portcullis.yaml with the lines `version: 1` and `library: [{place}]`"),
        };
        let _ = writeln!(done.notes, "note: {add}, so that its rules are asked");
    }
    let _ = writeln!(done.notes, "note: next, `portcullis test {place} --rule {id}`");
    Ok(done)
}

fn make(path: &Path, text: &str) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(path);
    let failed = |error: std::io::Error| {
        Error::usage(format!("{} cannot be made: {error}", folder.display()), "name a folder that can be written to")
    };
    fs::create_dir_all(folder).map_err(failed)?;
    to_file(path, text)
}

/// The files of the folder, with their names.
fn files(arguments: &args::RuleNew) -> Vec<(&'static str, String)> {
    let subject = Subject::of(arguments);
    vec![
        ("rule.rego", rego(arguments, &subject)),
        ("README.md", README.to_owned()),
        ("pass/owned.yaml", subject.fixture(Some("payments"))),
        ("pass/owned-by-two.yaml", subject.fixture(Some("payments, risk"))),
        ("fail/minimal.yaml", subject.fixture(None)),
    ]
}

/// What the rule begins as: an object without a label.
struct Subject {
    kinds: Vec<Kind>,
    is_platform: bool,
}

impl Subject {
    fn of(arguments: &args::RuleNew) -> Self {
        Self { kinds: arguments.kind.iter().map(|kind| Kind::parse(kind)).collect(), is_platform: arguments.platform }
    }

    /// The first kind, and the version that fixtures write it in.
    fn kind(&self) -> (String, String) {
        let Some(kind) = self.kinds.first() else { return ("v1".to_owned(), "Pod".to_owned()) };
        let version = match kind.group.as_deref().or_else(|| group_of(&kind.name)) {
            None | Some("") => "v1".to_owned(),
            Some(group @ "autoscaling") => format!("{group}/v2"),
            Some(group @ ("argoproj.io" | "keda.sh")) => format!("{group}/v1alpha1"),
            Some(group) => format!("{group}/v1"),
        };
        (version, kind.name.to_string())
    }

    fn fixture(&self, owner: Option<&str>) -> String {
        let (version, kind) = self.kind();
        let name = match owner {
            Some(_) => "  name: app".to_owned(),
            None => format!("  name: app # finding: {kind} app has no label owner"),
        };
        let labels = owner.map(|owner| format!("  labels: {{ owner: \"{owner}\" }}\n")).unwrap_or_default();
        let spec = if kind == "Pod" { "spec:\n  containers:\n    - name: app\n      image: example.com/app:1.0.0\n" } else { "" };
        format!("apiVersion: {version}\nkind: {kind}\nmetadata:\n{name}\n{labels}{spec}")
    }
}

fn rego(arguments: &args::RuleNew, subject: &Subject) -> String {
    let target = match arguments.kind.as_slice() {
        [] => "pod".to_owned(),
        kinds => format!("[{}]", kinds.join(", ")),
    };
    let mut text = format!(
        "# METADATA\n# title: Object without an owner\n# description: Nobody knows whom to call when it fails.\n# custom:\n#   severity: warning\n#   group: platform\n#   scope: {}\n#   target: {target}\n#   params:\n#     label: owner\n",
        if subject.is_platform { "platform" } else { "resource" },
    );
    let _ = write!(text, "package portcullis.rules.{}\n\n", arguments.id.replace('-', "_"));
    text.push_str(if subject.is_platform { PLATFORM_BODY } else { BODY });
    text
}

const BODY: &str = r#"findings contains {"at": ["metadata", "name"], "message": message} if {
	not input.resource.metadata.labels[input.params.label]
	message := sprintf("%s %s has no label %s", [input.resource.kind, input.resource.metadata.name, input.params.label])
}
"#;

const PLATFORM_BODY: &str = r#"findings contains {"resource": object.id, "at": ["metadata", "name"], "message": message} if {
	some object in input.platform.resources
	not object.resource.metadata.labels[input.params.label]
	message := sprintf("%s %s has no label %s", [object.kind, object.name, input.params.label])
}
"#;

const README: &str = "## What it finds
An object without the label that the parameter `label` names.

## Why it matters
Nobody knows whom to call when it fails.

## How to fix
Add the label `owner` with the name of a team.
";
