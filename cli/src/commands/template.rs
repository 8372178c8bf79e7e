//! `portcullis template`: what `helm template` prints, and with `--origin` where each line came from.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use portcullis_helm::{
    Capabilities, Chance, Chart, Compat, Layer, LayerContent, LiveObjects, Manifest, Options, Part, Release, RenderError, Rendered, Supply,
};
use portcullis_source::{Origin, Range, ReadError, RepoPath, Revision, Role, SourceFile, Sources, Text, read_named};

use super::{Done, Exit, Outcome};
use crate::{
    args,
    error::{Error, lowercase},
    output_dir::OutputDir,
    root,
    settings::{self, Surroundings},
    supply,
};

/// The name of a release that nobody named.
const RELEASE_NAME: &str = "release-name";

/// Renders a chart.
pub(crate) fn run(arguments: &args::Template, surroundings: &Surroundings) -> Outcome {
    let directory = surroundings.directory.as_path();
    let sources = Arc::new(Sources::default());
    let chance = chance(arguments, surroundings)?;
    let (name, chart) = name_and_chart(arguments, chance)?;
    let place = directory.join(chart);
    let opened = match arguments.helm.dependency_update && place.is_dir() {
        true => open_with_supply(&place, surroundings, &sources)?,
        false => open_chart(&place, chart, &sources)?,
    };
    match render(arguments, directory, &name, &opened, chance) {
        Ok(rendered) => {
            let notes = rendered.warnings.iter().map(|warning| format!("{warning}\n")).collect();
            let output = match (arguments.output_dir.as_str(), arguments.origin, arguments.stamp) {
                ("", true, _) => with_origins(&rendered, &sources).into_bytes(),
                ("", false, true) => super::stamp::stamped(&rendered, &sources).into_bytes(),
                ("", false, false) => rendered.print(),
                (given, ..) => {
                    let release = arguments.release_name.then_some(name.as_str());
                    write(arguments, &OutputDir { directory, given, release }, &rendered)?
                }
            };
            Ok(Done { output, notes, code: Exit::Clean })
        }
        Err(Failed::Helm(error)) => {
            let warnings: String = error.warnings.iter().map(|warning| format!("{warning}\n")).collect();
            Err(Error::Helm(warnings + &error.print()))
        }
        Err(Failed::Other(error)) => Err(error),
    }
}

/// Helm writes all files before it looks for those that are to be shown, and then finds nothing left to show.
fn write(arguments: &args::Template, folder: &OutputDir<'_>, rendered: &Rendered) -> Result<Vec<u8>, Error> {
    let before: String = rendered.warnings.iter().map(|warning| format!("{warning}\n")).collect();
    let mut printed = folder.write(rendered).map_err(|error| error.after(&before))?;
    if let Some(wanted) = arguments.show_only.first() {
        return Err(Error::Stopped { printed, message: format!("{before}Error: could not find template {wanted} in chart\n") });
    }
    printed.push(b'\n');
    Ok(printed)
}

/// A chart, the tree that it lies in, and where else its subcharts may lie.
struct Opened {
    revision: Revision,
    path: RepoPath,
    supply: Option<Supply>,
}

enum Failed {
    Helm(Box<RenderError>),
    Other(Error),
}

