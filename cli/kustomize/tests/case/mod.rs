//! Cases: many files in one text, and what the real kustomize made of them.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "reads fixtures")]

use std::{fs, path::PathBuf, sync::Arc};

use portcullis_helm::{Compat, Supply};
use portcullis_kustomize::{Fault, Helm, Options, Rendered, Settings, render};
use portcullis_source::{RepoPath, Revision, Sources, Text, yaml};

/// A case of `testdata/kustomize`.
pub(crate) struct Case {
    /// Its name.
    pub(crate) name: String,
    /// The folder that is built.
    pub(crate) folder: String,
    /// The flags that it is built with.
    pub(crate) flags: Vec<String>,
    /// What kustomize printed; none where it refused.
    pub(crate) output: Option<String>,
    /// What an Application changes.
    pub(crate) settings: Option<String>,
    /// Whether it is said to be unrendered here.
    pub(crate) unrendered: bool,
    /// The files on the disk.
    pub(crate) root: tempfile::TempDir,
    /// The table of what was read.
    pub(crate) sources: Arc<Sources>,
}

impl Case {
    /// All cases, sorted by name.
    pub(crate) fn all() -> Vec<Self> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/kustomize");
        let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "txtar"));
        paths.sort();
        paths.iter().map(|path| Self::parse(path.file_stem().unwrap().to_str().unwrap(), &fs::read_to_string(path).unwrap())).collect()
    }

    /// Reads a case, and writes its files to the disk.
    pub(crate) fn parse(name: &str, text: &str) -> Self {
        let mut head = String::new();
        let mut files: Vec<(String, String)> = Vec::new();
        for line in text.split_inclusive('\n') {
            if let Some(path) = line.strip_prefix("-- ").and_then(|line| line.strip_suffix(" --\n")) {
                files.push((path.to_owned(), String::new()));
            } else if let Some((_, content)) = files.last_mut() {
                content.push_str(line);
            } else {
                head.push_str(line);
            }
        }
        let build = head.lines().find_map(|line| line.strip_prefix("# build ")).expect("# build FOLDER");
        let (folder, flags) = build.split_once(' ').unwrap_or((build, ""));
        let (folder, flags) = (folder.to_owned(), flags.split(' ').map(str::to_owned).collect());
        let output = files.iter().find(|(path, _)| path == "@output").map(|(_, content)| content.clone());
        let settings = files.iter().find(|(path, _)| path == "@settings").map(|(_, content)| content.clone());
        files.retain(|(path, _)| !path.starts_with('@'));
        let root = tempfile::tempdir().unwrap();
        for (path, content) in &files {
            let (path, target) = path.split_once(" -> ").map_or((path.as_str(), None), |(path, target)| (path, Some(target)));
            let place = root.path().join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            match target {
                Some(target) => std::os::unix::fs::symlink(target, place).unwrap(),
                None => fs::write(place, content).unwrap(),
            }
        }
        let unrendered = head.lines().any(|line| line.starts_with("# unrendered"));
        Self { name: name.to_owned(), folder, flags, output, settings, unrendered, root, sources: Arc::new(Sources::default()) }
    }

    /// Builds it, with what an Application changes.
    pub(crate) fn build(&self) -> Result<Rendered, Box<Fault>> {
        let revision = Revision::folder(self.root.path(), Arc::clone(&self.sources)).unwrap();
        let settings = self.settings.as_ref().map(|text| self.read(text)).transpose()?;
        let supply = Supply::default();
        let flag =
            |name: &str| self.flags.iter().filter_map(|flag| flag.strip_prefix(name)?.strip_prefix('=').map(str::to_owned)).collect();
        let (versions, api_versions): (Vec<String>, Vec<String>) = (flag("--helm-kube-version"), flag("--helm-api-versions"));
        let kube_version = versions.first().map(String::as_str);
        let helm = Helm { supply: &supply, compat: Compat::Helm3, kube_version, api_versions: &api_versions };
        let helm = self.flags.iter().any(|flag| flag == "--enable-helm").then_some(helm);
        let options = Options { settings: settings.as_ref(), helm, ..Options::default() };
        render(&revision, &RepoPath::new(&self.folder).unwrap(), &options)
    }

    fn read(&self, settings: &str) -> Result<Settings, Box<Fault>> {
        let file = self.sources.add("application.yaml", settings.as_bytes().to_vec());
        let text = Text::of_file(&file);
        let stream = yaml::parse(&text);
        Settings::of_node(&stream.documents[0].root, &|node| text.span(node.range))
    }
}
