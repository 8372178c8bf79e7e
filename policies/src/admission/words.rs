//! What a verdict says to the person whose request it was.

use std::fmt::Write as _;

use super::{gate::Gate, limits::plain, review::Review, stamp, verdict::Judged};
use crate::{Fault, Finding};

/// How many findings a refusal tells; the rest is counted.
const MAX_TOLD: usize = 12;

/// Why a request is refused: each finding with its rule, its field, the line that it was made from, and what to do.
pub(super) fn refusal(gate: &Gate, review: &Review, denied: &[&Judged], faults: &[&Fault], note: Option<&str>) -> String {
    let count = denied.len() + faults.len();
    let things = if count == 1 { "1 thing" } else { &format!("{count} things") };
    let mut text = format!("portcullis refuses {} for {things}:", plain(&review.subject().to_string()));
    let mut explained: Vec<&str> = Vec::new();
    for judged in denied.iter().take(MAX_TOLD) {
        let finding = &judged.finding;
        let _ = write!(text, "\n- {}: {}", finding.rule, told(review, finding));
        if !explained.contains(&finding.rule.as_str()) {
            explained.push(finding.rule.as_str());
            if let Some(remedy) = gate.remedy(&finding.rule).filter(|remedy| !remedy.is_empty()) {
                let _ = write!(text, "\n  hint: {remedy}");
            }
        }
    }
    for fault in faults.iter().take(MAX_TOLD.saturating_sub(denied.len())) {
        let rule = fault.rule.as_ref().map_or_else(|| "portcullis".to_owned(), ToString::to_string);
        let _ = write!(text, "\n- {rule}: {} {}", plain(&review.subject().to_string()), plain(&fault.reason));
    }
    if count > MAX_TOLD {
        let _ = write!(text, "\n- and {} more", count - MAX_TOLD);
    }
    if let Some(note) = note {
        let _ = write!(text, "\nnote: {note}");
    }
    let _ = write!(text, "\nbundle {}", gate.digest());
    text
}

/// A finding in one line.
pub(super) fn warning(review: &Review, finding: &Finding, why: &str) -> String {
    format!("{}: {}{why}", finding.rule, told(review, finding))
}

/// A rule that could not be evaluated, in one line.
pub(super) fn fault(review: &Review, fault: &Fault) -> String {
    format!("portcullis: {} {}", review.subject(), fault.reason)
}

fn told(review: &Review, finding: &Finding) -> String {
    let pointer = finding.pointer();
    let place = stamp::place(review, &pointer).map(|place| format!(" ({})", plain(&place))).unwrap_or_default();
    let at = if pointer.is_empty() { String::new() } else { format!(" at {}", plain(&pointer)) };
    format!("{}{at}{place}", plain(&finding.message))
}
