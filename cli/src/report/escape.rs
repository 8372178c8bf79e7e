//! Text from a repository, made harmless in each format: nobody who writes a value writes the report.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Whether a character would change how the text around it is shown.
fn is_unseen(character: char) -> bool {
    let is_format =
        matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}');
    is_format || (character.is_control() && character != '\n' && character != '\t')
}

/// Text without what steers a terminal or turns the direction of writing; each is shown as `\u{…}`.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unseen(character) {
            let _ = write!(shown, "{}", character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// The same of a text of several lines, which stay.
pub(crate) fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// Text within an element or a quoted attribute of HTML.
pub(crate) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            plain => escaped.push(plain),
        }
    }
    escaped
}

/// Text within an element of XML 1.0, which has no way at all to write most control characters.
pub(crate) fn xml(text: &str) -> String {
    let text: String = text.chars().filter(|character| !matches!(character, '\u{fffe}' | '\u{ffff}')).collect();
    html(&text)
}

/// The same within a quoted attribute, where plain line breaks become spaces.
pub(crate) fn xml_attribute(text: &str) -> String {
    xml(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// A span of code in Markdown: no markup, link, mention or reference is read in it.
pub(crate) fn code(text: &str) -> String {
    let text = visible(text).replace(['\n', '\t'], " ");
    let text = text.trim_matches(' ');
    if text.is_empty() {
        return "` `".to_owned();
    }
    let fence = "`".repeat(longest_run(text) + 1);
    if fence.len() > 1 { format!("{fence} {text} {fence}") } else { format!("`{text}`") }
}

/// A fence around text that has no line like it.
pub(crate) fn fence(text: &str) -> String {
    "`".repeat(longest_run(text).max(2) + 1)
}

fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Words within a line of Markdown; each that is more than letters and plain punctuation becomes code.
pub(crate) fn prose(text: &str) -> String {
    let text = visible(text).replace(['\n', '\t'], " ");
    let words = text.split(' ').filter(|word| !word.is_empty()).map(|word| if is_plain(word) { word.to_owned() } else { code(word) });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether Markdown and its readers see nothing but a word: no markup, host, commit, emoji or reference.
fn is_plain(word: &str) -> bool {
    let is_plain = |character: char| {
        character.is_alphanumeric() || matches!(character, '.' | ',' | ';' | ':' | '\'' | '(' | ')' | '/' | '-' | '%' | '…')
    };
    let is_commit = word.len() >= 7
        && word.chars().any(|character| character.is_ascii_digit())
        && word.chars().all(|character| character.is_ascii_hexdigit());
    let is_host = word.to_ascii_lowercase().starts_with("www.") || word.contains("://");
    let is_reference = word.to_ascii_lowercase().starts_with("gh-");
    let is_emoji = word.chars().filter(|&character| character == ':').count() > 1;
    word.chars().all(is_plain) && !is_commit && !is_host && !is_reference && !is_emoji
}

/// What stands in a cell of a table of Markdown.
pub(crate) fn cell(markdown: &str) -> String {
    markdown.replace('|', "\\|")
}

/// A path as a relative reference of a URI.
pub(crate) fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for &byte in path.as_bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/' | b'+' | b'@' | b'=' | b',') {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// A short name for texts, the same for the same.
pub(crate) fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{code, fence, html, prose, uri, xml_attribute};

    #[test]
    fn markdown_sees_only_words_and_code() {
        assert_eq!(prose("container tx-scoring has no preStop hook"), "container tx-scoring has no preStop hook");
        assert_eq!(prose("ask @admin about #12, GH-7 and www.example.com"), "ask `@admin` about `#12,` `GH-7` and `www.example.com`");
        assert_eq!(prose("see https://example.com/x at 0123abc"), "see `https://example.com/x` at `0123abc`");
        assert_eq!(prose("a <img src=x> **b** _c_ :smile: d"), "a `<img` `src=x>` `**b**` `_c_` `:smile:` d");
        assert_eq!(prose("one\n## two"), "one `##` two");
    }

    #[test]
    fn code_is_fenced_by_more_than_it_holds() {
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(" \n "), "` `");
        assert_eq!(fence("x ```` y"), "`````");
        assert_eq!(fence("x"), "```");
    }

    #[test]
    fn what_steers_is_shown() {
        assert_eq!(html("<a b='\"'>&\u{1b}[31m\u{202e}"), "&lt;a b=&#39;&quot;&#39;&gt;&amp;\\u{1b}[31m\\u{202e}");
        assert_eq!(xml_attribute("a\u{0}\u{ffff}\nb"), "a\\u{0}&#10;b");
        assert_eq!(uri("a b/c#d?é%.yaml"), "a%20b/c%23d%3F%C3%A9%25.yaml");
    }
}