impl From<RenderError> for Failed {
    fn from(error: RenderError) -> Self {
        Self::Helm(Box::new(error))
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// The time and the secret seed of a render that is not deterministic.
fn chance(arguments: &args::Template, surroundings: &Surroundings) -> Result<Option<Chance>, Error> {
    if arguments.deterministic {
        return Ok(None);
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| Error::helm(format!("the system has no random numbers: {error}")))?;
    Ok(Some(Chance { seconds: i64::try_from(surroundings.seconds).unwrap_or_default(), nanos: 0, seed }))
}

/// A name that is given goes with no flag that makes one.
fn name_and_chart(arguments: &args::Template, chance: Option<Chance>) -> Result<(String, &str), Error> {
    let both = |flag: &str| Error::helm(format!("cannot set {flag} and also specify a name"));
    match (arguments.name_and_chart.as_slice(), arguments.name_template.as_str()) {
        ([_, _], _) if arguments.helm.generate_name => Err(both("--generate-name")),
        ([_, _], template) if !template.is_empty() => Err(both("--name-template")),
        ([name, chart], _) => Ok((name.clone(), chart)),
        ([chart], "") => Ok((RELEASE_NAME.to_owned(), chart)),
        ([chart], template) => Ok((portcullis_helm::release_name(template, chance).map_err(|error| Error::helm(error.message))?, chart)),
        ([_, _, more @ ..], _) => Err(Error::helm(format!("expected at most two arguments, unexpected arguments: {}", more.join(", ")))),
        _ => Err(Error::usage("a chart is needed", "name the release and then the chart's folder")),
    }
}

/// A chart's folder is a tree of its own, so that nothing outside of it is read.
fn open_chart(chart: &Path, given: &str, sources: &Arc<Sources>) -> Result<Opened, Error> {
    if chart.is_dir() {
        return Ok(Opened { revision: Revision::folder(chart, Arc::clone(sources))?, path: RepoPath::root(), supply: None });
    }
    let packed = read_named(chart, sources).map_err(|error| match error {
        ReadError::Named { .. } if !chart.exists() => Error::helm(format!("path {given:?} not found")),
        other => other.into(),
    })?;
    let name = chart.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let path = RepoPath::new(&name).map_err(|error| Error::usage(error.to_string(), "rename the packed chart"))?;
    let files = BTreeMap::from([(path.clone(), Arc::clone(packed.bytes()))]);
    Ok(Opened { revision: Revision::memory(files, Arc::clone(sources)), path, supply: None })
}

/// With its repository around it, so that subcharts are found as `portcullis lint` finds them.
fn open_with_supply(chart: &Path, surroundings: &Surroundings, sources: &Arc<Sources>) -> Result<Opened, Error> {
    let missing = |error: std::io::Error| Error::usage(format!("{} cannot be read: {error}", chart.display()), "name the chart's folder");
    let chart = chart.canonicalize().map_err(missing)?;
    let root = root::find(&chart);
    let revision =
        if root == chart { Revision::folder(&root, Arc::clone(sources))? } else { Revision::work_tree(&root, Arc::clone(sources))? };
    let relative = chart.strip_prefix(&root).map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let path = RepoPath::new(&relative).map_err(|error| Error::usage(error.to_string(), "rename the chart's folder"))?;
    let config = settings::config_of(&revision)?;
    let lock = supply::lock(&revision)?;
    let supply = supply::supply(&revision, Some(&root), &config, &lock, &surroundings.places)?;
    Ok(Opened { revision, path, supply: Some(supply) })
}

fn render(arguments: &args::Template, directory: &Path, name: &str, opened: &Opened, chance: Option<Chance>) -> Result<Rendered, Failed> {
    let Opened { revision, path, supply } = opened;
    let compat = match arguments.helm_compat {
        args::HelmCompat::Helm3 => Compat::Helm3,
        args::HelmCompat::Helm4 => Compat::Helm4,
    };
    let capabilities = Capabilities::new(arguments.kube_version.as_deref(), &arguments.api_versions, compat)?;
    portcullis_helm::check_name(name)?;
    let layers = layers(arguments, directory, revision.sources(), compat)?;
    let chart = match supply {
        Some(supply) => Chart::load_with(revision, path, supply, compat),
        None => Chart::load(revision, path, compat),
    };
    let chart = chart.map_err(RenderError::from)?;
    let release = Release {
        name: Arc::from(name),
        namespace: Arc::from(&*arguments.namespace),
        is_upgrade: arguments.is_upgrade,
        revision: 1,
        capabilities: Arc::new(capabilities),
    };
    let options = Options {
        include_crds: arguments.include_crds,
        no_hooks: arguments.no_hooks,
        skip_tests: arguments.skip_tests,
        skip_schema_validation: arguments.skip_schema_validation,
        show_only: if arguments.output_dir.is_empty() { arguments.show_only.clone() } else { Vec::new() },
        chance,
        live: live(arguments, directory, revision.sources())?,
        ..Options::default()
    };
    Ok(portcullis_helm::render(&chart, &layers, &release, &options)?)
}

/// The objects of `--live`.
fn live(arguments: &args::Template, directory: &Path, sources: &Arc<Sources>) -> Result<Option<Arc<LiveObjects>>, Failed> {
    let Some(folder) = &arguments.live else { return Ok(None) };
    let revision = Revision::folder(&directory.join(folder), Arc::clone(sources)).map_err(Error::from)?;
    Ok(Some(Arc::new(portcullis_helm::live_objects(&revision, &RepoPath::root())?)))
}

fn layers(arguments: &args::Template, directory: &Path, sources: &Sources, compat: Compat) -> Result<Vec<Layer>, Failed> {
    let mut layers = Vec::new();
    for path in &arguments.values {
        let file = read_values(directory, path, sources)?;
        layers.push(Layer::file(Arc::clone(file.path()), &Text::of_file(&file), compat)?);
    }
    let mut add = |flag: &str, arguments: &[String], content: fn(Arc<SourceFile>) -> LayerContent| {
        let layer = |argument: &String| Layer { name: Arc::from(flag), content: content(sources.add(flag, argument.clone().into_bytes())) };
        layers.extend(arguments.iter().map(layer));
    };
    add("--set-json", &arguments.set_json, LayerContent::SetJson);
    add("--set", &arguments.set, LayerContent::Set);
    add("--set-string", &arguments.set_string, LayerContent::SetString);
    add("--set-literal", &arguments.set_literal, LayerContent::SetLiteral);
    for argument in &arguments.set_file {
        let mut files = BTreeMap::new();
        for path in portcullis_helm::set_file_paths(argument.as_bytes()) {
            let unread = |error: ReadError| Error::helm(format!("failed parsing --set-file data: {}", refusal(&path, error)));
            let file = read_named(&directory.join(&path), sources).map_err(unread)?;
            files.insert(path, file);
        }
        let content = LayerContent::SetFile(sources.add("--set-file", argument.clone().into_bytes()), files);
        layers.push(Layer { name: Arc::from("--set-file"), content });
    }
    Ok(layers)
}

fn read_values(directory: &Path, path: &PathBuf, sources: &Sources) -> Result<Arc<SourceFile>, Failed> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        let limit = u64::from(u32::MAX);
        let read = std::io::Read::read_to_end(&mut std::io::Read::take(std::io::stdin(), limit), &mut bytes);
        read.map_err(|error| Error::usage(format!("standard input cannot be read: {error}"), "pipe the values in, or name a file"))?;
        return Ok(sources.add("-", bytes));
    }
    let unread = |error: ReadError| Error::helm(refusal(&path.to_string_lossy(), error));
    let file = read_named(&directory.join(path), sources).map_err(unread)?;
    Ok(sources.add(path.to_string_lossy(), Arc::clone(file.bytes())))
}

