//! Recorded expressions and modules, broken in many ways: no panic, no end that is not reached, the same again.
#![expect(clippy::disallowed_methods, reason = "reads the recordings")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a recording that cannot be read fails its test")]

mod probe;

use std::{fs, path::Path};

use portcullis_source::Sources;
use portcullis_terraform::syntax;

/// The numbers that decide what is broken, the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

/// What is put into texts.
const PIECES: &[&str] = &[
    "${",
    "%{",
    "}",
    "{",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\n",
    "<<EOT\n",
    "EOT\n",
    "...",
    "[*]",
    ".",
    "=>",
    "?",
    ":",
    "null",
    "for x in ",
    " if ",
    "-",
    "1e9",
    "/*",
    "#",
    "$${",
    "\\u12",
    "é",
    "\u{feff}",
    "local.later",
    "sensitive(",
    "~}",
    "%{ endif }",
    "::",
    "each.key",
];

fn broken(text: &str, other: &str, chance: &mut Chance) -> String {
    let characters: Vec<char> = text.chars().collect();
    let at = chance.below(characters.len() + 1);
    let (head, tail): (String, String) = (characters[..at].iter().collect(), characters[at..].iter().collect());
    match chance.below(4) {
        0 => format!("{head}{}{tail}", PIECES[chance.below(PIECES.len())]),
        1 => format!("{head}{}", tail.chars().skip(1 + chance.below(4)).collect::<String>()),
        2 => format!("{head}{other}{tail}"),
        _ => head,
    }
}

fn expressions() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/terraform/expressions/exprs.txt");
    fs::read_to_string(path).unwrap().lines().map(|line| line.replace('⏎', "\n")).collect()
}

#[test]
fn broken_texts_are_read_to_their_end() {
    let all = expressions();
    let mut chance = Chance(11);
    for _ in 0..4_000 {
        let (one, other) = (&all[chance.below(all.len())], &all[chance.below(all.len())]);
        let text = format!("a {{\n  b = {}\n}}\nc = 1\n", broken(one, other, &mut chance));
        let sources = Sources::default();
        let file = sources.add("main.tf", text.as_bytes());
        let (body, errors) = syntax::body(&file);
        probe::within(&body, file.span());
        assert!(errors.iter().all(|error| error.span.end as usize <= text.len() && !error.hint.is_empty()), "{text}");
    }
}

#[test]
fn broken_modules_are_told_of_and_told_the_same_again() {
    let scope = "locals {\n  later = x_y.z.id\n  list = [1, \"a\", null]\n}\nresource \"x_y\" \"z\" {\n  for_each = local.list\n}\n";
    let all = expressions();
    let mut chance = Chance(5);
    for _ in 0..400 {
        let (one, other) = (&all[chance.below(all.len())], &all[chance.below(all.len())]);
        let text = format!(
            "{scope}output \"a\" {{\n  value = {}\n}}\nmodule \"m\" {{\n  source = \"./m\"\n  v = {other}\n}}\n-- m/main.tf --\nvariable \"v\" {{}}\noutput \"v\" {{\n  value = {}\n}}\n",
            broken(one, other, &mut chance),
            broken(other, one, &mut chance)
        );
        let files = probe::archive(&text);
        assert_eq!(probe::told(&files), probe::told(&files), "{text}");
    }
}

#[test]
fn deep_texts_take_no_more_stack_than_a_thread_has() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{a=", "}"),
        ("\"${", "}\""),
        ("-", ""),
        ("upper(", ")"),
        ("a[", "]"),
        ("[for x in ", ": x]"),
        ("true ? 1 : ", ""),
        ("<<E\n${", "}\nE\n"),
        ("\"%{ if true }", "%{ endif }\""),
    ] {
        let text = format!("c = {}1{}\n", open.repeat(5_000), close.repeat(5_000));
        let sources = Sources::default();
        let (_, errors) = syntax::body(&sources.add("main.tf", text.as_bytes()));
        assert!(!errors.is_empty(), "{open}");
    }
}
