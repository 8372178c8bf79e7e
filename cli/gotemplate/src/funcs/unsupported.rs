//! The functions that templates may name, but that nobody has written yet: each fails when it is called.

use crate::{Call, Failure, Function, Param, Value};

const fn name(name: &'static str) -> Function {
    Function::variadic(name, &[], Param::Any, refuse)
}

/// The names; a function of another table replaces its name here.
pub(crate) const FUNCTIONS: &[Function] = &[
    name("add1f"),
    name("addf"),
    name("adler32sum"),
    name("ago"),
    name("bcrypt"),
    name("buildCustomCert"),
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
    name("fromJson"),
    name("fromJsonArray"),
    name("fromToml"),
    name("genCA"),
    name("genCAWithKey"),
    name("genPrivateKey"),
    name("genSelfSignedCert"),
    name("genSelfSignedCertWithKey"),
    name("genSignedCert"),
    name("genSignedCertWithKey"),
    name("htmlDate"),
    name("htmlDateInZone"),
    name("htpasswd"),
    name("mulf"),
    name("mustDateModify"),
    name("mustFromJson"),
    name("mustToDate"),
    name("must_date_modify"),
    name("now"),
    name("randAlpha"),
    name("randAlphaNum"),
    name("randAscii"),
    name("randBytes"),
    name("randInt"),
    name("randNumeric"),
    name("sha1sum"),
    name("sha256sum"),
    name("sha512sum"),
    name("shuffle"),
    name("subf"),
    name("toDate"),
    name("toToml"),
    name("unixEpoch"),
    name("urlJoin"),
    name("urlParse"),
    name("uuidv4"),
];

fn refuse(_: &mut Call<'_, '_>, _: Vec<Value>) -> Result<Value, Failure> {
    Err(Failure::new("this function is not supported"))
}
