//! The page of `--format html` in a real Chromium: filters, chains and keys work, nothing is fetched, nothing hostile runs, and what a
//! reader without a script, in the dark, on paper or on a telephone gets is whole. Needs `cargo build --release` and a Chromium.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and starts programs"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use portcullis_testdata::browser::Browser;
use portcullis_testdata::platform::{Platform, scratch};
use serde_json::{Value, json};

/// The largest page of a change of the base layer; the same change is told once however many it reaches.
const MAX_PAGE: u64 = 400_000;

/// A folder for a test, empty.
fn folder(name: &str) -> PathBuf {
    let folder = scratch(&format!("html-{name}")).expect("the scratch folder is there");
    fs::remove_dir_all(&folder).expect("it is emptied");
    fs::create_dir_all(&folder).expect("it is made");
    folder
}

fn browser(name: &str) -> Browser {
    Browser::start(&std::env::temp_dir().join(format!("portcullis-{name}-{}", std::process::id()))).expect("a browser")
}

fn run(program: &Path, folder: &Path, arguments: &[&str]) {
    let output = Command::new(program).current_dir(folder).args(arguments).output().expect("the program starts");
    assert!(output.status.code().is_some_and(|code| code <= 3 && code != 2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository with one commit, and a change on top of it.
fn repository(folder: &Path, change: impl Fn(&Path)) {
    let git =
        |arguments: &[&str]| run(Path::new("git"), folder, &[&["-c", "user.name=t", "-c", "user.email=t@example.com"], arguments].concat());
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "base"]);
    change(folder);
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).expect("it is read");
    assert!(text.contains(from), "{} has {from}", file.display());
    fs::write(file, text.replacen(from, to, 1)).expect("it is written");
}

/// The page of a change of this repository's platform: of the base layer, of one service, and of one that only dev has.
fn page(name: &str) -> PathBuf {
    let (platform, folder) = (Platform::own(), folder(name));
    for part in [".portcullis.yaml", "platform-manifests"] {
        run(Path::new("cp"), &platform.root, &["-r", part, &folder.to_string_lossy()]);
    }
    repository(&folder, |folder| {
        let values = folder.join("platform-manifests/values");
        edit(&values.join("base.yaml"), "maxSkew: 1", "maxSkew: 2");
        edit(&values.join("services/tx-scoring.yaml"), "drainSeconds: 8", "drainSeconds: 0");
    });
    run(platform.program(), &folder, &["diff", "--today", "2026-01-01", "--format", "html", "--output", "page.html"]);
    let page = folder.join("page.html");
    let size = fs::metadata(&page).expect("the page is there").len();
    assert!(size < MAX_PAGE, "{size} bytes");
    page
}

/// How many of the items are shown.
fn shown(browser: &mut Browser, selector: &str) -> u64 {
    let count = browser.evaluate(&format!("[...document.querySelectorAll({selector:?})].filter((it) => it.checkVisibility()).length"));
    count.expect("it is counted").as_u64().expect("a number")
}

/// Chooses an option by its text.
fn choose(browser: &mut Browser, name: &str, text: &str) {
    let script = format!(
        "(() => {{ const field = document.forms.filters.elements[{name:?}]; \
         field.value = [...field.options].find((it) => it.text === {text:?}).value; \
         field.dispatchEvent(new Event('input', {{bubbles: true}})); }})()"
    );
    browser.evaluate(&script).expect("it is chosen");
}

fn clear(browser: &mut Browser) {
    browser.click("#filters [type=reset]").expect("it is cleared");
    browser.evaluate("new Promise((done) => setTimeout(done, 20)).then(() => 0)").expect("a moment");
}

/// Nothing was fetched but the page, nothing was refused, nothing went wrong.
fn is_quiet(browser: &Browser, page: &Path) {
    for event in &browser.events {
        let method = event["method"].as_str().expect("a method");
        assert!(!["Runtime.exceptionThrown", "Page.javascriptDialogOpening"].contains(&method), "{event}");
        assert!(method != "Log.entryAdded" && method != "Runtime.consoleAPICalled", "{event}");
        if method == "Network.requestWillBeSent" {
            assert_eq!(event["params"]["request"]["url"], format!("file://{}", page.display()), "{event}");
        }
    }
}

