//! Comments `# portcullis: allow RULE: REASON` in values files, manifests and templates.

use portcullis_source::{SourceFile, Span, Text, yaml};

/// A waiver that stands beside or above what it waives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InlineWaiver {
    /// The comment.
    pub span: Span,
    /// The line that it waives findings on: its own, or the next one that is neither blank nor a comment.
    pub line: u32,
    /// The rule.
    pub rule: String,
    /// Why; empty where nobody said.
    pub reason: String,
}

/// What a waiver starts with, after its comment sign.
const MARK: &str = "portcullis: allow";

/// The waivers of a file. Where the file is YAML, only its comments count; a template is searched line by line.
#[must_use]
pub fn scan(file: &SourceFile) -> Vec<InlineWaiver> {
    let bytes = file.bytes();
    if !contains(bytes, MARK.as_bytes()) {
        return Vec::new();
    }
    let lines = Lines::of(bytes);
    let is_template = contains(bytes, b"{{") || file.path().ends_with(".tpl");
    let text = Text::of_file(file);
    let stream = if is_template { None } else { Some(yaml::parse(&text)) };
    let comments: Vec<(u32, u32)> = match stream {
        Some(stream) if stream.error.is_none() => {
            let comments = stream.documents.iter().flat_map(|document| &document.comments);
            comments.map(|comment| (comment.range.start, comment.range.end)).collect()
        }
        _ => lines.comments(),
    };
    let mut found: Vec<InlineWaiver> = comments
        .into_iter()
        .filter_map(|(start, end)| {
            let comment = std::str::from_utf8(bytes.get(start as usize..end as usize)?).ok()?;
            let (rule, reason) = read_comment(comment)?;
            let span = Span { file: file.id(), start, end };
            Some(InlineWaiver { span, line: lines.subject(start), rule, reason })
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Rule and reason of a comment that is a waiver.
fn read_comment(comment: &str) -> Option<(String, String)> {
    let inner = comment.trim_start_matches(['{', '-', '#', ' ', '\t']).trim_start_matches("/*").trim();
    let inner = inner.split("*/").next().unwrap_or(inner);
    let rest = inner.strip_prefix(MARK)?;
    let rest = rest.strip_prefix([' ', '\t'])?.trim();
    let (rule, reason) = rest.split_once(':').unwrap_or((rest, ""));
    Some((rule.trim().to_owned(), reason.trim().to_owned()))
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// The lines of a file with the offsets of their starts.
struct Lines<'a> {
    lines: Vec<(u32, &'a [u8])>,
}

impl<'a> Lines<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let mut start = 0;
        let lines = bytes.split(|byte| *byte == b'\n').map(|line| {
            let at = start;
            start += line.len() as u32 + 1;
            (at, line)
        });
        Self { lines: lines.collect() }
    }

    /// What looks like a comment that is a waiver, in a text that is no YAML.
    fn comments(&self) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        for (start, line) in &self.lines {
            let Ok(line) = std::str::from_utf8(line) else { continue };
            let Some(mark) = line.find(MARK) else { continue };
            let before = line.get(..mark).unwrap_or_default().trim_end();
            let sign = if before.ends_with('#') { before.len() - 1 } else { before.rfind("{{").unwrap_or(usize::MAX) };
            let opens = before.get(sign..).is_some_and(|sign| sign == "#" || matches!(sign, "{{/*" | "{{- /*" | "{{-/*"));
            // A sign in the middle of a word is part of the word, as in YAML.
            let free = before.get(..sign).is_some_and(|rest| rest.is_empty() || rest.ends_with([' ', '\t']));
            if opens && free {
                found.push((start + sign as u32, start + line.trim_end().len() as u32));
            }
        }
        found
    }

    /// The line (from one) that a comment at an offset speaks of.
    fn subject(&self, offset: u32) -> u32 {
        let own = self.lines.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        let before = self.lines.get(own).and_then(|(start, line)| line.get(..(offset - start) as usize)).unwrap_or_default();
        if !before.trim_ascii().is_empty() {
            return own as u32 + 1;
        }
        let below = self.lines.iter().enumerate().skip(own + 1);
        let next = below.map(|(index, (_, line))| (index, line.trim_ascii())).find(|(_, line)| !is_blank_or_comment(line));
        next.map_or(own as u32 + 1, |(index, _)| index as u32 + 1)
    }
}

fn is_blank_or_comment(line: &[u8]) -> bool {
    line.is_empty() || line.starts_with(b"#") || line.starts_with(b"{{/*") || line.starts_with(b"{{- /*")
}

#[cfg(test)]
mod tests {
    use portcullis_source::Sources;

    use super::scan;

    fn waivers(text: &str) -> Vec<(u32, String, String)> {
        let file = Sources::default().add("values.yaml", text.as_bytes());
        scan(&file).into_iter().map(|waiver| (waiver.line, waiver.rule, waiver.reason)).collect()
    }

    #[test]
    fn finds_comments_beside_and_above() {
        let text = "a: 1 # portcullis: allow x: because\n# portcullis: allow y: first\n\n# more words\n# portcullis: allow z: second: part\nb: 2\n";
        assert_eq!(
            waivers(text),
            [(1, "x".into(), "because".into()), (6, "y".into(), "first".into()), (6, "z".into(), "second: part".into())]
        );
    }

    #[test]
    fn a_text_is_no_comment() {
        assert_eq!(waivers("a: 'no # portcullis: allow x: because'\nb: |\n  # portcullis: allow y: because\n"), []);
    }

    #[test]
    fn templates_have_two_kinds_of_comments() {
        let text = "{{- /* portcullis: allow x: because */}}\nkind: {{ .Kind }}\nname: a # portcullis: allow y: so\nurl: http://a#portcullis: allow z: no\n";
        assert_eq!(waivers(text), [(2, "x".into(), "because".into()), (3, "y".into(), "so".into())]);
    }

    #[test]
    fn a_missing_reason_is_kept_as_missing() {
        assert_eq!(waivers("a: 1 # portcullis: allow x\n"), [(1, "x".into(), String::new())]);
    }
}
