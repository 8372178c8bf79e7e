//! Passwords: hashes of them, and those that a master password makes for a site.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The cost that Go's bcrypt takes where none is given.
const COST: u32 = 10;

/// The longest password that bcrypt takes.
const MAX_PASSWORD: usize = 72;

/// The hash of a password.
///
/// # Errors
/// Go's text.
pub(crate) fn bcrypt(password: &[u8], salt: [u8; 16]) -> Result<String, String> {
    if password.len() > MAX_PASSWORD {
        return Err(format!("bcrypt: password length exceeds {MAX_PASSWORD} bytes"));
    }
    let hash = bcrypt::hash_with_salt(password, COST, salt).map_err(|error| format!("bcrypt: {error}"))?;
    Ok(hash.format_for_version(bcrypt::Version::TwoA))
}

const SEED: &[u8] = b"com.lyndir.masterpassword";

/// The forms that each type of password may take.
const TEMPLATES: &[(&str, &[&str])] = &[
    ("maximum", &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]),
    (
        "long",
        &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
    ),
    ("medium", &["CvcnoCvc", "CvcCvcno"]),
    ("short", &["Cvcn"]),
    ("basic", &["aaanaaan", "aannaaan", "aaannaaa"]),
    ("pin", &["nnnn"]),
];

/// The characters that a letter of a form stands for.
fn characters(letter: u8) -> &'static [u8] {
    match letter {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// What a site's password is made of.
pub(crate) struct Site<'a> {
    pub(crate) counter: u32,
    pub(crate) kind: &'a str,
    pub(crate) password: &'a [u8],
    pub(crate) user: &'a [u8],
    pub(crate) name: &'a [u8],
}

/// The password of a site; an error becomes the text.
pub(crate) fn derive(site: &Site<'_>) -> String {
    let Some((_, templates)) = TEMPLATES.iter().find(|(kind, _)| *kind == site.kind) else {
        return format!("cannot find password template {}", site.kind);
    };
    let salt = [SEED, &(site.user.len() as u32).to_be_bytes(), site.user].concat();
    let mut key = [0; 64];
    let stretched = scrypt::Params::new(15, 8, 2, key.len()).map(|params| scrypt::scrypt(site.password, &salt, &params, &mut key));
    let Ok(Ok(())) = stretched else { return "failed to derive password".to_owned() };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else { return "failed to derive password".to_owned() };
    mac.update(&[SEED, &(site.name.len() as u32).to_be_bytes(), site.name, &site.counter.to_be_bytes()].concat());
    let digest = mac.finalize().into_bytes();
    let mut digest = digest.iter().map(|&byte| usize::from(byte));
    let chosen = digest.next().unwrap_or_default() % templates.len().max(1);
    let form = templates.get(chosen).copied().unwrap_or_default();
    let letter = |(form, byte): (u8, usize)| {
        let characters = characters(form);
        characters.get(byte % characters.len()).copied().map(char::from)
    };
    form.bytes().zip(digest).filter_map(letter).collect()
}
