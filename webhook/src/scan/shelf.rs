//! What is kept of the objects of each kind, and what the rules said of them last.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_policies::admission::stored::{Hit, Read};

use super::keep::{Kept, Key, Owner};

/// How many owners above each other are followed.
const MAX_OWNERS: usize = 8;

/// What the rules said, by which bundle and on which day: waivers end with their day.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) by: (u64, u64),
    pub(crate) hits: Arc<[Hit]>,
}

/// An object and what the rules said of it.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) kept: Kept,
    pub(crate) said: Option<Said>,
}

/// How it is with the objects of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The server has no such kind.
    Unknown,
    /// It has not been asked yet, or has not told everything yet.
    Coming,
    /// Everything is known.
    Watched,
    /// The account may not see them; what was known stays.
    Forbidden,
    /// The server does not answer as it should; what was known stays.
    Failing,
}

/// The objects of a kind.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) read: Read,
    pub(crate) version: String,
    pub(crate) state: State,
    pub(crate) objects: BTreeMap<Key, Stored>,
    /// While everything is told anew: what was told so far.
    fresh: Option<BTreeSet<Key>>,
    /// Whether everything was told once.
    is_whole: bool,
    /// The namespaces in which something that answers for itself has changed, for the rules that see these together.
    pub(crate) touched: BTreeSet<Arc<str>>,
}

/// What an event of a watch says.
#[derive(Debug)]
pub(crate) enum Told {
    /// Everything is told anew.
    Begin,
    /// An object is there, as a part of everything or by itself.
    Held(Box<Kept>),
    /// Everything has been told.
    Done,
    /// An object is not there any more.
    Gone(Key),
    /// Nothing has happened for a while, which is well.
    Quiet,
    /// The server does not answer as it should.
    Trouble(State, String),
}

impl Shelf {
    /// An empty one.
    pub(crate) fn new(read: Read) -> Self {
        Self {
            read,
            version: String::new(),
            state: State::Unknown,
            objects: BTreeMap::new(),
            fresh: None,
            is_whole: false,
            touched: BTreeSet::new(),
        }
    }

    /// Whether a scan would leave something out that is going to be known soon.
    pub(crate) fn is_awaited(&self) -> bool {
        match self.state {
            State::Coming => true,
            // A server that has just begun may not know who may do what.
            State::Failing | State::Forbidden => !self.is_whole,
            State::Unknown | State::Watched => false,
        }
    }

    /// Takes in what a watch tells; whether rules may say something else now.
    pub(crate) fn take(&mut self, told: Told) -> bool {
        match told {
            Told::Begin => {
                self.fresh = Some(BTreeSet::new());
                false
            }
            Told::Held(kept) => self.hold(*kept),
            Told::Done => {
                let was_whole = std::mem::replace(&mut self.is_whole, true);
                self.state = State::Watched;
                let Some(fresh) = self.fresh.take() else { return !was_whole };
                let gone: Vec<Key> = self.objects.keys().filter(|key| !fresh.contains(*key)).cloned().collect();
                let is_less = gone.iter().filter(|key| self.drop(key)).count() > 0;
                !was_whole || is_less
            }
            Told::Gone(key) => {
                self.settle();
                self.drop(&key)
            }
            Told::Quiet => {
                self.settle();
                false
            }
            Told::Trouble(state, _) => {
                self.state = state;
                false
            }
        }
    }

    /// The server has no such kind; whether it had objects of it.
    pub(crate) fn forget(&mut self) -> bool {
        let touched = self.objects.keys().map(|key| Arc::clone(&key.namespace)).collect::<BTreeSet<_>>();
        let had_objects = !touched.is_empty();
        *self = Self { touched, ..Self::new(self.read.clone()) };
        had_objects
    }

    fn drop(&mut self, key: &Key) -> bool {
        let gone = self.objects.remove(key);
        if gone.as_ref().is_some_and(|gone| gone.kept.owner.is_none()) {
            self.touched.insert(Arc::clone(&key.namespace));
        }
        gone.is_some()
    }

    fn settle(&mut self) {
        if self.is_whole && self.fresh.is_none() {
            self.state = State::Watched;
        }
    }

    fn hold(&mut self, kept: Kept) -> bool {
        if let Some(fresh) = &mut self.fresh {
            fresh.insert(kept.key.clone());
        }
        self.settle();
        match self.objects.get(&kept.key) {
            Some(known) if known.kept == kept => false,
            known => {
                if kept.owner.is_none() || known.is_some_and(|known| known.kept.owner.is_none()) {
                    self.touched.insert(Arc::clone(&kept.key.namespace));
                }
                self.objects.insert(kept.key.clone(), Stored { kept, said: None });
                true
            }
        }
    }
}

/// The one who answers for an object: itself, where nothing controls it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Top {
    pub(crate) api_version: Arc<str>,
    pub(crate) kind: Arc<str>,
    pub(crate) namespace: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) uid: Arc<str>,
}

/// All kinds.
#[derive(Debug)]
pub(crate) struct Shelves(pub(crate) Vec<Shelf>);

