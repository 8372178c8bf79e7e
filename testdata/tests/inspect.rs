//! `opa inspect` reads the metadata of every rule as this library does.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use portcullis_policies::{Library, Rule};
use portcullis_testdata::platform::scratch;
use portcullis_testdata::tools::Tools;
use serde_json::Value;

/// Writes the Rego of the library into a folder: opa takes one, and would take fixtures for data.
fn write(library: &Library, folder: &Path) {
    let rules = library.rules().iter().map(|rule| (format!("rules/{}/rule.rego", rule.id.as_str()), &*rule.rego));
    for (path, text) in library.prelude().iter().map(|(path, text)| (path.to_string(), &**text)).chain(rules) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        fs::write(path, text).expect("it is written");
    }
}

/// What opa says of the package of each rule, by the last word of its name.
fn inspected(library: &Library) -> BTreeMap<String, Value> {
    let folder = scratch("inspect").expect("the scratch folder is there");
    write(library, &folder);
    let run = Tools::locate().run("opa", &folder, &["inspect", "--annotations", "--format", "json", "."]).expect("opa runs");
    assert_eq!(run.code, Some(0), "{}", run.err);
    let told: Value = serde_json::from_str(&run.out).expect("it is JSON");
    let annotations = told["annotations"].as_array().expect("a list").iter();
    let of_packages = annotations.filter(|one| one["annotations"]["scope"] == "package");
    of_packages
        .filter_map(|one| {
            let path = one["path"].as_array()?;
            Some((path.last()?["value"].as_str()?.to_owned(), one["annotations"].clone()))
        })
        .collect()
}

/// What the library reads, in the words of the metadata.
fn read(rule: &Rule) -> [(&'static str, Value); 6] {
    let aliases = || rule.aliases.iter().map(ToString::to_string).collect::<Vec<_>>();
    [
        ("severity", if rule.severity.level().name() == "deny" { "error" } else { "warning" }.into()),
        ("group", rule.group.name().into()),
        ("scope", rule.scope.name().into()),
        ("like", if rule.aliases.is_empty() { Value::Null } else { aliases().into() }),
        ("off", rule.off.clone().map_or(Value::Null, Value::from)),
        ("params", if rule.params.is_empty() { Value::Null } else { Value::Object(rule.params.clone()) }),
    ]
}

#[test]
fn opa_reads_the_metadata_as_we_do() {
    let library = Library::embedded().expect("the rules are read");
    let inspected = inspected(&library);
    assert_eq!(inspected.len(), library.rules().len(), "opa finds as many rules");
    for rule in library.rules() {
        let word = rule.id.package_word();
        let told = inspected.get(&word).unwrap_or_else(|| panic!("opa does not find {word}"));
        assert_eq!((told["title"].as_str(), told["description"].as_str()), (Some(&*rule.title), Some(&*rule.description)), "{word}");
        for (key, value) in read(rule) {
            let theirs = match (key, &told["custom"][key]) {
                // We keep them sorted.
                ("like", Value::Array(list)) => {
                    let mut list = list.clone();
                    list.sort_by_key(ToString::to_string);
                    Value::Array(list)
                }
                (_, other) => other.clone(),
            };
            let ours = match value {
                Value::Array(mut list) => {
                    list.sort_by_key(ToString::to_string);
                    Value::Array(list)
                }
                other => other,
            };
            assert_eq!(theirs, ours, "{word}: {key}");
        }
        let facts: Vec<&str> = told["custom"]["facts"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert_eq!(facts, rule.facts, "{word}");
        let lists: Vec<&str> = told["custom"]["checklists"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert_eq!(lists, rule.checklists.iter().map(|list| &**list).collect::<Vec<_>>(), "{word}");
    }
}
