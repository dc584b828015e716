use super::super::lanes::Numbers;
use super::super::parts::Num;
use crate::element::Complex;
use crate::format::{Format, Value};
use std::vec::Vec;
use stridewise_kernels::equal::Mode;

/// All kinds, and formats that have them in the order of the target.
const KINDS: [(Num, &str); 14] = [
    (Num::Bool, "?"),
    (Num::I8, "=b"),
    (Num::I16, "=h"),
    (Num::I32, "=i"),
    (Num::I64, "=q"),
    (Num::U8, "=B"),
    (Num::U16, "=H"),
    (Num::U32, "=I"),
    (Num::U64, "=Q"),
    (Num::F16, "=e"),
    (Num::F32, "=f"),
    (Num::F64, "=d"),
    (Num::C32, "=Zf"),
    (Num::C64, "=Zd"),
];

/// Numbers at which kinds begin and end.
fn numbers() -> Vec<Value> {
    let mut numbers = Vec::new();
    for power in [0, 7, 8, 11, 15, 16, 24, 31, 32, 53, 63, 64] {
        for near in [-1, 0, 1] {
            for int in [(1i128 << power) + near, -(1i128 << power) + near] {
                numbers.push(Value::Int(int));
                let (float, part) = (int as f64, 0.5f64.copysign(int as f64));
                numbers.extend([float, part].map(Value::from));
                if near == 0 {
                    numbers.extend([-0.0, 1.0].map(|im| Complex { re: float, im }.into()));
                }
            }
        }
    }
    let special = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 65504.0, 6e-8, 0.1, -0.0];
    numbers.extend(special.map(Value::from));
    numbers.extend(
        [Complex { re: f64::NAN, im: 0.0 }, Complex { re: f64::NAN, im: 2.0 }].map(Value::from),
    );
    numbers
}

fn is_nan(value: &Value) -> bool {
    match value {
        Value::Float(float) => float.is_nan(),
        Value::Complex(Complex { re, im }) => re.is_nan() || im.is_nan(),
        _ => false,
    }
}

/// What a kind holds of the numbers: bytes, and the value of them.
fn held(format: &str) -> Vec<(Vec<u8>, Value)> {
    let format = Format::parse(format).unwrap();
    let all = numbers().into_iter().filter_map(|number| {
        let mut bytes = std::vec![0; format.itemsize()];
        format.pack(&number, &mut bytes).ok()?;
        let value = format.unpack(&bytes).unwrap();
        Some((bytes, value))
    });
    all.collect()
}

#[test]
fn every_pair_of_kinds_is_compared_by_value() {
    for (a, a_format) in KINDS {
        let left = held(a_format);
        for (b, b_format) in KINDS {
            let (values, nan_equal) =
                (Numbers::new(a, b, Mode::Values), Numbers::new(a, b, Mode::NanEqual));
            let right = held(b_format);
            for (x_bytes, x) in &left {
                for (y_bytes, y) in &right {
                    let both = is_nan(x) && is_nan(y);
                    assert_eq!(
                        values.run(x_bytes, y_bytes),
                        x == y,
                        "{a_format} {x} {b_format} {y}"
                    );
                    assert_eq!(
                        nan_equal.run(x_bytes, y_bytes),
                        x == y || both,
                        "{a_format} {x} {b_format} {y}"
                    );
                }
            }
        }
    }
}

#[test]
fn any_number_of_numbers_is_compared() {
    for (a, b) in [(Num::U8, Num::F32), (Num::C64, Num::I16), (Num::U64, Num::I8)] {
        let (x, y) = (a.size(), b.size());
        for n in [0, 1, 2, 255, 256, 257, 511, 512, 700] {
            let (mut left, right) = (std::vec![0; n * x], std::vec![0; n * y]);
            let numbers = Numbers::new(a, b, Mode::Values);
            assert!(numbers.run(&left, &right));
            for at in (0..n).step_by(37).chain(n.checked_sub(1)) {
                // The last byte is the greatest or the least; none is 0.
                left[(at + 1) * x - 1] = 64;
                assert!(!numbers.run(&left, &right), "{at} of {n}");
                left[(at + 1) * x - 1] = 0;
            }
        }
    }
}
