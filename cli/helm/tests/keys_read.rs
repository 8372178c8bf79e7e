//! No value that reaches a render, or decides about it, is said to be read by no template.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads fixtures")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use portcullis_helm::{Capabilities, Chart, Compat, Options, Release, reads::Reads, render};
use portcullis_source::{Data, Document, Node, RepoPath, Revision, Sources, Span};

const CHARTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/charts");

fn release() -> Release {
    Release {
        name: Arc::from("shop"),
        namespace: Arc::from("default"),
        is_upgrade: false,
        revision: 1,
        capabilities: Arc::new(Capabilities::new(None, &[], Compat::Helm3).unwrap()),
    }
}

fn memory(files: &[(&str, &str)]) -> Chart {
    let files = files.iter().map(|(name, text)| (RepoPath::new(&format!("c/{name}")).unwrap(), Arc::from(text.as_bytes())));
    let revision = Revision::memory(files.collect(), Arc::new(Sources::default()));
    Chart::load(&revision, &RepoPath::new("c").unwrap(), Compat::Helm3).unwrap()
}

/// The leaves of values with the places that a render knows them by.
fn leaves(document: &Document, node: &Node, path: &mut Vec<Arc<str>>, found: &mut Vec<(Vec<Arc<str>>, Span)>) {
    let Data::Map(map) = &node.data else { return };
    for entry in &map.entries {
        path.push(Arc::clone(&entry.key));
        match &entry.value.data {
            Data::Map(inner) if !inner.entries.is_empty() => leaves(document, &entry.value, path, found),
            data => {
                let scalar = !matches!(data, Data::Map(_) | Data::List(_)) && entry.value.range.start < entry.value.range.end;
                let range = if scalar { entry.value.range } else { entry.key_range };
                found.push((path.clone(), document.text.span(range).unwrap()));
            }
        }
        path.pop();
    }
}

fn touched(chart: &Chart) -> Option<BTreeSet<Span>> {
    let rendered = render(chart, &[], &release(), &Options::default()).ok()?;
    let documents = rendered.manifests.iter().flat_map(|manifest| &manifest.documents);
    let links = documents.flat_map(|document| document.text.origin(document.range).links);
    Some(links.filter(|link| link.key.is_some()).filter_map(|link| link.span).collect())
}

fn strings(node: &Node, into: &mut Vec<Arc<str>>) {
    match &node.data {
        Data::String(text) => into.push(Arc::clone(text)),
        Data::List(items) => items.iter().for_each(|item| strings(item, into)),
        Data::Map(map) => map.entries.iter().for_each(|entry| strings(&entry.value, into)),
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) => {}
    }
}

fn reads(chart: &Chart) -> Reads {
    let mut texts = Vec::new();
    chart.values().iter().for_each(|document| strings(&document.root, &mut texts));
    chart.reads(&texts).unwrap()
}

/// The keys of values.yaml that a render led back to, but that are said not to be read.
fn missed(chart: &Chart, reads: &Reads) -> Option<(usize, Vec<String>)> {
    let touched = touched(chart)?;
    let mut found = Vec::new();
    for document in chart.values() {
        leaves(document, &document.root, &mut Vec::new(), &mut found);
    }
    let used: Vec<_> = found.into_iter().filter(|(_, span)| touched.contains(span)).collect();
    // A render that looks for the key `yes` in vain, which YAML reads as `true`, leads back to all of the map.
    let is_word = |path: &[Arc<str>]| !path.iter().any(|key| matches!(&**key, "true" | "false"));
    let missed = used.iter().filter(|(path, _)| is_word(path) && reads.reader(path).is_none()).map(|(path, _)| path.join("."));
    Some((used.len(), missed.collect()))
}

fn chart_folders(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        if entry.join("Chart.yaml").is_file() { into.push(entry) } else { chart_folders(&entry, into) }
    }
}

#[test]
fn what_reaches_a_render_is_read() {
    let mut folders = Vec::new();
    chart_folders(Path::new(CHARTS), &mut folders);
    // Charts beyond the repository, for whoever has them.
    if let Some(more) = std::env::var_os("PORTCULLIS_CHARTS") {
        chart_folders(Path::new(&more), &mut folders);
    }
    folders.sort();
    let (mut count, mut wrong) = (0, Vec::new());
    for folder in folders {
        let Ok(revision) = Revision::folder(&folder, Arc::new(Sources::default())) else { continue };
        let Ok(chart) = Chart::load(&revision, &RepoPath::root(), Compat::Helm3) else { continue };
        let Ok(()) = chart.reads(&[]).map(|_| ()) else { continue };
        let reads = reads(&chart);
        let Some((used, missed)) = missed(&chart, &reads).filter(|_| reads.complete) else { continue };
        count += used;
        wrong.extend(missed.into_iter().map(|key| format!("{}: {key}", folder.display())));
    }
    assert!(wrong.is_empty(), "read, but said not to be:\n{}", wrong.join("\n"));
    assert!(count > 100, "only {count} values reached a render");
}

