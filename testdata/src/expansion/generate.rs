//! Random ApplicationSets over a random repository, with the generators, languages and odd values that people mix.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::fuzz::Random;

/// The address of the repository.
pub const URL: &str = "https://git.example.com/platform.git";

/// The clusters that every run has.
#[must_use]
pub fn clusters() -> String {
    let secret = |name: &str, labels: &Value, annotations: &Value| {
        let mut all = json!({"argocd.argoproj.io/secret-type": "cluster"});
        if let (Some(all), Some(labels)) = (all.as_object_mut(), labels.as_object()) {
            all.extend(labels.clone());
        }
        let metadata = json!({"name": name, "namespace": "argocd", "labels": all, "annotations": annotations});
        let data = json!({"name": name, "server": format!("https://{name}.example.com")});
        format!("---\n{:#}\n", json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}))
    };
    [
        secret("dev", &json!({"tier": "low", "region.example.com/name": "eu-west-1"}), &json!({})),
        secret("Staging_1", &json!({"tier": "low"}), &json!({"note": "a b: c"})),
        secret("prod", &json!({"tier": "high", "count": "3"}), &json!({"addons": "{\"a\": 1}", "path": "apps/a"})),
    ]
    .concat()
}

/// What generators are answered that ask something outside of the repository.
#[must_use]
pub fn outside() -> String {
    // That a pull request has no labels shows in JSON alone, where Go prints the list that there is none of as null.
    let pulls = json!([
        {"number": 7, "title": "One: two", "branch": "feature/Über_x", "target_branch": "main", "head_sha": "8f2c1d0e5b7a49b6", "author": "a", "labels": ["x", "y"]},
        {"number": 1_234_567, "title": "", "branch": "b", "target_branch": "release/1.0", "head_sha": "abc", "author": "", "labels": ["z"]},
    ]);
    let plugin =
        json!([{"key": "one", "number": 2_000_000, "nested": {"list": [1, "two"], "flag": true}}, {"key": "two", "values": "odd"}]);
    let decisions = json!([
        {"name": "prod", "clusterName": "prod", "reason": "first"},
        {"name": "nobody", "clusterName": "nobody"},
        {"name": "in-cluster", "clusterName": "in-cluster", "reason": "last"},
    ]);
    let repositories = json!([
        {"organization": "o", "repository": "r", "repository_id": 12_345_678, "url": "https://git.example.com/o/r.git", "branch": "Main", "sha": "0011223344", "labels": ["a", "b"]},
    ]);
    let of = |generator: &str, parameters: Value| json!({"generator": generator, "parameters": parameters});
    let all = [of("pullRequest", pulls), of("plugin", plugin), of("clusterDecisionResource", decisions), of("scmProvider", repositories)];
    format!("{:#}\n", json!(all))
}

const FOLDERS: [&str; 9] = ["apps/a", "apps/b", "apps/a/deep", "apps/Under_score.x", "envs/dev", "envs/prod", "apps/.hidden", "top", "a-b"];

/// Random files of a repository.
pub fn files(random: &mut Random) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([("README".to_owned(), "a repository\n".to_owned())]);
    for folder in FOLDERS {
        if random.chance(70) {
            files.insert(format!("{folder}/config.json"), format!("{:#}\n", value(random, 2)));
        }
        if random.chance(40) {
            files.insert(format!("{folder}/values.yaml"), odd_yaml(random));
        }
    }
    if random.chance(50) {
        files.insert("config.json".to_owned(), "{\"name\": \"root\", \"number\": 12345678}\n".to_owned());
    }
    files
}

/// YAML that people write without thinking of what it is.
fn odd_yaml(random: &mut Random) -> String {
    let lines = [
        "name: dev\n",
        "number: 12345678\n",
        "version: 1.10\n",
        "yes: no\n",
        "on: 0o17\n",
        "nothing: ~\n",
        "empty: {}\n",
        "list: [a, 1, {b: c}]\n",
        "nested: {deep: {deeper: [1, 2]}}\n",
        "date: 2024-01-02\n",
        "text: \"a: b\"\n",
        "octal: 0755\n",
        "float: 1e3\n",
        "values: {x: 1}\n",
        "path: of the file\n",
        "metadata: {labels: {tier: own}}\n",
    ];
    (0..random.below(6)).map(|_| random.text(&lines)).collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

fn value(random: &mut Random, depth: usize) -> Value {
    let mut map = Map::new();
    for _ in 0..random.below(5) {
        map.insert(random.text(&KEYS).to_owned(), any(random, depth));
    }
    Value::Object(map)
}

const KEYS: [&str; 10] = ["name", "server", "values", "env", "number", "flag", "nested", "path", "a.b", "metadata"];

fn any(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth == 0 { 7 } else { 9 }) {
        0 => json!(random.below(3)),
        1 => json!(12_345_678),
        2 => json!(random.chance(50)),
        3 => json!(1.5),
        4 => Value::Null,
        5 | 6 => json!(random.text(&TEXTS)),
        7 => Value::Array((0..random.below(3)).map(|_| any(random, depth - 1)).collect()),
        _ => value(random, depth - 1),
    }
}

