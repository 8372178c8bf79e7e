//! Contracts: calls of modules that are not in the repository, and what stands for these.
#![expect(clippy::unwrap_used, reason = "a case that is not as it is meant fails its test")]

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Partial, RepoPath, Revision, Sources};
use portcullis_terraform::{
    Value,
    module::{self, Inputs, Module, Resource},
    value::ReasonKind,
};

fn evaluate(files: &[(&str, &str)]) -> (Revision, Partial<Module>) {
    let files: BTreeMap<RepoPath, Arc<[u8]>> =
        files.iter().map(|(path, text)| (RepoPath::new(path).unwrap(), Arc::from(text.as_bytes()))).collect();
    let revision = Revision::memory(files, Arc::new(Sources::default()));
    let done = module::evaluate(&revision, &RepoPath::root(), &Inputs::default());
    (revision, done)
}

/// The resources of a call that nothing is wrong with.
fn called(text: &str) -> (Revision, Module) {
    let (revision, done) = evaluate(&[("main.tf", text)]);
    assert_eq!(done.problems, []);
    assert_eq!(done.value.unfit, []);
    (revision, done.value)
}

fn resource<'a>(module: &'a Module, address: &str) -> &'a Resource {
    module.resources.iter().find(|resource| &*resource.address == address).unwrap()
}

fn line(revision: &Revision, value: &Value) -> u32 {
    revision.sources().locate(value.origin.span().unwrap()).unwrap().line
}

const CLUSTER: &str = "module \"eks\" {\n  source = \"terraform-aws-modules/eks/aws\"\n  version = \"~> 20.8\"\n  cluster_name = \"c\"\n  cluster_endpoint_public_access = true\n  eks_managed_node_groups = {\n    a = { capacity_type = \"SPOT\" }\n  }\n}\noutput \"name\" {\n  value = module.eks.cluster_name\n}\noutput \"endpoint\" {\n  value = module.eks.cluster_endpoint\n}\noutput \"other\" {\n  value = module.eks.cluster_identity_providers\n}\noutput \"group\" {\n  value = module.eks.eks_managed_node_groups[\"a\"].iam_role_arn\n}\n";

#[test]
fn a_contract_makes_what_the_module_would() {
    let (revision, module) = called(CLUSTER);
    let cluster = resource(&module, "module.eks.aws_eks_cluster.this[0]");
    assert_eq!(cluster.contract.as_deref(), Some("terraform-aws-modules/eks/aws 20"));
    let network = cluster.values["vpc_config"].items().unwrap()[0].attributes().unwrap().clone();
    assert_eq!(network["endpoint_public_access"].to_json(), "true");
    assert_eq!(line(&revision, &network["endpoint_public_access"]), 5, "the argument");
    assert_eq!(network["public_access_cidrs"].to_json(), "[\"0.0.0.0/0\"]");
    assert_eq!(line(&revision, &network["public_access_cidrs"]), 1, "the header of the call, for a default");
    let group = resource(&module, "module.eks.module.eks_managed_node_group[\"a\"].aws_eks_node_group.this[0]");
    assert_eq!(group.values["capacity_type"].as_str(), Some("SPOT"));
    assert_eq!(line(&revision, &group.values["capacity_type"]), 7);
    let template = resource(&module, "module.eks.module.eks_managed_node_group[\"a\"].aws_launch_template.this[0]");
    let options = template.values["metadata_options"].items().unwrap()[0].attributes().unwrap().clone();
    assert_eq!(options["http_tokens"].as_str(), Some("required"));
    let calls: Vec<(&str, Option<&str>, bool)> =
        module.calls.iter().map(|call| (&*call.address, call.contract.as_deref(), call.is_inner)).collect();
    assert_eq!(calls[0], ("module.eks", Some("terraform-aws-modules/eks/aws 20"), false));
    assert!(calls[1..].iter().all(|(_, contract, is_inner)| contract.is_some() && *is_inner), "{calls:?}");
}

#[test]
fn outputs_are_known_as_far_as_the_contract_says() {
    let (_, module) = called(CLUSTER);
    let output = |name: &str| module.outputs[name].value.clone();
    assert_eq!(output("name").as_str(), Some("c"));
    assert_eq!(output("endpoint").identity(), Some(("module.eks.aws_eks_cluster.this[0]", "endpoint")));
    let why = output("other").any_reason().unwrap().kind.clone();
    assert_eq!(why, ReasonKind::Module(Arc::from("module.eks"), Arc::from("terraform-aws-modules/eks/aws")));
    let role = "module.eks.module.eks_managed_node_group[\"a\"].aws_iam_role.this[0]";
    assert_eq!(output("group").identity(), Some((role, "arn")));
}

