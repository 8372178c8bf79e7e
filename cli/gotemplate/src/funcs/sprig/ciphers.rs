//! Texts under a password, and passwords of sites.

use crate::{
    Call, Data, Failure, Function, Param, Value,
    crypto::{Site, decrypt, derive, encrypt},
    funcs::argument::Args,
};

const TEXTS: &[Param] = &[Param::String, Param::String];
const SITE: &[Param] = &[Param::Uint32, Param::String, Param::String, Param::String, Param::String];

/// `encryptAES decryptAES derivePassword`.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("encryptAES", TEXTS, seal),
    Function::fixed("decryptAES", TEXTS, open),
    Function::fixed("derivePassword", SITE, site_password),
];

fn seal(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let (password, text) = (args.text(), args.text());
    if text.bytes().is_empty() {
        return Ok(Value::string("").from(origin));
    }
    let start = super::random::array(call.machine);
    Ok(Value::string(encrypt(password.bytes(), text.bytes(), start)).from(origin))
}

fn open(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let (password, text) = (args.text(), args.text());
    if text.bytes().is_empty() {
        return Ok(Value::string("").from(origin));
    }
    let opened = decrypt(password.bytes(), text.bytes()).map_err(Failure::new)?;
    Ok(Value::string(opened).from(origin))
}

fn site_password(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let counter = match args.any().data {
        Data::Int64(counter) => u32::try_from(counter).unwrap_or_default(),
        _ => 0,
    };
    let (kind, password, user, name) = (args.text(), args.text(), args.text(), args.text());
    let kind = kind.lossy();
    let site = Site { counter, kind: &kind, password: password.bytes(), user: user.bytes(), name: name.bytes() };
    Ok(Value::string(derive(&site)).from(origin))
}
