//! Values of every kind, given to items of every format.

use super::*;
use crate::support::items::{For, NATIVE, Rng, all, ints};
use stridewise::{Complex, FormatError};

/// What is asked for to be written: all kinds of values.
fn values() -> Vec<Value> {
    vec![
        9.into(),
        Value::Complex(Complex { re: 2.2, im: 3.0 }),
        Value::Float(-21.1),
        Value::Float(2.0),
        Value::List(ints([1, 2, 3])),
        Value::Tuple(vec![]),
        Value::Tuple(ints([9])),
        true.into(),
        false.into(),
        b"a".into(),
        b"abc".into(),
        Value::Opaque(vec![1]),
    ]
}

#[test]
fn views_write_as_formats_pack() {
    for sample in all(&mut Rng::new(17), 10, For::MemoryView) {
        let format = Format::parse(&sample.format).unwrap();
        let viewed = view(&nd(&sample.items, &[10], &sample.format, NdFlags::WRITABLE));
        viewed.set(&[0], &sample.item).unwrap();
        assert_eq!(viewed.get(&[0]), Ok(sample.item));
        for value in values() {
            let before = viewed.get(&[1]).unwrap();
            let mut packed = vec![0; format.itemsize()];
            match format.pack(&value, &mut packed) {
                Ok(()) => {
                    viewed.set(&[1], &value).unwrap();
                    assert_eq!(viewed.get(&[1]).unwrap(), format.unpack(&packed).unwrap());
                }
                Err(error) => {
                    assert_eq!(viewed.set(&[1], &value), Err(error.into()));
                    assert_eq!(viewed.get(&[1]).unwrap(), before);
                }
            }
        }
    }
}

#[test]
fn items_of_every_format_are_written() {
    for character in NATIVE.chars().filter(|one| !"c?".contains(*one)) {
        let array = nd(&ints([1, 2, 3]), &[3], &character.to_string(), NdFlags::WRITABLE);
        let viewed = view(&array);
        for index in -3..3 {
            viewed.set(&[index], &8.into()).unwrap();
            assert_eq!((viewed.get(&[index]), array.get(&[index])), (Ok(8.into()), Ok(8.into())));
        }
    }
    let chars = nd(&[b"1".into(), b"2".into()], &[2], "c", NdFlags::WRITABLE);
    view(&chars).set(&[1], &b"9".into()).unwrap();
    assert_eq!(chars.get(&[1]), Ok(b"9".into()));
    let truths = nd(&[true.into(), false.into()], &[2], "?", NdFlags::WRITABLE);
    view(&truths).set(&[1], &true.into()).unwrap();
    assert_eq!(truths.get(&[1]), Ok(true.into()));
    // A scalar.
    let scalar = nd(&[12.5.into()], &[], "f", NdFlags::WRITABLE);
    let viewed = view(&scalar);
    viewed.set(&[], &22.5.into()).unwrap();
    assert_eq!(scalar.get(&[]), Ok(22.5.into()));
    assert!(viewed.set(&[0], &24.5.into()).is_err());
}

#[test]
fn what_is_out_of_range_is_refused() {
    let bytes = view(&nd(&ints(0..120), &[1, 2, 3, 4, 5], "B", NdFlags::WRITABLE));
    let bits = |character: char| match character {
        'b' | 'B' => 8,
        'h' | 'H' => 16,
        'i' | 'I' => 32,
        'l' | 'L' => core::ffi::c_long::BITS,
        'n' | 'N' | 'P' => usize::BITS,
        _ => 64,
    };
    for character in "bBhHiIlLqQnNP".chars() {
        let viewed = bytes.cast(&character.to_string(), None).unwrap();
        let signed = character.is_ascii_lowercase();
        let (low, high) = match (bits(character), signed) {
            (bits, true) => (-(1i128 << (bits - 1)), 1i128 << (bits - 1)),
            (bits, false) => (0, 1i128 << bits),
        };
        let before = viewed.get(&[0]);
        for value in [low - 1, high] {
            let refused = viewed.set(&[0], &Value::Int(value));
            let range = matches!(refused, Err(BufferError::Format(FormatError::Range { .. })));
            // An address may be given as a negative number.
            assert!(range || character == 'P' && value < 0, "{character}: {value}");
        }
        assert!(character == 'P' || viewed.get(&[0]) == before);
        let refused = viewed.set(&[0], &b"xyz".into());
        assert!(matches!(refused, Err(BufferError::Format(FormatError::Type { .. }))));
        for value in [low, high - 1] {
            viewed.set(&[0], &Value::Int(value)).unwrap();
            assert_eq!(viewed.get(&[0]), Ok(Value::Int(value)));
        }
    }
    let chars = bytes.cast("c", None).unwrap();
    assert!(chars.set(&[0], &100.into()).is_err());
    assert!(chars.set(&[0], &b"\xff\xff".into()).is_err());
    let floats = bytes.cast("f", None).unwrap();
    assert!(floats.set(&[0], &b"1".into()).is_err());
    // As C converts it.
    floats.set(&[0], &1e39.into()).unwrap();
    assert_eq!(floats.get(&[0]), Ok(f64::INFINITY.into()));
}

#[test]
fn structs_and_strings_are_items_too() {
    let pairs: Vec<Value> = [[2, 5], [7, 11]].map(|pair| Value::Tuple(ints(pair))).to_vec();
    let viewed = view(&nd(&pairs, &[2], "lh", NdFlags::WRITABLE));
    assert_eq!(viewed.tolist().unwrap().to_string(), "[(2, 5), (7, 11)]");
    viewed.set(&[0], &Value::Tuple(ints([-1, 3]))).unwrap();
    assert_eq!(viewed.get(&[0]).unwrap().to_string(), "(-1, 3)");
    let strings: Vec<Value> = [b"a", b"b", b"c", b"d", b"e", b"f"].map(Value::from).to_vec();
    let viewed = view(&nd(&strings, &[2, 3], "s", NdFlags::WRITABLE));
    let list = r#"[[b"a", b"b", b"c"], [b"d", b"e", b"f"]]"#;
    assert_eq!(viewed.tolist().unwrap().to_string(), list);
    assert_eq!(viewed.contains(&b"e".into()), Ok(true));
    let triple = view(&nd(&[Value::Tuple(ints([1, 2, 3]))], &[], "iii", NdFlags::DEFAULT));
    assert_eq!(triple.get(&[]).unwrap().to_string(), "(1, 2, 3)");
    let padded = view(&nd(&ints([1]), &[1], "xL", NdFlags::WRITABLE));
    padded.set(&[0], &7.into()).unwrap();
    assert_eq!(padded.get(&[0]), Ok(7.into()));
}

#[test]
fn infinities_are_found() {
    for format in ["d", "f"] {
        let items = [1.0.into(), f64::INFINITY.into(), 3.0.into()];
        let viewed = view(&nd(&items, &[3], format, NdFlags::DEFAULT));
        for item in &items {
            assert_eq!(viewed.contains(item), Ok(true));
        }
        assert_eq!(viewed.contains(&2.0.into()), Ok(false));
        assert_eq!(viewed.contains(&f64::NAN.into()), Ok(false));
    }
    // Big shapes, by their lists.
    let shape = [11, 2, 7, 3, 5];
    let array = nd(&ints(0..2310), &shape, "L", NdFlags::DEFAULT);
    assert_eq!(view(&array).tolist(), array.tolist());
    assert_eq!(view(&array).get(&[10, 1, 6, 2, 4]), Ok(2309.into()));
}
