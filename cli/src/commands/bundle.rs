//! `portcullis bundle`: what the admission webhook runs, as one file.

use std::{collections::BTreeMap, io::Write as _, path::Path, sync::Arc};

use portcullis_policies::{
    Config, Date, Engine, Finding, Library, Resource, Waivers,
    admission::{Bundle, FactObject, InlineWaiver, Origin, registration},
    waiver::Coverage,
};
use serde_json::json;

use super::{Done, Exit, Outcome};
use crate::{
    args, check,
    error::{BROKEN_BUILD, Error},
    pipeline::{self, Objects, engine_error},
    settings::{Settings, Surroundings, mistakes},
};

/// The name of the file in a folder, and of the key in a ConfigMap.
const FILE_NAME: &str = "bundle.json";

/// The largest ConfigMap that an API server takes.
const MAX_CONFIG_MAP: usize = 1 << 20;

/// Packs the bundle.
pub(crate) fn run(arguments: &args::Bundle, surroundings: &Surroundings) -> Outcome {
    let scope = args::Scope { revision: arguments.revision.clone(), config: arguments.config.clone(), ..args::Scope::default() };
    let settings = Settings::open(&scope, surroundings)?;
    let objects = pipeline::objects(&settings)?;
    let missing: Vec<String> = objects.problems.iter().chain(objects.value.missing()).map(|problem| problem.message.clone()).collect();
    let bundle = pack(&settings, &objects.value)?;
    let text = match &arguments.config_map {
        Some(name) => config_map(name, &bundle)?,
        None => bundle.text(),
    };
    let mut done = Done { code: if missing.is_empty() { Exit::Clean } else { Exit::Incomplete }, ..Done::default() };
    for note in beyond(&settings.library) {
        done.notes.push_str(&format!("note: {note}\n"));
    }
    for message in &missing {
        done.notes.push_str(&format!("note: what this made is not in the facts of the bundle: {message}\n"));
    }
    match &arguments.output {
        Some(path) => write(&surroundings.directory.join(path), &text)?,
        None => done.output = text.into_bytes(),
    }
    done.notes.push_str(&format!("bundle {}\n", bundle.digest));
    Ok(done)
}

/// What policies for other tools say less of in a cluster than in a repository, each by its name.
fn beyond(library: &Library) -> Vec<String> {
    let mut notes = Vec::new();
    for (rule, foreign) in library.rules().iter().filter_map(|rule| Some((rule, rule.foreign.as_ref()?))) {
        let id = &rule.id;
        if foreign.reads_inventory() {
            notes.push(format!("{id} reads data.inventory, which the webhook does not have: it is asked of the repository alone"));
            continue;
        }
        let unasked: Vec<String> = registration::unasked(rule).into_iter().map(ToString::to_string).collect();
        if !unasked.is_empty() {
            notes.push(format!(
                "{id} is about {}, which the webhook is never asked about: there it is asked of the repository alone",
                unasked.join(", ")
            ));
        }
        if foreign.reads_namespaces() {
            notes.push(format!("{id} reads namespaces: the webhook knows those that the repository declares, and says so of any other"));
        }
    }
    notes
}

