//! Origins tell the whole truth: each leaf of the values is changed, and every rendered field that changes with it must have named it.
//!
//! `PORTCULLIS_CHARTS` names another folder of charts to try, such as a clone of a repository of charts; then `--release` is worth it.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "reads charts, and stops at a broken one"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use portcullis_helm::{Capabilities, Chart, Compat, Layer, Options, Release, RenderError, Rendered, render};
use portcullis_source::{Data, Document, Entry, Node, Range, RepoPath, Revision, Role, Sources, Step, Text, yaml};

type Files = BTreeMap<RepoPath, Arc<[u8]>>;

/// A chart in `chart/` and the values files over it.
struct Case {
    name: String,
    files: Files,
    layers: Vec<RepoPath>,
}

/// A scalar, or an empty list or map, of a values file.
struct Leaf {
    file: RepoPath,
    key: String,
    range: Range,
    /// Where a chain may point for it: the value, or its key.
    places: [Place; 2],
    changes: Vec<String>,
}

type Place = (String, u32, u32);

/// A template and the turn of one of its documents.
type DocumentId = (String, usize);

/// One rendering, its documents by template and turn.
struct Outcome {
    documents: BTreeMap<DocumentId, Document>,
    sources: Arc<Sources>,
}

/// A field of one rendering.
type Field = (DocumentId, Vec<Step>);

/// A field that differs between two renderings: its path in each, none where it is missing.
struct Difference {
    document: DocumentId,
    old: Option<Vec<Step>>,
    new: Option<Vec<Step>>,
}

/// What all changes of all leaves showed.
#[derive(Default)]
struct Verdict {
    leaves: usize,
    renders: usize,
    refused: usize,
    changed: usize,
    missed: Vec<String>,
    named: usize,
    vain: usize,
    vainly: BTreeMap<String, usize>,
}

fn add_folder(files: &mut Files, folder: &Path, to: &str) {
    let mut entries: Vec<_> = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        let name = format!("{to}/{}", path.file_name().expect("a name").to_string_lossy());
        if path.is_dir() {
            add_folder(files, &path, &name);
        } else if path.is_file() {
            files.insert(RepoPath::new(&name).expect("a path"), Arc::from(fs::read(&path).expect("a file")));
        }
    }
}

fn case(name: &str, chart: &Path, layers: &[&Path]) -> Case {
    let mut files = Files::new();
    add_folder(&mut files, chart, "chart");
    let layers = layers.iter().enumerate().map(|(index, path)| {
        let name = format!("layers/{index}-{}", path.file_name().expect("a name").to_string_lossy());
        let name = RepoPath::new(&name).expect("a path");
        files.insert(name.clone(), Arc::from(fs::read(path).expect("a layer")));
        name
    });
    let layers = layers.collect();
    Case { name: name.to_owned(), files, layers }
}

fn run(files: &Files, layers: &[RepoPath]) -> Result<(Rendered, Arc<Sources>), RenderError> {
    let revision = Revision::memory(files.clone(), Arc::new(Sources::default()));
    let release = Release {
        name: Arc::from("demo"),
        namespace: Arc::from("default"),
        is_upgrade: false,
        revision: 1,
        capabilities: Arc::new(Capabilities::new(Some("1.31.0"), &[], Compat::Helm3)?),
    };
    let chart = Chart::load(&revision, &RepoPath::new("chart").expect("a path"), Compat::Helm3)?;
    let layers: Result<Vec<Layer>, RenderError> =
        layers.iter().map(|path| Layer::file(path.name(), &Text::of_file(&revision.read(path).expect("a layer")), Compat::Helm3)).collect();
    let options = Options::default();
    Ok((render(&chart, &layers?, &release, &options)?, Arc::clone(revision.sources())))
}

fn scalar(data: &Data) -> Option<String> {
    Some(match data {
        Data::Null => "null".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Uint(value) => value.to_string(),
        Data::Float(value) => value.to_string(),
        // Helm trims each document: whether a block at its end keeps its last line break depends on what follows.
        Data::String(value) => format!("{:?}", value.trim_end_matches('\n')),
        Data::List(items) if items.is_empty() => "[]".to_owned(),
        Data::Map(map) if map.entries.is_empty() => "{}".to_owned(),
        Data::List(_) | Data::Map(_) => return None,
    })
}

