use crate::error::FormatError;
use crate::format::{Format, Value};
use std::string::ToString;
use std::vec;

fn format(text: &str) -> Format {
    Format::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_half_is_read_and_written() {
    let half = format("=e");
    for bits in 0..=u16::MAX {
        let value = half.unpack(&bits.to_ne_bytes()).unwrap();
        let Value::Float(float) = value else { panic!("{value} is no float") };
        // By the definition of the format.
        let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
        let size = match exponent {
            0 => fraction / f64::from(1 << 24),
            31 if fraction == 0.0 => f64::INFINITY,
            31 => f64::NAN,
            _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
        };
        let expected = if bits >> 15 == 1 { -size } else { size };
        assert!(float == expected || (float.is_nan() && expected.is_nan()), "{bits:#x}");
        assert_eq!(float.is_sign_negative(), bits >> 15 == 1, "{bits:#x}");
        let mut bytes = [0; 2];
        half.pack(&value, &mut bytes).unwrap();
        assert_eq!(u16::from_ne_bytes(bytes), bits);
    }
}

#[test]
fn nans_keep_their_bits() {
    for (text, bits) in [("=f", 0x7f80_0001u32), ("=f", 0xffc0_1234), ("=f", 0x7fff_ffff)] {
        let value = format(text).unpack(&bits.to_ne_bytes()).unwrap();
        let mut bytes = [0; 4];
        format(text).pack(&value, &mut bytes).unwrap();
        assert_eq!(u32::from_ne_bytes(bytes), bits);
    }
    // Those that would become infinite are quiet.
    let low = Value::from(f64::from_bits((0x7ff << 52) | 1));
    let (mut single, mut half) = ([0; 4], [0; 2]);
    format("=f").pack(&low, &mut single).unwrap();
    format("=e").pack(&low, &mut half).unwrap();
    assert_eq!((u32::from_ne_bytes(single), u16::from_ne_bytes(half)), (0x7fc0_0000, 0x7e00));
}

#[test]
fn structs_are_tuples_and_sub_arrays_lists() {
    let nested = format("<B(2)T{h2s}x(0)i");
    let bytes = b"\x01\x02\0ab\x03\0cd?";
    let value = nested.unpack(bytes).unwrap();
    assert_eq!(value.to_string(), r#"(1, [(2, b"ab"), (3, b"cd")], [])"#);
    let mut packed = [0xff; 10];
    nested.pack(&value, &mut packed).unwrap();
    assert_eq!(&packed, b"\x01\x02\0ab\x03\0cd\0");
    // One item is by itself, but for that of a struct.
    assert_eq!(format("<xh").unpack(&[9, 1, 0]).unwrap(), 1.into());
    assert_eq!(format("T{<h}").unpack(&[1, 0]).unwrap(), Value::Tuple(vec![1.into()]));
    assert_eq!(format("2x").unpack(&[1, 0]).unwrap(), Value::Tuple(vec![]));
    assert_eq!(format("3x:pad:").unpack(&[1, 0, 2]).unwrap(), Value::Opaque(vec![1, 0, 2]));
}

#[test]
fn values_that_do_not_fit_are_refused_untouched() {
    let of = |values: &[Value]| Value::Tuple(values.to_vec());
    let text = |text: &str| text.to_string();
    let wrong = |format: &str, expected, value: &str| FormatError::Type {
        format: text(format),
        expected,
        value: text(value),
    };
    for (format, value, error) in [
        (
            "<2h",
            of(&[1.into(), 40000.into()]),
            FormatError::Range { format: text("<h"), value: text("40000") },
        ),
        ("<2h", of(&[1.into(), 1.5.into()]), wrong("<h", "an integer", "1.5")),
        ("<2h", of(&[1.into()]), FormatError::Count { format: text("<2h"), expected: 2, given: 1 }),
        ("<2h", 1.into(), wrong("<2h", "a tuple or a list", "1")),
        ("T{<h}", 1.into(), wrong("T{<h}", "a tuple or a list", "1")),
        (
            "(2,2)b",
            Value::List(vec![of(&[1.into()]), of(&[])]),
            FormatError::Count { format: text("(2,2)b"), expected: 2, given: 1 },
        ),
        ("4s", 1.into(), wrong("4s", "bytes", "1")),
        ("4p", Value::Opaque(vec![0; 4]), wrong("4p", "bytes", "<00000000>")),
        ("c", b"ab".into(), FormatError::Length { format: text("c"), expected: 1, given: 2 }),
        (
            "<d",
            Value::Complex(crate::Complex { re: 1.0, im: 0.0 }),
            wrong("<d", "a real number", "(1.0+0.0j)"),
        ),
        ("<Zf", b"x".into(), wrong("<Zf", "a number", "b\"x\"")),
        ("3x:a:", b"abc".into(), wrong("3x", "opaque bytes", "b\"abc\"")),
        (
            "O",
            Value::Opaque(vec![]),
            FormatError::Length { format: text("O"), expected: size_of::<usize>(), given: 0 },
        ),
    ] {
        let format = self::format(format);
        let mut bytes = vec![0xa5; format.itemsize()];
        assert_eq!(format.pack(&value, &mut bytes), Err(error.clone()), "{format} {value}");
        assert!(bytes.iter().all(|&byte| byte == 0xa5), "{error}");
        let short = FormatError::Length {
            format: format.to_string(),
            expected: bytes.len(),
            given: bytes.len() - 1,
        };
        bytes.pop();
        assert_eq!(format.unpack(&bytes), Err(short.clone()));
        assert_eq!(format.pack(&value, &mut bytes), Err(short));
    }
    // What is said of long values is short.
    let error = format("<h").pack(&Value::List(vec![1.into(); 1000]), &mut [0; 2]).unwrap_err();
    assert!(error.to_string().len() < 140, "{error}");
}