const TEXTS: [&str; 9] = ["dev", "prod", "", "a b", "1", "true", "Über", "{{name}}", "x/y.z"];

/// A random ApplicationSet.
pub fn set(random: &mut Random, name: &str) -> Value {
    let go = random.chance(60);
    let generators: Vec<Value> = (0..=random.below(2)).map(|_| generator(random, go, DEPTH)).collect();
    let mut spec = json!({"generators": generators, "template": template(random, go, name)});
    let Some(map) = spec.as_object_mut() else { return spec };
    if go {
        map.insert("goTemplate".to_owned(), json!(true));
        if random.chance(50) {
            map.insert(
                "goTemplateOptions".to_owned(),
                json!([random.text(&["missingkey=error", "missingkey=zero", "missingkey=default"])]),
            );
        }
    }
    if random.chance(15) {
        map.insert("templatePatch".to_owned(), json!(patch(random, go)));
    }
    if random.chance(10) {
        map.insert("syncPolicy".to_owned(), json!({"preserveResourcesOnDeletion": random.chance(50)}));
    }
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": {"name": name, "namespace": "argocd"}, "spec": spec})
}

/// How deep generators lie within each other.
const DEPTH: usize = 2;

fn generator(random: &mut Random, go: bool, depth: usize) -> Value {
    let mut entry = Map::new();
    let (key, spec) = match random.below(if depth == 0 { 11 } else { 16 }) {
        0..=2 => ("list", list(random, go)),
        3..=4 => ("clusters", clusters_generator(random, go)),
        5..=6 => ("git", directories(random, go)),
        7 => ("git", git_files(random, go)),
        8 => ("pullRequest", json!({"github": {"api": "http://outside.invalid", "owner": "o", "repo": "r"}})),
        9 => ("plugin", json!({"configMapRef": {"name": "plugin"}, "values": {"v": text(random, go)}})),
        // Argo CD refuses some that are the second child of a matrix, for a reason of its own.
        10 if depth == DEPTH && random.chance(50) => {
            ("clusterDecisionResource", json!({"configMapRef": "decisions", "name": "decisions", "values": {"v": "{{name}}"}}))
        }
        10 => ("scmProvider", json!({"github": {"organization": "o"}, "values": {"v": text(random, go)}})),
        11..=13 => ("matrix", json!({"generators": [generator(random, go, depth - 1), generator(random, go, depth - 1)]})),
        _ => {
            let children: Vec<Value> = (0..2 + random.below(2)).map(|_| generator(random, go, depth - 1)).collect();
            let key = random.text(&["name", "server", "env", "path", "values.x", "nothing"]);
            ("merge", json!({"mergeKeys": [key], "generators": children}))
        }
    };
    entry.insert(key.to_owned(), spec);
    if random.chance(12) {
        let label = random.text(&["name", "env", "metadata.labels.tier", "path.basename", "number"]);
        let operator = random.text(&["In", "NotIn", "Exists", "DoesNotExist"]);
        let mut expression = json!({"key": label, "operator": operator});
        if let (true, Some(map)) = (operator.ends_with("In"), expression.as_object_mut()) {
            map.insert("values".to_owned(), json!([random.text(&["dev", "low", "a", "1", "1.2345678e+07"])]));
        }
        entry.insert("selector".to_owned(), json!({"matchExpressions": [expression]}));
    }
    Value::Object(entry)
}

