//! What is recorded of Kubernetes: the kinds that each version serves, and their definitions.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    sync::{Arc, LazyLock, OnceLock},
};

use flate2::read::DeflateDecoder;

use crate::{constraints, openapi::Reader, shape::Shape, version::Minor};

/// What `testdata/tools/schemas` recorded, packed by `build.rs`.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/kubernetes.deflate"));

/// It is unpacked when it is asked for the first time.
static RECORDED: LazyLock<Kubernetes> = LazyLock::new(|| {
    let mut text = String::new();
    // What is packed is a part of the program; were it broken, nothing would be known, as the tests would tell.
    let _ = DeflateDecoder::new(PACKED).read_to_string(&mut text);
    Kubernetes::read(&text)
});

/// The definition of quantities.
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";

/// What is recorded of Kubernetes.
#[derive(Debug, Default)]
pub struct Kubernetes {
    versions: Vec<(Minor, Arc<str>)>,
    kinds: BTreeMap<Arc<str>, Vec<Kind>>,
    groups: BTreeSet<Arc<str>>,
    names: Vec<Name>,
}

/// A kind of an `apiVersion`, in the versions that have it alike.
#[derive(Debug)]
struct Kind {
    minors: Vec<Minor>,
    place: usize,
    scope: Scope,
}

/// Where the objects of a kind are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In namespaces.
    Namespaced,
    /// In the cluster as a whole.
    Cluster,
}

/// A definition, as the versions have it.
#[derive(Debug)]
struct Name {
    text: Arc<str>,
    variants: Vec<Variant>,
}

/// A definition of some versions, made a shape of when it is met.
#[derive(Debug)]
struct Variant {
    minors: Vec<Minor>,
    schema: String,
    shape: OnceLock<Shape>,
}

impl Kubernetes {
    /// What is recorded.
    #[must_use]
    pub fn recorded() -> &'static Self {
        &RECORDED
    }

    fn read(text: &str) -> Self {
        let mut read = Self::default();
        let mut kinds: Vec<(&str, Vec<Minor>, &str, Scope)> = Vec::new();
        for line in text.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            match columns.as_slice() {
                ["versions", versions @ ..] => {
                    read.versions = versions.iter().filter_map(|text| Some((Minor::parse(text)?, Arc::from(*text)))).collect();
                }
                ["kind", key, minors, name, scope] => {
                    let scope = if *scope == "cluster" { Scope::Cluster } else { Scope::Namespaced };
                    kinds.push((key, list(minors), name, scope));
                }
                ["definition", name, minors, schema] => {
                    let variant = Variant { minors: list(minors), schema: (*schema).to_owned(), shape: OnceLock::new() };
                    match read.names.last_mut().filter(|last| *last.text == **name) {
                        Some(last) => last.variants.push(variant),
                        None => read.names.push(Name { text: Arc::from(*name), variants: vec![variant] }),
                    }
                }
                _ => {}
            }
        }
        read.versions.sort();
        for (key, minors, name, scope) in kinds {
            let Some(place) = read.place(name) else { continue };
            read.groups.insert(group_of(key).into());
            read.kinds.entry(Arc::from(key)).or_default().push(Kind { minors, place, scope });
        }
        read
    }

    /// The versions that are recorded, the oldest first.
    pub fn versions(&self) -> impl Iterator<Item = (Minor, &str)> {
        self.versions.iter().map(|(minor, text)| (*minor, &**text))
    }

    /// The newest version.
    #[must_use]
    pub fn newest(&self) -> Minor {
        self.versions.last().map_or(Minor(0), |(minor, _)| *minor)
    }

    /// The version that is recorded and the nearest; of two, the newer.
    #[must_use]
    pub fn nearest(&self, wanted: Minor) -> Minor {
        let far = |minor: &Minor| (minor.0.abs_diff(wanted.0), std::cmp::Reverse(*minor));
        self.versions.iter().map(|(minor, _)| *minor).min_by_key(far).unwrap_or(wanted)
    }

    /// Whether API servers serve a group themselves, in any version.
    #[must_use]
    pub fn has_group(&self, group: &str) -> bool {
        self.groups.contains(group)
    }

    /// The shape of a kind, where a version serves it.
    #[must_use]
    pub fn shape(&self, api_version: &str, kind: &str, minor: Minor) -> Option<&Shape> {
        self.named(self.kind(api_version, kind, minor)?.place, minor)
    }

    /// Where the objects of a kind are, where a version serves it.
    #[must_use]
    pub fn scope(&self, api_version: &str, kind: &str, minor: Minor) -> Option<Scope> {
        Some(self.kind(api_version, kind, minor)?.scope)
    }

    fn kind(&self, api_version: &str, kind: &str, minor: Minor) -> Option<&Kind> {
        let variants = self.kinds.get(format!("{api_version} {kind}").as_str())?;
        variants.iter().find(|variant| variant.minors.contains(&minor))
    }

    /// The versions that serve a kind.
    #[must_use]
    pub fn minors(&self, api_version: &str, kind: &str) -> Vec<Minor> {
        let variants = self.kinds.get(format!("{api_version} {kind}").as_str());
        let mut minors: Vec<Minor> = variants.into_iter().flatten().flat_map(|variant| variant.minors.iter().copied()).collect();
        minors.sort();
        minors
    }

    /// The kinds that a version serves, as `apiVersion` and kind.
    pub fn kinds(&self, minor: Minor) -> impl Iterator<Item = (&str, &str)> {
        let served = self.kinds.iter().filter(move |(_, variants)| variants.iter().any(|variant| variant.minors.contains(&minor)));
        served.filter_map(|(key, _)| key.split_once(' '))
    }

    /// The shape of a definition in a version.
    pub(crate) fn named(&self, place: usize, minor: Minor) -> Option<&Shape> {
        let variant = self.names.get(place)?.variants.iter().find(|variant| variant.minors.contains(&minor))?;
        Some(variant.shape.get_or_init(|| {
            // In what API servers publish it is a text, but they take numbers as well.
            if self.names.get(place).is_some_and(|name| &*name.text == QUANTITY) {
                return Shape::Quantity;
            }
            let schema = serde_json::from_str(&variant.schema).unwrap_or_default();
            let mut shape = Reader { place: &|name| self.place(name), structural: false, keeps: false }.shape(&schema);
            if let (Shape::Map(fields), Some(name)) = (&mut shape, self.names.get(place)) {
                constraints::apply(&name.text, fields);
            }
            shape
        }))
    }

    /// The place of a name.
    fn place(&self, name: &str) -> Option<usize> {
        self.names.binary_search_by(|known| (*known.text).cmp(name)).ok()
    }

    /// The shape of every object's metadata.
    pub(crate) fn metadata(&self, minor: Minor) -> Option<&Shape> {
        self.named(self.place("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")?, minor)
    }
}

