use crate::element::ElementType;
use crate::format::Format;
use std::string::ToString;
use stridewise_kernels::equal::Class;

const CODES: &str = "?cbBhHiIlLqQnNefdguwPO";

#[test]
fn every_code_round_trips() {
    for code in CODES.chars() {
        let format = Format::from_code(code).unwrap();
        let text = format.to_string();
        assert_eq!(text.chars().next(), Some(code));
        assert_eq!(text.len(), 1);
        assert_eq!(format.code(), Some(code));
        assert_eq!(Format::parse(&text).as_ref(), Ok(&format));
        assert_eq!(Format::parse(&("@".to_string() + &text)).as_ref(), Ok(&format));
        assert_eq!(text.parse().as_ref(), Ok(&format));
        assert!(format.itemsize().is_multiple_of(format.align()));
    }
}

#[test]
fn all_other_characters_are_refused() {
    for code in (0..=0x2ff).filter_map(char::from_u32) {
        assert_eq!(Format::from_code(code).is_some(), CODES.contains(code), "{code:?}");
        let one = Format::parse(&code.to_string());
        let known = CODES.contains(code) || "spx@=<>!^ \t\n\r\x0b\x0c".contains(code);
        assert_eq!(one.is_ok(), known, "{code:?}");
    }
}

#[test]
fn sizes_are_those_of_c() {
    let size = |code| Format::from_code(code).unwrap().itemsize();
    for (code, bytes) in [('?', 1), ('c', 1), ('b', 1), ('h', 2), ('i', 4), ('q', 8), ('e', 2)] {
        assert_eq!(size(code), bytes, "{code}");
    }
    assert_eq!((size('f'), size('d')), (4, 8));
    assert_eq!(size('l'), size_of::<core::ffi::c_long>());
    assert_eq!((size('n'), size('N'), size('P')), (size_of::<usize>(), size('n'), size('n')));
}

#[test]
fn only_floats_and_bool_are_not_compared_by_bits() {
    for code in CODES.chars() {
        let class = match code {
            '?' => Class::Bool,
            'e' => Class::F16,
            'f' => Class::F32,
            'd' => Class::F64,
            _ => Class::Bits,
        };
        assert_eq!(ElementType::from(Format::from_code(code).unwrap()).class(), class);
    }
}

#[test]
fn numbers_in_the_other_byte_order_are_bytes() {
    let (native, other) = if cfg!(target_endian = "little") { ('<', '>') } else { ('>', '<') };
    let of = |mode: char, rest: &str| {
        ElementType::from(Format::parse(&(mode.to_string() + rest)).unwrap())
    };
    assert_eq!(of(native, "f"), ElementType::of::<f32>());
    assert_eq!(of('=', "(2,3)Zf").to_string(), "[complex of f32; 6]");
    assert_eq!(of(other, "f"), ElementType::bytes(4));
    assert_eq!(of(other, "b"), ElementType::of::<i8>());
    assert_eq!(of(other, "(3)?").to_string(), "[bool; 3]");
    assert_eq!(of('@', "bi"), ElementType::bytes(8));
    assert_eq!(of('@', "3s"), ElementType::bytes(3));
    assert_eq!(of('@', "(0)i"), ElementType::bytes(0));
}
