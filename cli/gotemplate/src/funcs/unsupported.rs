//! The functions that templates may name, but that nobody has written yet: each fails when it is called.

use crate::{Call, Failure, Function, Param, Value};

const fn name(name: &'static str) -> Function {
    Function::variadic(name, &[], Param::Any, refuse)
}

/// The names; a function of another table replaces its name here.
pub(crate) const FUNCTIONS: &[Function] = &[
    name("add1f"),
    name("addf"),
    name("ago"),
    name("date"),
    name("dateInZone"),
    name("dateModify"),
    name("date_in_zone"),
    name("date_modify"),
    name("decryptAES"),
    name("derivePassword"),
    name("divf"),
    name("duration"),
    name("durationRound"),
    name("encryptAES"),
    name("fromToml"),
    name("htmlDate"),
    name("htmlDateInZone"),
    name("mulf"),
    name("mustDateModify"),
    name("mustToDate"),
    name("must_date_modify"),
    name("now"),
    name("subf"),
    name("toDate"),
    name("toToml"),
    name("unixEpoch"),
    name("urlJoin"),
    name("urlParse"),
];

fn refuse(_: &mut Call<'_, '_>, _: Vec<Value>) -> Result<Value, Failure> {
    Err(Failure::new("this function is not supported"))
}
