//! The table service × environment: what changes in each application, and what is found there.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_policies::Level;

use super::{
    ChangeKind, Finding, Report, Status,
    places::{Place, Places},
};

/// What there is to say of one service in one environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    /// What happens to the application as a whole, where it changes.
    pub(crate) change: Option<ChangeKind>,
    /// How many of its objects change.
    pub(crate) objects: usize,
    /// How many changes a person should look at twice.
    pub(crate) hazards: usize,
    /// Findings at deny level; where two revisions are compared, new ones.
    pub(crate) denied: usize,
    /// Findings at warn level; where two revisions are compared, new ones.
    pub(crate) warned: usize,
    /// Findings that are gone.
    pub(crate) fixed: usize,
    /// Whether it was not rendered.
    pub(crate) is_missing: bool,
}

/// The cells that have something to say.
#[derive(Debug)]
pub(crate) struct Matrix {
    /// Its rows and columns.
    pub(crate) places: Places,
    cells: BTreeMap<Place, Cell>,
}

impl Matrix {
    /// Fills the cells of a report.
    pub(crate) fn of(report: &Report) -> Self {
        let mut matrix = Self { places: Places::of(report), cells: BTreeMap::new() };
        for change in report.changes.iter().flat_map(|changes| &changes.applications) {
            matrix.at(change.name.as_deref(), |cell| {
                cell.change = Some(change.kind);
                cell.objects += change.objects.len();
                cell.hazards += change.objects.iter().filter(|object| !object.hazards.is_empty()).count();
            });
        }
        for finding in &report.findings {
            for name in &finding.applications {
                matrix.at(Some(name), |cell| cell.add(finding));
            }
        }
        for entry in &report.applications.not_rendered {
            matrix.at(Some(&entry.application), |cell| cell.is_missing = true);
        }
        matrix
    }

    fn at(&mut self, application: Option<&str>, change: impl FnOnce(&mut Cell)) {
        if let Some(place) = application.and_then(|name| self.places.find(name)) {
            change(self.cells.entry(place).or_default());
        }
    }

    /// The rows that have something to say: the service, and its cell in each environment.
    pub(crate) fn rows(&self) -> Vec<(&Arc<str>, Vec<Option<Cell>>)> {
        let row = |(index, service)| {
            let cells: Vec<Option<Cell>> = (0..self.places.environments.len()).map(|column| self.cell((index, column))).collect();
            cells.iter().any(Option::is_some).then_some((service, cells))
        };
        self.places.services.iter().enumerate().filter_map(row).collect()
    }

    fn cell(&self, place: Place) -> Option<Cell> {
        self.cells.get(&place).copied().filter(|cell| *cell != Cell::default())
    }

    /// The columns.
    pub(crate) fn environments(&self) -> impl Iterator<Item = &Arc<str>> {
        self.places.environments.iter()
    }
}

impl Cell {
    fn add(&mut self, finding: &Finding) {
        if finding.waived.is_some() {
            return;
        }
        match (finding.status, finding.level) {
            (Some(Status::Fixed), _) => self.fixed += 1,
            (Some(Status::Unchanged), _) => {}
            (Some(Status::New) | None, Level::Deny) => self.denied += 1,
            (Some(Status::New) | None, Level::Warn) => self.warned += 1,
        }
    }

    /// What it says, most important first: how many of what.
    pub(crate) fn says(&self) -> Vec<(Mark, usize)> {
        let change = |kind: ChangeKind| match kind {
            ChangeKind::Added => (Mark::Added, 0),
            ChangeKind::Removed => (Mark::Removed, 0),
            ChangeKind::Changed => (Mark::Changed, self.objects),
        };
        let mut says: Vec<(Mark, usize)> = self.is_missing.then_some((Mark::Missing, 0)).into_iter().collect();
        let counted = |says: Vec<(Mark, usize)>| says.into_iter().filter(|(_, count)| *count > 0);
        says.extend(counted(vec![(Mark::Denied, self.denied), (Mark::Warned, self.warned)]));
        says.extend(self.change.map(change));
        says.extend(counted(vec![(Mark::Hazard, self.hazards), (Mark::Fixed, self.fixed)]));
        says
    }
}

/// A sign that is told apart without colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// It was not rendered.
    Missing,
    /// Something is denied.
    Denied,
    /// Something is warned of.
    Warned,
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// It becomes another.
    Changed,
    /// It needs a second look.
    Hazard,
    /// Something is gone that was found before.
    Fixed,
}

impl Mark {
    /// The sign.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Missing => "?",
            Self::Denied => "✗",
            Self::Warned => "!",
            Self::Added => "+",
            Self::Removed => "−",
            Self::Changed => "~",
            Self::Hazard => "⚠",
            Self::Fixed => "✓",
        }
    }

    /// What it means, for so many; of an application as a whole there is no number.
    pub(crate) fn words(self, count: usize) -> String {
        let word = match self {
            Self::Missing => "not rendered",
            Self::Denied => "denied",
            Self::Warned => "warned",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Hazard => "to check",
            Self::Fixed => "fixed",
        };
        if count == 0 { word.to_owned() } else { format!("{count} {word}") }
    }

    /// The word for it in style sheets.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Denied => "denied",
            Self::Warned => "warned",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Hazard => "hazard",
            Self::Fixed => "fixed",
        }
    }
}
