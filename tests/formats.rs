//! Formats: as CPython has them, and as properties.

use crate::support::{bytes, check_cases, layouts};
use proptest::prelude::*;
use proptest::string::string_regex;
use serde_json::Value as Json;
use stridewise::{Format, FormatError, Value};

/// What `tests/data/formats.py` made.
fn table() -> Json {
    serde_json::from_str(include_str!("data/formats.json")).expect("JSON")
}

/// Whether sizes and alignments here are those of the table.
const SAME_C: bool = cfg!(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    target_pointer_width = "64"
));

fn rows(table: &Json, name: &str) -> Vec<Json> {
    table[name].as_array().expect("rows").clone()
}

#[test]
fn sizes_and_offsets_are_those_of_cpython() {
    let table = table();
    let mut seen = 0;
    for row in rows(&table, "sizes") {
        let (text, native) = (row[0].as_str().unwrap(), row[3].as_bool().unwrap());
        let format = Format::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(Format::parse(&format.to_string()).as_ref(), Ok(&format), "{text}");
        if native && !SAME_C {
            continue;
        }
        seen += 1;
        assert_eq!(Some(format.itemsize() as u64), row[1].as_u64(), "{text}");
        let values = format.fields().flat_map(|field| {
            let size = field.format().itemsize();
            (0..field.count())
                .map(move |i| serde_json::json!([field.offset() + i * size, field.name()]))
        });
        let mut values: Vec<_> = values.collect();
        if values.is_empty() && row[2].as_array().map(Vec::len) == Some(1) {
            // A lone item is its own format, without fields.
            values.push(serde_json::json!([0, null]));
        }
        assert_eq!(Json::Array(values), row[2], "{text}");
    }
    assert!(seen >= if SAME_C { 600 } else { 250 }, "{seen} rows");
}

