//! Random structures: all that is valid is an array, nothing else is.

use super::*;
use crate::support::check_cases;
use crate::support::items::{Rng, STANDARD, assign, flatten, multislice, nested, value};
use crate::support::structures::{Aligned, Structure, aligned, structures};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Random structures to a property.
const CASES: u32 = 600;

/// A native character, and the bytes of an item.
fn formats() -> impl Strategy<Value = (&'static str, usize)> {
    select(
        crate::support::items::NATIVE.split("").filter(|one| !one.is_empty()).collect::<Vec<_>>(),
    )
    .prop_map(|format| (format, Format::parse(format).unwrap().itemsize()))
}

/// Random items that fill the memory of a structure.
fn fill(structure: &Structure, format: &str, size: usize, seed: u64) -> Vec<Value> {
    let mut rng = Rng::new(seed);
    let character = format.chars().next().expect("one character");
    (0..structure.items(size)).map(|_| value(&mut rng, "@", character)).collect()
}

fn init<'a>(structure: &'a Structure, format: &'a str, flags: NdFlags) -> NdInit<'a> {
    let Structure { shape, strides, offset, .. } = structure;
    NdInit { shape, strides, offset: *offset, format, flags: flags | NdFlags::WRITABLE }
}

/// The items of a structure where the definition has them.
fn list(structure: &Structure, size: usize, items: &[Value]) -> Value {
    let Structure { shape, strides, offset, .. } = structure;
    nested(shape, &mut |index| {
        let steps = index.iter().zip(strides).map(|(&i, &stride)| i as isize * stride);
        items[((offset + steps.sum::<isize>()) / size as isize) as usize].clone()
    })
}

#[test]
fn valid_structures() {
    let cases = || {
        formats().prop_flat_map(|(format, size)| {
            (Just((format, size)), structures(size, true, 5, 6), any::<u64>())
        })
    };
    check_cases(CASES, "valid structures", cases, |((format, size), structure, seed)| {
        prop_assert!(structure.is_valid(size));
        let items = fill(&structure, format, size, seed);
        let expected = list(&structure, size, &items);
        for flags in STYLES {
            if flags == NdFlags::PIL && structure.shape.is_empty() {
                continue;
            }
            let array = NdArray::new(&items, init(&structure, format, flags));
            let array = Arc::new(array.map_err(|error| TestCaseError::fail(error.to_string()))?);
            let viewed = view(&array);
            prop_assert_eq!(&array.tolist().unwrap(), &expected);
            prop_assert_eq!(&viewed.tolist().unwrap(), &expected);
            prop_assert!(viewed.equal_exporter(array).unwrap());
            let bytes: Vec<u8> = flatten(&expected, structure.shape.len())
                .iter()
                .flat_map(|item| {
                    let mut bytes = vec![0; size];
                    Format::parse(format).unwrap().pack(item, &mut bytes).unwrap();
                    bytes
                })
                .collect();
            prop_assert_eq!(viewed.tobytes(Order::C).unwrap(), bytes);
        }
        Ok(())
    });
}

#[test]
fn invalid_structures() {
    let cases = || {
        formats().prop_flat_map(|(format, size)| {
            (Just((format, size)), structures(size, false, 5, 6), any::<u64>())
        })
    };
    check_cases(CASES, "invalid structures", cases, |((format, size), structure, seed)| {
        prop_assert!(!structure.is_valid(size));
        let items = fill(&structure, format, size, seed);
        for flags in STYLES {
            prop_assert!(NdArray::new(&items, init(&structure, format, flags)).is_err());
        }
        Ok(())
    });
}

#[test]
fn aligned_slices_are_assigned() {
    let cases = || {
        formats().prop_flat_map(|(format, size)| {
            (Just((format, size)), aligned(size, 4, 6), any::<[u64; 2]>())
        })
    };
    check_cases(CASES, "aligned slices", cases, |((format, size), aligned, seeds)| {
        let Aligned { left, right, left_slices, right_slices } = aligned;
        prop_assert!(left.is_valid(size) && right.is_valid(size));
        let (litems, ritems) =
            (fill(&left, format, size, seeds[0]), fill(&right, format, size, seeds[1]));
        let (llist, rlist) = (list(&left, size, &litems), list(&right, size, &ritems));
        let value = multislice(&rlist, &right_slices).expect("no step of 0");
        let mut found = Vec::new();
        for flags in STYLES {
            let xl = array(&litems, init(&left, format, flags));
            let xr = array(&ritems, init(&right, format, flags));
            let before = xr.tobytes();
            xl.assign(&left_slices, Arc::new(xr.slice(&right_slices).unwrap())).unwrap();
            prop_assert_eq!(xr.tobytes(), before);
            prop_assert_eq!(view(&xl).tolist(), xl.tolist());
            if !view(&xl).layout().unwrap().overlaps_itself() {
                let mut expected = llist.clone();
                assign(&mut expected, &left_slices, &value);
                prop_assert_eq!(xl.tolist().unwrap(), expected);
            }
            found.push(xl.tolist().unwrap());
        }
        // Items that share bytes are written in C order, with pointers too.
        prop_assert_eq!(&found[0], &found[1]);
        Ok(())
    });
}

#[test]
fn random_formats_and_structures_never_panic() {
    fn text() -> impl Strategy<Value = String> {
        let characters: Vec<char> = "@=<>!^0123?cbBhHiIlLnNfdPqQeZgspx&T{}():,OX".chars().collect();
        vec(select(characters), 0..6).prop_map(String::from_iter)
    }
    fn numbers() -> impl Strategy<Value = Vec<isize>> {
        vec((any::<isize>(), 0..isize::BITS).prop_map(|(n, shift)| n >> shift), 0..4)
    }
    let cases = || (text(), numbers(), numbers(), any::<i16>(), any::<u8>());
    check_cases(2000, "no panic", cases, |(format, shape, strides, offset, flags)| {
        let shape: Vec<usize> = shape.iter().map(|&n| n as usize & 0x7f).collect();
        let flags = [NdFlags::DEFAULT, NdFlags::PIL, NdFlags::FORTRAN, NdFlags::WRITABLE]
            [usize::from(flags % 4)];
        let init = NdInit {
            shape: &shape,
            strides: &strides,
            offset: offset.into(),
            format: &format,
            flags,
        };
        let items: Vec<Value> = STANDARD.bytes().map(|one| u64::from(one).into()).collect();
        if let Ok(array) = NdArray::new(&items, init) {
            let viewed = view(&Arc::new(array));
            let _ = (viewed.tolist(), viewed.cast("B", None), viewed.cast(&format, Some(&shape)));
            let _ = (viewed.xxh3_64(), viewed.hash(), viewed.get(&strides), viewed.sub(&strides));
        }
        Ok(())
    });
}
