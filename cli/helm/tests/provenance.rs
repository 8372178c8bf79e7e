//! Where every rendered line came from: the line, the template lines that wrote it, and the values lines that it shows.
#![expect(clippy::disallowed_methods, clippy::expect_used, reason = "reads fixtures, and stops at a broken one")]

use std::{collections::BTreeMap, fmt::Write, fs, sync::Arc};

use portcullis_helm::{Capabilities, Chart, Compat, Layer, LayerContent, Manifest, Options, Release, RenderError, Rendered, render};
use portcullis_source::{Link, Origin, Range, RepoPath, Revision, Role, Sources, Text};

/// The files of a case: each starts with a line `-- path --`.
fn files(text: &str) -> BTreeMap<RepoPath, Arc<[u8]>> {
    let mut files: BTreeMap<RepoPath, Vec<u8>> = BTreeMap::new();
    let mut at = None;
    for line in text.split_inclusive('\n') {
        match line.trim_end().strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --")) {
            Some(path) => {
                let path = RepoPath::new(path).expect("a path");
                files.insert(path.clone(), Vec::new());
                at = Some(path);
            }
            None => {
                if let Some(file) = at.as_ref().and_then(|path| files.get_mut(path)) {
                    file.extend_from_slice(line.as_bytes());
                }
            }
        }
    }
    files.into_iter().map(|(path, bytes)| (path, Arc::from(bytes))).collect()
}

/// Files in `layers/` are values files, in the order of their names; the lines of a file `set` are `--set` arguments.
fn layers(revision: &Revision) -> Result<Vec<Layer>, RenderError> {
    let mut layers = Vec::new();
    for (path, _) in revision.entries() {
        let is_layer = path.as_str().starts_with("layers/");
        if is_layer {
            let file = revision.read(path).expect("a layer");
            layers.push(Layer::file(path.name(), &Text::of_file(&file), Compat::Helm3)?);
        }
        if path.as_str() == "set" {
            let file = revision.read(path).expect("arguments");
            for line in String::from_utf8_lossy(file.bytes()).lines() {
                let argument = revision.sources().add("--set", line.as_bytes());
                layers.push(Layer { name: Arc::from("--set"), content: LayerContent::Set(argument) });
            }
        }
    }
    Ok(layers)
}

fn run(revision: &Revision) -> Result<Rendered, RenderError> {
    let release = Release {
        name: Arc::from("demo"),
        namespace: Arc::from("default"),
        is_upgrade: false,
        revision: 1,
        capabilities: Arc::new(Capabilities::new(Some("1.31.0"), &[], Compat::Helm3)?),
    };
    let chart = Chart::load(revision, &RepoPath::new("chart").expect("a path"), Compat::Helm3)?;
    render(&chart, &layers(revision)?, &release, &Options { include_crds: true, ..Options::default() })
}

fn place(sources: &Sources, link: &Link) -> String {
    let location = link.span.and_then(|span| sources.locate(span));
    let place = location.map_or_else(String::new, |location| format!("{}:{}", location.file, location.line));
    match (&link.key, &link.name) {
        (Some(key), Some(layer)) => format!("{place} {key} ({layer})"),
        (None, Some(name)) => format!("{place} {name}"),
        (_, None) => place,
    }
}

fn column(sources: &Sources, origin: &Origin, roles: &[(Role, &str)]) -> String {
    let of_role = |link: &&Link| roles.iter().any(|(role, _)| *role == link.role);
    let shown = origin.links.iter().filter(of_role).map(|link| {
        let mark = roles.iter().find(|(role, _)| *role == link.role).map_or("", |(_, mark)| mark);
        format!("{mark}{}", place(sources, link))
    });
    let mut places: Vec<String> = Vec::new();
    for place in shown {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places.join(", ")
}

fn lines(manifest: &Manifest) -> Vec<(String, Origin)> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in manifest.text.bytes().split(|&byte| byte == b'\n') {
        let end = start + line.len() as u32;
        found.push((String::from_utf8_lossy(line).into_owned(), manifest.text.origin(Range { start, end })));
        start = end + 1;
    }
    found
}

/// Both ends of a text that is long because templates are nested deeply.
fn shortened(text: &str) -> String {
    const KEPT: usize = 400;
    match (text.get(..KEPT), text.len().checked_sub(KEPT).and_then(|from| text.get(from..))) {
        (Some(head), Some(tail)) if text.len() > 3 * KEPT => format!("{head} […] {tail}"),
        _ => text.to_owned(),
    }
}

fn show(revision: &Revision) -> String {
    let sources = revision.sources();
    let rendered = match run(revision) {
        Ok(rendered) => rendered,
        Err(error) => {
            let place = error.span.and_then(|span| sources.locate(span));
            let place = place.map_or_else(|| "nowhere".to_owned(), |at| format!("{}:{}:{}", at.file, at.line, at.column));
            let hint = error.hint.as_deref().unwrap_or("none");
            return format!("{}\nat {place}\nhint: {hint}", shortened(&error.print()));
        }
    };
    let mut shown = String::new();
    for warning in &rendered.warnings {
        writeln!(shown, "warning: {warning}").expect("a string");
    }
    for manifest in &rendered.manifests {
        writeln!(shown, "# {}", manifest.path).expect("a string");
        for (line, origin) in lines(manifest) {
            let template = [(Role::Template, ""), (Role::Manifest, ""), (Role::Include, "by ")];
            let template = column(sources, &origin, &template);
            let values = column(sources, &origin, &[(Role::Values, ""), (Role::Shadowed, "over "), (Role::Guard, "if ")]);
            let row = format!("{line} │ {template} │ {values}");
            writeln!(shown, "{}", row.trim_end()).expect("a string");
            let known = origin.links.iter().any(|link| link.span.is_some());
            assert!(known || line.trim().is_empty(), "{}: nobody knows where {line:?} comes from", manifest.path);
        }
    }
    shown
}

#[test]
fn every_line_knows_where_it_comes_from() {
    insta::glob!("cases/*.txtar", |path| {
        let text = fs::read_to_string(path).expect("a case");
        let revision = Revision::memory(files(&text), Arc::new(Sources::default()));
        insta::assert_snapshot!(show(&revision));
    });
}
