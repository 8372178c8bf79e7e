//! Rules on HCL: what `portcullis lint` finds in each file of `terraform/`, and what it cannot tell, is what the comments at its lines say.
#![expect(clippy::disallowed_methods, clippy::panic, clippy::unwrap_used, reason = "writes folders and starts the command")]

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use serde_json::Value;

/// The lines of a comment in a text, with what stands behind it.
fn expected(text: &str, mark: &str) -> BTreeSet<(u64, String)> {
    let lines = (1..).zip(text.lines());
    let said = lines.filter_map(|(line, text)| Some((line, text.split_once(mark)?.1.split(" # ").next()?)));
    said.flat_map(|(line, rules)| rules.split(", ").map(move |rule| (line, rule.trim().to_owned()))).collect()
}

fn lint(root: &Path, arguments: &[&str]) -> (Value, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .current_dir(root)
        .args(["lint", "--format", "json", "--today", "2026-01-01"])
        .args(arguments)
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout);
    (report.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr))), output.status.code().unwrap())
}

fn found(entries: &Value) -> BTreeSet<(u64, String)> {
    let entries = entries.as_array().unwrap().iter();
    let one = |entry: &Value| (entry.pointer("/location/line").unwrap().as_u64().unwrap(), entry["rule"].as_str().unwrap().to_owned());
    entries.map(one).collect()
}

#[test]
fn rules_find_in_hcl_what_its_comments_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/terraform");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("root")).unwrap();
        fs::write(root.path().join("root/main.tf"), &text).unwrap();
        let (report, _) = lint(root.path(), &[]);
        assert_eq!(report["problems"], Value::Array(Vec::new()), "{}", file.display());
        assert_eq!(found(&report["findings"]), expected(&text, "# finding: "), "{}", file.display());
        assert_eq!(found(&report["terraform"]["undecided"]), expected(&text, "# undecided: "), "{}", file.display());
    }
}

#[test]
fn every_layer_of_the_platform_is_evaluated_in_every_environment() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (report, code) = lint(root, &["platform-manifests/terraform"]);
    assert_eq!(report["findings"], Value::Array(Vec::new()));
    assert_eq!(report["problems"], Value::Array(Vec::new()));
    let layers = fs::read_dir(root.join("platform-manifests/terraform")).unwrap();
    let layers = layers.filter(|entry| entry.as_ref().unwrap().path().join("main.tf").exists()).count();
    let environments = fs::read_dir(root.join("platform-manifests/terraform/variables")).unwrap().count();
    let account = &report["terraform"];
    let count = u64::try_from(layers * environments).unwrap();
    assert_eq!((account["total"].as_u64(), account["evaluated"].as_u64(), code), (Some(count), Some(count), 0));
}

#[test]
fn a_secret_is_never_printed() {
    let root = tempfile::tempdir().unwrap();
    let secret = "correct-horse-battery";
    let main = format!(
        "variable \"key\" {{\n  sensitive = true\n}}\nresource \"aws_db_instance\" \"main\" {{\n  password = \"{secret}-1\"\n}}\nresource \"aws_secretsmanager_secret_version\" \"key\" {{\n  secret_string = var.key\n}}\noutput \"key\" {{\n  value     = var.key\n  sensitive = true\n}}\n"
    );
    fs::write(root.path().join("main.tf"), main).unwrap();
    fs::write(root.path().join("terraform.tfvars"), format!("key = \"{secret}-2\"\n")).unwrap();
    let commands: [&[&str]; 9] = [
        &["lint"],
        &["lint", "--format", "json"],
        &["lint", "--format", "sarif"],
        &["lint", "--format", "html"],
        &["lint", "--format", "markdown"],
        &["lint", "--partition", "1/1", "--format", "json"],
        &["tf"],
        &["tf", "--format", "json"],
        &["tf", "--why", "output.key"],
    ];
    for arguments in commands {
        let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(root.path()).args(arguments).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!said.is_empty() && !said.contains(secret), "{arguments:?}: {said}");
    }
    let (report, _) = lint(root.path(), &[]);
    let written = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "written-secret").count();
    assert_eq!(written, 2, "{report:#}");
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  nodeSelector:\n    karpenter.k8s.aws/instance-category: r\n  containers: [{ name: web, image: web }]\n";