#[test]
fn a_change_is_filtered_and_followed_to_its_lines() {
    let page = page("change");
    let mut browser = browser("change");
    browser.open(&page).expect("it opens");
    browser.picture(&page.with_file_name("page.png")).expect("a picture");
    let all = shown(&mut browser, ".item");
    let changes = shown(&mut browser, ".item.change");
    assert!(all > changes && changes >= 2, "{all} items, {changes} changes");

    // tx-scoring has both changes, keycloak's StatefulSet only that of the base layer.
    choose(&mut browser, "service", "keycloak");
    assert_eq!(shown(&mut browser, ".item.change"), 1);
    assert_eq!(shown(&mut browser, ".item[data-rule=missing-pre-stop]"), 0);
    choose(&mut browser, "service", "tx-scoring");
    assert_eq!(shown(&mut browser, ".item[data-rule=missing-pre-stop]"), 1);
    choose(&mut browser, "rule", "missing-zone-spread");
    assert_eq!(shown(&mut browser, ".item"), 1);
    clear(&mut browser);
    assert_eq!(shown(&mut browser, ".item"), all);
    choose(&mut browser, "status", "changes");
    assert_eq!(shown(&mut browser, ".item"), changes);
    choose(&mut browser, "status", "fixed findings");
    assert_eq!((shown(&mut browser, ".item"), shown(&mut browser, ".nothing")), (0, 1));
    clear(&mut browser);

    // A cell of the matrix filters, and lets go again.
    browser.click(".matrix button[aria-label^='keycloak in prod']").expect("it is clicked");
    assert_eq!(shown(&mut browser, ".item.change"), 1);
    let chosen = browser.evaluate("document.forms.filters.elements.environment.selectedOptions[0].text").expect("a text");
    assert_eq!(chosen, "prod");
    browser.click(".matrix button[aria-label^='keycloak in prod']").expect("it is clicked");
    assert_eq!(shown(&mut browser, ".item"), all);

    // A key leads to the search, another out of it.
    browser.press("/").expect("it is pressed");
    for key in ["d", "r", "a", "i", "n"] {
        browser.press(key).expect("it is pressed");
    }
    let found = shown(&mut browser, ".item");
    assert!(found > 0 && found < all, "{found} of {all}");
    browser.press("Escape").expect("it is pressed");
    assert_eq!(shown(&mut browser, ".item"), all);

    // A link of a chain shows its lines, by the mouse and by the keyboard, and takes them away again.
    let link = ".item[data-rule=missing-pre-stop] .chain .values a";
    browser.click(link).expect("it is clicked");
    let lines = ".item[data-rule=missing-pre-stop] .chain pre";
    assert_eq!(shown(&mut browser, lines), 1);
    let hit = browser.evaluate(&format!("document.querySelector({:?}).textContent", format!("{lines} .hit"))).expect("a text");
    assert!(hit.as_str().expect("a text").contains("drainSeconds: 0"), "{hit}");
    browser.picture(&page.with_file_name("chain.png")).expect("a picture");
    browser.evaluate(&format!("document.querySelector({link:?}).focus()")).expect("it is focused");
    browser.press("Enter").expect("it is pressed");
    assert_eq!(shown(&mut browser, lines), 0);

    // Everything unfolds; the side-by-side texts show what differs.
    browser.click("#unfold").expect("it is clicked");
    assert_eq!(shown(&mut browser, ".item .body"), all);
    let differs = browser.evaluate("[...document.querySelectorAll('ins')].map((it) => it.textContent)").expect("texts");
    assert!(differs.as_array().expect("a list").contains(&json!("2")), "{differs}");
    is_quiet(&browser, &page);
}

