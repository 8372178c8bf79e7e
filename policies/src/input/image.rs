//! Image references, read as container runtimes read them, so that no rule compares prefixes of text.

/// A reference whose every part is what the runtime would use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image<'a> {
    /// Host and port.
    pub(crate) registry: &'a str,
    /// The path in the registry; short names of Docker Hub get their `library/`.
    pub(crate) repository: String,
    /// The tag.
    pub(crate) tag: Option<&'a str>,
    /// Algorithm and hex.
    pub(crate) digest: Option<&'a str>,
    /// Account and region, where the host is exactly that of an ECR registry.
    pub(crate) ecr: Option<(&'a str, &'a str)>,
}

/// Why no runtime would pull a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The part at fault, where it is not the whole: `registry`, `repository`, `tag` or `digest`.
    pub(crate) part: Option<&'static str>,
    /// The fact about the image.
    pub(crate) reason: &'static str,
}

/// The longest registry and repository together.
const MAX_NAME: usize = 255;
/// The longest tag.
const MAX_TAG: usize = 128;
/// The registry of references that name none.
const DEFAULT_REGISTRY: &str = "docker.io";

impl<'a> Image<'a> {
    /// Reads a reference.
    ///
    /// # Errors
    /// Says why no runtime would pull it, and which part is at fault.
    pub(crate) fn parse(reference: &'a str) -> Result<Self, Malformed> {
        if reference.is_empty() {
            return Err(Malformed { part: None, reason: "is empty" });
        }
        if is_hex(reference, 64) {
            return Err(Malformed { part: None, reason: "is only an image id" });
        }
        let (named, digest) = match reference.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (reference, None),
        };
        if !digest.is_none_or(is_digest) {
            return Err(Malformed { part: Some("digest"), reason: "has a malformed digest" });
        }
        let (name, tag) = split_tag(named);
        if !tag.is_none_or(is_tag) {
            return Err(Malformed { part: Some("tag"), reason: "has a malformed tag" });
        }
        let (registry, path) = split_registry(name);
        if !is_host(registry) {
            return Err(Malformed { part: Some("registry"), reason: "has a malformed registry" });
        }
        if path.chars().any(char::is_uppercase) {
            return Err(Malformed { part: Some("repository"), reason: "has a repository that is not lowercase" });
        }
        if !path.split('/').all(is_path_component) {
            return Err(Malformed { part: Some("repository"), reason: "has a malformed repository" });
        }
        let repository = if registry == DEFAULT_REGISTRY && !path.contains('/') { format!("library/{path}") } else { path.to_owned() };
        if registry.len() + 1 + repository.len() > MAX_NAME {
            return Err(Malformed { part: Some("repository"), reason: "is too long" });
        }
        Ok(Self { registry, repository, tag, digest, ecr: ecr(registry) })
    }
}

/// A colon after the last slash starts the tag; one before it belongs to a port.
fn split_tag(named: &str) -> (&str, Option<&str>) {
    match named.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (named, None),
    }
}

/// The part before the first slash is a host where it has a dot, a colon or a capital, or is `localhost`.
pub(crate) fn split_registry(name: &str) -> (&str, &str) {
    match name.split_once('/') {
        Some((first, path)) if first.contains(['.', ':']) || first == "localhost" || first.chars().any(char::is_uppercase) => {
            (if first == "index.docker.io" { DEFAULT_REGISTRY } else { first }, path)
        }
        _ => (DEFAULT_REGISTRY, name),
    }
}

fn is_host(registry: &str) -> bool {
    if let Some(rest) = registry.strip_prefix('[') {
        let Some((address, after)) = rest.split_once(']') else { return false };
        let is_address = !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
        return is_address && (after.is_empty() || after.strip_prefix(':').is_some_and(is_port));
    }
    let (host, port) = match registry.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (registry, None),
    };
    port.is_none_or(is_port) && host.split('.').all(is_host_label)
}

