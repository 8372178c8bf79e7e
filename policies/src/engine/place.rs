//! What a rule points at, brought back to where it came from.

use std::cmp::Reverse;

use portcullis_source::{LayerId, Link, Origin, Range, Role, Step};

use super::ground::is_ground;
use crate::{Resource, input::split_registry};

/// A real field of a resource, and where it came from.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) path: Vec<Step>,
    pub(super) origin: Origin,
}

/// The place of a path. Where the path goes on below the text of an image or an ARN, its last step names the part that is meant:
/// `registry`, `repository`, `tag` and `digest`, or `account` and `name`, may come from different lines.
pub(super) fn place(resource: &Resource, mut path: Vec<Step>) -> Spot {
    let whole = |path: &[Step]| -> Vec<Step> { resource.base.iter().chain(path).cloned().collect() };
    if let Some((Step::Key(part), parent)) = path.split_last()
        && resource.document.node_at(&whole(parent)).is_some_and(|image| image.as_str().is_some())
    {
        let origin = match part_range(resource, &whole(parent), part) {
            Some(range) => resource.document.text.origin(range),
            None => resource.document.origin(&whole(&path)),
        };
        path.pop();
        return Spot { path, origin };
    }
    let origin = resource.document.origin(&whole(&path));
    Spot { path, origin }
}

/// A field of a resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    pub(super) resource: &'a Resource,
    pub(super) path: &'a [Step],
}

impl Field<'_> {
    fn whole(&self) -> Vec<Step> {
        self.resource.base.iter().chain(self.path).cloned().collect()
    }

    fn is_there(&self) -> bool {
        self.resource.document.node_at(&self.whole()).is_some()
    }

    fn strength(&self) -> Option<LayerId> {
        let document = &self.resource.document;
        document.text.strongest_layer(document.range_at(&self.whole()))
    }
}

/// Which of several fields leads the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// The one that was found, since its place has been explained already.
    Stands,
    /// The one of the strongest values layer: it was written last, over all the others.
    Strongest,
}

/// The chain of a field whose verdict rests on others too: one of them leads, the others follow as [`Role::Other`]. What is not there cannot
/// have been written wrongly: a field that was left out leads, and another one that is not there is left out.
pub(super) fn join(origin: Origin, field: Field<'_>, others: &[Field<'_>], lead: Lead) -> Origin {
    if others.is_empty() {
        return origin;
    }
    let others: Vec<&Field<'_>> = others.iter().filter(|other| other.is_there()).collect();
    let own = field.strength();
    // Layers of different applications have nothing to do with each other, nor have those of Terraform's variables with those of values.
    let is_near = |other: &&&Field<'_>| {
        other.resource.context.application == field.resource.context.application && is_ground(other.resource) == is_ground(field.resource)
    };
    let leader = match lead {
        Lead::Strongest if field.is_there() => {
            let stronger = others.iter().filter(is_near).copied().filter(|other| other.strength() > own);
            stronger.min_by_key(|other| Reverse(other.strength()))
        }
        Lead::Strongest | Lead::Stands => None,
    };
    let chain = |field: &Field<'_>| field.resource.document.origin(&field.whole());
    let mut joined = leader.map_or_else(|| origin.clone(), chain);
    let mut named: Vec<_> = joined.links.iter().filter(|link| link.role == Role::Other).filter_map(|link| link.span).collect();
    named.extend(joined.edit());
    for place in std::iter::once(origin).chain(others.iter().copied().map(chain)).filter_map(|origin| origin.edit()) {
        if !named.contains(&place) {
            named.push(place);
            joined.links.push(Link::at(Role::Other, place));
        }
    }
    joined
}

fn part_range(resource: &Resource, path: &[Step], part: &str) -> Option<Range> {
    let document = &resource.document;
    let node = document.node_at(path)?;
    let reference = node.as_str()?;
    let written = std::str::from_utf8(document.text.slice(node.range)).ok()?;
    let (start, length) = if reference.starts_with("arn:") { part_of_arn(reference, part) } else { part_of(reference, part) }?;
    // Quotes move the text; with escapes in it, no part of it can be found, and the whole field is meant.
    let offset = written.find(reference)?;
    let start = node.range.start + u32::try_from(offset + start).ok()?;
    Some(Range { start, end: start + u32::try_from(length).ok()? })
}

/// Where a part stands in an image reference, as start and length.
fn part_of(reference: &str, part: &str) -> Option<(usize, usize)> {
    let (named, digest) = reference.split_once('@').map_or((reference, None), |(named, digest)| (named, Some(digest)));
    let name = named.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(named, |(name, _)| name);
    let host = name.split_once('/').map_or(0, |(host, _)| host.len());
    let path = split_registry(name).1;
    match part {
        "registry" => Some((0, if host == 0 { name.len() } else { host })),
        "repository" => Some((name.len() - path.len(), path.len())),
        "tag" => (named.len() > name.len()).then(|| (name.len() + 1, named.len() - name.len() - 1)),
        "digest" => digest.map(|digest| (named.len() + 1, digest.len())),
        _ => None,
    }
}

/// Where a part stands in an ARN, as start and length: the account, or what stands behind the last slash.
fn part_of_arn(arn: &str, part: &str) -> Option<(usize, usize)> {
    match part {
        "account" => {
            let before: usize = arn.split(':').take(4).map(|part| part.len() + 1).sum();
            arn.split(':').nth(4).map(|account| (before, account.len()))
        }
        "name" => arn.rsplit(['/', ':']).next().map(|name| (arn.len() - name.len(), name.len())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{part_of, part_of_arn};

    #[test]
    fn finds_the_parts_of_arns() {
        let part = |arn: &'static str, part| part_of_arn(arn, part).and_then(|(start, length)| arn.get(start..start + length));
        let whole = "arn:aws:iam::123456789012:role/service/scoring";
        assert_eq!(part(whole, "account"), Some("123456789012"));
        assert_eq!(part(whole, "name"), Some("scoring"));
        assert_eq!(part(whole, "tag"), None);
        assert_eq!(part("arn:", "account"), None);
    }

    #[test]
    fn finds_the_parts_of_references() {
        let part =
            |reference: &'static str, part| part_of(reference, part).and_then(|(start, length)| reference.get(start..start + length));
        let whole = "host:5000/team/app:1.2@sha256:ab";
        assert_eq!(part(whole, "registry"), Some("host:5000"));
        assert_eq!(part(whole, "repository"), Some("team/app"));
        assert_eq!(part(whole, "tag"), Some("1.2"));
        assert_eq!(part(whole, "digest"), Some("sha256:ab"));
        assert_eq!(part("nginx", "registry"), Some("nginx"));
        assert_eq!(part("nginx:1", "tag"), Some("1"));
        assert_eq!(part("nginx", "tag"), None);
        assert_eq!(part("team/app:1", "repository"), Some("team/app"));
        assert_eq!(part("host:5000/app", "tag"), None);
    }
}
