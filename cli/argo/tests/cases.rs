//! Applications, layers, places and problems of small repositories, each one file of `cases/`: `-- path --` starts a file of it.
#![expect(clippy::disallowed_methods, reason = "reads fixtures")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path, sync::Arc};

use portcullis_argo::{Application, HelmSource, Inventory, Repository, Source, SourceKind, expand};
use portcullis_source::{Data, Document, EntryKind, Node, Origin, RepoPath, Revision, Role, Sources, Span, Step, Text, yaml};

#[test]
fn cases() {
    insta::glob!("cases/*.txtar", |path| insta::assert_snapshot!(check(path)));
}

fn check(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let (head, files) = unpack(&text);
    let revision = Revision::memory(files, Arc::new(Sources::default()));
    let declared = head.lines().filter_map(|line| line.strip_prefix("# repository: "));
    let repositories = declared.map(|url| Repository { url: url.to_owned(), ..Repository::default() }).collect();
    let made = expand(&documents(&revision), &revision, &Inventory { repositories, ..Inventory::default() });
    let show = Show { sources: Arc::clone(revision.sources()), fields: head.contains("# show: fields") };
    let mut out = String::new();
    made.value.iter().for_each(|application| show.application(application, &mut out));
    for problem in &made.problems {
        let application = problem.application.as_deref().map(|name| format!(" [{name}]")).unwrap_or_default();
        writeln!(out, "problem{application} at {}\n  {}", show.place(problem.span), problem.message.replace('\n', "\n  ")).unwrap();
        writeln!(out, "  hint: {}", problem.hint).unwrap();
    }
    out
}

fn unpack(text: &str) -> (String, BTreeMap<RepoPath, Arc<[u8]>>) {
    let (mut head, mut files): (String, BTreeMap<RepoPath, Arc<[u8]>>) = Default::default();
    let mut current: Option<(RepoPath, String)> = None;
    for line in text.split_inclusive('\n') {
        match line.trim_end().strip_prefix("-- ").and_then(|line| line.strip_suffix(" --")) {
            Some(path) => {
                files.extend(current.take().map(|(path, text)| (path, Arc::from(text.into_bytes()))));
                current = Some((RepoPath::new(path).unwrap(), String::new()));
            }
            None => current.as_mut().map_or(&mut head, |(_, text)| text).push_str(line),
        }
    }
    files.extend(current.map(|(path, text)| (path, Arc::from(text.into_bytes()))));
    (head, files)
}

/// The documents of every file below `argocd/`.
fn documents(revision: &Revision) -> Vec<Arc<Document>> {
    let files = revision.entries().filter(|(path, kind)| **kind == EntryKind::File && path.as_str().starts_with("argocd/"));
    files.flat_map(|(path, _)| yaml::parse(&Text::of_file(&revision.read(path).unwrap())).documents).map(Arc::new).collect()
}

struct Show {
    sources: Arc<Sources>,
    fields: bool,
}

impl Show {
    fn place(&self, span: Option<Span>) -> String {
        let location = span.and_then(|span| self.sources.locate(span));
        location.map_or_else(|| "nowhere".to_owned(), |place| format!("{}:{}:{}", place.file, place.line, place.column))
    }

    fn application(&self, application: &Application, out: &mut String) {
        let Application { name, namespace, project, destination, application_set, parent, .. } = application;
        let set = application_set.as_deref().map(|set| format!(" from {set}")).unwrap_or_default();
        let parent = parent.as_deref().map(|parent| format!(" in {parent}")).unwrap_or_default();
        writeln!(out, "{namespace}/{name}{set}{parent} at {}", self.place(application.origin)).unwrap();
        writeln!(out, "  to {} {} {} in project {project}", destination.name, destination.server, destination.namespace).unwrap();
        application.sources.iter().for_each(|source| self.source(source, out));
        if let (true, Some(document)) = (self.fields, &application.document) {
            self.leaves(document, &document.root, &mut Vec::new(), out);
        }
    }

    fn source(&self, source: &Source, out: &mut String) {
        match &source.kind {
            SourceKind::Helm(helm) => self.helm(helm, out),
            SourceKind::Directory(directory) => {
                let files: Vec<&str> = directory.files.iter().map(RepoPath::as_str).collect();
                writeln!(out, "  directory {}: {}", directory.path, files.join(" ")).unwrap();
            }
            SourceKind::Kustomize(kustomize) => writeln!(out, "  kustomize {}", kustomize.path).unwrap(),
            SourceKind::Reference => writeln!(out, "  reference {}", source.repo_url).unwrap(),
            SourceKind::Unrendered(unrendered) => writeln!(out, "  not rendered: {}", unrendered.reason).unwrap(),
        }
    }

    fn helm(&self, helm: &HelmSource, out: &mut String) {
        let namespace = helm.namespace.as_deref().unwrap_or_default();
        let version = helm.kube_version.as_deref().unwrap_or_default();
        writeln!(out, "  helm {} as {} in {namespace} {version}", helm.chart, helm.release_name).unwrap();
        for file in &helm.values {
            writeln!(out, "    values {} at {}", file.path, self.place(file.span)).unwrap();
        }
        if let Some(inline) = &helm.inline {
            writeln!(out, "    inline {:?} at {}", inline.kind, self.place(inline.span)).unwrap();
            self.leaves(&inline.document, &inline.document.root, &mut Vec::new(), out);
        }
        for parameter in &helm.parameters {
            let kind = if parameter.force_string { "set-string" } else { "set" };
            writeln!(out, "    {kind} {}={} at {}", parameter.name, parameter.value, self.place(parameter.span())).unwrap();
        }
        for file in &helm.file_parameters {
            writeln!(out, "    set-file {}={} at {}", file.name, file.path, self.place(file.span())).unwrap();
        }
    }

    /// Every scalar below a node with its path and where it came from.
    fn leaves(&self, document: &Document, node: &Node, path: &mut Vec<Step>, out: &mut String) {
        match &node.data {
            Data::Map(map) => map.entries.iter().for_each(|entry| {
                path.push(Step::Key(Arc::clone(&entry.key)));
                self.leaves(document, &entry.value, path, out);
                path.pop();
            }),
            Data::List(items) => items.iter().enumerate().for_each(|(index, item)| {
                path.push(Step::Index(index));
                self.leaves(document, item, path, out);
                path.pop();
            }),
            scalar => {
                let text = match scalar {
                    Data::String(text) => format!("{text:?}"),
                    other => format!("{other:?}"),
                };
                let dotted: Vec<String> = path
                    .iter()
                    .map(|step| match step {
                        Step::Key(key) => key.to_string(),
                        Step::Index(index) => index.to_string(),
                    })
                    .collect();
                let places = self.chain(&document.text.origin(node.range));
                writeln!(out, "      {} = {text} | {places}", dotted.join(".")).unwrap();
            }
        }
    }

    fn chain(&self, origin: &Origin) -> String {
        let links = origin.links.iter().filter(|link| link.role != Role::Rendered);
        let links: Vec<String> = links
            .map(|link| {
                let key = link.key.as_deref().filter(|key| !key.is_empty()).map(|key| format!(" {key}")).unwrap_or_default();
                format!("{:?} {}{key}", link.role, self.place(link.span))
            })
            .collect();
        if links.is_empty() { "nowhere".to_owned() } else { links.join(", ") }
    }
}
