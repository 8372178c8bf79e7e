//! What rules are called elsewhere.

use std::{fmt, sync::Arc};

/// What a rule is called elsewhere: another tool or a standard, and its id there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias {
    /// One of [`Alias::SOURCES`].
    pub source: Arc<str>,
    /// The id, as the source spells it.
    pub id: Arc<str>,
}

impl Alias {
    /// Where rules have other names: linters, policy libraries, and `pss` for the Pod Security Standards, whose ids are `LEVEL/CONTROL`.
    pub const SOURCES: [&str; 9] = ["checkov", "gatekeeper", "kube-linter", "kube-score", "kyverno", "polaris", "pss", "tflint", "trivy"];

    /// Reads `SOURCE:ID`.
    ///
    /// # Errors
    /// It is written otherwise, or the source is none of the known ones.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split_once(':').filter(|(source, id)| Self::SOURCES.contains(source) && !id.is_empty());
        let (source, id) = parts.ok_or_else(|| format!("{text} is not SOURCE:ID with one of {}", Self::SOURCES.join(", ")))?;
        Ok(Self { source: source.into(), id: id.into() })
    }

    /// Whether somebody means it: `CKV_K8S_14`, `checkov:CKV_K8S_14`, or all of a source or a level, as `pss` and `pss:baseline`. Who has Gatekeeper
    /// knows the kinds of its constraints, where the library names folders.
    #[must_use]
    pub fn is_meant_by(&self, text: &str) -> bool {
        let (source, id) = text.split_once(':').map_or((None, text), |(source, id)| (Some(source), id));
        let folder = KINDS.iter().find(|(kind, _)| kind.eq_ignore_ascii_case(id)).map(|(_, folder)| *folder);
        if folder.is_some_and(|folder| *self.id == *folder) {
            return *self.source == *GATEKEEPER && source.is_none_or(|source| source == GATEKEEPER);
        }
        let is_id = self.id.eq_ignore_ascii_case(id) || self.id.split_once('/').is_some_and(|(level, _)| level == id);
        match source {
            Some(source) => *self.source == *source && is_id,
            None => *self.source == *id || self.id.eq_ignore_ascii_case(id),
        }
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.source, self.id)
    }
}

const GATEKEEPER: &str = "gatekeeper";

/// The kinds of constraints of Gatekeeper's library, and the folders that their templates stand in.
const KINDS: [(&str, &str); 42] = [
    ("K8sAllowedRepos", "allowedreposv2"),
    ("K8sAllowedReposv2", "allowedreposv2"),
    ("K8sBlockLoadBalancer", "block-loadbalancer-services"),
    ("K8sBlockNodePort", "block-nodeport-services"),
    ("K8sBlockWildcardIngress", "block-wildcard-ingress"),
    ("K8sContainerEphemeralStorageLimit", "ephemeralstoragelimit"),
    ("K8sContainerLimits", "containerlimits"),
    ("K8sContainerRatios", "containerresourceratios"),
    ("K8sContainerRequests", "containerrequests"),
    ("K8sDisallowAnonymous", "disallowanonymous"),
    ("K8sDisallowedTags", "disallowedtags"),
    ("K8sExternalIPs", "externalip"),
    ("K8sHorizontalPodAutoscaler", "horizontalpodautoscaler"),
    ("K8sHttpsOnly", "httpsonly"),
    ("K8sImageDigests", "imagedigests"),
    ("K8sPSPAllowPrivilegeEscalationContainer", "allow-privilege-escalation"),
    ("K8sPSPAllowedUsers", "users"),
    ("K8sPSPAppArmor", "apparmor"),
    ("K8sPSPAppArmorV2", "apparmor"),
    ("K8sPSPAutomountServiceAccountTokenPod", "automount-serviceaccount-token"),
    ("K8sPSPCapabilities", "capabilities"),
    ("K8sPSPForbiddenSysctls", "forbidden-sysctls"),
    ("K8sPSPHostFilesystem", "host-filesystem"),
    ("K8sPSPHostNamespace", "host-namespaces"),
    ("K8sPSPHostNetworkingPorts", "host-network-ports"),
    ("K8sPSPPrivilegedContainer", "privileged-containers"),
    ("K8sPSPProcMount", "proc-mount"),
    ("K8sPSPReadOnlyRootFilesystem", "read-only-root-filesystem"),
    ("K8sPSPSELinux", "selinux"),
    ("K8sPSPSELinuxV2", "selinux"),
    ("K8sPSPSeccomp", "seccomp"),
    ("K8sPSPSeccompV2", "seccompv2"),
    ("K8sPSPVolumeTypes", "volumes"),
    ("K8sPodDisruptionBudget", "poddisruptionbudget"),
    ("K8sReplicaLimits", "replicalimits"),
    ("K8sRequiredAnnotations", "requiredannotations"),
    ("K8sRequiredLabels", "requiredlabels"),
    ("K8sRequiredProbes", "requiredprobes"),
    ("K8sRequiredResources", "containerresources"),
    ("K8sUniqueIngressHost", "uniqueingresshost"),
    ("K8sUniqueServiceSelector", "uniqueserviceselector"),
    ("VerifyDeprecatedAPI", "verifydeprecatedapi"),
];

#[cfg(test)]
mod tests {
    use super::{Alias, GATEKEEPER, KINDS};
    use crate::Library;

    #[test]
    fn kinds_of_constraints_are_meant_by_their_names() {
        let alias = Alias::parse("gatekeeper:privileged-containers").unwrap();
        for name in ["K8sPSPPrivilegedContainer", "gatekeeper:k8spspprivilegedcontainer", "privileged-containers"] {
            assert!(alias.is_meant_by(name), "{name}");
        }
        for name in ["kyverno:K8sPSPPrivilegedContainer", "K8sPSPProcMount", "pss"] {
            assert!(!alias.is_meant_by(name), "{name}");
        }
    }

    #[test]
    fn some_rule_answers_to_each_kind() {
        let library = Library::embedded().unwrap();
        let aliases: Vec<&Alias> =
            library.rules().iter().flat_map(|rule| &rule.aliases).filter(|alias| *alias.source == *GATEKEEPER).collect();
        let unanswered: Vec<&str> =
            KINDS.iter().map(|(kind, _)| *kind).filter(|kind| !aliases.iter().any(|alias| alias.is_meant_by(kind))).collect();
        assert!(unanswered.is_empty(), "{unanswered:?}");
    }
}
