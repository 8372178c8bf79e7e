//! Templates that ask functions for too much: each ends with an answer or an error, soon and without a panic.

#![expect(clippy::unwrap_used, reason = "a test may fail here")]

use portcullis_gotemplate::{
    Limits, Machine, Settings, Templates, Value,
    funcs::{Compat, helm_functions},
};
use portcullis_source::Text;

/// A map that holds itself twice, so that whoever follows it has two ways at each step.
const CYCLE: &str = r#"{{ $d := dict "k" "v" }}{{ $_ := set $d "a" $d }}{{ $_ := set $d "b" $d }}"#;

/// A map of maps that is small in memory and enormous when it is written out.
const LAUGHS: &str = r#"{{ $d := dict "k" "v" }}{{ range until 60 }}{{ $d = dict "a" $d "b" $d }}{{ end }}"#;

const USES: &[&str] = &[
    "{{ $d | print | len }}",
    "{{ printf \"%d %q\" $d $d | len }}",
    "{{ toJson $d | len }}",
    "{{ toYaml $d | len }}",
    "{{ toToml $d | len }}",
    "{{ toToml (list $d (list $d)) | len }}",
    "{{ deepCopy $d | len }}",
    "{{ merge $d (deepCopy (dict \"a\" (dict))) | len }}",
    "{{ merge (dict \"a\" $d) (dict \"a\" $d) | len }}",
    "{{ mergeOverwrite (dict) $d $d | len }}",
    "{{ deepEqual $d (dict \"k\" \"v\" \"a\" $d \"b\" $d) }}",
    "{{ has $d (list (dict \"a\" $d)) }}",
    "{{ uniq (list $d $d) | len }}",
    "{{ join \",\" (list $d) | len }}",
];

