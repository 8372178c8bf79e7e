//! Data sources that are answered without asking AWS: from what they say themselves, and from what the configuration says of the account.

use std::sync::Arc;

use super::Assume;
use crate::{
    types::Type,
    value::{Data, Members, Value},
};

/// What a data source of a type gives beside what it is set to; nothing where it would have to be asked.
pub(super) fn answers(ty: &str, members: &Members, assume: &Assume) -> Option<Vec<(&'static str, Value)>> {
    let text = |text: &str| Value::string(text);
    let is_unset = |name: &str| members.get(name).is_none_or(Value::is_null);
    match ty {
        "aws_arn" => {
            let arn = members.get("arn")?.as_str()?;
            let sections: Vec<&str> = arn.strip_prefix("arn:")?.splitn(5, ':').collect();
            let names = ["partition", "service", "region", "account", "resource"];
            let read = (sections.len() == names.len()).then(|| names.into_iter().zip(sections.into_iter().map(text)))?;
            Some(read.chain([("id", text(arn))]).collect())
        }
        "aws_partition" => {
            let partition = assume.partition()?;
            let suffix = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
            let reverse = if partition == "aws-cn" { "cn.com.amazonaws" } else { "com.amazonaws" };
            let known = [("id", partition), ("partition", partition), ("dns_suffix", suffix), ("reverse_dns_prefix", reverse)];
            Some(known.map(|(name, value)| (name, text(value))).into())
        }
        "aws_region" if ["endpoint", "name", "region"].into_iter().all(is_unset) => {
            let region = assume.region.as_deref()?;
            Some(["id", "name", "region"].map(|name| (name, text(region))).into())
        }
        "aws_caller_identity" => assume.account_id.as_deref().map(|account| ["account_id", "id"].map(|name| (name, text(account))).into()),
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
            let zones: Vec<Value> = assume.zones.iter().filter(left).map(|zone| text(zone)).collect();
            (!asks_more && !assume.zones.is_empty()).then(|| vec![("names", Data::List(Type::String, Arc::from(zones)).into())])
        }
        _ => None,
    }
}