fn list(random: &mut Random, go: bool) -> Value {
    let element = |random: &mut Random| {
        let mut element = value(random, if go { 2 } else { 0 });
        if let Some(map) = element.as_object_mut() {
            if !go && random.chance(90) {
                map.values_mut().filter(|value| !value.is_string()).for_each(|value| *value = json!("text"));
                map.remove("values");
            }
            map.insert("name".to_owned(), json!(random.text(&["dev", "prod", "one", "two"])));
        }
        element
    };
    let elements: Vec<Value> = (0..random.below(4)).map(|_| element(random)).collect();
    let mut spec = json!({"elements": elements});
    if let (true, Some(map)) = (random.chance(12), spec.as_object_mut()) {
        map.insert(
            "elementsYaml".to_owned(),
            json!(random.text(&["- {name: three, n: 1}\n", "[{\"name\": \"four\"}]", "no list", "- name: '{{ .name }}'\n"])),
        );
    }
    if let (true, Some(map)) = (random.chance(8), spec.as_object_mut()) {
        map.insert(
            "template".to_owned(),
            json!({"metadata": {"labels": {"own": text(random, go)}}, "spec": {"project": "default", "destination": {}}}),
        );
    }
    spec
}

fn clusters_generator(random: &mut Random, go: bool) -> Value {
    let mut spec = Map::new();
    if random.chance(40) {
        let selector = match random.below(3) {
            0 => json!({"matchLabels": {"tier": random.text(&["low", "high"])}}),
            1 => json!({"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["low"]}]}),
            _ => json!({"matchExpressions": [{"key": "count", "operator": random.text(&["Exists", "DoesNotExist"])}]}),
        };
        spec.insert("selector".to_owned(), selector);
    }
    if random.chance(50) {
        spec.insert("values".to_owned(), json!({"x": text(random, go), "env": random.text(&["a", "b"])}));
    }
    if random.chance(6) {
        // One cluster, since the order of several is another one in each run.
        spec.insert("selector".to_owned(), json!({"matchLabels": {"tier": "high"}}));
        spec.insert("flatList".to_owned(), json!(true));
    }
    Value::Object(spec)
}

fn prefixed(random: &mut Random, mut spec: Value) -> Value {
    if let (true, Some(map)) = (random.chance(20), spec.as_object_mut()) {
        map.insert("pathParamPrefix".to_owned(), json!(random.text(&["p", "name"])));
    }
    spec
}

fn directories(random: &mut Random, go: bool) -> Value {
    let pattern = |random: &mut Random| {
        let path = random.text(&[
            "apps/*",
            "*",
            "apps/**",
            "envs/*",
            "*/*/*",
            "apps/a",
            "apps/[ab]",
            "./apps/*",
            "apps/*/",
            "[",
            "apps/.*",
            "{{.name}}/*",
        ]);
        if random.chance(20) { json!({"path": path, "exclude": true}) } else { json!({"path": path}) }
    };
    let directories: Vec<Value> = (0..=random.below(2)).map(|_| pattern(random)).collect();
    let mut spec = json!({"repoURL": URL, "revision": random.text(&["HEAD", "main"]), "directories": directories});
    if let (true, Some(map)) = (random.chance(30), spec.as_object_mut()) {
        map.insert("values".to_owned(), json!({"x": text(random, go)}));
    }
    prefixed(random, spec)
}

fn git_files(random: &mut Random, go: bool) -> Value {
    let pattern = |random: &mut Random| {
        let patterns = [
            "**/config.json",
            "apps/*/config.json",
            "*/values.yaml",
            "config.json",
            "apps/**/values.yaml",
            "envs/dev",
            "apps/{a,b}/config.json",
            "apps/?/*.json",
        ];
        let path = random.text(&patterns);
        if random.chance(15) { json!({"path": path, "exclude": true}) } else { json!({"path": path}) }
    };
    let files: Vec<Value> = (0..=random.below(2)).map(|_| pattern(random)).collect();
    let mut spec = json!({"repoURL": URL, "revision": "HEAD", "files": files});
    if let (true, Some(map)) = (random.chance(30), spec.as_object_mut()) {
        map.insert("values".to_owned(), json!({"x": text(random, go)}));
    }
    prefixed(random, spec)
}

const GO: [&str; 24] = [
    "{{ .name }}",
    "{{ .path.path }}",
    "{{ .path.basename }}",
    "{{ .path.basenameNormalized }}",
    "{{ .path.filename }}",
    "{{ index .path.segments 0 }}",
    "{{ .p.path.basename }}",
    "{{ .server }}",
    "{{ .nameNormalized }}",
    "{{ .metadata.labels.tier }}",
    "{{ index .metadata.labels \"region.example.com/name\" }}",
    "{{ .values.x }}",
    "{{ .number }}",
    "{{ .flag }}",
    "{{ .nested }}",
    "{{ .missing }}",
    "{{ .missing | default \"d\" }}",
    "{{ if .flag }}yes{{ else }}no{{ end }}",
    "{{ normalize (print .name) }}",
    "{{ slugify 10 false (print .branch) }}",
    "{{ range $k, $v := . }}{{ $k }},{{ end }}",
    "{{ toYaml (omit . \"generator\") | sha256sum | trunc 9 }}",
    "{{ printf \"%v\" .list }}",
    "{{ .labels | join \"-\" }}",
];

const FAST: [&str; 20] = [
    "{{name}}",
    "{{ name }}",
    "{{path}}",
    "{{path.basename}}",
    "{{path.basenameNormalized}}",
    "{{path[0]}}",
    "{{path[1]}}",
    "{{p.path}}",
    "{{server}}",
    "{{nameNormalized}}",
    "{{metadata.labels.tier}}",
    "{{metadata.labels.region.example.com/name}}",
    "{{metadata.annotations.note}}",
    "{{values.x}}",
    "{{number}}",
    "{{nested.deep}}",
    "{{missing}}",
    "{{a.b}}",
    "{{branch_slug}}",
    "{{list.0}}",
];

/// A text with parameters in it.
fn text(random: &mut Random, go: bool) -> String {
    let mut text = String::new();
    for _ in 0..random.below(4) {
        text.push_str(random.text(&["", "a", "-", "x y", "/"]));
        text.push_str(if go { random.text(&GO) } else { random.text(&FAST) });
    }
    if random.chance(2) {
        text.push_str(random.text(&["{{", "}}", "{{ .name", "{{ nope }}"]));
    }
    text
}

fn template(random: &mut Random, go: bool, name: &str) -> Value {
    let mut metadata = json!({"name": format!("{name}-{}", text(random, go)), "labels": {"text": text(random, go)}});
    if let Some(map) = metadata.as_object_mut() {
        // All parameters at once, but for what a plugin was asked, which Go keeps as a type of its own.
        let all = if go { "{{ toJson (omit . \"generator\") }}".to_owned() } else { FAST.join(" ") };
        map.insert("annotations".to_owned(), json!({"all": all, "text": text(random, go), text(random, go): "key"}));
        if random.chance(15) {
            map.insert("finalizers".to_owned(), json!([]));
        }
    }
    let mut source = json!({"repoURL": random.text(&[URL, "{{url}}", "{{ .url }}"]), "targetRevision": "HEAD", "path": text(random, go)});
    if let (true, Some(map)) = (random.chance(50), source.as_object_mut()) {
        let helm = match random.below(4) {
            0 => json!({"values": format!("a: {}\nb: |\n  {}\n", text(random, go), text(random, go))}),
            1 => json!({"valuesObject": {"a": text(random, go), "n": 1, "deep": {"list": [text(random, go), true]}}}),
            2 => json!({"parameters": [{"name": "a", "value": text(random, go)}], "releaseName": text(random, go)}),
            _ => json!({"valueFiles": [text(random, go), "values.yaml"], "ignoreMissingValueFiles": true}),
        };
        map.insert("helm".to_owned(), helm);
    }
    let mut spec = json!({"project": "default", "destination": {"server": text(random, go), "namespace": text(random, go)}});
    if let Some(map) = spec.as_object_mut() {
        match random.chance(20) {
            true => map.insert("sources".to_owned(), json!([source, {"repoURL": URL, "ref": "values"}])),
            false => map.insert("source".to_owned(), source),
        };
        if random.chance(30) {
            map.insert("syncPolicy".to_owned(), json!({"automated": {"prune": random.chance(50)}, "syncOptions": [text(random, go)]}));
        }
        if random.chance(10) {
            map.insert("info".to_owned(), json!([{"name": "i", "value": text(random, go)}]));
        }
    }
    json!({"metadata": metadata, "spec": spec})
}

fn patch(random: &mut Random, go: bool) -> String {
    let value = text(random, go);
    match random.below(6) {
        0 => format!("metadata:\n  labels:\n    patched: \"{value}\"\n"),
        1 => "spec:\n  syncPolicy:\n    automated:\n      prune: true\n".to_owned(),
        2 => "spec:\n  source:\n    helm:\n      parameters:\n        - name: b\n          value: patched\n".to_owned(),
        3 => "{\"spec\": {\"info\": null, \"project\": \"default\"}}".to_owned(),
        4 => "metadata:\n  annotations:\n    $patch: replace\n    only: this\n".to_owned(),
        _ => "spec:\n  source:\n    helm:\n      valuesObject: {added: {deep: 1}}\n".to_owned(),
    }
}