/// The bundle of a repository whose objects are known.
pub(crate) fn pack(settings: &Settings, objects: &Objects) -> Result<Bundle, Error> {
    if !settings.left_out.is_empty() {
        return Err(mistakes(settings.left_out.clone(), settings.revision.sources()));
    }
    let library = &settings.library;
    let engine = Engine::new(library, &settings.config).map_err(|error| engine_error(error, settings.revision.sources()))?;
    let mut files: BTreeMap<String, String> = library.prelude().iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
    for rule in library.rules().iter().filter(|rule| rule.foreign.is_none()) {
        files.insert(format!("rules/{}/rule.rego", rule.id), rule.rego.to_string());
        // A refusal says what to do; who wants to read more has the rule.
        files.insert(format!("rules/{}/README.md", rule.id), format!("## How to fix\n{}\n", rule.remedy()));
        for (folder, fixtures) in [("pass", &rule.passes), ("fail", &rule.fails)] {
            if let Some((name, text)) = fixtures.iter().min_by_key(|(name, text)| (text.len(), name.clone())) {
                files.insert(format!("rules/{}/{folder}/{name}", rule.id), text.to_string());
            }
        }
    }
    files.extend(library.foreign_files().map(|(path, text)| (path, text.to_owned())));
    let mut facts: Vec<FactObject> = objects.resources.iter().filter_map(FactObject::of).collect();
    if library.rules().iter().filter_map(|rule| rule.foreign.as_ref()).any(|foreign| foreign.reads_namespaces()) {
        facts.extend(objects.resources.iter().filter_map(FactObject::of_namespace));
    }
    facts.sort_by_cached_key(FactObject::key);
    facts.dedup();
    let config = settings
        .config_file
        .as_ref()
        .map(|file| Origin { path: file.path().to_string(), text: String::from_utf8_lossy(file.bytes()).into_owned() });
    let waived = waived(settings, &engine, &objects.resources);
    let bundle = Bundle { files, config: config.unwrap_or_default(), facts, waived, ..Bundle::default() };
    bundle.with_tests().map_err(|error| Error::usage(error.to_string(), BROKEN_BUILD))
}

/// What comments in the repository waive of what the webhook would find: there, nobody can look for the line.
fn waived(settings: &Settings, engine: &Engine, resources: &[Resource]) -> Vec<InlineWaiver> {
    let findings = check::check(engine, resources).value;
    let files = settings.revision.files_read();
    // Entries of the configuration have their say in the webhook itself, by the day.
    let config = Config { waivers: Vec::new(), ..settings.config.clone() };
    let waivers = Waivers {
        config: &config,
        rules: engine.rules(),
        sources: settings.revision.sources(),
        files: &files,
        today: Date::from_unix_seconds(0),
        coverage: Coverage::Part,
    };
    let by_identity = {
        let mut known: BTreeMap<_, Vec<&Resource>> = BTreeMap::new();
        for resource in resources {
            known.entry((&resource.identity, &resource.context.environment, &resource.context.application)).or_default().push(resource);
        }
        known
    };
    let is_single = |finding: &Finding| engine.rules().iter().any(|rule| rule.id == finding.rule && rule.is_of_requests());
    let mut found: Vec<InlineWaiver> = waivers
        .apply(findings)
        .iter()
        .filter(|finding| is_single(finding))
        .filter_map(|finding| {
            let reason = &finding.waived.as_ref()?.reason;
            let resources = by_identity.get(&(finding.resource.as_ref()?, &finding.environment, &finding.application))?;
            Some(resources.iter().map(|resource| InlineWaiver::of(finding, resource, reason)).collect::<Vec<_>>())
        })
        .flatten()
        .collect();
    found.sort();
    found.dedup();
    found
}

fn config_map(name: &str, bundle: &Bundle) -> Result<String, Error> {
    let Some((namespace, name)) = name.split_once('/').filter(|(namespace, name)| !namespace.is_empty() && !name.is_empty()) else {
        return Err(Error::usage(format!("{name:?} is no NAMESPACE/NAME"), "such as --config-map portcullis-system/portcullis-bundle"));
    };
    let text = bundle.text();
    if text.len() > MAX_CONFIG_MAP {
        let message = format!("the bundle has {} bytes, more than a ConfigMap may hold", text.len());
        return Err(Error::usage(message, "mount the bundle from an image or a volume instead"));
    }
    let metadata = json!({"name": name, "namespace": namespace, "annotations": {"portcullis.dev/bundle": bundle.digest}});
    Ok(format!("{:#}\n", json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {FILE_NAME: text}})))
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    let path = if path.is_dir() { Arc::from(path.join(FILE_NAME)) } else { Arc::<Path>::from(path) };
    let written = std::fs::File::create(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Error::usage(format!("{} cannot be written: {error}", path.display()), "name a file in a folder that exists"))
}
