//! What holds for every template: printing it changes nothing, and whatever the text is, the answer is a result or an error.

mod probe;

use portcullis_gotemplate::{Limits, Machine, MissingKey, Settings, Templates};
use portcullis_source::Text;
use proptest::{prelude::*, test_runner::RngSeed};

const VALUES: &str = r#"{"s": "text", "f": 3.5, "t": true, "nil": null, "words": ["x", "y", null], "m": {"a": 1, "b": {"c": "deep"}}}"#;

/// The templates that the others may call.
const HELPERS: &str = r#"{{ define "d" }}[{{ . }}]{{ end }}{{ define "e" }}{{ include "d" . }}{{ end }}"#;

fn parse(text: &[u8]) -> Result<Templates, String> {
    let mut templates = Templates::new(probe::functions());
    templates.parse("helpers", &Text::nowhere(HELPERS.as_bytes())).map_err(|error| error.to_string())?;
    templates.parse("t", &Text::nowhere(text)).map_err(|error| error.to_string())?;
    Ok(templates)
}

/// The output; of an error only its kind, since printing moves places.
fn execute(templates: &Templates) -> Result<Vec<u8>, String> {
    let limits = Limits { steps: 20_000, output: 1 << 20, ..Limits::default() };
    let mut machine = Machine::new(templates, Settings { limits, missing_key: MissingKey::Zero, chance: None, live: None });
    let text = machine.execute("t", probe::values(VALUES)).map_err(|error| {
        let message = error.message;
        message.rsplit(">: ").next().unwrap_or_default().to_owned()
    })?;
    if let Some(pieces) = &text.pieces {
        assert_eq!(pieces.last().map_or(0, |piece| piece.end as usize), text.bytes.len(), "pieces cover the text");
        assert!(pieces.is_sorted_by(|left, right| left.end < right.end), "pieces ascend");
    }
    Ok(text.bytes.to_vec())
}

fn literal() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["1", "-2", "2.5", "0x1F", "'c'", "1e3", "\"a\\tb\"", "`raw\n`", "true", "nil", "\"\u{2603}\""])
        .prop_map(str::to_owned)
}

fn place() -> impl Strategy<Value = String> {
    let places =
        vec![".", "$", ".s", ".f", ".t", ".nil", ".missing", ".words", ".m", ".m.b.c", "$.s", "$x", "$x.y", ".obj.Name", ".missing.x"];
    prop::sample::select(places).prop_map(str::to_owned)
}

fn operand() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![2 => place(), 1 => literal()];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let functions = vec![
            "print",
            "list",
            "dict \"k\"",
            "same",
            "and",
            "or",
            "not",
            "eq",
            "lt",
            "index",
            "len",
            "include \"e\"",
            "tpl \"<{{ . }}>\"",
            "printf \"%v\"",
            "aText",
            "anInt",
            "aMap",
            ".obj.Greet",
            "slice",
            "fails",
        ];
        let call = (prop::sample::select(functions), prop::collection::vec(inner.clone(), 0..3))
            .prop_map(|(name, arguments)| format!("({name} {})", arguments.join(" ")));
        let chain = inner.clone().prop_map(|inner| format!("({inner}).k"));
        let piped = (inner, prop::sample::select(vec!["print", "len", "same", "not", "aText"]))
            .prop_map(|(inner, name)| format!("({inner} | {name})"));
        prop_oneof![3 => call, 1 => chain, 1 => piped]
    })
}

fn nodes() -> impl Strategy<Value = String> {
    let text = prop::sample::select(vec!["text", " ", "\n", "a: b\n", "\u{e9}", ""]).prop_map(str::to_owned);
    let action = (prop::sample::select(vec!["", "$x := ", "$x = ", "/**/"]), operand(), prop::sample::select(vec!["{{ ", "{{- "]));
    let action = action.prop_map(|(start, operand, open)| match start {
        "/**/" => "{{/* comment */}}".to_owned(),
        start => format!("{open}{start}{operand} }}}}"),
    });
    let leaf = prop_oneof![1 => text, 3 => action];
    leaf.prop_recursive(3, 24, 3, |inner| {
        let body = prop::collection::vec(inner, 0..3).prop_map(|nodes| nodes.concat());
        let words = vec!["if ", "with ", "range ", "range $i, $e := ", "if $x := ", "with $x := "];
        (prop::sample::select(words), operand(), body.clone(), prop::option::of(body), any::<bool>()).prop_map(
            |(word, operand, body, other, chained)| {
                let other = match other {
                    Some(other) if chained && !word.starts_with("range") => {
                        format!("{{{{ else {}{operand} -}}}}{other}", word.split(' ').next().unwrap_or_default().to_owned() + " ")
                    }
                    Some(other) => format!("{{{{ else }}}}{other}"),
                    None => String::new(),
                };
                let leave = if word.starts_with("range") { "{{ continue }}" } else { "" };
                format!("{{{{ {word}{operand} }}}}{body}{leave}{other}{{{{ end }}}}")
            },
        )
    })
}

fn template() -> impl Strategy<Value = String> {
    prop::collection::vec(nodes(), 1..5).prop_map(|nodes| format!("{{{{ $x := .m }}}}{}", nodes.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, rng_seed: RngSeed::Fixed(0), ..ProptestConfig::default() })]

    #[test]
    fn printing_changes_nothing(text in template()) {
        let Ok(templates) = parse(text.as_bytes()) else { return Ok(()) };
        let printed = templates.canonical("t").unwrap_or_default();
        let again = parse(printed.as_bytes()).map_err(TestCaseError::fail)?;
        prop_assert_eq!(&printed, &again.canonical("t").unwrap_or_default());
        prop_assert_eq!(execute(&templates), execute(&again));
    }

    #[test]
    fn damaged_templates_end_in_a_result_or_an_error(
        text in template(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..4, any::<prop::sample::Index>()), 1..6),
    ) {
        const BYTES: &[u8] = b"{}()|.$\"`'-/*:=, \n\tac019eE+_%@\\\x01\xff";
        let mut bytes = text.into_bytes();
        for (at, kind, what) in damage {
            let at = at.index(bytes.len().max(1)).min(bytes.len());
            match kind {
                0 if at < bytes.len() => {
                    bytes.remove(at);
                }
                1 => bytes.truncate(at.max(bytes.len().saturating_sub(20))),
                2 => {
                    let copied = bytes.get(at..(at + 8).min(bytes.len())).unwrap_or_default().to_vec();
                    bytes.splice(at..at, copied);
                }
                _ => bytes.insert(at, *what.get(BYTES)),
            }
        }
        if let Ok(templates) = parse(&bytes) {
            let _ = execute(&templates);
        }
    }

    #[test]
    fn any_bytes_end_in_a_result_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..64), open in any::<bool>()) {
        let bytes = if open { [b"{{ ".as_slice(), &bytes].concat() } else { bytes };
        if let Ok(templates) = parse(&bytes) {
            let _ = execute(&templates);
        }
    }
}