#[test]
fn everyone_gets_the_whole_page() {
    let page = page("readers");
    let mut browser = browser("readers");
    // Without its script: no filters, but everything unfolds.
    browser.call("Emulation.setScriptExecutionDisabled", &json!({"value": true})).expect("scripts are off");
    browser.open(&page).expect("it opens");
    assert_eq!((shown(&mut browser, "#filters"), shown(&mut browser, ".item") > 2), (0, true));
    browser.click(".change summary").expect("it is clicked");
    let is_open = browser.evaluate("document.querySelector('.change details').open").expect("a state");
    assert_eq!(is_open, false, "the first is open from the start, and folds");
    browser.call("Emulation.setScriptExecutionDisabled", &json!({"value": false})).expect("scripts are on");

    browser.open(&page).expect("it opens");
    for scheme in ["light", "dark"] {
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        browser.call("Emulation.setEmulatedMedia", &media).expect("the scheme is set");
        let weak = browser.evaluate(CONTRAST).expect("the contrasts");
        assert_eq!(weak, json!([]), "{scheme}");
        browser.picture(&page.with_file_name(format!("{scheme}.png"))).expect("a picture");
    }
    // On a telephone nothing sticks out.
    let telephone = json!({"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true});
    browser.call("Emulation.setDeviceMetricsOverride", &telephone).expect("the window is small");
    let width = browser.evaluate("document.documentElement.scrollWidth").expect("a width");
    assert!(width.as_u64().is_some_and(|width| width <= 390), "{width}");
    browser.picture(&page.with_file_name("telephone.png")).expect("a picture");
    browser.call("Emulation.clearDeviceMetricsOverride", &json!({})).expect("it is large again");

    // On paper there are no filters, and everything is unfolded.
    browser.call("Emulation.setEmulatedMedia", &json!({"media": "print"})).expect("the medium is set");
    browser.evaluate("window.dispatchEvent(new Event('beforeprint'))").expect("it is printed");
    assert_eq!(shown(&mut browser, "#filters"), 0);
    assert_eq!(shown(&mut browser, ".item .body"), shown(&mut browser, ".item"));
    is_quiet(&browser, &page);

    // Everything that can be clicked has a name, and headings do not leave out a level.
    let nameless = "[...document.querySelectorAll('button, a, select, input, summary')].filter((it) => \
        !(it.textContent.trim() || it.getAttribute('aria-label') || it.labels?.length)).length";
    assert_eq!(browser.evaluate(nameless).expect("a count"), 0);
}

/// Texts whose contrast with what lies behind them is below 4.5, as WCAG counts it.
const CONTRAST: &str = r#"(() => {
  const parse = (text) => text.match(/[\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (it) => {
    for (let at = it; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const weak = new Set();
  for (const it of document.querySelectorAll("p, b, strong, code, summary, span, td, th, li, i, dt, dd, footer, button, ins, del")) {
    if (!it.checkVisibility() || ![...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const [one, two] = [light(parse(getComputedStyle(it).color)), light(behind(it))].sort((left, right) => right - left);
    const ratio = (one + 0.05) / (two + 0.05);
    if (ratio < 4.5) weak.add(`${it.tagName}.${it.className} ${ratio.toFixed(2)}`);
  }
  return [...weak];
})()"#;

#[test]
fn what_an_enemy_writes_is_only_text() {
    const EVIL: &str = "</script></style><img src=http://127.0.0.1:9/x onerror=alert(1)><svg onload=alert(2)>\"'`{{style}}";
    let (platform, folder) = (Platform::own(), folder("enemy"));
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        fs::write(path, text).expect("it is written");
    };
    let quoted = format!("'{}'", EVIL.replace('\'', "''"));
    let pod = |image: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {quoted}, namespace: shop}}\nspec:\n  hostPID: true # {EVIL}\n  containers:\n    \
             - name: {quoted}\n      image: {image}\n"
        )
    };
    // A path cannot have a slash in a name, and a line break in one is the worst that it can have.
    let file = "<img src=x onerror=alert(3)>\n\"pod.yaml";
    write(file, &pod("'a'"));
    repository(&folder, |folder| fs::write(folder.join(file), pod(&quoted)).expect("it is written"));
    let mut browser = browser("enemy");
    for (command, name) in [("lint", "lint.html"), ("diff", "diff.html")] {
        run(platform.program(), &folder, &[command, "--format", "html", "--output", name]);
        let page = folder.join(name);
        browser.open(&page).expect("it opens");
        browser.click("#unfold").expect("it is clicked");
        let count = browser.evaluate("document.querySelectorAll('img, svg, iframe, [onerror], [onload]').length").expect("a count");
        assert_eq!(count, 0, "{command}");
        assert_eq!(browser.evaluate("document.scripts.length").expect("a count"), 1, "{command}");
        let text: Value = browser.evaluate("document.body.innerText").expect("the text");
        assert!(text.as_str().expect("a text").contains("<svg onload=alert(2)>\"'`{{style}}"), "{command}: {text}");
        is_quiet(&browser, &page);
        // Even what got in as markup would not run.
        let injected = "(() => { const script = document.createElement('script'); script.textContent = 'window.broken = true'; \
                        document.body.append(script); return window.broken ?? false; })()";
        assert_eq!(browser.evaluate(injected).expect("it is tried"), false, "{command}");
    }
}
