//! Data sources that are answered without asking anybody: from what they say themselves, from files, from what their provider is set to, and from what
//! the configuration says of the account.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::Assume;
use crate::{
    convert::convert,
    funcs,
    limits::MAX_ITEMS,
    machine::{Machine, Scope},
    syntax::Block,
    types::Type,
    value::{Data, Members, Value},
};

/// What a data source gives beside what it is set to.
type Answers = Vec<(&'static str, Value)>;

/// The suffix of the principals of services, but for [`CHINESE`] in China.
const SERVICES: &str = "amazonaws.com";

/// The same in China, for [`CHINESE`] and for everything else that has the suffix of its partition.
const IN_CHINA: &str = "amazonaws.com.cn";

/// The services whose principals in China have the suffix of their partition.
const CHINESE: [&str; 3] = ["codedeploy", "elasticmapreduce", "logs"];

impl Machine<'_> {
    /// What a data source of a type gives; nothing where it would have to be asked.
    pub(super) fn answers(&mut self, ty: &str, members: &Members, block: &Block, scope: Scope<'_>) -> Answers {
        let known = match ty {
            "aws_region" | "aws_partition" | "aws_service_principal" | "aws_availability_zones" => {
                let region = scope.module.and_then(|module| self.region_of_provider(module, block, scope));
                of_place(ty, members, &self.inputs.setup.assume, region)
            }
            "aws_arn" => arn(members),
            "aws_caller_identity" => {
                let account = self.inputs.setup.assume.account_id.as_deref();
                account.map(|account| ["account_id", "id"].map(|name| (name, Value::string(account))).into())
            }
            "template_file" => self.template_source(members, block),
            "local_file" => members.get("filename").and_then(Value::as_str).and_then(|path| self.local_file(path, block)),
            "kubectl_file_documents" => members.get("content").filter(|content| content.as_str().is_some()).and_then(|content| {
                let documents = documents(content.as_str()?);
                let texts = documents.into_iter().map(|text| Value::string(&text).with_origin(content.origin.clone())).collect();
                Some(vec![("documents", Data::List(Type::String, texts).into())])
            }),
            "kubectl_path_documents" => self.path_documents(members, block),
            _ => None,
        };
        known.unwrap_or_default()
    }

    /// `template_file`: a template with texts for its names.
    fn template_source(&mut self, members: &Members, block: &Block) -> Option<Answers> {
        let template = members.get("template")?;
        let (text, names) = (template.as_str()?, names(members)?);
        let span = template.origin.span().unwrap_or(block.header);
        match self.rendered(text, &names, span) {
            Ok(value) => Some(vec![("rendered", value)]),
            Err(fault) => {
                self.report(&fault);
                None
            }
        }
    }

    fn local_file(&mut self, path: &str, block: &Block) -> Option<Answers> {
        if self.not_copied(path, block.header).is_some() {
            return None;
        }
        let file = match self.open(path) {
            Ok(file) => file,
            // What it depends on may write it.
            Err(_) if block.body.attribute("depends_on").is_some() => return None,
            Err(failure) => {
                self.problem(&format!("local_file: {}", failure.message), "correct the filename, or write the file", Some(block.header));
                return None;
            }
        };
        let text = std::str::from_utf8(file.bytes()).ok().map(|text| ("content", Value::string(text)));
        Some(text.into_iter().chain([("content_base64", Value::string(&STANDARD.encode(file.bytes())))]).collect())
    }

    /// `kubectl_path_documents`: the documents of all files that a pattern names, each a template unless that is turned off.
    fn path_documents(&mut self, members: &Members, block: &Block) -> Option<Answers> {
        let is_template = match members.get("disable_template").map(|value| &value.data) {
            None | Some(Data::Null(_) | Data::Bool(false)) => true,
            Some(Data::Bool(true)) => false,
            Some(_) => return None,
        };
        // What is sensitive in a template would be in every document.
        let names = names(members).filter(|_| members.get("sensitive_vars").is_none_or(Value::is_null))?;
        let mut found = Vec::new();
        for path in funcs::files(self, members.get("pattern")?.as_str()?).ok()? {
            let file = self.open(&path).ok()?;
            let text = std::str::from_utf8(file.bytes()).ok()?;
            let rendered = if is_template { self.rendered(text, &names, block.header) } else { Ok(Value::string(text)) };
            match rendered {
                Ok(value) => found.extend(documents(value.as_str()?)),
                Err(fault) => {
                    self.report(&fault);
                    return None;
                }
            }
        }
        let texts: Arc<[Value]> = found.iter().take(MAX_ITEMS).map(|text| Value::string(text)).collect();
        (found.len() <= MAX_ITEMS).then(|| vec![("documents", Data::List(Type::String, texts).into())])
    }
}

