//! The functions that templates may name, but that nobody has written yet: each fails when it is called.

use crate::{Call, Failure, Function, Param, Value};

const fn name(name: &'static str) -> Function {
    Function::variadic(name, &[], Param::Any, refuse)
}

/// The names; a function of another table replaces its name here.
pub(crate) const FUNCTIONS: &[Function] = &[name("decryptAES"), name("derivePassword"), name("encryptAES")];

fn refuse(_: &mut Call<'_, '_>, _: Vec<Value>) -> Result<Value, Failure> {
    Err(Failure::new("this function is not supported"))
}