/// Why a file can't be read, as Go says it: `open x: no such file or directory`.
fn refusal(path: &str, error: ReadError) -> String {
    let ReadError::Named { reason, .. } = error else { return error.to_string() };
    let reason = lowercase(&reason);
    let verb = if reason == "is a directory" { "read" } else { "open" };
    format!("{verb} {path}: {reason}")
}

fn with_origins(rendered: &Rendered, sources: &Sources) -> String {
    let mut text = String::new();
    for manifest in &rendered.manifests {
        let _ = writeln!(text, "---\n# Source: {}", manifest.path);
        lines_with_origins(manifest, sources, &mut text);
    }
    text
}

/// The column that origins start at.
const ORIGIN_COLUMN: usize = 64;

fn lines_with_origins(manifest: &Manifest, sources: &Sources, text: &mut String) {
    let mut start = 0;
    for line in manifest.text.bytes().split(|&byte| byte == b'\n') {
        let range = Range { start, end: start + line.len() as u32 };
        start = range.end + 1;
        let shown = String::from_utf8_lossy(line);
        if line.is_empty() {
            text.push('\n');
            continue;
        }
        let chain = chain(&manifest.text.origin(range), sources);
        let hook = if manifest.part == Part::Crd { " (crd)" } else { "" };
        let _ = writeln!(text, "{shown:<ORIGIN_COLUMN$} # {chain}{hook}");
    }
}

/// A chain in one line: the template lines and the values lines that made the text, the calls that led there, what was hidden, what guarded it.
fn chain(origin: &Origin, sources: &Sources) -> String {
    let mut text = String::new();
    let mut shown = Vec::new();
    for link in &origin.links {
        let before = match link.role {
            Role::Rendered => continue,
            Role::Template | Role::Manifest | Role::Values | Role::Other => " <- ",
            Role::Include => " in ",
            Role::Shadowed => " over ",
            Role::Guard => " if ",
        };
        let Some(place) = link.span.and_then(|span| sources.locate(span)) else { continue };
        let what = link.key.as_deref().or(link.name.as_deref().filter(|_| link.role == Role::Include));
        let place = what.map_or_else(|| format!("{}:{}", place.file, place.line), |what| format!("{}:{} {what}", place.file, place.line));
        if !shown.contains(&place) {
            text.push_str(if shown.is_empty() { "" } else { before });
            text.push_str(&place);
            shown.push(place);
        }
    }
    text
}
