//! A trained model, run natively: rows of features to probabilities of fraud, and what moved them.

use std::{fmt, io::Cursor, sync::Arc};

use tract_onnx::prelude::{
    DatumExt as _, Framework as _, InferenceModelExt as _, RunOptions, Tensor, ToDim as _, TractError, TypedRunnableModel, tvec,
};

use crate::{
    features::{COUNT, Row},
    manifest::{Manifest, ManifestError},
    trees,
};

/// The output that holds the probabilities of both classes.
const OUTPUT: &str = "probabilities";

/// How near to 0 and 1 a probability is taken for its log-odds.
const EPSILON: f64 = 1e-7;

/// The model that is compiled in, for whoever configures none.
const EMBEDDED: (&[u8], &[u8]) = (include_bytes!("../model/manifest.json"), include_bytes!("../model/model.onnx"));

/// A version of the model, ready to score.
pub struct Model {
    /// What it says of itself.
    pub manifest: Manifest,
    plan: Arc<TypedRunnableModel>,
}

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The manifest, or the hash.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The file is no model that runs here, or a run of it failed.
    #[error("the model {version} does not run: {fault}")]
    Run {
        /// The version.
        version: String,
        /// What the runtime says.
        fault: String,
    },
}

/// How much a feature moved a score from where its usual value would have left it.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// The index of the feature.
    pub feature: usize,
    /// In log-odds; above 0 is towards fraud.
    pub log_odds: f64,
}

/// A score and what moved it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// The probability of fraud.
    pub score: f32,
    /// Of every feature that is not at its usual value, the largest first.
    pub contributions: Vec<Contribution>,
}

impl Model {
    /// The model that is compiled in.
    ///
    /// # Errors
    /// None in a build that passed its tests.
    pub fn embedded() -> Result<Self, ModelError> {
        Self::load(Manifest::read(EMBEDDED.0)?, EMBEDDED.1)
    }

    /// Makes a model of a file ready, once its hash is that of the manifest.
    ///
    /// # Errors
    /// The file is another one, or does not run.
    pub fn load(manifest: Manifest, file: &[u8]) -> Result<Self, ModelError> {
        manifest.check(file)?;
        let plan = plan(file).map_err(|error| ModelError::Run { version: manifest.version.clone(), fault: format!("{error:#}") })?;
        let model = Self { manifest, plan };
        // What fails at its first row must not fail at a customer's.
        model.scores(&[model.reference()])?;
        Ok(model)
    }

    /// The probabilities of fraud, one for each row.
    ///
    /// # Errors
    /// The runtime fails, or a score is not between 0 and 1.
    pub fn scores(&self, rows: &[Row]) -> Result<Vec<f32>, ModelError> {
        let fault = |fault: String| ModelError::Run { version: self.manifest.version.clone(), fault };
        let scores = self.run(rows).map_err(|error| fault(format!("{error:#}")))?;
        if scores.len() != rows.len() {
            return Err(fault(format!("{} scores for {} rows", scores.len(), rows.len())));
        }
        match scores.iter().find(|score| !(0.0..=1.0).contains(*score)) {
            Some(score) => Err(fault(format!("the score {score} is no probability"))),
            None => Ok(scores),
        }
    }

    /// The score of a row, and how far each feature moved it: the score with that feature at its usual value is the measure.
    ///
    /// # Errors
    /// As those of [`Model::scores`].
    pub fn explain(&self, row: &Row) -> Result<Scored, ModelError> {
        let reference = self.reference();
        let moved = row.iter().zip(&reference).enumerate().filter(|(_, (value, usual))| value != usual);
        let moved: Vec<(usize, f32)> = moved.map(|(index, (_, usual))| (index, *usual)).collect();
        let without = moved.iter().map(|(feature, usual)| {
            let mut changed = *row;
            changed.iter_mut().skip(*feature).take(1).for_each(|value| *value = *usual);
            changed
        });
        let rows: Vec<Row> = std::iter::once(*row).chain(without).collect();
        let scores = self.scores(&rows)?;
        let score = scores.first().copied().unwrap_or_default();
        let contribution =
            |((feature, _), other): (&(usize, f32), &f32)| Contribution { feature: *feature, log_odds: log_odds(score) - log_odds(*other) };
        let mut contributions: Vec<Contribution> = moved.iter().zip(scores.iter().skip(1)).map(contribution).collect();
        contributions.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds));
        Ok(Scored { score, contributions })
    }

    /// The row of an honest payment, feature by feature.
    fn reference(&self) -> Row {
        let mut row = [0.0; COUNT];
        row.iter_mut().zip(&self.manifest.features).for_each(|(value, feature)| *value = feature.reference);
        row
    }

    fn run(&self, rows: &[Row]) -> Result<Vec<f32>, TractError> {
        let input = Tensor::from_shape(&[rows.len(), COUNT], rows.as_flattened())?;
        let outputs = self.plan.run(tvec!(input.into()))?;
        let output = outputs.first().ok_or_else(|| TractError::msg("no output"))?;
        let probabilities = output.try_as_plain_ram()?.as_slice::<f32>()?;
        Ok(probabilities.chunks_exact(2).filter_map(|classes| classes.get(1).copied()).collect())
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Model").field("version", &self.manifest.version).finish_non_exhaustive()
    }
}

fn plan(file: &[u8]) -> Result<Arc<TypedRunnableModel>, TractError> {
    let mut model = tract_onnx::onnx().model_for_read(&mut Cursor::new(file))?;
    let rows = model.symbols.sym("rows");
    model.set_input_fact(0, f32::fact([rows.to_dim(), COUNT.to_dim()]).into())?;
    model.select_outputs_by_name([OUTPUT])?;
    let mut model = model.into_optimized()?;
    trees::lay_out(&mut model)?;
    model.into_runnable_with_options(&RunOptions::default())
}

fn log_odds(probability: f32) -> f64 {
    let probability = f64::from(probability).clamp(EPSILON, 1.0 - EPSILON);
    (probability / (1.0 - probability)).ln()
}
