//! A saved plan: the copy of the configuration that it was made from.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Node, RepoPath, Text, json};

use super::{PlanError, zip::Archive};
use crate::limits::{MAX_FILE_BYTES, MAX_PLAN_ENTRIES};

/// The plan itself, whose first field says which format it has.
const PLAN: &str = "tfplan";

/// Which copy is of which module.
const MANIFEST: &str = "tfconfig/modules.json";

/// The only format that there has been since Terraform 0.12.
const FORMAT: u64 = 3;

/// The numbers of the fields of the plan that are read.
const FIELD_FORMAT: u64 = 1;
const FIELD_VERSION: u64 = 14;
const FIELD_ERRORED: u64 = 20;

/// A saved plan.
#[derive(Clone, Debug, Default)]
pub struct Packed {
    /// The version of Terraform that made it.
    pub version: Arc<str>,
    /// Whether planning ended with an error, so that it may lack something.
    pub errored: bool,
    /// The modules, the root first.
    pub modules: Vec<Copied>,
}

/// The copy of a module.
#[derive(Clone, Debug)]
pub struct Copied {
    /// The names of the calls that lead to it, with dots between them; empty for the root.
    pub key: Arc<str>,
    /// Where it came from, as Terraform writes it.
    pub source: Arc<str>,
    /// Its version, where it came from a registry.
    pub version: Arc<str>,
    /// The folder that it lay in, from the folder that the plan was made in.
    pub folder: Arc<str>,
    /// Its configuration files, by name.
    pub files: BTreeMap<Arc<str>, Arc<[u8]>>,
}

/// Where `terraform init` lays down what is not in the repository.
const INSTALLED: &str = ".terraform";

impl Copied {
    /// The folder of a module that `terraform init` laid down, below the folder of its root; none of one that lies in the repository.
    pub(crate) fn installed(&self, root: &RepoPath) -> Option<RepoPath> {
        let data = root.join(INSTALLED).ok()?;
        root.join(&self.folder).ok().filter(|folder| folder.below(&data).is_some())
    }
}

/// Reads a saved plan.
pub(super) fn read(bytes: &[u8]) -> Result<Packed, PlanError> {
    let mut archive = Archive::open(bytes)?;
    let Some(plan) = archive.read(PLAN)? else {
        return Err(PlanError::new("it is a zip, and no plan of Terraform", "name a file of `terraform plan -out=FILE`"));
    };
    let mut packed = header(&plan)?;
    let missing = || PlanError::new(format!("{MANIFEST} in it is missing"), "save it again with `terraform plan -out=FILE`");
    let manifest = archive.read(MANIFEST)?.ok_or_else(missing)?;
    let mut modules = manifest_of(&manifest)?;
    let names = archive.names();
    for name in names {
        let Some((key, file)) = name.strip_prefix("tfconfig/m-").and_then(|rest| rest.split_once('/')) else { continue };
        let Some(module) = modules.get_mut(key).filter(|_| is_configuration(file)) else { continue };
        let bytes = archive.read(name)?.unwrap_or_default();
        if bytes.len() > MAX_FILE_BYTES {
            return Err(PlanError::limit("MAX_FILE_BYTES", format!("{name:?} in it has {} bytes", bytes.len())));
        }
        module.files.insert(Arc::from(file), Arc::from(bytes));
    }
    packed.modules = modules.into_values().collect();
    Ok(packed)
}

fn is_configuration(file: &str) -> bool {
    let endings = [".tf", ".tf.json", ".tofu", ".tofu.json"];
    !file.contains('/') && endings.iter().any(|ending| file.ends_with(ending))
}

fn manifest_of(bytes: &[u8]) -> Result<BTreeMap<Arc<str>, Copied>, PlanError> {
    let hint = "save it again with `terraform plan -out=FILE`";
    let manner = json::Manner { lenient: false, max_depth: 8, max_values: MAX_PLAN_ENTRIES * 8, max_unread_depth: 8, unread: &[] };
    let read = json::parse_with(&Text::nowhere(bytes), manner);
    let document = read.map_err(|error| PlanError::new(format!("{MANIFEST} in it: {error}"), hint))?;
    let mut modules = BTreeMap::new();
    for node in document.root.items() {
        let text = |name: &str| node.get(name).and_then(Node::as_str).map(Arc::<str>::from);
        let (Some(key), Some(folder)) = (text("Key"), text("Dir")) else {
            return Err(PlanError::new(format!("a module of {MANIFEST} in it has no key or no folder"), hint));
        };
        let (source, version) = (text("Source").unwrap_or_default(), text("Version").unwrap_or_default());
        let module = Copied { key: Arc::clone(&key), source, version, folder, files: BTreeMap::new() };
        if modules.insert(key, module).is_some() {
            return Err(PlanError::new(format!("{MANIFEST} in it has a module twice"), hint));
        }
    }
    if !modules.contains_key("") {
        return Err(PlanError::new(format!("{MANIFEST} in it has no root module"), hint));
    }
    Ok(modules)
}

/// What the first fields of a plan say. It is a message of protocol buffers, of which no more is read.
fn header(plan: &[u8]) -> Result<Packed, PlanError> {
    let hint = "save it again with `terraform plan -out=FILE`";
    let cut = || PlanError::new("the plan in it is cut off", hint);
    let (mut rest, mut format, mut packed) = (plan, None, Packed::default());
    while !rest.is_empty() {
        let tag = varint(&mut rest).ok_or_else(cut)?;
        match (tag >> 3, tag & 7) {
            (field, 0) => {
                let value = varint(&mut rest).ok_or_else(cut)?;
                match field {
                    FIELD_FORMAT => format = Some(value),
                    FIELD_ERRORED => packed.errored = value != 0,
                    _ => {}
                }
            }
            (field, 2) => {
                let length = varint(&mut rest).and_then(|length| usize::try_from(length).ok()).ok_or_else(cut)?;
                let (inside, after) = rest.split_at_checked(length).ok_or_else(cut)?;
                rest = after;
                if field == FIELD_VERSION {
                    packed.version =
                        Arc::from(String::from_utf8_lossy(inside).chars().filter(|sign| !sign.is_control()).take(40).collect::<String>());
                }
            }
            (_, 1) => rest = rest.get(8..).ok_or_else(cut)?,
            (_, 5) => rest = rest.get(4..).ok_or_else(cut)?,
            _ => return Err(PlanError::new("the plan in it is damaged", hint)),
        }
    }
    match format {
        Some(FORMAT) => Ok(packed),
        Some(other) => Err(PlanError::new(
            format!("it is a saved plan of format {other}, and format {FORMAT} is read"),
            "give the plan as JSON: `terraform show -json FILE`",
        )),
        None => Err(PlanError::new("the plan in it does not say which format it has", hint)),
    }
}

/// The next number of a message, of seven bits a byte.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for at in 0..10 {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f).checked_shl(7 * at).unwrap_or_default();
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
