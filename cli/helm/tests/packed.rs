//! Packed charts, links and other ways in which files reach a chart, the hostile ones among them.
#![expect(clippy::expect_used, reason = "stops at a broken fixture")]

use std::{collections::BTreeMap, io::Write, sync::Arc};

use flate2::{Compression, write::GzEncoder};
use portcullis_helm::{Capabilities, Chart, ChartError, Compat, Options, Release, render};
use portcullis_source::{RepoPath, Revision, Sources};

const CHART_YAML: &str = "{apiVersion: v2, name: c, version: 1.0.0}";

/// A tar of entries, packed; `name` is written as it is, since honest tools refuse some of these.
fn pack(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in entries {
        bytes.extend(header(name, content.len() as u64));
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&bytes).expect("memory");
    packed.finish().expect("memory")
}

fn header(name: &str, size: u64) -> [u8; 512] {
    let mut header = tar::Header::new_ustar();
    let field = &mut header.as_old_mut().name;
    field.iter_mut().zip(name.bytes()).for_each(|(slot, byte)| *slot = byte);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    *header.as_bytes()
}

fn revision(files: &[(&str, &[u8])]) -> Revision {
    let files = files.iter().map(|(path, bytes)| (RepoPath::new(path).expect("a path"), Arc::from(*bytes)));
    Revision::memory(files.collect::<BTreeMap<_, Arc<[u8]>>>(), Arc::new(Sources::default()))
}

fn load(revision: &Revision, path: &str) -> Result<Chart, ChartError> {
    Chart::load(revision, &RepoPath::new(path).expect("a path"), Compat::Helm3)
}

fn refusal(packed: &[u8]) -> String {
    load(&revision(&[("c.tgz", packed)]), "c.tgz").expect_err("a refusal").message
}

fn print(chart: &Chart) -> String {
    let release = Release {
        name: Arc::from("demo"),
        namespace: Arc::from("default"),
        is_upgrade: false,
        revision: 1,
        capabilities: Arc::new(Capabilities::new(None, &[], Compat::Helm3).expect("the default")),
    };
    let rendered = render(chart, &[], &release, &Options::default()).expect("manifests");
    String::from_utf8(rendered.print()).expect("UTF-8")
}

#[test]
fn a_packed_chart_renders_as_its_folder_does() {
    let files: [(&str, &[u8]); 3] =
        [("Chart.yaml", CHART_YAML.as_bytes()), ("values.yaml", b"\xEF\xBB\xBFa: 1\n"), ("templates/a.yaml", b"a: {{ .Values.a }}\n")];
    let folder: Vec<(String, &[u8])> = files.iter().map(|(name, bytes)| (format!("c/{name}"), *bytes)).collect();
    let folder: Vec<(&str, &[u8])> = folder.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let plain = print(&load(&revision(&folder), "c").expect("a chart"));
    let packed = pack(&folder);
    let unpacked = print(&load(&revision(&[("c-1.0.0.tgz", &packed)]), "c-1.0.0.tgz").expect("a chart"));
    assert_eq!(plain, "---\n# Source: c/templates/a.yaml\na: 1\n");
    assert_eq!(plain, unpacked);
    let parent: [(&str, &[u8]); 2] = [("p/Chart.yaml", b"{apiVersion: v2, name: p, version: 1.0.0}"), ("p/charts/c-1.0.0.tgz", &packed)];
    let below = print(&load(&revision(&parent), "p").expect("a chart"));
    assert_eq!(below, "---\n# Source: p/charts/c/templates/a.yaml\na: 1\n");
}

#[test]
fn hostile_packed_charts_are_refused() {
    let chart = CHART_YAML.as_bytes();
    assert_eq!(refusal(&pack(&[("c/../../x", b"")])), "chart illegally references parent directory");
    assert_eq!(refusal(&pack(&[("c//etc/passwd", b"")])), "chart illegally contains absolute paths");
    assert_eq!(refusal(&pack(&[("c/C:/x", b"")])), "chart contains illegally named files");
    assert_eq!(refusal(&pack(&[("Chart.yaml", chart)])), "chart illegally contains content outside the base directory: \"Chart.yaml\"");
    assert_eq!(refusal(&pack(&[("c/README.md", b"")])), "Chart.yaml file is missing");
    assert_eq!(refusal(&pack(&[])), "no files in chart archive");
    let large = vec![b' '; 5 * 1024 * 1024 + 1];
    let refused = refusal(&pack(&[("c/big", &large)]));
    assert_eq!(refused, "decompressed chart file \"c/big\" is larger than the maximum file size 5242880");
    let mut cut = pack(&[("c/Chart.yaml", chart), ("c/values.yaml", &vec![b'#'; 40_000])]);
    cut.truncate(cut.len() / 2);
    assert!(refusal(&cut).starts_with("the packed chart cannot be read: "));
    assert!(refusal(b"a: 1\n").contains("does not appear to be a gzipped archive"));
}

#[test]
fn a_bomb_is_not_unpacked() {
    let megabytes = vec![0_u8; 4 * 1024 * 1024];
    let names: Vec<String> = (0..26).map(|index| format!("c/{index}")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), megabytes.as_slice())).collect();
    assert_eq!(refusal(&pack(&entries)), "decompressed chart is larger than the maximum file size 104857600");
}

#[test]
fn charts_within_charts_come_to_an_end() {
    let mut packed = pack(&[("c/Chart.yaml", CHART_YAML.as_bytes())]);
    for _ in 0..40 {
        packed = pack(&[("c/Chart.yaml", CHART_YAML.as_bytes()), ("c/charts/c.tgz", &packed)]);
    }
    let message = refusal(&packed);
    assert!(message.ends_with("charts lie more than 32 deep in charts"), "{message}");
}

#[test]
fn what_is_no_chart_is_refused_with_its_path() {
    let revision = revision(&[("c/README.md", b""), ("d/Chart.yaml", b"name: [")]);
    assert_eq!(load(&revision, "nowhere").expect_err("no chart").message, "path \"nowhere\" not found");
    assert_eq!(load(&revision, "c").expect_err("no chart").message, "Chart.yaml file is missing");
    let broken = load(&revision, "d").expect_err("no chart");
    assert!(broken.message.starts_with("cannot load Chart.yaml: error converting YAML to JSON: yaml: "), "{}", broken.message);
    assert!(broken.span.is_some());
}
