//! The names that environments go by, and what of a text names one.

/// Names of environments in the order of promotion; those of one line are the same one.
const PROMOTION: [&[&str]; 10] = [
    &["local", "sandbox"],
    &["dev", "develop", "development"],
    &["test", "testing"],
    &["int", "integration"],
    &["qa", "sit"],
    &["uat", "acceptance"],
    &["stage", "stg", "staging"],
    &["preprod", "pre-prod", "preproduction", "perf"],
    &["prod", "prd", "production", "live"],
    &["dr"],
];

/// The names among them that are common words: they count beside another only.
const COMMON: [&str; 11] = ["local", "sandbox", "develop", "test", "testing", "int", "acceptance", "stage", "perf", "live", "dr"];

/// How surely a word names an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sureness {
    /// By custom.
    Sure,
    /// Beside another.
    Beside,
}

/// Whether a word names an environment by custom.
pub(super) fn sureness(word: &str) -> Option<Sureness> {
    let is_known = PROMOTION.iter().any(|names| names.contains(&word));
    is_known.then(|| if COMMON.contains(&word) { Sureness::Beside } else { Sureness::Sure })
}

/// Where an environment stands in the order of promotion; one of a name of its own, before production.
pub(super) fn rank(name: &str) -> usize {
    PROMOTION.iter().position(|names| names.contains(&name)).unwrap_or(PROMOTION.len() - 3)
}

/// The end of a name that is one of the environments, `values-prod` and `prod` alike, and what stands before it.
pub(super) fn split<'a>(name: &'a str, environments: &[String]) -> Option<(&'a str, &'a str)> {
    let whole = environments.iter().find(|environment| name == **environment).map(|_| ("", name));
    whole.or_else(|| {
        let ends = environments.iter().filter_map(|environment| {
            let before = name.strip_suffix(environment.as_str())?;
            before.ends_with(['-', '_', '.']).then(|| name.split_at(before.len()))
        });
        ends.min_by_key(|(before, _)| before.len())
    })
}

#[cfg(test)]
mod tests {
    use super::{rank, split};

    #[test]
    fn names_are_in_the_order_of_promotion() {
        assert!(rank("dev") < rank("staging") && rank("staging") < rank("eu") && rank("eu") < rank("production"));
    }

    #[test]
    fn the_end_of_a_name_is_an_environment() {
        let environments = ["prod".to_owned(), "preprod".to_owned(), "pre-prod".to_owned()];
        assert_eq!(split("prod", &environments), Some(("", "prod")));
        assert_eq!(split("values-prod", &environments), Some(("values-", "prod")));
        assert_eq!(split("api-pre-prod", &environments), Some(("api-", "pre-prod")));
        assert_eq!(split("api-preprod", &environments), Some(("api-", "preprod")));
        assert_eq!(split("reprod", &environments), None);
    }
}
