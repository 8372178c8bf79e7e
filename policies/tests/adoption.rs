//! An old repository: its baseline, and waivers into the text of its configuration.
#![expect(clippy::unwrap_used, reason = "a case that cannot be read fails its test")]

use std::sync::Arc;

use portcullis_policies::{
    Config, Context, Date, Engine, Finding, Level, Library, Resource, Waivers,
    waiver::{self, Baseline, Coverage, Pledge},
};
use portcullis_source::{Sources, Text, yaml};
use proptest::prelude::{Strategy, prop, proptest};

/// What one rule finds in pods, each in an environment or in none.
fn findings(pods: &[(&str, Option<&str>)]) -> Vec<Finding> {
    let sources = Sources::default();
    let library = Library::embedded().unwrap().only(&["host-process-namespace"]).unwrap();
    let engine = Engine::new(&library, &Config::default()).unwrap();
    let resources: Vec<Resource> = pods
        .iter()
        .flat_map(|(name, environment)| {
            let text =
                format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: '{name}'}}\nspec: {{hostPID: true, containers: [{{name: app}}]}}\n");
            let file = sources.add("app.yaml", text.into_bytes());
            let context = Context { environment: environment.map(Arc::from), namespace: Some("shop".into()), ..Context::default() };
            let documents = yaml::parse(&Text::of_file(&file)).documents;
            documents.into_iter().flat_map(|document| Resource::read(&Arc::new(document), &context).value).collect::<Vec<_>>()
        })
        .collect();
    engine.evaluate(&resources).value
}

fn parse(text: &str) -> Result<Baseline, String> {
    let file = Sources::default().add("known.json", text.as_bytes());
    Baseline::parse(&file)
        .map_err(|errors| errors.iter().map(|error| format!("{error}\n  {}\n", error.hint.as_deref().unwrap_or("-"))).collect())
}

fn shown(findings: &[Finding]) -> Vec<String> {
    let show = |finding: &Finding| {
        let waived = finding.waived.as_ref().map(|waived| format!(" [{}]", waived.reason)).unwrap_or_default();
        format!("{} {}: {}{waived}", finding.level.name(), finding.rule, finding.message)
    };
    findings.iter().map(show).collect()
}

const FOUND: &str = "deny host-process-namespace: pod shares the host's namespace: hostPID is true";

#[test]
fn what_is_known_does_not_fail_and_what_is_gone_is_said() {
    let before = findings(&[("a", Some("prod")), ("b", Some("prod")), ("c", Some("dev"))]);
    let text = Baseline::of("known.json", &before).text();
    let baseline = parse(&text).unwrap();
    assert_eq!(baseline.text(), text, "what is read is written as it was");
    let (now, known) = baseline.apply(findings(&[("a", Some("prod")), ("d", Some("prod"))]), Coverage::Whole, &Sources::default());
    assert_eq!(known, 1);
    let known = format!("{FOUND} [known, by the baseline known.json]");
    let gone = "warn unused-waiver: the baseline has 2 findings that no longer occur, first host-process-namespace of Pod/shop/b in prod: take them out";
    let mut shown = shown(&now);
    shown.sort();
    assert_eq!(shown, [FOUND, &known, gone]);
    let (part, _) = baseline.apply(Vec::new(), Coverage::Part, &Sources::default());
    assert_eq!(part, []);
}

#[test]
fn what_does_more_than_before_is_not_known() {
    let mut before = findings(&[("a", None)]);
    before.iter_mut().for_each(|finding| finding.level = Level::Warn);
    let baseline = parse(&Baseline::of("known.json", &before).text()).unwrap();
    assert_eq!(baseline.apply(findings(&[("a", None)]), Coverage::Whole, &Sources::default()).1, 0);
}

#[test]
fn a_baseline_shrinks_and_never_grows() {
    let before = Baseline::of("known.json", &findings(&[("a", None), ("b", None)]));
    let now = Baseline::of("known.json", &findings(&[("b", None), ("c", None)])).within(&before);
    assert_eq!(now.len(), 1);
    assert!(now.text().contains("Pod/shop/b"));
}

#[test]
fn broken_baselines_are_refused() {
    for (text, expected) in [
        ("", "the baseline is empty\n  write it: `portcullis lint --write-baseline FILE`\n"),
        ("{", "the baseline is no JSON\n  write it again: `portcullis lint --write-baseline FILE`\n"),
        ("{\"version\": 1}", "the baseline has no findings\n  add findings, a list: the findings, sorted by rule and resource\n"),
        ("{\"version\": 2, \"findings\": []}", "version is 2, not 1\n  write `version: 1`\n"),
    ] {
        assert_eq!(parse(text).err().as_deref(), Some(expected), "{text}");
    }
}

