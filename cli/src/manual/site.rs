//! The site of rules: a list that can be searched, and a page for each rule. It fetches nothing and needs no server.

use std::fmt::Write as _;

use portcullis_policies::{Group, Library, Rule};
use pulldown_cmark::{Parser, html::push_html};

use super::page::{level, scope, smallest, target};
use crate::report::{
    escape::html as escaped,
    html::{fill, integrity},
    tally::plural,
};

const PAGE: &str = include_str!("site.html");
const STYLE: &str = include_str!("site.css");
const SCRIPT: &str = include_str!("site.js");

/// A file of the site.
pub(crate) struct File {
    /// Its name in the folder.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
}

/// All files of the site.
pub(crate) fn files(library: &Library) -> Vec<File> {
    let rules = library.rules().iter();
    std::iter::once(File { name: "index.html".to_owned(), text: index(library) })
        .chain(rules.map(|rule| File { name: format!("{}.html", rule.id), text: rule_page(rule) }))
        .collect()
}

fn whole(title: &str, head: &str, body: &str, script: Option<&str>) -> String {
    let scripts = script.map_or_else(|| "'none'".to_owned(), |script| format!("'{}'", integrity(script)));
    let policy = format!("default-src 'none'; base-uri 'none'; form-action 'none'; style-src '{}'; script-src {scripts}", integrity(STYLE));
    let script = script.map(|script| format!("<script>{script}</script>\n")).unwrap_or_default();
    let texts = [
        ("policy", &*policy),
        ("style", STYLE),
        ("title", &escaped(title)),
        ("head", head),
        ("body", body),
        ("script", &script),
        ("version", env!("CARGO_PKG_VERSION")),
    ];
    fill(PAGE, &texts)
}

fn index(library: &Library) -> String {
    let rules = library.rules();
    let off = rules.iter().filter(|rule| rule.off.is_some()).count();
    let head = format!(
        "<h1>The rules of portcullis</h1>\n<p>{}, {off} of them off until the configuration gives them a level</p>\n",
        plural(rules.len(), "rule")
    );
    let mut body = String::from(
        "<form id=\"search\" hidden role=\"search\"><input type=\"search\" aria-label=\"Search\" placeholder=\"search by id, word, or another tool's id: press /\" autocomplete=\"off\"><output aria-live=\"polite\"></output></form>\n",
    );
    for group in Group::ALL {
        let members: Vec<&Rule> = rules.iter().filter(|rule| rule.group == group).collect();
        if members.is_empty() {
            continue;
        }
        let _ = write!(body, "<section><h2>{} <small>{}</small></h2>\n<ul class=\"rules\">\n", group.name(), members.len());
        members.iter().for_each(|rule| body.push_str(&item(rule)));
        body.push_str("</ul></section>\n");
    }
    whole("Rules", &head, &body, Some(SCRIPT))
}

fn item(rule: &Rule) -> String {
    let aliases: Vec<String> = rule.aliases.iter().map(ToString::to_string).collect();
    let text = format!("{} {} {} {} {}", rule.id, rule.title, rule.description, aliases.join(" "), rule.readme).to_lowercase();
    let (id, title, level) = (escaped(rule.id.as_str()), escaped(&rule.title), level(rule));
    format!(
        "<li data-text=\"{}\"><a href=\"{id}.html\">{id}</a> <span>{title}</span> <b class=\"level {level}\">{level}</b></li>\n",
        escaped(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    )
}

fn rule_page(rule: &Rule) -> String {
    let (id, level) = (escaped(rule.id.as_str()), level(rule));
    let head = format!(
        "<p><a href=\"index.html\">all rules</a> / {}</p>\n<h1>{}</h1>\n<p><code>{id}</code> <b class=\"level {level}\">{level}</b></p>\n",
        rule.group.name(),
        escaped(&rule.title)
    );
    let mut body = format!("<p>{}</p>\n", escaped(&rule.description));
    body.push_str(&facts(rule));
    // What rules say is ours or the repository's own: HTML in it is text all the same.
    let events = Parser::new(&rule.readme).map(|event| match event {
        pulldown_cmark::Event::Html(text) | pulldown_cmark::Event::InlineHtml(text) => pulldown_cmark::Event::Text(text),
        other => other,
    });
    push_html(&mut body, events);
    body.push_str("<h2>Example</h2>\n<div class=\"pair\">\n");
    for (class, title, fixtures) in [("fail", "Found", &rule.fails), ("pass", "Fine", &rule.passes)] {
        if let Some((name, text)) = smallest(fixtures) {
            let _ = write!(
                body,
                "<div class=\"{class}\"><h3>{title}: {}</h3>\n<pre><code>{}</code></pre></div>\n",
                escaped(name),
                marked(text)
            );
        }
    }
    body.push_str("</div>\n");
    let _ = write!(body, "<h2>Setting it</h2>\n<pre><code>{}</code></pre>\n", escaped(&setting(rule)));
    whole(rule.id.as_str(), &head, &body, None)
}

/// A fixture with what is expected of it set off.
fn marked(text: &str) -> String {
    let line = |line: &str| match line.split_once("# finding: ") {
        Some((before, message)) => format!("{}<span class=\"mark\"># finding: {}</span>", escaped(before), escaped(message)),
        None => escaped(line),
    };
    text.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}

fn facts(rule: &Rule) -> String {
    let mut text = String::from("<dl>\n");
    let mut add = |name: &str, value: &str| {
        let _ = writeln!(text, "<dt>{name}</dt><dd>{value}</dd>");
    };
    if let Some(reason) = &rule.off {
        add("off by itself", &escaped(reason));
    }
    add("looks at", &escaped(&target(rule)));
    add("sees", &escaped(&scope(rule).replace('`', "")));
    for (name, value) in &rule.params {
        add("parameter", &format!("<code>{}</code>, by default <code>{}</code>", escaped(name), escaped(&value.to_string())));
    }
    if !rule.aliases.is_empty() {
        let aliases: Vec<String> = rule.aliases.iter().map(|alias| format!("<code>{}</code>", escaped(&alias.to_string()))).collect();
        add("answers to", &aliases.join(", "));
    }
    text.push_str("</dl>\n");
    text
}

/// What the configuration may say of it.
fn setting(rule: &Rule) -> String {
    let level = if rule.off.is_some() { rule.severity.level().name() } else { "off" };
    let mut text = format!("rules:\n  {}:\n    level: {level}\n", rule.id);
    if !rule.params.is_empty() {
        text.push_str("    params:\n");
        for (name, value) in &rule.params {
            let _ = writeln!(text, "      {name}: {value}");
        }
    }
    text
}
