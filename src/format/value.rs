//! Values: items that have been read, or are to be written.

use crate::element::Complex;
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// An item, or a part of one, apart from its format.
///
/// Values are equal as Python's are: numbers of all kinds by their exact
/// values, `true` and `false` as 1 and 0, a NaN to nothing.
///
/// ```
/// use stridewise::{Complex, Value};
///
/// assert_eq!(Value::from(1), Value::from(1.0));
/// assert_eq!(Value::from(true), Value::from(Complex { re: 1.0, im: 0.0 }));
/// // 2^53 + 1 is no `f64`.
/// assert_ne!(Value::from(9_007_199_254_740_993i64), Value::from(9_007_199_254_740_992.0));
/// assert_ne!(Value::from(f64::NAN), Value::from(f64::NAN));
/// assert_ne!(Value::from(b"1"), Value::from(1));
/// assert_ne!(Value::Tuple(vec![1.into()]), Value::List(vec![1.into()]));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Value {
    /// A truth, of `?`.
    Bool(bool),
    /// An integer, of `b B h H i I l L q Q n N P u w`.
    Int(i128),
    /// A float, of `e f d`.
    Float(f64),
    /// A complex number, of `Zf Zd`.
    Complex(Complex<f64>),
    /// Bytes, of `c s p`.
    Bytes(Vec<u8>),
    /// What has no value but its bytes, of `g Zg O`, pointers and functions,
    /// and of bytes that have a name but no format.
    Opaque(Vec<u8>),
    /// The fields of a struct, or the items of a string of several.
    Tuple(Vec<Value>),
    /// The items of a sub-array along its first axis.
    List(Vec<Value>),
}

/// By value, whatever the kind of number. See [`Value`] for examples.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Bytes(a), Value::Bytes(b)) | (Value::Opaque(a), Value::Opaque(b)) => a == b,
            (Value::Tuple(a), Value::Tuple(b)) | (Value::List(a), Value::List(b)) => a == b,
            _ => match (self.number(), other.number()) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
        }
    }
}

/// A number in the least kind that holds it exactly.
#[derive(PartialEq)]
enum Number {
    Int(i128),
    Float(f64),
    Complex(f64, f64),
}

impl Number {
    fn of_float(float: f64) -> Number {
        const END: f64 = 2.0 * (1u128 << 126) as f64;
        let whole = (-END..END).contains(&float) && (float as i128) as f64 == float;
        if whole { Number::Int(float as i128) } else { Number::Float(float) }
    }
}

impl Value {
    fn number(&self) -> Option<Number> {
        Some(match *self {
            Value::Bool(truth) => Number::Int(truth.into()),
            Value::Int(int) => Number::Int(int),
            Value::Float(float) => Number::of_float(float),
            Value::Complex(Complex { re, im: 0.0 }) => Number::of_float(re),
            Value::Complex(Complex { re, im }) => Number::Complex(re, im),
            _ => return None,
        })
    }

    /// Whether it is true in Python: not 0, not empty.
    ///
    /// ```
    /// use stridewise::Value;
    /// assert!(Value::from(f64::NAN).is_true() && Value::from(b"0").is_true());
    /// assert!(!Value::from(-0.0).is_true() && !Value::from(b"").is_true());
    /// ```
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Value::Bool(truth) => *truth,
            Value::Int(int) => *int != 0,
            Value::Float(float) => *float != 0.0,
            Value::Complex(Complex { re, im }) => *re != 0.0 || *im != 0.0,
            Value::Bytes(bytes) => !bytes.is_empty(),
            Value::Opaque(_) => true,
            Value::Tuple(values) | Value::List(values) => !values.is_empty(),
        }
    }
}

/// `$type` by a conversion to what a variant holds.
macro_rules! from {
    ($($type:ty => $variant:ident;)*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Value {
                Value::$variant(value.into())
            }
        }
    )*};
}

from! {
    bool => Bool;
    i8 => Int;
    i16 => Int;
    i32 => Int;
    i64 => Int;
    i128 => Int;
    u8 => Int;
    u16 => Int;
    u32 => Int;
    u64 => Int;
    f32 => Float;
    f64 => Float;
    Complex<f64> => Complex;
    &[u8] => Bytes;
    Vec<u8> => Bytes;
}

impl From<isize> for Value {
    fn from(value: isize) -> Value {
        Value::Int(value as i128)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Value {
        Value::Int(value as i128)
    }
}

impl From<Complex<f32>> for Value {
    fn from(Complex { re, im }: Complex<f32>) -> Value {
        Value::Complex(Complex { re: re.into(), im: im.into() })
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Value {
        bytes[..].into()
    }
}

/// As Python writes it, but for `true` and `false`.
///
/// ```
/// use stridewise::Value;
/// let value = Value::Tuple(vec![1.into(), Value::List(vec![1.0.into(), b"a\0".into()])]);
/// assert_eq!(value.to_string(), r#"(1, [1.0, b"a\x00"])"#);
/// ```
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn all(f: &mut fmt::Formatter<'_>, values: &[Value]) -> fmt::Result {
            for (at, value) in values.iter().enumerate() {
                write!(f, "{}{value}", if at == 0 { "" } else { ", " })?;
            }
            Ok(())
        }
        match self {
            Value::Bool(truth) => write!(f, "{truth}"),
            Value::Int(int) => write!(f, "{int}"),
            Value::Float(float) => write!(f, "{float:?}"),
            Value::Complex(Complex { re, im }) => write!(f, "({re:?}{im:+?}j)"),
            Value::Bytes(bytes) => {
                f.write_str("b\"")?;
                for byte in bytes {
                    match byte {
                        b'"' | b'\\' => write!(f, "\\{}", *byte as char)?,
                        b' '..=b'~' => f.write_char(*byte as char)?,
                        _ => write!(f, "\\x{byte:02x}")?,
                    }
                }
                f.write_char('"')
            }
            Value::Opaque(bytes) => {
                f.write_str("<")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_char('>')
            }
            Value::Tuple(values) => {
                f.write_char('(')?;
                all(f, values)?;
                f.write_str(if values.len() == 1 { ",)" } else { ")" })
            }
            Value::List(values) => {
                f.write_char('[')?;
                all(f, values)?;
                f.write_char(']')
            }
        }
    }
}
