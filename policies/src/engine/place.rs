//! What a rule points at, brought back to where it came from.

use portcullis_source::{Origin, Range, Step};

use crate::Resource;

/// A real field of a resource, and where it came from.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) path: Vec<Step>,
    pub(super) origin: Origin,
}

/// The place of a path. Where the path goes on below the text of an image, its last step names the part that is meant:
/// `registry`, `repository`, `tag` and `digest` may come from different lines.
pub(super) fn place(resource: &Resource, mut path: Vec<Step>) -> Place {
    let whole = |path: &[Step]| -> Vec<Step> { resource.base.iter().chain(path).cloned().collect() };
    if let Some((Step::Key(part), parent)) = path.split_last()
        && resource.document.node_at(&whole(parent)).is_some_and(|image| image.as_str().is_some())
    {
        let origin = match part_range(resource, &whole(parent), part) {
            Some(range) => resource.document.text.origin(range),
            None => resource.document.origin(&whole(&path)),
        };
        path.pop();
        return Place { path, origin };
    }
    let origin = resource.document.origin(&whole(&path));
    Place { path, origin }
}

fn part_range(resource: &Resource, path: &[Step], part: &str) -> Option<Range> {
    let document = &resource.document;
    let node = document.node_at(path)?;
    let reference = node.as_str()?;
    let written = std::str::from_utf8(document.text.slice(node.range)).ok()?;
    let (start, length) = part_of(reference, part)?;
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
    match part {
        "registry" => Some((0, if host == 0 { name.len() } else { host })),
        "repository" => Some((if host == 0 { 0 } else { host + 1 }, name.len() - if host == 0 { 0 } else { host + 1 })),
        "tag" => (named.len() > name.len()).then(|| (name.len() + 1, named.len() - name.len() - 1)),
        "digest" => digest.map(|digest| (named.len() + 1, digest.len())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::part_of;

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
        assert_eq!(part("host:5000/app", "tag"), None);
    }
}
