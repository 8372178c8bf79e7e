//! Bundles of people who mean no good, each refused by name.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod made;

use made::{Bundle, GZIP, PLAIN, REGO, entry, gzip, link, tar};
use portcullis_oci::{
    Layout, OciError, Trust,
    limits::{MAX_FILES, MAX_LAYER, MAX_LAYERS, MAX_PATH, MAX_UNPACKED},
    open,
};
use serde_json::json;
use tar::EntryType;

fn refused(bundle: &Bundle) -> OciError {
    open(&bundle.layout(), &bundle.digest(), &Trust::Unsigned).unwrap_err()
}

fn archive(entries: &[Vec<u8>]) -> Result<Vec<String>, String> {
    let bundle = Bundle::of(&[(GZIP, gzip(&tar(entries)))]);
    let files = open(&bundle.layout(), &bundle.digest(), &Trust::Unsigned);
    files.map(|files| files.into_iter().map(|file| file.path).collect()).map_err(|error| error.message)
}

#[test]
fn archives_of_plain_files_are_read() {
    let entries = [
        entry("./", b"", EntryType::Directory),
        entry("./a/rule.rego", b"x", EntryType::Regular),
        entry("b.rego", b"y", EntryType::Regular),
    ];
    assert_eq!(archive(&entries).unwrap(), ["a/rule.rego", "b.rego"]);
    // As `opa build` writes them: every path from the root of the bundle.
    let rooted = [entry("/data.json", b"{}", EntryType::Regular), entry("/policy/a.rego", b"x", EntryType::Regular)];
    assert_eq!(archive(&rooted).unwrap(), ["data.json", "policy/a.rego"]);
    let bundle = Bundle::of(&[(PLAIN, tar(&rooted))]);
    assert_eq!(open(&bundle.layout(), &bundle.digest(), &Trust::Unsigned).unwrap().len(), 2);
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    let file = |path: &str| entry(path, b"x", EntryType::Regular);
    let cases = [
        (vec![file("../x.rego")], "the path \"../x.rego\" leads out of the bundle"),
        (vec![file("a/../../x.rego")], "leads out of the bundle"),
        (vec![file("a/..")], "leads out of the bundle"),
        (vec![file("a.rego"), file("/etc/passwd")], "the path \"/etc/passwd\" is absolute"),
        (vec![file("//etc/passwd")], "is absolute"),
        (vec![file("/../x")], "leads out of the bundle"),
        (vec![file("a\\..\\x")], "has a character that no path in a bundle has"),
        (vec![file("a\nb.rego")], "has a character that no path in a bundle has"),
        (vec![file("\u{1b}[2J.rego")], "has a character that no path in a bundle has"),
        (vec![file("a/.wh.b.rego")], "takes away what another layer has"),
        (vec![file("./")], "a file in it has no name"),
        (vec![file(&"a/".repeat(MAX_PATH)), file("b")], "is longer than MAX_PATH = 512 bytes"),
    ];
    for (entries, message) in cases {
        let found = archive(&entries).unwrap_err();
        assert!(found.contains(message), "{message}: {found}");
        assert!(!found.contains(['\n', '\u{1b}']), "{found:?}");
    }
}

#[test]
fn what_is_no_plain_file_is_refused() {
    let cases = [
        (EntryType::Symlink, "is a symbolic link"),
        (EntryType::Link, "is a hard link"),
        (EntryType::Char, "is a device"),
        (EntryType::Block, "is a device"),
        (EntryType::Fifo, "is a pipe"),
        (EntryType::GNUSparse, "is a sparse file"),
        (EntryType::new(b'V'), "is neither a file nor a folder"),
    ];
    for (kind, message) in cases {
        let found = archive(&[link("a.rego", "/etc/passwd", kind)]).unwrap_err();
        assert!(found.contains(&format!("\"a.rego\" {message}")), "{message}: {found}");
    }
}

#[test]
fn a_path_is_there_once() {
    let file = |path: &str| entry(path, b"x", EntryType::Regular);
    assert!(archive(&[file("a.rego"), file("./a.rego")]).unwrap_err().contains("\"a.rego\" is in it twice"));
    let layer = || (GZIP, gzip(&tar(&[file("a.rego")])));
    assert!(refused(&Bundle::of(&[layer(), layer()])).message.contains("\"a.rego\" is in it twice"));
}

#[test]
fn bombs_come_to_an_end() {
    let zeros = vec![0; 1024 * 1024];
    let whole: Vec<Vec<u8>> =
        (0..=MAX_UNPACKED / (1024 * 1024)).map(|index| entry(&format!("{index}.rego"), &zeros, EntryType::Regular)).collect();
    let packed = gzip(&tar(&whole));
    assert!((packed.len() as u64) < MAX_LAYER / 8);
    let bundle = Bundle::of(&[(GZIP, packed)]);
    assert!(refused(&bundle).message.contains("it unpacks to more than MAX_UNPACKED = 67108864 bytes"), "{}", refused(&bundle));
    // The same behind the end of the archive, where nobody looks, and in a header that says it is large.
    let mut behind = tar(&[entry("a.rego", b"x", EntryType::Regular)]);
    behind.resize(usize::try_from(MAX_UNPACKED).unwrap() + 1024, 0);
    assert!(refused(&Bundle::of(&[(GZIP, gzip(&behind))])).message.contains("MAX_UNPACKED"));
    let mut huge = entry("a.rego", b"", EntryType::Regular);
    huge[124..136].copy_from_slice(b"77777777777\0");
    made::sum(&mut huge);
    assert!(archive(&[huge]).is_err());
    let many: Vec<Vec<u8>> = (0..=MAX_FILES).map(|index| entry(&format!("{index}"), b"", EntryType::Regular)).collect();
    assert!(archive(&many).unwrap_err().contains("more than MAX_FILES = 20000 entries"));
}