/// NodePools that Terraform makes are what pods of manifests land on; of which one is not known, nobody knows where pods land.
#[test]
fn objects_in_hcl_are_objects_of_the_platform() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("pod.yaml"), POD).unwrap();
    let pool = |category: &str| {
        format!(
            "variable \"unset\" {{}}\nresource \"kubectl_manifest\" \"pool\" {{\n  yaml_body = yamlencode({{\n    apiVersion = \"karpenter.sh/v1\"\n    kind       = \"NodePool\"\n    metadata   = {{ name = \"one\" }}\n    spec = {{ template = {{ spec = {{ requirements = [{{ key = \"karpenter.k8s.aws/instance-category\", operator = \"In\", values = [{category}] }}] }} }} }}\n  }})\n}}\n"
        )
    };
    let placed = |text: &str| {
        fs::write(root.path().join("main.tf"), text).unwrap();
        let (report, _) = lint(root.path(), &["--rule", "unschedulable-pod"]);
        (found(&report["findings"]), report["terraform"]["undecided"].as_array().unwrap().len())
    };
    let nowhere = BTreeSet::from([(8, "unschedulable-pod".to_owned())]);
    assert_eq!(placed(&pool("\"c\"")), (nowhere.clone(), 0));
    assert_eq!(placed(&pool("\"r\"")), (BTreeSet::new(), 0));
    assert_eq!(placed(&pool("var.unset")), (BTreeSet::new(), 1), "the pool may take it");
    let other = "resource \"kubectl_manifest\" \"map\" {\n  yaml_body = yamlencode({ kind = \"ConfigMap\", data = var.unset })\n}\n";
    assert_eq!(placed(&format!("{}{other}", pool("\"c\""))), (nowhere, 1), "what is no pool is not waited for");
}

/// Rules that join objects see those that a resource describes attribute by attribute.
#[test]
fn typed_objects_in_hcl_are_joined() {
    let root = tempfile::tempdir().unwrap();
    let account = |name: &str, role: &str| {
        format!(
            "resource \"kubernetes_service_account_v1\" \"{name}\" {{\n  metadata {{\n    name        = \"{name}\"\n    namespace   = \"shop\"\n    annotations = {{ \"eks.amazonaws.com/role-arn\" = \"arn:aws:iam::123456789012:role/{role}\" }}\n  }}\n}}\n"
        )
    };
    let shared = |roles: [&str; 2]| {
        fs::write(root.path().join("main.tf"), format!("{}{}", account("api", roles[0]), account("worker", roles[1]))).unwrap();
        found(&lint(root.path(), &["--rule", "role-taken-by-several-accounts"]).0["findings"])
    };
    assert_eq!(shared(["one", "one"]), BTreeSet::from([(12, "role-taken-by-several-accounts".to_owned())]));
    assert_eq!(shared(["one", "two"]), BTreeSet::new());
}

#[test]
fn roots_that_share_a_state_are_told_at_its_key() {
    let root = tempfile::tempdir().unwrap();
    let backend = |key: &str| format!("terraform {{\n  backend \"s3\" {{\n    bucket = \"states\"\n    key    = \"{key}\"\n  }}\n}}\n");
    for folder in ["data", "network"] {
        fs::create_dir(root.path().join(folder)).unwrap();
    }
    let shared = |keys: [&str; 2]| {
        fs::write(root.path().join("data/main.tf"), backend(keys[0])).unwrap();
        fs::write(root.path().join("network/main.tf"), backend(keys[1])).unwrap();
        let (report, _) = lint(root.path(), &["--rule", "shared-state"]);
        let messages = report["findings"].as_array().unwrap().iter();
        messages.map(|finding| format!("{} {}", finding["location"]["line"], finding["message"].as_str().unwrap())).collect::<Vec<_>>()
    };
    let told = ["4 data keeps its state where network in default does", "4 network keeps its state where data in default does"];
    assert_eq!(shared(["one", "one"]), told);
    assert_eq!(shared(["one", "two"]), Vec::<String>::new());
}

