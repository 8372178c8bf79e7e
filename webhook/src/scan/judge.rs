//! What the rules say of what is kept: each object once, until it, the bundle or the day changes.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use portcullis_policies::{
    Budget, Identity, Resource, Worker,
    admission::{
        Circumstances, Gate,
        stored::{Hit, Subject},
    },
};

use super::{
    keep::Key,
    shelf::{Said, Shelf, Shelves, Stored, Top},
};
use crate::gates::Loaded;

/// How long is judged at a stretch, and how long others have the processor after that: reviews come first.
const STRETCH: Duration = Duration::from_millis(10);

/// How long one rule may take for one object.
const LONGEST: Duration = Duration::from_secs(2);

/// How many objects of one namespace the rules that see them together are shown: they take some 45 KiB of memory each meanwhile.
const MAX_TOGETHER: usize = 1000;

/// What everything is judged by.
pub(crate) struct Bench {
    pub(crate) loaded: Arc<Loaded>,
    pub(crate) environment: Option<Arc<str>>,
    pub(crate) seconds: u64,
}

/// What the rules that see a whole environment say of a namespace.
#[derive(Debug, Default)]
pub(crate) struct Together {
    by: (u64, u64),
    pub(crate) hits: Vec<(Top, Hit)>,
    /// What could not be checked, in words.
    pub(crate) problems: Vec<String>,
}

impl Bench {
    /// By which bundle and on which day is judged.
    fn by(&self) -> (u64, u64) {
        (self.loaded.generation, self.seconds / 86_400)
    }

    /// The environment of a namespace.
    pub(crate) fn environment_of(&self, namespace: &str) -> Option<Arc<str>> {
        self.environment.clone().or_else(|| self.loaded.gate.environment_of(namespace))
    }

    fn circumstances(&self, namespace: &str) -> Circumstances {
        let budget = Budget { deadline: Some(Instant::now() + LONGEST), ..Budget::ONE };
        Circumstances { seconds: self.seconds, environment: self.environment_of(namespace), budget }
    }

    /// Judges what is new; how many that were.
    pub(crate) async fn judge(&self, shelves: &mut Shelves) -> usize {
        let by = self.by();
        let mut worker = self.loaded.gate.engine().worker();
        let mut count = 0;
        let mut begun = Instant::now();
        for place in 0..shelves.0.len() {
            for key in due(shelves, place, by) {
                let Some((shelf, stored)) = shelves.0.get(place).and_then(|shelf| Some((shelf, shelf.objects.get(&key)?))) else {
                    continue;
                };
                let hits = self.one(&mut worker, shelves, (shelf, stored));
                if let Some(stored) = shelves.0.get_mut(place).and_then(|shelf| shelf.objects.get_mut(&key)) {
                    stored.said = Some(Said { by, hits: hits.into() });
                }
                count += 1;
                if begun.elapsed() > STRETCH {
                    tokio::time::sleep(STRETCH).await;
                    begun = Instant::now();
                }
            }
        }
        count
    }

    fn one(&self, worker: &mut Worker, shelves: &Shelves, (shelf, stored): (&Shelf, &Stored)) -> Vec<Hit> {
        let (top, is_own) = shelves.top(shelf, stored);
        let owner = (!is_own).then(|| identity(&top));
        let key = &stored.kept.key;
        let subject = Subject {
            read: &shelf.read,
            version: &shelf.version,
            namespace: &key.namespace,
            name: &key.name,
            owner: owner.as_ref(),
            object: stored.kept.body.as_deref().unwrap_or("{}"),
        };
        let gate = &self.loaded.gate;
        let judged = catch_unwind(AssertUnwindSafe(|| gate.judge_stored(worker, &subject, &self.circumstances(&key.namespace))));
        match judged {
            Ok(Ok(hits)) => hits,
            Ok(Err(malformed)) => vec![Hit::unchecked(format!("cannot be checked: {}", malformed.message))],
            Err(_) => {
                *worker = gate.engine().worker();
                vec![Hit::unchecked("could not be checked for a fault of portcullis".to_owned())]
            }
        }
    }

