//! The site of rules: a page for each, links that lead somewhere, and nothing that is fetched.
#![expect(clippy::disallowed_methods, reason = "starts the command in a folder of its own")]

use std::{fs, process::Command};

#[test]
fn every_rule_has_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let rules = portcullis_policies::Library::embedded().unwrap();
    // What a rule of somebody's own says is text, whatever it looks like.
    fs::create_dir_all(folder.path().join("own/bold-claim/fail")).unwrap();
    let rego = "# METADATA\n# title: A <script>alert(1)</script> title\n# description: It is <b>bold</b>.\n# custom: {severity: error, group: platform, scope: resource, target: pod}\npackage portcullis.rules.bold_claim\n\nfindings contains {\"at\": [], \"message\": \"no\"} if false\n";
    fs::write(folder.path().join("own/bold-claim/rule.rego"), rego).unwrap();
    fs::write(folder.path().join("own/bold-claim/README.md"), "## What it finds\n<img src=x onerror=alert(1)> and <b>more</b>\n").unwrap();
    fs::write(folder.path().join("own/bold-claim/fail/x.yaml"), "a: </code><script>alert(2)</script> # finding: <i>no</i>\n").unwrap();
    fs::write(folder.path().join("portcullis.yaml"), "version: 1\nlibrary: [own]\n").unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder.path()).args(["rule", "site", "public"]).output().unwrap();
    assert!(made.status.success(), "{made:?}");

    let page = |name: &str| fs::read_to_string(folder.path().join("public").join(name)).unwrap();
    let index = page("index.html");
    let links: Vec<&str> =
        index.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).filter(|link| *link != "#main").collect();
    let wanted = rules.rules().iter().map(|rule| rule.id.as_str()).chain(["bold-claim"]);
    let mut missing: Vec<&str> = wanted.filter(|id| !links.contains(&format!("{id}.html").as_str())).collect();
    missing.retain(|id| !index.contains(id));
    assert_eq!((missing, links.len()), (Vec::<&str>::new(), rules.rules().len() + 1));
    for link in links {
        let text = page(link);
        assert!(text.contains("default-src &#39;none&#39;") || text.contains("default-src 'none'"), "{link}");
        assert!(!text.contains("<script"), "{link} needs no script");
        assert!(["http://", "https://"].iter().all(|scheme| !text.contains(&format!("src=\"{scheme}"))), "{link}");
    }
    let hostile = page("bold-claim.html");
    assert!(!hostile.contains("<img") && !hostile.contains("<b>more") && !hostile.contains("<i>no"), "{hostile}");
    assert!(hostile.contains("&lt;script&gt;alert(2)"), "{hostile}");
}
