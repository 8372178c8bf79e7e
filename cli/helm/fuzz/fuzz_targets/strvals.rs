//! Any argument of `--set` and its kin is read to an end, twice to the same values; a literal is what it says, and so is text with every
//! special character escaped.
#![no_main]

use std::{collections::BTreeMap, sync::Arc};

use libfuzzer_sys::fuzz_target;
use portcullis_helm::{Capabilities, Chart, Compat, Layer, LayerContent, Options, Release, render, set_file_paths};
use portcullis_source::{RepoPath, Revision, SourceFile, Sources};

/// The values as JSON, and the bytes of one of them.
const TEMPLATE: &str = "all: {{ toJson .Values | b64enc }}\nbytes: {{ printf \"%x\" .Values.k }}\n";

const VALUES: &str = "{k: old, m: {a: 1, b: [x, {y: z}]}, l: [1, [2], null], n: null, s: text}";

fuzz_target!(|bytes: &[u8]| {
    let Some((&style, text)) = bytes.split_first() else { return };
    // Several arguments in a row meet each other's values.
    let arguments: Vec<&[u8]> = text.split(|&byte| byte == 0).take(4).collect();
    let layers = |sources: &Sources| arguments.iter().map(|argument| layer(style, argument, sources)).collect::<Vec<_>>();
    let compat = if style & 0x80 == 0 { Compat::Helm3 } else { Compat::Helm4 };
    let first = values(&layers, compat);
    assert_eq!(first, values(&layers, compat));
    let Ok(text) = std::str::from_utf8(text) else { return };
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let literal = |sources: &Sources| vec![make(LayerContent::SetLiteral, format!("k={text}").as_bytes(), sources)];
    let printed = format!("bytes: {hex}").trim_end().to_owned() + "\n";
    assert!(values(&literal, compat).expect("a literal is any text").ends_with(&printed));
    let escaped: String = text.chars().flat_map(|letter| ['\\', letter]).collect();
    let string = |sources: &Sources| vec![make(LayerContent::SetString, format!("k={escaped}").as_bytes(), sources)];
    assert!(values(&string, compat).expect("escaped text is any text").ends_with(&printed));
});

fn make(content: fn(Arc<SourceFile>) -> LayerContent, argument: &[u8], sources: &Sources) -> Layer {
    Layer { name: Arc::from("--set"), content: content(sources.add("--set", argument)) }
}

fn layer(style: u8, argument: &[u8], sources: &Sources) -> Layer {
    match style % 5 {
        0 => make(LayerContent::Set, argument, sources),
        1 => make(LayerContent::SetString, argument, sources),
        2 => make(LayerContent::SetJson, argument, sources),
        3 => make(LayerContent::SetLiteral, argument, sources),
        _ => {
            let named = |path: String| {
                let file = sources.add(path.clone(), path.clone().into_bytes());
                (path, file)
            };
            let files: BTreeMap<_, _> = set_file_paths(argument).into_iter().map(named).collect();
            Layer { name: Arc::from("--set-file"), content: LayerContent::SetFile(sources.add("--set-file", argument), files) }
        }
    }
}

thread_local! {
    /// The chart as each Helm reads it, read once.
    static CHARTS: [Chart; 2] = [chart(Compat::Helm3), chart(Compat::Helm4)];
}

fn chart(compat: Compat) -> Chart {
    let files = [("c/Chart.yaml", "{apiVersion: v2, name: c, version: 1.0.0}"), ("c/values.yaml", VALUES), ("c/templates/a.yaml", TEMPLATE)];
    let files = files.map(|(path, text)| (RepoPath::new(path).unwrap(), Arc::from(text.as_bytes())));
    let revision = Revision::memory(BTreeMap::<_, Arc<[u8]>>::from(files), Arc::new(Sources::default()));
    Chart::load(&revision, &RepoPath::new("c").unwrap(), compat).unwrap()
}

/// What the chart prints of the values, or the error.
fn values(layers: &dyn Fn(&Sources) -> Vec<Layer>, compat: Compat) -> Result<String, String> {
    let release = Release {
        name: Arc::from("demo"),
        namespace: Arc::from("default"),
        is_upgrade: false,
        revision: 1,
        capabilities: Arc::new(Capabilities::new(None, &[], compat).unwrap()),
    };
    let layers = layers(&Sources::default());
    CHARTS.with(|[three, four]| {
        let chart = if compat == Compat::Helm3 { three } else { four };
        let rendered = render(chart, &layers, &release, &Options::default()).map_err(|error| error.message)?;
        Ok(String::from_utf8(rendered.print()).unwrap())
    })
}
