//! The walls around the service, and how its sources read.

use std::{fs, path::Path};

fn here(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_service_and_the_gates_link_nothing_of_each_other() {
    assert!(!here("Cargo.toml").lines().any(|line| line.starts_with("portcullis-")));
    for other in ["../policies", "../webhook", "../cli", "../testdata"] {
        assert!(!here(&format!("{other}/Cargo.toml")).contains("portcullis-scoring"), "{other}");
    }
}

#[test]
fn sources_stay_short_and_say_what_they_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src"), root.join("tests")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                assert!(text.starts_with("//! ") && text.lines().count() <= 400, "{}", path.display());
            }
        }
    }
}

/// The root says what can be configured; the options say what each is.
#[test]
fn every_option_is_in_the_environment() {
    let options = here("src/options.rs");
    let (flags, in_environment) = (options.matches("#[arg(long").count(), options.matches("env = \"SCORING_").count());
    assert_eq!(flags, in_environment);
}

/// What the platform sets is read by the program, and what a deployment must set is set.
#[test]
fn the_platform_sets_options_that_there_are() {
    let (options, values) = (here("src/options.rs"), here("../platform-manifests/values/services/tx-scoring.yaml"));
    let set: Vec<&str> = values.lines().filter_map(|line| line.trim().split_once(": ")).map(|(name, _)| name).collect();
    let ours: Vec<&&str> = set.iter().filter(|name| name.starts_with("SCORING_")).collect();
    for name in &ours {
        assert!(options.contains(&format!("env = \"{name}\"")), "{name}");
    }
    for name in ["LISTEN", "MANAGEMENT_LISTEN", "DATABASE_URL", "BROKER_URL", "MODEL_STORE", "MODEL_VERSION", "MODEL_SHA256", "OIDC_ISSUER"]
    {
        assert!(set.contains(&format!("SCORING_{name}").as_str()), "{name}");
    }
}
