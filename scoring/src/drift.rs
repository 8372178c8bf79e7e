//! How far the features of today are from those of training: the population stability index, feature by feature.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{features::Row, manifest::Manifest, metrics::Metrics};

/// How many rows are compared at a time.
pub const WINDOW: u64 = 2_000;

/// The least share that a bin is taken for, so that an empty one counts and does not count infinitely.
const LEAST: f64 = 1e-4;

/// Rows of now, held against those of training.
#[derive(Debug)]
pub struct Drift {
    window: Mutex<Window>,
    metrics: Arc<Metrics>,
}

#[derive(Debug)]
struct Window {
    features: Vec<Bins>,
    rows: u64,
}

#[derive(Debug)]
struct Bins {
    name: String,
    edges: Vec<f32>,
    shares: Vec<f64>,
    counts: Vec<u64>,
}

impl Drift {
    /// Compares with the rows that a version was trained on.
    #[must_use]
    pub fn new(manifest: &Manifest, metrics: Arc<Metrics>) -> Self {
        Self { window: Mutex::new(Window::of(manifest)), metrics }
    }

    /// Takes a row in; after each [`WINDOW`] rows the indexes are told.
    pub fn seen(&self, row: &Row) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        window.features.iter_mut().zip(row).for_each(|(bins, value)| bins.count(*value));
        window.rows += 1;
        if window.rows < WINDOW {
            return;
        }
        window.rows = 0;
        for bins in &mut window.features {
            self.metrics.drifted(&bins.name, index(&bins.shares, &bins.counts));
            bins.counts.fill(0);
        }
    }

    /// Compares with another version from now on.
    pub fn restart(&self, manifest: &Manifest) {
        *self.window.lock().unwrap_or_else(PoisonError::into_inner) = Window::of(manifest);
    }
}

impl Window {
    fn of(manifest: &Manifest) -> Self {
        let bins = manifest.features.iter().map(|feature| Bins {
            name: feature.name.clone(),
            edges: feature.edges.clone(),
            shares: feature.shares.clone(),
            counts: vec![0; feature.shares.len()],
        });
        Self { features: bins.collect(), rows: 0 }
    }
}

impl Bins {
    fn count(&mut self, value: f32) {
        let bin = self.edges.partition_point(|edge| *edge < value);
        self.counts.iter_mut().skip(bin).take(1).for_each(|count| *count += 1);
    }
}

/// The population stability index of counts against expected shares: 0 is alike, from 0.25 on much has moved.
#[expect(clippy::cast_precision_loss, reason = "windows are small")]
fn index(expected: &[f64], counts: &[u64]) -> f64 {
    let total = counts.iter().sum::<u64>().max(1) as f64;
    let term = |(share, count): (&f64, &u64)| {
        let (was, is) = (share.max(LEAST), (*count as f64 / total).max(LEAST));
        (is - was) * (is / was).ln()
    };
    expected.iter().zip(counts).map(term).sum()
}

#[cfg(test)]
mod tests {
    use super::index;

    #[test]
    fn what_moves_shows() {
        assert!(index(&[0.5, 0.3, 0.2], &[500, 300, 200]).abs() < 1e-12);
        assert!(index(&[0.5, 0.5], &[490, 510]) < 0.01);
        assert!(index(&[0.5, 0.5], &[100, 900]) > 0.25);
        assert!(index(&[1.0, 0.0], &[0, 10]).is_finite());
    }
}
