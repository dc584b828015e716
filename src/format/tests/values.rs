use crate::element::Complex;
use crate::format::Value;
use std::string::ToString;
use std::vec;

#[test]
fn numbers_are_equal_by_exact_value() {
    let equal = |a: Value, b: Value| {
        assert_eq!(a == b, b == a);
        a == b
    };
    let complex = |re, im| Value::from(Complex { re, im });
    assert!(equal(1.into(), true.into()));
    assert!(equal(0.into(), (-0.0).into()));
    assert!(equal((-0.0).into(), complex(0.0, -0.0)));
    assert!(equal(1.5.into(), complex(1.5, 0.0)));
    assert!(equal((1i128 << 100).into(), 2f64.powi(100).into()));
    assert!(equal(i128::MIN.into(), (-(2f64.powi(127))).into()));
    assert!(!equal(i128::MAX.into(), 2f64.powi(127).into()));
    assert!(!equal(u64::MAX.into(), 2f64.powi(64).into()));
    assert!(!equal(i64::MAX.into(), 2f64.powi(63).into()));
    assert!(!equal(1.into(), 1.5.into()));
    assert!(!equal(1.into(), complex(1.0, 1.0)));
    assert!(equal(complex(1.0, 2.0), complex(1.0, 2.0)));
    assert!(!equal(f64::NAN.into(), f64::NAN.into()));
    assert!(!equal(complex(f64::NAN, 0.0), complex(f64::NAN, 0.0)));
    assert!(!equal(complex(0.0, f64::NAN), complex(0.0, f64::NAN)));
    assert!(equal(f64::INFINITY.into(), f32::INFINITY.into()));
}

#[test]
fn kinds_that_are_no_numbers_are_equal_to_their_own() {
    let kinds = [
        Value::from(b"\x01"),
        Value::Opaque(vec![1]),
        Value::Tuple(vec![1.into()]),
        Value::List(vec![1.into()]),
        Value::from(1),
    ];
    for (i, a) in kinds.iter().enumerate() {
        for (j, b) in kinds.iter().enumerate() {
            assert_eq!(a == b, i == j);
        }
    }
    assert_ne!(Value::from(b"ab"), Value::from(b"abc"));
    assert_ne!(Value::Tuple(vec![1.into()]), Value::Tuple(vec![1.into(), 2.into()]));
    assert_eq!(Value::List(vec![1.into(), 0.into()]), Value::List(vec![1.0.into(), false.into()]));
}

#[test]
fn text_is_as_in_python() {
    let value = Value::Tuple(vec![
        true.into(),
        (-5).into(),
        1.0.into(),
        Complex { re: 1.0, im: -0.5 }.into(),
        b"a\"\\\n".into(),
        Value::Opaque(vec![0, 255]),
        Value::List(vec![]),
        Value::Tuple(vec![f64::NAN.into()]),
    ]);
    let text = r#"(true, -5, 1.0, (1.0-0.5j), b"a\"\\\x0a", <00ff>, [], (NaN,))"#;
    assert_eq!(value.to_string(), text);
}
