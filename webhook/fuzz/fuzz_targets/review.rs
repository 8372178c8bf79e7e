//! Any bytes, as a review and as the object of one, come to an answer that an API server takes, or are told to be none.
#![no_main]

use std::{collections::BTreeMap, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use portcullis_policies::{
    Budget, Library,
    admission::{Bundle, Circumstances, Gate, Origin, Review, Verdict},
};
use serde_json::Value;

static GATE: LazyLock<Gate> = LazyLock::new(|| {
    let library = Library::embedded().unwrap();
    let mut files: BTreeMap<String, String> = library.prelude().iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
    for rule in library.rules() {
        files.insert(format!("rules/{}/rule.rego", rule.id), rule.rego.to_string());
        files.insert(format!("rules/{}/README.md", rule.id), rule.readme.to_string());
    }
    let config = Origin { path: "portcullis.yaml".to_owned(), text: include_str!("../../tests/gate/portcullis.yaml").to_owned() };
    Gate::new(&Bundle { files, config, ..Bundle::default() }.with_tests().unwrap()).unwrap()
});

fuzz_target!(|bytes: &[u8]| {
    judge(bytes.to_vec());
    for (operation, kind, sides) in [("CREATE", "Pod", ["", "null"]), ("UPDATE", "Deployment", ["", "{\"spec\":{}}"]), ("UPDATE", "Rollout", ["", ""])] {
        let mut body = format!(
            "{{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{{\"uid\":\"u\",\"operation\":\"{operation}\",\
             \"namespace\":\"scoring\",\"kind\":{{\"group\":\"\",\"version\":\"v1\",\"kind\":\"{kind}\"}},\"userInfo\":{{\"username\":\"a\"}},\"object\":"
        )
        .into_bytes();
        let [new, old] = sides.map(|side| if side.is_empty() { bytes } else { side.as_bytes() });
        body.extend_from_slice(new);
        body.extend_from_slice(b",\"oldObject\":");
        body.extend_from_slice(old);
        body.extend_from_slice(b"}}");
        judge(body);
    }
});

fn judge(body: Vec<u8>) {
    let budget = Budget { instructions: 200_000, findings: 1000, deadline: None };
    let at = Circumstances { seconds: 1_782_820_800, environment: Some("prod".into()), budget };
    let verdict = match Review::parse(body) {
        Ok(review) => GATE.judge(&mut GATE.engine().worker(), &review, &at),
        Err(malformed) => match Verdict::unreadable(&malformed) {
            Some(verdict) => verdict,
            None => return,
        },
    };
    let answer: Value = serde_json::from_slice(&verdict.response()).unwrap();
    let response = &answer["response"];
    assert_eq!(response["uid"].as_str(), Some(&*verdict.uid));
    assert_eq!(response["allowed"], verdict.allowed);
    assert!(verdict.allowed || response["status"]["message"].as_str().is_some_and(|text| !text.is_empty() && text.len() <= 8 << 10));
    let warnings: Vec<&str> = response["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(warnings.iter().all(|text| text.len() <= 256 && !text.chars().any(char::is_control)));
    assert!(warnings.iter().map(|text| text.len()).sum::<usize>() <= 4096);
}
