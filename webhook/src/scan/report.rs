//! What was gathered in a namespace to a report whose size has an end.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_policies::{Severity, admission::stored::State};
use serde_json::{Map, Value, json};

use super::{
    discover::Dialect,
    gather::{About, Line},
};

/// How many results a report has; what is more is counted in one entry.
const MAX_RESULTS: usize = 400;

/// How many bytes all of them may have together: the store of a cluster takes no object above 1.5 MiB.
const MAX_BYTES: usize = 768 << 10;

/// How many bytes any text in a result may have.
const MAX_TEXT: usize = 400;

/// The name of every report.
pub(crate) const NAME: &str = "portcullis";

/// The label by which reports are found again.
pub(crate) const LABEL: (&str, &str) = ("app.kubernetes.io/managed-by", "portcullis");

/// The annotation with the bundle that was judged by.
pub(crate) const BUNDLE: &str = "portcullis.dev/bundle";

/// What all reports have in common.
pub(crate) struct Press<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) digest: &'a str,
    pub(crate) severities: &'a BTreeMap<String, Severity>,
    pub(crate) seconds: u64,
}

/// When a result was found first, by what names it.
pub(crate) type Times = BTreeMap<String, i64>;

impl Press<'_> {
    /// The report of a namespace, or of what has none.
    pub(crate) fn report(&self, namespace: &str, lines: &BTreeMap<About, Line>, clean: usize, times: &Times) -> Value {
        let (group, version) = self.dialect.group_version();
        let (kind, _) = self.dialect.kind(!namespace.is_empty());
        let mut sorted: Vec<(&About, &Line)> = lines.iter().collect();
        // What is refused comes first, so that it is not what is left out.
        sorted.sort_by(|left, right| (left.1.hit.state, &left.0.rule, left.0).cmp(&(right.1.hit.state, &right.0.rule, right.0)));
        let mut results = Vec::new();
        let mut bytes = 0;
        for (about, line) in &sorted {
            let result = self.result(about, line, times);
            bytes += result.to_string().len();
            if results.len() >= MAX_RESULTS || bytes > MAX_BYTES {
                break;
            }
            results.push(result);
        }
        results.extend(self.rest(sorted.get(results.len()..).unwrap_or_default()));
        let count = |state| sorted.iter().filter(|(_, line)| line.hit.state == state).count();
        let (fail, warn, error, skip) = (count(State::Fail), count(State::Warn), count(State::Error), count(State::Skip));
        let mut metadata = json!({"name": NAME, "labels": {LABEL.0: LABEL.1}, "annotations": {BUNDLE: self.digest}});
        if let (false, Some(metadata)) = (namespace.is_empty(), metadata.as_object_mut()) {
            metadata.insert("namespace".to_owned(), namespace.into());
        }
        let mut report = json!({
            "apiVersion": format!("{group}/{version}"),
            "kind": kind,
            "metadata": metadata,
            "summary": {"pass": clean, "fail": fail, "warn": warn, "error": error, "skip": skip},
            "results": results,
        });
        if let (Dialect::OpenReports, Some(report)) = (self.dialect, report.as_object_mut()) {
            report.insert("source".to_owned(), NAME.into());
        }
        report
    }

    fn result(&self, about: &About, line: &Line, times: &Times) -> Value {
        let rule = about.rule.as_deref().unwrap_or("unreadable");
        let severity = match self.severities.get(rule) {
            Some(Severity::Warning) => "medium",
            Some(Severity::Error) | None => "high",
        };
        let top = &about.top;
        let named =
            [("apiVersion", &top.api_version), ("kind", &top.kind), ("namespace", &top.namespace), ("name", &top.name), ("uid", &top.uid)];
        let reference: Map<String, Value> =
            named.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| (key.to_owned(), (&**text).into())).collect();
        let mut result = json!({
            "source": NAME,
            "policy": rule,
            "rule": rule,
            "severity": severity,
            "result": line.hit.state.name(),
            "message": short(&about.message),
            "resources": [reference],
            "properties": properties(line),
        });
        let found = name_of(&result).and_then(|name| times.get(&name).copied());
        let seconds = found.unwrap_or_else(|| i64::try_from(self.seconds).unwrap_or_default());
        if let Some(result) = result.as_object_mut() {
            result.insert("timestamp".to_owned(), json!({"seconds": seconds, "nanos": 0}));
        }
        result
    }

    /// One entry for everything that there is no room for.
    fn rest(&self, left: &[(&About, &Line)]) -> Option<Value> {
        let worst = left.first()?.1.hit.state;
        let count = |state: State| left.iter().filter(|(_, line)| line.hit.state == state).count();
        let counts = State::ALL.into_iter().map(|state| (state, count(state))).filter(|(_, count)| *count > 0);
        let told: Vec<String> = counts.map(|(state, count)| format!("{count} {}", state.name())).collect();
        Some(json!({
            "source": NAME,
            "policy": NAME,
            "rule": "left-out",
            "severity": "info",
            "result": worst.name(),
            "message": format!("and {} more results that there is no room for: {}", left.len(), told.join(", ")),
            // The time of something that changes with every result tells nothing.
            "timestamp": {"seconds": 0, "nanos": 0},
        }))
    }
}