/// The sources of all contracts, with a version of each.
fn sources() -> Vec<(String, String)> {
    let all: Vec<(String, String)> = module::contracts().into_iter().map(|(source, major)| (source, format!("~> {major}.0"))).collect();
    assert!(all.len() > 20, "{all:?}");
    all
}

#[test]
fn contracts_take_calls_without_arguments_and_with_unknown_ones() {
    for (source, version) in sources() {
        let call = format!("module \"it\" {{\n  source  = \"{source}\"\n  version = \"{version}\"\n}}\n");
        let (_, module) = called(&call);
        assert!(module.calls[0].contract.is_some(), "{source} {version}");
        let names: Vec<String> = module::contract_variables(&source, &version);
        let arguments: String = names.iter().map(|name| format!("  {name} = x_y.z.{name}\n")).collect();
        let (_, module) = called(&format!("resource \"x_y\" \"z\" {{}}\n{}{arguments}}}\n", call.trim_end_matches("}\n")));
        assert!(module.resources.len() > 1, "{source} {version}: what may be there is shown");
    }
}

#[test]
fn what_a_contract_cannot_take_is_unknown_and_no_problem() {
    let text = "module \"it\" {\n  source = \"terraform-aws-modules/rds-aurora/aws\"\n  version = \"~> 9.0\"\n  instances = 3\n}\n";
    let (_, done) = evaluate(&[("main.tf", text)]);
    assert_eq!(done.problems, []);
    assert_eq!(done.value.unfit.len(), 1, "{:?}", done.value.unfit);
    let instances = done.value.resources.iter().find(|resource| &*resource.ty == "aws_rds_cluster_instance").unwrap();
    assert_eq!(instances.existence, module::Existence::Possible);
}

#[test]
fn the_module_itself_comes_before_its_contract_and_other_versions_have_none() {
    let call = |version: &str| {
        format!(
            "module \"key\" {{\n  source = \"terraform-aws-modules/kms/aws\"\n  version = \"{version}\"\n}}\noutput \"x\" {{\n  value = module.key.key_arn\n}}\n"
        )
    };
    let manifest = r#"{"Modules": [{"Key": "key", "Source": "registry.terraform.io/terraform-aws-modules/kms/aws", "Version": "3.1.1", "Dir": ".terraform/modules/key"}]}"#;
    let here = "output \"key_arn\" {\n  value = \"here\"\n}\n";
    let files = |text| [("main.tf", text), (".terraform/modules/modules.json", manifest), (".terraform/modules/key/main.tf", here)];
    let text = call("~> 3.0");
    let (_, done) = evaluate(&files(&text).map(|(name, text): (&str, &str)| (name, text)));
    assert_eq!(done.value.outputs["x"].value.as_str(), Some("here"));
    assert!(done.value.calls[0].contract.is_none() && done.value.calls[0].folder.is_some());
    for (version, contract) in [("~> 2.0", true), ("~> 77.0", false), ("what", false)] {
        let (_, done) = evaluate(&[("main.tf", &call(version))]);
        assert_eq!(done.value.calls[0].contract.is_some(), contract, "{version}");
        assert!(done.value.outputs["x"].value.any_reason().is_some());
    }
}

#[test]
fn calls_of_contracts_are_counted_and_splatted_like_others() {
    let (_, module) = called(
        "module \"key\" {\n  source = \"terraform-aws-modules/kms/aws\"\n  count = 2\n}\noutput \"all\" {\n  value = module.key[*].key_arn\n}\noutput \"other\" {\n  value = module.key[1].grants\n}\n",
    );
    let all = module.outputs["all"].value.items().unwrap().clone();
    assert_eq!(all[1].identity(), Some(("module.key[1].aws_kms_key.this[0]", "arn")));
    assert!(matches!(module.outputs["other"].value.any_reason().unwrap().kind, ReasonKind::Module(..)));
}

#[test]
fn a_source_that_leads_elsewhere_has_no_contract() {
    for source in [
        "terraform-aws-modules/eks/aws//../kms",
        "terraform-aws-modules/eks/aws//modules/../../kms",
        "terraform-aws-modules/eks",
        "//",
        "a//b//c",
    ] {
        let (_, done) = evaluate(&[("main.tf", &format!("module \"it\" {{\n  source = \"{source}\"\n}}\n"))]);
        assert!(done.value.calls[0].is_absent(), "{source}");
    }
}

#[test]
fn a_call_of_a_contract_costs_no_more_than_there_may_be() {
    let text = "module \"it\" {\n  source = \"terraform-aws-modules/rds-aurora/aws\"\n  version = \"~> 9.0\"\n  instances = { for n in setproduct(range(200), range(200)) : \"i${n[0]}-${n[1]}\" => {} }\n}\n";
    let (_, done) = evaluate(&[("main.tf", text)]);
    assert!(done.problems.iter().any(|problem| problem.message.contains("MAX_")), "{:?}", done.problems);
}
