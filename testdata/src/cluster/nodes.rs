//! Nodes that KWOK plays: what they are, and what becomes of pods on them.

use serde_json::{Value, json};

/// The zones of the region; the platform uses the first two.
pub const ZONES: [&str; 3] = ["eu-west-1a", "eu-west-1b", "eu-west-1c"];

/// What KWOK does to nodes and pods.
pub(super) const STAGES: &str = include_str!("stages.yaml");

/// A tier of nodes: one of them stands in every zone.
struct Tier {
    name: &'static str,
    capacity: &'static str,
    /// The NodePool that would have made it, unless Terraform has.
    pool: Option<&'static str>,
}

const TIERS: [Tier; 3] = [
    Tier { name: "system", capacity: "on-demand", pool: None },
    Tier { name: "on-demand", capacity: "on-demand", pool: Some("on-demand") },
    Tier { name: "spot", capacity: "spot", pool: Some("spot") },
];

/// The nodes' manifests.
#[must_use]
pub fn manifests() -> String {
    let nodes = TIERS.iter().flat_map(|tier| ZONES.iter().map(move |zone| node(tier, zone)));
    json!({"apiVersion": "v1", "kind": "List", "items": nodes.collect::<Vec<_>>()}).to_string()
}

fn node(tier: &Tier, zone: &str) -> Value {
    let name = format!("{}-{zone}", tier.name);
    let mut labels = json!({
        "kubernetes.io/hostname": name,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/region": "eu-west-1",
        "topology.kubernetes.io/zone": zone,
    });
    let mut taints = json!([]);
    match tier.pool {
        Some(pool) => {
            set(&mut labels, "karpenter.sh/capacity-type", tier.capacity);
            set(&mut labels, "karpenter.sh/nodepool", pool);
            set(&mut labels, "fraud.example.com/node-pool", pool);
            taints = json!([{"key": "fraud.example.com/node-pool", "value": pool, "effect": "NoSchedule"}]);
        }
        None => set(&mut labels, "eks.amazonaws.com/capacityType", "ON_DEMAND"),
    }
    let size = json!({"cpu": "64", "memory": "256Gi", "ephemeral-storage": "1Ti", "pods": "500"});
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": taints},
        "status": {"allocatable": size, "capacity": size},
    })
}

fn set(labels: &mut Value, key: &str, value: &str) {
    if let Some(labels) = labels.as_object_mut() {
        labels.insert(key.to_owned(), value.into());
    }
}