/// What is told beside the message; counts are rough, so that pods that come and go do not write reports.
fn properties(line: &Line) -> Value {
    let mut found = Map::new();
    let mut put = |key: &str, value: &str| {
        if !value.is_empty() {
            found.insert(key.to_owned(), short(value).into());
        }
    };
    put("environment", line.environment.as_deref().unwrap_or_default());
    put("path", &line.hit.pointer);
    put("origin", line.hit.origin.as_deref().unwrap_or_default());
    if !line.is_own {
        put("objects", &rough(line.objects));
    }
    if let Some(waived) = &line.hit.waived {
        put("waiver", &waived.reason);
        put("waiver-owner", waived.owner.as_deref().unwrap_or_default());
        put("waiver-ticket", waived.ticket.as_deref().unwrap_or_default());
        put("waiver-expires", &waived.expires.map(|date| date.to_string()).unwrap_or_default());
    }
    Value::Object(found)
}

fn rough(count: usize) -> String {
    match count {
        0..10 => count.to_string(),
        10..100 => "10 or more".to_owned(),
        100..1000 => "100 or more".to_owned(),
        _ => "1000 or more".to_owned(),
    }
}

/// A text cut where it is too long.
fn short(text: &str) -> String {
    if text.len() <= MAX_TEXT {
        return text.to_owned();
    }
    let mut end = MAX_TEXT;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// What names a result over time.
fn name_of(result: &Value) -> Option<String> {
    let text = |pointer: &str| result.pointer(pointer).and_then(Value::as_str);
    let resource = text("/resources/0/uid").or_else(|| text("/resources/0/name"))?;
    Some([text("/policy")?, text("/result")?, resource, text("/message")?].join("\n"))
}

/// When the results of a report were found first.
pub(crate) fn times(report: &Value) -> Times {
    let results = report.get("results").and_then(Value::as_array).into_iter().flatten();
    results.filter_map(|result| Some((name_of(result)?, result.pointer("/timestamp/seconds")?.as_i64()?))).collect()
}

/// The part of a report that is ours, which decides whether it must be written.
pub(crate) fn content(report: &Value) -> Value {
    let part = |pointer: &str| report.pointer(pointer).cloned().unwrap_or_default();
    let labels = format!("/metadata/labels/{}", LABEL.0.replace('/', "~1"));
    let bundle = format!("/metadata/annotations/{}", BUNDLE.replace('/', "~1"));
    json!([part("/summary"), part("/results"), part(&labels), part(&bundle)])
}

/// The namespace of a report, empty for that of what has none.
pub(crate) fn namespace(report: &Value) -> Arc<str> {
    report.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default().into()
}
