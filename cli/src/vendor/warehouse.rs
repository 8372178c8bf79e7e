//! Repositories that were opened once, and the lock of what came from them.

use std::collections::BTreeMap;

use portcullis_gotemplate::semver::Version;
use portcullis_helm::file_name;
use portcullis_vendor::{Artifact, Client, Credentials, Fetched, Lock, Repository, VendorError, digest, open, public};

use super::{
    held::{Held, equal},
    run::Mode,
    wish::Wish,
};

/// What a run fetches from and locks.
pub(super) struct Warehouse<'a> {
    client: &'a Client,
    credentials: &'a Credentials,
    repositories: BTreeMap<String, Result<Repository<'a>, VendorError>>,
    mode: Mode,
    before: &'a Lock,
    /// The lock after the run.
    pub(super) after: Lock,
}

/// What to do about a file on disk that is not the locked one.
pub(super) const HELD: &str =
    "delete the file and run `portcullis vendor`; or, if this content is meant, take its entry out of portcullis.lock first";

/// What to do about a repository that gives something else than it did.
const FETCHED: &str =
    "the repository has replaced the chart: find out why; if this content is meant, take its entry out of portcullis.lock and run again";

impl<'a> Warehouse<'a> {
    pub(super) fn new(client: &'a Client, credentials: &'a Credentials, mode: Mode, before: &'a Lock) -> Self {
        Self { client, credentials, repositories: BTreeMap::new(), mode, before, after: Lock::default() }
    }

    fn repository(&mut self, url: &str) -> Result<&Repository<'a>, VendorError> {
        let (client, credentials) = (self.client, self.credentials);
        let opened = self.repositories.entry(url.to_owned()).or_insert_with(|| open(client, credentials, url));
        opened.as_ref().map_err(Clone::clone)
    }

    /// The version that is meant: the decided one, one that is locked or there and fits, else the newest of the repository.
    pub(super) fn decide(&mut self, wish: &Wish, held: &[Held]) -> Result<String, VendorError> {
        if let Some(version) = &wish.version {
            return Ok(version.clone());
        }
        if Version::new(&wish.range).is_ok() {
            return Ok(wish.range.clone());
        }
        let range = portcullis_gotemplate::semver::Range::new(&wish.range).ok();
        let fits = |version: &str| Version::new(version).is_ok_and(|version| range.as_ref().is_some_and(|range| range.contains(&version)));
        let from = public(&wish.repository);
        let locked = self.before.artifacts.values().filter(|artifact| artifact.name == wish.name && artifact.repository == from);
        let there = held.iter().filter_map(|held| held.packed.as_ref()).filter(|packed| packed.name == wish.name);
        let locked = newest(locked.map(|artifact| artifact.version.as_str()).filter(|version| fits(version)));
        if let Some(version) = locked.or_else(|| newest(there.map(|packed| packed.version.as_str()).filter(|version| fits(version)))) {
            return Ok(version);
        }
        if self.mode == Mode::Check {
            return Err(VendorError::new(format!("{} {} is not there", wish.name, wish.range), "run `portcullis vendor`"));
        }
        self.repository(&wish.repository)?.choose(&wish.name, &wish.range)
    }

    /// Fetches a chart; one that is locked must have the digest that it had.
    pub(super) fn fetch(&mut self, wish: &Wish, version: &str) -> Result<Fetched, VendorError> {
        if self.mode == Mode::Check {
            return Err(VendorError::new(format!("{} {version} is not there", wish.name), "run `portcullis vendor`"));
        }
        if self.mode == Mode::Locked && self.locked(wish, version).is_none() {
            let message = format!("{} {version} is not in portcullis.lock", wish.name);
            return Err(VendorError::new(message, "run `portcullis vendor` without --locked, and commit the lock"));
        }
        let fetched = self.repository(&wish.repository)?.fetch(&wish.name, version)?;
        self.admit(wish, &fetched.version, (&fetched.file, &digest(&fetched.bytes)), FETCHED)?;
        Ok(fetched)
    }

    fn locked(&self, wish: &Wish, version: &str) -> Option<&Artifact> {
        self.before.artifacts.values().find(|artifact| artifact.name == wish.name && equal(&artifact.version, version))
    }

    /// Holds the file of a packed chart, with its digest, against the lock, and notes it there.
    pub(super) fn admit(&mut self, wish: &Wish, version: &str, (file, sha256): (&str, &str), hint: &str) -> Result<(), VendorError> {
        let from = public(&wish.repository);
        if let Some(locked) = self.locked(wish, version) {
            if locked.sha256 != sha256 {
                let message = format!("{file} has the digest sha256:{sha256}, but is locked to sha256:{}", locked.sha256);
                return Err(VendorError::new(message, hint));
            }
        } else if self.mode != Mode::Fetch {
            let message = format!("{} {version} is not in portcullis.lock", wish.name);
            return Err(VendorError::new(message, "run `portcullis vendor`, and commit the lock"));
        }
        let artifact =
            Artifact { name: wish.name.clone(), version: version.to_owned(), repository: from, sha256: sha256.to_owned(), span: None };
        match self.after.artifacts.get(&artifact.file()) {
            Some(known) if known.sha256 != sha256 => {
                let message = format!("{} is one file at {} and another at {}", artifact.file(), known.repository, artifact.repository);
                Err(VendorError::new(message, "take the chart from one repository everywhere"))
            }
            Some(_) => Ok(()),
            None => {
                self.after.artifacts.insert(file_name(&wish.name, version), artifact);
                Ok(())
            }
        }
    }

    /// What is locked and was not needed.
    pub(super) fn unused(&self) -> impl Iterator<Item = (&'a String, &'a Artifact)> {
        let after: Vec<String> = self.after.artifacts.keys().cloned().collect();
        self.before.artifacts.iter().filter(move |(file, _)| !after.contains(file))
    }
}

fn newest<'v>(versions: impl Iterator<Item = &'v str>) -> Option<String> {
    let versions = versions.filter_map(|text| Version::new(text).ok());
    versions.max_by(Version::compare).map(|version| version.original)
}
