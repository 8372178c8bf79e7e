//! Renders every chart of a folder with helm and with this repository's library, and says where they differ.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::oracle::{Answer, Oracle};
use crate::ours::{Ours, Variant};
use crate::tools::Error;
use crate::truth::entries;
use crate::vendor::{VALUES, charts_of};

/// What comparing one render came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The same bytes.
    Identical,
    /// Both fail in the same words.
    SameError,
    /// Both fail, in different words: what helm says and what we say.
    OtherError(String, String),
    /// Different bytes, or only one fails: why.
    Different(String),
}

/// One compared render.
#[derive(Debug, Clone)]
pub struct Render {
    /// The chart's folder.
    pub chart: PathBuf,
    /// The name of the variant.
    pub variant: String,
    /// Which group of variants it belongs to.
    pub group: Group,
    /// What came of it.
    pub verdict: Verdict,
}

/// The groups that are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The chart's own values, without options.
    Default,
    /// The chart's own values with options.
    Options,
    /// Test values that come with the chart.
    TestValues,
}

impl Group {
    const ALL: [Self; 3] = [Self::Default, Self::Options, Self::TestValues];

    fn name(self) -> &'static str {
        match self {
            Self::Default => "default values",
            Self::Options => "with options",
            Self::TestValues => "test values",
        }
    }
}

/// Compares one answer of helm's with ours.
#[must_use]
pub fn compare(helm: &Answer, ours: &Answer) -> Verdict {
    match (helm, ours) {
        (Ok(helm), Ok(ours)) if helm == ours => Verdict::Identical,
        (Ok(helm), Ok(ours)) => Verdict::Different(first_difference(helm, ours)),
        (Ok(_), Err(error)) => Verdict::Different(format!("helm succeeds; portcullis: {error}")),
        (Err(error), Ok(_)) => Verdict::Different(format!("portcullis succeeds; helm: {error}")),
        (Err(helm), Err(ours)) if words(helm.trim_end()) == words(ours) => Verdict::SameError,
        (Err(helm), Err(ours)) => Verdict::OtherError(helm.trim_end().to_owned(), ours.clone()),
    }
}

/// The lines of an error; those of a schema sorted, since helm finds violations in the order in which Go walks a map.
fn words(error: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = error.lines().collect();
    if error.starts_with("values don't meet the specifications of the schema(s)") {
        lines.sort_unstable();
    }
    lines
}

/// The first line that differs, and the document that it stands in.
fn first_difference(helm: &[u8], ours: &[u8]) -> String {
    let lines =
        |bytes: &[u8]| bytes.split(|&byte| byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>();
    let (helm, ours) = (lines(helm), lines(ours));
    let at = helm.iter().zip(&ours).take_while(|(left, right)| left == right).count();
    let source = helm.iter().take(at + 1).rev().find_map(|line| line.strip_prefix("# Source: ")).unwrap_or("the start");
    let shown = |lines: &[String]| lines.get(at).map_or_else(|| "the end".to_owned(), |line| format!("{line:?}"));
    format!("line {} ({source}): helm {}, portcullis {}", at + 1, shown(&helm), shown(&ours))
}

/// The variants of a chart: its own values with and without options, then each of its test values.
///
/// # Errors
/// If a folder of test values cannot be read.
pub fn variants(corpus: &Path, chart: &Path) -> Result<Vec<(Group, Variant)>, Error> {
    let own = Variant { name: "default".to_owned(), ..Variant::default() };
    let options = Variant {
        name: "options".to_owned(),
        namespace: Some("prod-ns".to_owned()),
        include_crds: true,
        kube_version: Some("1.29.3".to_owned()),
        api_versions: ["monitoring.coreos.com/v1", "networking.k8s.io/v1/Ingress", "route.openshift.io/v1"].map(str::to_owned).to_vec(),
        ..Variant::default()
    };
    let upgrade = Variant { name: "upgrade".to_owned(), is_upgrade: true, ..Variant::default() };
    let mut found = vec![(Group::Default, own), (Group::Options, options), (Group::Options, upgrade)];
    for folder in [chart.join("ci"), corpus.join(VALUES).join(chart.file_name().unwrap_or_default())] {
        if !folder.is_dir() {
            continue;
        }
        let is_yaml = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        for file in entries(&folder)?.into_iter().filter(is_yaml) {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            found.push((Group::TestValues, Variant { name, values: vec![file], ..Variant::default() }));
        }
    }
    Ok(found)
}

/// Renders every chart of a corpus in all its variants, here and there.
///
/// # Errors
/// If the corpus cannot be read or helm cannot be asked.
pub fn run(corpus: &Path, oracle: &mut Oracle) -> Result<Vec<Render>, Error> {
    let mut renders = Vec::new();
    for chart in charts_of(corpus)? {
        let ours = Ours::load(&chart, oracle.compat())?;
        for (group, variant) in variants(corpus, &chart)? {
            let helm = oracle.run(corpus, &variant.arguments(&chart))?;
            let verdict = compare(&helm, &ours.render(&variant));
            renders.push(Render { chart: chart.clone(), variant: variant.name, group, verdict });
        }
    }
    Ok(renders)
}

/// The table of a corpus, a row for each group of variants.
#[must_use]
pub fn table(corpora: &[(String, Vec<Render>)]) -> String {
    let mut text =
        String::from("| Corpus | Values | Charts | Renders | Identical | Both fail | of these with the same error | Different |\n");
    text.push_str("|---|---|--:|--:|--:|--:|--:|--:|\n");
    for (corpus, renders) in corpora {
        for group in Group::ALL {
            let of_group: Vec<&Render> = renders.iter().filter(|render| render.group == group).collect();
            let count = |wanted: fn(&Verdict) -> bool| of_group.iter().filter(|render| wanted(&render.verdict)).count();
            let mut charts: Vec<&PathBuf> = of_group.iter().map(|render| &render.chart).collect();
            charts.dedup();
            let same = count(|verdict| matches!(verdict, Verdict::SameError));
            let other = count(|verdict| matches!(verdict, Verdict::OtherError(..)));
            let _ = writeln!(
                text,
                "| {corpus} | {} | {} | {} | {} | {} | {same} | {} |",
                group.name(),
                charts.len(),
                of_group.len(),
                count(|verdict| matches!(verdict, Verdict::Identical)),
                same + other,
                count(|verdict| matches!(verdict, Verdict::Different(_))),
            );
        }
    }
    text
}

/// A paragraph for each render that differs, also in its error.
#[must_use]
pub fn differences(renders: &[Render]) -> String {
    let mut text = String::new();
    for render in renders {
        let name = render.chart.file_name().unwrap_or_default().to_string_lossy();
        match &render.verdict {
            Verdict::Identical | Verdict::SameError => {}
            Verdict::Different(why) => {
                let _ = writeln!(text, "different: {name}, {}: {why}", render.variant);
            }
            Verdict::OtherError(helm, ours) => {
                let _ = writeln!(text, "other error: {name}, {}:\n  helm:       {helm}\n  portcullis: {ours}", render.variant);
            }
        }
    }
    text
}
