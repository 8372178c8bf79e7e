//! Every format over the same reports, held to what its readers take.
#![expect(clippy::disallowed_methods, reason = "reads a schema")]

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    path::Path,
};

use flate2::{Compression, write::GzEncoder};
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

use super::{Report, Status, Style, fixture::Fixture, github, gitlab, html, human, json, junit, markdown, sarif};

/// Every kind of report.
fn fixtures() -> Vec<(&'static str, Fixture)> {
    vec![
        ("empty", Fixture::of(&["api".to_owned()])),
        ("lint", Fixture::lint()),
        ("incomplete", Fixture::incomplete()),
        ("diff", diff()),
        ("hostile", Fixture::hostile()),
    ]
}

fn diff() -> Fixture {
    Fixture::diff(&["api", "tx-scoring", "web"].map(str::to_owned))
}

/// The platform's size: the same change 99 times.
fn large() -> Fixture {
    let services: Vec<String> = (0..33).map(|index| format!("service-{index:02}")).collect();
    Fixture::diff(&services)
}

/// A report in all formats, by name.
fn formats(fixture: &Fixture) -> BTreeMap<&'static str, String> {
    let material = fixture.material();
    let report = &fixture.report;
    BTreeMap::from([
        ("human", human(report, &fixture.sources, Style::Plain)),
        ("json", json(report)),
        ("sarif", sarif::sarif(&material, sarif::Waived::Suppressed)),
        ("code-scanning", sarif::sarif(&material, sarif::Waived::LeftOut)),
        ("github", github::github(report)),
        ("gitlab", gitlab::gitlab(report)),
        ("junit", junit::junit(&material)),
        ("markdown", markdown::markdown(report)),
        ("html", html::html(&material)),
    ])
}

/// Errors of a document against a schema.
fn errors(schema: &Value, document: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(document).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn sarif_schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/sarif-schema-2.1.0.json");
    let mut schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    // As it is published, this one is no regular expression: it closes a bracket that nothing opened.
    for part in ["run", "toolComponent"] {
        let language = schema["definitions"][part]["properties"]["language"].as_object_mut().unwrap();
        assert_eq!(language.remove("pattern").unwrap(), "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$");
    }
    schema
}

#[test]
fn formats_look_like_this() {
    for (name, fixture) in [("lint", Fixture::lint()), ("incomplete", Fixture::incomplete()), ("diff", diff())] {
        for (format, text) in formats(&fixture) {
            // Style, script, the manual pages of all rules and those that find nothing are not shown again, so that a new rule changes nothing here.
            let text = match format {
                "html" => text.split_once("<body>").unwrap().1.split_once("<script>").unwrap().0.to_owned(),
                "sarif" => {
                    let mut log: Value = serde_json::from_str(&text).unwrap();
                    let rules = log["runs"][0]["tool"]["driver"]["rules"].take();
                    for result in log["runs"][0]["results"].as_array_mut().unwrap() {
                        let index = result["ruleIndex"].take().as_u64().unwrap();
                        assert_eq!(rules[usize::try_from(index).unwrap()]["id"], result["ruleId"], "{name}");
                    }
                    log["runs"][0]["tool"]["driver"]["rules"] = rules[0].clone();
                    format!("{log:#}\n")
                }
                "junit" => {
                    let (head, suites) = text.split_once("  <testsuite ").unwrap();
                    let told = |suite: &&str| {
                        ["<failure", "<skipped", "name=\"rendering\"", "</testsuites>"].iter().any(|word| suite.contains(word))
                    };
                    let suites: Vec<&str> = suites.split("  <testsuite ").filter(told).collect();
                    let (before, after) = head.split_once(" tests=\"").unwrap();
                    let (_, after) = after.split_once('"').unwrap();
                    format!("{before}{after}  <testsuite {}", suites.join("  <testsuite "))
                }
                "code-scanning" => continue,
                _ => text,
            };
            insta::with_settings!({prepend_module_to_snapshot => false}, { insta::assert_snapshot!(format!("{name}-{format}"), text) });
        }
    }
}

