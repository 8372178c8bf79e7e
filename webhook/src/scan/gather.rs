//! What the rules say of many pods to what they say of their owners, so that it is as short as the number of owners.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_policies::admission::stored::{Hit, State};

use super::{
    judge::{Bench, Together},
    shelf::{Shelves, Top},
};

/// Where something is said, by which rule and in which words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct About {
    pub(crate) top: Top,
    pub(crate) rule: Option<Arc<str>>,
    pub(crate) message: String,
}

/// What is said there.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) hit: Hit,
    pub(crate) environment: Option<Arc<str>>,
    /// Whether it is said of the owner itself.
    pub(crate) is_own: bool,
    /// Of how many objects that were made for it the same is said.
    pub(crate) objects: usize,
}

/// Everything that is said, and how much was looked at.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// By namespace, empty for what has none.
    pub(crate) lines: BTreeMap<Arc<str>, BTreeMap<About, Line>>,
    /// How many objects of a namespace answer for themselves and for all that is made for them, and have nothing said of them.
    pub(crate) clean: BTreeMap<Arc<str>, usize>,
}

impl Gathered {
    /// Brings together what was said.
    pub(crate) fn of(bench: &Bench, shelves: &Shelves, together: &BTreeMap<Arc<str>, Together>) -> Self {
        let mut found = Self::default();
        let mut tops: BTreeSet<Top> = BTreeSet::new();
        for shelf in &shelves.0 {
            for stored in shelf.objects.values().filter(|stored| stored.kept.body.is_some()) {
                let (top, is_own) = shelves.top(shelf, stored);
                for hit in stored.said.iter().flat_map(|said| said.hits.iter()) {
                    found.add(bench, &top, hit, is_own);
                }
                tops.insert(top);
            }
        }
        for (top, hit) in together.values().flat_map(|together| &together.hits) {
            found.add(bench, top, hit, true);
        }
        let said: BTreeSet<&Top> = found.lines.values().flat_map(BTreeMap::keys).map(|about| &about.top).collect();
        for top in &tops {
            *found.clean.entry(Arc::clone(&top.namespace)).or_default() += usize::from(!said.contains(top));
        }
        found
    }

    fn add(&mut self, bench: &Bench, top: &Top, hit: &Hit, is_own: bool) {
        let about = About { top: top.clone(), rule: hit.rule.clone(), message: hit.message.clone() };
        let environment = || bench.environment_of(&top.namespace);
        let lines = self.lines.entry(Arc::clone(&top.namespace)).or_default();
        let line = lines.entry(about).or_insert_with(|| Line { hit: hit.clone(), environment: environment(), is_own, objects: 0 });
        if !is_own {
            line.objects += 1;
        }
        // The owner's own word counts; of several pods that of the worst, so that one that is waived hides no other.
        let is_better = if is_own == line.is_own { hit.state < line.hit.state } else { is_own };
        if is_better {
            line.hit = hit.clone();
        }
        line.is_own |= is_own;
    }

