//! Which kinds are on their way out, as the sources of Kubernetes say it.

use std::{collections::BTreeMap, sync::LazyLock};

use portcullis_policies::Lifecycle;

use crate::version::Minor;

/// `apiVersion kind`, introduced, deprecated, removed, `apiVersion kind` of what takes its place; recorded by `testdata/tools/schemas`.
const RECORDED: &str = include_str!("../recorded/lifecycle.txt");

/// What only the warnings of API servers say.
const WARNED: [&str; 2] = ["v1 ComponentStatus\t1.0\t1.19\t\t", "v1 Endpoints\t1.0\t1.33\t\tdiscovery.k8s.io/v1 EndpointSlice"];

static KINDS: LazyLock<BTreeMap<&'static str, Life>> = LazyLock::new(|| {
    let life = |line: &'static str| {
        let mut columns = line.split('\t');
        let key = columns.next()?;
        let mut version = || columns.next().and_then(Minor::parse);
        let (introduced, deprecated, removed) = (version()?, version()?, version());
        let instead = columns.next().filter(|instead| !instead.is_empty());
        Some((key, Life { introduced, deprecated, removed, instead }))
    };
    RECORDED.lines().chain(WARNED).filter_map(life).collect()
});

/// How often a kind may have been replaced.
const MAX_STEPS: usize = 5;

/// The life of a kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    pub(crate) introduced: Minor,
    pub(crate) deprecated: Minor,
    pub(crate) removed: Option<Minor>,
    instead: Option<&'static str>,
}

impl Life {
    /// The life of a kind that is deprecated in some version.
    pub(crate) fn of(api_version: &str, kind: &str) -> Option<Self> {
        KINDS.get(format!("{api_version} {kind}").as_str()).copied()
    }

    /// What rules see of it, for a version: what took its place may itself be gone by then.
    pub(crate) fn told(self, minor: Minor) -> Lifecycle {
        let mut instead = self.instead;
        for _ in 0..MAX_STEPS {
            let Some(life) = instead.and_then(|instead| KINDS.get(instead)) else { break };
            if life.removed.is_some_and(|removed| removed <= minor) {
                instead = life.instead;
            }
        }
        Lifecycle {
            since: Some(self.deprecated.to_string()),
            removed: self.removed.map(|minor| minor.to_string()),
            instead: instead.map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Life;
    use crate::version::Minor;

    #[test]
    fn knows_what_went() {
        let life = Life::of("networking.k8s.io/v1beta1", "Ingress").unwrap();
        assert_eq!((life.introduced, life.deprecated, life.removed), (Minor(14), Minor(19), Some(Minor(22))));
        assert_eq!(life.told(Minor(33)).instead.as_deref(), Some("networking.k8s.io/v1 Ingress"));
        assert!(Life::of("policy/v1beta1", "PodSecurityPolicy").is_some());
        let twice = Life::of("extensions/v1beta1", "PodSecurityPolicy").unwrap();
        assert_eq!(twice.told(Minor(20)).instead.as_deref(), Some("policy/v1beta1 PodSecurityPolicy"));
        assert_eq!(twice.told(Minor(33)).instead, None);
        assert!(Life::of("apps/v1", "Deployment").is_none());
    }
}
