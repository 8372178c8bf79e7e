//! Where applications belong: services, which are the rows of a report, and environments, which are its columns.

use std::{collections::BTreeMap, sync::Arc};

use indexmap::IndexSet;

use super::Report;

/// The services and environments of a run, and of what comes and goes with a change.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The services; an application without a service stands for itself.
    pub(crate) services: IndexSet<Arc<str>>,
    /// The environments.
    pub(crate) environments: IndexSet<Arc<str>>,
    of: BTreeMap<Arc<str>, Place>,
}

/// The row and the column of an application.
pub(crate) type Place = (usize, usize);

/// The column of what belongs to no environment.
const NONE: &str = "–";

impl Places {
    /// Sorts the applications of a report.
    pub(crate) fn of(report: &Report) -> Self {
        let mut places = Self::default();
        for (name, (service, environment)) in report.reach.homes() {
            places.add(name, service.as_ref(), environment.as_ref());
        }
        for change in report.changes.iter().flat_map(|changes| &changes.applications) {
            let Some(name) = &change.name else { continue };
            places.add(name, change.service.as_ref(), change.environment.as_ref());
        }
        places.sort();
        places
    }

    fn add(&mut self, name: &Arc<str>, service: Option<&Arc<str>>, environment: Option<&Arc<str>>) {
        if self.of.contains_key(name) {
            return;
        }
        let (row, _) = self.services.insert_full(Arc::clone(service.unwrap_or(name)));
        let (column, _) = self.environments.insert_full(environment.map_or_else(|| Arc::from(NONE), Arc::clone));
        self.of.insert(Arc::clone(name), (row, column));
    }

    /// Puts the services in the order of their names; environments stay as they are met.
    fn sort(&mut self) {
        let before = self.services.clone();
        self.services.sort_unstable();
        for (row, _) in self.of.values_mut() {
            let name = before.get_index(*row);
            *row = name.and_then(|name| self.services.get_index_of(name)).unwrap_or(*row);
        }
    }

    /// The row and the column of an application.
    pub(crate) fn find(&self, application: &str) -> Option<Place> {
        self.of.get(application).copied()
    }
}