const ALONE: &[&str] = &[
    "{{ repeat 1000000000 \"abc\" | len }}",
    "{{ indent 1000000000 \"a\\nb\" | len }}",
    "{{ nindent 9223372036854775807 \"a\" | len }}",
    "{{ until 1000000000 | len }}",
    "{{ untilStep 0 9223372036854775807 1 | len }}",
    "{{ seq 1 1000000000 | len }}",
    "{{ seq -9223372036854775808 1 9223372036854775807 | len }}",
    "{{ randAlphaNum 1000000000 | len }}",
    "{{ printf \"%1000000d%1000000d\" 1 2 | len }}",
    "{{ printf \"%99999999999d\" 1 | len }}",
    "{{ printf \"%.1000000f\" 1.5 | len }}",
    "{{ $s := \"aaaaaaaaaaaaaaaa\" }}{{ range until 40 }}{{ $s = replace \"a\" $s $s }}{{ end }}{{ len $s }}",
    "{{ $s := \"aaaaaaaaaaaaaaaa\" }}{{ range until 40 }}{{ $s = regexReplaceAll \"a\" $s $s }}{{ end }}{{ len $s }}",
    "{{ $s := \"ab\" }}{{ range until 60 }}{{ $s = cat $s $s }}{{ end }}{{ len $s }}",
    "{{ $s := \"ab\" }}{{ range until 60 }}{{ $s = print $s $s }}{{ end }}{{ len $s }}",
    "{{ $s := \"ab\" }}{{ range until 60 }}{{ $s = printf \"%s%s\" $s $s }}{{ end }}{{ len $s }}",
    "{{ $l := list 1 }}{{ range until 60 }}{{ $l = concat $l $l }}{{ end }}{{ len $l }}",
    "{{ $l := list }}{{ range $i, $_ := until 1000000 }}{{ $l = append $l $i }}{{ end }}{{ len $l }}",
    "{{ $s := repeat 16000000 \"a\" }}{{ range until 1000000 }}{{ $_ := sha256sum $s }}{{ end }}",
    "{{ uniq (until 1000000) | len }}",
    "{{ range until 1000000 }}{{ $_ := repeat 16000000 \"a\" }}{{ end }}",
    "{{ splitList \"\" (repeat 16000000 \"a\") | len }}",
    "{{ regexFind \"(((a{1000}){1000}){1000})\" \"a\" }}",
    "{{ regexMatch \"(a*)*b\" (repeat 100000 \"a\") }}",
    "{{ regexFind (repeat 100000 \"(\") \"a\" }}",
    "{{ fromJson (repeat 100000 \"[\") }}",
    "{{ fromYaml (repeat 100000 \"[\") }}",
    "{{ fromYamlArray (repeat 10000 \"- \") | toJson | len }}",
    "{{ $n := 9e300 }}{{ range until 500 }}{{ $n = mulf $n 9e300 }}{{ end }}",
    "{{ divf 1e300 1e-300 }}",
    "{{ date (repeat 100000 \"2\") 0 | len }}",
    "{{ toDate (repeat 1000 \"2006\") (repeat 1000 \"9999\") }}",
    "{{ dateModify \"9999999h\" (toDate \"2006\" \"9999\") }}",
    "{{ htmlDate 9223372036854775807 }}",
    "{{ dateInZone \"2006\" -9223372036854775808 \"Europe/Berlin\" }}",
    "{{ ((toDate \"2006\" \"2024\").AddDate 9223372036854775807 9223372036854775807 9223372036854775807).Year }}",
    "{{ div -9223372036854775808 -1 }}",
    "{{ mod -9223372036854775808 -1 }}",
    "{{ round 1e308 400 }}{{ round 1.5 -400 }}{{ round 1.5 9223372036854775807 }}",
    "{{ chunk 0 (list 1) }}",
    "{{ fromToml (printf \"a = %s\" (repeat 10000 \"[\")) | toJson }}",
    "{{ fromToml (printf \"a = %s\" (repeat 10000 \"{a=\")) | toJson }}",
    "{{ fromToml (repeat 3000 \"a.\") | toJson }}",
    "{{ fromToml (printf \"%sb = 1\" (repeat 1000 \"a.\")) | toJson | len }}",
    "{{ fromToml (printf \"[%sb]\" (repeat 1000 \"a.\")) | toToml | len }}",
    "{{ $l := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ toToml $l | len }}",
    "{{ $l := list 1 }}{{ range until 300 }}{{ $l = list $l }}{{ end }}{{ toToml $l | len }}",
    "{{ abbrev 9223372036854775807 \"a\" }}{{ abbrevboth 5 7 \"abcdefghijklmnop\" }}{{ abbrevboth 9223372036854775807 9 \"abcdefghijklmnop\" }}",
    "{{ wrap 9223372036854775807 \"a b\" }}{{ wrapWith -5 \"x\" \"a b\" }}",
    "{{ substr 9223372036854775807 -1 \"a\" }}",
    "{{ trunc -9223372036854775808 \"a\" }}{{ trunc 9223372036854775807 \"a\" }}",
    "{{ splitn \",\" 9223372036854775807 \"a,b\" }}{{ regexSplit \",\" \"a,b\" -9223372036854775808 }}",
    "{{ slice (list 1) -9223372036854775808 9223372036854775807 }}",
    "{{ randInt -9223372036854775808 9223372036854775807 }}",
    "{{ semverCompare (repeat 200 \">1 \") \"1.2.3\" }}",
    "{{ urlParse (repeat 100000 \"%41\") | toJson | len }}",
];

fn run(template: &str) -> Result<String, String> {
    let mut templates = Templates::new(helm_functions(Compat::Helm3));
    templates.parse("t", &Text::nowhere(template.as_bytes())).unwrap();
    let limits = Limits { steps: 600_000, ..Limits::default() };
    let mut machine = Machine::new(&templates, Settings { limits, ..Settings::default() });
    let text = machine.execute("t", Value::invalid()).map_err(|error| error.message)?;
    Ok(text.lossy().into_owned())
}

/// The longest that one template may take, in a build without optimization on a busy machine.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

#[test]
fn every_demand_is_answered() {
    let shared = [CYCLE, LAUGHS].iter().flat_map(|before| USES.iter().map(move |using| format!("{before}{using}")));
    for template in shared.chain(ALONE.iter().map(|template| (*template).to_owned())) {
        let start = std::time::Instant::now();
        let answer = run(&template).unwrap_or_else(|error| error);
        assert!(start.elapsed() < PATIENCE, "{template} took {:?}", start.elapsed());
        assert!(answer.len() < 1_000_000, "{template} gives {} bytes", answer.len());
        println!("{:?} {template}: {}", start.elapsed(), answer.chars().take(200).collect::<String>());
    }
}
