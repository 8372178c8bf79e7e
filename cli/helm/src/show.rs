//! Which manifests are shown, and how helm prints them.

use portcullis_source::{Text, yaml};

use crate::{
    Manifest, Options, Part, RenderError, Rendered,
    manifest::{split, trim},
    pattern,
    render::Hook,
    resolve::{ChartId, Charts},
};

/// How many bytes are printed around a manifest and its path.
const PRINTED_AROUND: usize = 16;

/// The files of `crds/` of a chart and its subcharts.
pub(crate) fn crds(charts: &Charts<'_>) -> Vec<Manifest> {
    let mut found = Vec::new();
    collect(charts, charts.root(), &mut found);
    found
}

fn collect(charts: &Charts<'_>, id: ChartId, found: &mut Vec<Manifest>) {
    let path = charts.path(id);
    for file in charts.tree(id).map(|tree| tree.files.as_slice()).unwrap_or_default() {
        let name = file.name.to_ascii_lowercase();
        let is_manifest = [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end));
        if file.name.starts_with("crds/") && is_manifest {
            let text = Text::of_file(&file.file);
            let stream = yaml::parse(&text);
            let path = format!("{path}/{}", file.name);
            found.push(Manifest { path, part: Part::Crd, text, documents: stream.documents, error: stream.error });
        }
    }
    for child in charts.children(id) {
        collect(charts, child, found);
    }
}

/// Whether the options let a manifest through.
pub(crate) fn is_wanted(part: &Part, options: &Options) -> bool {
    match part {
        Part::Crd | Part::Resource => true,
        Part::Hook(hooks) => !(options.no_hooks || options.skip_tests && hooks.contains(&Hook::Test)),
    }
}

/// Keeps the manifests of the paths that were asked for, in the order in which they were asked for.
pub(crate) fn choose(rendered: Rendered, patterns: &[String]) -> Result<Rendered, RenderError> {
    if patterns.is_empty() {
        return Ok(rendered);
    }
    let printed = rendered.print();
    let pieces: Vec<(&[u8], &[u8])> =
        split(&printed, rendered.compat).into_iter().filter_map(|(start, end)| sourced(printed.get(start..end)?)).collect();
    let (mut manifests, mut chosen) = (Vec::new(), Vec::new());
    for wanted in patterns {
        let before = chosen.len();
        for (path, piece) in &pieces {
            if pattern::file_match(wanted, &String::from_utf8_lossy(path)).unwrap_or(false) {
                chosen.extend([b"---\n", *piece, b"\n"].concat());
            }
        }
        let fits = |manifest: &&Manifest| {
            let inside = manifest.path.split_once('/').map_or("", |(_, rest)| rest);
            pattern::file_match(wanted, inside).unwrap_or(false)
        };
        manifests.extend(rendered.manifests.iter().filter(fits).cloned());
        if chosen.len() == before {
            return Err(RenderError::new(format!("could not find template {wanted} in chart")));
        }
    }
    Ok(Rendered { manifests, chosen: Some(chosen), ..rendered })
}

impl Rendered {
    /// Exactly what `helm template` writes to its standard output.
    #[must_use]
    pub fn print(&self) -> Vec<u8> {
        if let Some(chosen) = &self.chosen {
            return chosen.clone();
        }
        let is_hook = |manifest: &&Manifest| matches!(manifest.part, Part::Hook(_));
        let room = self.manifests.iter().map(|manifest| manifest.text.bytes().len() + manifest.path.len() + PRINTED_AROUND).sum();
        let mut printed = Vec::with_capacity(room);
        self.manifests.iter().filter(|manifest| !is_hook(manifest)).for_each(|manifest| print_one(manifest, &mut printed));
        let (start, end) = trim(&printed, 0, printed.len());
        printed.truncate(end);
        printed.drain(..start);
        printed.push(b'\n');
        self.manifests.iter().filter(is_hook).for_each(|manifest| print_one(manifest, &mut printed));
        printed
    }
}

fn print_one(manifest: &Manifest, printed: &mut Vec<u8>) {
    printed.extend_from_slice(b"---\n# Source: ");
    printed.extend_from_slice(manifest.path.as_bytes());
    printed.push(b'\n');
    printed.extend_from_slice(manifest.text.bytes());
    printed.push(b'\n');
}

impl Manifest {
    /// What helm writes of it, to standard output as to a file.
    #[must_use]
    pub fn print(&self) -> Vec<u8> {
        let mut printed = Vec::new();
        print_one(self, &mut printed);
        printed
    }
}

/// A piece of Helm's own output, with the path that it names as its source without the chart's name.
fn sourced(piece: &[u8]) -> Option<(&[u8], &[u8])> {
    const MARK: &[u8] = b"# Source: ";
    let at = piece.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
    let line = piece.get(at..)?.split(|&byte| byte == b'\n').next()?;
    let slash = line.iter().position(|&byte| byte == b'/')?;
    let path = line.get(slash + 1..).filter(|path| slash > 0 && !path.is_empty())?;
    Some((path, piece))
}