    /// Judges by the rules that see a whole environment: what answers for itself, as a repository would have it, one namespace after the other.
    /// What these rules join (budgets, autoscalers, spreads) never reaches over a namespace, and memory stays that of the largest one.
    pub(crate) async fn together(&self, shelves: &mut Shelves, known: &mut BTreeMap<Arc<str>, Together>) {
        let by = self.by();
        let joined = || shelves.0.iter().filter(|shelf| shelf.read.is_joined);
        let touched: BTreeSet<Arc<str>> = shelves.0.iter().flat_map(|shelf| shelf.touched.iter().cloned()).collect();
        let present: BTreeSet<Arc<str>> = joined().flat_map(|shelf| shelf.objects.keys().map(|key| Arc::clone(&key.namespace))).collect();
        known.retain(|namespace, together| present.contains(namespace) && !touched.contains(namespace) && together.by == by);
        for namespace in present {
            let Entry::Vacant(place) = known.entry(namespace) else { continue };
            let begun = Instant::now();
            let together = self.namespace(shelves, place.key());
            place.insert(Together { by, ..together });
            tokio::time::sleep(begun.elapsed().min(LONGEST)).await;
        }
        for shelf in &mut shelves.0 {
            shelf.touched.clear();
        }
    }

    fn namespace(&self, shelves: &Shelves, namespace: &Arc<str>) -> Together {
        let gate: &Gate = &self.loaded.gate;
        let (mut tops, mut resources): (Vec<Top>, Vec<Resource>) = (Vec::new(), Vec::new());
        let first = Key { namespace: Arc::clone(namespace), name: "".into() };
        for shelf in shelves.0.iter().filter(|shelf| shelf.read.is_joined) {
            let here = shelf.objects.range(first.clone()..).take_while(|(key, _)| key.namespace == *namespace);
            for (key, stored) in here.filter(|(_, stored)| stored.kept.owner.is_none()) {
                let Some(object) = stored.kept.body.as_deref() else { continue };
                let version = &shelf.version;
                let subject = Subject { read: &shelf.read, version, namespace, name: &key.name, owner: None, object };
                if let Some(resource) = subject.resource(self.environment_of(namespace)) {
                    tops.push(shelves.top(shelf, stored).0);
                    resources.push(resource);
                }
                if resources.len() > MAX_TOGETHER {
                    let told = format!("{namespace} has more than {MAX_TOGETHER} objects, too many for the rules that see them together");
                    return Together { problems: vec![told], ..Together::default() };
                }
            }
        }
        match catch_unwind(AssertUnwindSafe(|| gate.judge_together(&resources, &self.circumstances(namespace)))) {
            Ok((hits, problems)) => {
                let hits = hits.into_iter().filter_map(|(place, hit)| Some((tops.get(place)?.clone(), hit))).collect();
                Together { hits, problems, ..Together::default() }
            }
            Err(_) => {
                Together { problems: vec![format!("{namespace} could not be checked for a fault of portcullis")], ..Together::default() }
            }
        }
    }
}

/// The objects of a shelf that must be judged.
fn due(shelves: &Shelves, place: usize, by: (u64, u64)) -> Vec<Key> {
    let objects = shelves.0.get(place).into_iter().flat_map(|shelf| &shelf.objects);
    let is_due = |stored: &Stored| stored.kept.body.is_some() && stored.said.as_ref().is_none_or(|said| said.by != by);
    objects.filter(|(_, stored)| is_due(stored)).map(|(key, _)| key.clone()).collect()
}

fn identity(top: &Top) -> Identity {
    let namespace = (!top.namespace.is_empty()).then(|| Arc::clone(&top.namespace));
    Identity { api_version: Arc::clone(&top.api_version), kind: Arc::clone(&top.kind), namespace, name: Arc::clone(&top.name) }
}
