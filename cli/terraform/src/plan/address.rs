//! Addresses of resources: the instances on the way to them.

use std::sync::Arc;

use crate::module::Key;

/// The prefixes of an address that end with a resource or a call, each without its key, with the key that follows; none where it is no address.
pub fn instances(address: &str) -> Option<Vec<(String, Option<Key>)>> {
    let mut found = Vec::new();
    let (mut done, mut rest, mut names) = (String::new(), address, 0_usize);
    let mut is_call = false;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() || name.contains(['"', ']', ' ']) {
            return None;
        }
        if !done.is_empty() {
            done.push('.');
        }
        done.push_str(name);
        // `module.NAME`, then at last `TYPE.NAME` or `data.TYPE.NAME`.
        names = match (names, name) {
            (0, "module") => {
                is_call = true;
                1
            }
            (0, "data" | "ephemeral") => 0,
            (before, _) => before + 1,
        };
        let is_whole = names == 2;
        let (key, after) = match after.strip_prefix('[') {
            Some(_) if !is_whole => return None,
            Some(inside) => key(inside).map(|(key, after)| (Some(key), after))?,
            None => (None, after),
        };
        if is_whole {
            found.push((done.clone(), key.clone()));
            if let Some(key) = key {
                done.push_str(&key.to_string());
            }
            names = 0;
        }
        match after.strip_prefix('.') {
            // Nothing follows a resource.
            Some(next) if !is_whole || std::mem::take(&mut is_call) => rest = next,
            None if after.is_empty() && is_whole => return Some(found),
            _ => return None,
        }
    }
}

/// A key up to the bracket that closes it, and what follows.
fn key(inside: &str) -> Option<(Key, &str)> {
    let Some(quoted) = inside.strip_prefix('"') else {
        let (digits, after) = inside.split_once(']')?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        return Some((Key::Index(digits.parse().ok().filter(|_| is_number)?), after));
    };
    let mut text = String::new();
    let mut signs = quoted.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => {
                let after = quoted.get(at + 1..)?.strip_prefix(']')?;
                return Some((Key::Name(Arc::from(text)), after));
            }
            '\\' => text.push(escaped(&mut signs)?),
            // Terraform doubles what begins a template.
            '$' | '%' if quoted.get(at + 1..)?.starts_with(&format!("{sign}{{")) => {
                signs.next();
                text.push(sign);
                signs.next();
                text.push('{');
            }
            _ => text.push(sign),
        }
    }
    None
}

/// The character that an escape stands for.
fn escaped(signs: &mut std::str::CharIndices<'_>) -> Option<char> {
    let digits = match signs.next()?.1 {
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        sign @ ('"' | '\\') => return Some(sign),
        'u' => 4,
        'U' => 8,
        _ => return None,
    };
    let text: String = signs.by_ref().take(digits).map(|(_, sign)| sign).collect();
    u32::from_str_radix(&text, 16).ok().filter(|_| text.len() == digits).and_then(char::from_u32)
}

/// The address as it is written here; as it is, where it is none.
pub(crate) fn normal(address: &str) -> String {
    match instances(address).as_deref() {
        Some([.., (name, key)]) => format!("{name}{}", key.as_ref().map(Key::to_string).unwrap_or_default()),
        _ => address.to_owned(),
    }
}

/// The addresses of the calls around a resource, the outermost first.
pub(crate) fn above(address: &str) -> Vec<(String, Option<Key>)> {
    let mut found = instances(address).unwrap_or_default();
    found.pop();
    found
}

#[cfg(test)]
mod tests {
    use super::{above, instances, normal};

    fn told(address: &str) -> Option<Vec<String>> {
        let told = |(name, key): &(String, Option<crate::module::Key>)| {
            format!("{name}|{}", key.as_ref().map(ToString::to_string).unwrap_or_default())
        };
        instances(address).map(|found| found.iter().map(told).collect())
    }

    #[test]
    fn addresses_have_instances_on_their_way() {
        let expect = |address, wanted: &[&str]| assert_eq!(told(address).unwrap(), wanted, "{address}");
        expect("a.b", &["a.b|"]);
        expect("a.b[3]", &["a.b|[3]"]);
        expect("data.a.b", &["data.a.b|"]);
        expect("module.m.a.b", &["module.m|", "module.m.a.b|"]);
        expect(
            "module.m[0].module.n[\"k.[x]\"].data.a.b[\"y\"]",
            &["module.m|[0]", "module.m[0].module.n|[\"k.[x]\"]", "module.m[0].module.n[\"k.[x]\"].data.a.b|[\"y\"]"],
        );
        expect("a.b[\"c\\\"d\"]", &["a.b|[\"c\\\"d\"]"]);
        assert_eq!(normal("a.b[\"\\u0024{x}\"]"), "a.b[\"$${x}\"]");
        assert_eq!(above("module.m[0].a.b").len(), 1);
    }

    #[test]
    fn what_is_no_address_is_told_apart() {
        for broken in [
            "",
            "a",
            "a.",
            ".b",
            "a.b.c",
            "a.b[",
            "a.b[]",
            "a.b[x]",
            "a.b[\"x]",
            "a.b[-1]",
            "a[0].b",
            "module",
            "module.m.",
            "a.b[\"\\q\"]",
            "a b.c",
            "data.a",
        ] {
            assert!(told(broken).is_none(), "{broken}");
        }
    }
}
