//! A score as an answer: what is to be done with the transaction, and why.

use serde::{Deserialize, Serialize};

use crate::{
    features::Row,
    manifest::Thresholds,
    model::{Model, Scored},
};

/// The most reasons that are given.
pub const MAX_REASONS: usize = 3;

/// How much a feature must add to the log-odds to be a reason.
pub const MIN_REASON: f64 = 0.1;

/// What is to be done with a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Let it through.
    Approve,
    /// Let a person look.
    Review,
    /// Refuse it.
    Decline,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The transaction's id.
    pub transaction_id: String,
    /// The probability of fraud, from 0 to 1.
    pub score: f32,
    /// What is to be done.
    pub decision: Decision,
    /// What raised the score most, the strongest first.
    pub reasons: Vec<Reason>,
    /// The version of the model that scored.
    pub model_version: String,
    /// When it was decided, in milliseconds after the start of 1970.
    pub decided_at: i64,
}

/// A feature that raised a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The feature's name.
    pub feature: String,
    /// Its value.
    pub value: f32,
    /// How much it added to the log-odds of fraud, against its usual value.
    pub log_odds: f64,
}

impl Decision {
    /// The name in answers, metrics and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Review => "review",
            Self::Decline => "decline",
        }
    }

    /// What thresholds make of a score.
    #[must_use]
    pub fn of(score: f32, thresholds: Thresholds) -> Self {
        match f64::from(score) {
            score if score >= thresholds.decline => Self::Decline,
            score if score >= thresholds.review => Self::Review,
            _ => Self::Approve,
        }
    }
}

impl Answer {
    /// The answer about a row that a model scored.
    #[must_use]
    pub fn of(transaction_id: &str, row: &Row, scored: &Scored, model: &Model, now: i64) -> Self {
        let strong = scored.contributions.iter().filter(|contribution| contribution.log_odds >= MIN_REASON).take(MAX_REASONS);
        let reasons = strong.filter_map(|contribution| {
            let feature = model.manifest.features.get(contribution.feature)?.name.clone();
            Some(Reason { feature, value: *row.get(contribution.feature)?, log_odds: (contribution.log_odds * 1e3).round() / 1e3 })
        });
        Self {
            transaction_id: transaction_id.to_owned(),
            score: scored.score,
            decision: Decision::of(scored.score, model.manifest.thresholds),
            reasons: reasons.collect(),
            model_version: model.manifest.version.clone(),
            decided_at: now,
        }
    }
}