    /// How often a state is said by each rule in each environment.
    pub(crate) fn counts(&self) -> BTreeMap<(String, String, State), usize> {
        let mut counts = BTreeMap::new();
        for (about, line) in self.lines.values().flatten() {
            let rule = about.rule.as_deref().unwrap_or("unreadable").to_owned();
            let environment = line.environment.as_deref().unwrap_or_default().to_owned();
            *counts.entry((rule, environment, line.hit.state)).or_default() += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use portcullis_policies::{
        Library,
        admission::{
            Bundle, Gate, Origin,
            stored::{State, reads},
        },
    };
    use serde_json::{Value, json};

    use super::{Bench, Gathered};
    use crate::{
        gates::Loaded,
        scan::{
            discover::Dialect,
            keep::Kept,
            report::{Press, Times},
            shelf::{Shelf, Shelves, Told},
        },
    };

    /// The noon of 2026-06-30, the last day of the waiver.
    const NOON: u64 = 1_782_820_800;

    const CONFIG: &str = "version: 1
registries: [{account: \"111122223333\", region: eu-west-1}]
waivers:
  - {rule: foreign-image-registry, resources: [Deployment/shop/excused], reason: moves, owner: shop, ticket: T-1, expires: 2026-06-30}
";

    fn loaded() -> Loaded {
        let library = Library::embedded().unwrap();
        let mut files: BTreeMap<String, String> =
            library.prelude().iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
        for rule in
            library.rules().iter().filter(|rule| ["foreign-image-registry", "missing-disruption-budget"].contains(&rule.id.as_str()))
        {
            files.insert(format!("rules/{}/rule.rego", rule.id), rule.rego.to_string());
            files.insert(format!("rules/{}/README.md", rule.id), rule.readme.to_string());
        }
        let config = Origin { path: "portcullis.yaml".to_owned(), text: CONFIG.to_owned() };
        let bundle = Bundle { files, config, ..Bundle::default() }.with_tests().unwrap();
        Loaded { gate: Gate::new(&bundle).unwrap(), generation: 0 }
    }

    fn object(name: &str, uid: &str, owner: Option<(&str, &str, &str)>, spec: Value) -> Value {
        let owners =
            owner.map(|(kind, name, uid)| json!([{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": uid, "controller": true}]));
        json!({"metadata": {"name": name, "namespace": "shop", "uid": uid, "ownerReferences": owners}, "spec": spec})
    }

    fn spec(image: &str) -> Value {
        json!({"containers": [{"name": "app", "image": image, "ports": [{"containerPort": 8080}]}]})
    }

    /// Two Deployments, one of them right but with pods that are not.
    fn shelves(loaded: &Loaded) -> Shelves {
        let foreign = spec("docker.io/library/nginx:1.27.0");
        let own = spec("111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:1.0.0");
        let template =
            |pod: &Value| json!({"replicas": 2, "selector": {}, "template": {"metadata": {"labels": {"app": "a"}}, "spec": pod}});
        let mut found: Vec<Shelf> = reads(loaded.gate.engine().rules()).unwrap().into_iter().map(Shelf::new).collect();
        for shelf in &mut found {
            shelf.version = "v1".to_owned();
            let objects = match shelf.read.kind {
                "Deployment" => vec![object("excused", "d1", None, template(&foreign)), object("changed", "d2", None, template(&own))],
                "ReplicaSet" => ["excused", "changed"]
                    .into_iter()
                    .zip(["1", "2"])
                    .map(|(name, number)| {
                        let owner = format!("d{number}");
                        object(&format!("{name}-1"), &format!("r{number}"), Some(("Deployment", name, &owner)), template(&foreign))
                    })
                    .collect(),
                "Pod" => (0..600)
                    .map(|number| {
                        let (set, uid) = if number % 2 == 0 { ("excused-1", "r1") } else { ("changed-1", "r2") };
                        object(&format!("{set}-{number}"), &format!("p{number}"), Some(("ReplicaSet", set, uid)), foreign.clone())
                    })
                    .collect(),
                _ => Vec::new(),
            };
            for object in objects {
                let kept = Kept::of(serde_json::from_value(object).unwrap(), &shelf.read, "v1").unwrap();
                shelf.take(Told::Held(Box::new(kept)));
            }
        }
        Shelves(found)
    }

    fn gathered(shelves: &mut Shelves, loaded: &Arc<Loaded>, seconds: u64) -> (Gathered, usize) {
        let bench = Bench { loaded: Arc::clone(loaded), environment: Some("prod".into()), seconds };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let judged = runtime.block_on(bench.judge(shelves));
        (Gathered::of(&bench, shelves, &BTreeMap::new()), judged)
    }

    fn told(gathered: &Gathered) -> Vec<String> {
        let lines = gathered.lines.values().flatten();
        lines.map(|(about, line)| format!("{} {} {} {}", about.top.kind, about.top.name, line.hit.state.name(), line.objects)).collect()
    }

    #[test]
    fn pods_are_told_at_their_owners_who_answer_for_them_until_their_waiver_ends() {
        let loaded = Arc::new(loaded());
        let mut shelves = shelves(&loaded);
        let (found, judged) = gathered(&mut shelves, &loaded, NOON);
        assert_eq!(judged, 602, "what is made out of a template and runs nothing is not judged");
        assert_eq!(told(&found), ["Deployment changed fail 300", "Deployment excused skip 300"]);
        assert_eq!(gathered(&mut shelves, &loaded, NOON + 3600).1, 0, "nothing is judged twice");
        let (found, judged) = gathered(&mut shelves, &loaded, NOON + 86_400);
        assert_eq!((told(&found), judged), (vec!["Deployment changed fail 300".to_owned(), "Deployment excused fail 300".to_owned()], 602));
        assert_eq!(found.clean.iter().map(|(namespace, clean)| (&**namespace, *clean)).collect::<Vec<_>>(), [("shop", 0)]);
    }

    #[test]
    fn rules_over_a_whole_environment_see_what_answers_for_itself() {
        let loaded = Arc::new(loaded());
        let mut shelves = shelves(&loaded);
        let bench = Bench { loaded, environment: Some("prod".into()), seconds: NOON };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut known = BTreeMap::new();
        runtime.block_on(bench.together(&mut shelves, &mut known));
        let together = &known["shop"];
        assert_eq!(together.problems, Vec::<String>::new());
        let named: Vec<String> = together.hits.iter().map(|(top, _)| format!("{} {}", top.kind, top.name)).collect();
        assert_eq!(named, ["Deployment changed", "Deployment excused"]);
        // What a controller made changes nothing of that; the last of a namespace does.
        for shelf in &mut shelves.0 {
            assert!(shelf.touched.is_empty());
            if shelf.read.kind == "Pod" {
                let gone: Vec<_> = shelf.objects.keys().cloned().collect();
                assert!(gone.into_iter().all(|key| shelf.take(Told::Gone(key))) && shelf.touched.is_empty());
            }
            if shelf.read.kind == "Deployment" {
                let key = shelf.objects.keys().next().unwrap().clone();
                assert!(shelf.take(Told::Gone(key)) && shelf.touched.contains("shop"));
            }
        }
        runtime.block_on(bench.together(&mut shelves, &mut known));
        assert_eq!(known["shop"].hits.len(), 1);
    }

    #[test]
    fn a_report_has_an_end_and_counts_everything() {
        let loaded = Arc::new(loaded());
        let (found, _) = gathered(&mut shelves(&loaded), &loaded, NOON);
        let (about, line) = found.lines["shop"].first_key_value().unwrap();
        let mut many = BTreeMap::new();
        for number in 0..1000 {
            let mut about = about.clone();
            about.top.name = format!("workload-{number:04}").into();
            about.message = "é".repeat(3000);
            let mut line = line.clone();
            line.hit.state = if number == 999 { State::Fail } else { State::Warn };
            many.insert(about, line);
        }
        let press = Press { dialect: Dialect::OpenReports, digest: "sha256:0", severities: &BTreeMap::new(), seconds: NOON };
        let report = press.report("shop", &many, 7, &Times::new());
        assert_eq!(report["summary"], json!({"pass": 7, "fail": 1, "warn": 999, "error": 0, "skip": 0}));
        let results = report["results"].as_array().unwrap();
        assert_eq!((results.len(), &results[0]["result"]), (401, &json!("fail")), "what is refused comes first");
        assert_eq!(results[400]["message"], "and 600 more results that there is no room for: 600 warn");
        assert!(report.to_string().len() < 1 << 20);
        // What is known already keeps its time, so that a day later the report is the same.
        let later = Press { seconds: NOON + 86_400, ..press };
        assert_eq!(later.report("shop", &many, 7, &super::super::report::times(&report)), report);
        assert_ne!(later.report("shop", &many, 7, &Times::new()), report);
        let cluster = later.report("", &BTreeMap::new(), 1, &Times::new());
        assert_eq!((&cluster["kind"], cluster["metadata"].get("namespace")), (&json!("ClusterReport"), None));
    }
}