impl Shelves {
    /// Who answers for an object, and whether that is the object itself.
    pub(crate) fn top(&self, shelf: &Shelf, stored: &Stored) -> (Top, bool) {
        let namespace = &stored.kept.key.namespace;
        let group = shelf.read.group;
        let own = if group.is_empty() { shelf.version.clone() } else { format!("{group}/{}", shelf.version) };
        let kept = &stored.kept;
        let Some(mut owner) = kept.owner.as_ref() else {
            let key = kept.key.clone();
            let uid = Arc::clone(&kept.uid);
            return (Top { api_version: own.into(), kind: shelf.read.kind.into(), namespace: key.namespace, name: key.name, uid }, true);
        };
        for _ in 0..MAX_OWNERS {
            match self.owned(owner, namespace) {
                Some(above) => owner = above,
                None => break,
            }
        }
        let Owner { api_version, kind, name, uid } = owner.clone();
        (Top { api_version, kind, namespace: Arc::clone(namespace), name, uid }, false)
    }

    /// The controller of a controller.
    fn owned(&self, owner: &Owner, namespace: &Arc<str>) -> Option<&Owner> {
        let shelf = self.0.iter().find(|shelf| shelf.read.kind == &*owner.kind && shelf.read.group == owner.group())?;
        let key = Key { namespace: Arc::clone(namespace), name: Arc::clone(&owner.name) };
        shelf.objects.get(&key).filter(|stored| stored.kept.uid == owner.uid)?.kept.owner.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use portcullis_policies::admission::stored::Read;

    use super::{Kept, Key, Owner, Shelf, Shelves, State, Told};

    const POD: Read = Read { group: "", resource: "pods", kind: "Pod", is_joined: true };
    const REPLICA_SET: Read = Read { group: "apps", resource: "replicasets", kind: "ReplicaSet", is_joined: true };

    fn kept(name: &str, uid: &str, owner: Option<(&str, &str, &str)>, body: &str) -> Box<Kept> {
        let owner =
            owner.map(|(kind, name, uid)| Owner { api_version: "apps/v1".into(), kind: kind.into(), name: name.into(), uid: uid.into() });
        let key = Key { namespace: "shop".into(), name: name.into() };
        Box::new(Kept { key, uid: uid.into(), owner, body: Some(body.into()) })
    }

    #[test]
    fn a_list_anew_forgets_what_it_does_not_tell() {
        let mut shelf = Shelf::new(POD);
        shelf.state = State::Coming;
        assert!(shelf.is_awaited());
        assert!(!shelf.take(Told::Begin));
        assert!(shelf.take(Told::Held(kept("a", "1", None, "x"))));
        assert!(shelf.take(Told::Held(kept("b", "2", None, "x"))));
        assert!(shelf.take(Told::Done) && !shelf.is_awaited());
        assert!(!shelf.take(Told::Held(kept("a", "1", None, "x"))), "a status that changes changes nothing here");
        assert!(shelf.take(Told::Held(kept("a", "1", None, "y"))));
        // The server was away; what is told anew is not half a cluster meanwhile.
        shelf.take(Told::Trouble(State::Failing, String::new()));
        assert!(!shelf.is_awaited() && shelf.objects.len() == 2);
        shelf.take(Told::Begin);
        assert!(!shelf.take(Told::Held(kept("a", "1", None, "y"))));
        assert_eq!((shelf.objects.len(), &shelf.state), (2, &State::Failing));
        assert!(shelf.take(Told::Done));
        assert_eq!((shelf.objects.len(), &shelf.state), (1, &State::Watched));
        shelf.take(Told::Trouble(State::Forbidden, String::new()));
        assert_eq!((shelf.objects.len(), shelf.is_awaited()), (1, false), "what was known stays, also where rights are gone");
        assert!(shelf.forget() && shelf.objects.is_empty());
    }

    #[test]
    fn pods_are_their_top_owners() {
        let (mut pods, mut sets) = (Shelf::new(POD), Shelf::new(REPLICA_SET));
        pods.version = "v1".into();
        pods.take(Told::Held(kept("api-1-x", "9", Some(("ReplicaSet", "api-1", "5")), "")));
        pods.take(Told::Held(kept("lone", "8", None, "")));
        pods.take(Told::Held(kept("older", "7", Some(("ReplicaSet", "api-1", "4")), "")));
        sets.take(Told::Held(kept("api-1", "5", Some(("Deployment", "api", "3")), "")));
        let shelves = Shelves(vec![pods, sets]);
        let of = |name: &str| {
            let shelf = &shelves.0[0];
            let (top, is_own) = shelves.top(shelf, &shelf.objects[&Key { namespace: "shop".into(), name: name.into() }]);
            (format!("{} {} {}", top.api_version, top.kind, top.name), is_own)
        };
        assert_eq!(of("api-1-x"), ("apps/v1 Deployment api".to_owned(), false));
        assert_eq!(of("lone"), ("v1 Pod lone".to_owned(), true));
        assert_eq!(of("older"), ("apps/v1 ReplicaSet api-1".to_owned(), false), "the set of that name is another one by now");
    }
}