#[test]
fn what_the_struct_module_refuses_is_refused() {
    for text in rows(&table(), "refused") {
        assert!(Format::parse(text.as_str().unwrap()).is_err(), "{text}");
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

/// A value of the table; floats by their bits.
fn value(json: &Json) -> Value {
    match json {
        Json::Bool(truth) => (*truth).into(),
        Json::Number(number) => match number.as_i64() {
            Some(int) => int.into(),
            None => number.as_u64().expect("64 bits").into(),
        },
        _ if json["int"].is_string() => Value::Int(json["int"].as_str().unwrap().parse().unwrap()),
        Json::Array(values) => Value::Tuple(values.iter().map(value).collect()),
        _ if json["float"].is_string() => {
            let bits = u64::from_str_radix(json["float"].as_str().unwrap(), 16).unwrap();
            f64::from_bits(bits).into()
        }
        _ => from_hex(json["bytes"].as_str().unwrap()).into(),
    }
}

#[test]
fn items_are_read_as_by_the_struct_module() {
    for row in rows(&table(), "items") {
        let format = Format::parse(row[0].as_str().unwrap()).unwrap();
        let memory = from_hex(row[1].as_str().unwrap());
        let found = format.unpack(&memory).unwrap();
        let expected = match value(&row[2]) {
            Value::Tuple(mut values) if values.len() == 1 => values.remove(0),
            values => values,
        };
        assert_eq!(found, expected, "{row}");
        // `1 == 1.0`, so kinds are compared by their text.
        assert_eq!(found.to_string(), expected.to_string(), "{row}");
    }
}

#[test]
fn items_are_written_as_by_the_struct_module() {
    for row in rows(&table(), "packed") {
        let format = Format::parse(row[0].as_str().unwrap()).unwrap();
        let mut memory = vec![0xa5; format.itemsize()];
        let result = format.pack(&value(&row[1]), &mut memory);
        match row[2].as_str() {
            Some(expected) => {
                assert_eq!(result, Ok(()), "{row}");
                assert_eq!(memory, from_hex(expected), "{row}");
            }
            None => {
                let error = result.expect_err(&row.to_string());
                assert!(error.to_string().contains(&format!("{:?}", format.to_string())), "{row}");
                assert!(memory.iter().all(|&byte| byte == 0xa5), "{row}");
            }
        }
    }
}

#[test]
fn native_floats_round_to_infinity_as_in_c() {
    let mut memory = [0; 4];
    Format::parse("f").unwrap().pack(&1e300.into(), &mut memory).unwrap();
    assert_eq!(f32::from_ne_bytes(memory), f32::INFINITY);
    let error = Format::parse("=f").unwrap().pack(&1e300.into(), &mut memory).unwrap_err();
    assert_eq!(error, FormatError::Range { format: "=f".into(), value: "1e300".into() });
}

/// Strings with more meaning than random ones.
fn likely() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[?cbBhHiIlLqQnNefdgspxuwPO]",
        2 => "[0-9]{1,3}",
        2 => Just("T{".to_owned()),
        2 => Just("}".to_owned()),
        1 => "[@=<>!^ ]",
        1 => "\\([0-9]{1,2}(,[0-9]{1,2})?\\)",
        1 => ":[a-z]?:",
        1 => "Z[fdgi]?",
        1 => Just("&".to_owned()),
        1 => "X\\{[id>]*\\}",
        1 => "[0-9]{18,21}",
        1 => "\\PC",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Formats of the grammar, of few bytes.
pub(crate) fn formats() -> impl Strategy<Value = String> {
    let mode = || string_regex("[@=<>!^]?").unwrap();
    let count = || string_regex("[0-3]?").unwrap();
    let scalar = prop_oneof![
        (mode(), count(), "[?cbBhHiIlLqQefdspxuw]").prop_map(|(m, n, c)| m + &n + &c),
        (mode(), count(), "Z[fd]").prop_map(|(m, n, c)| m + &n + &c),
        ("[@^]", count(), "[nNPgO]").prop_map(|(m, n, c)| m + &n + &c),
        ("[@^<>]?", "(&<[id]|X\\{d\\}|&T\\{hi\\})").prop_map(|(m, p)| m + &p),
    ];
    let item = scalar.prop_recursive(3, 16, 5, move |inner| {
        let name = string_regex("(:[a-z]:)?").unwrap();
        let field = (inner.clone(), name).prop_map(|(item, name)| item + &name);
        let fields = prop::collection::vec(field, 0..5).prop_map(|fields| fields.concat());
        prop_oneof![
            2 => (string_regex("[@=<>!^]?[1-3]?").unwrap(), fields, string_regex("[@<]?").unwrap())
                .prop_map(|(head, fields, tail)| format!("{head}T{{{fields}{tail}}}")),
            1 => (string_regex("\\([0-3](,[1-3])?\\)").unwrap(), inner)
                .prop_map(|(shape, item)| shape + &item),
        ]
    });
    prop::collection::vec(item, 0..4)
        .prop_map(|items| items.concat())
        .prop_filter("a shape before a shape", |text| Format::parse(text).is_ok())
}

#[test]
fn prop_parsing_never_panics_and_text_is_canonical() {
    let random = || prop_oneof![likely(), any::<String>()];
    check_cases(layouts(), "parse_random", random, |text| {
        if let Ok(format) = Format::parse(&text) {
            canonical(&format)?;
        }
        Ok(())
    });
    check_cases(layouts(), "parse_grammar", formats, |text| {
        let format = Format::parse(&text).unwrap();
        canonical(&format)
    });
}

fn canonical(format: &Format) -> Result<(), TestCaseError> {
    let text = format.to_string();
    let again = Format::parse(&text);
    prop_assert_eq!(again.as_ref(), Ok(format), "{}", &text);
    prop_assert_eq!(again.unwrap().to_string(), text);
    Ok(())
}

#[test]
fn prop_items_survive_being_read_and_written() {
    let strategy = || (formats(), any::<u64>());
    check_cases(layouts(), "pack_unpack", strategy, |(text, salt)| {
        let format = Format::parse(&text).unwrap();
        let size = format.itemsize();
        let memory = bytes(size, salt);
        let value = format.unpack(&memory).unwrap();
        let mut packed = bytes(size, !salt);
        prop_assert_eq!(format.pack(&value, &mut packed), Ok(()));
        // Padding has become 0, truths 1; all else is as it was.
        let again = format.unpack(&packed).unwrap();
        prop_assert_eq!(again.to_string(), value.to_string());
        let mut twice = vec![9; size];
        format.pack(&again, &mut twice).unwrap();
        prop_assert_eq!(&twice, &packed);
        for wrong in [Value::Opaque(vec![1; size + 1]), Value::Tuple(vec![Value::List(vec![])])] {
            let before = packed.clone();
            if format.pack(&wrong, &mut packed).is_err() {
                prop_assert_eq!(&packed, &before);
            } else {
                packed = before;
            }
        }
        prop_assert!(format.unpack(&vec![0; size + 1]).is_err());
        Ok(())
    });
}
