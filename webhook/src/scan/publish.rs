//! Reports to the server: only those that say something else than before, and none for namespaces that are gone.

use std::{collections::BTreeMap, sync::Arc};

use kube::{
    Api, Client,
    api::{DeleteParams, ListParams, Patch, PatchParams},
    core::{ApiResource, DynamicObject, GroupVersionKind},
};
use serde_json::Value;

use super::{
    discover::Dialect,
    gather::Gathered,
    gauges::Gauges,
    report::{self, LABEL, NAME, Press, Times},
};
use crate::cluster::client::{Unanswered, in_time};

/// Who owns the fields of a report.
const MANAGER: &str = "portcullis-scan";

/// How many reports are read at once; each may be large.
const PAGE: u32 = 20;

/// A report as the server has it.
#[derive(Debug, Default)]
struct Published {
    content: Value,
    times: Times,
}

/// Writes reports in one of the APIs for them.
pub(crate) struct Publisher {
    client: Client,
    pub(crate) dialect: Dialect,
    known: BTreeMap<Arc<str>, Published>,
}

impl Publisher {
    /// Reads what is there already, perhaps from before this replica led.
    pub(crate) async fn load(client: &Client, dialect: Dialect) -> Result<Self, Unanswered> {
        let mut publisher = Self { client: client.clone(), dialect, known: BTreeMap::new() };
        for is_namespaced in [true, false] {
            let api = Api::<DynamicObject>::all_with(publisher.client.clone(), &publisher.resource(is_namespaced));
            let mut page = ListParams::default().labels(&format!("{}={}", LABEL.0, LABEL.1)).limit(PAGE);
            loop {
                let list = in_time(api.list(&page)).await?;
                for object in list.items.iter().filter(|object| object.metadata.name.as_deref() == Some(NAME)) {
                    publisher.remember(&serde_json::to_value(object).unwrap_or_default());
                }
                match list.metadata.continue_.filter(|token| !token.is_empty()) {
                    Some(token) => page = page.continue_token(&token),
                    None => break,
                }
            }
        }
        Ok(publisher)
    }

    /// What is said already, as who it is said of and by which rule.
    pub(crate) fn said(&self) -> impl Iterator<Item = (String, String)> {
        let results = |published: &Published| published.content.pointer("/1").and_then(Value::as_array).cloned().unwrap_or_default();
        self.known.values().flat_map(results).filter_map(|result| {
            let text = |pointer: &str| result.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
            (text("/result")? == "fail").then_some((text("/resources/0/uid")?, text("/rule")?))
        })
    }

    fn remember(&mut self, report: &Value) {
        let published = Published { content: report::content(report), times: report::times(report) };
        self.known.insert(report::namespace(report), published);
    }

    fn resource(&self, is_namespaced: bool) -> ApiResource {
        let ((group, version), (kind, plural)) = (self.dialect.group_version(), self.dialect.kind(is_namespaced));
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural)
    }

    fn api(&self, namespace: &str) -> Api<DynamicObject> {
        let resource = self.resource(!namespace.is_empty());
        if namespace.is_empty() {
            return Api::all_with(self.client.clone(), &resource);
        }
        Api::namespaced_with(self.client.clone(), namespace, &resource)
    }

    /// Brings the reports of the server up to what was gathered; the first thing that the server did not take.
    pub(crate) async fn publish(&mut self, gathered: &Gathered, press: &Press<'_>, gauges: &Gauges) -> Result<(), Unanswered> {
        let mut failed = Ok(());
        let none = (BTreeMap::new(), Times::new());
        for (namespace, clean) in &gathered.clean {
            let lines = gathered.lines.get(namespace).unwrap_or(&none.0);
            let known = self.known.get(namespace);
            let report = press.report(namespace, lines, *clean, known.map_or(&none.1, |known| &known.times));
            if known.is_some_and(|known| known.content == report::content(&report)) {
                gauges.wrote("report", "unchanged");
                continue;
            }
            let parameters = PatchParams::apply(MANAGER).force();
            let api = self.api(namespace);
            match in_time(api.patch(NAME, &parameters, &Patch::Apply(&report))).await {
                Ok(_) => {
                    gauges.wrote("report", "written");
                    self.remember(&report);
                }
                Err(error) => {
                    gauges.wrote("report", "failed");
                    failed = failed.and(Err(error));
                }
            }
        }
        let gone: Vec<Arc<str>> = self.known.keys().filter(|namespace| !gathered.clean.contains_key(*namespace)).cloned().collect();
        for namespace in gone {
            match in_time(self.api(&namespace).delete(NAME, &DeleteParams::default())).await {
                Ok(_) => gauges.wrote("report", "removed"),
                Err(error) if error.is_unknown() => {}
                Err(error) => {
                    gauges.wrote("report", "failed");
                    failed = failed.and(Err(error));
                    continue;
                }
            }
            self.known.remove(&namespace);
        }
        failed
    }
}