/// What a leaf is changed to: another value of its type, and an empty one.
fn changes(data: &Data) -> Vec<String> {
    let texts: &[&str] = match data {
        Data::Null => &["\"mutated\"", "true", "{mutated: mutated}"],
        Data::Bool(true) => &["false", "null"],
        Data::Bool(false) => &["true", "null"],
        Data::Int(_) | Data::Uint(_) | Data::Float(_) => &["7", "0", "31", "null"],
        Data::String(text) if text.is_empty() => &["\"mutated\"", "null"],
        Data::String(text) => return vec![format!("{:?}", format!("{text}x")), "mutated".to_owned(), "\"\"".to_owned(), "null".to_owned()],
        Data::List(_) => &["[mutated]", "null"],
        Data::Map(_) => &["{mutated: mutated}", "null"],
    };
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn leaves(files: &Files, layers: &[RepoPath]) -> Vec<Leaf> {
    let mut found = Vec::new();
    for (path, bytes) in files {
        let of_chart = path.name() == "values.yaml" && !path.as_str().contains("/templates/");
        if !of_chart && !layers.contains(path) {
            continue;
        }
        let sources = Sources::default();
        let file = sources.add(path.as_str(), &**bytes);
        let text = Text::of_file(&file);
        let Some(document) = yaml::parse(&text).documents.into_iter().next() else { continue };
        let place = |range: Range| {
            let location = text.span(range).and_then(|span| sources.locate(span)).expect("a place");
            (path.as_str().to_owned(), location.line, location.column)
        };
        let mut seen = BTreeSet::new();
        collect(&document.root, &mut String::new(), document.root.range, &mut |key, node, key_range| {
            if node.range.start < node.range.end && seen.insert(node.range) {
                let places = [place(node.range), place(key_range)];
                found.push(Leaf { file: path.clone(), key: key.to_owned(), range: node.range, places, changes: changes(&node.data) });
            }
        });
    }
    found
}

fn collect(node: &Node, key: &mut String, key_range: Range, leaf: &mut dyn FnMut(&str, &Node, Range)) {
    let length = key.len();
    match &node.data {
        Data::Map(map) if !map.entries.is_empty() => {
            for Entry { key: name, key_range, value } in &map.entries {
                key.push('.');
                key.push_str(name);
                collect(value, key, *key_range, leaf);
                key.truncate(length);
            }
        }
        Data::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                key.push_str(&format!("[{index}]"));
                collect(item, key, item.range, leaf);
                key.truncate(length);
            }
        }
        _ => leaf(key, node, key_range),
    }
}

/// The files with one leaf changed.
fn with(files: &Files, leaf: &Leaf, text: &str) -> Files {
    let mut files = files.clone();
    let old = &files[&leaf.file];
    let (start, end) = (leaf.range.start as usize, leaf.range.end as usize);
    let mut bytes = old[..start].to_vec();
    bytes.extend_from_slice(text.as_bytes());
    if old[..end].ends_with(b"\n") {
        bytes.push(b'\n');
    }
    bytes.extend_from_slice(&old[end..]);
    files.insert(leaf.file.clone(), Arc::from(bytes));
    files
}

fn outcome(files: &Files, layers: &[RepoPath]) -> Result<Outcome, RenderError> {
    let (rendered, sources) = run(files, layers)?;
    let mut documents: BTreeMap<DocumentId, Document> = BTreeMap::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for manifest in rendered.manifests {
        let count = counts.entry(manifest.path.clone()).or_default();
        for document in manifest.documents {
            documents.insert((manifest.path.clone(), *count), document);
            *count += 1;
        }
    }
    Ok(Outcome { documents, sources })
}

/// The places that the chain of a field names: those of its value, and of the keys above it.
fn named(outcome: &Outcome, document: &Document, path: &[Step]) -> BTreeSet<Place> {
    let mut origins = vec![document.origin(path)];
    for (length, step) in path.iter().enumerate() {
        let above = document.node_at(&path[..length]).and_then(Node::as_map);
        let entry = above.zip(step.key()).and_then(|(map, key)| map.entry(key));
        origins.extend(entry.map(|entry| document.text.origin(entry.key_range)));
    }
    let links = origins.iter().flat_map(|origin| &origin.links).filter(|link| matches!(link.role, Role::Values | Role::Guard));
    let places = links.filter_map(|link| outcome.sources.locate(link.span?));
    places.map(|at| (at.file.to_string(), at.line, at.column)).collect()
}

/// Every scalar, empty list and empty map below a node.
fn scalars(node: &Node, path: &mut Vec<Step>, found: &mut dyn FnMut(&[Step])) {
    match &node.data {
        Data::Map(map) if !map.entries.is_empty() => {
            for entry in &map.entries {
                path.push(Step::Key(Arc::clone(&entry.key)));
                scalars(&entry.value, path, found);
                path.pop();
            }
        }
        Data::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                scalars(item, path, found);
                path.pop();
            }
        }
        _ => found(path),
    }
}

