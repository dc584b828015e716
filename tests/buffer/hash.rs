//! Hashes.

use super::*;
use crate::support::items::{For, Rng, all, flatten, ints};
use std::hash::Hasher;
use stridewise::buffer::Buffer;

/// Python's hash of bytes under PYTHONHASHSEED=0.
fn hash(bytes: &[u8]) -> i64 {
    let mut hasher = siphasher::sip::SipHasher13::new_with_keys(0, 0);
    hasher.write(bytes);
    match hasher.finish() as i64 {
        _ if bytes.is_empty() => 0,
        -1 => -2,
        hash => hash,
    }
}

/// The items of a list of small numbers, one byte each, in C order.
fn bytes(list: &Value, ndim: usize) -> Vec<u8> {
    bytes_of(&Value::List(flatten(list, ndim)))
}

#[test]
fn arrays_hash_as_their_bytes() {
    let writable = nd(&ints([1, 2, 3]), &[3], "L", NdFlags::WRITABLE);
    let again = consumer(&writable, Request::FULL_RO).unwrap();
    assert_eq!(again.hash(), Err(BufferError::HashWritable));
    assert_eq!(hash(b"\x07"), -3400736038611009);

    let items = ints(0..12);
    for (shape, flags) in [
        (&[12][..], NdFlags::DEFAULT),
        (&[3, 4], NdFlags::DEFAULT),
        (&[3, 2, 2], NdFlags::DEFAULT),
        (&[3, 4], NdFlags::FORTRAN),
        (&[2, 3, 2], NdFlags::FORTRAN),
        (&[2, 2, 3], NdFlags::PIL),
        (&[0], NdFlags::DEFAULT),
    ] {
        let array = nd(&items, shape, "B", flags);
        let expected = hash(&bytes(&array.tolist().unwrap(), shape.len()));
        assert_eq!(array.hash(), Ok(expected));
        assert_eq!(view(&array).hash(), Ok(expected));
    }
    assert_eq!(
        nd(&items, &[12], "B", NdFlags::DEFAULT).hash(),
        Ok(hash(&(0..12).collect::<Vec<_>>()))
    );
    // Whatever the format.
    let long = nd(&items, &[2, 2, 3], "L", NdFlags::DEFAULT);
    assert_eq!(long.hash(), Ok(hash(&long.tobytes().unwrap())));
}

#[test]
fn views_hash_as_their_bytes() {
    let all_bytes: Vec<u8> = (0..12).collect();
    let base = Arc::new(Buffer::from(all_bytes.clone()).to_readonly());
    let viewed = view(&base);
    assert_eq!(viewed.hash(), Ok(hash(&all_bytes)));
    assert_eq!(viewed.cast("c", Some(&[3, 4])).unwrap().hash(), Ok(hash(&all_bytes)));
    let turned = viewed.slice(0, by(-2)).unwrap();
    assert_eq!(turned.hash(), Ok(hash(&[11, 9, 7, 5, 3, 1])));
    assert_eq!(turned.hash_with_keys(0, 0), turned.hash());
    assert_ne!(turned.hash_with_keys(0, 1), turned.hash());
    for (shape, flags) in
        [([3, 2, 5], NdFlags::FORTRAN), ([3, 2, 5], NdFlags::DEFAULT), ([2, 5, 3], NdFlags::PIL)]
    {
        let array = nd(&ints(0..30), &shape, "B", flags);
        assert_eq!(view(&array).hash(), array.hash());
        let part = Arc::new(array.slice(&[by(2), by(1), by(-1)]).unwrap());
        assert_eq!(view(&part).hash(), part.hash());
        assert_eq!(part.hash(), Ok(hash(&bytes(&part.tolist().unwrap(), 3))));
    }
}

#[test]
fn hashes_that_are_refused() {
    let viewed = view(&Arc::new(Buffer::from(vec![1u8, 2])));
    assert_eq!(viewed.hash(), Err(BufferError::HashWritable));
    assert_eq!(viewed.to_readonly().unwrap().hash(), Ok(hash(&[1, 2])));
    for sample in all(&mut Rng::new(14), 3, For::NdArray) {
        let viewed = view(&nd(&sample.items, &[3], &sample.format, NdFlags::DEFAULT));
        let format = canonical(&sample.format);
        let bytes = viewed.tobytes(Order::C).unwrap();
        match format.as_str() {
            "B" | "b" | "c" => assert_eq!(viewed.hash(), Ok(hash(&bytes))),
            _ => assert_eq!(viewed.hash(), Err(BufferError::HashFormat { format })),
        }
        // Those of the bytes, which all have.
        let mut hasher = siphasher::sip::SipHasher13::new_with_keys(0, 0);
        viewed.hash_bytes(&mut hasher).unwrap();
        assert_eq!(hasher.finish() as i64, hash(&bytes));
        assert_eq!(viewed.xxh3_64(), Ok(xxhash_rust::xxh3::xxh3_64(&bytes)));
    }
}

/// Writes to the view that it hashes.
struct Meddling(Arc<MemoryView>, Result<(), BufferError>);

impl Hasher for Meddling {
    fn write(&mut self, _: &[u8]) {
        self.1 = self.0.set(&[0], &9.into());
    }

    fn finish(&self) -> u64 {
        0
    }
}

#[test]
fn hashers_cannot_write_what_they_hash() {
    let viewed = view(&Arc::new(Buffer::from(vec![1u8, 2])));
    let mut hasher = Meddling(viewed.clone(), Ok(()));
    viewed.hash_bytes(&mut hasher).unwrap();
    assert_eq!(hasher.1, Err(BufferError::Busy));
    assert_eq!(viewed.tobytes(Order::C), Ok(vec![1, 2]));
    // Afterwards, all is as before.
    assert_eq!(viewed.set(&[0], &9.into()), Ok(()));
}
