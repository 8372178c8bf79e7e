//! Input that is made to take forever or to overflow: each ends in an error that names the place.
#![expect(clippy::expect_used, reason = "stops at a broken fixture")]

use std::{collections::BTreeMap, sync::Arc};

use portcullis_helm::{Capabilities, Chart, Compat, Layer, Options, Release, RenderError, Rendered, render};
use portcullis_source::{RepoPath, Revision, Sources, Text};

const DEEP: usize = 10_000;

fn chart(template: &str) -> Revision {
    let files = [("c/Chart.yaml", "{apiVersion: v2, name: c, version: 1.0.0}"), ("c/templates/a.yaml", template)];
    let files = files.map(|(path, text)| (RepoPath::new(path).expect("a path"), Arc::from(text.as_bytes())));
    Revision::memory(BTreeMap::<_, Arc<[u8]>>::from(files), Arc::new(Sources::default()))
}

fn run(template: &str, values: &str) -> Result<Rendered, RenderError> {
    let revision = chart(template);
    let chart = Chart::load(&revision, &RepoPath::new("c").expect("a path"), Compat::Helm3)?;
    let file = revision.sources().add("values.yaml", values.as_bytes());
    let layers = [Layer::file("values.yaml", &Text::of_file(&file), Compat::Helm3)?];
    let release = Release {
        name: Arc::from("demo"),
        namespace: Arc::from("default"),
        is_upgrade: false,
        revision: 1,
        capabilities: Arc::new(Capabilities::new(None, &[], Compat::Helm3)?),
    };
    render(&chart, &layers, &release, &Options::default())
}

#[test]
fn values_that_are_nested_too_deeply_are_refused() {
    let values = format!("a: {}{}", "[".repeat(DEEP), "]".repeat(DEEP));
    let error = run("", &values).expect_err("a refusal");
    assert!(error.message.starts_with("failed to parse values.yaml: error converting YAML to JSON: yaml: "), "{}", error.message);
    assert!(error.span.is_some());
}

#[test]
fn values_that_multiply_by_aliases_are_refused() {
    let mut values = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = vec![format!("*a{}", level - 1); 10].join(", ");
        values.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    let error = run("", &values).expect_err("a refusal");
    assert!(error.message.contains("document contains excessive aliasing"), "{}", error.message);
}

#[test]
fn a_rendered_document_that_is_nested_too_deeply_is_refused() {
    let template = format!("a: {{{{ \"{}\" }}}}{{{{ \"{}\" }}}}\n", "[".repeat(DEEP), "]".repeat(DEEP));
    let error = run(&template, "").expect_err("a refusal");
    assert!(error.message.starts_with("YAML parse error on c/templates/a.yaml: "), "{}", error.message);
    assert!(error.rendering);
}

/// Helm renders these in no time, whatever looking at a map takes.
#[test]
fn loops_over_large_maps_come_to_an_end_within_the_limits() {
    let values: String = (0..12_000).map(|at| format!("  key{at}: value{at}\n")).collect();
    let template = r#"{{- $made := dict }}
{{- range $key, $value := .Values.m }}
{{- if and (hasKey $.Values.m $key) (not (empty $.Values.m)) (index $.Values.m $key) }}
{{- $_ := set $made $key (get $.Values.m $key | default "none") }}
{{- end }}
{{- if and $made (gt (len $made) 0) }}{{- end }}
{{- end }}
made: {{ len $made }}
"#;
    let rendered = run(template, &format!("m:\n{values}")).expect("a rendering");
    assert_eq!(String::from_utf8_lossy(&rendered.print()), "---\n# Source: c/templates/a.yaml\nmade: 12000\n");
}

#[test]
fn a_large_list_that_is_made_item_by_item_stays_within_the_limits() {
    let template = "{{- $made := list }}{{- range until 5000 }}{{- $made = append $made . }}{{- end }}\nmade: {{ len $made }}\n";
    let rendered = run(template, "").expect("a rendering");
    assert_eq!(String::from_utf8_lossy(&rendered.print()), "---\n# Source: c/templates/a.yaml\nmade: 5000\n");
}