/// The fields that differ between two nodes.
fn compare(old: Option<(&Node, Vec<Step>)>, new: Option<(&Node, Vec<Step>)>, found: &mut dyn FnMut(Option<Vec<Step>>, Option<Vec<Step>>)) {
    let step = |path: &[Step], step: Step| path.iter().cloned().chain([step]).collect::<Vec<Step>>();
    match (old, new) {
        (None, None) => {}
        (Some((node, mut path)), None) => scalars(node, &mut path, &mut |path| found(Some(path.to_vec()), None)),
        (None, Some((node, mut path))) => scalars(node, &mut path, &mut |path| found(None, Some(path.to_vec()))),
        (Some((old, old_path)), Some((new, new_path))) => match (&old.data, &new.data) {
            (Data::Map(olds), Data::Map(news)) => {
                let keys: BTreeSet<&Arc<str>> = olds.entries.iter().chain(&news.entries).map(|entry| &entry.key).collect();
                for key in keys {
                    let below = |node: Option<&'_ Node>, path: &[Step]| node.map(|_| step(path, Step::Key(Arc::clone(key))));
                    let (old, new) = (olds.get(key), news.get(key));
                    let (old_below, new_below) = (below(old, &old_path), below(new, &new_path));
                    compare(old.zip(old_below), new.zip(new_below), found);
                }
            }
            (Data::List(olds), Data::List(news)) => {
                for (old, new) in pairs(olds, news) {
                    let below =
                        |items: &'_ [Node], index: usize, path: &[Step]| (index < items.len()).then(|| step(path, Step::Index(index)));
                    let old = old.and_then(|index| Some((olds.get(index)?, below(olds, index, &old_path)?)));
                    let new = new.and_then(|index| Some((news.get(index)?, below(news, index, &new_path)?)));
                    compare(old, new, found);
                }
            }
            (old, new) => {
                let (old, new) = (scalar(old), scalar(new));
                if old.is_none() || old != new {
                    found(Some(old_path), Some(new_path));
                }
            }
        },
    }
}

/// Which items of two lists belong together: by their turn if there are as many, else by name or text.
fn pairs(olds: &[Node], news: &[Node]) -> Vec<(Option<usize>, Option<usize>)> {
    if olds.len() == news.len() {
        return (0..olds.len()).map(|index| (Some(index), Some(index))).collect();
    }
    let names = |items: &[Node]| -> Vec<String> {
        let name = |item: &Node| ["name", "secretKey", "mountPath", "port", "host"].iter().find_map(|key| scalar(&item.get(key)?.data));
        items.iter().map(|item| name(item).unwrap_or_else(|| plain(item))).collect()
    };
    let (olds, mut news) = (names(olds), names(news).into_iter().map(Some).collect::<Vec<_>>());
    let mut found: Vec<(Option<usize>, Option<usize>)> = Vec::new();
    for (index, name) in olds.iter().enumerate() {
        let same = news.iter().position(|other| other.as_ref() == Some(name));
        if let Some(taken) = same.and_then(|same| news.get_mut(same)) {
            *taken = None;
        }
        found.push((Some(index), same));
    }
    found.extend(news.iter().enumerate().filter(|(_, name)| name.is_some()).map(|(index, _)| (None, Some(index))));
    found
}

/// The text of a node without its places.
fn plain(node: &Node) -> String {
    match &node.data {
        Data::Map(map) if !map.entries.is_empty() => {
            map.entries.iter().map(|entry| format!("{}:{};", entry.key, plain(&entry.value))).collect()
        }
        Data::List(items) if !items.is_empty() => items.iter().map(|item| format!("-{};", plain(item))).collect(),
        data => scalar(data).unwrap_or_default(),
    }
}

fn differences(old: &Outcome, new: &Outcome) -> Vec<Difference> {
    let mut found = Vec::new();
    let documents: BTreeSet<&DocumentId> = old.documents.keys().chain(new.documents.keys()).collect();
    for key in documents {
        let of = |outcome: &'_ Outcome| outcome.documents.get(key).map(|document| document.root.clone());
        let (old, new) = (of(old), of(new));
        compare(old.as_ref().map(|root| (root, Vec::new())), new.as_ref().map(|root| (root, Vec::new())), &mut |old, new| {
            found.push(Difference { document: key.clone(), old, new });
        });
    }
    found
}

/// Whether a field's chain names a leaf: its value or key, or what it was changed to.
fn names(outcome: &Outcome, document: &DocumentId, path: Option<&Vec<Step>>, leaf: &Leaf, change: &str) -> bool {
    let Some((document, path)) = outcome.documents.get(document).zip(path) else { return false };
    named(outcome, document, path).iter().any(|place| {
        let (file, line, column) = &leaf.places[0];
        let within = place.0 == *file && place.1 == *line && (*column..*column + change.len() as u32).contains(&place.2);
        within || leaf.places.contains(place)
    })
}

fn show(outcome: &Outcome, document: &DocumentId, path: Option<&Vec<Step>>) -> String {
    let node = outcome.documents.get(document).zip(path).and_then(|(document, path)| document.node_at(path));
    node.map_or_else(|| "nothing".to_owned(), |node| scalar(&node.data).unwrap_or_default())
}