/// What production sets otherwise than staging is told at its line, also where only staging sets it; other environments are not compared.
#[test]
fn variables_that_production_sets_otherwise_are_told() {
    let root = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let order = "version: 1\nenvironments: [{name: dev}, {name: staging}, {name: prod}]\n";
    write(
        "data/main.tf",
        "variable \"multi_az\" {}\nvariable \"size\" {}\nvariable \"engine\" {\n  default = \"17\"\n}\nterraform {\n  backend \"s3\" {}\n}\n",
    );
    write("data/vars/dev.tfvars", "multi_az = false\nsize = 1\n");
    write("data/vars/staging.tfvars", "multi_az = true\nsize = 2\nengine = \"18\"\n");
    write("data/vars/prod.tfvars", "# As large as it must be.\nsize = 4\nmulti_az = true\n");
    let told = |params: &str| {
        write("portcullis.yaml", &format!("{order}rules:\n  unexpected-difference: {{level: warn{params}}}\n"));
        let (report, _) = lint(root.path(), &["--rule", "unexpected-difference"]);
        let findings = report["findings"].as_array().unwrap().iter();
        let line = |finding: &Value| format!("{}:{} {}", finding["location"]["file"], finding["location"]["line"], finding["message"]);
        findings.map(|finding| line(finding).replace('"', "")).collect::<BTreeSet<_>>()
    };
    let only_there = "data/vars/staging.tfvars:3 engine of data is not set here, but in staging".to_owned();
    let both = BTreeSet::from(["data/vars/prod.tfvars:2 size of data is set otherwise than in staging".to_owned(), only_there.clone()]);
    assert_eq!(told(""), both);
    assert_eq!(told(", params: {allowed: [si*]}"), BTreeSet::from([only_there]));
}

