//! Keys of the Digital Signature Algorithm: nothing signs with them any more, but charts may ask for them.

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{RngCore, SeedableRng},
};
use rsa::BigUint;
use sha2::{Digest, Sha256};

use super::{der, pem};

/// The sizes of the two primes, in bytes.
const LARGE: usize = 256;
const SMALL: usize = 32;

/// How often a number has to look like a prime.
const ROUNDS: usize = 64;

/// How often a pair of primes is looked for; one in about seven hundred tries is one.
const MAX_TRIES: usize = 100_000;

/// What candidates are divided by first.
const SIEVE: u32 = 4_000;

/// A new key as a block; none where no primes were found.
pub(crate) fn make(random: &mut ChaCha20Rng) -> Option<String> {
    let divisors = small_primes();
    let q = (0..MAX_TRIES).map(|_| odd(SMALL, random)).find(|q| is_prime(q, &divisors, random_bases(q)))?;
    let one = BigUint::from(1_u8);
    let p = (0..MAX_TRIES).find_map(|_| {
        let start = odd(LARGE, random);
        // The next lower number that the small prime divides, and one more.
        let p = &start - (&start % &q) + &one;
        (p.bits() == LARGE * 8 && is_prime(&p, &divisors, random_bases(&p))).then_some(p)
    })?;
    let exponent = (&p - &one) / &q;
    let g = (2_u32..).take(MAX_TRIES).map(|h| BigUint::from(h).modpow(&exponent, &p)).find(|g| *g != one)?;
    let x = BigUint::from_bytes_be(&bytes(SMALL, random)) % (&q - &one) + &one;
    let y = g.modpow(&x, &p);
    let numbers = [&p, &q, &g, &y, &x].map(|number| der::integer(&number.to_bytes_be()));
    Some(pem::encode("DSA PRIVATE KEY", &der::sequence(&[vec![der::integer(&[0])], numbers.to_vec()].concat())))
}

fn bytes(count: usize, random: &mut ChaCha20Rng) -> Vec<u8> {
    let mut bytes = vec![0; count];
    random.fill_bytes(&mut bytes);
    bytes
}

/// An odd number of exactly so many bytes.
fn odd(count: usize, random: &mut ChaCha20Rng) -> BigUint {
    let mut bytes = bytes(count, random);
    if let Some(first) = bytes.first_mut() {
        *first |= 0x80;
    }
    if let Some(last) = bytes.last_mut() {
        *last |= 1;
    }
    BigUint::from_bytes_be(&bytes)
}

fn small_primes() -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    for number in 2..SIEVE {
        if found.iter().take_while(|prime| *prime * *prime <= number).all(|prime| number % prime != 0) {
            found.push(number);
        }
    }
    found
}

/// Bases to test a number with, made of the number itself, so that a test takes nothing from the random numbers of the key.
fn random_bases(number: &BigUint) -> impl Iterator<Item = BigUint> {
    let mut random = ChaCha20Rng::from_seed(Sha256::digest(number.to_bytes_be()).into());
    let above = number - BigUint::from(3_u8);
    let size = number.bits().div_ceil(8);
    (0..ROUNDS).map(move |_| BigUint::from_bytes_be(&bytes(size, &mut random)) % &above + BigUint::from(2_u8))
}

/// Whether an odd number is a prime, after Miller and Rabin.
fn is_prime(number: &BigUint, divisors: &[u32], bases: impl Iterator<Item = BigUint>) -> bool {
    let (zero, one, two) = (BigUint::from(0_u8), BigUint::from(1_u8), BigUint::from(2_u8));
    if divisors.iter().any(|&divisor| number % divisor == zero) {
        return false;
    }
    let last = number - &one;
    let (mut odd, mut halvings) = (last.clone(), 0);
    while &odd % &two == zero {
        odd /= &two;
        halvings += 1;
    }
    let mut passes = |base: BigUint| {
        let mut power = base.modpow(&odd, number);
        if power == one || power == last {
            return true;
        }
        for _ in 1..halvings {
            power = &power * &power % number;
            if power == last {
                return true;
            }
        }
        false
    };
    { bases }.all(&mut passes)
}
