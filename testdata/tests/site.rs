//! The site of rules in a real Chromium: the search finds, each page shows a rule from all sides, links lead somewhere, and nothing is fetched.
//! Needs `cargo build --release` and a Chromium.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and starts programs"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use portcullis_testdata::browser::Browser;
use portcullis_testdata::platform::{Platform, scratch};
use serde_json::{Value, json};

/// Writes the site into an empty folder.
fn site(name: &str) -> PathBuf {
    let folder = scratch(&format!("site-{name}")).expect("the scratch folder is there");
    fs::remove_dir_all(&folder).expect("it is emptied");
    let run = Platform::own().run(&["rule", "site", &folder.to_string_lossy()]).expect("it runs");
    assert_eq!(run.code, Some(0), "{}", run.err);
    folder
}

fn browser(name: &str) -> Browser {
    Browser::start(&std::env::temp_dir().join(format!("portcullis-site-{name}-{}", std::process::id()))).expect("a browser")
}

/// The rules, as the program lists them.
fn rules() -> Vec<Value> {
    let run = Platform::own().run(&["rule", "--format", "json"]).expect("it runs");
    let rules: Value = serde_json::from_str(&run.out).expect("a list");
    rules.as_array().expect("a list").clone()
}

/// Nothing went wrong on a page, and nothing was fetched but it.
fn is_quiet(browser: &Browser, page: &Path) {
    for event in &browser.events {
        let method = event["method"].as_str().expect("a method");
        assert!(!["Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"].contains(&method), "{event}");
        if method == "Network.requestWillBeSent" {
            let address = event["params"]["request"]["url"].as_str().expect("an address");
            assert!(address.starts_with(&format!("file://{}", page.display())), "{event}");
        }
    }
}

/// The ids of the rules that the list shows.
fn listed(browser: &mut Browser) -> BTreeSet<String> {
    let script =
        "[...document.querySelectorAll('ul.rules li')].filter((it) => it.checkVisibility()).map((it) => it.querySelector('a').textContent)";
    let found = browser.evaluate(script).expect("they are read");
    found.as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Types words into the search, in place of those that are there.
fn search(browser: &mut Browser, words: &str) -> BTreeSet<String> {
    let script = format!(
        "(() => {{ const input = document.querySelector('#search input'); input.value = {}; \
         input.dispatchEvent(new Event('input', {{bubbles: true}})); }})()",
        json!(words)
    );
    browser.evaluate(&script).expect("it is searched");
    listed(browser)
}

#[test]
fn the_search_finds_rules_by_what_they_are_called() {
    let folder = site("search");
    let index = folder.join("index.html");
    let mut browser = browser("search");
    browser.open(&index).expect("it opens");
    let all: BTreeSet<String> = rules().iter().filter_map(|rule| rule["id"].as_str()).map(str::to_owned).collect();
    assert_eq!(listed(&mut browser), all);

    // By the key that leads to the search, and by what somebody types.
    browser.press("/").expect("it is pressed");
    for key in ["p", "r", "e", "s", "t", "o", "p"] {
        browser.press(key).expect("it is pressed");
    }
    let found = listed(&mut browser);
    assert!(found.contains("missing-pre-stop") && found.len() < all.len(), "{found:?}");
    browser.picture(&folder.join("search.png")).expect("a picture");

    // By the id of every tool that a rule answers to, the rule is among what is found.
    for rule in rules() {
        let id = rule["id"].as_str().expect("an id");
        for alias in rule["like"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let found = search(&mut browser, alias);
            assert!(found.contains(id), "{alias} finds {found:?}, not {id}");
        }
    }
    assert_eq!(search(&mut browser, "privileged CKV_K8S_16"), BTreeSet::from(["privileged-container".to_owned()]));
    assert_eq!(search(&mut browser, "nothing-is-called-so"), BTreeSet::new());
    assert_eq!(search(&mut browser, ""), all);
    is_quiet(&browser, &index);
}

#[test]
fn a_search_can_be_linked_to() {
    let folder = site("linked");
    let mut browser = browser("linked");
    browser.open(&folder.join("index.html#CKV_K8S_16")).expect("it opens");
    assert_eq!(listed(&mut browser), BTreeSet::from(["privileged-container".to_owned()]));
}

#[test]
fn a_page_shows_its_rule_from_all_sides() {
    let folder = site("pages");
    let mut browser = browser("pages");
    for rule in rules() {
        let id = rule["id"].as_str().expect("an id");
        let page = folder.join(format!("{id}.html"));
        browser.open(&page).expect("it opens");
        let text = browser.evaluate("document.body.innerText").expect("the text");
        let text = text.as_str().expect("a text");
        for part in [id, rule["title"].as_str().expect("a title"), "What it finds", "Why it matters", "How to fix", "Setting it"] {
            assert!(text.contains(part), "{id} does not say {part}");
        }
        for alias in rule["like"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert!(text.contains(alias), "{id} does not say that it answers to {alias}");
        }
        // What is found, with a mark at each finding, beside what is fine, which has none.
        let pair = browser.evaluate(PAIR).expect("the pair");
        let [failing, passing] = [&pair[0], &pair[1]];
        assert!(failing["marks"].as_u64().is_some_and(|marks| marks > 0), "{id}: {pair}");
        assert_eq!(passing["marks"], 0, "{id}");
        assert_eq!(failing["top"], passing["top"], "{id}: they do not stand side by side");
        assert!(failing["right"].as_f64() <= passing["left"].as_f64(), "{id}: {pair}");
        is_quiet(&browser, &page);
    }
    browser.picture(&folder.join("page.png")).expect("a picture");
}

/// How many findings the two fixtures of a page mark, and where they are.
const PAIR: &str = "[...document.querySelectorAll('.pair > div')].map((it) => { const box = it.getBoundingClientRect(); \
    return {marks: it.querySelectorAll('.mark').length, top: box.top, left: box.left, right: box.right}; })";

#[test]
fn links_lead_somewhere() {
    let folder = site("links");
    let mut browser = browser("links");
    let mut pages: Vec<PathBuf> = fs::read_dir(&folder).expect("it is read").map(|entry| entry.expect("an entry").path()).collect();
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "html"));
    assert_eq!(pages.len(), rules().len() + 1);
    for page in &pages {
        let links = {
            browser.open(page).expect("it opens");
            browser.evaluate("[...document.querySelectorAll('a')].map((it) => it.getAttribute('href'))").expect("the links")
        };
        for link in links.as_array().expect("a list").iter().filter_map(Value::as_str) {
            match link.strip_prefix('#') {
                Some(place) => {
                    let there = browser.evaluate(&format!("document.getElementById({}) !== null", json!(place))).expect("a place");
                    assert_eq!(there, true, "{}: {link}", page.display());
                }
                None => assert!(folder.join(link).is_file(), "{}: {link}", page.display()),
            }
        }
    }
    // There and back, as a reader goes.
    browser.open(&folder.join("index.html")).expect("it opens");
    browser.click("a[href='missing-pre-stop.html']").expect("it is clicked");
    let title = "new Promise((done) => setTimeout(() => done(document.title), 200))";
    let arrived = (0..50)
        .any(|_| browser.evaluate(title).is_ok_and(|title| title.as_str().is_some_and(|title| title.starts_with("missing-pre-stop"))));
    assert!(arrived, "the link leads to the rule");
    browser.click("a[href='index.html']").expect("it is clicked");
    let back = (0..50).any(|_| browser.evaluate(title).is_ok_and(|title| title.as_str().is_some_and(|title| title.starts_with("Rules"))));
    assert!(back, "and back to the list");
}