/// The names of a template, whose values are texts; nothing where one is not known.
fn names(members: &Members) -> Option<Members> {
    let Some(given) = members.get("vars").filter(|given| !given.is_null()) else { return Some(Members::new()) };
    given
        .members()?
        .iter()
        .map(|(name, value)| Some((Arc::clone(name), convert(value, &Type::String).ok().filter(|text| text.as_str().is_some())?)))
        .collect()
}

/// The YAML documents of a text as the provider divides it: those that have only comments are left out, and spaces around them.
fn documents(text: &str) -> Vec<String> {
    let (mut documents, mut last) = (Vec::new(), String::new());
    for (at, line) in text.lines().enumerate() {
        if at > 0 && line.starts_with("---") {
            documents.push(std::mem::take(&mut last));
        } else {
            last.push_str(line);
            last.push('\n');
        }
    }
    documents.push(last);
    let says = |text: &&str| text.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with('#') && line != "---");
    documents.iter().map(|text| text.trim()).filter(says).map(str::to_owned).collect()
}

fn arn(members: &Members) -> Option<Answers> {
    let arn = members.get("arn")?.as_str()?;
    let sections: Vec<&str> = arn.strip_prefix("arn:")?.splitn(5, ':').collect();
    let names = ["partition", "service", "region", "account", "resource"];
    let read = (sections.len() == names.len()).then(|| names.into_iter().zip(sections.into_iter().map(Value::string)))?;
    Some(read.chain([("id", Value::string(arn))]).collect())
}

/// The partition of a region, as its name tells.
fn partition_of(region: &str) -> &'static str {
    let partitions =
        [("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("us-iso-", "aws-iso"), ("us-isob-", "aws-iso-b"), ("eusc-", "aws-eusc")];
    partitions.into_iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

/// Those that depend on where the account is: what the data source names, else what its provider is set to, else what the configuration assumes.
fn of_place(ty: &str, members: &Members, assume: &Assume, region: Option<Arc<str>>) -> Option<Answers> {
    let texts = |pairs: &[(&'static str, &str)]| Some(pairs.iter().map(|&(name, text)| (name, Value::string(text))).collect());
    let is_unset = |name: &str| members.get(name).is_none_or(Value::is_null);
    let region = region.or_else(|| assume.region.clone());
    // All of AWS but China, the GovCloud and what has no public endpoints is one partition.
    let partition = || assume.partition.as_deref().or_else(|| region.as_deref().map(partition_of)).unwrap_or("aws");
    match ty {
        "aws_partition" => {
            let partition = partition();
            let names = [("id", partition), ("partition", partition)];
            let suffixes: &[(&'static str, &str)] = match partition {
                "aws" | "aws-us-gov" => &[("dns_suffix", SERVICES), ("reverse_dns_prefix", "com.amazonaws")],
                "aws-cn" => &[("dns_suffix", IN_CHINA), ("reverse_dns_prefix", "cn.com.amazonaws")],
                _ => &[],
            };
            texts(&[&names, suffixes].concat())
        }
        "aws_region" if ["endpoint", "name", "region"].into_iter().all(is_unset) => {
            let region = region.as_deref()?;
            texts(&[("id", region), ("name", region), ("region", region)])
        }
        "aws_service_principal" => {
            let service = members.get("service_name")?.as_str()?;
            let is_known = matches!(partition(), "aws" | "aws-cn" | "aws-us-gov");
            let suffix = if partition() == "aws-cn" && CHINESE.contains(&service) { IN_CHINA } else { SERVICES };
            is_known.then(|| texts(&[("name", &format!("{service}.{suffix}")), ("suffix", suffix)]))?
        }
        "aws_availability_zones" => {
            let left = |zone: &&Arc<str>| {
                let excluded = members.get("exclude_names").and_then(Value::items).map(|items| items.to_vec()).unwrap_or_default();
                !excluded.iter().any(|one| one.as_str() == Some(zone))
            };
            // Only the usual filter, that for zones which are open to everybody, leaves them all.
            let is_usual = members.get("filter").is_none_or(|filters| {
                filters.items().is_some_and(|filters| {
                    filters
                        .iter()
                        .all(|filter| filter.attributes().and_then(|filter| filter.get("name")?.as_str()) == Some("opt-in-status"))
                })
            });
            let asks_more = !is_usual || !is_unset("exclude_zone_ids") || !is_unset("all_availability_zones");
            // The zones that are assumed are those of the region that is.
            let is_elsewhere = region.is_some() && assume.region.is_some() && region != assume.region;
            let zones: Vec<Value> = assume.zones.iter().filter(left).map(|zone| Value::string(zone)).collect();
            let is_known = !asks_more && !is_elsewhere && !assume.zones.is_empty();
            is_known.then(|| vec![("names", Data::List(Type::String, Arc::from(zones)).into())])
        }
        _ => None,
    }
}
