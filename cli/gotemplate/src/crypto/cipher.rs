//! Texts under a password: AES with a key of 256 bits, in blocks that are chained.

use aes::Aes256;
use cbc::{
    Decryptor, Encryptor,
    cipher::{
        BlockDecryptMut, BlockEncryptMut, KeyIvInit,
        block_padding::{NoPadding, Pkcs7},
    },
};

use crate::funcs::BASE64;

const BLOCK: usize = 16;

/// The password, cut or filled with zeros.
fn key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    key.iter_mut().zip(password).for_each(|(slot, byte)| *slot = *byte);
    key
}

/// The cipher text after its start block, in base 64.
pub(crate) fn encrypt(password: &[u8], text: &[u8], start: [u8; BLOCK]) -> Vec<u8> {
    let sealed = Encryptor::<Aes256>::new(&key(password).into(), &start.into()).encrypt_padded_vec_mut::<Pkcs7>(text);
    BASE64.encode(&[&start[..], &sealed].concat())
}

/// The text of such a cipher text.
///
/// # Errors
/// Go's text for what is none; the password is not checked.
pub(crate) fn decrypt(password: &[u8], sealed: &[u8]) -> Result<Vec<u8>, String> {
    let sealed = BASE64.try_decode(sealed).map_err(|at| format!("illegal base64 data at input byte {at}"))?;
    let Some((start, blocks)) = sealed.split_first_chunk::<BLOCK>() else {
        return Err(format!("runtime error: slice bounds out of range [:{BLOCK}] with capacity {}", capacity(sealed.len())));
    };
    if blocks.len() % BLOCK != 0 {
        return Err("crypto/cipher: input not full blocks".to_owned());
    }
    let opened = Decryptor::<Aes256>::new(&key(password).into(), start.into()).decrypt_padded_vec_mut::<NoPadding>(blocks);
    let opened = opened.map_err(|_| "crypto/cipher: input not full blocks".to_owned())?;
    let Some(&padding) = opened.last() else { return Err("runtime error: index out of range [-1]".to_owned()) };
    let end = opened.len().checked_sub(usize::from(padding));
    let end = end.ok_or_else(|| format!("runtime error: slice bounds out of range [:{}]", opened.len() as i64 - i64::from(padding)))?;
    Ok(opened.get(..end).unwrap_or_default().to_vec())
}

/// The room that Go's decoder makes for so many bytes: that of whole groups of three.
fn capacity(bytes: usize) -> usize {
    bytes.div_ceil(3) * 3
}
