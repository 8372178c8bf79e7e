//! Values over the defaults of a chart and its subcharts.

use std::sync::Arc;

use portcullis_gotemplate::{Data, Map, Str, Value, format::sprintf};
use portcullis_source::{OriginId, Trace};

use crate::{
    Compat,
    resolve::{ChartId, Charts},
    table,
    warning::Warning,
};

/// The key whose table every subchart sees.
const GLOBAL: &str = "global";

/// Lays values over defaults.
pub(crate) struct Coalescer<'a> {
    /// The charts with their defaults.
    pub(crate) charts: &'a Charts<'a>,
    /// Whether null stays, which is so while subcharts are still being chosen.
    pub(crate) merge: bool,
    /// Where to remember which value hides which; none where the result is thrown away.
    pub(crate) trace: Option<&'a mut Trace>,
    /// Helm's notes.
    pub(crate) warnings: &'a mut Vec<Warning>,
}

/// The table of a chart's values, and what it came from in the table of the chart around it.
#[derive(Clone, Copy)]
struct Holder<'a> {
    values: &'a Map,
    origin: OriginId,
}

impl Coalescer<'_> {
    /// The values of a chart and its subcharts: those given, over a copy of the defaults.
    pub(crate) fn values(&mut self, chart: ChartId, given: &Map) -> Result<Map, String> {
        let copied = table::deep_copy(&Value::new(Data::Map(given.clone())));
        let Some(copied) = table::table(&copied) else { return Err("values are no table".to_owned()) };
        self.chart(chart, Holder { values: copied, origin: OriginId::NONE }, "")?;
        Ok(copied.clone())
    }

    fn chart(&mut self, chart: ChartId, holder: Holder<'_>, prefix: &str) -> Result<(), String> {
        let prefix = join(prefix, &self.charts.name(chart));
        self.defaults(chart, holder, &prefix);
        let values = holder.values;
        for child in self.charts.children(chart) {
            let name = self.charts.name(child);
            let below = values.get(&name).unwrap_or_else(table::empty);
            let Some(below_table) = table::table(&below).cloned() else {
                return Err(format!("type mismatch on {name}: {}", print_as_bool(&below)));
            };
            let origin = below.origin;
            values.set(name, below);
            self.globals(&below_table, values, &prefix);
            self.chart(child, Holder { values: &below_table, origin }, &prefix)?;
        }
        Ok(())
    }

    fn defaults(&mut self, chart: ChartId, Holder { values, origin }: Holder<'_>, prefix: &str) {
        let defaults = table::deep_copy(&self.charts.values(chart));
        let Some(defaults) = table::table(&defaults) else { return };
        for (key, default) in table::entries(defaults) {
            let cleans = self.charts.compat() == Compat::Helm4 && !self.merge;
            let Some(value) = values.get(&key) else {
                if cleans && table::is_null(&default) {
                    continue;
                }
                if cleans && let Some(default) = table::table(&default) {
                    table::remove_nulls(default);
                }
                values.set(key, default);
                continue;
            };
            if table::is_null(&value) {
                if !self.merge {
                    self.remove(values, &key, &value, &default);
                    if let Some(trace) = self.trace.as_deref_mut() {
                        trace.remove_from(origin, &key, value.origin);
                    }
                }
                continue;
            }
            match (table::table(&value), table::table(&default)) {
                (Some(above), Some(below)) => {
                    let merge = self.merge || self.charts.children(chart).into_iter().any(|child| self.charts.name(child) == key);
                    if self.charts.compat() == Compat::Helm4 && !merge {
                        table::remove_nulls(below);
                    }
                    if self.charts.compat() == Compat::Helm4
                        && let Some(trace) = self.trace.as_deref_mut().filter(|_| merge)
                    {
                        // They stay because somebody gave this table; Helm takes them out of one that nobody gave.
                        table::decide_nulls(trace, below, value.origin);
                    }
                    self.join(values, &key, value.clone(), &default);
                    self.tables(above, below, &join(prefix, &key), merge);
                }
                (Some(_), None) if !table::is_null(&default) => {
                    self.warn(237, format!("warning: skipped value for {prefix}.{key}: Not a table."));
                }
                (Some(_), None) => {}
                (None, _) => self.shadow(values, &key, value, &default),
            }
        }
    }

    /// Adds to a table what it lacks of another.
    pub(crate) fn tables(&mut self, upper: &Map, lower: &Map, prefix: &str, merge: bool) {
        for (key, below) in table::entries(lower) {
            let Some(value) = upper.get(&key) else {
                upper.set(key, below);
                continue;
            };
            if table::is_null(&value) {
                if !merge && table::is_null(&below) {
                    // It stays because there is nothing but null to take away.
                    self.both(upper, &key, value, &below);
                } else if !merge {
                    self.remove(upper, &key, &value, &below);
                }
                continue;
            }
            let full = join(prefix, &key);
            match (table::table(&value), table::table(&below)) {
                (Some(above), Some(inner)) => {
                    self.join(upper, &key, value.clone(), &below);
                    self.tables(above, inner, &full, merge);
                }
                (None, Some(_)) => {
                    self.warn(316, format!("warning: cannot overwrite table with non table for {full} ({})", print(&below)));
                    self.shadow(upper, &key, value, &below);
                }
                (Some(_), None) if !table::is_null(&below) => {
                    let what = print(&below);
                    self.warn(319, format!("warning: destination for {full} is a table. Ignoring non-table value ({what})"));
                }
                (Some(_), None) => {}
                (None, None) => self.shadow(upper, &key, value, &below),
            }
        }
    }

    /// Hands the global table down: its own tables are copied, those below them are shared.
    fn globals(&mut self, child: &Map, parent: &Map, prefix: &str) {
        let below = child.get(GLOBAL).unwrap_or_else(table::empty);
        let Some(below_table) = table::table(&below).cloned() else {
            return self.warn(138, format!("warning: skipping globals because destination {GLOBAL} is not a table."));
        };
        let above = parent.get(GLOBAL).unwrap_or_else(table::empty);
        let Some(above_table) = table::table(&above) else {
            return self.warn(145, format!("warning: skipping globals because source {GLOBAL} is not a table."));
        };
        for (key, value) in table::entries(above_table) {
            let own = below_table.get(&key);
            let own_table = own.as_ref().and_then(table::table);
            match (table::table(&value), &own) {
                (Some(above), None) => below_table.set(key, Value { data: shallow(above), ..value.clone() }),
                (Some(above), Some(_)) => {
                    let Some(own) = own_table else {
                        self.warn(161, format!("Conflict: cannot merge map onto non-map for {key:?}. Skipping."));
                        continue;
                    };
                    let mut copied = Value { data: shallow(above), ..value.clone() };
                    if let (Some(trace), Some(own)) = (self.trace.as_deref_mut(), &below_table.get(&key)) {
                        table::join(trace, &mut copied, own);
                    }
                    if let Some(copied) = table::table(&copied) {
                        self.tables(copied, own, &join(prefix, &key), true);
                    }
                    below_table.set(key, copied);
                }
                (None, Some(_)) if own_table.is_some() => self.warn(175, format!("key {key} is table. Skipping")),
                (None, Some(own)) => {
                    below_table.set(Arc::clone(&key), value.clone());
                    self.shadow(&below_table, &key, value, own);
                }
                (None, None) => below_table.set(key, value),
            }
        }
        child.set(GLOBAL, below);
    }

    fn remove(&mut self, values: &Map, key: &str, null: &Value, hidden: &Value) {
        table::remove(values, key);
        if let Some(trace) = self.trace.as_deref_mut() {
            let mut null = null.clone();
            table::shadow(trace, &mut null, hidden);
            trace.remove(null.origin, hidden.origin);
        }
    }

    fn shadow(&mut self, values: &Map, key: &str, mut value: Value, hidden: &Value) {
        if let Some(trace) = self.trace.as_deref_mut() {
            table::shadow(trace, &mut value, hidden);
            values.set(key, value);
        }
    }

    /// Makes a null lead to the one below it too.
    fn both(&mut self, values: &Map, key: &str, null: Value, lower: &Value) {
        if let Some(trace) = self.trace.as_deref_mut() {
            let origin = trace.join(null.origin, lower.origin);
            values.set(key, null.from(origin));
        }
    }

    /// Makes the table at a key lead to the one that is merged into it too.
    fn join(&mut self, values: &Map, key: &str, mut value: Value, lower: &Value) {
        if let Some(trace) = self.trace.as_deref_mut() {
            let before = value.origin;
            table::join(trace, &mut value, lower);
            if value.origin != before {
                values.set(key, value);
            }
        }
    }

    fn warn(&mut self, line: u32, message: String) {
        self.warnings.push(Warning::Values(line, message));
    }
}

fn shallow(map: &Map) -> Data {
    Data::Map(Map::new(map.kind, map.entries.borrow().clone()))
}

fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

/// A value as Go's `%v` has it, for a warning.
fn print(value: &Value) -> String {
    sprintf(&Str::from("%v"), std::slice::from_ref(value)).lossy().into_owned()
}

/// A value as Go's `%t` has it, which Helm uses for values that are no booleans.
fn print_as_bool(value: &Value) -> String {
    sprintf(&Str::from("%t"), std::slice::from_ref(value)).lossy().into_owned()
}
