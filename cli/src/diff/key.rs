//! What a render depends on, as one digest: equal keys give equal objects, from equal places.
//!
//! Both sides share one table of files, in which the same path with the same content is one file, so files count by their ids.

use portcullis_argo::{Application, HelmSource, SourceKind, ValuesPlace};
use portcullis_policies::Context;
use portcullis_source::{Data, EntryKind, Node, ReadError, RepoPath, Revision};
use sha2::{Digest as _, Sha256};

use super::side::Charts;
use crate::render::Renderer;

/// The digest of everything that the objects of an application depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key([u8; 32]);

/// A key that is being made; no two lists of parts give the same one by moving a border.
pub(super) struct Parts<'a> {
    hash: Sha256,
    /// Names the tree, for what can't be told from its parts.
    side: &'a str,
}

impl<'a> Parts<'a> {
    /// No parts yet; `side` names the tree.
    pub(super) fn new(side: &'a str) -> Self {
        Self { hash: Sha256::new(), side }
    }

    /// What nobody can read may be anything: it is never the same on both sides.
    fn unknown(&mut self) {
        self.text(self.side);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.hash.update((bytes.len() as u64).to_le_bytes());
        self.hash.update(bytes);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn texts<'t>(&mut self, texts: impl IntoIterator<Item = Option<&'t str>>) {
        for text in texts {
            self.bytes(&[u8::from(text.is_some())]);
            self.text(text.unwrap_or_default());
        }
    }

    /// A value, whatever its text looks like.
    pub(super) fn node(&mut self, node: &Node) {
        match &node.data {
            Data::Null => self.text("null"),
            Data::Bool(value) => self.text(if *value { "true" } else { "false" }),
            Data::Int(value) => self.text(&format!("i{value}")),
            Data::Uint(value) => self.text(&format!("u{value}")),
            Data::Float(value) => self.text(&format!("f{:x}", value.to_bits())),
            Data::String(value) => {
                self.text("s");
                self.text(value);
            }
            Data::List(items) => {
                self.text(&format!("l{}", items.len()));
                items.iter().for_each(|item| self.node(item));
            }
            Data::Map(map) => {
                self.text(&format!("m{}", map.entries.len()));
                for entry in &map.entries {
                    self.text(&entry.key);
                    self.node(&entry.value);
                }
            }
        }
    }

    /// A file, or why it can't be read.
    pub(super) fn file(&mut self, revision: &Revision, path: &RepoPath) {
        match revision.read(path) {
            // The id stands for the path, too.
            Ok(file) => self.bytes(&file.id().number().to_le_bytes()),
            Err(ReadError::Missing(_) | ReadError::NotFile(_)) => self.text("nothing"),
            Err(_) => self.unknown(),
        }
    }

    /// Everything below a folder, by path.
    pub(super) fn folder(&mut self, revision: &Revision, folder: &RepoPath) {
        if matches!(revision.resolve(folder), Err(ReadError::Unfetched { .. })) {
            self.unknown();
        }
        for (path, kind) in revision.below(folder) {
            self.text(path.as_str());
            match kind {
                EntryKind::File => self.file(revision, path),
                EntryKind::Link(target) => self.text(target),
                EntryKind::Folder | EntryKind::Special => {}
            }
        }
    }

    pub(super) fn key(self) -> Key {
        Key(self.hash.finalize().into())
    }
}

/// The key of an application; `side` names the tree, for what can't be told from its parts.
pub(super) fn application<'a>(
    (application, context): (&'a Application, &Context),
    project: impl Iterator<Item = &'a Node>,
    (renderer, charts): (&Renderer<'_>, &Charts),
    side: &str,
) -> Key {
    let mut parts = Parts::new(side);
    let Context { environment, cluster, application: name, service, namespace, home: _ } = context;
    parts.texts([environment, cluster, name, service, namespace].map(|text| text.as_deref()));
    parts.text(&format!("{:?}", renderer.compat()));
    application.object().into_iter().chain(project).for_each(|object| parts.node(object));
    for source in &application.sources {
        parts.texts([Some(&*source.repo_url), Some(&*source.target_revision), Some(&*source.path)]);
        match &source.kind {
            SourceKind::Helm(helm) => of_helm(&mut parts, helm, renderer, charts),
            SourceKind::Directory(directory) => {
                for file in &directory.files {
                    parts.text(file.as_str());
                    parts.file(renderer.revision(), file);
                }
            }
            SourceKind::Kustomize(source) => {
                parts.text(&format!("{:?} {:?}", source.restriction, source.helm));
                for file in &renderer.builder().files(source) {
                    parts.text(file.as_str());
                    parts.file(renderer.revision(), file);
                }
                // What is not there, and ends the build, decides too.
                parts.folder(renderer.revision(), &source.path);
            }
            SourceKind::Reference => {}
            SourceKind::Unrendered(unrendered) => {
                parts.text(&unrendered.reason);
                if let Ok(folder) = RepoPath::new(&source.path).as_ref() {
                    parts.folder(renderer.revision(), folder);
                }
            }
        }
    }
    parts.key()
}

fn of_helm(parts: &mut Parts<'_>, helm: &HelmSource, renderer: &Renderer<'_>, charts: &Charts) {
    match charts.get(&helm.chart) {
        Some(Ok(known)) => parts.bytes(&known.digest),
        Some(Err(reason)) => {
            parts.text(reason);
            if let Some(folder) = helm.chart.folder() {
                parts.folder(renderer.revision(), folder);
            }
        }
        None => {}
    }
    for file in &helm.values {
        match file.place {
            ValuesPlace::Revision => parts.file(renderer.revision(), &file.path),
            ValuesPlace::Chart | ValuesPlace::ChartIfThere => parts.text(file.path.as_str()),
        }
    }
    if let Some(inline) = &helm.inline {
        parts.text(&format!("{:?}", inline.kind));
        parts.node(&inline.document.root);
    }
    for parameter in &helm.parameters {
        parts.texts([Some(&*parameter.name), Some(&*parameter.value), parameter.force_string.then_some("string")]);
    }
    for parameter in &helm.file_parameters {
        parts.text(&parameter.name);
        parts.file(renderer.revision(), &parameter.path);
    }
    parts.texts([Some(&*helm.release_name), helm.namespace.as_deref(), helm.kube_version.as_deref()]);
    parts.texts(helm.api_versions.iter().map(|version| Some(&**version)));
    parts.bytes(&[helm.skip_crds, helm.skip_tests, helm.skip_schema_validation].map(u8::from));
}

/// Whether a text has a word in it.
pub(super) fn contains(bytes: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(bytes, word).is_some()
}