/// The group of an `apiVersion`, which a kind may follow.
pub(crate) fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

fn list(minors: &str) -> Vec<Minor> {
    minors.split(',').filter_map(|minor| minor.parse().ok().map(Minor)).collect()
}

#[cfg(test)]
mod tests {
    use super::Kubernetes;
    use crate::version::Minor;

    #[test]
    fn knows_what_each_version_serves() {
        let kubernetes = Kubernetes::recorded();
        assert!(kubernetes.versions().count() >= 4);
        for (minor, _) in kubernetes.versions() {
            assert!(kubernetes.kinds(minor).count() > 50, "{minor}");
            assert!(kubernetes.shape("apps/v1", "Deployment", minor).is_some());
            assert!(kubernetes.shape("extensions/v1beta1", "Ingress", minor).is_none());
        }
        assert!(kubernetes.shape("resource.k8s.io/v1", "DeviceClass", Minor(33)).is_none());
        assert!(kubernetes.shape("resource.k8s.io/v1", "DeviceClass", Minor(34)).is_some());
    }

    #[test]
    fn takes_the_nearest_version() {
        let kubernetes = Kubernetes::recorded();
        let oldest = kubernetes.versions().next().unwrap().0;
        assert_eq!(kubernetes.nearest(Minor(10)), oldest);
        assert_eq!(kubernetes.nearest(Minor(99)), kubernetes.newest());
        assert_eq!(kubernetes.nearest(Minor(33)), Minor(33));
    }

    /// Every definition can be read and names only what there is.
    #[test]
    fn every_definition_is_a_shape() {
        let kubernetes = Kubernetes::recorded();
        for (place, name) in kubernetes.names.iter().enumerate() {
            for variant in &name.variants {
                assert!(kubernetes.named(place, variant.minors[0]).is_some(), "{}", name.text);
                for target in variant.schema.split("\"$ref\":\"").skip(1) {
                    let target = target.split('"').next().unwrap();
                    let known = kubernetes.place(target).unwrap_or_else(|| panic!("{} names {target}", name.text));
                    for minor in &variant.minors {
                        assert!(kubernetes.named(known, *minor).is_some(), "{} names {target} in {minor}", name.text);
                    }
                }
            }
        }
    }
}