#[test]
fn sarif_matches_the_schema_of_oasis() {
    let schema = sarif_schema();
    for (name, fixture) in fixtures().into_iter().chain([("large", large())]) {
        for format in ["sarif", "code-scanning"] {
            assert_eq!(errors(&schema, &formats(&fixture)[format]), Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn json_matches_its_schema() {
    let schema: Value = serde_json::from_str(super::SCHEMA).unwrap();
    for (name, fixture) in fixtures() {
        assert_eq!(errors(&schema, &json(&fixture.report)), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn waived_findings_are_suppressed_and_not_uploaded() {
    let results = |waived| {
        let log: Value = serde_json::from_str(&sarif::sarif(&Fixture::lint().material(), waived)).unwrap();
        log["runs"][0]["results"].as_array().unwrap().clone()
    };
    let reasons: Vec<Value> =
        results(sarif::Waived::Suppressed).iter().map(|result| result["suppressions"][0]["justification"].clone()).collect();
    assert_eq!(reasons.iter().filter(|reason| **reason == "started by a vendor's image").count(), 1);
    assert_eq!((reasons.len(), results(sarif::Waived::LeftOut).len()), (3, 2));
}

/// So many findings that differ in what they say.
fn with_findings(count: usize) -> Fixture {
    let mut fixture = large();
    let first = fixture.report.findings.remove(0);
    let finding = |index: usize| super::Finding {
        fingerprint: super::escape::digest(&[&index.to_string()]),
        chain: first.chain.clone(),
        place: first.place.clone(),
        message: format!("container {index} drains for 10 s"),
        rule: first.rule.clone(),
        environments: first.environments.clone(),
        applications: first.applications.iter().take(3).cloned().collect(),
        resources: first.resources.clone(),
        path: first.path.clone(),
        waived: None,
        ..first
    };
    fixture.report.findings = (0..count).map(finding).collect();
    fixture
}

#[test]
fn a_code_scanning_report_that_is_too_long_is_cut_and_says_so() {
    let mut fixture = with_findings(25_010);
    for finding in &mut fixture.report.findings {
        finding.chain.clear();
        finding.resources.clear();
        finding.applications.clear();
    }
    let text = sarif::sarif(&fixture.material(), sarif::Waived::LeftOut);
    assert_eq!(text.matches("\"ruleId\":").count(), 25_000);
    assert!(text.contains("10 results left out, the least important ones: GitHub takes 25000"));
}

#[test]
fn a_full_code_scanning_report_packs_below_ten_megabytes() {
    let text = sarif::sarif(&with_findings(1_000).material(), sarif::Waived::LeftOut);
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    let packed = packed.finish().unwrap().len() * 25;
    assert!(packed < 10_000_000, "{packed} of {}", text.len() * 25);
}

#[test]
fn annotations_are_few_and_on_lines_of_their_own() {
    let mut many = large();
    let finding = |index: usize, report: &Report| super::Finding {
        message: format!("finding {index}"),
        applications: report.findings[0].applications.iter().take(index).cloned().collect(),
        resources: Vec::new(),
        environments: Vec::new(),
        chain: Vec::new(),
        rule: "r".to_owned(),
        level: portcullis_policies::Level::Deny,
        fingerprint: String::new(),
        path: String::new(),
        place: None,
        waived: None,
        status: Some(if index < 40 { Status::Unchanged } else { Status::New }),
    };
    many.report.findings = (0..60).map(|index| finding(index, &many.report)).collect();
    for (name, fixture) in fixtures().into_iter().chain([("many", many)]) {
        let text = github::github(&fixture.report);
        for kind in ["error", "warning", "notice"] {
            let count = text.lines().filter(|line| line.starts_with(&format!("::{kind} "))).count();
            assert!(count <= 10, "{name}: {count} of {kind}");
        }
        for line in text.lines() {
            assert!(line.starts_with("::error ") || line.starts_with("::warning ") || line.starts_with("::notice "), "{name}: {line}");
            let properties = line.split("::").nth(1).unwrap();
            assert!(properties.split(' ').nth(1).unwrap().split(',').all(|property| property.contains('=')), "{name}: {line}");
        }
        if name == "many" {
            assert!(text.starts_with("::error title=new%3A r::finding 59%0Areaches"), "{text}");
            assert!(text.contains("10 findings more without an annotation") && text.contains("40 unchanged"), "{text}");
        }
    }
}

#[test]
fn code_quality_has_no_fingerprint_twice() {
    for (name, mut fixture) in fixtures() {
        for finding in &mut fixture.report.findings {
            finding.fingerprint = "same".to_owned();
        }
        let all: Value = serde_json::from_str(&gitlab::gitlab(&fixture.report)).unwrap();
        let all = all.as_array().unwrap();
        let fingerprints: BTreeSet<&str> = all.iter().map(|entry| entry["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(fingerprints.len(), all.len(), "{name}");
        for entry in all {
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&entry["severity"].as_str().unwrap()), "{entry}");
            assert!(
                entry["location"]["lines"]["begin"].as_u64().unwrap() > 0 && !entry["description"].as_str().unwrap().is_empty(),
                "{entry}"
            );
        }
    }
}

#[test]
fn junit_is_xml_whose_numbers_add_up() {
    for (name, fixture) in fixtures().into_iter().chain([("large", large())]) {
        let text = junit::junit(&fixture.material());
        let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        let number = |node: roxmltree::Node<'_, '_>, attribute: &str| node.attribute(attribute).unwrap().parse::<usize>().unwrap();
        let count = |node: roxmltree::Node<'_, '_>, tag: &str| node.descendants().filter(|child| child.has_tag_name(tag)).count();
        for node in document.descendants().filter(|node| node.has_tag_name("testsuites") || node.has_tag_name("testsuite")) {
            for (attribute, tag) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
                assert_eq!(number(node, attribute), count(node, tag), "{name}: {attribute}");
            }
        }
        let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        let names: Vec<_> = cases.map(|case| (case.attribute("classname"), case.attribute("name"))).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{name}");
    }
}

/// What GitHub's readers make of a comment: tags of our own, and text without anything that they would act on.
#[test]
fn markdown_says_nothing_but_what_we_say() {
    const OWN: [&str; 9] =
        ["<!-- portcullis -->", "<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>", "<br>", "<sub>"];
    for (name, fixture) in fixtures() {
        let text = markdown::markdown(&fixture.report);
        assert!(text.starts_with("<!-- portcullis -->\n"), "{name}");
        let mut is_code = false;
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
            match event {
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("{name}: a link in\n{text}"),
                Event::Start(Tag::CodeBlock(_)) => is_code = true,
                Event::End(pulldown_cmark::TagEnd::CodeBlock) => is_code = false,
                Event::Html(html) | Event::InlineHtml(html) => {
                    let left = OWN.iter().chain(&["</sub>"]).fold(html.to_string(), |left, tag| left.replace(tag, ""));
                    assert!(!left.contains('<'), "{name}: {left}");
                }
                Event::Text(said) if !is_code => assert!(!said.contains(['@', '#']) && !said.contains("://"), "{name}: {said}"),
                _ => {}
            }
        }
    }
}

#[test]
fn markdown_is_cut_at_whole_sections_and_says_so() {
    let services: Vec<String> = (0..400).map(|index| format!("service-{index}-{}", "x".repeat(150))).collect();
    let mut fixture = Fixture::diff(&services);
    // Each does something else, so that nothing is said once for all.
    for (index, application) in fixture.report.changes.as_mut().unwrap().applications.iter_mut().enumerate() {
        for object in &mut application.objects {
            object.object.kind = format!("Kind{index}");
        }
    }
    let text = markdown::markdown(&fixture.report);
    assert!(text.len() < 65_536, "{}", text.len());
    assert!(text.contains("> **Left out for want of room:**"), "{}", &text[text.len() - 1_000..]);
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    assert_eq!(text.lines().filter(|line| line.trim_start().starts_with("```")).count() % 2, 0);
}

#[test]
fn the_page_holds_no_text_that_a_browser_would_run_or_fetch() {
    for (name, fixture) in fixtures() {
        let page = html::html(&fixture.material());
        assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (1, 1), "{name}");
        for tag in ["<img", "<link", "<iframe", "<object", "<base", "javascript:", " style=", " src="] {
            assert!(!page.to_lowercase().contains(tag) || (name == "hostile" && tag == " src="), "{name}: {tag}");
        }
        for href in page.split("href=\"").skip(1) {
            assert!(href.starts_with('#'), "{name}: {}", &href[..20]);
        }
        assert!(page.contains("default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-"), "{name}");
        for part in ["policy", "style", "script", "head", "filters", "findings", "sources"] {
            assert!(!page.contains(&format!("{{{{{part}}}}}")), "{name}: {part}");
        }
    }
}

#[test]
fn the_same_change_of_many_applications_is_said_once() {
    let (small, large) = (formats(&diff()), formats(&large()));
    for format in ["human", "markdown", "html"] {
        // Only the names are more.
        assert!(large[format].len() < small[format].len() + 30_000, "{format}: {} and {}", small[format].len(), large[format].len());
    }
    assert_eq!(large["html"].matches("seconds: ").count(), small["html"].matches("seconds: ").count());
}

#[test]
fn no_format_shows_what_a_secret_is_made_from() {
    for (name, fixture) in fixtures() {
        for (format, text) in formats(&fixture) {
            assert!(!text.contains("hunter2"), "{name} as {format}");
        }
    }
    assert!(formats(&diff())["html"].contains("password: ••••••"));
}
