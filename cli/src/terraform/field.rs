//! `ADDRESS.ATTRIBUTE` and `output.NAME` to the value that they name.

use std::sync::Arc;

use portcullis_source::Span;
use portcullis_terraform::{
    Type, Value, document,
    module::Mode,
    value::{Reason, ReasonKind},
};

use super::Evaluated;

/// A value that somebody asks about.
pub(crate) struct Field {
    /// What it is called.
    pub(crate) name: String,
    /// The value.
    pub(crate) value: Value,
    /// The block that it stands in.
    pub(crate) span: Span,
    /// Whether it may be shown.
    pub(crate) is_sensitive: bool,
}

impl Evaluated {
    /// The value of a name; where there is none, the names that there are beside it.
    pub(crate) fn field(&self, name: &str) -> Result<Field, Vec<String>> {
        if let Some(rest) = name.strip_prefix("output.") {
            return self.output(rest);
        }
        let resources = self.module.resources.iter();
        let mut named = resources.filter_map(|resource| Some((resource, inside(name.strip_prefix(&*resource.address)?)?)));
        // Of `a.b` and `a.b["c"]` the longer one is meant.
        let found = named.by_ref().max_by_key(|(resource, _)| resource.address.len());
        let Some((resource, path)) = found else {
            return Err(self.module.resources.iter().map(|resource| resource.address.to_string()).collect());
        };
        let Some((first, rest)) = path.split_first() else {
            return Err(resource.values.keys().map(|key| format!("{}.{key}", resource.address)).collect());
        };
        let is_secret = document::is_secret(resource.secret_type(), path.iter().map(String::as_str));
        // What is not set its provider computes, unless it is one of those that are set, misspelt.
        let is_like = |name: &str| name.starts_with(&**first) || first.starts_with(name);
        let computed = || {
            let kind = ReasonKind::Computed(Arc::clone(&resource.address), Arc::from(first.as_str()));
            let is_computed = resource.mode == Mode::Managed && !resource.values.keys().any(|name| is_like(name));
            is_computed.then(|| Value::unknown(Type::Dynamic, Reason { kind, span: Some(resource.span) }))
        };
        let value = resource.values.get(&**first).cloned().or_else(computed);
        let value = value.ok_or_else(|| resource.values.keys().map(|key| format!("{}.{key}", resource.address)).collect::<Vec<_>>())?;
        let head = format!("{}.{first}", resource.address);
        walk(&head, value, rest, resource.span, is_secret)
    }

    fn output(&self, name: &str) -> Result<Field, Vec<String>> {
        let all = || self.module.outputs.keys().map(|name| format!("output.{name}")).collect::<Vec<_>>();
        let path = inside(&format!(".{name}")).ok_or_else(all)?;
        let (first, rest) = path.split_first().ok_or_else(all)?;
        let output = self.module.outputs.get(&**first).ok_or_else(all)?;
        walk(&format!("output.{first}"), output.value.clone(), rest, output.span, output.sensitive)
    }
}

/// Follows a path as far as it is known.
fn walk(head: &str, value: Value, path: &[String], span: Span, is_sensitive: bool) -> Result<Field, Vec<String>> {
    let (mut name, mut value, mut is_sensitive) = (head.to_owned(), value, is_sensitive);
    for step in path {
        is_sensitive |= value.marks.sensitive;
        let next = match (value.attributes(), value.items()) {
            (Some(members), _) => members.get(&**step).cloned().ok_or_else(|| members.keys().map(Arc::clone).collect::<Vec<_>>()),
            (_, Some(items)) => {
                let at = step.parse::<usize>().ok().and_then(|at| items.get(at)).cloned();
                at.ok_or_else(|| (0..items.len()).map(|at| Arc::from(at.to_string())).collect())
            }
            // What lies in an unknown is unknown for the same reason.
            (None, None) if value.as_unknown().is_some() => break,
            (None, None) => Err(Vec::new()),
        };
        value = next.map_err(|names| names.iter().map(|next| format!("{name}.{next}")).collect::<Vec<_>>())?;
        name = format!("{name}.{step}");
    }
    let is_sensitive = is_sensitive || value.all_marks().sensitive;
    Ok(Field { name, value, span, is_sensitive })
}

/// The steps of `.a[0]["b"].c`; none where it is no path.
fn inside(text: &str) -> Option<Vec<String>> {
    let (mut steps, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        if let Some(next) = rest.strip_prefix('.') {
            let end = next.find(['.', '[']).unwrap_or(next.len());
            steps.push(next.get(..end)?.to_owned());
            rest = next.get(end..)?;
        } else {
            let next = rest.strip_prefix('[')?;
            let (key, after) = next.split_once(']')?;
            steps.push(key.trim_matches('"').to_owned());
            rest = after;
        }
    }
    steps.iter().all(|step| !step.is_empty()).then_some(steps)
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn paths_are_names_and_indexes() {
        let steps = |text| inside(text).map(|steps| steps.join("|"));
        assert_eq!(steps(".a[0][\"b\"].c"), Some("a|0|b|c".to_owned()));
        assert_eq!(steps(""), Some(String::new()));
        for broken in ["a", ".", "..a", "[", "[]", ".a[0"] {
            assert_eq!(steps(broken), None, "{broken}");
        }
    }
}
