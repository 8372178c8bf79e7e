//! Bundles of rules: those that are missing are fetched, those that are there are verified again, those that nobody names go.

use std::path::Path;

use portcullis_oci::{BLOBS, INDEX, Layout, open};
use portcullis_policies::{ConfigError, config::RuleBundle};
use portcullis_source::{EntryKind, Problem, RepoPath, Revision, Sources, Span, Stage};
use portcullis_vendor::{Client, Credentials, VendorError, remove, remove_folder, store};

use super::run::{Mode, Vendored};
use crate::{bundled, settings::Settings};

/// What keeps git from changing the ends of lines in blobs that are text.
const ATTRIBUTES: (&str, &str) = (".gitattributes", "* -text\n");

/// Fetches, or checks, the bundles of the configuration.
pub(super) fn rules(settings: &Settings, client: &Client, credentials: &Credentials, mode: Mode, vendored: &mut Vendored) {
    for bundle in &settings.config.bundles {
        vendored.bundles.needed += 1;
        let there = verified(settings, bundle);
        let done = match (there, mode) {
            (Ok(()), _) => {
                vendored.bundles.there += 1;
                Ok(())
            }
            (Err(mistake), Mode::Check) => Err(mistake),
            (Err(_), Mode::Fetch | Mode::Locked) => fetch(settings, client, credentials, bundle).map(|line| {
                vendored.done.push(line);
                vendored.bundles.fetched += 1;
            }),
        };
        if let Err(mistake) = done {
            vendored.problems.push(Problem::new(Stage::Rules, mistake.message, mistake.hint.unwrap_or_default()).at(mistake.span));
        }
    }
    outdated(settings, mode, vendored);
}

/// Whether what lies there is the bundle, and believed.
fn verified(settings: &Settings, bundle: &RuleBundle) -> Result<(), ConfigError> {
    let (revision, config) = (&settings.revision, &settings.config);
    let believed = bundled::believed(revision, bundle)?;
    let layout = bundled::layout(revision, &settings.root, config, bundle)?;
    let opened = open(&layout, &bundled::digest(bundle)?, &believed);
    opened.map(drop).map_err(|error| bundled::mistake(bundle, &error.message, &error.hint))
}

fn fetch(settings: &Settings, client: &Client, credentials: &Credentials, bundle: &RuleBundle) -> Result<String, ConfigError> {
    let believed = bundled::believed(&settings.revision, bundle)?;
    let wrong = |error: VendorError| ConfigError { message: error.message, span: bundle.span, hint: Some(error.hint) };
    let name = bundle.reference.name();
    let layout = portcullis_vendor::bundle(client, credentials, &name, &bundled::digest(bundle)?, &believed).map_err(wrong)?;
    let folder = bundled::folder(&settings.config, bundle);
    write(settings, &folder, &layout).map_err(wrong)?;
    Ok(format!("fetched {folder} from {name}"))
}

/// Writes a layout, its index last, so that half of one is known as such; what lies there of another one goes.
fn write(settings: &Settings, folder: &RepoPath, layout: &Layout) -> Result<(), VendorError> {
    let root = &settings.root;
    let files = layout.files();
    let place = |path: &str| {
        let (below, name) = path.rsplit_once('/').unwrap_or(("", path));
        (root.join(folder.as_str()).join(below), name.to_owned())
    };
    for (path, bytes) in files.iter().filter(|(path, _)| *path != INDEX).chain(files.get_key_value(INDEX)) {
        let (folder, name) = place(path);
        store(root, &folder, &name, bytes)?;
    }
    let (name, text) = ATTRIBUTES;
    store(root, &root.join(settings.config.vendored_rules().as_str()), name, text.as_bytes())?;
    for path in on_disk(&root.join(folder.as_str()).join(BLOBS), EntryKind::File) {
        if !files.contains_key(&format!("{BLOBS}/{path}")) {
            let (folder, name) = place(&format!("{BLOBS}/{path}"));
            remove(root, &folder, &name)?;
        }
    }
    Ok(())
}

/// Folders of bundles that the configuration does not name any more.
fn outdated(settings: &Settings, mode: Mode, vendored: &mut Vendored) {
    let rules = settings.config.vendored_rules();
    let folder = settings.root.join(rules.as_str());
    let is_named =
        |name: &str| settings.config.bundles.iter().any(|bundle| name.strip_prefix(bundled::FOLDER) == Some(&bundle.reference.sha256));
    let fail = |error: VendorError| Problem::new(Stage::Rules, error.message, error.hint).at(None::<Span>);
    for name in on_disk(&folder, EntryKind::Folder).iter().filter(|name| is_bundle(name) && !is_named(name)) {
        if mode != Mode::Fetch {
            let message = format!("{rules}/{name} is a bundle that the configuration does not name");
            vendored.problems.push(fail(VendorError::new(message, "run `portcullis vendor`, which removes it")));
            continue;
        }
        match remove_folder(&settings.root, &folder, name) {
            Ok(()) => vendored.done.push(format!("removed {rules}/{name}, which the configuration does not name")),
            Err(error) => vendored.problems.push(fail(error)),
        }
    }
}

/// Whether a folder can only have been made here.
fn is_bundle(name: &str) -> bool {
    let digits = name.strip_prefix(bundled::FOLDER);
    digits.is_some_and(|digits| portcullis_oci::Digest::parse(&format!("sha256:{digits}")).is_ok())
}

/// What stands right in a folder on disk.
fn on_disk(folder: &Path, kind: EntryKind) -> Vec<String> {
    let Ok(tree) = Revision::folder(folder, std::sync::Arc::new(Sources::default())) else { return Vec::new() };
    let direct = tree.entries().filter(|(path, found)| **found == kind && path.parent().is_some_and(|parent| parent.as_str().is_empty()));
    direct.map(|(path, _)| path.name().to_owned()).collect()
}
