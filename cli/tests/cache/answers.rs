//! What rules said before never changes a report: cold, warm, damaged, cut, shared, of other settings or of another state of the repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proptest::{prelude::*, sample::Index};

use crate::{PASSWORD, Ran, files, repository};

/// A run of which no other was kept, so that the rules are asked.
fn lint(folder: &Path, caching: &[&str]) -> Ran {
    if let ["--cache", cache] = caching {
        files(Path::new(cache), "run").iter().for_each(|file| fs::remove_file(file).unwrap());
    }
    crate::lint(folder, caching)
}

fn file(cache: &Path) -> PathBuf {
    let files = files(cache, "answers");
    let [file] = files.as_slice() else { panic!("{files:?}") };
    file.clone()
}

#[test]
fn no_state_of_the_cache_changes_a_report() {
    let (kept, root) = repository();
    let cache = kept.path().join("cache");
    let caching = ["--cache", cache.to_str().unwrap()];
    let expected = lint(&root, &["--no-cache"]);
    assert!(expected.output.matches("\"fingerprint\"").count() > 500);
    assert_eq!(lint(&root, &caching), expected, "cold");
    let written = fs::read(file(&cache)).unwrap();
    assert_eq!(lint(&root, &caching), expected, "warm");
    assert_eq!(fs::read(file(&cache)).unwrap(), written, "what is known is not written again");
    let held = String::from_utf8(written.clone()).unwrap();
    assert!(held.lines().count() > 200, "{}", held.lines().count());
    assert!(!held.contains(PASSWORD) && !held.contains(&PASSWORD[..8]), "no text of a Secret is kept");

    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 6, failure_persistence: None, ..Default::default() });
    let damage = (any::<Index>(), any::<u8>(), 0..4);
    let broken = runner.run(&damage, |(at, byte, how)| {
        let mut bytes = written.clone();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.truncate(at),
            2 => bytes.insert(at, byte),
            _ => bytes = vec![byte; at],
        }
        fs::write(file(&cache), bytes).unwrap();
        prop_assert_eq!(&lint(&root, &caching), &expected);
        prop_assert_eq!(&fs::read(file(&cache)).unwrap(), &written);
        Ok(())
    });
    broken.unwrap();
    fs::remove_dir_all(&cache).unwrap();
    assert_eq!(lint(&root, &caching), expected, "deleted");
    fs::remove_dir_all(&cache).unwrap();
    fs::write(&cache, "no folder").unwrap();
    assert_eq!(lint(&root, &caching), expected, "nowhere to write");
}

#[test]
fn answers_are_of_one_content_and_setting() {
    let (kept, root) = repository();
    let cache = kept.path().join("cache");
    let caching = ["--cache", cache.to_str().unwrap()];
    let both = |what: &str| {
        let expected = lint(&root, &["--no-cache"]);
        assert_eq!(lint(&root, &caching), expected, "{what}");
        expected
    };
    let first = both("as it is");
    let configurations = [
        "version: 1\nrules: { low-user-id: { level: warn, params: { minimum: 5 } } }\n",
        "version: 1\nrules: { '*': { level: warn }, cpu-limit: { level: deny } }\n",
        "version: 1\nzones: [a, b]\nregistries: [{ account: '123456789012', region: eu-west-1 }]\n",
        "version: 1\nscoring: { namespaces: ['*'] }\nrules: { '*': { namespaces: { kube-system: { level: off } } } }\n",
    ];
    for configuration in configurations {
        fs::write(root.join("portcullis.yaml"), configuration).unwrap();
        let ran = lint(&root, &["--no-cache"]);
        assert!(ran.code != 2, "{}", ran.notes);
        both(configuration);
    }
    fs::write(root.join("portcullis.yaml"), "version: 1\n").unwrap();
    assert_eq!(both("as it was"), first);
    fs::remove_dir_all(root.join("missing-zone-spread")).unwrap();
    let service = "apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { selector: { app: web }, ports: [{ port: 80 }] }\n";
    fs::write(root.join("service.yaml"), service).unwrap();
    assert_ne!(both("another repository"), first);
}

#[test]
fn runs_at_once_share_it() {
    let (kept, root) = repository();
    let cache = kept.path().join("cache");
    let caching = ["--cache", cache.to_str().unwrap()];
    let expected = lint(&root, &["--no-cache"]);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| lint(&root, &caching))).collect();
        for run in runs {
            assert_eq!(run.join().unwrap(), expected);
        }
    });
    assert_eq!(lint(&root, &caching), expected);
    file(&cache);
}
