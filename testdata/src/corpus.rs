//! Measures rendering whole corpora in one process, beside helm's engine looped in one process.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis_helm::Compat;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::oracle::Oracle;
use crate::ours::{Ours, Variant};
use crate::tools::Error;
use crate::vendor::charts_of;

/// The Kubernetes version of every measured render.
pub const KUBE_VERSION: &str = "1.31.0";

/// What one chart took, each the mean of all repetitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// The chart's folder.
    pub chart: PathBuf,
    /// Bytes of its output.
    pub bytes: usize,
    /// Reading and rendering it here for the first time: files, values, parsing, execution, documents, every byte's origin.
    pub cold: Duration,
    /// Rendering it here once its templates are parsed.
    pub warm: Duration,
    /// Reading it and making its values in helm.
    pub helm_load: Duration,
    /// Parsing and executing its templates in helm's engine.
    pub helm_engine: Duration,
}

/// The variant that is measured.
#[must_use]
pub fn variant() -> Variant {
    Variant { kube_version: Some(KUBE_VERSION.to_owned()), ..Variant::default() }
}

/// Renders every chart of the corpora that renders with its own values, on all threads, and says how many bytes that made.
///
/// # Errors
/// If a corpus cannot be read.
pub fn render_all(corpora: &[PathBuf], compat: Compat) -> Result<(usize, usize), Error> {
    let mut charts = Vec::new();
    for corpus in corpora {
        charts.extend(charts_of(corpus)?);
    }
    let readings = Arc::default();
    let length = |chart: &PathBuf| Ok(Ours::load_sharing(chart, compat, &readings)?.render(&variant()).ok().map(|output| output.len()));
    let lengths: Vec<Option<usize>> = charts.par_iter().map(length).collect::<Result<_, Error>>()?;
    Ok((lengths.iter().flatten().count(), lengths.iter().flatten().sum()))
}

/// Measures every chart of the corpora that renders in both.
///
/// # Errors
/// If a corpus cannot be read or helm cannot be asked.
pub fn measure(corpora: &[PathBuf], oracle: &mut Oracle, times: usize) -> Result<Vec<Measured>, Error> {
    let mut found = Vec::new();
    for corpus in corpora {
        for chart in charts_of(corpus)? {
            found.extend(measure_chart(&chart, oracle, times)?);
        }
    }
    Ok(found)
}

fn measure_chart(chart: &Path, oracle: &mut Oracle, times: usize) -> Result<Option<Measured>, Error> {
    let (mut cold, mut warm, mut bytes) = (Duration::ZERO, Duration::ZERO, 0);
    for _ in 0..times {
        let start = Instant::now();
        let ours = Ours::load(chart, oracle.compat())?;
        let Ok(output) = ours.render(&variant()) else { return Ok(None) };
        cold += start.elapsed();
        bytes = output.len();
        let start = Instant::now();
        let again = ours.render(&variant());
        warm += start.elapsed();
        if again.ok().map(|output| output.len()) != Some(bytes) {
            return Err(Error::Unexpected(format!("{}: the second render differs from the first", chart.display())));
        }
    }
    let helm = oracle.measure(chart, &[], KUBE_VERSION, times)?;
    let rounds = u32::try_from(times.max(1)).unwrap_or(u32::MAX);
    let mean = |nanos: u64| Duration::from_nanos(nanos) / rounds;
    Ok(Some(Measured {
        chart: chart.to_owned(),
        bytes,
        cold: cold / rounds,
        warm: warm / rounds,
        helm_load: mean(helm.load),
        helm_engine: mean(helm.engine),
    }))
}