/// The keys of `values` that no template reads.
fn unread(values: &str, templates: &[(&str, &str)]) -> Vec<String> {
    let mut files = vec![("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"), ("values.yaml", values)];
    files.extend(templates);
    let chart = memory(&files);
    let reads = reads(&chart);
    assert!(reads.complete);
    let mut found = Vec::new();
    chart.values().iter().for_each(|document| leaves(document, &document.root, &mut Vec::new(), &mut found));
    found.into_iter().filter(|(path, _)| reads.reader(path).is_none()).map(|(path, _)| path.join(".")).collect()
}

#[test]
fn branches_that_are_not_taken_read() {
    let template = "{{ if .Values.wanted }}a: {{ .Values.a }}{{ else }}b: {{ .Values.b }}{{ end }}";
    assert_eq!(unread("wanted: false\na: 1\nb: 2\nc: 3\n", &[("templates/t.yaml", template)]), ["c"]);
}

#[test]
fn maps_that_are_printed_are_read_wholly() {
    let template = "{{ toYaml .Values.a }}{{ with .Values.b }}{{ .x }}{{ end }}{{ range $k, $v := .Values.e }}{{ $k }}{{ end }}";
    assert_eq!(unread("a: {x: {w: 1}}\nb: {x: 1, w: 2}\ne: {one: 1}\n", &[("templates/t.yaml", template)]), ["b.w"]);
}

#[test]
fn named_templates_read_what_they_are_given() {
    let helpers = "{{ define \"h\" }}{{ .ctx.Values.a }}{{ .value.x }}{{ end }}{{ define \"never\" }}{{ .Values.c }}{{ end }}";
    let template = "{{ include \"h\" (dict \"ctx\" $ \"value\" .Values.b) }}";
    let files = [("templates/_h.tpl", helpers), ("templates/t.yaml", template)];
    assert_eq!(unread("a: 1\nb: {x: 1, w: 2}\nc: 3\n", &files), ["b.w", "c"]);
}

#[test]
fn names_that_are_put_together_may_be_any() {
    let helpers = "{{ define \"h.one\" }}{{ .Values.a }}{{ end }}{{ define \"h.two\" }}{{ .Values.b }}{{ end }}";
    let template = "{{ include (printf \"h.%s\" .Values.which) . }}{{ index .Values.map .Values.key }}";
    let files = [("templates/_h.tpl", helpers), ("templates/t.yaml", template)];
    assert_eq!(unread("a: 1\nb: 2\nwhich: one\nmap: {x: 1}\nkey: x\nd: 4\n", &files), ["d"]);
}

#[test]
fn texts_for_tpl_read() {
    let template = "{{ tpl .Values.text . }}{{ tpl \"{{ .Values.b }}\" $ }}";
    assert_eq!(unread("text: '{{ .Values.a }}'\na: 1\nb: 2\nc: 3\n", &[("templates/t.yaml", template)]), ["c"]);
}

#[test]
fn what_is_stored_is_read_elsewhere() {
    let template = "{{ $d := dict }}{{ $_ := set $d \"k\" .Values.a }}{{ $d.k.x }}{{ $m := merge (dict) .Values.b }}{{ $m.w }}";
    assert_eq!(unread("a: {x: 1, z: 2}\nb: {w: 1, z: 2}\n", &[("templates/t.yaml", template)]), ["a.z", "b.z"]);
}

#[test]
fn subcharts_read_their_own_and_globals() {
    let files = [
        ("charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 1.0.0\n"),
        ("charts/s/templates/t.yaml", "{{ .Values.a }}{{ .Values.global.g }}"),
        ("templates/t.yaml", "{{ .Values.own }}"),
    ];
    assert_eq!(unread("own: 1\ns: {a: 1, b: 2}\nglobal: {g: 1, h: 2}\na: 3\n", &files), ["s.b", "global.h", "a"]);
}