fn pledge() -> Pledge {
    let expires = Date::parse("2026-12-31").unwrap();
    Pledge { reason: "was there before".to_owned(), owner: "team-shop".to_owned(), ticket: "SHOP-42".to_owned(), expires }
}

/// A configuration with waivers of what is found in two pods; the waivers must cover it and nothing else.
fn insert(config: &str) -> Option<String> {
    let found = findings(&[("a", Some("prod")), ("b", Some("prod")), ("b", Some("dev"))]);
    let file = Sources::default().add("portcullis.yaml", config.as_bytes());
    let text = waiver::insert(&file, &waiver::drafts(&found), &pledge()).ok()?;
    let sources = Sources::default();
    let config = Config::parse(&sources.add("portcullis.yaml", text.as_bytes())).unwrap();
    let today = Date::parse("2026-07-04").unwrap();
    let waivers = Waivers { config: &config, rules: &[], sources: &sources, files: &[], today, coverage: Coverage::Whole };
    let more = findings(&[("a", Some("prod")), ("a", Some("dev")), ("b", Some("prod")), ("b", Some("dev"))]);
    let counting: Vec<Finding> = waivers.apply(more).into_iter().filter(|finding| finding.waived.is_none()).collect();
    assert_eq!(shown(&counting), [FOUND], "a in dev alone counts, and every waiver covers something");
    Some(text)
}

const ENTRIES: &str = "  - rule: host-process-namespace
    resources:
      - Pod/shop/b
    environments: [dev, prod]
    reason: was there before
    owner: team-shop
    ticket: SHOP-42
    expires: 2026-12-31
  - rule: host-process-namespace
    resources:
      - Pod/shop/a
    environments: [prod]
    reason: was there before
    owner: team-shop
    ticket: SHOP-42
    expires: 2026-12-31
";

#[test]
fn waivers_are_added_and_all_else_stays() {
    let own = "- {rule: host-process-namespace, resources: [Pod/*/b], reason: x, owner: x, ticket: x, expires: 2026-07-04}";
    let entries = ENTRIES;
    let flush: String = entries.lines().map(|line| format!("{}\n", line.strip_prefix("  ").unwrap())).collect();
    for (before, after) in [
        ("# top\nversion: 1\n".to_owned(), format!("# top\nversion: 1\n\nwaivers:\n{entries}")),
        ("version: 1".to_owned(), format!("version: 1\n\nwaivers:\n{entries}")),
        ("version: 1\n# end\n".to_owned(), format!("version: 1\n# end\n\nwaivers:\n{entries}")),
        ("version: 1\n...\n".to_owned(), format!("version: 1\n\nwaivers:\n{entries}...\n")),
        (
            "waivers: []\n# about zones\nzones: [a]\nversion: 1\n".to_owned(),
            format!("waivers:\n{entries}# about zones\nzones: [a]\nversion: 1\n"),
        ),
        (
            format!("waivers:\n  # known\n  {own} # mine\n# about zones\nzones: [a]\nversion: 1\n"),
            format!("waivers:\n  # known\n  {own} # mine\n{entries}# about zones\nzones: [a]\nversion: 1\n"),
        ),
        (format!("version: 1\nwaivers:\n{own}\n"), format!("version: 1\nwaivers:\n{own}\n{flush}")),
        (
            "version: 1\r\nzones: [a]\r\n".to_owned(),
            format!("version: 1\r\nzones: [a]\r\n\r\nwaivers:\r\n{}", entries.replace('\n', "\r\n")),
        ),
    ] {
        assert_eq!(insert(&before), Some(after), "{before}");
    }
}

#[test]
fn what_takes_no_line_is_refused() {
    for config in
        ["{version: 1}", "version: 1\nwaivers: [{rule: a, resources: [b/c], reason: d, owner: e, ticket: f, expires: 2026-12-31}]\n"]
    {
        assert_eq!(insert(config), None, "{config}");
    }
}

proptest! {
    /// Whatever somebody says reads back as it was said.
    #[test]
    fn scalars_read_back(text in prop::collection::vec(prop::sample::select(vec![
        "a", "1", " ", "-", ":", "#", "'", "\"", "\\", "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "%", "@", "`", "~", "é", "\n", "\t", "true", "null", "?",
    ]), 1..8).prop_map(|parts| parts.concat())) {
        let scalar = waiver::scalar(&text);
        for line in [format!("- key: {scalar}\n"), format!("- {{key: {scalar}}}\n")] {
            let stream = yaml::parse(&Text::nowhere(line.clone().into_bytes()));
            let read = stream.documents.first().and_then(|document| document.root.items().first()?.get("key")?.as_str());
            assert_eq!(read, Some(&*text), "{line}");
        }
    }
}
