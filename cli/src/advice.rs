//! What to do about an error of helm's: helm's words say what went wrong, and seldom what to change.

use portcullis_helm::RenderError;

/// Where the values of a rendering come from, the weakest first.
pub(crate) struct Given<'a> {
    /// The chart's folder.
    pub(crate) chart: &'a str,
    /// The values files of the application.
    pub(crate) files: Vec<&'a str>,
}

/// What holds for errors whose text has one of these parts, the more telling first; helm's and Go's texts are kept to the byte.
const KNOWN: [(&[&str], &str); 24] = [
    (&["excessive aliasing"], "spell the aliases out: YAML with mostly repeated nodes is refused, as by helm"),
    (&["nested more than"], "the limit is MAX_DEPTH of the YAML reader; write it flatter"),
    (
        &["the evaluation takes more than"],
        "the limit is Limits::steps; look for a range over something huge, or templates that call each other",
    ),
    (&["the output is longer than"], "the limit is Limits::output; look for a range over something huge"),
    (&["nested too deeply", "nested reference name"], "templates that include each other must come to an end"),
    (
        &["maximum file size", "the packed chart has more than", "the chart has more than"],
        "keep what templates do not need out of the chart with .helmignore",
    ),
    (&["the chart uses more than", "charts lie more than"], "use fewer subcharts in each other"),
    (&["don't meet the specifications of the schema"], "set the values as the chart's values.schema.json says"),
    (&["found in Chart.yaml, but missing in charts/"], "commit what `helm dependency build` puts into charts/"),
    (&["chart requires kubeVersion"], "declare the cluster's kubernetes_version, or take a chart for it"),
    (&["are not installable"], "a library chart is used as a dependency of another chart"),
    (&["cannot load Chart.yaml"], "Chart.yaml is a YAML map of texts: apiVersion, name, version, and what helm's documentation lists"),
    (&["chart.metadata", "validation:"], "complete Chart.yaml: apiVersion: v2, a name, and a version such as 1.0.0"),
    (&["cannot load "], "mend the YAML of this file"),
    (&["failed to parse"], "a values file is a YAML map"),
    (&["kind: Invalid value", "missing: apiVersion", "cannot unmarshal"], "this line of the template printed a field of the wrong type"),
    (
        &["MalformedYAMLError", "YAML parse error on"],
        "this line of the template printed what is no YAML; look at its indentation (nindent), and quote what it inserts",
    ),
    (&["function \""], "helm has no function of this name; correct it"),
    (
        &["unclosed action", "unexpected ", "bad character", "unterminated", "undefined variable"],
        "the template is no Go template here; `{{ define }}`, `{{ if }}`, `{{ range }}` and `{{ with }}` each need an `{{ end }}`",
    ),
    (&["no template \""], "define the template in templates/*.tpl, or add the library chart that has it to charts/"),
    (&["can't evaluate field"], "the value has another type than the template wants; make it a map"),
    (
        &["range can't iterate over", "wrong type for value", "expected string; got", "incompatible types"],
        "the value has another type than the template wants",
    ),
    (&["nil pointer", "untyped nil"], "something that the template looks into is not set; give it a map"),
    (&["invalid kube version"], "write it as 1.31 or v1.31.2"),
];

/// What to do about an error.
pub(crate) fn helm(error: &RenderError, given: &Given<'_>) -> String {
    if let Some(path) = missing(&error.message) {
        let (parent, whole) = path;
        return format!("no layer sets {parent}, so that there is no {whole}; set {whole} in {}", given.places());
    }
    if error.message.starts_with("execution error at (") {
        return format!("the chart itself refuses these values (fail or required): set what it asks for in {}", given.places());
    }
    let known = KNOWN.iter().find(|(parts, _)| parts.iter().any(|part| error.message.contains(part))).map(|(_, hint)| (*hint).to_owned());
    let types =
        ["can't evaluate", "range can't iterate over", "wrong type for value", "expected string; got", "incompatible types", " nil"];
    match (known, &error.hint) {
        (Some(hint), _) if types.iter().any(|part| error.message.contains(part)) => format!("{hint}; values are set in {}", given.places()),
        // What the limits say is more telling than what every broken file is told.
        (Some(hint), Some(own)) if own == "a values file is a YAML map" => hint,
        (_, Some(own)) => own.clone(),
        (Some(hint), None) => hint,
        (None, None) => format!("`portcullis template {} -f …` shows the same alone; values are set in {}", given.chart, given.places()),
    }
}

impl Given<'_> {
    fn places(&self) -> String {
        let own = if self.chart.is_empty() { "values.yaml".to_owned() } else { format!("{}/values.yaml", self.chart) };
        let mut files: Vec<&str> = self.files.iter().rev().copied().filter(|file| *file != own).collect();
        files.push(&own);
        match files.split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
            None => own.clone(),
        }
    }
}

/// The key that is not there and the whole key, both below `.Values`, where a template looked into nothing:
/// `at <.Values.a.b.c>: nil pointer evaluating interface {}.b` misses `a`.
fn missing(message: &str) -> Option<(String, String)> {
    let (before, field) = message.rsplit_once(": nil pointer evaluating ")?;
    let field = field.rsplit('.').next()?.trim();
    let expression = before.rsplit_once("at <")?.1.strip_suffix('>')?;
    let path = expression.split_whitespace().find_map(|word| word.trim_start_matches(['(', '$']).strip_prefix(".Values."))?;
    let keys: Vec<&str> = path.trim_end_matches(')').split('.').collect();
    let at = keys.iter().position(|key| *key == field).filter(|at| *at > 0)?;
    let within = subchart(message);
    Some((format!("{within}{}", keys.get(..at)?.join(".")), format!("{within}{}", keys.get(..=at)?.join("."))))
}

/// The keys that lead to the values of the subchart whose file was executed, with a dot at the end; none for the chart itself.
fn subchart(message: &str) -> String {
    let file = message.strip_prefix("template: ").and_then(|rest| rest.split(':').next()).unwrap_or_default();
    let folder = file.split("/templates/").next().unwrap_or_default();
    folder.split("/charts/").skip(1).map(|name| format!("{name}.")).collect()
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn what_is_missing_is_read_from_helms_message() {
        let found = |message: &str| missing(message).map(|(parent, whole)| format!("{parent} {whole}"));
        let text =
            r#"template: a/b.yaml:7:18: executing "a/b.yaml" at <.Values.service.port.name>: nil pointer evaluating interface {}.port"#;
        assert_eq!(found(text).as_deref(), Some("service service.port"));
        let text = r#"template: a/b.yaml:7:18: executing "x" at <$.Values.a.b.c>: nil pointer evaluating interface {}.c"#;
        assert_eq!(found(text).as_deref(), Some("a.b a.b.c"));
        let text =
            r#"template: a/charts/b/charts/c/templates/d.yaml:1:2: executing "x" at <.Values.e.f>: nil pointer evaluating interface {}.f"#;
        assert_eq!(found(text).as_deref(), Some("b.c.e b.c.e.f"));
        assert_eq!(found("x at <.port>: nil pointer evaluating interface {}.port"), None);
    }
}