const ASSOCIATION: &str = r#"data "aws_iam_policy_document" "trust" {
  statement {
    actions = [ACTIONS]
    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "scoring" {
  name               = "scoring"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_eks_pod_identity_association" "scoring" {
  cluster_name    = "fraud"
  namespace       = "scoring"
  service_account = "scoring"
  role_arn        = aws_iam_role.scoring.arn
}
"#;

#[test]
fn pod_identity_must_be_able_to_take_its_role() {
    let root = tempfile::tempdir().unwrap();
    let found = |actions: &str| {
        fs::write(root.path().join("main.tf"), ASSOCIATION.replace("ACTIONS", actions)).unwrap();
        found(&lint(root.path(), &["--rule", "role-closed-to-pods"]).0["findings"])
    };
    assert_eq!(found(r#""sts:AssumeRole""#).len(), 1);
    assert_eq!(found(r#""sts:AssumeRole", "sts:TagSession""#), BTreeSet::new());
}

const EXPERIMENT: &str = r#"variable "alarm" {
  type = string
}

resource "aws_cloudwatch_metric_alarm" "restarts" {
  alarm_name = var.alarm
}

resource "aws_fis_experiment_template" "zone" {
  stop_condition {
    source = "aws:cloudwatch:alarm"
    value  = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:restarts"
  }
}
"#;

/// What Terraform makes is joined in each of its environments, whether there are objects in that, in another one or in none.
#[test]
fn what_only_terraform_makes_is_joined() {
    let root = tempfile::tempdir().unwrap();
    let rule = "experiment-that-no-alarm-stops";
    let joined = || {
        let (report, _) = lint(root.path(), &["--rule", rule]);
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| (finding["location"]["line"].to_string(), finding["environments"].to_string())).collect::<Vec<_>>()
    };
    let told = [("12".to_owned(), "[\"prod\"]".to_owned())];
    let write = |file: &str, text: &str| {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("infra/main.tf", EXPERIMENT);
    write("infra/vars/dev.tfvars", "alarm = \"restarts\"\n");
    write("infra/vars/prod.tfvars", "alarm = \"pod-restarts\"\n");
    assert_eq!(joined(), told, "no object at all");
    write("pod.yaml", POD);
    assert_eq!(joined(), told, "an object of no environment");
    let server = "https://dev.example.com";
    write(
        "apps/dev.yaml",
        &format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{ name: shop-dev, namespace: argocd }}\nspec:\n  project: default\n  destination: {{ server: {server}, namespace: shop }}\n  source: {{ repoURL: https://git.example.com/shop.git, path: objects, targetRevision: HEAD }}\n"
        ),
    );
    write("objects/pod.yaml", POD);
    write(
        "portcullis.yaml",
        &format!(
            "version: 1\nenvironments: [{{ name: dev, clusters: [dev] }}, {{ name: prod, clusters: [prod] }}]\nrepositories: [{{ url: https://git.example.com/shop.git, path: . }}]\nclusters: [{{ name: dev, server: {server} }}, {{ name: prod, server: https://prod.example.com }}]\n"
        ),
    );
    assert_eq!(joined(), told, "an object of another environment");
}

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

const TEMPLATE: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  containers:\n    - name: web\n      image: {{ .Values.image }}\n{{- if .Values.broken }}{{ fail \"no\" }}{{ end }}\n";

/// A chart that a release takes from the repository is rendered with what the release says; of any other chart is said that it is not.
#[test]
fn releases_in_hcl_are_rendered() {
    let root = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("charts/web/Chart.yaml", CHART);
    write("charts/web/values.yaml", "image: web:latest\n");
    write("charts/web/templates/pod.yaml", TEMPLATE);
    let released = |settings: &str| {
        write("infra/main.tf", &format!("resource \"helm_release\" \"web\" {{\n  name = \"shop\"\n{settings}}}\n"));
        let (report, code) = lint(root.path(), &["--rule", "unpinned-image"]);
        let findings = report["findings"].as_array().unwrap().iter();
        let told = |finding: &Value| {
            format!(
                "{}:{} {}",
                finding["location"]["file"].as_str().unwrap(),
                finding["location"]["line"],
                finding["resource"]["name"].as_str().unwrap()
            )
        };
        let reasons = report["terraform"]["undecided"].as_array().unwrap().iter();
        let problems = report["problems"].as_array().unwrap().iter();
        let reasons = reasons.map(|entry| entry["reason"].as_str().unwrap().to_owned());
        let problems = problems.map(|entry| entry["message"].as_str().unwrap().to_owned());
        (findings.map(told).collect::<Vec<_>>(), reasons.chain(problems).collect::<Vec<_>>(), code)
    };
    let none = Vec::<String>::new;
    let chart = "  chart = \"${path.module}/../charts/web\"\n";
    assert_eq!(released(chart), (vec!["charts/web/values.yaml:1 shop".to_owned()], none(), 1), "once, and not by itself too");
    let values = format!("{chart}  values = [yamlencode({{ image = \"other:latest\" }})]\n");
    assert_eq!(released(&values), (vec!["infra/main.tf:4 shop".to_owned()], none(), 1));
    let set = format!("{values}  set {{\n    name  = \"image\"\n    value = \"web:1.2.3\"\n  }}\n");
    assert_eq!(released(&set), (none(), none(), 0));
    let (found, problems, code) = released(&format!("{set}  set {{\n    name  = \"broken\"\n    value = true\n  }}\n"));
    assert_eq!((found, code), (none(), 3));
    assert!(problems[0].starts_with("release shop: execution error"), "{problems:?}");
    let elsewhere = "  chart = \"web\"\n  repository = \"https://charts.example.com\"\n  version = \"1.0.0\"\n";
    let (found, reasons, _) = released(elsewhere);
    assert_eq!(found.len(), 1, "nobody releases the chart that is here");
    assert!(
        reasons[0].starts_with("its Kubernetes objects are not checked: the chart web of https://charts.example.com is not rendered"),
        "{reasons:?}"
    );
    let vague = format!("{chart}  values = [yamlencode({{ image = aws_ecr_repository.web.repository_url }})]\n");
    let (found, reasons, _) = released(&format!("{vague}}}\nresource \"aws_ecr_repository\" \"web\" {{\n"));
    let alone = vec!["charts/web/values.yaml:1 release-name".to_owned()];
    assert_eq!((found, reasons.len()), (alone, 1), "nobody knows its values, so that it is rendered with its own: {reasons:?}");
}