#[test]
fn archives_that_are_broken_or_hide_something_are_refused() {
    let good = tar(&[entry("a.rego", b"x", EntryType::Regular)]);
    let mut behind = good.clone();
    behind.extend(tar(&[entry("b.rego", b"y", EntryType::Regular)]));
    let mut cut = gzip(&good);
    cut.truncate(cut.len() - 4);
    let mut trailing = gzip(&good);
    trailing.extend(b"x");
    let mut two = gzip(&good);
    two.extend(gzip(&behind));
    for (name, bytes) in [("behind", gzip(&behind)), ("cut", cut), ("trailing", trailing), ("two", two), ("text", b"package a".to_vec())] {
        let found = refused(&Bundle::of(&[(GZIP, bytes)])).message;
        assert!(found.contains("a layer cannot be unpacked"), "{name}: {found}");
    }
}

#[test]
fn layers_of_another_kind_are_refused_by_name() {
    let cases = [
        ("application/vnd.oci.image.layer.v1.tar+zstd", "which is packed with zstd"),
        ("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "which is a Helm chart"),
        ("application/vnd.wasm.content.layer.v1+wasm", "which is WebAssembly"),
        ("text/\u{1b}plain", "has a layer of type \"text/\\u{1b}plain\""),
        ("application/vnd.dev.cosign.simplesigning.v1+json", "is a signature, not what is signed"),
    ];
    for (media_type, message) in cases {
        let found = refused(&Bundle::of(&[(media_type, b"x".to_vec())])).message;
        assert!(found.contains(message), "{message}: {found}");
    }
    assert!(refused(&Bundle::of(&[(REGO, b"package a".to_vec())])).message.contains("without org.opencontainers.image.title"));
}

#[test]
fn manifests_that_are_none_of_a_bundle_are_refused() {
    let layer = json!({"mediaType": GZIP, "digest": format!("sha256:{}", "0".repeat(64)), "size": 1});
    let cases = [
        (json!({"mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}), "is a list of manifests"),
        (json!({"schemaVersion": 1, "fsLayers": []}), "has a manifest without layers"),
        (json!({"layers": []}), "has no layers"),
        (json!({"mediaType": "text/html", "layers": []}), "has a manifest of type \"text/html\""),
        (json!({"layers": [{"digest": "sha512:00", "size": 1}]}), "names the digest \"sha512:00\", which is no SHA-256"),
        (json!({"layers": [{"digest": "sha256:../../../x", "size": 1}]}), "which is no SHA-256"),
        (json!({"layers": [{"digest": format!("sha256:{}", "0".repeat(64)), "size": -1}]}), "does not say how large"),
        (json!({"layers": [layer]}), "is not whole: the blob sha256:000"),
        (json!({"layers": vec![layer; MAX_LAYERS + 1]}), "has 2001 layers, more than MAX_LAYERS = 2000"),
    ];
    for (manifest, message) in cases {
        let found = refused(&Bundle::raw(manifest.to_string().into_bytes())).message;
        assert!(found.contains(message), "{message}: {found}");
    }
    let found = refused(&Bundle::raw(vec![b' '; 1024 * 1024 + 1])).message;
    assert!(found.contains("its manifest is larger than MAX_MANIFEST"), "{found}");
    assert!(refused(&Bundle::raw(vec![b'['; 1024 * 1024])).message.contains("is no JSON"));
}

#[test]
fn layers_are_as_large_as_they_say() {
    let bytes = gzip(&tar(&[entry("a.rego", b"x", EntryType::Regular)]));
    let bundle = Bundle::with_size(GZIP, &bytes, 1);
    assert!(refused(&bundle).message.contains("bytes, not 1 as its manifest says"), "{}", refused(&bundle));
    let large = vec![0; usize::try_from(MAX_LAYER).unwrap() + 1];
    assert!(refused(&Bundle::of(&[(GZIP, large)])).message.contains("more than MAX_LAYER = 16777216"));
}

#[test]
fn layouts_that_were_changed_are_refused() {
    let bundle = Bundle::of(&[(GZIP, gzip(&tar(&[entry("a.rego", b"x", EntryType::Regular)])))]);
    let files = bundle.layout().files();
    assert_eq!(Layout::read(&files).unwrap(), bundle.layout());
    for path in files.keys() {
        let mut without = files.clone();
        without.remove(path);
        let read = Layout::read(&without).and_then(|layout| open(&layout, &bundle.digest(), &Trust::Unsigned));
        assert!(read.unwrap_err().message.contains("is not whole"), "{path}");
        let mut changed = files.clone();
        changed.insert(path.clone(), std::sync::Arc::from(&b"{}"[..]));
        let read = Layout::read(&changed);
        match path.as_str() {
            // Without signatures it names nothing that counts.
            "index.json" => assert!(read.is_ok()),
            "oci-layout" => assert!(read.unwrap_err().message.contains("of another version")),
            _ => assert!(read.unwrap_err().message.contains("was changed: blobs/sha256/"), "{path}"),
        }
    }
    let mut stray = files.clone();
    stray.insert("blobs/sha256/../../x".to_owned(), std::sync::Arc::from(&b""[..]));
    assert!(Layout::read(&stray).is_err());
}