fn dotted(path: &[Step]) -> String {
    path.iter().map(|step| step.key().map_or_else(|| "[]".to_owned(), |key| format!(".{key}"))).collect()
}

fn judge(case: &Case, verdict: &mut Verdict) {
    let Ok(before) = outcome(&case.files, &case.layers) else { return };
    let mut known: BTreeMap<Place, BTreeSet<Field>> = BTreeMap::new();
    for (key, document) in &before.documents {
        scalars(&document.root, &mut Vec::new(), &mut |path| {
            for place in named(&before, document, path) {
                known.entry(place).or_default().insert((key.clone(), path.to_vec()));
            }
        });
    }
    for leaf in leaves(&case.files, &case.layers) {
        verdict.leaves += 1;
        let mut changed: BTreeSet<Field> = BTreeSet::new();
        let mut missed: BTreeSet<String> = BTreeSet::new();
        let mut refused = false;
        for change in &leaf.changes {
            verdict.renders += 1;
            let Ok(after) = outcome(&with(&case.files, &leaf, change), &case.layers) else {
                refused = true;
                verdict.refused += 1;
                continue;
            };
            for difference in differences(&before, &after) {
                verdict.changed += 1;
                let Difference { document, old, new } = &difference;
                let told = names(&before, document, old.as_ref(), &leaf, "") || names(&after, document, new.as_ref(), &leaf, change);
                let path = old.as_ref().or(new.as_ref()).map(|path| dotted(path)).unwrap_or_default();
                if !told && missed.insert(format!("{} {path}", document.0)) {
                    let (old, new) = (show(&before, document, old.as_ref()), show(&after, document, new.as_ref()));
                    verdict.missed.push(format!(
                        "{}: {}{} = {change}: {} {path}: {old:.60} -> {new:.60}",
                        case.name, leaf.file, leaf.key, document.0
                    ));
                }
                changed.extend(old.clone().map(|old| (document.clone(), old)));
            }
        }
        if !refused {
            let fields: BTreeSet<_> = leaf.places.iter().filter_map(|place| known.get(place)).flatten().collect();
            for (document, path) in fields {
                verdict.named += 1;
                if !changed.contains(&(document.clone(), path.clone())) {
                    verdict.vain += 1;
                    *verdict.vainly.entry(format!("{}: {}{}", case.name, leaf.file, leaf.key)).or_default() += 1;
                }
            }
        }
    }
}

fn repository() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the repository").to_owned()
}

/// How many of a hundred fields may name a leaf in vain.
const MAX_VAIN_PERCENT: usize = 5;

fn conclude(verdict: &Verdict) {
    let Verdict { leaves, renders, refused, changed, missed, named, vain, vainly } = verdict;
    println!(
        "{leaves} leaves, {renders} renders, {refused} refused, {changed} fields changed, {} missed, {vain} of {named} in vain",
        missed.len()
    );
    for line in missed.iter().take(200) {
        println!("MISSED {line}");
    }
    let mut leaves: Vec<(&String, &usize)> = vainly.iter().collect();
    leaves.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (leaf, count) in leaves.iter().take(60) {
        println!("VAIN {count} {leaf}");
    }
    assert!(*changed > 0 && *named > 0, "nothing was compared");
    assert_eq!(missed.len(), 0, "fields changed with a leaf that their chains do not name");
    assert!(vain * 100 <= named * MAX_VAIN_PERCENT, "too many fields name a leaf that they do not depend on");
}

#[test]
fn charts() {
    let mut verdict = Verdict::default();
    let folder = std::env::var_os("PORTCULLIS_CHARTS").map_or_else(|| repository().join("testdata/charts"), Into::into);
    let mut charts: Vec<_> = fs::read_dir(folder).expect("charts").map(|entry| entry.expect("an entry").path()).collect();
    charts.sort();
    for path in charts.iter().filter(|path| path.is_dir()) {
        let chart = if path.join("chart").is_dir() { path.join("chart") } else { path.clone() };
        let name = path.file_name().expect("a name").to_string_lossy();
        judge(&case(&name, &chart, &[]), &mut verdict);
    }
    conclude(&verdict);
}

#[test]
fn platform() {
    let mut verdict = Verdict::default();
    let root = repository().join("platform-manifests");
    for service in ["tx-scoring", "keycloak"] {
        let values = root.join("values");
        let layers = [values.join("base.yaml"), values.join("environments/prod.yaml"), values.join(format!("services/{service}.yaml"))];
        let layers: Vec<&Path> = layers.iter().map(std::path::PathBuf::as_path).collect();
        judge(&case(service, &root.join("charts/service"), &layers), &mut verdict);
    }
    conclude(&verdict);
}
