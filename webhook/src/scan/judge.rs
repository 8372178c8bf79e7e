//! What the rules say of what is kept: each object once, until it, the bundle or the day changes.

use std::{
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

/// How many objects the rules that see a whole environment are shown; their memory grows with it.
const MAX_TOGETHER: usize = 5000;

/// What everything is judged by.
pub(crate) struct Bench {
    pub(crate) loaded: Arc<Loaded>,
    pub(crate) environment: Option<Arc<str>>,
    pub(crate) seconds: u64,
}

/// What the rules that see a whole environment say.
#[derive(Debug, Default)]
pub(crate) struct Together {
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
        let budget = Budget { deadline: Some(Instant::now() + LONGEST), ..Budget::WHOLE };
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

    /// Judges by the rules that see a whole environment: what answers for itself, as a repository would have it.
    pub(crate) fn together(&self, shelves: &Shelves) -> Together {
        let gate: &Gate = &self.loaded.gate;
        let mut tops = Vec::new();
        let mut resources: Vec<Resource> = Vec::new();
        for shelf in shelves.0.iter().filter(|shelf| shelf.read.is_joined) {
            for (key, stored) in &shelf.objects {
                let (Some(body), (top, true)) = (stored.kept.body.as_deref(), shelves.top(shelf, stored)) else { continue };
                let subject = Subject {
                    read: &shelf.read,
                    version: &shelf.version,
                    namespace: &key.namespace,
                    name: &key.name,
                    owner: None,
                    object: body,
                };
                if let Some(resource) = subject.resource(self.environment_of(&key.namespace)) {
                    tops.push(top);
                    resources.push(resource);
                }
                if resources.len() > MAX_TOGETHER {
                    let told = format!("more than {MAX_TOGETHER} objects are too many for the rules that see a whole environment");
                    return Together { hits: Vec::new(), problems: vec![told] };
                }
            }
        }
        let judged = catch_unwind(AssertUnwindSafe(|| gate.judge_together(&resources, &self.circumstances(""))));
        let Ok((hits, problems)) = judged else {
            return Together { hits: Vec::new(), problems: vec!["a fault of portcullis".to_owned()] };
        };
        let hits = hits.into_iter().filter_map(|(place, hit)| Some((tops.get(place)?.clone(), hit)));
        Together { hits: hits.collect(), problems }
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