fn is_port(port: &str) -> bool {
    !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_host_label(label: &str) -> bool {
    !label.is_empty()
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Lowercase letters and digits, in groups joined by one dot, one or two underscores, or any number of hyphens.
fn is_path_component(component: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if component.bytes().any(|byte| !is_letter(byte) && !b"._-".contains(&byte)) {
        return false;
    }
    let groups: Vec<&str> = component.split(['.', '_', '-']).collect();
    if groups.first().is_none_or(|group| group.is_empty()) || groups.last().is_none_or(|group| group.is_empty()) {
        return false;
    }
    let separators = component.split(|letter: char| letter.is_ascii_alphanumeric()).filter(|separator| !separator.is_empty());
    separators.into_iter().all(|separator| matches!(separator, "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-'))
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= MAX_TAG && tag.bytes().next().is_some_and(is_word) && tag.bytes().all(|byte| is_word(byte) || byte == b'.' || byte == b'-')
}

fn is_digest(digest: &str) -> bool {
    match digest.split_once(':') {
        Some(("sha256", hex)) => is_hex(hex, 64),
        Some(("sha384", hex)) => is_hex(hex, 96),
        Some(("sha512", hex)) => is_hex(hex, 128),
        _ => false,
    }
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// The account and region of an ECR host, to the letter: `ACCOUNT.dkr.ecr[-fips].REGION.DOMAIN` or `ACCOUNT.dkr-ecr[-fips].REGION.on.DOMAIN`,
/// where the domain is that of the region's partition; under the domain of another one, the same name belongs to somebody else.
///
/// The port of HTTPS, spelt out, is the port that every client takes.
fn ecr(registry: &str) -> Option<(&str, &str)> {
    let registry = registry.strip_suffix(":443").unwrap_or(registry);
    let (account, rest) = registry.split_once('.')?;
    let (region, domain, known) = if let Some(rest) = rest.strip_prefix("dkr.ecr.").or_else(|| rest.strip_prefix("dkr.ecr-fips.")) {
        let (region, domain) = rest.split_once('.')?;
        (region, domain, domains(region).0)
    } else {
        let rest = rest.strip_prefix("dkr-ecr.").or_else(|| rest.strip_prefix("dkr-ecr-fips."))?;
        let (region, domain) = rest.split_once('.')?;
        (region, domain, domains(region).1)
    };
    let is_region = region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (is_account && is_region && domain == known).then_some((account, region))
}

/// The domains of a region's endpoints: of those of old, and of those that answer over IPv6 too.
fn domains(region: &str) -> (&'static str, &'static str) {
    if region.starts_with("cn-") {
        ("amazonaws.com.cn", "on.amazonwebservices.com.cn")
    } else if region.starts_with("eusc-") {
        ("amazonaws.eu", "on.amazonwebservices.eu")
    } else {
        ("amazonaws.com", "on.aws")
    }
}

#[cfg(test)]
mod tests {
    use super::Image;

    const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    fn parts(reference: &str) -> (String, String, Option<String>, bool) {
        let image = Image::parse(reference).unwrap_or_else(|error| panic!("{reference:?} {error:?}"));
        (image.registry.to_owned(), image.repository, image.tag.map(str::to_owned), image.ecr.is_some())
    }

    #[test]
    fn short_names_are_docker_hub() {
        for (reference, registry, repository) in [
            ("nginx", "docker.io", "library/nginx"),
            ("nginx:1", "docker.io", "library/nginx"),
            ("team/app", "docker.io", "team/app"),
            ("index.docker.io/nginx", "docker.io", "library/nginx"),
            ("localhost/app", "localhost", "app"),
            ("host:5000/app", "host:5000", "app"),
            ("Host/app", "Host", "app"),
            ("[::1]:5000/app", "[::1]:5000", "app"),
            ("a__b/c-----d", "docker.io", "a__b/c-----d"),
        ] {
            let (found, path, _, _) = parts(reference);
            assert_eq!((found.as_str(), path.as_str()), (registry, repository), "{reference}");
        }
    }

    #[test]
    fn only_the_exact_host_is_ecr() {
        assert_eq!(Image::parse(&format!("{ECR}/team/app:1")).unwrap().ecr, Some(("123456789012", "eu-west-1")));
        assert!(parts(&format!("{ECR}:443/x")).3);
        assert!(parts("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a").3);
        assert!(parts("123456789012.dkr-ecr.eu-west-1.on.aws/a").3);
        assert!(parts("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/a").3);
        for reference in [
            format!("{ECR}.evil.com/x"),
            format!("evil.com/{ECR}/x"),
            format!("{ECR}:8443/x"),
            format!("x.{ECR}/x"),
            "12345678901.dkr.ecr.eu-west-1.amazonaws.com/x".to_owned(),
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil/x".to_owned(),
            "123456789012.DKR.ecr.eu-west-1.amazonaws.com/x".to_owned(),
            "public.ecr.aws/x/y".to_owned(),
            format!("{ECR}.cn/x"),
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com/x".to_owned(),
            "123456789012.dkr-ecr.cn-north-1.on.aws/x".to_owned(),
            "123456789012.dkr.ecr.eu-west-1.on.aws/x".to_owned(),
        ] {
            assert!(!parts(&reference).3, "{reference}");
        }
    }

    #[test]
    fn refuses_what_no_runtime_pulls() {
        for reference in [
            "".to_owned(),
            " nginx".to_owned(),
            "nginx\n".to_owned(),
            format!("{ECR}@evil.com/x"),
            format!("user@{ECR}/x"),
            format!("{ECR}/../evil/x"),
            format!("{ECR}\u{200b}/x"),
            "123456789012.dkr.\u{435}cr.eu-west-1.amazonaws.com/x".to_owned(),
            "https://example.com/x".to_owned(),
            "example.com/x:".to_owned(),
            "example.com/x@sha256:abc".to_owned(),
            format!("example.com/x@sha256:{}", HEX.to_uppercase()),
            "example.com/X".to_owned(),
            "example.com//x".to_owned(),
            "example.com/x/".to_owned(),
            "-bad.com/x".to_owned(),
            "a___b".to_owned(),
            "a..b".to_owned(),
            HEX.to_owned(),
            "x".repeat(300),
            format!("x:{}", "1".repeat(129)),
        ] {
            assert!(Image::parse(&reference).is_err(), "{reference:?}");
        }
    }

    #[test]
    fn names_the_part_at_fault() {
        for (reference, part) in [
            ("example.com/x:-", Some("tag")),
            ("example.com/x:1@sha256:abc", Some("digest")),
            ("example..com/x:1", Some("registry")),
            ("example.com/X:1", Some("repository")),
            ("example.com/x//y:1", Some("repository")),
            (HEX, None),
        ] {
            assert_eq!(Image::parse(reference).unwrap_err().part, part, "{reference}");
        }
    }

    #[test]
    fn keeps_tag_and_digest() {
        let reference = format!("host:5000/app:v1@sha256:{HEX}");
        let image = Image::parse(&reference).unwrap();
        assert_eq!((image.registry, image.tag, image.digest.map(str::len)), ("host:5000", Some("v1"), Some(71)));
    }
}
